"""Agreement on unitizing: Krippendorff's alpha_u of 2004, which asks where coders mark units on a continuum of text.

Source: Krippendorff 2004, "Content analysis", 2nd edition, section 11.6 (first in Krippendorff 1995, "On the
reliability of unitizing continuous data"). Not the cu- and u-alphas of 2016. Where the continuum consists of several
articles, they are laid end to end, and a gap ends with its article.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from corpus_tools.agreement.ratings import Array
from corpus_tools.agreement.resampling import Coefficient, check_interval, draw_groups, summarise
from corpus_tools.agreement.spans import check_span
from corpus_tools.text.errors import InputError

__all__ = ["alpha_u", "unit_distance"]

MarkedUnit = tuple[Hashable, int, int, Hashable]
"""(coder, start, end, label), half-open."""
Range = tuple[int, int]
_ONLY = ""  # the article of those who have but one continuum


def alpha_u(
    units: Iterable[MarkedUnit],
    *,
    length: int | Mapping[Hashable, int],
    coders: Collection[Hashable] | None = None,
    groups: Iterable[Hashable] | None = None,
    interval: float | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return alpha_u, `1 - sum of D_o / sum of D_e` over the labels; labels are judged one by one and may overlap.

    Parameters
    ----------
    units
        What the coders marked, as (coder, start, end, label). Units of one coder and label must not overlap.
    length
        Length of the continuum, which starts at 0; with `groups` the length of each article, those in which nobody
        marked anything included.
    coders
        All coders; name them when one may have marked nothing, since that is a judgement too.
    groups
        For each unit its article; offsets are then those of the article.
    interval
        Confidence of a bootstrap interval over articles.
    seed
        Of the bootstrap.

    Returns
    -------
    Coefficient
        `n` counts the units; `observed` and `expected` are the sums of the disagreements D_o and D_e.

    Raises
    ------
    InputError
        When a unit is not such a tuple, goes past the end, or overlaps another of its coder and label.

    Examples
    --------
    >>> marked = [("ana", 0, 10, "war"), ("ben", 2, 10, "war"), ("ana", 30, 35, "war"), ("ben", 30, 35, "war")]
    >>> round(alpha_u(marked, length=50).value, 3)
    0.967
    """
    whole, _ = unitize(units, length=length, coders=coders, groups=groups, interval=interval, seed=seed)
    return whole


def unitize(
    units: Iterable[MarkedUnit],
    *,
    length: int | Mapping[Hashable, int],
    coders: Collection[Hashable] | None = None,
    groups: Iterable[Hashable] | None = None,
    interval: float | None = None,
    seed: int = 0,
) -> tuple[Coefficient, dict[Hashable, Coefficient]]:
    """Return `alpha_u` of all labels together and of each that was used."""
    check_interval(interval)
    listed = list(units)
    articles = _read_articles(listed, length, groups)
    names = list(dict.fromkeys([*(coders or ()), *(unit[0] for unit in listed)]))
    if len(names) < 2:
        return Coefficient(None, "fewer than two coders marked units; name all with coders=", n=len(listed)), {}
    if not listed:
        return Coefficient(None, "no unit was marked"), {}
    parts = [_Sections(articles, names, label) for label in dict.fromkeys(unit[3] for unit in listed)]
    draws = None
    if interval is not None and len(articles) > 1:
        drawn = draw_groups(len(articles), np.random.default_rng(seed)).astype(float)
        draws = [part.disagreements(drawn) for part in parts]
    once = [part.disagreements(np.ones((1, len(articles)))) for part in parts]
    by_label = {
        part.label: _summarise([found], None if draws is None else [draws[i]], interval, part.count)
        for i, (part, found) in enumerate(zip(parts, once, strict=True))
    }
    return _summarise(once, draws, interval, len(listed)), by_label


def unit_distance(x: tuple[int, int, Any], y: tuple[int, int, Any]) -> int:
    """Return the squared distance of two sections (start, length, label); the label None is a gap.

    Two units that overlap differ by their starts and their ends; a unit inside a gap by its length.

    Examples
    --------
    >>> unit_distance((225, 70, "c"), (220, 80, "c")), unit_distance((400, 50, None), (400, 20, "c"))
    (50, 400)
    """
    (b1, l1, c1), (b2, l2, c2) = x, y
    if c1 is not None and c2 is not None:
        return (b1 - b2) ** 2 + (b1 + l1 - b2 - l2) ** 2 if -l1 < b1 - b2 < l2 else 0
    if c1 is not None and l2 - l1 >= b1 - b2 >= 0:
        return l1**2
    if c2 is not None and l1 - l2 >= b2 - b1 >= 0:
        return l2**2
    return 0


@dataclass(frozen=True)
class _Article:
    length: int
    marked: dict[Hashable, dict[Hashable, list[Range]]]
    """By label and coder, sorted."""


class _Sections:
    """The units and gaps of one label: their lengths and the articles that they stand in, and how far coders differ."""

    def __init__(self, articles: list[_Article], coders: list[Hashable], label: Hashable) -> None:
        units: list[tuple[int, int]] = []
        gaps: list[tuple[int, int]] = []
        for number, article in enumerate(articles):
            for coder in coders:
                own = article.marked.get(label, {}).get(coder, [])
                units.extend((end - start, number) for start, end in own)
                gaps.extend((gap, number) for gap in _list_gaps(own, article.length))
        self.label, self.count, self._coders = label, len(units), len(coders)
        self._lengths = np.array([article.length for article in articles], dtype=float)
        self._differences = np.array([_differ(article, coders, label) for article in articles], dtype=float)
        (self._units, self._unit_articles), self._unit_times = _count_alike(units)
        (self._gaps, self._gap_articles), self._gap_times = _count_alike(gaps)

    def disagreements(self, weights: Array) -> tuple[Array, Array]:
        """D_o and D_e, each of shape (draws,), where article k occurs `weights[:, k]` times."""
        length, m = weights @ self._lengths, self._coders
        size = self._units.astype(float)
        units = weights[:, self._unit_articles] * self._unit_times
        others = (units.sum(axis=1, keepdims=True) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        chance = (units * (others + size**2 * self._places(weights))).sum(axis=1)
        pairs = m * length * (m * length - 1) - units @ (size * (size - 1))
        return weights @ self._differences / (m * (m - 1) * length**2), 2 / length * chance / pairs

    def _places(self, weights: Array) -> Array:
        """In how many places of the gaps each unit would fit, shape (draws, units)."""
        sums = np.zeros((2, len(weights), len(self._gaps) + 1))  # over all gaps from one on; gaps are sorted by length
        drawn = weights[:, self._gap_articles[::-1]] * self._gap_times[::-1]
        np.cumsum(drawn, axis=1, out=sums[0, :, -2::-1])
        np.cumsum(drawn * self._gaps[::-1], axis=1, out=sums[1, :, -2::-1])
        count, total = sums[:, :, np.searchsorted(self._gaps, self._units, side="left")]
        return np.asarray(total - (self._units - 1) * count)


def _count_alike(sections: list[tuple[int, int]]) -> tuple[Array, Array]:
    """Distinct (length, article) in rising order, shape (2, distinct), and how often each occurs."""
    found, times = np.unique(np.array(sections, dtype=int).reshape(-1, 2), axis=0, return_counts=True)
    return found.T, times


def _summarise(
    once: list[tuple[Array, Array]], draws: list[tuple[Array, Array]] | None, interval: float | None, n: int
) -> Coefficient:
    """Add up the disagreements of labels."""
    observed, expected = np.sum(once, axis=0)
    drawn = None if draws is None else _alpha(*np.sum(draws, axis=0))
    value = float(_alpha(observed, expected)[0])
    return summarise(value, drawn, interval, n=n, parts=(float(observed[0]), float(expected[0])))


def _alpha(observed: Array, expected: Array) -> Array:
    return np.asarray(1 - np.divide(observed, expected, out=np.full_like(expected, np.nan), where=expected > 0))


def _differ(article: _Article, coders: list[Hashable], label: Hashable) -> int:
    """Sum of the distances over all ordered pairs of coders."""
    own = article.marked.get(label, {})
    return sum(2 * _distance_of(own.get(a, []), own.get(b, [])) for a, b in combinations(coders, 2))


def _distance_of(a: list[Range], b: list[Range]) -> int:
    """Sum of `unit_distance` over the sections of two coders, by one walk along the text."""
    total, i, j = 0, 0, 0
    met_a, met_b = [False] * len(a), [False] * len(b)
    while i < len(a) and j < len(b):
        (start, end), (other_start, other_end) = a[i], b[j]
        if start < other_end and other_start < end:
            total += (start - other_start) ** 2 + (end - other_end) ** 2
            met_a[i] = met_b[j] = True
        i, j = (i + 1, j) if end <= other_end else (i, j + 1)
    alone = [unit for own, met in ((a, met_a), (b, met_b)) for unit, seen in zip(own, met, strict=True) if not seen]
    return total + sum((end - start) ** 2 for start, end in alone)


def _list_gaps(units: list[Range], length: int) -> list[int]:
    """Lengths of the gaps before, between and after sorted units."""
    edges = [0, *(edge for unit in units for edge in unit), length]
    return [end - start for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]


def _read_articles(
    units: list[MarkedUnit], length: int | Mapping[Hashable, int], groups: Iterable[Hashable] | None
) -> list[_Article]:
    lengths = {_ONLY: length} if not isinstance(length, Mapping) else dict(length)
    places = [_ONLY] * len(units) if groups is None else list(groups)
    if (groups is None) == isinstance(length, Mapping) or len(places) != len(units):
        raise InputError(
            "'length' and 'groups' do not fit the units",
            remedy="give one length; or the article of each unit as groups= and the length of each article",
        )
    articles = {name: _Article(_check_length(size), {}) for name, size in lengths.items()}
    for place, unit in zip(places, units, strict=True):
        coder, start, end, label = check_span(unit, "(coder, start, end, label)")
        if place not in articles:
            raise InputError(f"the article {place!r} has no length", remedy="give the lengths of all articles")
        if end > articles[place].length:
            what = f"the unit {unit!r} goes past the end of a continuum of {articles[place].length}"
            raise InputError(what, remedy="count offsets from the start of the continuum")
        articles[place].marked.setdefault(label, {}).setdefault(coder, []).append((start, end))
    for article in articles.values():
        _sort_units(article)
    return list(articles.values())


def _sort_units(article: _Article) -> None:
    for label, by_coder in article.marked.items():
        for coder, ranges in by_coder.items():
            ranges.sort()
            for (_, end), (start, _) in pairwise(ranges):
                if start < end:
                    what = f"two units of {coder!r} with the label {label!r} overlap at {start}"
                    raise InputError(what, remedy="join them, or keep one")


def _check_length(length: Any) -> int:
    number = isinstance(length, (int, float, np.number)) and not isinstance(length, bool)
    if not number or length < 1 or not float(length).is_integer():
        raise InputError(f"the length of a continuum must be a whole number of at least 1. Got {length!r} instead")
    return int(length)
