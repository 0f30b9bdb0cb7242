"""What the heads of one label a unit tune inside the training data, and how: folds, F1, shares, temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from corpus_tools.learning.folds import Fold, deal_groups, split_folds

Array = np.ndarray[Any, Any]
_INNER_FOLDS = 3


def inner_folds(y: Array, groups: Sequence[Any] | None, seed: int, folds: int = _INNER_FOLDS) -> list[Fold]:
    """Deal rows to inner folds with groups kept whole; no folds where there are too few groups."""
    names = list(groups) if groups is not None else list(range(len(y)))
    count = min(folds, len(set(names)), len(y))
    if count < 2 or min(np.unique(y, return_counts=True)[1].max(), len(y)) < 2:
        return []
    return split_folds(deal_groups([(label,) for label in y.tolist()], names, folds=count, seed=seed))


def macro_f1_of(scores: Array, y: Array, classes: Array) -> float:
    """Return macro-F1 of the labels with the highest scores, over the labels that `y` has."""
    chosen = scores.argmax(axis=1)
    truth = np.searchsorted(classes, y)
    size = len(classes)
    hits = np.bincount(truth[truth == chosen], minlength=size)
    total = np.bincount(truth, minlength=size) + np.bincount(chosen, minlength=size)
    there = np.bincount(truth, minlength=size) > 0
    return float((2 * hits[there] / total[there]).mean())


def smooth(values: Mapping[tuple[float, ...], float]) -> dict[tuple[float, ...], float]:
    """Average each value with its neighbours: the best of a few close figures is mostly luck."""
    keys, figures = list(values), np.array(list(values.values()))
    padded = np.concatenate([figures[:1], figures, figures[-1:]])
    return dict(zip(keys, (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4, strict=True))


def fit_temperature(scores: Array, truth: Array) -> float:
    """Return the factor that gives the softmax of `scores` the lowest log loss (Guo et al. 2017)."""

    def loss(exponent: float) -> float:
        return -float(log_softmax(scores * np.exp(exponent), axis=1)[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4.0, 4.0), method="bounded").x))
