"""Two decisions in one classifier: whether there is a stance at all, and if so, of which value.

Among the candidate pairs of a corpus a stance is rare, and among stances some values are rare. One multinomial model
would never say what is rare twice; so the first model learns the difference to `none` from all rows, the second the
values from the rows that have one, all values weighing the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from corpus_tools.learning.folds import deal_groups, split_folds
from corpus_tools.learning.linear import check_strength

Array = np.ndarray[Any, Any]
NONE = "none"
_INNER_FOLDS = 3
_THRESHOLDS = tuple(float(t) for t in np.geomspace(0.02, 0.9, 24))


class DetectThenValue(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regressions for detection and for the value; without rows of `none` the value alone.

    Parameters
    ----------
    none
        The label that says that there is nothing to detect.
    C
        Inverse strength of the penalty of both models.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    classes_ : ndarray of shape (labels,)
    threshold_ : float
        Probability of a stance from which a row has one: the one with the highest pooled F1 of the values in inner
        folds, grouped where groups are given. 0 without rows of `none`.
    """

    def __init__(self, none: str = NONE, C: float = 2.0, random_state: int = 0) -> None:
        self.none = none
        self.C = C
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that sparse input is fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: Any, y: Any, groups: Sequence[Any] | None = None) -> DetectThenValue:
        """Fit to an array of shape (rows, features); rows of one group stay together in the inner folds."""
        check_strength(self.C)
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        self.values_ = self.classes_[self.classes_ != self.none]
        self.detection_, self.value_ = self._fit_models(X, y)
        self.threshold_ = 0.0
        if self.detection_ is not None:
            self.threshold_ = self._tune(X, y, list(groups) if groups is not None else list(range(len(y))))
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return probabilities of shape (rows, labels), in the order of `classes_`."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return self._scores(X, self.detection_, self.value_)

    def predict(self, X: Any) -> Array:
        """Return the label of each row, shape (rows,)."""
        return self.decide(self.predict_proba(X))

    def decide(self, scores: Array) -> Array:
        """Turn probabilities into labels: the most probable value where a stance is probable enough, else `none`."""
        return self._decide(scores, self.threshold_)

    def weights(self, label: Any) -> Array:
        """Return what each feature adds to the log-odds that there is a stance and that it has this value."""
        if self.detection_ is None:
            return _weights_of(self.value_, label)
        if label == self.none:
            return -_weights_of(self.detection_, True)
        return _weights_of(self.detection_, True) + _weights_of(self.value_, label)

    def _fit_models(self, X: Any, y: Array) -> tuple[LogisticRegression | None, LogisticRegression | None]:
        """Fit detection (None without `none`) and value (None where only one value was ever seen)."""
        valued = y != self.none
        detection = None if valued.all() else self._fit_model(X, valued, None)
        rows = np.flatnonzero(valued)
        balance = None if detection is None else "balanced"
        several = len(np.unique(y[rows])) > 1
        return detection, self._fit_model(X[rows], y[rows], balance) if several else None

    def _fit_model(self, X: Any, y: Array, class_weight: str | None) -> LogisticRegression:
        """Fit to the features that occur; the penalty leaves the weights of all others at 0."""
        model = LogisticRegression(C=self.C, class_weight=class_weight, max_iter=2000, random_state=self.random_state)
        if not sparse.issparse(X) or not X.nnz:
            return model.fit(X, y)
        occurring = np.unique(X.indices)
        model.fit(X[:, occurring], y)
        weights = np.zeros((len(model.coef_), X.shape[1]))
        weights[:, occurring] = model.coef_
        model.coef_, model.n_features_in_ = weights, X.shape[1]
        return model

    def _scores(self, X: Any, detection: LogisticRegression | None, value: LogisticRegression | None) -> Array:
        scores = np.zeros((X.shape[0], len(self.classes_)))
        found = np.ones(X.shape[0]) if detection is None else detection.predict_proba(X)[:, 1]
        if value is None:
            scores[:, np.searchsorted(self.classes_, self.values_)] = found[:, None]
        else:
            scores[:, np.searchsorted(self.classes_, value.classes_)] = value.predict_proba(X) * found[:, None]
        if detection is not None:
            scores[:, self.classes_ == self.none] = (1 - found)[:, None]
        return scores

    def _decide(self, scores: Array, threshold: float) -> Array:
        of_value = self.classes_ != self.none
        best = self.values_[scores[:, of_value].argmax(axis=1)]
        if of_value.all():
            return np.asarray(best)
        return np.where(1 - scores[:, ~of_value].ravel() >= threshold, best, self.none)

    def _tune(self, X: Any, y: Array, groups: list[Any]) -> float:
        """Score the rows out of fold and take the threshold with the highest pooled F1 of the values."""
        count = min(_INNER_FOLDS, len(set(groups)))
        if count < 2:
            return 0.5
        scores = np.zeros((len(y), len(self.classes_)))
        scores[:, self.classes_ == self.none] = 1.0
        marks = [(label,) if label != self.none else () for label in y]
        for train, test in split_folds(deal_groups(marks, groups, folds=count, seed=self.random_state)):
            if len(np.unique(y[train] != self.none)) == 2:
                scores[test] = self._scores(X[test], *self._fit_models(X[train], y[train]))
        return max(_THRESHOLDS, key=lambda t: self._pooled_f1(y, self._decide(scores, t)))

    def _pooled_f1(self, truth: Array, predicted: Array) -> float:
        """F1 of the values, pooled; `none` counts only through what it misses."""
        hits = int(((truth == predicted) & (truth != self.none)).sum())
        return 2 * hits / max(1, int((truth != self.none).sum()) + int((predicted != self.none).sum()))


def _weights_of(model: LogisticRegression | None, label: Any) -> Array:
    if model is None:
        return np.zeros(1)
    if len(model.classes_) == 2:
        return np.asarray(model.coef_[0] * (1 if label == model.classes_[1] else -1))
    return np.asarray(model.coef_[list(model.classes_).index(label)])
