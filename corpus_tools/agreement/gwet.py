"""Gwet's AC1 and AC2: agreement beyond chance that stays meaningful where one category is rare.

Source: Gwet 2008, "Computing inter-rater reliability and its variance in the presence of high agreement"; Gwet 2014,
"Handbook of inter-rater reliability", 4th edition, chapters 2 to 4 (weights, missing ratings).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from corpus_tools.agreement.pairwise import Chance, correct_pairwise
from corpus_tools.agreement.ratings import Array, Ratings, read_ratings, shrink
from corpus_tools.agreement.resampling import Coefficient
from corpus_tools.agreement.weights import agreement_weights

__all__ = ["gwet_ac1", "gwet_ac2"]


def gwet_ac1(
    ratings: Any,
    *,
    labels: Sequence[Hashable] | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Gwet's AC1 of any number of coders.

    Parameters
    ----------
    ratings, interval, groups, seed
        As in `krippendorff_alpha`.
    labels
        All categories, those that nobody used included; None for those that occur.

    Examples
    --------
    >>> round(gwet_ac1([[1, 0, 0, 0, 0], [1, 1, 0, 0, 0]]).value, 3)
    0.655
    """
    return _correct(read_ratings(ratings, labels), None, interval=interval, groups=groups, seed=seed)


def gwet_ac2(
    ratings: Any,
    *,
    weights: Any,
    labels: Sequence[Hashable] | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Gwet's AC2: AC1 with partial agreement of unlike categories.

    Parameters
    ----------
    ratings, interval, groups, seed
        As in `krippendorff_alpha`.
    weights
        `"linear"`, `"quadratic"`, `"ordinal"`, `"radical"`, `"ratio"`, `"identity"`, or a matrix of agreement weights
        in the order of the labels. As in the source, categories that are numbers are weighed by their values, others
        by their positions.
    labels
        All categories in their order, those that nobody used included; None for those that occur, sorted.

    Raises
    ------
    InputError
        When the weights are unknown, or are asked for words whose order is not known, or a category is infinite.

    Examples
    --------
    >>> round(gwet_ac2([[1, 2, 3, 3], [1, 2, 3, 2]], weights="quadratic").value, 3)
    0.818
    """
    table = read_ratings(ratings, labels)
    if isinstance(weights, str) and weights != "identity":
        table.check_order()
    return _correct(table, agreement_weights(weights, _scores(table)), interval=interval, groups=groups, seed=seed)


def _correct(table: Ratings, weights: Array | None, **options: Any) -> Coefficient:
    count = len(table.labels)
    chance = _gwet_chance(float(count) if weights is None else float(weights.sum()), count)
    return correct_pairwise(table, chance, weights, categories=count, **options)


def _gwet_chance(total: float, count: int) -> Chance:
    """`T_w / (q (q - 1)) * sum of p (1 - p)`, with T_w the sum of all weights."""

    def chance(shares: Array) -> Array:
        return np.asarray(total / max(1, count * (count - 1)) * (shares * (1 - shares)).sum(axis=1))

    return chance


def _scores(table: Ratings) -> Array:
    numeric = all(isinstance(label, (int, float)) and not isinstance(label, bool) for label in table.labels)
    return shrink(table.numbers)[0] if numeric else np.arange(len(table.labels))
