"""Static word vectors distilled from a sentence encoder that lies on this machine.

The training texts are read by the encoder; a word's vector is the mean of its contextual vectors (hidden layers one to
four) over its occurrences, reduced by a principal component analysis. Words of the encoder's own vocabulary that the
texts lack are read alone in a neutral frame and mapped into the same space by a ridge regression learned on words that
have both. The result is a Stanza pretrain file of a few megabytes; the encoder itself is not needed afterwards.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm.auto import tqdm

from corpus_tools.language.training.entities import DEV, TRAIN, load_parts
from corpus_tools.language.training.treebank import Treebank, read_words
from corpus_tools.text.errors import InputError

Vector = npt.NDArray[np.float64]
Vectors = dict[str, Vector]

LAYERS = (1, 2, 3, 4)
MOST_OCCURRENCES = 3000  # of a word that enter its mean
LONGEST_WORD = 30
BATCH_WORDS = 4000
LEAST_COMMON, MOST_COMMON = 100, 6000  # words to learn a mapping from


@dataclass
class _Means:
    """Sums of the vectors of words, and how often the words occurred and were counted in."""

    sums: Vectors = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    def add(self, word: str, vector: Vector) -> None:
        if word not in self.sums:
            self.sums[word] = vector.copy()
        elif self.used[word] < MOST_OCCURRENCES:
            self.sums[word] += vector
        else:
            return
        self.used[word] += 1

    def of(self, word: str) -> Vector:
        mean: Vector = self.sums[word] / self.used[word]
        return mean


def distil_vectors(
    sentences: Sequence[Sequence[str]], encoder: Path, out: Path, *, dimensions: int = 50, words: int = 25500,
    language: str = "en", progress: bool = True,
) -> Path:  # fmt: skip
    """Write a Stanza pretrain file with vectors of the words of `sentences` and of the encoder's vocabulary.

    Parameters
    ----------
    sentences : sequence of sequences of str
        Tokenised training texts. Whatever is to be held out of training must be held out here too.
    encoder : Path
        Folder of a transformer that ``transformers.AutoModel`` loads; nothing is fetched.
    out : Path
        The file to write.
    dimensions, words : int
        Width of a vector; number of words at most: those of the texts that occur twice come first.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        `encoder` holds no model, or transformers is not installed.
    """
    reader = Reader(encoder)
    means = _read_all(reader, sentences, progress)
    vectors = {word: means.of(word) for word in means.sums}
    extra = _read_vocabulary(reader, means, vectors)
    vocabulary = [word for word, count in means.seen.most_common() if count >= 2 and _fits(word) and word in vectors]
    vocabulary = (vocabulary + extra)[:words]
    table = reduce_vectors(np.stack([vectors[w] for w in vocabulary]), [means.seen[w] for w in vocabulary], dimensions)
    return save_pretrain(vocabulary, table, out, language=language)


def read_texts(treebank: Treebank, ner: Path | None = None) -> list[list[str]]:
    """Return the words of the sentences that vectors may be learned from: nothing that is held out of training."""
    sentences = list(read_words(treebank.train))
    if ner is not None:
        parts = load_parts(ner)
        sentences += [[token.text for token in sentence] for part in (TRAIN, DEV) for sentence in parts[part]]
    return sentences


def reduce_vectors(vectors: Vector, counts: Sequence[int], dimensions: int) -> Vector:
    """Reduce by a principal component analysis in which a word weighs the square root of its count.

    The components are scaled by the fourth root of their variances, which keeps the first few (frequency, mostly) from
    drowning the rest, and the table has unit variance.

    Parameters
    ----------
    vectors : array of shape (words, width)
    counts : sequence of int
    dimensions : int
        At most `width`.

    Returns
    -------
    array of shape (words, dimensions)
    """
    weights = np.sqrt(np.maximum(1, np.asarray(counts, dtype=float)))[:, None]
    centred = vectors - (vectors * weights).sum(0) / weights.sum()
    variances, axes = np.linalg.eigh((centred * weights).T @ centred / weights.sum())
    variances, axes = variances[::-1][:dimensions], axes[:, ::-1][:, :dimensions]
    # The sign of an axis is arbitrary; fixing it makes two runs comparable.
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])
    table: Vector = (centred @ axes) / np.maximum(variances, 1e-12) ** 0.25
    return table / max(float(table.std()), 1e-12)


def save_pretrain(words: Sequence[str], table: Vector, out: Path, *, language: str = "en") -> Path:
    """Write words and vectors as a pretrain file, through Stanza's own saver."""
    import torch
    from stanza.models.common.pretrain import Pretrain, PretrainedWordVocab
    from stanza.models.common.vocab import VOCAB_PREFIX

    special = np.zeros((len(VOCAB_PREFIX), table.shape[1]))
    pretrain = Pretrain(str(out), save_to_file=False)
    pretrain._vocab = PretrainedWordVocab(list(words), lang=language, lower=True)
    pretrain._emb = torch.from_numpy(np.vstack([special, table]).astype(np.float32))
    temporary = out.with_name(out.name + ".tmp")
    pretrain.save(str(temporary))
    os.replace(temporary, out)
    return out


class Reader:
    """Contextual vectors of the words of a sentence, by the transformer in a folder.

    Raises
    ------
    InputError
        The folder holds no transformer, or transformers is not installed.
    """

    def __init__(self, encoder: Path) -> None:
        if not (encoder / "config.json").is_file():
            raise InputError("no transformer here", where=str(encoder), remedy="give a folder with config.json")
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise InputError(
                "distilling vectors needs transformers", remedy="pip install 'corpus-tools[embeddings]'"
            ) from error
        self.tokenizer = AutoTokenizer.from_pretrained(encoder, local_files_only=True)
        self.model = AutoModel.from_pretrained(encoder, local_files_only=True).eval()

    def read(self, batch: Sequence[Sequence[str]]) -> Iterator[tuple[str, Vector]]:
        """Yield each word of a batch of sentences, in lower case, with its vector."""
        import torch

        pieces = self.tokenizer(
            [list(s) for s in batch], is_split_into_words=True, return_tensors="pt", padding=True, truncation=True,
            max_length=256,
        )  # fmt: skip
        with torch.inference_mode():
            layers = self.model(**pieces, output_hidden_states=True).hidden_states
        states = (sum(layers[i] for i in LAYERS) / len(LAYERS)).double().numpy()
        for row, sentence in enumerate(batch):
            places: dict[int, list[int]] = defaultdict(list)
            for place, word in enumerate(pieces.word_ids(row)):
                if word is not None:
                    places[word].append(place)
            for word, columns in places.items():
                yield sentence[word].lower(), states[row, columns].mean(0)

    def whole_words(self) -> list[str]:
        """Words of the vocabulary that are no word pieces: letters, at least three, in the vocabulary's order."""
        ordered = sorted(self.tokenizer.get_vocab().items(), key=lambda item: item[1])
        begins = any(word.startswith("▁") for word, _ in ordered)
        words = (word[1:] if begins else word for word, _ in ordered if not begins or word.startswith("▁"))
        return [word for word in dict.fromkeys(words) if len(word) >= 3 and word.isalpha() and word == word.lower()]


def _read_all(reader: Reader, sentences: Sequence[Sequence[str]], progress: bool) -> _Means:
    means = _Means()
    ordered = sorted((s for s in sentences if s), key=len)
    means.seen.update(word.lower() for sentence in ordered for word in sentence)
    with tqdm(total=len(ordered), desc="vectors", unit="sentence", disable=not progress) as bar:
        for batch in _batches(ordered):
            for word, vector in reader.read(batch):
                means.add(word, vector)
            bar.update(len(batch))
    return means


def _batches(ordered: Sequence[Sequence[str]]) -> Iterator[Sequence[Sequence[str]]]:
    """Batches of about equally long sentences, bounded in words."""
    start = 0
    while start < len(ordered):
        longest = len(ordered[min(start + 63, len(ordered) - 1)])
        size = max(1, BATCH_WORDS // max(1, longest))
        yield ordered[start : start + size]
        start += size


def _read_vocabulary(reader: Reader, means: _Means, vectors: Vectors) -> list[str]:
    """Add the vectors of words that the texts lack to `vectors`; return these words."""
    common = [w for w, count in means.seen.most_common(MOST_COMMON) if w.isalpha() and count >= 20 and w in vectors]
    extra = [word for word in reader.whole_words() if word not in vectors and _fits(word)]
    if len(common) < LEAST_COMMON or not extra:
        return []  # too little text to learn the mapping from
    vectors.update(map_words(reader, extra, {word: vectors[word] for word in common}))
    return extra


def map_words(reader: Reader, words: Sequence[str], common: Mapping[str, Vector], *, progress: bool = False) -> Vectors:
    """Return vectors of `words` in the space of `common`: read alone, and mapped as those are by a ridge regression."""
    alone = _read_alone(reader, list(common))
    inputs = np.stack([np.append(alone[w], 1.0) for w in common])
    outputs = np.stack(list(common.values()))
    mapping = np.linalg.solve(inputs.T @ inputs + 5.0 * np.eye(inputs.shape[1]), inputs.T @ outputs)
    mapped = _read_alone(reader, words, progress=progress)
    return {word: np.append(vector, 1.0) @ mapping for word, vector in mapped.items()}


def _read_alone(reader: Reader, words: Sequence[str], *, progress: bool = False) -> Mapping[str, Vector]:
    found: Vectors = {}
    for start in tqdm(range(0, len(words), 256), desc="vectors", unit="batch", disable=not progress):
        frames: Any = [["the", word, "."] for word in words[start : start + 256]]
        for place, (_, vector) in enumerate(reader.read(frames)):
            if place % 3 == 1:
                found[words[start + place // 3]] = vector
    return found


def _fits(word: str) -> bool:
    return len(word) <= LONGEST_WORD and not any(character.isspace() for character in word)
