"""Raw agreement and what the multi-coder coefficients share: agreement averaged over the pairs of a unit's ratings.

Fleiss' kappa, Scott's pi, Brennan and Prediger's and Gwet's coefficients observe the same agreement and differ only in
what they expect from chance. Missing ratings are handled as in Gwet 2014, chapter 2: agreement is averaged over units
with at least two ratings, the use of categories over all rated units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from corpus_tools.agreement.patterns import Patterns, Tally, explain_undefined, find_patterns
from corpus_tools.agreement.ratings import Array, Ratings, read_ratings
from corpus_tools.agreement.resampling import Coefficient, Parts, chance_corrected, estimate

__all__ = ["percent_agreement"]

Chance = Callable[[Array], Array]
"""Shares of the categories (draws, categories) to the agreement by chance (draws,)."""


def percent_agreement(
    ratings: Any, *, interval: float | None = None, groups: Sequence[Any] | None = None, seed: int = 0
) -> Coefficient:
    """Return the share of agreeing pairs of ratings, averaged over units with at least two ratings.

    Parameters
    ----------
    ratings, interval, groups, seed
        As in `krippendorff_alpha`.

    Examples
    --------
    >>> percent_agreement([["a", "b", "b"], ["a", "b", "a"]]).value
    0.6666666666666666
    """
    table = read_ratings(ratings)
    patterns = find_patterns(table)
    if not len(patterns):
        return Coefficient(None, "no unit was rated by two coders")
    shares = agreement_within(patterns, None)

    def parts(weights: Array) -> tuple[Array, Array]:
        return weights @ shares / weights.sum(axis=1), np.full(len(weights), np.nan)

    return estimate(parts, lambda seen, _: seen, patterns, interval=interval, groups=groups, seed=seed)


def correct_pairwise(
    table: Ratings,
    chance: Chance,
    weights: Array | None = None,
    *,
    categories: int | None = None,
    interval: float | None,
    groups: Sequence[Any] | None,
    seed: int,
) -> Coefficient:
    """Correct the agreement of pairs of ratings for what `chance` gives.

    `weights` come from `agreement_weights`; `categories` says how many there are, where that is not how many were used.
    """
    patterns = find_patterns(table, at_least=1)
    n = int(patterns.multiplicity[patterns.sizes > 1].sum())
    reason = explain_undefined(table, patterns, categories)
    if reason is not None:
        return Coefficient(None, reason, n=n)
    parts = _pairwise_parts(table, patterns, chance, agreement_within(patterns, weights))
    return estimate(parts, chance_corrected, patterns, interval=interval, groups=groups, seed=seed, n=n)


def agreement_within(patterns: Patterns, weights: Array | None) -> Array:
    """Mean agreement of the pairs of ratings in each pattern; 0 where there is no pair."""
    pattern, code, count = patterns.counts
    pairs = np.maximum(patterns.sizes * (patterns.sizes - 1), 1)
    agreeing = patterns.sum_by_pattern(count * (count - 1)).astype(float)
    if weights is None:
        return np.asarray(agreeing / pairs)
    for step in range(1, int(np.bincount(pattern).max(initial=0))):  # entries of one pattern stand side by side
        same = np.flatnonzero(pattern[step:] == pattern[:-step])
        both = weights[code[same], code[same + step]] * count[same] * count[same + step]
        agreeing += 2 * np.bincount(pattern[same], both, len(patterns))
    return np.asarray(agreeing / pairs)


def _pairwise_parts(table: Ratings, patterns: Patterns, chance: Chance, shares: Array) -> Parts:
    pattern, code, count = patterns.counts
    tally = Tally(pattern, code, count / patterns.sizes[pattern], labels=len(table.labels))
    pairable = (patterns.sizes > 1).astype(float)

    def parts(weights: Array) -> tuple[Array, Array]:
        rated, paired = weights.sum(axis=1), weights @ pairable
        seen = np.divide(weights @ shares, paired, out=np.full_like(paired, np.nan), where=paired > 0)
        return seen, chance(tally(weights) / rated[:, None])

    return parts
