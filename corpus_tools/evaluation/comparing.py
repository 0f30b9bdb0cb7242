"""Comparisons of evaluations of the same units, as `corpus_tools.evaluation.differences` counts them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from corpus_tools.evaluation.differences import check_metric, compare_counts
from corpus_tools.evaluation.evaluate import Evaluation
from corpus_tools.text.errors import InputError

__all__ = ["check_same", "compare", "compare_systems"]


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
