"""The tokenizer: paragraphs of many texts together, characters as arrays, tokens straight from the labels.

Stanza sorts the paragraphs of one text by length and reads them in groups; a paragraph of more than a thousand
characters is read in windows, and how much padding follows the last characters depends on the group. That padding
passes through the network, so it is part of the result, and it is counted here as Stanza would for each text alone.
The network itself then reads the windows of all texts together (`corpus_tools.language.acceleration.labelling`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.guard import check_sources, require
from corpus_tools.language.acceleration.labelling import Labeller

__all__ = ["Segmented", "Tokenizing"]

SOURCES = {
    "stanza.pipeline.tokenize_processor:TokenizeProcessor.process": "164c10891b6c",
    "stanza.models.tokenization.data:TokenizationDataset": "840eb13f9213",
    "stanza.models.tokenization.data:SortedDataset": "d0e108951ee5",
    "stanza.models.tokenization.data:filter_consecutive_whitespaces": "cf25db1a69ca",
    "stanza.models.tokenization.utils:predict": "4b9a638c52ed",
    "stanza.models.tokenization.utils:update_pred_regex": "5937825ca47e",
    "stanza.models.tokenization.utils:output_predictions": "0685ef655e44",
    "stanza.models.tokenization.utils:decode_predictions": "60bea2bd346d",
    "stanza.models.tokenization.utils:process_sentence": "6e1c8933a850",
    "stanza.models.tokenization.trainer:Trainer.predict": "eb24a019f5a1",
    "stanza.models.tokenization.model:Tokenizer.forward": "0c47918ed18a",
    "stanza.models.tokenization.vocab:Vocab": "4364f140c64a",
}

CELLS = 65_536
"""Characters (padding included) that go through the network together: half a batch. The longest paragraph decides how
many steps the network takes, so fewer and wider groups are faster; a worker's memory grows with them."""

_MASK_DIGEST = "71a31c5774b7"
_MAY_MASK = re.compile(r"@|https?:|www\.|\.(?:gov|org|edu|net|co)")
"""Nothing that Stanza protects from being split (addresses of mail and web) is without one of these."""

Integers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Segmented:
    """The tokens of a text: what Stanza calls them, their spans, which are multi-word, and tokens a sentence."""

    forms: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    multi: list[bool] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Paragraph:
    """A paragraph as the network sees it: runs of white space are one space; `places` are those in the text."""

    text: str
    places: Integers
    units: Integers
    features: npt.NDArray[np.float32]
    read: int = 0  # how many characters have their label
    labels: list[Integers] = field(default_factory=list)

    @property
    def rest(self) -> int:
        return len(self.text) - self.read


class Tokenizing:
    """Stands for ``TokenizeProcessor``.

    Raises
    ------
    StepsAside
        The processor does more than read characters with one network, or is not the one that this was written for.
    """

    def __init__(self, processor: Any) -> None:
        check_sources(SOURCES)
        from stanza.models.tokenization import data, utils
        from stanza.models.tokenization.model import Tokenizer

        trainer, config = processor.trainer, processor.config
        require(trainer is not None and not hasattr(processor, "_variant"), "the tokenizer is an external one")
        require(type(trainer.model) is Tokenizer, "the tokenizer is of another class")
        require(trainer.model.charmodel is None, "the tokenizer uses a character language model")
        require(processor._postprocessor is None and processor._speaker_opener is None, "the tokenizer has options")
        require(not config.get("pretokenized") and not config.get("no_ssplit"), "the tokenizer has options")
        require(not config.get("skip_newline") and not trainer.args["skip_newline"], "the language joins lines")
        require(trainer.args["shorthand"] != "la_ittb", "the model has rules of its own")
        names = config["feat_funcs"]
        known = data.PER_CHAR_FEAT_FUNCS.keys() | data.POSITION_FEAT_FUNCS
        require(not config["use_dictionary"] and set(names) <= known, "the tokenizer looks at more than characters")
        pattern = hashlib.sha256(utils.MASK_RE.pattern.encode("utf-8")).hexdigest()[:12]
        require(pattern == _MASK_DIGEST, "the pattern of addresses is another one")
        self._network = Labeller(trainer.model)
        self._vocab = processor.vocab
        self._group = trainer.args["batch_size"]
        self._longest_token = config.get("max_seqlen", processor.MAX_SEQ_LENGTH_DEFAULT)
        self._window = max(1000, self._longest_token)
        self._mask = utils.MASK_RE
        self._paragraph_end = data.NEWLINE_WHITESPACE_RE
        self._blank = data.WHITESPACE_RE
        self._functions = [data.PER_CHAR_FEAT_FUNCS[name] for name in names if name in data.PER_CHAR_FEAT_FUNCS]
        self._ends = [name in names for name in ("end_of_para", "start_of_para")]
        self._known: dict[int, tuple[bool, int, list[int]]] = {}

    def run(self, texts: Sequence[str]) -> list[Segmented]:
        """Cut each text into tokens and sentences, as Stanza does with the text alone."""
        paragraphs = [list(self._split(text)) for text in texts]
        groups = [group for found in paragraphs for group in self._group_as_stanza(found)]
        self._label(groups)
        return [self._decode(found) for found in paragraphs]

    def _split(self, text: str) -> Iterator[_Paragraph]:
        start = 0
        borders = [(match.start(), match.end()) for match in self._paragraph_end.finditer(text)]
        for stop, following in [*borders, (len(text), len(text))]:
            chunk = text[start:stop].rstrip()
            if chunk:
                yield self._make_paragraph(chunk, start)
            start = following

    def _make_paragraph(self, chunk: str, start: int) -> _Paragraph:
        codes = np.frombuffer(chunk.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        distinct, inverse = np.unique(codes, return_inverse=True)
        known = [self._look_up(code) for code in distinct.tolist()]
        blank = np.array([entry[0] for entry in known])[inverse]
        keep = ~blank
        keep[0] = True
        keep[1:] |= ~blank[:-1]
        inverse, places = inverse[keep], np.flatnonzero(keep)
        units = np.array([entry[1] for entry in known], dtype=np.int64)[inverse]
        features = np.array([entry[2] for entry in known], dtype=np.float32)[inverse]
        if any(self._ends):
            features = np.concatenate([features, self._mark_ends(len(units))], axis=1)
        letters = np.where(blank, ord(" "), codes).astype(np.uint32)[keep]
        text = letters.tobytes().decode("utf-32-le", "surrogatepass")
        return _Paragraph(text, places + start, units, features)

    def _look_up(self, code: int) -> tuple[bool, int, list[int]]:
        """Return whether a character is white space, its unit and its features."""
        if code not in self._known:
            character = self._blank.sub(" ", chr(code))
            features = [function(character) for function in self._functions]
            self._known[code] = (character == " ", self._vocab.unit2id(character), features)
        return self._known[code]

    def _mark_ends(self, length: int) -> npt.NDArray[np.float32]:
        last, first = np.zeros((2, length), dtype=np.float32)
        last[-1] = first[0] = 1
        return np.stack([part for part, wanted in zip((last, first), self._ends, strict=True) if wanted], axis=1)

    def _group_as_stanza(self, paragraphs: Sequence[_Paragraph]) -> Iterator[list[_Paragraph]]:
        ordered = sorted(paragraphs, key=lambda paragraph: len(paragraph.text), reverse=True)
        for first in range(0, len(ordered), self._group):
            yield ordered[first : first + self._group]

    def _label(self, groups: Sequence[list[_Paragraph]]) -> None:
        """Read all paragraphs to their end: in one window, or in as many as it takes."""
        windows = []
        for group in groups:
            longest = min(len(group[0].text), self._window)
            # One padding character follows, unless it would lie behind the window.
            fits = len(group[0].text) + 1 <= self._window
            windows += [(one, len(one.text) + 1 if fits else min(len(one.text) + 1, longest)) for one in group]
        while windows:
            for (paragraph, _), found in zip(windows, self._read(windows), strict=True):
                self._advance(paragraph, found)
            windows = []
            for group in groups:
                longest = min(max(paragraph.rest for paragraph in group), self._window)
                windows += [(paragraph, longest) for paragraph in group if paragraph.rest]

    def _advance(self, paragraph: _Paragraph, found: Integers) -> None:
        """Take the labels of a window up to the last end of a sentence, or all of them at the end of the paragraph."""
        count = min(paragraph.rest, self._window)
        breaks = np.flatnonzero((found == 2) | (found == 4))
        if len(breaks) and paragraph.rest > self._window:
            count = int(breaks[-1]) + 1
        paragraph.labels.append(found[:count])
        paragraph.read += count

    def _read(self, windows: Sequence[tuple[_Paragraph, int]]) -> list[Integers]:
        """Label the characters of windows, given as paragraph (from where it was read to) and length with padding."""
        order = sorted(range(len(windows)), key=lambda number: -windows[number][1])
        labels: list[Integers] = [np.empty(0, dtype=np.int64)] * len(windows)
        first = 0
        while first < len(order):
            stop = first + max(1, CELLS // windows[order[first]][1])
            chosen = order[first:stop]
            for number, found in zip(chosen, self._predict([windows[number] for number in chosen]), strict=True):
                labels[number] = found
            first = stop
        return labels

    def _predict(self, windows: Sequence[tuple[_Paragraph, int]]) -> Integers:
        length = windows[0][1]
        units = np.full((length, len(windows)), self._vocab.unit2id("<PAD>"), dtype=np.int64)
        features = np.zeros((length, len(windows), windows[0][0].features.shape[1]), dtype=np.float32)
        for column, (paragraph, _) in enumerate(windows):
            part = slice(paragraph.read, paragraph.read + length)
            count = len(paragraph.units[part])
            units[:count, column] = paragraph.units[part]
            features[:count, column] = paragraph.features[part]
        present = np.arange(length)[:, None] < np.array([size for _, size in windows])[None, :]
        found = np.zeros(units.shape, dtype=np.int64)
        found[present] = self._network.label(units[present], features[present], present.sum(1))
        return found.T

    def _decode(self, paragraphs: Sequence[_Paragraph]) -> Segmented:
        result = Segmented()
        size = 0
        for paragraph in paragraphs:
            labels = np.concatenate(paragraph.labels)
            labels[-1] = 2 if labels[-1] <= 2 else 4
            self._protect_addresses(paragraph.text, labels)
            previous = 0
            for last in np.flatnonzero(labels).tolist():
                form = self._vocab.normalize_token(paragraph.text[previous : last + 1])
                start, previous = self._skip_blanks(paragraph.text, previous), last + 1
                if form:
                    self._append(result, form, int(paragraph.places[start]), int(paragraph.places[last]) + 1)
                    result.multi.append(bool(labels[last] >= 3))
                    size += 1
                    if labels[last] in (2, 4):
                        result.sizes.append(size)
                        size = 0
        if size:
            result.sizes.append(size)
        return result

    def _append(self, result: Segmented, form: str, start: int, end: int) -> None:
        result.forms.append(form if len(form) <= self._longest_token else "<UNK>")
        result.starts.append(start)
        result.ends.append(end)

    def _protect_addresses(self, text: str, labels: Integers) -> None:
        if _MAY_MASK.search(text):
            for match in self._mask.finditer(text):
                first, last = match.start(), match.end() - 1
                labels[first:last] = 0
                labels[last] = labels[last] or 1

    @staticmethod
    def _skip_blanks(text: str, place: int) -> int:
        return place + 1 if text[place] == " " else place
