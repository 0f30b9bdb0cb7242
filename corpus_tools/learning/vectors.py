"""Mean word vectors, of a parsed sentence or of a plain text, from the vectors that a Stanza package carries.

A small coded corpus never shows most of the words that a frame can be told in. Word vectors place the unseen ones
next to the seen ones; here without any further package, since the parser's own vectors serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from corpus_tools.language.models import package_path
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.tensor_file import read_tensors
from corpus_tools.learning.terms import CONTENT
from corpus_tools.learning.words import find_words

Vectors = tuple[dict[str, int], "np.ndarray[Any, np.dtype[np.float32]]"]
Vector = np.ndarray[Any, np.dtype[np.float64]]
Span = tuple[int, int]


@lru_cache(maxsize=4)
def load_vectors(package: str = "lite", language: str = "en") -> Vectors | None:
    """Load a package's word vectors: vocabulary and array of shape (words, dimensions); None without any."""
    folder = Path(package_path(package, language)) / language / "pretrain"
    files = sorted(folder.glob("*.pt")) if folder.is_dir() else []
    if not files:
        return None
    stored = read_tensors(files[0])
    return dict(stored["vocab"]["_unit2id"]), np.asarray(stored["emb"], dtype=np.float32)


def mean_vector(sentences: Iterable[Sentence], vectors: Vectors) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the mean vector of the content words, scaled to length 1; zeros where no word is known."""
    vocabulary, array = vectors
    rows = [
        index
        for sentence in sentences
        for word, tag in zip(sentence.text, sentence.upos, strict=True)
        if tag in CONTENT and (index := vocabulary.get(word.lower())) is not None
    ]
    return _to_length_one(array[rows].mean(axis=0, dtype=np.float64)) if rows else np.zeros(array.shape[1])


def text_vectors(text: str, spans: Sequence[Span], vectors: Vectors) -> list[Vector]:
    """Return the mean vector of a plain text, and for each span one of what stands around it.

    Parameters
    ----------
    text
        No parse is needed; runs of punctuation are no words.
    spans
        Code points of the text; their own words count nowhere. A word weighs 1 in the mean of the text and, around a
        span, 1 / (1 + its distance in words).
    vectors
        As `load_vectors` gives them.

    Returns
    -------
    list of ndarray
        1 + spans vectors of length 1; zeros where no word is known.
    """
    words = [word for word in find_words(text) if word[0][-1].isalnum()]
    free = [i for i, (_, start, end) in enumerate(words) if not any(start < e and end > s for s, e in spans)]
    known = [(i, row) for i in free if (row := _find_row(words[i][0], vectors[0])) is not None]
    if not known:
        return [np.zeros(vectors[1].shape[1])] * (1 + len(spans))
    places, rows = (np.array(column) for column in zip(*known, strict=True))
    found = vectors[1][rows].astype(np.float64)
    around = [1 / (1 + _distances(places, words, span)) for span in spans]
    return [_to_length_one(weights @ found) for weights in (np.ones(len(rows)), *around)]


def _find_row(word: str, vocabulary: dict[str, int]) -> int | None:
    """Return the row of a word as `find_words` gives it: without the mark of a hashtag or a user, or the genitive."""
    bare = word.lstrip("#@")
    row = vocabulary.get(bare)
    return vocabulary.get(bare[:-2]) if row is None and bare.endswith(("'s", "’s")) else row


def _distances(places: Vector, words: Sequence[tuple[str, int, int]], span: Span) -> Vector:
    """Return how many words each place, a position in `words`, is away from a span."""
    before = sum(end <= span[0] for _, _, end in words)
    after = sum(start < span[1] for _, start, _ in words)
    return np.maximum(before - places, places - after + 1)


def _to_length_one(mean: Vector) -> Vector:
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean)
