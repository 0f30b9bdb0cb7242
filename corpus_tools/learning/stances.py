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
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.parses import Parses
from corpus_tools.learning.candidates import NONE, stance_units
from corpus_tools.learning.detections import MOST_EVIDENCE, to_detections
from corpus_tools.learning.folds import deal_groups, split_folds
from corpus_tools.learning.mentions import Mention
from corpus_tools.learning.references import ParseReference, Sentence
from corpus_tools.learning.stance_terms import is_lexical, stance_terms
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
TARGETS = ("span", "topic", "entity")
_SEPARATOR = "\x1f"
_WEIGHTS = {"lexis": 0.3}
_INNER_FOLDS = 3
_MOST_NONE = 25  # pairs without a stance for each one with, in training
_NONE_WEIGHTS = tuple(float(w) for w in np.geomspace(0.02, 2.0, 21))


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
    none_weight_ : float
        Factor on the probability of `none` that maximised the pooled F1 of the values in the inner folds; 1 where
        there is no `none`.
    """

    def __init__(
        self,
        *,
        target: str = "entity",
        features: str = "auto",
        codebook: Codebook | None = None,
        C: float = 6.0,
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
            self.vectorizers_[name] = vectorizer.fit(self._documents(known, name))
        matrix = self._matrix(known)
        self.model_ = self._fit_model(matrix, labels)
        self.classes_ = self.model_.classes_
        self.training_articles_ = list(dict.fromkeys(known["article"]))
        self.none_weight_ = self._tune_none(matrix, labels, known["group"].to_list()) if NONE in self.classes_ else 1.0
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return probabilities: one row a unit, one column a label."""
        check_is_fitted(self)
        if not len(units):
            return pd.DataFrame(columns=self.classes_, index=units.index, dtype=float)
        return pd.DataFrame(self.model_.predict_proba(self._matrix(units)), index=units.index, columns=self.classes_)

    def predict(self, units: pd.DataFrame) -> Array:
        """Return the label of each unit, shape (units,)."""
        return self._choose(self.predict_proba(units))

    def _choose(self, scores: pd.DataFrame) -> Array:
        return np.asarray(self.classes_[_weighted(scores.to_numpy(), self.classes_, self.none_weight_).argmax(axis=1)])

    def detect(self, corpus: Corpus, parses: Parses) -> pd.DataFrame:
        """Find stances between the candidates of every sentence, thinned to the best of overlapping pairs."""
        found = stance_units(corpus, parses, codebook=self.codebook)
        if not len(found):
            return to_detections([])
        scores = self.predict_proba(found)
        chosen = [str(label) for label in self._choose(scores)]
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

    def _fit_model(self, matrix: Any, labels: Array) -> LogisticRegression:
        """Fit on all values and a sample of the many `none`, each of which then stands for several."""
        random = np.random.default_rng(self.random_state)
        valued = labels != NONE
        share = min(1.0, _MOST_NONE * int(valued.sum()) / max(1, int((~valued).sum())))
        kept = np.flatnonzero(valued | (random.random(len(labels)) < share))
        weights = np.where(labels[kept] == NONE, 1.0 / share, 1.0)
        model = LogisticRegression(C=self.C, max_iter=2000, random_state=self.random_state)
        return model.fit(matrix[kept], labels[kept], sample_weight=weights)

    def _vectorizers(self) -> dict[str, TfidfVectorizer]:
        texts = {
            "words": TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        }
        split = {"token_pattern": f"[^{_SEPARATOR}]+", "lowercase": False, "min_df": 2}
        terms = {
            "structure": TfidfVectorizer(use_idf=False, **split),
            "lexis": TfidfVectorizer(sublinear_tf=True, **split),
        }
        if self.features == "words":
            return texts
        return terms if self.target == "entity" else {**texts, **terms}

    def _matrix(self, units: pd.DataFrame) -> Any:
        parts = [v.transform(self._documents(units, n)) * _WEIGHTS.get(n, 1.0) for n, v in self.vectorizers_.items()]
        return sparse.csr_matrix(sparse.hstack(parts))

    def _documents(self, units: pd.DataFrame, block: str) -> list[str]:
        if block not in ("structure", "lexis"):
            return [str(text) for text in units["text"]]
        columns = (units["parse"], units["holder"], units["target"])
        return [self._document(*row, block) for row in zip(*columns, strict=True)]

    def _document(self, parse: ParseReference, holder: Mention | None, target: Mention | None, block: str) -> str:
        """Join the terms of a candidate; remembered by its sentence, since every fold asks again."""

        def join() -> str:
            return _SEPARATOR.join(
                t for _, t, _ in self._terms(parse, holder, target) if is_lexical(t) == (block == "lexis")
            )

        sentences = parse.sentences()
        if len(sentences) != 1:
            return join()
        return sentences[0].remember(("stance", block, holder, target, self.codebook), join)

    def _terms(
        self, parse: ParseReference, holder: Mention | None, target: Mention | None
    ) -> Iterator[tuple[Sentence, str, tuple[int, ...]]]:
        for sentence in parse.sentences():
            for term, positions in stance_terms(sentence, holder, target, self.codebook):
                yield sentence, term, positions

    def _tune_none(self, matrix: Any, labels: Array, groups: list[Any]) -> float:
        """Weigh `none` so that the pooled F1 of the values is highest in folds grouped by article."""
        count = min(_INNER_FOLDS, len(set(groups)))
        if count < 2:
            return 1.0
        inner = np.zeros((len(labels), len(self.classes_)))
        marks = [(label,) if label != NONE else () for label in labels]
        for train, test in split_folds(deal_groups(marks, groups, folds=count, seed=self.random_state)):
            model = self._fit_model(matrix[train], labels[train])
            inner[np.ix_(test, np.searchsorted(self.classes_, model.classes_))] = model.predict_proba(matrix[test])
        scores = [
            _micro_f1(labels, self.classes_[_weighted(inner, self.classes_, w).argmax(axis=1)]) for w in _NONE_WEIGHTS
        ]
        return _NONE_WEIGHTS[int(np.argmax(scores))]

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
        best: dict[tuple[int, int], dict[str, Any]] = {}
        for sentence, term, positions in self._terms(unit["parse"], unit["holder"], unit["target"]):
            weight = weights.get(term, 0.0)
            if positions and weight > 0:
                start, end = min(sentence.starts[i] for i in positions), max(sentence.ends[i] for i in positions)
                if weight > best.get((start, end), {"weight": 0.0})["weight"]:
                    quote = unit["text"][start - unit["start"] : end - unit["start"]]
                    best[start, end] = {"start": start, "end": end, "quote": quote, "feature": term, "weight": weight}
        return sorted(best.values(), key=lambda piece: (-piece["weight"], piece["start"]))[:MOST_EVIDENCE]

    def _term_weights(self, unit: pd.DataFrame, label: str) -> dict[str, float]:
        """Return the contribution of each term of one unit to the label's score."""
        weights: dict[str, float] = {}
        shift = 0
        coefficients = self._weights(label)
        for name, vectorizer in self.vectorizers_.items():
            if name in ("structure", "lexis"):
                row = vectorizer.transform(self._documents(unit, name)) * _WEIGHTS.get(name, 1.0)
                terms = vectorizer.get_feature_names_out()[row.indices]
                weights |= {
                    t: float(v * coefficients[shift + i]) for t, v, i in zip(terms, row.data, row.indices, strict=True)
                }
            shift += len(vectorizer.vocabulary_)
        return weights

    def _weights(self, label: str) -> Array:
        if len(self.classes_) == 2:
            return np.asarray(self.model_.coef_[0] * (1 if label == self.classes_[1] else -1))
        return np.asarray(self.model_.coef_[list(self.classes_).index(label)])


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


def _weighted(scores: Array, classes: Array, weight: float) -> Array:
    factors = np.where(classes == NONE, weight, 1.0)
    return np.asarray(scores * factors)


def _micro_f1(truth: Array, predicted: Array) -> float:
    """F1 of the values, pooled; `none` counts only through what it misses."""
    hits = int(((truth == predicted) & (truth != NONE)).sum())
    return 2 * hits / max(1, int((truth != NONE).sum()) + int((predicted != NONE).sum()))
