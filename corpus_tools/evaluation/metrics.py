"""Metrics over indicator tables and label arrays, written so that an undefined value stays undefined.

F1 of a label that is in neither gold nor prediction is nan, not 0 and not 1; macro means leave nan out and say so by
being nan only when every label is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def count_hits(truth: Array, predicted: Array) -> Array:
    """Return true, predicted and actual positives summed over rows: shape (3, ..., labels) from (rows, labels)."""
    return np.stack([(truth & predicted).sum(axis=-2), predicted.sum(axis=-2), truth.sum(axis=-2)])


def f1_of_counts(counts: Array) -> Array:
    """Return `2 tp / (predicted + actual)`, nan where both are zero; shape (..., labels) from (3, ..., labels)."""
    hits, predicted, actual = counts.astype(float)
    with np.errstate(invalid="ignore"):
        return np.asarray(2 * hits / (predicted + actual))


def macro(values: Array) -> Array:
    """Return the mean over the last axis without nan; nan where there is nothing else."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=-1) / known.sum(axis=-1))


def macro_f1(truth: Array, predicted: Array) -> float:
    """Return the unweighted mean of the labels' F1 of two indicator arrays of shape (rows, labels).

    Examples
    --------
    >>> macro_f1(np.array([[1, 0], [0, 0]], dtype=bool), np.array([[1, 0], [1, 0]], dtype=bool))
    0.6666666666666666
    """
    return float(macro(f1_of_counts(count_hits(truth, predicted))))


def micro_f1(truth: Array, predicted: Array) -> float:
    """Return F1 of the pooled counts of two indicator arrays; nan where nothing is positive on either side."""
    return float(f1_of_counts(count_hits(truth, predicted).sum(axis=-1, keepdims=True))[0])


def to_indicators(labels: Sequence[Any], names: Sequence[str]) -> Array:
    """Return a boolean array of shape (rows, labels) from sets of labels, or from single labels."""
    sets = [{entry} if isinstance(entry, str) else entry for entry in labels]
    return np.array([[name in entry for name in names] for entry in sets], dtype=bool).reshape(len(sets), len(names))


def count_rows(truth: Array, decided: Array) -> Array:
    """True positives, predicted and actual positives of every row: shape (rows, 3, labels).

    `decided` may hold probabilities of a decision; then these are expectations.
    """
    truth, decided = truth.astype(float), decided.astype(float)
    return np.stack([truth * decided, decided, truth], axis=1)


def macro_of_counts(counts: Array) -> Array:
    """Return macro-F1 from counts of shape (..., 3, labels), labels without a value left out."""
    return macro(f1_of_counts(np.moveaxis(counts, -2, 0)))


def micro_of_counts(counts: Array) -> Array:
    """Return F1 of the counts pooled over labels, from shape (..., 3, labels)."""
    return np.asarray(f1_of_counts(np.moveaxis(counts, -2, 0).sum(axis=-1, keepdims=True))[..., 0])


def accuracy_of_counts(counts: Array) -> Array:
    """Return the share of rows whose one label was found, from counts of shape (..., 3, labels)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(counts[..., 0, :].sum(axis=-1) / counts[..., 2, :].sum(axis=-1))
