"""Supervision: what a table of units says about one label, row by row.

A row may be decided (the label holds or not), shared (some coders said so), open inside a bag (the article carries the
label and nobody said in which of its units), or silent. `read_lesson` tells them apart; what is silent is left out.
Where coders finished an article that was not decided, more than half of them decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.learning.shares import SHARES

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Lesson:
    """What is known of one label.

    Attributes
    ----------
    rows : ndarray of int
        Places of the rows in the table of units; the other attributes have one value for each of these.
    decided : ndarray of int
        1 where the label was decided to hold; 0 in a bag.
    shares : ndarray of float
        How positive the row is, from 0 to 1: the share of coders who said so, else `decided`; 0 in a bag.
    bags : ndarray of int
        Number of the bag of the row, -1 where the row itself was judged.
    carried : ndarray of int
        1 where the row's article carries the label.
    groups, articles : ndarray of object
    weights : ndarray of float or None
        How much the row counts; None: all the same.
    """

    rows: Array
    decided: Array
    shares: Array
    bags: Array
    carried: Array
    groups: Array
    articles: Array
    weights: Array | None

    @property
    def positive_groups(self) -> int:
        """In how many groups the label is found, in a unit or in a bag."""
        return len(set(self.groups[(self.decided == 1) | (self.bags >= 0)]))

    @property
    def is_one_sided(self) -> bool:
        """Whether nothing was decided to be negative, or by the shares no row is negative, or none positive."""
        judged = self.bags < 0
        negative = (judged & (self.decided == 0)).any() and (judged & (self.shares < 1)).any()
        return not (negative and (~judged | (self.shares > 0)).any())


def find_known(units: pd.DataFrame) -> Array:
    """Return which units say anything about any label: those not wholly unknown, with a label, or with shares."""
    rows = zip(units["unknown"], units["labels"], _said(units), strict=True)
    return np.array(
        [("*" not in unknown) or bool(labels) or said is not None for unknown, labels, said in rows], dtype=bool
    )


def order_labels(units: pd.DataFrame, codebook: Codebook | None) -> list[str]:
    """Return the labels of units and their articles, in the order of the codebook, the others sorted behind."""
    found = {label for column in ("labels", "article_labels") for labels in units[column] for label in labels}
    known = [label for label in codebook.frames if label in found] if codebook is not None else []
    return known + sorted(found - set(known))


def read_lesson(units: pd.DataFrame, label: str) -> Lesson:
    """Return what the units say about a label."""
    held = np.array([label in labels for labels in units["labels"]], dtype=bool)
    carried = np.array([label in labels for labels in units["article_labels"]], dtype=bool)
    left = np.array([label in unknown for unknown in units["unknown"]], dtype=bool)
    undecided = ~held & (left | np.array(["*" in unknown for unknown in units["unknown"]], dtype=bool))
    counted = np.array([_share(said, label) for said in _said(units)], dtype=float)
    shares = np.where(np.isnan(counted), held.astype(float), counted)
    decided = held | (undecided & (shares > 0.5))
    silent = undecided & np.isnan(counted)
    inside = silent & carried & left
    rows = np.flatnonzero(~silent | inside)
    articles = units["article"].to_numpy(dtype=object)
    carried |= np.isin(articles.astype(str), articles[decided].astype(str))
    return Lesson(
        rows=rows,
        decided=decided[rows].astype(int),
        shares=shares[rows],
        bags=np.where(inside[rows], _number(articles[rows]), -1),
        carried=carried[rows].astype(int),
        groups=units["group"].to_numpy(dtype=object)[rows],
        articles=articles[rows],
        weights=units["weight"].fillna(1.0).to_numpy(dtype=float)[rows] if "weight" in units else None,
    )


def describe_counts(counts: Mapping[str, int], *, most: int = 8) -> str:
    """Return labels with their numbers of articles, for a message."""
    listed = [f"{label!r} in {count}" for label, count in list(counts.items())[:most]]
    return ", ".join([*listed, "…"] if len(counts) > most else listed)


def _said(units: pd.DataFrame) -> list[Mapping[str, float] | None]:
    """Return the shares of each unit, None where no coders are known."""
    column = units[SHARES] if SHARES in units else [None] * len(units)
    return [said if isinstance(said, Mapping) else None for said in column]


def _share(said: Mapping[str, float] | None, label: str) -> float:
    """Return the share of coders, NaN where nobody said."""
    return nan if said is None else float(said.get(label, 0.0))


def _number(names: Iterable[Any]) -> Array:
    """Number names in order of appearance."""
    return np.asarray(pd.factorize(np.asarray(names, dtype=object))[0], dtype=int)
