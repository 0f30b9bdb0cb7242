"""How much two categories agree, from 0 to 1: the weights of weighted kappas and of Gwet's AC2.

Sources: Cicchetti & Allison 1971 (linear), Fleiss & Cohen 1973 (quadratic), Gwet 2014, "Handbook of inter-rater
reliability", 4th edition, chapter 3 (all). The ordinal weights are Gwet's and are not Krippendorff's ordinal metric.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from corpus_tools.agreement.ratings import Array
from corpus_tools.text.errors import InputError

__all__ = ["WEIGHTS", "agreement_weights"]


def agreement_weights(weights: Any, scores: Array) -> Array:
    """Return the weights of all pairs of categories, shape (categories, categories); 1 on the diagonal.

    Parameters
    ----------
    weights
        A name of `WEIGHTS`, or the matrix itself.
    scores
        The categories' numbers: positions 0, 1, 2, …, or values.

    Raises
    ------
    InputError
        When the name is unknown, or the matrix is not a symmetric one of that shape with ones on its diagonal.

    Examples
    --------
    >>> agreement_weights("linear", np.arange(3)).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    if isinstance(weights, str):
        if weights not in WEIGHTS:
            raise InputError(f"the 'weights' parameter must be one of {', '.join(WEIGHTS)}. Got {weights!r} instead")
        if len(scores) < 2:
            return np.ones((len(scores), len(scores)))
        return np.asarray(1.0 - WEIGHTS[weights](np.asarray(scores, dtype=float)))
    try:
        matrix = np.array(weights, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"'weights' is neither a name nor a matrix of numbers: {weights!r}") from error
    if matrix.shape != (len(scores), len(scores)) or not np.allclose(matrix, matrix.T):
        raise InputError(
            f"'weights' has the shape {matrix.shape} for {len(scores)} categories, or is not symmetric",
            remedy="give a square matrix in the order of 'labels'",
        )
    if not np.allclose(np.diagonal(matrix), 1.0) or not ((matrix >= 0) & (matrix <= 1)).all():
        raise InputError("'weights' must lie between 0 and 1, with 1 for equal categories")
    return matrix


def _identity(scores: Array) -> Array:
    return 1.0 - np.eye(len(scores))


def _linear(scores: Array) -> Array:
    return np.asarray(_gaps(scores) / np.ptp(scores))


def _quadratic(scores: Array) -> Array:
    return _linear(scores) ** 2


def _radical(scores: Array) -> Array:
    return np.sqrt(_linear(scores))


def _ordinal(scores: Array) -> Array:
    """The number of pairs of categories between two, the two included."""
    width = _gaps(np.arange(len(scores))) + 1
    pairs = width * (width - 1) / 2
    return np.asarray(pairs / pairs.max())


def _ratio(scores: Array) -> Array:
    if scores.min() < 0:
        raise InputError(f"ratio weights need categories of at least 0, and one is {scores.min():g}")
    gap, both = _gaps(scores), np.add.outer(scores, scores)
    relative = np.divide(gap, both, out=np.zeros_like(gap), where=both > 0) ** 2
    return np.asarray(relative / relative.max())


def _gaps(scores: Array) -> Array:
    return np.asarray(np.abs(np.subtract.outer(scores, scores)), dtype=float)


WEIGHTS: dict[str, Callable[[Array], Array]] = {
    "identity": _identity,
    "linear": _linear,
    "quadratic": _quadratic,
    "radical": _radical,
    "ordinal": _ordinal,
    "ratio": _ratio,
}
"""The weights by name, each as a function to the disagreement, from 0 to 1."""
