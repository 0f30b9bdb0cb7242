"""Mean word vectors, of a parsed sentence or of a plain text, from the vectors that a Stanza package carries.

A small coded corpus never shows most of the words that a frame can be told in. Word vectors place the unseen ones
next to the seen ones; here without any further package, since the parser's own vectors serve. A word that they lack
has the mean vector of the pieces that it is made of (see `corpus_tools.language.pieces`), where the package has pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from corpus_tools.language.models import package_path
from corpus_tools.language.pieces import Pieces, cut_word, load_pieces, split_parts
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.tensor_file import read_tensors
from corpus_tools.learning.terms import CONTENT
from corpus_tools.learning.words import find_words
from corpus_tools.text.errors import InputError

Vector = np.ndarray[Any, np.dtype[np.float64]]
Table = np.ndarray[Any, np.dtype[np.float32]]
Span = tuple[int, int]
_REMEMBERED = 50_000  # words: those of a corpus that are not rare
_GENITIVES = ("'s", "’s")


class WordVectors:
    """Vectors of words, and of the words that are not among them by their pieces.

    Parameters
    ----------
    words
        The row of each word, in lower case.
    table
        Array of shape (words, dimensions).
    pieces
        Pieces in the same space; a word of `words` may be the first piece of another.

    Examples
    --------
    >>> pieces = Pieces(("##able",), np.array([[0, 4]], dtype=np.float32))
    >>> vectors = WordVectors({"read": 0}, np.array([[2, 0]], dtype=np.float32), pieces)
    >>> vectors.find("#read").tolist(), vectors.find("readable").tolist(), vectors.find("ready")
    ([2.0, 0.0], [1.0, 2.0], None)
    """

    def __init__(self, words: Mapping[str, int], table: Table, pieces: Pieces | None = None) -> None:
        names, more = pieces if pieces is not None else ((), table[:0])
        if more.shape[1] != table.shape[1]:
            raise InputError(
                f"the pieces have vectors of {more.shape[1]} values, the words of {table.shape[1]}",
                remedy="make the pieces again, from this package's word vectors",
            )
        self._words = dict(words)
        self._rows = {name: len(table) + row for row, name in enumerate(names)} | self._words
        self._table = np.concatenate([table, more])
        self._has_pieces = pieces is not None
        self._remembered = lru_cache(_REMEMBERED)(self._find)

    @property
    def dimensions(self) -> int:
        """The number of values of a vector."""
        return int(self._table.shape[1])

    def find(self, word: str) -> Table | None:
        """Return the vector of a word in lower case, itself or by its pieces, or None.

        The marks of a hashtag and of a user are left out, and the genitive where the word with it is unknown.
        """
        return self._remembered(word)

    def find_whole(self, word: str) -> Table | None:
        """Return the vector of a word that the package itself has, just as it is written, or None."""
        row = self._words.get(word)
        return self._table[row] if row is not None else None

    def sample(self, count: int) -> Table:
        """Return vectors from all over the table, words and pieces, shape (count, dimensions)."""
        return self._table[np.arange(count) * (len(self._table) - 1) // max(1, count - 1)]

    def _find(self, word: str) -> Table | None:
        bare = word.lstrip("#@")
        if bare not in self._rows and bare.endswith(_GENITIVES):
            bare = bare[:-2]
        row = self._rows.get(bare)
        if row is not None or not self._has_pieces:
            return self._table[row] if row is not None else None
        rows = [self._rows[piece] for part in split_parts(bare) for piece in cut_word(part, self._rows)]
        return np.asarray(self._table[rows].mean(axis=0)) if rows else None


@lru_cache(maxsize=4)
def load_vectors(package: str = "lite", language: str = "en") -> WordVectors | None:
    """Load a package's word vectors, with its pieces where it has any; None without vectors."""
    top = Path(package_path(package, language))
    folder = top / language / "pretrain"
    files = sorted(folder.glob("*.pt")) if folder.is_dir() else []
    if not files:
        return None
    stored = read_tensors(files[0])
    table = np.asarray(stored["emb"], dtype=np.float32)
    return WordVectors(stored["vocab"]["_unit2id"], table, load_pieces(top, language))


def mean_vector(sentences: Iterable[Sentence], vectors: WordVectors) -> Vector:
    """Return the mean vector of the content words, scaled to length 1; zeros where no word is known."""
    found = [
        vector
        for sentence in sentences
        for word, tag in zip(sentence.text, sentence.upos, strict=True)
        if tag in CONTENT and (vector := vectors.find(word.lower())) is not None
    ]
    return _to_length_one(np.mean(found, axis=0, dtype=np.float64)) if found else np.zeros(vectors.dimensions)


def text_vectors(text: str, spans: Sequence[Span], vectors: WordVectors) -> list[Vector]:
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
    known = [(i, vector) for i in free if (vector := vectors.find(words[i][0])) is not None]
    if not known:
        return [np.zeros(vectors.dimensions)] * (1 + len(spans))
    places = np.array([i for i, _ in known])
    found = np.array([vector for _, vector in known], dtype=np.float64)
    around = [1 / (1 + _distances(places, words, span)) for span in spans]
    return [_to_length_one(weights @ found) for weights in (np.ones(len(found)), *around)]


def _distances(places: Vector, words: Sequence[tuple[str, int, int]], span: Span) -> Vector:
    """Return how many words each place, a position in `words`, is away from a span."""
    before = sum(end <= span[0] for _, _, end in words)
    after = sum(start < span[1] for _, start, _ in words)
    return np.maximum(before - places, places - after + 1)


def _to_length_one(mean: Vector) -> Vector:
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean)
