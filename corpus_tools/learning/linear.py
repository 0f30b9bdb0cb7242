"""Binary linear models by name: one direction and one intercept, from targets that may be shares.

A target of 0.7 says that seven of ten coders said yes: the row counts twice, with 0.7 as positive and with 0.3 as
negative, which is the cross-entropy to the share. Both sides weigh the same in sum, however rare one of them is.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
Line = tuple[Array, float]
"""Weights, shape (features,), and intercept."""

MODELS = ("logistic", "svm", "few_shot")
EXACT, QUICK = 1e-4, 1e-2
"""Tolerances of the solver: the scores of the two differ in the fourth digit, and the second takes half the time."""


def fit_line(
    name: str,
    matrix: Any,
    shares: Array,
    *,
    weights: Array | None = None,
    C: float = 4.0,
    seed: int = 0,
    tolerance: float = EXACT,
) -> Line:
    """Fit one binary model.

    Parameters
    ----------
    name
        `"logistic"`, `"svm"` (squared hinge loss) or `"few_shot"` (difference of the two sides' mean rows).
    matrix
        Shape (rows, features), sparse or dense.
    shares
        Shape (rows,): how positive each row is, from 0 to 1.
    weights
        Shape (rows,): how much each row counts; None: all the same.
    C
        Inverse strength of the L2 penalty.
    seed
        Of the solver's order.
    tolerance
        Of the solver. There is no warm start: on 2,000 rows the dual solver from scratch takes 0.04 s to `QUICK`,
        descent on the primal from the weights before takes 0.3 s to the same place.
    """
    check_strength(C)
    rows, sides, sizes = _take_sides(shares, weights)
    if name == "few_shot":
        return _mean_difference(matrix, rows, sides, sizes)
    sizes = sizes * _balance(sides, sizes)
    taken = matrix if len(rows) == matrix.shape[0] and (np.diff(rows) == 1).all() else matrix[rows]
    if name == "svm":
        model: Any = LinearSVC(C=C / 8, tol=tolerance, random_state=seed)
    else:
        # the dual form is several times faster where there are more features than rows
        model = LogisticRegression(C=C, solver="liblinear", dual=True, tol=tolerance, max_iter=2000, random_state=seed)
    with config_context(assume_finite=True, skip_parameter_validation=True):  # the caller's rows were checked once
        model.fit(taken, sides, sample_weight=sizes)
    return np.asarray(model.coef_).ravel(), float(np.ravel(model.intercept_)[0])


def check_strength(C: Any) -> None:
    """Raise unless `C`, an inverse strength of a penalty, is a number above 0."""
    if not isinstance(C, Real) or isinstance(C, bool) or not float(C) > 0:
        raise InputError(f"the 'C' parameter must be a number above 0. Got {C!r} instead")


def score_rows(matrix: Any, line: Line) -> Array:
    """Return the linear scores, shape (rows,)."""
    return np.asarray(matrix @ line[0] + line[1]).ravel()


def _take_sides(shares: Array, weights: Array | None) -> tuple[Array, Array, Array]:
    """Return rows, their side (0 or 1) and their weight; a row with a share between 0 and 1 comes twice."""
    given = np.ones(len(shares)) if weights is None else np.asarray(weights, dtype=float)
    between = np.flatnonzero((shares > 0) & (shares < 1))
    rows = np.concatenate([np.arange(len(shares)), between])
    sides = np.concatenate([(shares > 0).astype(int), np.zeros(len(between), dtype=int)])
    sizes = np.concatenate([given * np.where(shares > 0, shares, 1.0), given[between] * (1 - shares[between])])
    return rows, sides, sizes


def _balance(sides: Array, sizes: Array) -> Array:
    """Return the factor of each row that makes both sides weigh half of the whole."""
    total = np.bincount(sides, weights=sizes, minlength=2)
    return np.asarray(total.sum() / (2 * np.maximum(total, 1e-12)))[sides]


def _mean_difference(matrix: Any, rows: Array, sides: Array, sizes: Array) -> Line:
    """Return the direction from the mean of the negative rows to that of the positive: enough for very few."""
    means = []
    for side in (0, 1):
        own = sides == side
        mean = np.asarray(sizes[own] @ matrix[rows[own]]).ravel() / max(float(sizes[own].sum()), 1e-12)
        means.append(mean / (np.linalg.norm(mean) + 1e-12))
    return means[1] - means[0], 0.0
