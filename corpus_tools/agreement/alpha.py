"""Krippendorff's alpha at any level of measurement, or with any distance.

Sources: Krippendorff 2011, "Computing Krippendorff's alpha-reliability"; for distances of sets Passonneau 2006. Sums
over pairs of values are written with moments where the level allows it, so that only ratings are summed, not pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from corpus_tools.agreement.patterns import Patterns, Tally, explain_undefined, find_patterns
from corpus_tools.agreement.ratings import Array, Ratings, read_ratings, shrink
from corpus_tools.agreement.resampling import Coefficient, Parts, estimate
from corpus_tools.text.errors import InputError

__all__ = ["LEVELS", "krippendorff_alpha"]

Distance = Callable[[Any, Any], float]
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(
    ratings: Any,
    *,
    level: str = "nominal",
    distance: Distance | None = None,
    labels: Sequence[Hashable] | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Krippendorff's alpha, `1 - D_o / D_e`; units with fewer than two ratings do not count.

    Parameters
    ----------
    ratings
        Coders x units: a list of lists, an array or a DataFrame, one row a coder. None and nan are missing.
    level
        `"nominal"`, `"ordinal"`, `"interval"` or `"ratio"`: the difference functions of the source.
    distance
        A symmetric distance of two labels instead of a level, 0 for equal ones; it is used as it is, not squared.
        `masi_distance` and `jaccard_distance` take frozensets. It is called for all pairs of distinct labels.
    labels
        The labels in their order, lowest first; needed by `"ordinal"` where they are words.
    interval
        Confidence, such as 0.95, of a percentile bootstrap interval.
    groups
        For each unit its group, such as its article; groups are then drawn, else units.
    seed
        Of the bootstrap.

    Returns
    -------
    Coefficient
        `observed` and `expected` are the disagreements D_o and D_e; at the interval level in the squared unit of the
        ratings, and infinite where a float cannot hold them, though alpha is none the worse for it.

    Raises
    ------
    InputError
        When ratings are not coders x units, the level is unknown, or the labels do not suit it: words without an order,
        interval data that are no numbers, negative ratios.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 4]]).value, 3)
    0.696
    >>> krippendorff_alpha([["a", "a"], ["a", None]]).reason
    "only one category ('a') was used, so chance agreement is certain"
    """
    if level not in LEVELS:
        raise InputError(f"the 'level' parameter must be one of {', '.join(LEVELS)}. Got {level!r} instead")
    table = read_ratings(ratings, labels)
    patterns = find_patterns(table)
    reason = explain_undefined(table, patterns)
    if reason is not None:
        return Coefficient(None, reason, n=len(patterns.units))
    parts = _choose_parts(table, patterns, level, distance)
    found = estimate(parts, _combine, patterns, interval=interval, groups=groups, seed=seed)
    return _scale_back(found, shrink(table.numbers)[1]) if level == "interval" and distance is None else found


def _combine(observed: Array, expected: Array) -> Array:
    ratio = np.divide(observed, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    return np.asarray(1.0 - ratio)


def _scale_back(found: Coefficient, exponent: int) -> Coefficient:
    """Give squared differences of ratings that were divided by a power of two in the ratings' own unit."""
    if found.observed is None or found.expected is None:
        return found
    with np.errstate(over="ignore"):
        observed, expected = np.ldexp([found.observed, found.expected], 2 * exponent).tolist()
    return replace(found, observed=observed, expected=expected)


def _choose_parts(table: Ratings, patterns: Patterns, level: str, distance: Distance | None) -> Parts:
    if distance is not None:
        if not callable(distance):
            raise InputError(f"'distance' must be a function. Got {distance!r} instead", remedy="give masi_distance")
        return _matrix_parts(table, patterns, _measure(table.labels, distance))
    if level == "nominal":
        return _nominal_parts(table, patterns)
    if level == "ordinal":
        table.check_order()
        return _score_parts(table, patterns, None)
    if level == "interval":
        return _score_parts(table, patterns, shrink(table.numbers)[0])
    return _matrix_parts(table, patterns, _ratio_differences(table.numbers))


def _count(table: Ratings, patterns: Patterns) -> Tally:
    return Tally(*patterns.counts, labels=len(table.labels))


def _nominal_parts(table: Ratings, patterns: Patterns) -> Parts:
    sizes, tally = patterns.sizes, _count(table, patterns)
    observed = (sizes**2 - patterns.sum_by_pattern(patterns.counts[2] ** 2)) / (sizes - 1)

    def parts(weights: Array) -> tuple[Array, Array]:
        totals = tally(weights)
        total = totals.sum(axis=1)
        return weights @ observed / total, (total**2 - (totals**2).sum(axis=1)) / (total * (total - 1))

    return parts


def _score_parts(table: Ratings, patterns: Patterns, scores: Array | None) -> Parts:
    """Squared differences of scores; ordinal scores are middle ranks, and follow from the ratings in each resample."""
    tally = _count(table, patterns)

    def parts(weights: Array) -> tuple[Array, Array]:
        totals = tally(weights)
        total = totals.sum(axis=1)
        own = np.cumsum(totals, axis=1) - totals / 2 if scores is None else scores[None, :]
        own = own - (totals * own).sum(axis=1, keepdims=True) / total[:, None]  # centred: no digits are cancelled
        within = (weights * _spread_within(patterns, own)).sum(axis=1)
        return within / total, 2 * (totals * own**2).sum(axis=1) / (total - 1)

    return parts


def _spread_within(patterns: Patterns, scores: Array) -> Array:
    """Sum of squared differences over the ordered pairs of ratings of a pattern, divided by its size less one."""
    pattern, code, count = patterns.counts
    values, sizes = scores[:, code], patterns.sizes
    means = patterns.sum_by_pattern(values * count) / sizes
    return np.asarray(2 * sizes / (sizes - 1) * patterns.sum_by_pattern(count * (values - means[:, pattern]) ** 2))


def _matrix_parts(table: Ratings, patterns: Patterns, differences: Array) -> Parts:
    tally, observed = _count(table, patterns), _disagreement_within(patterns, differences)

    def parts(weights: Array) -> tuple[Array, Array]:
        totals = tally(weights)
        total = totals.sum(axis=1)
        return weights @ observed / total, ((totals @ differences) * totals).sum(axis=1) / (total * (total - 1))

    return parts


def _disagreement_within(patterns: Patterns, differences: Array) -> Array:
    """Sum of differences over the ordered pairs of ratings of a pattern, divided by its size less one."""
    pattern, code, count = patterns.counts
    sums = np.zeros(len(patterns))
    for step in range(1, int(np.bincount(pattern).max(initial=0))):  # entries of one pattern stand side by side
        same = np.flatnonzero(pattern[step:] == pattern[:-step])
        pair = differences[code[same], code[same + step]] * count[same] * count[same + step]
        sums += 2 * np.bincount(pattern[same], pair, len(patterns))
    return np.asarray(sums / (patterns.sizes - 1))


def _measure(labels: list[Any], distance: Distance) -> Array:
    """Distances of all pairs of labels, shape (labels, labels)."""
    found = np.zeros((len(labels), len(labels)))
    for i, a in enumerate(labels):
        for j in range(i):
            found[i, j] = found[j, i] = distance(a, labels[j])
    if not (np.isfinite(found) & (found >= 0)).all():
        raise InputError("'distance' returned a negative or infinite number, or nan", remedy="return at least 0")
    return found


def _ratio_differences(numbers: Array) -> Array:
    if (numbers < 0).any():
        raise InputError(
            f"ratio data have a true zero, and a rating is {numbers.min():g}", remedy="use level='interval'"
        )
    small, _ = shrink(numbers)
    gap, both = (np.subtract.outer(small, small), np.add.outer(small, small))
    return np.asarray(np.divide(gap, both, out=np.zeros_like(gap), where=both != 0) ** 2)
