"""Features: units in, one sparse matrix out, every column traceable to words.

`UnitFeatures` stacks blocks. A block of terms counts the terms of an extractor (`corpus_tools.learning.terms`) and
weighs them by tf-idf; a block of vectors holds mean word vectors. Which blocks belong to which set of features is
data: see `BLOCKS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.naming import EntityNames
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.dense import DenseView
from corpus_tools.learning.references import ParseReference
from corpus_tools.learning.terms import (
    Document,
    Extractor,
    Term,
    as_terms,
    content_lemmas,
    cue_terms,
    dependency_tuples,
    word_ngrams,
)
from corpus_tools.learning.vectors import WordVectors, load_vectors, mean_vector, text_vectors
from corpus_tools.learning.words import text_terms
from corpus_tools.text.errors import InputError

BLOCKS: dict[str, tuple[str, ...]] = {
    "words": ("tokens", "subwords", "text_vectors"),
    "embeddings": ("tokens", "subwords"),
    "linguistic": ("words", "characters", "lemmas", "dependencies", "entities", "cues", "context", "vectors"),
}
"""Sets of features by name. `words` needs no parse; nor does `embeddings`, which stand beside these terms."""
_VECTOR_BLOCKS = {"text_vectors": 1, "vectors": 2}
"""Blocks of word vectors, each with the number of vectors side by side."""

_UNPARSED = ("tokens", "subwords", "characters")
_WEIGHTS = {"characters": 0.5, "context": 0.35, "vectors": 1.2, "text_vectors": 0.25, "cues": 0.7}


class UnitFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn units into a sparse matrix of weighted terms and vectors.

    Parameters
    ----------
    blocks
        Names of blocks: `tokens`, `subwords` and `text_vectors` (words, pairs, characters and the mean word vector of
        the text, without a parse), `words`, `characters`, `lemmas`, `dependencies`, `entities`, `cues`, `context`
        (content lemmas of the neighbouring sentences) and `vectors` (mean word vectors of unit and neighbours, where
        the package has vectors).
    codebook
        Its aliases and cues; None leaves them out.
    package, language
        The Stanza package whose word vectors serve.
    embeddings
        Folder of a model of embeddings (an empty string finds the installed one); None goes without.
    """

    def __init__(
        self,
        blocks: tuple[str, ...] = BLOCKS["linguistic"],
        codebook: Codebook | None = None,
        package: str = "lite",
        language: str = "en",
        embeddings: str | None = None,
    ) -> None:
        self.blocks = blocks
        self.codebook = codebook
        self.package = package
        self.language = language
        self.embeddings = embeddings

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that the input is a table of units, not an array of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.no_validation = True
        return tags

    def fit(self, units: pd.DataFrame, y: Any = None) -> UnitFeatures:
        """Learn vocabularies and document frequencies from the units."""
        self.fit_views(units)
        return self

    def fit_transform(self, units: pd.DataFrame, y: Any = None) -> sparse.csr_matrix:
        """Learn from the units and return their view of terms, counting each text once."""
        return self.fit_views(units)["terms"]

    def fit_views(self, units: pd.DataFrame) -> dict[str, Any]:
        """Learn from the units and return their views (see `views`), counting each text once."""
        self.vectorizers_: dict[str, TfidfVectorizer] = {}
        parts = []
        for block in self.blocks:
            if block in _VECTOR_BLOCKS:
                continue
            vectorizer = _vectorizer(block)
            try:
                counted = vectorizer.fit_transform(self._documents(units, block))
            except ValueError:  # an empty vocabulary: no unit has a term of this block
                continue
            self.vectorizers_[block] = vectorizer
            parts.append(counted * _WEIGHTS.get(block, 1.0))
        found: dict[str, Any] = {"terms": self._join(parts, units)}
        self.dense_: DenseView | None = None
        if self.embeddings is not None:
            self.dense_ = DenseView(self.embeddings)
            found["embeddings"] = self.dense_.fit_transform(units)
        return found

    def views(self, units: pd.DataFrame) -> dict[str, Any]:
        """Return the matrices by name (see `corpus_tools.learning.heads`): `terms`, and `embeddings` where used."""
        found: dict[str, Any] = {"terms": self.transform(units)}
        if self.dense_ is not None:
            found["embeddings"] = self.dense_.transform(units)
        return found

    def transform(self, units: pd.DataFrame) -> sparse.csr_matrix:
        """Return the view of terms, an array of shape (units, features)."""
        parts = [
            vectorizer.transform(self._documents(units, block)) * _WEIGHTS.get(block, 1.0)
            for block, vectorizer in self.vectorizers_.items()
        ]
        return self._join(parts, units)

    def _join(self, parts: list[Any], units: pd.DataFrame) -> sparse.csr_matrix:
        """Set the blocks' matrices side by side, the word vectors last."""
        parts = [*parts, *(self._dense(units, block) for block in self._vector_blocks())]
        if not parts:
            return sparse.csr_matrix((len(units), 1))
        return sparse.csr_matrix(sparse.hstack(parts, format="csr"))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:
        """Return the names of the columns as `block:term`."""
        names = [f"{block}:{term}" for block, v in self.vectorizers_.items() for term in v.get_feature_names_out()]
        names += [f"{block}:{i}" for block, size in self._vector_blocks().items() for i in range(size)]
        return np.asarray(names, dtype=object)

    def count_vector_columns(self) -> int:
        """Return how many columns of the view of terms, the last ones, are values of word vectors."""
        return sum(self._vector_blocks().values())

    def word_vectors(self) -> WordVectors | None:
        """Return the package's word vectors; None where it has none or no block asks for them."""
        wanted = any(block in self.blocks for block in _VECTOR_BLOCKS)
        return load_vectors(self.package, self.language) if wanted else None

    def _vector_blocks(self) -> dict[str, int]:
        """Return the number of columns of each block of vectors; none where the package has no vectors."""
        vectors = self.word_vectors()
        if vectors is None:
            return {}
        return {block: n * vectors.dimensions for block, n in _VECTOR_BLOCKS.items() if block in self.blocks}

    def locate(self, unit: Mapping[Any, Any]) -> dict[str, list[tuple[int, int]]]:
        """Return for each term column of one unit (a row) its places, in code points of the article."""
        places: dict[str, list[tuple[int, int]]] = {}
        reference: ParseReference = unit["parse"]
        for block in self.vectorizers_:
            if block == "tokens":
                for name, span in text_terms(str(unit["text"]), punctuation=False):
                    if span is not None:
                        places.setdefault(f"tokens:{name}", []).append(
                            (span[0] + unit["start"], span[1] + unit["start"])
                        )
            elif block not in (*_UNPARSED, "context"):
                for sentence in reference.sentences():
                    for name, at in self._terms(sentence, block):
                        span = min(sentence.starts[i] for i in at), max(sentence.ends[i] for i in at)
                        places.setdefault(f"{block}:{name}", []).append(span)
        return places

    def _documents(self, units: pd.DataFrame, block: str) -> list[str] | list[Document]:
        if block == "tokens":
            return [tuple(name for name, _ in text_terms(str(text), punctuation=False)) for text in units["text"]]
        if block in _UNPARSED:
            return [str(text).lower() for text in units["text"]]
        if block == "context":
            near = (reference.neighbours() for reference in units["parse"])
            return [self._names_of_terms(sentences, "lemmas") for sentences in near]
        return [self._names_of_terms(reference.sentences(), block) for reference in units["parse"]]

    def _names_of_terms(self, sentences: list[Sentence], block: str) -> Document:
        """Return the names of the terms of sentences; each sentence remembers its own, since every fold asks again."""

        def name_terms(sentence: Sentence) -> Document:
            return tuple(name for name, _ in self._terms(sentence, block))

        parts = [s.remember(("terms", block, self.codebook), partial(name_terms, s)) for s in sentences]
        return parts[0] if len(parts) == 1 else tuple(chain.from_iterable(parts))

    def _terms(self, sentence: Sentence, block: str) -> Iterator[Term]:
        extractors: dict[str, Extractor] = {
            "words": word_ngrams,
            "lemmas": content_lemmas,
            "dependencies": dependency_tuples(self._names.name),
            "entities": self._names.terms,
            "cues": cue_terms(self.codebook),
        }
        if block not in extractors:
            known = sorted([*extractors, *_UNPARSED, "context", *_VECTOR_BLOCKS])
            raise InputError(f"there is no block of features {block!r}", remedy=f"use {known}")
        return extractors[block](sentence)

    @property
    def _names(self) -> EntityNames:
        known: EntityNames | None = self.__dict__.get("_names_of")
        if known is None or self.__dict__.get("_names_for") is not self.codebook:
            known = self.__dict__["_names_of"] = EntityNames(self.codebook)
            self.__dict__["_names_for"] = self.codebook
        return known

    def _dense(self, units: pd.DataFrame, block: str) -> sparse.csr_matrix:
        """Return a block of vectors, weighted."""
        vectors = self.word_vectors()
        assert vectors is not None
        if block == "vectors":
            rows = [self._mean_vectors(reference, vectors) for reference in units["parse"]]
        else:
            rows = [text_vectors(str(text), (), vectors)[0] for text in units["text"]]
        return sparse.csr_matrix(np.asarray(rows).reshape(len(units), -1) * _WEIGHTS[block])

    def _mean_vectors(self, reference: ParseReference, vectors: WordVectors) -> np.ndarray[Any, Any]:
        """Return the mean vectors of a unit and of its neighbours; a sentence remembers them, as it does its terms."""
        own = reference.sentences()

        def average() -> np.ndarray[Any, Any]:
            return np.concatenate([mean_vector(own, vectors), 0.4 * mean_vector(reference.neighbours(), vectors)])

        return own[0].remember(("vectors", self.package, self.language), average) if len(own) == 1 else average()


def _vectorizer(block: str) -> TfidfVectorizer:
    if block == "characters":
        return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)
    if block == "subwords":
        return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return TfidfVectorizer(analyzer=as_terms, sublinear_tf=True, min_df=1 if block in ("cues", "tokens") else 2)
