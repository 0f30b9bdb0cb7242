"""Calibration: whether what is said with probability p holds in a share p of cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def reliability(scores: Array, truth: Array, *, bins: int = 5) -> list[dict[str, Any]]:
    """Return mean score and share of positives in bins of equal mass over all units and labels.

    Parameters
    ----------
    scores, truth
        Probabilities and gold, of one shape; every element is a case.
    bins
        Number of bins; each has the same number of cases, give or take one.
    """
    flat, right = np.asarray(scores, dtype=float).ravel(), np.asarray(truth).ravel()
    order = np.argsort(flat, kind="stable")
    return [
        {"mean_score": float(flat[part].mean()), "share_positive": float(right[part].mean()), "n": len(part)}
        for part in np.array_split(order, bins)
        if len(part)
    ]


def calibration_error(bins: Sequence[dict[str, Any]]) -> float | None:
    """Return the expected calibration error: the bins' mean distance of score and share, weighed by their cases.

    Naeini, Cooper & Hauskrecht 2015, with bins of equal mass.

    Examples
    --------
    >>> bins = [{"mean_score": 0.1, "share_positive": 0.2, "n": 3}, {"mean_score": 0.9, "share_positive": 0.9, "n": 1}]
    >>> round(calibration_error(bins), 6)
    0.075
    """
    total = sum(part["n"] for part in bins)
    if not total:
        return None
    return float(sum(part["n"] * abs(part["mean_score"] - part["share_positive"]) for part in bins) / total)


def brier(scores: Array, truth: Array) -> float | None:
    """Return the mean squared distance of score and gold over all cases (Brier 1950, per label).

    Examples
    --------
    >>> brier(np.array([0.5, 1.0]), np.array([True, True]))
    0.125
    """
    flat, right = np.asarray(scores, dtype=float).ravel(), np.asarray(truth, dtype=float).ravel()
    return float(((flat - right) ** 2).mean()) if len(flat) else None
