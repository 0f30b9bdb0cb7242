"""Ratings as numbers: coders x units of labels of any kind become codes.

>>> read_ratings([["a", None, "b"], ["a", "a", float("nan")]]).codes.tolist()
[[0, -1, 1], [0, 0, -1]]
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np

from corpus_tools.text.errors import InputError, InputWarning

Array = np.ndarray[Any, Any]
MISSING = -1


@dataclass(frozen=True)
class Ratings:
    """What coders said about units.

    Attributes
    ----------
    codes
        Coders x units; an index into `labels`, or -1 where a coder did not rate.
    labels
        The labels in order: as the caller listed them, else sorted. Those that nobody used stand here only when listed.
    listed
        Whether the caller listed the labels.
    """

    codes: Array
    labels: list[Any]
    listed: bool = False

    @cached_property
    def numbers(self) -> Array:
        """The labels as numbers.

        Raises
        ------
        InputError
            When a label is not a number, or is infinite.
        """
        for label in self.labels:
            if not isinstance(label, Real) and not isinstance(label, np.number):
                raise InputError(
                    f"interval and ratio data are numbers, and a rating is {label!r}",
                    remedy="use level='nominal', level='ordinal' with labels=[…], or your own distance=",
                )
        try:
            numbers = np.array([float(label) for label in self.labels])
        except OverflowError:  # a whole number beyond all floats
            numbers = np.array([np.inf])
        if not np.isfinite(numbers).all():
            raise InputError("a rating is infinite", remedy="leave it out, or use level='ordinal'")
        return numbers

    def check_order(self) -> None:
        """Refuse labels whose order would be a guess: words in alphabetical order, and sets.

        Raises
        ------
        InputError
            When the labels were not listed and are neither numbers, nor single letters, nor dates.

        Warns
        -----
        InputWarning
            When three or more single letters are taken in alphabetical order: "s", "m", "l" hardly mean it.
        """
        if self.listed:
            return
        if not _have_order(self.labels):
            raise InputError(
                f"the order of labels such as {self.labels[0]!r} is not known",
                remedy="give it, lowest first: labels=['oppose', 'mixed', 'support']",
            )
        if len(self.labels) > 2 and isinstance(self.labels[0], str):
            order = " < ".join(self.labels)
            warnings.warn(f"the order is taken to be {order}; give the true one as labels=", InputWarning, stacklevel=3)


def read_ratings(ratings: Any, labels: Sequence[Hashable] | None = None) -> Ratings:
    """Turn coders x units into codes.

    Parameters
    ----------
    ratings
        A list of lists, an array or a DataFrame, one row a coder. None, nan and pandas' NA are missing; the text "nan"
        is a label like any other.
    labels
        All labels in their order, those that nobody used included; None for those that occur, sorted.

    Raises
    ------
    InputError
        When it is not such a table, a label cannot be hashed, or a rating is not among `labels`.
    """
    rows = _to_rows(ratings)
    if isinstance(rows, np.ndarray) and rows.dtype.kind in "biufU":
        codes, found = _encode_array(rows)
    else:
        codes, found = _encode_objects(rows)
    if labels is None:
        ordered = _sort(found)
    else:
        ordered = list(labels)
        _check_listed(found, ordered)
    place = {label: i for i, label in enumerate(ordered)}
    moved = np.array([*(place[label] for label in found), MISSING], dtype=np.int64)  # the last is where -1 leads
    return Ratings(moved[codes], ordered, labels is not None)


def read_pair(a: Iterable[Any], b: Iterable[Any], labels: Sequence[Hashable] | None = None) -> Ratings:
    """Read two coders' ratings of the same units; a unit that one of them did not rate is missing for both.

    Raises
    ------
    InputError
        As `read_ratings`; above all when the two have different lengths.
    """
    both = read_ratings([a, b], labels)
    return Ratings(np.where((both.codes >= 0).all(axis=0), both.codes, MISSING), both.labels, both.listed)


def shrink(numbers: Array) -> tuple[Array, int]:
    """Divide numbers by a power of two until none is above 1, so that no sum or square of them overflows.

    Such a division changes no digit, so that what does not depend on the scale is the same to the last bit.

    Returns
    -------
    tuple of ndarray and int
        The numbers, and the exponent of the power.
    """
    exponent = int(np.frexp(np.abs(numbers).max(initial=0.0))[1])
    return np.ldexp(numbers, -exponent), exponent


def encode(names: Iterable[Hashable]) -> Array:
    """Number hashable names in the order of their first occurrence, whole numbers in an array by size."""
    if isinstance(names, np.ndarray) and names.dtype.kind in "iu":
        return np.asarray(np.unique(names, return_inverse=True)[1])
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def _to_rows(ratings: Any) -> Any:
    """Return an array or a list of lists of equal length."""
    table = ratings.to_numpy() if hasattr(ratings, "to_numpy") else ratings
    if isinstance(table, np.ndarray) and table.ndim == 2:
        return table
    if isinstance(table, (str, bytes)) or not isinstance(table, Iterable):
        raise _shape_error(ratings)
    rows = []
    for row in table:
        if isinstance(row, (str, bytes, frozenset)) or not isinstance(row, Iterable):
            raise _shape_error(ratings)
        rows.append(list(row))
    if len({len(row) for row in rows}) > 1:
        lengths = ", ".join(str(len(row)) for row in rows)
        raise InputError(
            f"the coders' rows of ratings have different lengths: {lengths}",
            remedy="give every coder one rating for each unit, None where there is none",
        )
    return rows


def _shape_error(ratings: Any) -> InputError:
    return InputError(
        f"ratings must be coders x units. Got {type(ratings).__name__} instead",
        remedy="give a list of lists, a two-dimensional array or a DataFrame with one row a coder",
    )


def _encode_array(table: Array) -> tuple[Array, list[Any]]:
    known = ~np.isnan(table) if table.dtype.kind == "f" else np.ones(table.shape, dtype=bool)
    values, inverse = np.unique(table[known], return_inverse=True)
    codes = np.full(table.shape, MISSING, dtype=np.int64)
    codes[known] = inverse
    return codes, values.tolist()


def _encode_objects(rows: Sequence[Sequence[Any]]) -> tuple[Array, list[Any]]:
    known: dict[Any, int] = {}
    try:
        codes = [[MISSING if _is_missing(v) else known.setdefault(v, len(known)) for v in row] for row in rows]
    except TypeError as error:
        raise InputError(
            f"a label cannot be hashed ({error})", remedy="turn sets into frozensets and lists into tuples"
        ) from error
    return np.array(codes, dtype=np.int64).reshape(len(codes), len(codes[0]) if codes else 0), list(known)


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)  # only nan and NaT differ from themselves
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"  # pandas' NA has no truth value


def _check_listed(found: Iterable[Any], labels: list[Any]) -> None:
    known = set(labels)
    if len(known) < len(labels):
        raise InputError("a label stands twice in 'labels'", remedy="list every label once")
    unlisted = [label for label in found if label not in known]
    if unlisted:
        raise InputError(f"the rating {unlisted[0]!r} is not among 'labels'", remedy="list every label that occurs")


def _sort(labels: list[Any]) -> list[Any]:
    try:
        return sorted(labels)
    except TypeError:
        return sorted(labels, key=lambda v: (type(v).__name__, repr(v)))


def _have_order(labels: list[Any]) -> bool:
    if any(isinstance(label, (frozenset, tuple)) for label in labels):
        return False
    if any(isinstance(label, str) for label in labels):
        return all(isinstance(label, str) and len(label) == 1 for label in labels)
    try:
        sorted(labels)
    except TypeError:
        return False
    return True
