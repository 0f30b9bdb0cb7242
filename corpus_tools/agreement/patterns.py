"""Patterns: the units that were rated alike count as one, so that whatever is computed grows with their variety.

Two coders and a yes or no make three patterns, of however many units. Resamples change only how often each occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from corpus_tools.agreement.ratings import Array, Ratings


@dataclass(frozen=True)
class Patterns:
    """The distinct ways in which units were rated; each counts as often as it occurs.

    Attributes
    ----------
    codes
        Patterns x coders, missing ratings as -1.
    units
        The positions of the units that are counted.
    of_unit
        For each of `units` its pattern.
    total
        Number of all units, those that are not counted included.
    """

    codes: Array
    units: Array
    of_unit: Array
    total: int

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def multiplicity(self) -> Array:
        """How many units have each pattern."""
        return np.bincount(self.of_unit, minlength=len(self))

    @cached_property
    def sizes(self) -> Array:
        """Number of ratings in each pattern."""
        return np.asarray((self.codes >= 0).sum(axis=1))

    @cached_property
    def counts(self) -> tuple[Array, Array, Array]:
        """(pattern, code, how often), one entry for each label that occurs in a pattern, by pattern."""
        pattern, coder = np.nonzero(self.codes >= 0)
        width = int(self.codes.max(initial=0)) + 1
        keys, times = np.unique(pattern * width + self.codes[pattern, coder], return_counts=True)
        return keys // width, keys % width, times

    def sum_by_pattern(self, values: Array) -> Array:
        """Sum a value for each entry of `counts` over the entries of a pattern: (…, entries) to (…, patterns)."""
        pattern = self.counts[0]
        starts = np.flatnonzero(np.diff(pattern, prepend=-1))
        return np.asarray(np.add.reduceat(values, starts, axis=-1))


def find_patterns(ratings: Ratings, *, at_least: int = 2, ordered: bool = False) -> Patterns:
    """Group the units that have at least so many ratings by how they were rated.

    `ordered` keeps who said what; else a pattern is a multiset of labels.
    """
    kept = np.flatnonzero((ratings.codes >= 0).sum(axis=0) >= at_least)
    columns = ratings.codes[:, kept]
    if not ordered:
        columns = np.sort(columns, axis=0)
    first, of_unit = _unique_columns(columns, len(ratings.labels) + 1)
    return Patterns(columns[:, first].T, kept, of_unit, ratings.codes.shape[1])


class Tally:
    """Sums of weighted entries by label: weights (draws, patterns) to sums (draws, labels).

    An entry says that a label occurs in a pattern, with a share or a count.
    """

    def __init__(self, pattern: Array, code: Array, share: Array, labels: int) -> None:
        order = np.argsort(code, kind="stable")
        self._pattern, self._share, self._labels = pattern[order], share[order], labels
        self._used, self._starts = np.unique(code[order], return_index=True)

    def __call__(self, weights: Array) -> Array:
        """Sum by label."""
        sums = np.zeros((len(weights), self._labels))
        sums[:, self._used] = np.add.reduceat(weights[:, self._pattern] * self._share, self._starts, axis=1)
        return sums


def explain_undefined(ratings: Ratings, patterns: Patterns, categories: int | None = None) -> str | None:
    """Say why nothing can be corrected for chance: no two ratings of a unit, or one category; None where it can.

    `categories` is how many count, where that is not how many were used.
    """
    if not (patterns.sizes > 1).any():
        return "no unit was rated by two coders"
    used = np.unique(patterns.codes[patterns.codes >= 0])
    if len(used) == 1 and categories in (None, 1):
        return f"only one category ({_show(ratings.labels[used[0]])}) was used, so chance agreement is certain"
    return None


def _show(label: Any) -> str:
    """Sets in a stable order, since that of their repr changes from run to run."""
    return "{" + ", ".join(sorted(map(repr, label))) + "}" if isinstance(label, frozenset) else repr(label)


def _unique_columns(columns: Array, base: int) -> tuple[Array, Array]:
    """Position of the first of each distinct column, and for each column which it is; codes are below `base` - 1."""
    if base ** len(columns) < 2**62:  # one number a column sorts much faster than columns do
        keys = (base ** np.arange(len(columns), dtype=np.int64)) @ (columns + 1)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    else:
        _, first, inverse = np.unique(columns, axis=1, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)
