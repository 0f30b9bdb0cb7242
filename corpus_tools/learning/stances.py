"""StanceDetector: who takes which side toward whom or what.

A unit is a sentence with a target and, for `target="entity"`, a holder. In training from gold every other pair of a
sentence is `none`, so that detection and value are one decision; units from plain texts simply have the values that
their labels have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.parses import Parses
from corpus_tools.learning.detect_then_value import NONE, DetectThenValue
from corpus_tools.learning.detections import keep_strongest, thin_out, to_detections
from corpus_tools.learning.detector import Detector
from corpus_tools.learning.encoder import is_configured
from corpus_tools.learning.explain import occlude
from corpus_tools.learning.heads import EXCLUSIVE_HEADS, LinearHead, Views, join_views
from corpus_tools.learning.references import list_fingerprints
from corpus_tools.learning.stance_units import stance_units
from corpus_tools.learning.targets import TargetFeatures
from corpus_tools.learning.topic_head import TopicHead
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
TARGETS = ("span", "topic", "entity")
FEATURES = ("auto", "words", "linguistic", "embeddings")


class StanceDetector(Detector):
    """Detector of the stance toward a target.

    Parameters
    ----------
    target
        `"span"`: the target is a span of the text; `"topic"`: a topic by name, one for many texts; `"entity"`: a
        holder and a target, as spans or names.
    features
        `"words"` (no parse needed), `"linguistic"` (with structure and attribution from parses), `"embeddings"`
        (needs the extra `embeddings`; beside linguistic features, for topics beside words), or `"auto"`: embeddings
        where the user configured them (by the parameter or the environment variable `CORPUS_TOOLS_EMBEDDINGS`), else
        linguistic.
    codebook
        Gives mentions their entities and kinds; none is needed.
    head
        `"logistic"`, `"svm"`, `"few_shot"`, `"one_vs_rest"`, or `"auto"`: chosen inside the training data, for topics
        `"one_vs_rest"`.
    embeddings
        Folder of the model of embeddings; None takes that of the environment, or an installed one.
    names
        Whether the words of target and holder themselves are learned from, where candidates are not told apart: who
        it is often goes with a side in the news. False where that must not decide, or where others are to come.
    C
        Inverse strength of the penalty where candidates of a sentence are judged (see `DetectThenValue`); the other
        heads choose their own.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    classes_ : ndarray of str
    threshold_ : float
        Probability of a stance from which a candidate has one (see `DetectThenValue`); 0 where there is no `none`.
    """

    exclusive = True
    """A unit has exactly one value."""

    def __init__(
        self,
        *,
        target: str = "entity",
        features: str = "auto",
        codebook: Codebook | None = None,
        head: str = "auto",
        embeddings: str | None = None,
        names: bool = True,
        C: float = 2.0,
        random_state: int = 0,
    ) -> None:
        self.target = target
        self.features = features
        self.codebook = codebook
        self.head = head
        self.embeddings = embeddings
        self.names = names
        self.C = C
        self.random_state = random_state

    def fit(self, units: pd.DataFrame, y: Any = None) -> StanceDetector:
        """Learn from units with one known label each."""
        self._check_options(target=TARGETS, features=FEATURES, head=("auto", *EXCLUSIVE_HEADS))
        known = units[units["labels"].notna() & (units["level"] != "missed")]
        labels = known["labels"].to_numpy(dtype=str)
        if len(set(labels)) < 2:
            raise InputError(
                "stance units need at least two different labels", remedy="code more articles before training"
            )
        dense = self.features == "embeddings" or (self.features == "auto" and is_configured(self.embeddings))
        # grammar says who is meant in a sentence; about a topic it says nothing that words do not
        plain = self.features == "words" or (self.features == "embeddings" and self.target == "topic")
        self.features_ = TargetFeatures(
            self.target,
            "words" if plain else "linguistic",
            (self.embeddings or "") if dense else None,
            self.codebook,
            curved=self.head == "auto" and NONE not in labels,
            names=self.names,
        )
        views, groups = self.features_.fit_views(known), known["group"].to_list()
        self.threshold_ = 0.0
        if NONE in labels:
            self.model_: Any = DetectThenValue(C=self.C, random_state=self.random_state)
            self.model_.fit(join_views(views), labels, groups=groups)
            self.threshold_ = self.model_.threshold_
        elif self.target == "topic":
            self.model_ = TopicHead(self.head, self.random_state).fit(views, labels, groups, topics_of(known))
        else:
            self.model_ = LinearHead(self.head, self.random_state).fit(views, labels, groups)
        self.classes_ = self.model_.classes_
        self.training_hashes_ = list_fingerprints(known)
        self.training_articles_ = list(self.training_hashes_)
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return probabilities: one row a unit, one column a label."""
        check_is_fitted(self)
        if not len(units):
            return pd.DataFrame(columns=self.classes_, index=units.index, dtype=float)
        scores = self.score_views(self.features_.views(units), topics_of(units))
        return pd.DataFrame(scores, index=units.index, columns=self.classes_)

    def score_views(self, views: Views, topics: Sequence[str]) -> Array:
        """Return the probabilities of rows that are views already, shape (rows, labels)."""
        if isinstance(self.model_, DetectThenValue):
            return self.model_.predict_proba(join_views(views))
        if isinstance(self.model_, TopicHead):
            return self.model_.predict_proba(views, topics)
        return np.asarray(self.model_.predict_proba(views))

    def predict(self, units: pd.DataFrame) -> Array:
        """Return the label of each unit, shape (units,)."""
        return self.decide(self.predict_proba(units))

    def decide(self, scores: pd.DataFrame) -> Array:
        """Turn probabilities into labels: the most probable, or with candidates the one above the threshold."""
        if isinstance(self.model_, DetectThenValue):
            return self.model_.decide(scores.to_numpy())
        return np.asarray(self.classes_[scores.to_numpy().argmax(axis=1)] if len(scores) else self.classes_[:0])

    def detect(self, corpus: Corpus, parses: Parses) -> pd.DataFrame:
        """Find stances between the candidates of every sentence, thinned to the best of overlapping pairs."""
        found = stance_units(corpus, parses, codebook=self.codebook)
        if not len(found):
            return to_detections([])
        scores = self.predict_proba(found)
        chosen = [str(label) for label in self.decide(scores)]
        best = scores.to_numpy()[np.arange(len(found)), np.searchsorted(self.classes_, chosen)]
        rows = [
            self._detection(unit, label, float(score))
            for unit, label, score in zip(found.to_dict("records"), chosen, best, strict=True)
            if label != NONE
        ]
        return to_detections(thin_out(rows))

    def explain(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each unit the words that carried the predicted label, with their weights.

        The weight of a term is its exact contribution to the score of the label. Embeddings have no terms: their
        part (feature `embeddings`) is what the score loses when a word is left out of the text (occlusion).
        """
        labels = self.predict(units)
        rows = [
            {"unit": unit["unit"], "label": label, **piece}
            for unit, label in zip(units.to_dict("records"), labels, strict=True)
            for piece in self._evidence(unit, label)
        ]
        return pd.DataFrame(rows, columns=["unit", "label", "feature", "start", "end", "quote", "weight"])

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
        one = pd.DataFrame([dict(unit)])
        views = self.features_.views(one)
        row, weights = views["terms"][0], self._weights(label, "terms", one)
        names = self.features_.get_feature_names_out()
        values = {names[i]: float(v * weights[i]) for v, i in zip(row.data, row.indices, strict=True)}
        pieces = [
            {"start": start, "end": end, "feature": term.split(":", 1)[1], "weight": values[term]}
            for term, places in self.features_.locate(unit).items()
            if values.get(term, 0.0) > 0
            for start, end in places
        ]
        if self.features_.dense_ is not None:
            dense = self.features_.dense_
            pieces += occlude(dense, unit, self._weights(label, dense.name, one))
        for piece in pieces:
            piece["quote"] = unit["text"][piece["start"] - unit["start"] : piece["end"] - unit["start"]]
        return keep_strongest(pieces)

    def _weights(self, label: str, view: str, one: pd.DataFrame) -> Array:
        """Return the weights of a view's features for the label of one unit."""
        if isinstance(self.model_, TopicHead):
            return self.model_.weights(label, view, topics_of(one)[0])
        if isinstance(self.model_, LinearHead):
            return self.model_.weights(label, view)
        weights = self.model_.weights(label)
        first = self.features_.get_feature_names_out().size
        return np.asarray(weights[:first] if view == "terms" else weights[first:])


def topics_of(units: pd.DataFrame) -> list[str]:
    """Return the name of each unit's target."""
    return [target.name if target is not None else "?" for target in units["target"]]
