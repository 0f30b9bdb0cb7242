"""Kappas: Cohen's (weighted too), Fleiss', Scott's pi, and the S of Bennett, which Brennan and Prediger generalised.

They differ in what chance is: each coder's own use of the categories (Cohen), the common use (Scott, Fleiss), or equal
use of all (Bennett). Which categories there are matters to weighted kappas and to S: list those of the codebook.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from corpus_tools.agreement.pairwise import correct_pairwise
from corpus_tools.agreement.patterns import Patterns, Tally, explain_undefined, find_patterns
from corpus_tools.agreement.ratings import Array, Ratings, read_pair, read_ratings
from corpus_tools.agreement.resampling import Coefficient, Parts, chance_corrected, estimate
from corpus_tools.agreement.weights import agreement_weights
from corpus_tools.text.errors import InputError

__all__ = ["bennett_s", "brennan_prediger", "cohen_kappa", "fleiss_kappa", "scott_pi"]


def cohen_kappa(
    a: Iterable[Any],
    b: Iterable[Any],
    *,
    weights: Any = None,
    labels: Sequence[Hashable] | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Cohen's kappa of two coders (Cohen 1960), or weighted kappa (Cohen 1968).

    Parameters
    ----------
    a, b
        The ratings of one coder and of the other, unit by unit; a unit that one of them did not rate does not count.
    weights
        None, `"linear"` or `"quadratic"`: weights fall with the distance of the categories' positions in `labels`.
        Other names of `corpus_tools.agreement.weights.WEIGHTS` and a matrix of agreement weights are taken too.
    labels
        All categories in their order, those that nobody used included; None for those that occur, sorted. Weighted
        kappa depends on it: a category that nobody used lies between others all the same.
    interval, groups, seed
        As in `krippendorff_alpha`.

    Raises
    ------
    InputError
        When the two have different lengths, a rating is not among `labels`, or weights are asked for words whose order
        is not known.

    Warns
    -----
    InputWarning
        When weights are asked for three or more single letters and their order, which `labels` gives, is a guess.

    Examples
    --------
    >>> round(cohen_kappa(["x", "x", "y", "y"], ["x", "y", "y", "y"]).value, 3)
    0.5
    >>> round(cohen_kappa([1, 1, 2, 4], [1, 2, 4, 4], weights="linear", labels=[1, 2, 3, 4]).value, 3)
    0.5
    """
    table = read_pair(a, b, labels)
    if weights is not None:
        table.check_order()
        weights = agreement_weights(weights, np.arange(len(table.labels)))
    patterns = find_patterns(table, ordered=True)
    reason = explain_undefined(table, patterns)
    if reason is not None:
        return Coefficient(None, reason, n=len(patterns.units))
    parts = _cohen_parts(table, patterns, weights)
    return estimate(parts, chance_corrected, patterns, interval=interval, groups=groups, seed=seed)


def _cohen_parts(table: Ratings, patterns: Patterns, weights: Array | None) -> Parts:
    each = np.arange(len(patterns))
    first, second = patterns.codes.T
    of_a, of_b = (Tally(each, codes, np.ones(len(patterns)), len(table.labels)) for codes in (first, second))
    agreeing = (first == second).astype(float) if weights is None else weights[first, second]

    def parts(frequencies: Array) -> tuple[Array, Array]:
        total = frequencies.sum(axis=1)
        by_a, by_b = of_a(frequencies), of_b(frequencies)
        toward = by_a if weights is None else by_a @ weights
        return frequencies @ agreeing / total, (toward * by_b).sum(axis=1) / total**2

    return parts


def fleiss_kappa(
    ratings: Any, *, interval: float | None = None, groups: Sequence[Any] | None = None, seed: int = 0
) -> Coefficient:
    """Return Fleiss' kappa of any number of coders (Fleiss 1971), generalised to missing ratings (Gwet 2014).

    Parameters
    ----------
    ratings, interval, groups, seed
        As in `krippendorff_alpha`.

    Examples
    --------
    >>> round(fleiss_kappa([["y", "n", "n"], ["y", "y", "n"], ["y", "n", "n"]]).value, 3)
    0.55
    """
    table = read_ratings(ratings)
    return _common_use(table, interval=interval, groups=groups, seed=seed)


def scott_pi(
    a: Iterable[Any],
    b: Iterable[Any],
    *,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Scott's pi of two coders (Scott 1955): chance is the use that both together make of the categories.

    Parameters
    ----------
    a, b
        As in `cohen_kappa`.
    interval, groups, seed
        As in `krippendorff_alpha`.

    Examples
    --------
    >>> round(scott_pi(["x", "x", "y", "y"], ["x", "y", "y", "y"]).value, 3)
    0.467
    """
    return _common_use(read_pair(a, b), interval=interval, groups=groups, seed=seed)


def bennett_s(
    a: Iterable[Any],
    b: Iterable[Any],
    *,
    categories: int | Sequence[Hashable] | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return S of two coders (Bennett, Alpert & Goldstein 1954): chance uses all categories alike.

    Parameters
    ----------
    a, b
        As in `cohen_kappa`.
    categories
        The categories, or how many there are; None for those that occur, which flatters nobody but is rarely meant.
    interval, groups, seed
        As in `krippendorff_alpha`.

    Examples
    --------
    >>> bennett_s(["x", "x", "y", "y"], ["x", "y", "y", "y"]).value
    0.5
    >>> bennett_s(["x", "x", "y", "y"], ["x", "y", "y", "y"], categories=["x", "y", "z"]).value
    0.625
    """
    table = read_pair(a, b, None if isinstance(categories, (int, np.integer)) else categories)
    return _equal_use(table, categories, interval=interval, groups=groups, seed=seed)


def brennan_prediger(
    ratings: Any,
    *,
    categories: int | Sequence[Hashable] | None = None,
    interval: float | None = None,
    groups: Sequence[Any] | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return Brennan and Prediger's kappa of any number of coders (1981); also known as Randolph's free-marginal kappa.

    Parameters
    ----------
    ratings, interval, groups, seed
        As in `krippendorff_alpha`.
    categories
        As in `bennett_s`.

    Examples
    --------
    >>> round(brennan_prediger([["y", "n", "n"], ["y", "y", "n"], ["y", "n", "n"]]).value, 3)
    0.556
    """
    table = read_ratings(ratings, None if isinstance(categories, (int, np.integer)) else categories)
    return _equal_use(table, categories, interval=interval, groups=groups, seed=seed)


def _common_use(table: Ratings, **options: Any) -> Coefficient:
    return correct_pairwise(table, lambda shares: (shares**2).sum(axis=1), **options)


def _equal_use(table: Ratings, categories: int | Sequence[Hashable] | None, **options: Any) -> Coefficient:
    count = len(table.labels)
    if isinstance(categories, (int, np.integer)):
        if categories < count:
            raise InputError(f"'categories' is {categories}, and {count} occur", remedy="count all categories")
        count = int(categories)
    chance = 1 / max(count, 1)
    return correct_pairwise(table, lambda shares: np.full(len(shares), chance), categories=count, **options)
