"""Heads: linear models over one or several views of the same units, for exactly one label a unit.

A view is one matrix: sparse terms, or dense embeddings. On few rows one model sees the views side by side; on many each
has its own, which is faster, and their scores are weighed and summed. One softmax makes probabilities of them.
Weights, penalties and the softmax's temperature come from out-of-fold scores inside the training data, with groups
kept whole. As every model is linear, so is the sum: what a feature adds to the score of a label is exact.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from corpus_tools.learning.folds import Fold
from corpus_tools.learning.kernel import KERNEL, fit_kernel
from corpus_tools.learning.linear import QUICK, fit_line
from corpus_tools.learning.tuning import fit_temperature, inner_folds, macro_f1_of, smooth
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
Views = Mapping[str, Any]
"""Name of a view -> matrix of shape (rows, features)."""

EXCLUSIVE_HEADS = ("logistic", "svm", "few_shot", "one_vs_rest")
_FEW = 60
"""Up to so many rows the class means compete with the fitted models."""
_MANY = 4000
"""From so many rows on each view has its own model, with the default penalty: time matters more there than either."""
_SOME = 800
"""Up to so many rows support vectors and logistic regression compete."""
_PENALTIES = {"logistic": (2.0, 8.0, 0.5), "svm": (0.5,), "few_shot": (1.0,), "one_vs_rest": (2.0,), KERNEL: (1.0,)}
"""Inverse strengths, the default first. Searching that of support vectors costs more than it gives: the small inner
training parts ask for stronger penalties than all rows do."""
_PENALTY_OF_MANY = {"svm": 0.25}
_JOINT = "joint"
_SHARES = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)


class LinearHead(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One label a unit, from one or several views.

    Parameters
    ----------
    head
        `"logistic"`, `"svm"` (linear, one against the rest), `"few_shot"` (nearest class mean), `"one_vs_rest"`
        (logistic regression of each label against the rest, both sides weighing alike), or `"auto"`: of the first
        three the one with the best macro-F1 in the inner folds.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    classes_ : ndarray of shape (labels,)
    head_ : str
        The head that was taken.
    joint_ : bool
        Whether one model saw the views side by side.
    shares_ : dict of str to float
        The weight of each model.
    temperature_ : float
        What the summed scores are multiplied with before the softmax.
    penalties_, factors_ : dict of str to float
        For each model the inverse strength of its penalty, and what its scores were multiplied with to be comparable.
    inner_scores_ : ndarray of shape (rows, labels)
        Out-of-fold scores of the training rows; the fitted ones where there were too few rows for folds.
    """

    def __init__(self, head: str = "auto", random_state: int = 0) -> None:
        self.head = head
        self.random_state = random_state

    def fit(self, views: Views, y: Any, groups: Sequence[Any] | None = None) -> LinearHead:
        """Fit to views of the same rows, with one label each.

        Raises
        ------
        InputError
            When the name of the head is unknown or there is only one label.
        """
        if self.head not in ("auto", *EXCLUSIVE_HEADS):
            raise InputError(
                f"the 'head' parameter must be one of {['auto', *EXCLUSIVE_HEADS]} for one label a unit. "
                f"Got {self.head!r} instead"
            )
        labels = np.asarray(y)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise InputError("a head needs at least two different labels")
        folds = inner_folds(labels, groups, self.random_state)
        self.joint_ = len(labels) < _MANY and len(views) > 1 and KERNEL not in views
        self.widths_ = {name: int(matrix.shape[1]) for name, matrix in views.items()}
        if self.joint_:
            views = {_JOINT: join_views(views)}
        best: tuple[float, str, dict[str, _View]] | None = None
        for name in self._candidates(len(labels)):
            fitted = {
                view: self._fit_view(_fit_for(name, matrix, view), matrix, labels, folds)
                for view, matrix in views.items()
            }
            score = max(self._weigh(fitted, labels).values())
            if best is None or score > best[0] + 1e-9:
                best = (score, name, fitted)
        assert best is not None
        self._take(best[1], best[2], labels)
        return self

    def refit(self, views: Views, y: Any) -> LinearHead:
        """Fit the weights again to other rows of the same features, with labels of `classes_`.

        The head, its penalties, the views' shares and the temperature stay as they were chosen.
        """
        check_is_fitted(self)
        labels = np.asarray(y)
        for name, matrix in ({_JOINT: join_views(views)} if self.joint_ else views).items():
            found = self._fit_one(_fit_for(self.head_, matrix, name), self.penalties_[name], matrix, labels)
            self.coef_[name], self.intercept_[name] = (part * self.factors_[name] for part in found)
        return self

    def scores(self, views: Views) -> Array:
        """Return the summed scores before the softmax, shape (rows, labels)."""
        check_is_fitted(self)
        if self.joint_:
            views = {_JOINT: join_views(views)}
        parts = [
            share * (views[name] @ self.coef_[name].T + self.intercept_[name]) for name, share in self.shares_.items()
        ]
        return np.asarray(sum(parts)) * self.temperature_

    def predict_proba(self, views: Views) -> Array:
        """Return probabilities, shape (rows, labels), in the order of `classes_`."""
        return np.asarray(softmax(self.scores(views), axis=1))

    def predict(self, views: Views) -> Array:
        """Return the most probable label of each row."""
        return np.asarray(self.classes_[self.scores(views).argmax(axis=1)])

    def weights(self, label: Any, view: str) -> Array:
        """Return what each feature of a view adds to the score of a label beyond the mean of all labels."""
        coefficients = self._coefficients(view)
        row = list(self.classes_).index(label)
        share = self.shares_.get(view, 1.0) * self.temperature_
        return np.asarray((coefficients[row] - coefficients.mean(axis=0)) * share)

    def _coefficients(self, view: str) -> Array:
        """Return the weights of one view, shape (labels, features), also where it was a part of the joint one."""
        if not self.joint_:
            return np.asarray(self.coef_[view])
        names = list(self.widths_)
        first = sum(self.widths_[name] for name in names[: names.index(view)])
        return np.asarray(self.coef_[_JOINT][:, first : first + self.widths_[view]])

    def _candidates(self, rows: int) -> tuple[str, ...]:
        if self.head != "auto":
            return (self.head,)
        return ("svm", "logistic", "few_shot") if rows <= _FEW else ("svm", "logistic") if rows <= _SOME else ("svm",)

    def _fit_view(self, head: str, matrix: Any, y: Array, folds: Sequence[Fold]) -> _View:
        """Fit one view with the penalty that the inner folds like best."""
        penalties = _PENALTIES[head]
        if len(y) >= _MANY:
            penalties = (_PENALTY_OF_MANY.get(head, penalties[0]),)
        elif not folds:
            penalties = penalties[:1]
        best: tuple[float, float, Array | None] = (-1.0, penalties[0], None)
        for penalty in penalties:
            scores = self._inner_scores(head, penalty, matrix, y, folds)
            quality = macro_f1_of(scores, y, self.classes_) if scores is not None else 0.0
            if quality > best[0] + 0.002:  # a penalty off the default has to earn it
                best = (quality, penalty, scores)
        coefficients, intercept = self._fit_one(head, best[1], matrix, y)
        inner = best[2] if best[2] is not None else np.asarray(matrix @ coefficients.T + intercept)
        # margins and log-odds are made comparable before they are mixed
        factor = fit_temperature(inner, np.searchsorted(self.classes_, y))
        return _View(coefficients * factor, intercept * factor, inner * factor, best[1], factor)

    def _inner_scores(self, head: str, penalty: float, matrix: Any, y: Array, folds: Sequence[Fold]) -> Array | None:
        if not folds:
            return None
        scores = np.zeros((len(y), len(self.classes_)))
        for train, test in folds:
            seen = matrix[:, train] if head == KERNEL else matrix  # likeness to rows left out is not known
            coefficients, intercept = self._fit_one(head, penalty, seen[train], y[train])
            scores[test] = seen[test] @ coefficients.T + intercept
        return scores

    def _fit_one(self, head: str, penalty: float, matrix: Any, y: Array) -> tuple[Array, Array]:
        """Fit one model; return coefficients (labels, features) and intercepts for all labels, seen here or not."""
        seen = np.unique(y)
        if len(seen) == 1:
            model_coef, model_intercept = np.zeros((1, matrix.shape[1])), np.zeros(1)
        elif head == "few_shot":
            model_coef, model_intercept = _class_means(matrix, y, seen)
        elif head == KERNEL:
            model_coef, model_intercept = fit_kernel(matrix, y, seen, penalty)
        else:
            model_coef, model_intercept = _fit_linear(head, penalty, matrix, y, self.random_state)
        coefficients = np.zeros((len(self.classes_), matrix.shape[1]))
        intercept = np.full(len(self.classes_), float(np.min(model_intercept)) - 2.0)
        rows = np.searchsorted(self.classes_, seen)
        coefficients[rows], intercept[rows] = model_coef, model_intercept
        return coefficients, intercept

    def _weigh(self, fitted: Mapping[str, _View], y: Array) -> dict[tuple[float, ...], float]:
        """Return macro-F1 in the inner folds for every division of the weight between views (two at most)."""
        parts = [view.inner for view in fitted.values()]
        if len(parts) == 1:
            return {(1.0,): macro_f1_of(parts[0], y, self.classes_)}
        first, second = (log_softmax(part, axis=1) for part in parts)
        return {
            (1 - share, share): macro_f1_of((1 - share) * first + share * second, y, self.classes_) for share in _SHARES
        }

    def _take(self, name: str, fitted: Mapping[str, _View], y: Array) -> None:
        by_share = smooth(self._weigh(fitted, y))
        shares = max(by_share, key=lambda key: by_share[key])
        self.head_ = name
        self.shares_ = dict(zip(fitted, shares, strict=True))
        self.coef_ = {view: part.coefficients for view, part in fitted.items()}
        self.intercept_ = {view: part.intercept for view, part in fitted.items()}
        self.penalties_ = {view: part.penalty for view, part in fitted.items()}
        self.factors_ = {view: part.factor for view, part in fitted.items()}
        inner = np.asarray(sum(self.shares_[view] * part.inner for view, part in fitted.items()))
        self.temperature_ = fit_temperature(inner, np.searchsorted(self.classes_, y))
        self.inner_scores_ = inner * self.temperature_


@dataclass
class _View:
    """What one view gave: the model of all rows, the scores of the rows out of fold, and what was tuned for it."""

    coefficients: Array
    intercept: Array
    inner: Array
    penalty: float
    factor: float


def join_views(views: Views) -> Any:
    """Set the views side by side in one sparse matrix."""
    if len(views) == 1:
        return sparse.csr_matrix(next(iter(views.values())))
    return sparse.csr_matrix(sparse.hstack([sparse.csr_matrix(matrix) for matrix in views.values()]))


def _fit_for(head: str, matrix: Any, view: str) -> str:
    """Dense views take logistic regression where support vectors were asked: it is as good and many times faster."""
    if view == KERNEL:
        return KERNEL
    return head if head != "svm" or sparse.issparse(matrix) else "logistic"


def _fit_linear(head: str, penalty: float, matrix: Any, y: Array, seed: int) -> tuple[Array, Array]:
    if head == "one_vs_rest":
        lines = [
            fit_line("logistic", matrix, (y == label).astype(float), C=penalty, seed=seed, tolerance=QUICK)
            for label in np.unique(y)
        ]
        return np.vstack([weights for weights, _ in lines]), np.array([intercept for _, intercept in lines])
    if head == "svm":
        model: Any = LinearSVC(C=penalty, class_weight="balanced", random_state=seed, tol=1e-3)
    else:
        model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=150, tol=1e-3, random_state=seed)
    with _quiet():
        model.fit(matrix, y)
    coefficients, intercept = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(coefficients) == 1:  # two classes: one row of weights, for the second
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercept = np.concatenate([-intercept, intercept]) / 2
    return coefficients, intercept


def _class_means(matrix: Any, y: Array, seen: Array) -> tuple[Array, Array]:
    """Nearest class mean as a linear model: weights are the means, scaled to length 1 and centred over classes."""
    means = np.vstack([np.asarray(matrix[np.flatnonzero(y == label)].mean(axis=0)).ravel() for label in seen])
    means /= np.linalg.norm(means, axis=1, keepdims=True) + 1e-12
    return (means - means.mean(axis=0)) * 4.0, np.zeros(len(seen))


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide that a fit stopped at its number of steps: the inner folds judge the result as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
