"""A curved border between labels in a dense space: likeness to every training row, and kernel ridge on it.

A linear model over embeddings adds what the text says to what stands around the target; who is judged how depends on
both at once. A Gaussian kernel sees such joint patterns, and with some thousand rows there are enough to learn them.
The view is the likeness of a row to each training row, so that a model over it is still a sum with one weight a column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.extmath import randomized_svd

Array = np.ndarray[Any, Any]
KERNEL = "kernel"
"""Name of a view whose columns are the training rows, in their order."""

LEAST, MOST = 4000, 12000
"""Numbers of training rows between which the view pays: with fewer a line is as good, with more it grows too large."""

_DIRECTIONS = 512
_GAMMA = 0.5


class KernelMap(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Gaussian likeness to the training rows, exp(-gamma d^2), in the directions in which rows differ most.

    Parameters
    ----------
    gamma
        For rows of length about 1, as `DenseView` scales them.

    Attributes
    ----------
    directions_ : ndarray of shape (values, directions)
    rows_ : ndarray of shape (training rows, directions)
        The training rows themselves: no text can be read there, but a saved model holds them.
    """

    def __init__(self, gamma: float = _GAMMA) -> None:
        self.gamma = gamma

    def fit(self, X: Array, y: Any = None) -> KernelMap:
        """Learn the directions and keep the rows."""
        rows = np.asarray(X, dtype=np.float32)
        count = min(_DIRECTIONS, *rows.shape)
        self.directions_ = np.ascontiguousarray(randomized_svd(rows, count, n_iter=2, random_state=0)[2].T)
        self.rows_ = rows @ self.directions_
        return self

    def transform(self, X: Array) -> Array:
        """Return an array of shape (rows, training rows)."""
        rows = np.asarray(X, dtype=np.float32) @ self.directions_
        lengths, own = (rows**2).sum(axis=1), (self.rows_**2).sum(axis=1)
        likeness = rows @ self.rows_.T
        likeness *= 2
        likeness -= lengths[:, None]
        likeness -= own[None]
        likeness *= self.gamma
        return np.asarray(np.exp(np.minimum(likeness, 0, out=likeness), out=likeness))


def fit_kernel(matrix: Array, y: Array, labels: Array, penalty: float) -> tuple[Array, Array]:
    """Fit kernel ridge regression to each label against the rest, all labels weighing the same.

    Parameters
    ----------
    matrix
        Shape (rows, rows): the likeness of the rows to each other.
    y
        The label of each row.
    labels
        The labels in order.
    penalty
        Inverse strength of the ridge.

    Returns
    -------
    tuple
        Weights, shape (labels, rows), and intercepts, which are 0.
    """
    there = y[:, None] == labels[None]
    rarity = (there / there.mean(axis=0)).sum(axis=1) / len(labels)
    square = np.array(matrix)
    square[np.diag_indices_from(square)] += (1 / (penalty * rarity)).astype(square.dtype)
    factor = linalg.cho_factor(square, overwrite_a=True, check_finite=False)
    sides = np.where(there, 1.0, -1.0).astype(square.dtype)
    return linalg.cho_solve(factor, sides, check_finite=False).T, np.zeros(len(labels))
