"""Agreement coefficients. `ratings` is coders x units; a missing rating is None or nan; labels are any hashable values.

Each function returns a `Coefficient`: a value, or None with the reason in words, and with `interval=` the limits of a
bootstrap interval over units, or over groups of units (articles).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]
Distance = Callable[[Any, Any], float]
_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient: `value` (None where undefined, with a `reason`), its interval, and the number of units."""

    value: float | None
    reason: str | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


def percent_agreement(
    ratings: Any, *, interval: float | None = None, groups: Sequence[Any] | None = None, seed: int = 0
) -> Coefficient:
    """Return the share of agreeing pairs of ratings, averaged over units with at least two ratings.

    Examples
    --------
    >>> percent_agreement([["a", "b", "b"], ["a", "b", "a"]]).value
    0.6666666666666666
    """
    units = _read_units(ratings)
    pairable = [i for i, unit in enumerate(units) if len(unit) > 1]
    if not pairable:
        return Coefficient(None, "no unit was rated by two coders")
    shares = np.array([_pair_share(units[i]) for i in pairable])
    blocks = _blocks(pairable, groups)
    return _with_interval(
        lambda rows: float(shares[rows].mean()), np.arange(len(pairable)), blocks, interval, seed, n=len(pairable)
    )


def krippendorff_alpha(
    ratings: Any,
    *,
    level: str = "nominal",
    distance: Distance | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Krippendorff's alpha, `1 - D_o / D_e` (Krippendorff 2011, "Computing Krippendorff's alpha-reliability").

    Parameters
    ----------
    ratings
        Coders x units.
    level
        `"nominal"`, `"ordinal"`, `"interval"` or `"ratio"`; the squared difference functions of the source.
    distance
        Any distance of two labels instead (already squared where that is meant).
    interval
        Confidence of a bootstrap interval over units, or over `groups` of them.
    groups
        For each unit its group.
    seed
        Of the bootstrap.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 4]]).value, 3)
    0.696
    """
    units = _read_units(ratings)
    pairable = [i for i, unit in enumerate(units) if len(unit) > 1]
    if not pairable:
        return Coefficient(None, "no unit was rated by two coders")
    values = _sorted_values({v for i in pairable for v in units[i]})
    counts = np.array([[units[i].count(v) for v in values] for i in pairable], dtype=float)
    if len(values) == 1:
        return Coefficient(
            None, f"only one category ({values[0]!r}) was used, so chance agreement is certain", n=len(pairable)
        )
    blocks = _blocks(pairable, groups)

    def alpha(rows: Array) -> float:
        return _alpha(counts[rows], values, level, distance)

    return _with_interval(alpha, np.arange(len(pairable)), blocks, interval, seed, n=len(pairable))


def _alpha(counts: Array, values: list[Any], level: str, distance: Distance | None) -> float:
    """Alpha from the units' value counts, shape (units, values)."""
    sizes = counts.sum(axis=1, keepdims=True)
    coincidences = (counts / (sizes - 1)).T @ counts - np.diag((counts / (sizes - 1)).sum(axis=0))
    totals = coincidences.sum(axis=1)
    total = totals.sum()
    difference = _differences(values, totals, level, distance)
    observed = float((coincidences * difference).sum() / total)
    expected = float((np.outer(totals, totals) * difference).sum() / (total * (total - 1)))
    return 1.0 - observed / expected if expected > 0 else float("nan")


def _differences(values: list[Any], totals: Array, level: str, distance: Distance | None) -> Array:
    """Squared differences of all pairs of values, shape (values, values)."""
    if distance is not None:
        return np.array([[distance(a, b) for b in values] for a in values], dtype=float)
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        middle = np.cumsum(totals) - totals / 2
        return np.asarray((middle[:, None] - middle[None, :]) ** 2)
    numbers = np.array([float(v) for v in values])
    gap = (numbers[:, None] - numbers[None, :]) ** 2
    if level == "interval":
        return np.asarray(gap)
    if level == "ratio":
        both = numbers[:, None] + numbers[None, :]
        return np.asarray(np.divide(gap, both**2, out=np.zeros_like(gap), where=both != 0))
    raise ValueError(
        f"The 'level' parameter must be 'nominal', 'ordinal', 'interval' or 'ratio'. Got {level!r} instead."
    )


def _read_units(ratings: Any) -> list[list[Hashable]]:
    """Turn coders x units into the list of each unit's ratings, without the missing ones."""
    rows = ratings.to_numpy(dtype=object) if hasattr(ratings, "to_numpy") else ratings
    coders = [list(row) for row in rows]
    if len({len(row) for row in coders}) > 1:
        raise ValueError(
            "Every coder must have one rating, or a missing one, for each unit. Got rows of different length."
        )
    return [[v for v in column if not _is_missing(v)] for column in zip(*coders, strict=True)]


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and bool(np.isnan(value)))


def _sorted_values(values: set[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda v: (type(v).__name__, repr(v)))


def _pair_share(unit: list[Hashable]) -> float:
    n = len(unit)
    agreeing = sum(unit.count(v) * (unit.count(v) - 1) for v in set(unit))
    return agreeing / (n * (n - 1))


def _blocks(pairable: list[int], groups: Sequence[Any] | None) -> list[Array]:
    """Row numbers that are drawn together: one unit each, or all units of a group."""
    names = [groups[i] if groups is not None else i for i in pairable]
    rows: dict[Any, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    return [np.array(block) for block in rows.values()]


def _with_interval(
    statistic: Callable[[Array], float], rows: Array, blocks: list[Array], interval: float | None, seed: int, *, n: int
) -> Coefficient:
    value = statistic(rows)
    if np.isnan(value):
        return Coefficient(None, "chance disagreement is zero", n=n)
    if interval is None:
        return Coefficient(value, n=n)
    random = np.random.default_rng(seed)
    draws = [
        statistic(np.concatenate([blocks[i] for i in random.integers(0, len(blocks), len(blocks))]))
        for _ in range(_DRAWS)
    ]
    known = np.array(draws)[~np.isnan(draws)]
    if not len(known):
        return Coefficient(value, n=n)
    low, high = np.quantile(known, [(1 - interval) / 2, (1 + interval) / 2])
    return Coefficient(value, None, float(low), float(high), n)
