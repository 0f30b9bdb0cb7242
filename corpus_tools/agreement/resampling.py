"""Bootstrap intervals: units, or groups of units (articles), are drawn with replacement.

A coefficient is a function of how often each pattern of ratings occurs (see `corpus_tools.agreement.ratings`). A
resample changes only these frequencies, so all resamples are computed at once from the patterns, and never from the
ratings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corpus_tools.agreement.patterns import Patterns
from corpus_tools.agreement.ratings import Array, encode
from corpus_tools.text.errors import InputError

DRAWS = 1000
_MANY = 0.05  # share of undefined resamples from which an interval says so
_BUDGET = 4_000_000  # numbers held at once while drawing

Parts = Callable[[Array], tuple[Array, Array]]
"""Frequencies of the patterns (draws, patterns) to what was observed and what chance would give, each (draws,)."""
Combine = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An agreement coefficient.

    Attributes
    ----------
    value
        The coefficient, or None where it is undefined.
    reason
        Why there is no value or no interval, or what to know of the interval, in words.
    low, high
        Limits of the interval, if one was asked for.
    n
        Number of units that count: those with at least two ratings. For spans the number of spans.
    observed, expected
        What the value was made of: agreement that was observed and that chance would give; for alphas disagreement.
    draws
        The value in each resample, nan where undefined there. With the same groups and seed the same groups were drawn,
        so the draws of two coefficients may be compared one by one.
    """

    value: float | None
    reason: str | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    observed: float | None = None
    expected: float | None = None
    draws: Array | None = field(default=None, repr=False, compare=False)


def estimate(
    parts: Parts,
    combine: Combine,
    patterns: Patterns,
    *,
    interval: float | None,
    groups: Sequence[Any] | None,
    seed: int,
    n: int | None = None,
) -> Coefficient:
    """Compute a coefficient from its patterns, with an interval if one is asked for.

    Raises
    ------
    InputError
        When `interval` is not between 0 and 1, or `groups` do not fit the units.
    """
    observed, expected = parts(patterns.multiplicity[None, :].astype(float))
    check_interval(interval)
    weights = None if interval is None else _draw(patterns, groups, seed)
    draws = None if weights is None else np.concatenate([combine(*parts(portion)) for portion in weights])
    n = len(patterns.units) if n is None else n
    return summarise(combine(observed, expected)[0], draws, interval, n=n, parts=(observed[0], expected[0]))


def summarise(
    value: float, draws: Array | None, interval: float | None, *, n: int, parts: tuple[float, float] | None = None
) -> Coefficient:
    """Build a coefficient from its value (nan where undefined) and its value in each resample."""
    observed, expected = (None, None) if parts is None else (_plain(part) for part in parts)
    if np.isnan(value):
        return Coefficient(None, "chance would agree perfectly, so there is nothing to correct", n=n)
    low, high, reason = None, None, None
    if interval is not None:
        low, high, reason = _percentiles(draws, interval)
    return Coefficient(float(value), reason, low, high, n, observed, expected, draws)


def ratio_of_sums(counts: Array, interval: float | None, *, n: int, nothing: str, seed: int = 0) -> Coefficient:
    """Return the sum of the first column over that of the second, such as F1; groups, the rows, are drawn.

    `nothing` is the reason where the second column is empty.
    """
    check_interval(interval)
    if not counts[:, 1].any():
        return Coefficient(None, nothing, n=n)
    draws = None
    if interval is not None and len(counts) > 1:
        draws = _ratio(draw_groups(len(counts), np.random.default_rng(seed)) @ counts)
    return summarise(float(_ratio(counts.sum(axis=0)[None])[0]), draws, interval, n=n)


def _ratio(counts: Array) -> Array:
    above, below = counts.T.astype(float)
    return np.asarray(np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0))


def chance_corrected(observed: Array, expected: Array) -> Array:
    """Agreement beyond chance, `(A_o - A_e) / (1 - A_e)`; nan where chance agreement is certain."""
    room = 1.0 - expected
    return np.asarray(np.divide(observed - expected, room, out=np.full_like(room, np.nan), where=room > 1e-12))


def check_interval(interval: float | None) -> None:
    """Refuse a confidence that is not between 0 and 1."""
    if interval is not None and (isinstance(interval, bool) or not 0 < interval < 1):
        raise InputError(f"'interval' must be between 0 and 1, such as 0.95. Got {interval!r} instead")


def draw_groups(count: int, random: np.random.Generator, rows: int = DRAWS) -> Array:
    """Draw as many groups as there are, with replacement: how often each was drawn, shape (rows, count)."""
    chosen = random.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
    return np.bincount(chosen.ravel(), minlength=rows * count).reshape(rows, count)


def _percentiles(draws: Array | None, interval: float) -> tuple[float | None, float | None, str | None]:
    if draws is None:
        return None, None, "no interval: there is only one unit or group to draw from"
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None, None, "no interval: undefined in all resamples"
    low, high = np.quantile(known, [(1 - interval) / 2, (1 + interval) / 2])
    undefined = 1 - len(known) / len(draws)
    said = f"the interval leaves out {undefined:.0%} of the resamples, in which it is undefined"
    return float(low), float(high), said if undefined > _MANY else None


def _draw(patterns: Patterns, groups: Sequence[Any] | None, seed: int) -> Iterator[Array] | None:
    """Yield the frequencies of the patterns in all resamples; None where nothing can vary."""
    total = len(patterns.units)
    if groups is not None and len(groups) != patterns.total:
        raise InputError(
            f"'groups' has {len(groups)} elements for {patterns.total} units", remedy="name the group of each unit"
        )
    random = np.random.default_rng(seed)
    if groups is None and 4 * len(patterns) < total:
        return _draw_patterns(patterns, random)
    if groups is None or isinstance(groups, np.ndarray):
        of_unit = encode((np.arange(patterns.total) if groups is None else groups)[patterns.units])
    else:
        names = list(groups)
        of_unit = encode(names[i] for i in patterns.units)
    return _draw_groups(patterns, of_unit, random) if of_unit.max(initial=0) > 0 else None


def _draw_patterns(patterns: Patterns, random: np.random.Generator) -> Iterator[Array]:
    """Draw units, all at once: n of them are one multinomial draw of their patterns."""
    total = len(patterns.units)
    for rows in portions(len(patterns.counts[0])):
        yield random.multinomial(total, patterns.multiplicity / total, rows).astype(float)


def _draw_groups(patterns: Patterns, of_unit: Array, random: np.random.Generator) -> Iterator[Array]:
    """Draw groups of units, and with each the patterns of its units."""
    count = int(of_unit.max()) + 1
    pairs, times = np.unique(patterns.of_unit * count + of_unit, return_counts=True)
    starts = np.flatnonzero(np.diff(pairs // count, prepend=-1))
    for rows in portions(max(len(pairs), count, len(patterns.counts[0]))):
        drawn = draw_groups(count, random, rows)
        yield np.add.reduceat(drawn[:, pairs % count] * times, starts, axis=1).astype(float)


def portions(width: int) -> Iterator[int]:
    """Cut the draws into portions that fit into memory."""
    step = max(1, _BUDGET // max(1, width))
    for start in range(0, DRAWS, step):
        yield min(step, DRAWS - start)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
