"""Intervals and significance: articles are drawn, not sentences.

Sentences of one article are not independent, so every interval here resamples whole groups with replacement (cluster
bootstrap, percentile interval; Field & Welsh 2007), and two systems are compared on the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

from corpus_tools.evaluation.metrics import macro_of_counts, micro_of_counts

Array = np.ndarray[Any, Any]
Statistic = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its interval; `value` is None where it is undefined, and `reason` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are set."""
        return {key: value for key, value in asdict(self).items() if key != "reason" or value is not None}


def bootstrap(
    per_group: Array, statistic: Statistic, *, confidence: float = 0.95, draws: int = 2000, seed: int = 0
) -> Interval:
    """Return a statistic of summed counts with a percentile interval over resampled groups.

    Parameters
    ----------
    per_group
        Counts of each group, shape (groups, ...); the statistic sees their sum, shape (...). One group has no interval.
    statistic
        Maps counts of shape (draws, ...) to values of shape (draws,).
    confidence
        Of the two-sided interval.
    draws, seed
        Number of resamples and the seed of their generator.
    """
    value = float(statistic(per_group.sum(axis=0)[None])[0])
    if np.isnan(value):
        return Interval(None, reason="nothing to score: neither gold nor prediction has a positive")
    if len(per_group) < 2:
        return Interval(value)  # one group says nothing of how groups differ
    values = statistic(_resample(per_group, draws, seed))
    low, high = _percentiles(values, confidence)
    return Interval(value, low, high)


def bootstrap_difference(
    a: Array, b: Array, statistic: Statistic, *, confidence: float = 0.95, draws: int = 2000, seed: int = 0
) -> Interval:
    """Return `statistic(a) - statistic(b)` with an interval over the same resampled groups (a paired comparison)."""
    value = float(statistic(a.sum(axis=0)[None])[0] - statistic(b.sum(axis=0)[None])[0])
    if np.isnan(value):
        return Interval(None, reason="one of the two has nothing to score")
    if len(a) < 2:
        return Interval(value)
    low, high = _percentiles(statistic(_resample(a, draws, seed)) - statistic(_resample(b, draws, seed)), confidence)
    return Interval(value, low, high)


def permutation_p(a: Array, b: Array, statistic: Statistic, *, draws: int = 5000, seed: int = 0) -> float:
    """Return the two-sided p value of a paired permutation test that swaps the two systems group by group.

    The observed arrangement counts as one draw, so p is never 0 (Phipson & Smyth 2010).
    """
    observed = abs(float(statistic(a.sum(axis=0)[None])[0] - statistic(b.sum(axis=0)[None])[0]))
    random = np.random.default_rng(seed)
    first, second = a.sum(axis=0), b.sum(axis=0)
    gain = (b - a).reshape(len(a), -1)
    at_least = 0
    for start in range(0, draws, 500):
        swap = (random.random((min(500, draws - start), len(a))) < 0.5).astype(float)
        moved = (swap @ gain).reshape(len(swap), *a.shape[1:])
        # counts that are expectations are no whole numbers: equal differences may differ in their last bits
        at_least += int((np.abs(statistic(first + moved) - statistic(second - moved)) >= observed - 1e-9).sum())
    return (at_least + 1) / (draws + 1)


def wilson(hits: int, total: int, *, confidence: float = 0.95) -> Interval:
    """Return a proportion with Wilson's score interval (Wilson 1927), which holds at 0 and at 1.

    Examples
    --------
    >>> round(wilson(0, 10).high, 4)
    0.2775
    """
    if total == 0:
        return Interval(None, reason="no cases")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    low, high = float(centre - half), float(centre + half)
    return Interval(share, max(0.0, min(share, low)), min(1.0, max(share, high)))  # whatever the rounding


def bootstrap_share(per_group: Array, *, confidence: float = 0.95, draws: int = 2000, seed: int = 0) -> Interval:
    """Return a proportion of summed (hits, cases), shape (groups, 2), with an interval over resampled groups.

    Where all cases are hits, or none is, nothing varies between resamples. Then the interval is Wilson's, with one
    trial for each group that has a case: cases of one article are not independent, so there are not more trials.
    """
    found = bootstrap(per_group, _share, confidence=confidence, draws=draws, seed=seed)
    if found.value is None:
        return Interval(None, reason="no cases")
    if found.low == found.high and found.value in (0.0, 1.0):
        trials = int((per_group[:, 1] > 0).sum())
        return wilson(trials if found.value else 0, trials, confidence=confidence)
    return found


def bootstrap_f1(
    per_group: Array, *, pooled: bool = False, confidence: float = 0.95, draws: int = 2000, seed: int = 0
) -> Interval:
    """Return macro-F1 (or micro-F1: `pooled`) of counts, shape (groups, 3, labels), with an interval over groups.

    Where F1 is 1 in every resample, or 0 although something was predicted, the interval is Wilson's, with one trial for
    each group that has a case of the label; over labels the bounds are averaged as F1 is.
    """
    statistic = micro_of_counts if pooled else macro_of_counts
    found = bootstrap(per_group, statistic, confidence=confidence, draws=draws, seed=seed)
    if found.low != found.high or found.value not in (0.0, 1.0) or not per_group[:, 1].any():
        return found
    cases = per_group.sum(axis=1) > 0
    trials = [int(cases.any(axis=1).sum())] if pooled else [int(n) for n in cases.sum(axis=0) if n]
    ends = [wilson(n if found.value else 0, n, confidence=confidence) for n in trials]
    low, high = (float(np.mean([getattr(end, side) for end in ends])) for side in ("low", "high"))
    return Interval(found.value, low, high)


def _share(counts: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counts[..., 0] / counts[..., 1])


def group_counts(counts: Array, groups: Sequence[Any]) -> Array:
    """Sum counts of rows, shape (rows, ...), within groups: shape (groups, ...), groups in order of appearance."""
    names = {name: i for i, name in enumerate(dict.fromkeys(groups))}
    summed = np.zeros((len(names), *counts.shape[1:]), dtype=float)
    np.add.at(summed, [names[g] for g in groups], counts)
    return summed


def _resample(per_group: Array, draws: int, seed: int) -> Array:
    flat = _weights(len(per_group), draws, seed) @ per_group.reshape(len(per_group), -1)
    return np.asarray(flat.reshape(draws, *per_group.shape[1:]))


@lru_cache(maxsize=2)
def _weights(groups: int, draws: int, seed: int) -> Array:
    """Return how often each group is in each resample, shape (draws, groups); one table serves all figures."""
    random = np.random.default_rng(seed)
    weights = random.multinomial(groups, np.full(groups, 1 / groups), size=draws).astype(float)
    weights.flags.writeable = False
    return weights


def _percentiles(values: Array, confidence: float) -> tuple[float | None, float | None]:
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
