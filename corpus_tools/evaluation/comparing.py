"""Comparisons of systems on the same units: difference, permutation test, Holm's correction.

Both systems are drawn, or swapped, article by article, so that what is hard for both does not count as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus_tools.evaluation.intervals import Statistic, bootstrap_difference, permutation_p
from corpus_tools.evaluation.metrics import accuracy_of_counts, macro_of_counts, micro_of_counts
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.evaluation.evaluate import Evaluation

__all__ = ["METRICS", "adjust_holm", "check_same", "compare", "compare_counts", "compare_systems"]

Array = np.ndarray[Any, Any]
METRICS: dict[str, Statistic] = {
    "macro_f1": macro_of_counts,
    "micro_f1": micro_of_counts,
    "accuracy": accuracy_of_counts,
}


def compare(
    a: Evaluation,
    b: Evaluation,
    *,
    metric: str = "macro_f1",
    names: tuple[str, str] = ("a", "b"),
    random_state: int = 0,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """Compare two evaluations of the same units.

    Parameters
    ----------
    a, b
        Evaluations of two detectors over the same units; their folds may differ.
    metric
        `"macro_f1"`, `"micro_f1"` or, for one label a unit, `"accuracy"`.
    names
        What to call the two.
    random_state, confidence
        Of the resamples and the interval.

    Returns
    -------
    dict
        `a`, `b`, `metric`, `difference` (of a from b, with its interval over groups) and `p` (two-sided).

    Raises
    ------
    InputError
        When the two did not judge the same.
    """
    return compare_systems({names[0]: a, names[1]: b}, metric=metric, seed=random_state, confidence=confidence)[0]


def compare_systems(
    evaluations: Mapping[str, Evaluation], *, metric: str = "macro_f1", seed: int = 0, confidence: float = 0.95
) -> list[dict[str, Any]]:
    """Compare every two of several evaluations of the same units, as `compare` does, with `p_holm` over all pairs."""
    check_metric(metric)
    first = next(iter(evaluations.values()), None)
    for name, other in evaluations.items():
        assert first is not None
        check_same(first, other, name)
    pairs = list(combinations(evaluations, 2))
    counts = {name: found.counts["detector"] for name, found in evaluations.items()}
    return compare_counts(counts, pairs, metric=metric, seed=seed, confidence=confidence)


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


def check_same(a: Evaluation, b: Evaluation, name: str) -> None:
    """Raise when two evaluations did not judge the same labels of the same units against the same gold."""
    for what, same in (
        ("labels", a.summary["labels"] == b.summary["labels"]),
        ("level", a.summary["level"] == b.summary["level"]),
        ("units", list(a.predictions["unit"]) == list(b.predictions["unit"])),
        ("articles", list(a.predictions["article"]) == list(b.predictions["article"])),
    ):
        if not same:
            raise InputError(f"{name!r} was evaluated on other {what}", remedy="evaluate both on the same units")
    if not np.array_equal(a.counts["detector"][:, 2], b.counts["detector"][:, 2]):
        raise InputError(f"{name!r} was evaluated against other gold", remedy="evaluate both on the same units")
