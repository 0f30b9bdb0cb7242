"""What an evaluation judges: units or articles against gold, in one form whatever the kind of detector.

There are three forms. `several`: a unit has any number of frames, and so has its article, which is what is judged
first. `one`: a unit has exactly one frame or stance. `candidates`: a unit is a pair that may have a stance; what no
candidate covers (units of the level `missed`) is missed by every system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.evaluation.intervals import group_counts
from corpus_tools.evaluation.metrics import count_rows, to_indicators
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.text.errors import InputError

__all__ = ["Answer", "Judging", "find_own_groups", "judge_units"]

Array = np.ndarray[Any, Any]


@dataclass
class Answer:
    """What a system said of units, and of their articles where those are judged.

    Attributes
    ----------
    decided : ndarray of shape (units, labels)
        1 where a label was given; a system that throws dice gives the probabilities of its throws.
    score : ndarray of shape (units, labels), or None
        Probabilities, where the system has any.
    article_decided, article_score : ndarray of shape (articles, labels), or None
        The same of articles.
    """

    decided: Array
    score: Array | None = None
    article_decided: Array | None = None
    article_score: Array | None = None


@dataclass(frozen=True)
class Judging:
    """Units with their gold, ready to be split and to be judged.

    Attributes
    ----------
    form : str
        `"several"`, `"one"` or `"candidates"`.
    units : DataFrame
        Numbered from 0; nothing but the columns that the caller gave.
    labels : list of str
        The labels that are judged, sorted; never `none`.
    groups : ndarray of shape (units,)
        What the split keeps whole.
    truth, known : ndarray of shape (units, labels)
        Gold, and where there is any.
    """

    form: str
    units: pd.DataFrame
    labels: list[str]
    groups: Array
    truth: Array
    known: Array

    @property
    def by_article(self) -> bool:
        """Whether articles are what is judged first."""
        return self.form == "several"

    @property
    def level(self) -> str:
        """The name of what is judged first: an article, or the level of the units."""
        several = self.by_article and len(self.articles) < len(self.units)
        return "article" if several else str(self.units["level"].iloc[0])

    @cached_property
    def articles(self) -> list[str]:
        """The articles in order of appearance."""
        return list(dict.fromkeys(self.units["article"]))

    @cached_property
    def article_of(self) -> Array:
        """The number of each unit's article."""
        return np.asarray(pd.factorize(self.units["article"])[0])

    @cached_property
    def first_units(self) -> Array:
        """The row of each article's first unit."""
        return np.asarray(np.unique(self.article_of, return_index=True)[1])

    @cached_property
    def article_truth(self) -> Array:
        """Gold of the articles, shape (articles, labels)."""
        return to_indicators(list(self.units["article_labels"].iloc[self.first_units]), self.labels)

    @cached_property
    def reachable(self) -> Array:
        """Whether a system can say anything of a unit at all."""
        return (self.units["level"] != "missed").to_numpy()

    @property
    def judged_truth(self) -> Array:
        """Gold of what is judged first: shape (articles or units, labels)."""
        return self.article_truth if self.by_article else self.truth

    @property
    def judged_groups(self) -> Array:
        """The groups of what is judged first."""
        return self.groups[self.first_units] if self.by_article else self.groups

    @cached_property
    def clusters(self) -> Array:
        """What the intervals draw: the units' own `group`, which is the article or holds whole articles.

        The split may keep together more (a source, a topic); of such there are too few to be drawn.
        """
        return np.asarray(pd.factorize(find_own_groups(self.units))[0])

    def drawn(self, *, units: bool = False) -> Array:
        """Return the cluster of each row that is judged first, or of each unit."""
        return self.clusters[self.first_units] if self.by_article and not units else self.clusters

    def group_by(self, groups: Sequence[Any]) -> Judging:
        """Return the same with other groups, one for each unit."""
        values = np.empty(len(self.units), dtype=object)
        values[:] = list(groups)
        return replace(self, groups=values)

    def take(self, rows: Array) -> Judging:
        """Return the part that some rows make, numbered anew."""
        part = self.units.iloc[rows].reset_index(drop=True)
        return replace(self, units=part, groups=self.groups[rows], truth=self.truth[rows], known=self.known[rows])

    def judge_rows(self, answer: Answer, *, units: bool = False) -> Array:
        """Return hits, predicted and actual positives of what is judged first, or of units: (rows, 3, labels)."""
        if self.by_article and not units:
            decided = answer.article_decided
            assert decided is not None
            return count_rows(self.article_truth, decided)
        # what is unknown is neither right nor wrong
        return count_rows(self.truth & self.known, answer.decided * self.known * self.reachable[:, None])

    def count(self, answer: Answer, *, units: bool = False) -> Array:
        """Return the counts of each cluster, shape (clusters, 3, labels)."""
        return group_counts(self.judge_rows(answer, units=units), self.drawn(units=units).tolist())

    def count_anything(self, answer: Answer) -> Array:
        """Return the counts of each cluster for having any label at all, shape (clusters, 3, 1)."""
        decided = np.any(answer.decided, axis=1, keepdims=True) & self.reachable[:, None]
        truth = np.asarray(np.any(self.truth, axis=1, keepdims=True))
        return group_counts(count_rows(truth, np.asarray(decided)), self.clusters.tolist())


def judge_units(detector: Any, units: pd.DataFrame) -> Judging:
    """Take the units that have gold, in the form that fits the detector, in their own groups (see `find_own_groups`).

    Raises
    ------
    InputError
        When none carries a label.
    """
    return _judge_frames(detector, units) if set(units["kind"]) == {"frame"} else _judge_stances(units)


def find_own_groups(units: pd.DataFrame) -> pd.Series[Any]:
    """Return the units' own `group` where each holds whole articles, else their article; so too where it is missing."""
    article = units["article"].astype(object)
    own = units["group"].astype(object).where(units["group"].notna(), article)
    pairs = zip(pd.factorize(own)[0].tolist(), pd.factorize(article)[0].tolist(), strict=True)
    return own if len(set(pairs)) == article.nunique() else article


def _judge_frames(detector: Any, units: pd.DataFrame) -> Judging:
    one = bool(getattr(detector, "exclusive", False))
    finished = units["labels"].notna() & ~units["unknown"].map(lambda unknown: "*" in unknown).astype(bool)
    units = units[finished & (units["labels"].map(bool).astype(bool) if one else True)].reset_index(drop=True)
    labels = sorted({label for known in units["labels" if one else "article_labels"] for label in known})
    if not labels:
        raise InputError("no article carries a label", remedy="evaluate units that were made with gold")
    truth = to_indicators(list(units["labels"]), labels)
    if one and (truth.sum(axis=1) > 1).any():
        where = str(units["unit"][truth.sum(axis=1) > 1].iloc[0])
        raise InputError("a unit has several labels, and exclusive=True allows one", where=where)
    known = ~to_indicators(list(units["unknown"]), labels)
    return Judging("one" if one else "several", units, labels, _name_groups(units), truth, known)


def _judge_stances(units: pd.DataFrame) -> Judging:
    units = units[units["labels"].notna()].reset_index(drop=True)
    labels = sorted(set(units["labels"]) - {NONE})
    if not labels:
        raise InputError("no unit carries a stance", remedy="evaluate stance units that were made with gold")
    truth = to_indicators(list(units["labels"]), labels)
    form = "candidates" if (units["labels"] == NONE).any() else "one"
    return Judging(form, units, labels, _name_groups(units), truth, np.ones(truth.shape, dtype=bool))


def _name_groups(units: pd.DataFrame) -> Array:
    return find_own_groups(units).to_numpy(dtype=object)
