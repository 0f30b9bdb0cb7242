"""The official metrics of the benchmarks, in percent, over single labels.

A class that is in neither gold nor prediction has no F1 and is left out of a mean; a class of the gold that was never
predicted counts 0, as it does in the official scorers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpus_tools.evaluation.metrics import count_hits, f1_of_counts, macro, to_indicators
from corpus_tools.text.errors import InputError


def favor_against_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the mean of F1(FAVOR) and F1(AGAINST), counts pooled over all targets (SemEval-2016 task 6).

    `NONE` is not averaged, but calling it FAVOR costs precision and missing a FAVOR for it costs recall (Mohammad et
    al. 2016, section 4).

    Examples
    --------
    >>> gold = ["FAVOR", "FAVOR", "AGAINST", "NONE"]
    >>> round(favor_against_f1(gold, ["FAVOR", "NONE", "AGAINST", "AGAINST"]), 2)
    66.67
    """
    return mean_f1(truth, predicted, labels=("FAVOR", "AGAINST"))


def mean_f1(truth: Sequence[str], predicted: Sequence[str], *, labels: Sequence[str] | None = None) -> float:
    """Return the unweighted mean F1 of `labels`; without them of all labels of gold and prediction.

    Examples
    --------
    >>> round(mean_f1(["a", "a", "b"], ["a", "b", "b"]), 2)
    66.67
    """
    _check_lengths(truth, predicted)
    names = list(labels) if labels is not None else sorted({*truth, *predicted})
    counts = count_hits(to_indicators(truth, names), to_indicators(predicted, names))
    return 100 * float(macro(f1_of_counts(counts)))


def accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the share of equal labels.

    Examples
    --------
    >>> accuracy(["a", "b"], ["a", "a"])
    50.0
    """
    _check_lengths(truth, predicted)
    return 100 * float(np.mean([t == p for t, p in zip(truth, predicted, strict=True)]))


def _check_lengths(truth: Sequence[str], predicted: Sequence[str]) -> None:
    if len(truth) != len(predicted) or not len(truth):
        raise InputError(f"{len(truth)} gold labels and {len(predicted)} predictions cannot be compared")
