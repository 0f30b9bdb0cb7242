"""StanceDetector: who takes which side toward whom or what.

A unit is a sentence with a target and, for `target="entity"`, a holder. In training from gold every other pair of a
sentence is `none`, so that detection and value are one decision; units from plain texts simply have the values that
their labels have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.mentions import Mention
from corpus_tools.language.parses import Parses
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.attributed import attribution_terms
from corpus_tools.learning.candidates import stance_units
from corpus_tools.learning.detect_then_value import NONE, DetectThenValue
from corpus_tools.learning.detections import keep_strongest, to_detections
from corpus_tools.learning.references import ParseReference
from corpus_tools.learning.stance_terms import stance_terms, window_terms
from corpus_tools.learning.terms import Document, as_terms
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
TARGETS = ("span", "topic", "entity")
_TERMS = ("structure", "attribution", "window")
_WEIGHTS = {"window": 0.3}


class StanceDetector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Detector of the stance toward a target.

    Parameters
    ----------
    target
        `"span"`: the target is a span of the text; `"topic"`: a topic by name, one for many texts; `"entity"`: a
        holder and a target, as candidates of a sentence.
    features
        `"words"`, `"linguistic"` or `"auto"` (linguistic).
    codebook
        Gives mentions their entities and kinds; none is needed.
    C
        Inverse strength of the penalty.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    classes_ : ndarray of str
    threshold_ : float
        Probability of a stance from which a candidate has one (see `DetectThenValue`); 0 where there is no `none`.
    """

    def __init__(
        self,
        *,
        target: str = "entity",
        features: str = "auto",
        codebook: Codebook | None = None,
        C: float = 2.0,
        random_state: int = 0,
    ) -> None:
        self.target = target
        self.features = features
        self.codebook = codebook
        self.C = C
        self.random_state = random_state

    def fit(self, units: pd.DataFrame, y: Any = None) -> StanceDetector:
        """Learn from units with one known label each."""
        self._check_parameters()
        known = units[units["labels"].notna() & (units["level"] != "missed")]
        labels = known["labels"].to_numpy(dtype=str)
        if len(set(labels)) < 2:
            raise InputError(
                "stance units need at least two different labels", remedy="code more articles before training"
            )
        self.vectorizers_ = {}
        for name, vectorizer in self._vectorizers().items():
            documents = self._documents(known, name)
            if any(documents):  # a topic, for one, has no window
                self.vectorizers_[name] = vectorizer.fit(documents)
        matrix = self._matrix(known)
        self.model_ = DetectThenValue(C=self.C, random_state=self.random_state)
        self.model_.fit(matrix, labels, groups=known["group"].to_list())
        self.classes_ = self.model_.classes_
        self.threshold_ = self.model_.threshold_
        self.training_articles_ = list(dict.fromkeys(known["article"]))
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return probabilities: one row a unit, one column a label."""
        check_is_fitted(self)
        if not len(units):
            return pd.DataFrame(columns=self.classes_, index=units.index, dtype=float)
        return pd.DataFrame(self.model_.predict_proba(self._matrix(units)), index=units.index, columns=self.classes_)

    def predict(self, units: pd.DataFrame) -> Array:
        """Return the label of each unit, shape (units,)."""
        scores = self.predict_proba(units)
        return self.model_.decide(scores.to_numpy())

    def detect(self, corpus: Corpus, parses: Parses) -> pd.DataFrame:
        """Find stances between the candidates of every sentence, thinned to the best of overlapping pairs."""
        found = stance_units(corpus, parses, codebook=self.codebook)
        if not len(found):
            return to_detections([])
        scores = self.predict_proba(found)
        chosen = [str(label) for label in self.model_.decide(scores.to_numpy())]
        best = scores.to_numpy()[np.arange(len(found)), np.searchsorted(self.classes_, chosen)]
        rows = [
            self._detection(unit, label, float(score))
            for unit, label, score in zip(found.to_dict("records"), chosen, best, strict=True)
            if label != NONE
        ]
        return to_detections(thin_out(rows))

    def explain(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each unit the words that carried the predicted label, with their weights."""
        labels = self.predict(units)
        rows = [
            {"unit": unit["unit"], "label": label, **piece}
            for unit, label in zip(units.to_dict("records"), labels, strict=True)
            for piece in self._evidence(unit, label)
        ]
        return pd.DataFrame(rows, columns=["unit", "label", "feature", "start", "end", "quote", "weight"])

    def save(self, path: str | Path) -> Path:
        """Write the detector as a skops file with a manifest; see `corpus_tools.learning.saving`."""
        from corpus_tools.learning.saving import save_detector

        return save_detector(self, path)

    @classmethod
    def load(cls, path: str | Path) -> StanceDetector:
        """Read a detector that `save` wrote; nothing is ever unpickled."""
        from corpus_tools.learning.saving import load_detector

        return load_detector(path, cls)

    def _check_parameters(self) -> None:
        for name, value, allowed in (
            ("target", self.target, TARGETS),
            ("features", self.features, ("auto", "words", "linguistic")),
        ):
            if value not in allowed:
                raise InputError(
                    f"the '{name}' parameter of StanceDetector must be one of {list(allowed)}. Got {value!r} instead"
                )

    def _vectorizers(self) -> dict[str, TfidfVectorizer]:
        texts = {
            "words": TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        }
        split: dict[str, Any] = {"analyzer": as_terms, "min_df": 2}
        structure = {
            "structure": TfidfVectorizer(use_idf=False, **split),
            "attribution": TfidfVectorizer(use_idf=False, binary=True, norm=None, **split),
        }
        if self.features == "words":
            return texts
        if self.target == "entity":  # the words of a sentence are those of all its candidates
            return structure
        return {**texts, **structure, "window": TfidfVectorizer(sublinear_tf=True, **split)}

    def _matrix(self, units: pd.DataFrame) -> Any:
        parts = [v.transform(self._documents(units, n)) * _WEIGHTS.get(n, 1.0) for n, v in self.vectorizers_.items()]
        return sparse.csr_matrix(sparse.hstack(parts))

    def _documents(self, units: pd.DataFrame, block: str) -> list[str] | list[Document]:
        if block not in _TERMS:
            return [str(text) for text in units["text"]]
        columns = (units["parse"], units["holder"], units["target"])
        return [self._document(*row, block) for row in zip(*columns, strict=True)]

    def _document(self, parse: ParseReference, holder: Mention | None, target: Mention | None, block: str) -> Document:
        """Return the names of the terms of a candidate; its sentence remembers them, since every fold asks again."""

        def name_terms() -> Document:
            return tuple(term for _, term, _ in self._terms(parse, holder, target, block))

        sentences = parse.sentences()
        if len(sentences) != 1:
            return name_terms()
        return sentences[0].remember(("stance", block, holder, target, self.codebook), name_terms)

    def _terms(
        self, parse: ParseReference, holder: Mention | None, target: Mention | None, block: str
    ) -> Iterator[tuple[Sentence, str, tuple[int, ...]]]:
        for sentence in parse.sentences():
            if block == "attribution":
                terms = attribution_terms(parse.attributions(sentence, self.codebook), holder, target)
            elif block == "window":
                terms = window_terms(sentence, target)
            else:
                terms = stance_terms(sentence, holder, target, self.codebook)
            for term, positions in terms:
                yield sentence, term, positions

    def _detection(self, unit: Mapping[Any, Any], label: str, score: float) -> dict[str, Any]:
        return {
            "article": unit["article"],
            "type": "stance",
            "label": label,
            "start": unit["start"],
            "end": unit["end"],
            "quote": unit["text"],
            "score": score,
            "evidence": self._evidence(unit, label),
            "holder": unit["holder"].to_dict(),
            "target": unit["target"].to_dict(),
        }

    def _evidence(self, unit: Mapping[Any, Any], label: str) -> list[dict[str, Any]]:
        """Return the words whose terms speak for the label, the strongest term of each place."""
        weights = self._term_weights(pd.DataFrame([dict(unit)]), label)
        slots = (unit["parse"], unit["holder"], unit["target"])
        pieces = []
        for sentence, term, positions in (found for block in _TERMS for found in self._terms(*slots, block)):
            if positions and weights.get(term, 0.0) > 0:
                start, end = min(sentence.starts[i] for i in positions), max(sentence.ends[i] for i in positions)
                quote = unit["text"][start - unit["start"] : end - unit["start"]]
                pieces.append({"start": start, "end": end, "quote": quote, "feature": term, "weight": weights[term]})
        return keep_strongest(pieces)

    def _term_weights(self, unit: pd.DataFrame, label: str) -> dict[str, float]:
        """Return the contribution of each term of one unit to the label's score."""
        weights: dict[str, float] = {}
        shift = 0
        coefficients = self.model_.weights(label)
        for name, vectorizer in self.vectorizers_.items():
            if name in _TERMS:
                row = vectorizer.transform(self._documents(unit, name)) * _WEIGHTS.get(name, 1.0)
                terms = vectorizer.get_feature_names_out()[row.indices]
                weights |= {
                    t: float(v * coefficients[shift + i]) for t, v, i in zip(terms, row.data, row.indices, strict=True)
                }
            shift += len(vectorizer.vocabulary_)
        return weights


def thin_out(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep, of detections of one sentence that share a target, the most probable of each holder."""
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda r: -r["score"]):
        if not any(_same(row, other) for other in kept):
            kept.append(row)
    return sorted(kept, key=lambda r: (r["article"], r["start"], -r["score"]))


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether both say something of one target in one sentence, by implicit or overlapping holders."""
    if (a["article"], a["start"]) != (b["article"], b["start"]) or a["target"]["start"] != b["target"]["start"]:
        return False
    return (
        a["holder"]["implicit"] is not None
        or b["holder"]["implicit"] is not None
        or a["holder"]["start"] == b["holder"]["start"]
    )
