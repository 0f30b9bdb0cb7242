"""Which frames a sentence, and through its sentences an article, carries: `FrameDetector`.

One binary classifier a label over shared features. Probabilities are calibrated and thresholds tuned inside the
training data, with articles kept whole, once for units and once for articles (an article's score is the highest of
its units' scores).
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.parses import Parses
from corpus_tools.learning.calibrated import CalibratedLogistic, best_threshold
from corpus_tools.learning.detections import frame_rows, to_detections
from corpus_tools.learning.encoder import is_configured
from corpus_tools.learning.explain import explain_units
from corpus_tools.learning.features import BLOCKS, UnitFeatures
from corpus_tools.learning.heads import EXCLUSIVE_HEADS, LinearHead, join_views
from corpus_tools.learning.units import units as cut_units
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError, InputWarning

Array = np.ndarray[Any, Any]
MODELS = ("logistic", "svm", "few_shot")
MIN_GROUPS = 3
"""A label with positives in fewer articles is not learned: nothing could be tuned inside the training data."""


class FrameDetector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Detector of frames over a table of units: several a unit, or exactly one.

    Parameters
    ----------
    codebook
        Gives labels their order, cues and aliases; none is needed.
    features
        `"words"` (no parse needed), `"linguistic"`, `"embeddings"` (needs the extra `embeddings`; beside the terms of
        a parse at hand, or beside words), or `"auto"`: embeddings where the user configured them (by the parameter or
        the environment variable `CORPUS_TOOLS_EMBEDDINGS`), else linguistic.
    exclusive
        Whether every unit has exactly one label; then one softmax gives the probabilities of all labels, and the most
        probable one is predicted.
    head
        With `exclusive` `"logistic"`, `"svm"`, `"few_shot"` or `"auto"` (see `LinearHead`); else `"logistic"`,
        `"svm"`, `"few_shot"` or `"auto"` (logistic), one classifier a label.
    embeddings
        Folder of the model of embeddings; None takes that of the environment, or an installed one.
    C
        Inverse strength of the penalty of the labels' classifiers; with `exclusive` the head chooses its own.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    labels_ : list of str
    models_ : dict of str to CalibratedLogistic
    thresholds_, article_thresholds_ : dict of str to float
        Probabilities from which a unit, or an article, counts as positive.
    """

    def __init__(
        self,
        codebook: Codebook | None = None,
        *,
        features: str = "auto",
        exclusive: bool = False,
        head: str = "auto",
        embeddings: str | None = None,
        C: float = 4.0,
        random_state: int = 0,
    ) -> None:
        self.codebook = codebook
        self.features = features
        self.exclusive = exclusive
        self.head = head
        self.embeddings = embeddings
        self.C = C
        self.random_state = random_state

    def fit(self, units: pd.DataFrame, y: Any = None) -> FrameDetector:
        """Learn from units with known `labels`.

        Raises
        ------
        InputError
            When no unit has a label, or no label occurs in `MIN_GROUPS` groups.
        """
        pairs = zip(units["unknown"], units["labels"], strict=True)
        known = units[np.array([("*" not in unknown) or bool(labels) for unknown, labels in pairs], dtype=bool)]
        self.labels_ = self._order({label for labels in known["labels"] for label in labels})
        if not self.labels_:
            raise InputError("no unit carries a label", remedy="give units that were coded, with labels")
        self._check_head()
        dense = self.features == "embeddings" or (self.features == "auto" and is_configured(self.embeddings))
        model = (self.embeddings or "") if dense else None
        self.features_ = UnitFeatures(self._blocks(known), self.codebook, embeddings=model)
        views = self.features_.fit_views(known)
        self.models_: dict[str, CalibratedLogistic] = {}
        self.priors_: dict[str, float] = {}
        self.thresholds_: dict[str, float] = {}
        self.article_thresholds_: dict[str, float] = {}
        self.training_articles_ = list(dict.fromkeys(known["article"]))
        self.head_: LinearHead | None = None
        if self.exclusive:
            self._fit_exclusive(known, views)
            return self
        matrix = join_views(views)
        for label in self.labels_:
            self._fit_label(label, known, matrix)
        if not self.models_:
            raise InputError(f"no label occurs in {MIN_GROUPS} articles", remedy="code more articles before training")
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return calibrated probabilities: one row a unit, one column a label."""
        check_is_fitted(self)
        if not len(units):
            return pd.DataFrame(columns=self.labels_, index=units.index, dtype=float)
        views = self.features_.views(units)
        if self.head_ is not None:
            scores = pd.DataFrame(self.head_.predict_proba(views), index=units.index, columns=self.head_.classes_)
            return scores.reindex(columns=self.labels_, fill_value=0.0)
        matrix = join_views(views)
        columns = {
            label: self.models_[label].predict_proba(matrix)[:, 1]
            if label in self.models_
            else np.full(len(units), self.priors_[label])
            for label in self.labels_
        }
        return pd.DataFrame(columns, index=units.index, columns=self.labels_)

    def predict(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return an indicator table: one row a unit, one column a label."""
        return self.decide(self.predict_proba(units))

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn probabilities of units into decisions: the thresholds, or with `exclusive` the most probable label."""
        if self.exclusive:
            return _one_hot(scores)
        return scores.ge(pd.Series(self.thresholds_)[self.labels_]).astype("int64")

    def decide_articles(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn the highest probabilities of articles into decisions by the articles' own thresholds."""
        return scores.ge(pd.Series(self.article_thresholds_)[self.labels_]).astype("int64")

    def predict_articles(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return an indicator table with one row an article, judged by its highest unit score."""
        return self.decide_articles(self.score_articles(units))

    def score_articles(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each article, in order of appearance, the highest probability of its units."""
        return highest_by_article(self.predict_proba(units), units)

    def detect(self, corpus: Corpus, parses: Parses) -> pd.DataFrame:
        """Find frames in the sentences of a corpus.

        Returns
        -------
        DataFrame
            Detections (columns as in `corpus_tools.learning.detections`), one row a sentence and label above the
            threshold.
        """
        found = cut_units(corpus, parses, kind="frame", level="sentence")
        if not len(found):
            return to_detections([])
        scores = self.predict_proba(found)
        chosen = self.decide(scores)
        positive = chosen.any(axis=1).to_numpy()
        evidence = explain_units(self, found[positive]) if positive.any() else pd.DataFrame()
        return to_detections(frame_rows(found[positive], scores[positive], chosen[positive], evidence))

    def weights(self, label: str) -> dict[str, Array] | None:
        """Return the weights of each view's features for a label, None where the label was not learned."""
        if self.head_ is not None:
            head = self.head_
            return {view: head.weights(label, view) for view in head.widths_} if label in head.classes_ else None
        if label not in self.models_:
            return None
        flat = self.models_[label].coef_.ravel()
        terms = self.features_.get_feature_names_out().size
        return {"terms": flat[:terms], "embeddings": flat[terms:]}

    def explain(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each unit, label and contributing words an exact share of the score (see `learning.explain`)."""
        return explain_units(self, units)

    def save(self, path: str | Path) -> Path:
        """Write the detector as a skops file with a manifest; see `corpus_tools.learning.saving`."""
        from corpus_tools.learning.saving import save_detector

        return save_detector(self, path)

    @classmethod
    def load(cls, path: str | Path) -> FrameDetector:
        """Read a detector that `save` wrote; nothing is ever unpickled."""
        from corpus_tools.learning.saving import load_detector

        return load_detector(path, cls)

    def _blocks(self, units: pd.DataFrame) -> tuple[str, ...]:
        known = ["auto", *BLOCKS, "embeddings"]
        if self.features not in known:
            raise InputError(
                f"the 'features' parameter of FrameDetector must be one of {known}. Got {self.features!r} instead"
            )
        plain = self.features == "embeddings" and (units["level"] == "text").all()
        return BLOCKS["words" if plain or self.features == "words" else "linguistic"]

    def _check_head(self) -> None:
        known = ("auto", *(EXCLUSIVE_HEADS if self.exclusive else MODELS))
        if self.head not in known:
            raise InputError(
                f"the 'head' parameter of FrameDetector must be one of {list(known)}. Got {self.head!r} instead"
            )

    def _fit_exclusive(self, units: pd.DataFrame, views: dict[str, Any]) -> None:
        """Fit one head for all labels; the first label of a unit counts where it has several."""
        several = units["labels"].map(len) > 1
        if several.any():
            raise InputError(
                f"{int(several.sum())} units have several labels, and exclusive=True allows one",
                where=str(units["unit"][several].iloc[0]),
                remedy="give each unit one label, or use exclusive=False",
            )
        labelled = np.flatnonzero(units["labels"].map(len).to_numpy() == 1)
        truth = np.array([next(iter(labels), "") for labels in units["labels"]], dtype=object)
        groups = units["group"].to_numpy(dtype=object)
        shares = pd.Series(truth[labelled]).value_counts(normalize=True)
        least = 1 if self.head == "few_shot" else MIN_GROUPS
        for label in self.labels_:
            count = len(set(groups[truth == label]))
            self.priors_[label] = float(shares[label])
            if count < least:
                _warn_of_few(label, count, least)
                labelled = labelled[truth[labelled] != label]
        if len(set(truth[labelled])) < 2:
            raise InputError(f"fewer than two labels occur in {least} articles each", remedy="code more articles")
        self.head_ = LinearHead(self.head, self.random_state).fit(
            {name: matrix[labelled] for name, matrix in views.items()},
            truth[labelled].astype(str),
            groups[labelled].tolist(),
        )
        self.thresholds_ = self.article_thresholds_ = dict.fromkeys(self.labels_, 0.5)

    def _order(self, found: set[str]) -> list[str]:
        known = [label for label in self.codebook.frames if label in found] if self.codebook is not None else []
        return known + sorted(found - set(known))

    def _fit_label(self, label: str, units: pd.DataFrame, matrix: Any) -> None:
        truth = np.array([label in labels for labels in units["labels"]], dtype=int)
        usable = np.array(
            [bool(t) or not ({label, "*"} & unknown) for t, unknown in zip(truth, units["unknown"], strict=True)],
            dtype=bool,
        )
        groups = units["group"].to_numpy()
        positive = len(set(groups[truth == 1]))
        self.priors_[label] = float(truth[usable].mean())
        self.thresholds_[label] = self.article_thresholds_[label] = 1.0
        if positive < MIN_GROUPS or truth[usable].all():
            _warn_of_few(label, positive, MIN_GROUPS)
            return
        head = "logistic" if self.head == "auto" else self.head
        model = CalibratedLogistic(C=self.C, model=head, random_state=self.random_state)
        model.fit(matrix[np.flatnonzero(usable)], truth[usable], groups=groups[usable])
        self.models_[label] = model
        self.thresholds_[label] = model.threshold_
        self.article_thresholds_[label] = self._article_threshold(label, units[usable], model)

    @staticmethod
    def _article_threshold(label: str, units: pd.DataFrame, model: CalibratedLogistic) -> float:
        """Tune on the same out-of-fold scores, the highest of each article."""
        best = pd.Series(model.inner_probabilities_).groupby(units["article"].to_numpy(), sort=False).max()
        first = units.drop_duplicates("article")
        truth = np.array([label in labels for labels in first["article_labels"]], dtype=int)
        return best_threshold(best.to_numpy(), truth)


def _warn_of_few(label: str, count: int, needed: int) -> None:
    text = f"label {label!r} is not learned: {count} articles carry it, {needed} are needed"
    warnings.warn(text, InputWarning, stacklevel=4)


def highest_by_article(scores: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return for each article, in order of appearance, the highest score of its units."""
    return scores.groupby(units["article"].to_numpy(), sort=False).max()


def _one_hot(scores: pd.DataFrame) -> pd.DataFrame:
    chosen = np.zeros(scores.shape, dtype="int64")
    chosen[np.arange(len(scores)), scores.to_numpy().argmax(axis=1)] = 1
    return pd.DataFrame(chosen, index=scores.index, columns=scores.columns)
