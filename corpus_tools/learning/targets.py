"""Features of units with a target: what is said around it, on the way to it, and between holder and target.

`TargetFeatures` turns units into views (see `corpus_tools.learning.heads`): `terms`, a sparse matrix whose columns go
back to words, and with embeddings `embeddings`, a dense one. Which blocks of terms it takes follows from the target,
from the named set of features, and from the units: where many candidates share one sentence, its words tell them
apart in nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.mentions import Mention
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning import words
from corpus_tools.learning.attributed import attribution_terms
from corpus_tools.learning.dense import DenseView, find_span
from corpus_tools.learning.pairs import PairView, choose_view
from corpus_tools.learning.stance_terms import lemma_window_terms, stance_terms
from corpus_tools.learning.terms import Document, as_terms
from corpus_tools.learning.vectors import WordVectors, load_vectors, text_vectors

Array = np.ndarray[Any, Any]
Span = tuple[int, int]
Found = tuple[str, Span | None]
"""A term and its code points in the article, None where it has no place."""

_NAMES: WeakKeyDictionary[TargetFeatures, Array] = WeakKeyDictionary()
"""Names of columns by the features that have them; beside these, so that no saved model holds them twice."""
PARSED = ("structure", "attribution", "lemmas")
_TEXT = ("words", "characters", "topic")
_VECTORS = "vectors"
"""The block of mean word vectors: of the text, and of what stands around target and holder."""
_AROUND = ("window", "clause", "between")
_NAMED = "names"
"""The block of the words of target and holder themselves."""
_WEIGHTS = {"words": 0.7, "names": 0.8, "clause": 0.7, "lemmas": 0.5, "structure": 0.7, "attribution": 0.3}
_SLOTS: dict[str, tuple[str, ...]] = {"topic": (), "span": ("targetx",), "entity": ("targetx", "holderx")}
_OF_VECTORS = 0.4
"""Weight of mean word vectors: less than the words' own."""
_CROWDED = 3.0
"""From so many candidates a text on average its words are left out."""


class TargetFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn units with targets into views.

    Parameters
    ----------
    target
        `"span"`, `"topic"` or `"entity"`, as in `StanceDetector`.
    features
        `"words"`: no parse is needed; `"linguistic"`: with structure, attribution and lemmas from parses.
    embeddings
        Folder of the model of embeddings; None goes without them.
    codebook
        Gives mentions their entities and kinds.
    curved
        Whether embeddings of spans become the view `kernel` (see `corpus_tools.learning.kernel`), which only a
        `LinearHead` of many rows can take.
    names
        Whether the words of spans are terms, too, as in `StanceDetector`.
    """

    def __init__(
        self,
        target: str = "span",
        features: str = "words",
        embeddings: str | None = None,
        codebook: Codebook | None = None,
        curved: bool = False,
        names: bool = True,
    ) -> None:
        self.target = target
        self.features = features
        self.embeddings = embeddings
        self.codebook = codebook
        self.curved = curved
        self.names = names

    def fit(self, units: pd.DataFrame, y: Any = None) -> TargetFeatures:
        """Learn vocabularies and document frequencies from the units."""
        self.fit_views(units)
        return self

    def fit_views(self, units: pd.DataFrame) -> dict[str, Any]:
        """Learn from the units and return their views (see `views`), reading each unit once."""
        self.crowded_ = len(units) > _CROWDED * units["text"].nunique()
        self.vectorizers_: dict[str, TfidfVectorizer] = {}
        _NAMES.pop(self, None)
        rows, parts = _rows(units), []
        for block in self._blocks():
            documents = self._documents(rows, block)
            if any(documents):  # a topic, for one, has no window
                vectorizer = self._vectorizer(block)
                try:
                    parts.append(vectorizer.fit_transform(documents) * self._weight(block))
                except ValueError:  # no term occurs often enough
                    continue
                self.vectorizers_[block] = vectorizer
        found: dict[str, Any] = {"terms": _join([*parts, *self._vectors(rows)], len(rows))}
        self.dense_: DenseView | PairView | None = None
        if self.embeddings is not None:
            self.dense_ = choose_view(
                self.embeddings, self.target, crowded=self.crowded_, curved=self.curved, count=len(units)
            )
            found[self.dense_.name] = self.dense_.fit_transform(units)
        return found

    def views(self, units: pd.DataFrame) -> dict[str, Any]:
        """Return the matrices by name, each of shape (units, features of the view)."""
        rows = _rows(units)
        parts = [
            vectorizer.transform(self._documents(rows, block)) * self._weight(block)
            for block, vectorizer in self.vectorizers_.items()
        ]
        found: dict[str, Any] = {"terms": _join([*parts, *self._vectors(rows)], len(rows))}
        if self.dense_ is not None:
            found[self.dense_.name] = self.dense_.transform(units)
        return found

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the names of the columns of the view `terms`, as `block:term`."""
        if self not in _NAMES:  # every piece of evidence asks again
            names = [f"{block}:{term}" for block, v in self.vectorizers_.items() for term in v.get_feature_names_out()]
            names += [f"{_VECTORS}:{i}" for i in range(self.count_vector_columns())]
            _NAMES[self] = np.asarray(names or ["none"], dtype=object)
        return _NAMES[self]

    def locate(self, unit: Mapping[Any, Any]) -> dict[str, list[Span]]:
        """Return for each term of one unit (a row) its places, in code points of the article."""
        places: dict[str, list[Span]] = {}
        for block in self.vectorizers_:
            if block != "characters":
                for term, span in self._terms(unit, block):
                    if span is not None:
                        places.setdefault(f"{block}:{term}", []).append(span)
        return places

    def count_vector_columns(self) -> int:
        """Return how many columns of the view `terms`, the last ones, are values of word vectors."""
        vectors = self.word_vectors()
        return (1 + len(_SLOTS[self.target])) * vectors.dimensions if vectors is not None else 0

    def word_vectors(self) -> WordVectors | None:
        """Return the word vectors; None where embeddings say more, or where candidates share their text."""
        return load_vectors() if self.embeddings is None and not self.crowded_ else None

    def _vectors(self, rows: list[dict[str, Any]]) -> list[sparse.csr_matrix]:
        """Return the block of mean word vectors of text, target and holder, or nothing."""
        vectors = self.word_vectors()
        if vectors is None or not rows:
            return []
        return [sparse.csr_matrix(np.vstack([_weigh_vectors(row, _SLOTS[self.target], vectors) for row in rows]))]

    def _blocks(self) -> tuple[str, ...]:
        text = () if self.crowded_ else _TEXT if self.target == "topic" else _TEXT[:2]
        around = () if self.crowded_ or self.target == "topic" else _AROUND if self.target == "entity" else _AROUND[:2]
        around = (*around, _NAMED) if around and self.names else around
        if self.features == "words":
            return (*(text or _TEXT[:2]), *around)
        return (*text, *around, *(PARSED[:2] if self.crowded_ else PARSED))

    def _weight(self, block: str) -> float:
        return 1.0 if self.crowded_ else _WEIGHTS.get(block, 1.0)

    def _vectorizer(self, block: str) -> TfidfVectorizer:
        if block == "characters":
            return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        settings: dict[str, Any] = {"analyzer": as_terms}
        if block == "structure":
            return TfidfVectorizer(use_idf=False, min_df=2, **settings)
        if block in ("attribution", "topic"):
            return TfidfVectorizer(
                use_idf=False, binary=True, norm=None, min_df=1 if block == "topic" else 2, **settings
            )
        return TfidfVectorizer(sublinear_tf=True, min_df=2 if block == "lemmas" else 1, **settings)

    def _documents(self, rows: list[dict[str, Any]], block: str) -> list[str] | list[Document]:
        if block == "characters":
            return [words.mask_text(text, spans) for text, _, spans in map(_read_part, rows)]
        return [self._document(row, block) for row in rows]

    def _document(self, unit: Mapping[Any, Any], block: str) -> Document:
        """Return the names of a unit's terms; its sentence remembers those of a parse, since every fold asks again."""

        def name_terms() -> Document:
            return tuple(term for term, _ in self._terms(unit, block))

        sentences: list[Sentence] = unit["parse"].sentences() if block in PARSED else []
        if len(sentences) != 1:
            return name_terms()
        key = ("stance", block, unit["holder"], unit["target"], self.codebook)
        return tuple(sentences[0].remember(key, name_terms))

    def _terms(self, unit: Mapping[Any, Any], block: str) -> Iterator[Found]:
        if block in PARSED:
            yield from self._parsed_terms(unit, block)
        elif block == "topic":
            yield (unit["target"].name if unit["target"] is not None else "?"), None
        else:
            for term, span in _plain_terms(unit, block):
                yield term, (span[0] + unit["start"], span[1] + unit["start"]) if span is not None else None

    def _parsed_terms(self, unit: Mapping[Any, Any], block: str) -> Iterator[Found]:
        holder, target = _with_place(unit, "holder"), _with_place(unit, "target")
        for sentence in _sentences_of(unit["parse"].sentences(), holder, target):
            if block == "attribution":
                terms = attribution_terms(unit["parse"].attributions(sentence, self.codebook), holder, target)
            elif block == "lemmas":
                terms = lemma_window_terms(sentence, target)
            else:
                terms = stance_terms(sentence, holder, target, self.codebook)
            for term, positions in terms:
                yield term, _place(sentence, positions) if positions else None


def _rows(units: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what features read of each unit."""
    columns = ("text", "start", "holder", "target", "parse")
    return [dict(zip(columns, values, strict=True)) for values in zip(*(units[c] for c in columns), strict=True)]


def _join(parts: list[Any], count: int) -> sparse.csr_matrix:
    """Set the blocks' matrices side by side."""
    return sparse.csr_matrix(sparse.hstack(parts)) if parts else sparse.csr_matrix((count, 1))


def _with_place(unit: Mapping[Any, Any], slot: str) -> Mention | None:
    """Return the mention with a span where only its name was given and the name stands in the text."""
    mention: Mention | None = unit[slot]
    if mention is None or mention.start is not None or mention.implicit is not None:
        return mention
    span = find_span(unit, slot)
    if span is None:
        return mention
    start, end = span
    return Mention(start + unit["start"], end + unit["start"], unit["text"][start:end], mention.entity)


def _sentences_of(sentences: list[Sentence], *mentions: Mention | None) -> list[Sentence]:
    """Return the sentences with a mention; all where none has a place."""
    places = [m.start for m in mentions if m is not None and m.start is not None]
    if len(sentences) < 2 or not places:
        return sentences
    return [s for s in sentences if any(s.start <= start < s.end for start in places)]


def _named_spans(unit: Mapping[Any, Any]) -> list[tuple[str, Span]]:
    """The spans of target and holder, each with the word that stands for it in terms."""
    spans = [("targetx", find_span(unit, "target")), ("holderx", find_span(unit, "holder"))]
    return [(name, span) for name, span in spans if span is not None]


def _read_part(unit: Mapping[Any, Any]) -> tuple[str, int, list[tuple[str, Span]]]:
    """Return the stretch that is read, where it begins, and the spans within it."""
    spans = _named_spans(unit)
    start, end = words.cut_around(unit["text"], spans[0][1] if spans else None)
    inside = [(name, (s - start, e - start)) for name, (s, e) in spans if start <= s and e <= end]
    return unit["text"][start:end], start, inside


def _weigh_vectors(unit: Mapping[Any, Any], slots: tuple[str, ...], vectors: WordVectors) -> Array:
    """Return the mean word vectors of the text and of what stands around each slot, zeros where it has no place."""
    text, _, spans = _read_part(unit)
    of_text, *around = text_vectors(text, [span for _, span in spans], vectors)
    found = dict(zip((name for name, _ in spans), around, strict=True))
    return _OF_VECTORS * np.concatenate([of_text, *(found.get(slot, 0 * of_text) for slot in slots)])


def _plain_terms(unit: Mapping[Any, Any], block: str) -> Iterator[Found]:
    """Yield the terms of a block that needs no parse; places are code points of the unit's text."""
    text, start, spans = _read_part(unit)
    if block == "words":
        terms = words.text_terms(text, spans)
    elif block == "between":
        both = [span for _, span in spans]
        terms = words.between_terms(text, both[1], both[0]) if len(both) == 2 else iter(())
    elif block == _NAMED:
        terms = (term for name, span in spans for term in words.name_terms(text, name, span))
    else:
        make = words.window_terms if block == "window" else words.clause_terms
        terms = (t for i, (name, span) in enumerate(spans) for t in make(text, name, span, spans[:i] + spans[i + 1 :]))
    for term, span in terms:
        yield term, (span[0] + start, span[1] + start) if span is not None else None


def _place(sentence: Sentence, positions: tuple[int, ...]) -> Span:
    return min(sentence.starts[i] for i in positions), max(sentence.ends[i] for i in positions)
