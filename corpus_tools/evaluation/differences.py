"""Differences between systems, counted over the same groups: interval, permutation test, Holm's correction.

Both systems are drawn, or swapped, article by article, so that what is hard for both does not count as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corpus_tools.evaluation.intervals import Statistic, bootstrap_difference, permutation_p
from corpus_tools.evaluation.metrics import accuracy_of_counts, macro_of_counts, micro_of_counts
from corpus_tools.text.errors import InputError

__all__ = ["METRICS", "adjust_holm", "check_metric", "compare_counts"]

Array = np.ndarray[Any, Any]
METRICS: dict[str, Statistic] = {
    "macro_f1": macro_of_counts,
    "micro_f1": micro_of_counts,
    "accuracy": accuracy_of_counts,
}


def compare_counts(
    counts: Mapping[str, Array],
    pairs: Sequence[tuple[str, str]],
    *,
    metric: str = "macro_f1",
    seed: int = 0,
    confidence: float = 0.95,
) -> list[dict[str, Any]]:
    """Compare pairs of systems by their counts, shape (groups, 3, labels), over the same groups."""
    statistic = METRICS[metric]
    rows: list[dict[str, Any]] = []
    for a, b in pairs:
        found = bootstrap_difference(counts[a], counts[b], statistic, confidence=confidence, seed=seed)
        p = None if found.value is None else permutation_p(counts[a], counts[b], statistic, seed=seed)
        rows.append({"a": a, "b": b, "metric": metric, "difference": found.to_dict(), "p": p})
    for row, adjusted in zip(rows, adjust_holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = adjusted
    return rows


def adjust_holm(p: Sequence[float | None]) -> list[float | None]:
    """Return p values adjusted for their number by Holm's step-down method (1979); None stays None and is not counted.

    Examples
    --------
    >>> adjust_holm([0.01, 0.04, None, 0.03])
    [0.03, 0.06, None, 0.06]
    """
    known = sorted((value, i) for i, value in enumerate(p) if value is not None)
    adjusted: list[float | None] = [None] * len(p)
    highest = 0.0
    for step, (value, i) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - step) * value))
        adjusted[i] = highest
    return adjusted


def check_metric(metric: str) -> None:
    """Raise when there is no such metric."""
    if metric not in METRICS:
        raise InputError(f"the 'metric' parameter must be one of {list(METRICS)}. Got {metric!r} instead")
