"""A logistic regression whose scores are probabilities and whose threshold was tuned, both inside the training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from corpus_tools.learning.folds import Fold, deal_groups, split_folds

Array = np.ndarray[Any, Any]


class CalibratedLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary logistic regression with sigmoid calibration and a tuned threshold.

    The scores of an inner cross-validation (grouped, when groups are given) serve twice: a sigmoid is fitted to them
    (Platt 1999, with his smoothed targets), and the threshold is the one that maximises F1 on them. The weights are
    then fitted to all rows.

    Parameters
    ----------
    C
        Inverse strength of the L2 penalty.
    model
        `"logistic"`, `"svm"` (squared hinge loss) or `"few_shot"` (difference of the two classes' mean rows).
    folds
        Folds of the inner cross-validation; fewer where a class has fewer rows or groups.
    random_state
        Seed of the inner folds.
    """

    def __init__(self, C: float = 4.0, folds: int = 5, random_state: int = 0, model: str = "logistic") -> None:
        self.C = C
        self.model = model
        self.folds = folds
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn: sparse input is fine, two classes only."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, groups: Sequence[Any] | None = None) -> CalibratedLogistic:
        """Fit to an array of shape (rows, features); rows of one group stay together in the inner folds."""
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) > 2:
            kind = type_of_target(y, input_name="y")
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        truth = (y == self.classes_[1]).astype(int)
        model = self._model().fit(X, truth)
        scores = self._inner_scores(X, truth, groups, model)
        self.slope_, self.offset_ = fit_sigmoid(scores, truth)
        self.inner_probabilities_ = self._sigmoid(scores)
        self.threshold_ = best_threshold(self.inner_probabilities_, truth)
        self.coef_, self.intercept_ = model.coef_, model.intercept_
        return self

    def raw_scores(self, X: Any) -> Array:
        """Return the uncalibrated linear scores, shape (rows,)."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return np.asarray(X @ self.coef_.ravel() + self.intercept_[0]).ravel()

    def decision_function(self, X: Any) -> Array:
        """Return the calibrated log-odds, shape (rows,)."""
        scores = self.raw_scores(X)
        return np.asarray(self.slope_ * scores + self.offset_)

    def predict_proba(self, X: Any) -> Array:
        """Return calibrated probabilities, shape (rows, 2)."""
        positive = self._sigmoid(self.raw_scores(X))
        return np.column_stack([1 - positive, positive])

    def predict(self, X: Any) -> Array:
        """Return the more probable class of each row; detectors use `threshold_` instead."""
        chosen = (self.decision_function(X) > 0).astype(int)
        return np.asarray(self.classes_[chosen])

    def _model(self) -> Any:
        if self.model == "few_shot":
            return MeanDifference()
        if self.model == "svm":
            return LinearSVC(C=self.C / 8, class_weight="balanced", random_state=self.random_state)
        # the dual form is several times faster where there are more features than rows
        return LogisticRegression(
            C=self.C,
            class_weight="balanced",
            solver="liblinear",
            dual=True,
            max_iter=2000,
            random_state=self.random_state,
        )

    def _inner_scores(self, X: Any, truth: Array, groups: Sequence[Any] | None, whole: Any) -> Array:
        """Out-of-fold decision values; rows whose fold could not be fitted keep the values of the whole fit."""
        scores = np.asarray(X @ whole.coef_.ravel() + whole.intercept_[0]).ravel()
        for train, test in self._folds(truth, groups):
            if len(np.unique(truth[train])) == 2:
                model = self._model().fit(X[train], truth[train])
                scores[test] = np.asarray(X[test] @ model.coef_.ravel() + model.intercept_[0]).ravel()
        return scores

    def _folds(self, truth: Array, groups: Sequence[Any] | None) -> list[Fold]:
        if groups is None:
            count = min(self.folds, int(np.bincount(truth).min()))
            if count < 2:
                return []
            splitter = StratifiedKFold(count, shuffle=True, random_state=self.random_state)
            return list(splitter.split(np.zeros(len(truth)), truth))
        positive = len({g for g, t in zip(groups, truth, strict=True) if t})
        count = min(self.folds, positive, len(set(groups)))
        if count < 2:
            return []
        labels = [("positive",) if t else () for t in truth]
        return split_folds(deal_groups(labels, list(groups), folds=count, seed=self.random_state))

    def _sigmoid(self, scores: Array) -> Array:
        return np.asarray(expit(self.slope_ * scores + self.offset_))


class MeanDifference:
    """The direction from the mean of the negative rows to that of the positive ones: enough for very few examples."""

    def fit(self, X: Any, y: Array) -> MeanDifference:
        """Fit to an array of shape (rows, features) and labels 0 and 1."""
        means = [np.asarray(X[np.flatnonzero(y == side)].mean(axis=0)).ravel() for side in (0, 1)]
        low, high = (mean / (np.linalg.norm(mean) + 1e-12) for mean in means)
        self.coef_ = (high - low)[None]
        self.intercept_ = np.zeros(1)
        return self


def fit_sigmoid(scores: Array, truth: Array) -> tuple[float, float]:
    """Fit slope and offset of Platt's sigmoid to his smoothed targets (Platt 1999; convex, so any start will do)."""
    positive, negative = int(truth.sum()), int(len(truth) - truth.sum())
    target = np.where(truth == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(weights: Array) -> tuple[float, Array]:
        line = weights[0] * scores + weights[1]
        value = float((np.logaddexp(0, line) - target * line).sum())
        error = expit(line) - target
        return value, np.array([error @ scores, error.sum()])

    start = np.array([0.0, np.log((positive + 1) / (negative + 1))])
    slope, offset = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(1e-6, None), (None, None)]).x
    return float(slope), float(offset)


def best_threshold(probabilities: Array, truth: Array) -> float:
    """Return the threshold with the highest F1, half-way between neighbouring scores; 0.5 where no row is positive."""
    if not truth.any():
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    ranked = probabilities[order]
    f1[:-1][ranked[:-1] == ranked[1:]] = -1  # equal scores cannot be told apart
    cut = int(np.argmax(f1))
    below = ranked[cut + 1] if cut + 1 < len(ranked) else 0.0
    return float(np.clip((ranked[cut] + below) / 2, 1e-9, 1 - 1e-9))
