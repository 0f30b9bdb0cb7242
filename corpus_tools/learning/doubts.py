"""How much a detector doubts: for every unit a number from 0 (sure) to 1 (it could as well have said otherwise).

What is doubted is the decision, so probabilities are measured from the threshold that decides, not from one half: with
a threshold of 0.2 a probability of 0.21 is a doubt and one of 0.5 is none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.learning.detect_then_value import NONE

Array = np.ndarray[Any, Any]


def measure_doubts(detector: Any, scores: pd.DataFrame) -> tuple[Array, list[str], list[str]]:
    """Return for each unit its doubt, the label that is doubted most, and the reason in words.

    Parameters
    ----------
    detector
        Fitted; its `thresholds_` (or `threshold_` of a stance) say where it decides, 0.5 without any.
    scores
        Its probabilities, one column a label.

    Notes
    -----
    Several labels a unit: the mean over labels of `1 - |p - t| / (p < t ? t : 1 - t)`, since coding a unit answers for
    all of them; the highest alone would go after whatever label is learned worst. One label a unit: 1 less the lead of
    the first label over the second. Stances with `none`: the higher of the doubt whether there is a stance, and
    of the doubt which, the latter no more than the stance is probable against its threshold.
    """
    if not is_exclusive(detector):
        return _doubt_thresholds(scores, thresholds_of(detector, list(scores.columns)))
    if NONE in scores.columns:
        return _doubt_stances(scores, float(getattr(detector, "threshold_", 0.5)))
    return _doubt_lead(scores)


def is_exclusive(detector: Any) -> bool:
    """Whether a unit has one label, so that probabilities compete: stances, and frames with `exclusive=True`."""
    return bool(getattr(detector, "exclusive", False))


def thresholds_of(detector: Any, labels: list[str]) -> Array:
    """Return the probability from which each label is given."""
    known = getattr(detector, "thresholds_", {})
    return np.array([known.get(label, 0.5) for label in labels], dtype=float)


def stretch(scores: Array, thresholds: Array) -> Array:
    """Map probabilities so that each threshold lies at 0.5 and what is 0 or 1 stays: one scale for all labels."""
    below = 0.5 * scores / np.maximum(thresholds, 1e-9)
    above = 1 - 0.5 * (1 - scores) / np.maximum(1 - thresholds, 1e-9)
    return np.asarray(np.clip(np.where(scores < thresholds, below, above), 0.0, 1.0))


def _doubt_thresholds(scores: pd.DataFrame, thresholds: Array) -> tuple[Array, list[str], list[str]]:
    values = scores.to_numpy(dtype=float)
    doubts = 1 - np.abs(2 * stretch(values, thresholds) - 1)
    doubts[:, thresholds >= 1] = 0.0  # a label that was not learned is never given: nothing is close
    worst = doubts.argmax(axis=1)
    rows = np.arange(len(values))
    names = [str(scores.columns[i]) for i in worst]
    reasons = [
        f"{name} {p:.2f}, given from {t:.2f}"
        for name, p, t in zip(names, values[rows, worst], thresholds[worst], strict=True)
    ]
    return doubts.mean(axis=1), names, reasons


def _doubt_lead(scores: pd.DataFrame) -> tuple[Array, list[str], list[str]]:
    values = scores.to_numpy(dtype=float)
    if values.shape[1] < 2:
        only = str(scores.columns[0])
        return np.zeros(len(values)), [only] * len(values), [f"{only} is the only label"] * len(values)
    order = np.argsort(-values, axis=1, kind="stable")[:, :2]
    first, second = (values[np.arange(len(values)), order[:, k]] for k in (0, 1))
    names = [[str(scores.columns[i]) for i in pair] for pair in order]
    reasons = [
        f"{a} {p:.2f} or {b} {q:.2f}" for (a, b), p, q in zip(names, first.tolist(), second.tolist(), strict=True)
    ]
    return 1 - (first - second), [pair[0] for pair in names], reasons


def _doubt_stances(scores: pd.DataFrame, threshold: float) -> tuple[Array, list[str], list[str]]:
    some = 1 - scores[NONE].to_numpy(dtype=float)
    whether = 1 - np.abs(2 * stretch(some, np.full(len(some), threshold)) - 1)
    values = scores.drop(columns=NONE)
    share = values.div(np.maximum(some, 1e-9), axis=0)
    which, names, reasons = _doubt_lead(share)
    which = which * np.minimum(1.0, some / max(threshold, 1e-9))
    told = [
        f"a stance {p:.2f}, given from {threshold:.2f}" if a >= b else f"if a stance, {reason}"
        for p, a, b, reason in zip(some.tolist(), whether.tolist(), which.tolist(), reasons, strict=True)
    ]
    return np.maximum(whether, which), names, told
