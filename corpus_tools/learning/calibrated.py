"""A binary linear model whose scores are probabilities and whose threshold was tuned, both inside the training data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from corpus_tools.learning.folds import Fold, deal_groups, split_folds
from corpus_tools.learning.linear import QUICK, fit_line, score_rows

Array = np.ndarray[Any, Any]


class CalibratedLinear(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary linear model with sigmoid calibration and a tuned threshold.

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

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Sequence[Any] | Array | None = None,
        *,
        shares: Array | None = None,
        weights: Array | None = None,
    ) -> CalibratedLinear:
        """Fit to an array of shape (rows, features).

        Parameters
        ----------
        X, y
            Rows and their class, one of two.
        groups
            Rows of one group stay together in the inner folds.
        shares
            How positive each row is, from 0 to 1, where that is known better than by its class: weights and sigmoid
            learn from it, the threshold is still the best one for `y`.
        weights
            How much each row counts. (Not `sample_weight`: in scikit-learn's contract a row of weight 2 is the same
            as two rows, which inner folds cannot promise.)
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) > 2:
            kind = type_of_target(y, input_name="y")
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        truth = (y == self.classes_[1]).astype(int)
        target = truth.astype(float) if shares is None else np.asarray(shares, dtype=float)
        self._keep(self._fit_line(X, target, weights))
        scores = self._inner_scores(X, truth, target, weights, groups)
        self.slope_, self.offset_ = fit_sigmoid(scores, target, weights)
        self.inner_probabilities_ = self._sigmoid(scores)
        self.threshold_ = best_threshold(self.inner_probabilities_, truth, weights)
        return self

    def refit(self, X: Any, shares: Array, *, weights: Array | None = None) -> CalibratedLinear:
        """Fit the weights again, to other rows of the same features; sigmoid and threshold stay as they were tuned."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        target = np.asarray(shares, dtype=float)
        self._keep(fit_line(self.model, X, target, weights=weights, C=self.C, seed=self.random_state, tolerance=QUICK))
        return self

    def raw_scores(self, X: Any) -> Array:
        """Return the uncalibrated linear scores, shape (rows,)."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return score_rows(X, (self.coef_.ravel(), self.intercept_[0]))

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

    def _fit_line(self, X: Any, target: Array, weights: Array | None) -> tuple[Array, float]:
        return fit_line(self.model, X, target, weights=weights, C=self.C, seed=self.random_state)

    def _keep(self, line: tuple[Array, float]) -> None:
        self.coef_, self.intercept_ = line[0][None], np.array([line[1]])

    def _inner_scores(
        self, X: Any, truth: Array, target: Array, weights: Array | None, groups: Sequence[Any] | Array | None
    ) -> Array:
        """Out-of-fold scores; rows whose fold could not be fitted keep those of the whole fit."""
        scores = score_rows(X, (self.coef_.ravel(), self.intercept_[0]))
        for train, test in self._folds(truth, groups):
            if (target[train] > 0).any() and (target[train] < 1).any():
                line = self._fit_line(X[train], target[train], None if weights is None else weights[train])
                scores[test] = score_rows(X[test], line)
        return scores

    def _folds(self, truth: Array, groups: Sequence[Any] | Array | None) -> list[Fold]:
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


def fit_sigmoid(scores: Array, truth: Array, weights: Array | None = None) -> tuple[float, float]:
    """Fit slope and offset of Platt's sigmoid to his smoothed targets (Platt 1999; convex, so any start will do).

    `truth` may be shares between 0 and 1, and rows may have weights.
    """
    sizes = np.ones(len(scores)) if weights is None else weights
    positive, negative = float(sizes @ truth), float(sizes @ (1 - truth))
    target = truth * (positive + 1) / (positive + 2) + (1 - truth) / (negative + 2)

    def loss(line: Array) -> tuple[float, Array]:
        odds = line[0] * scores + line[1]
        value = float(sizes @ (np.logaddexp(0, odds) - target * odds))
        error = sizes * (expit(odds) - target)
        return value, np.array([error @ scores, error.sum()])

    start = np.array([0.0, np.log((positive + 1) / (negative + 1))])
    slope, offset = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(1e-6, None), (None, None)]).x
    return float(slope), float(offset)


def best_threshold(probabilities: Array, truth: Array, weights: Array | None = None) -> float:
    """Return the threshold with the highest F1, half-way between neighbouring scores; 0.5 where no row is positive."""
    if not truth.any():
        return 0.5
    ranked, f1 = _rank_cuts(probabilities, truth, weights)
    cut = int(np.argmax(f1))
    below = ranked[cut + 1] if cut + 1 < len(ranked) else 0.0
    return float(np.clip((ranked[cut] + below) / 2, 1e-9, 1 - 1e-9))


def best_f1(probabilities: Array, truth: Array) -> float:
    """Return the highest F1 that any threshold reaches; 0 where no row is positive."""
    return float(_rank_cuts(probabilities, truth, None)[1].max()) if truth.any() else 0.0


def _rank_cuts(probabilities: Array, truth: Array, weights: Array | None) -> tuple[Array, Array]:
    """Return the scores from the highest down, and F1 when all from there up count as positive."""
    order = np.argsort(-probabilities, kind="stable")
    sizes = (np.ones(len(truth)) if weights is None else weights)[order]
    hits = np.cumsum(sizes * truth[order])
    f1 = 2 * hits / (np.cumsum(sizes) + hits[-1])
    ranked = probabilities[order]
    f1[:-1][ranked[:-1] == ranked[1:]] = -1  # equal scores cannot be told apart
    return ranked, f1
