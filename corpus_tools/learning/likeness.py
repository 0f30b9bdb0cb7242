"""How much a text is like a description: shared words, shared pieces of words, and words that mean the same.

The descriptions are what a codebook says of its frames. They are few, so a word of theirs counts the more the fewer of
them have it ("the remedy is" says nothing of any one frame), and texts know how rare a word is in the corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from corpus_tools.learning.vectors import load_vectors

Array = np.ndarray[Any, Any]
_WORD = r"(?u)\b\w\w+\b"


class Likeness:
    """Cosines of texts and descriptions, each as standard deviations from what the fitted texts have on average.

    Parameters
    ----------
    package, language
        The Stanza package whose word vectors serve; an empty `package` goes without.
    """

    def __init__(self, package: str = "lite", language: str = "en") -> None:
        self.package = package
        self.language = language

    def fit(self, texts: Sequence[str], descriptions: Sequence[str]) -> Likeness:
        """Learn from the texts how rare words are, and place the descriptions among them."""
        self.words_ = TfidfVectorizer(token_pattern=_WORD, sublinear_tf=True).fit([*texts, *descriptions])
        self.pieces_ = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(texts)
        self.meanings_ = self._load_meanings()
        self.terms_ = _stack([_favour_specific(part) for part in self._terms(descriptions)])
        if self.meanings_ is not None:
            self.middle_ = self._means(texts).mean(axis=0)
            self.directions_ = normalize(self._means(descriptions) - self.middle_)
        parts = self._cosines(texts)
        self.averages_ = [part.mean(axis=0) for part in parts]
        self.spreads_ = [np.maximum(part.std(axis=0), 1e-9) for part in parts]
        return self

    def measure(self, texts: Sequence[str]) -> Array:
        """Return the likeness, shape (texts, descriptions): 0 where a text is as like as any."""
        parts = zip(self._cosines(texts), self.averages_, self.spreads_, strict=True)
        return np.asarray(sum((part - average) / spread for part, average, spread in parts))

    def _cosines(self, texts: Sequence[str]) -> list[Array]:
        shared = np.asarray((_stack(self._terms(texts)) @ self.terms_.T).toarray())
        if self.meanings_ is None:
            return [shared]
        return [shared, np.asarray(normalize(self._means(texts) - self.middle_) @ self.directions_.T)]

    def _terms(self, texts: Sequence[str]) -> list[Any]:
        return [self.words_.transform(texts), self.pieces_.transform(texts)]

    def _means(self, texts: Sequence[str]) -> Array:
        """Return the mean vector of each text's words, rare words weighing more, scaled to length 1."""
        there = self.words_.transform(texts)
        there.data[:] = 1.0
        return np.asarray(normalize(there @ self.meanings_))

    def _load_meanings(self) -> Array | None:
        """Return the vector of each word of the vocabulary times its rarity, zeros for unknown words, or None.

        Vectors by pieces, guesses from spelling, are left out: rare words weigh most here, and these would lead.
        """
        vectors = load_vectors(self.package, self.language) if self.package else None
        if vectors is None:
            return None
        unknown = np.zeros(vectors.dimensions)
        found = [vectors.find_whole(name) for name in self.words_.get_feature_names_out()]
        rows = normalize(np.array([unknown if vector is None else vector for vector in found], dtype=float))
        return np.asarray(rows * self.words_.idf_[:, None])


def _stack(parts: Sequence[Any]) -> Any:
    return normalize(sparse.hstack(parts, format="csr"))


def _favour_specific(rows: Any) -> Any:
    """Weigh the terms of descriptions by how few of the descriptions have them."""
    having = np.asarray((rows > 0).sum(axis=0)).ravel()
    return normalize(rows.multiply(np.log((rows.shape[0] + 1) / (having + 0.5))[None]).tocsr())
