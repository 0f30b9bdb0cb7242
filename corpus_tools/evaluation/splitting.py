"""Splits that keep groups whole: stratified folds, or every source (topic, …) left out in turn.

Folds are dealt by `corpus_tools.learning.folds`. A label that some training part or, with folds, some test part lacks
is an error: no figure hides it.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus_tools.evaluation.judging import Judging
from corpus_tools.learning.folds import check_folds, deal_groups, split_folds
from corpus_tools.text.errors import InputError, InputWarning

__all__ = ["SCHEMES", "Split", "fold_numbers", "split"]

Array = np.ndarray[Any, Any]
SCHEMES = ("folds", "leave-one-out")
_DEALS = 20
"""How often groups are dealt anew before a fold that lacks a label is an error."""


@dataclass(frozen=True)
class Split:
    """One part to learn from and one to be judged on: rows of the units, and the name of the latter."""

    name: str
    train: Array
    test: Array


def split(
    judging: Judging, *, scheme: str = "folds", folds: int = 5, seed: int = 0, strict: bool = True
) -> list[Split]:
    """Split units by their groups so that each is in one test part.

    Parameters
    ----------
    judging
        The units.
    scheme
        `"folds"`: the groups are dealt to `folds` parts with their labels spread evenly. `"leave-one-out"`: each group
        is a part.
    folds, seed
        Of the deal.
    strict
        Whether a fold that lacks a label is an error; in inner folds it only costs.

    Raises
    ------
    InputError
        When a part lacks a label that it needs, or there are too few groups.
    """
    if scheme not in SCHEMES:
        raise InputError(f"the 'scheme' parameter of evaluate must be one of {list(SCHEMES)}. Got {scheme!r} instead")
    if scheme == "leave-one-out":
        names = [str(name) for name in dict.fromkeys(judging.groups)]
        numbers = _leave_one_out(judging, names)
    else:
        numbers = _deal(judging, folds, seed, strict)
        names = [f"fold {k + 1}" for k in range(folds)]
    return [Split(name, *rows) for name, rows in zip(names, split_folds(numbers), strict=True)]


def fold_numbers(splits: Collection[Split]) -> Array:
    """Return for each unit the number of the split that tests it."""
    numbers = np.zeros(sum(len(part.test) for part in splits), dtype=np.int64)
    for k, part in enumerate(splits):
        numbers[part.test] = k
    return numbers


def _marks(judging: Judging) -> list[tuple[str, ...]]:
    """Return the labels of what is judged first."""
    labels = np.array(judging.labels, dtype=object)
    return [tuple(labels[row]) for row in judging.judged_truth]


def _leave_one_out(judging: Judging, names: Sequence[str]) -> Array:
    if len(names) < 2:
        raise InputError(f"{len(names)} groups cannot be left out in turn", remedy="group by a column with more values")
    number = {name: k for k, name in enumerate(dict.fromkeys(judging.groups))}
    groups = np.array([number[name] for name in judging.judged_groups], dtype=np.int64)
    for i, label in enumerate(judging.labels):
        inside = set(groups[judging.judged_truth[:, i]].tolist())
        if len(inside) == 1:
            where = names[inside.pop()]
            raise InputError(
                f"only {where!r} has {label!r}: without it nothing could be learned of the label",
                remedy="leave the label out, or group by another column",
            )
    return np.array([number[name] for name in judging.groups], dtype=np.int64)


def _deal(judging: Judging, folds: int, seed: int, strict: bool) -> Array:
    """Deal the groups, again from other seeds where a fold came out without a label that could be in all."""
    marks, groups = _marks(judging), list(judging.judged_groups)
    needed = [] if not strict else judging.labels if judging.by_article else _common(judging, folds)
    for attempt in range(_DEALS):
        dealt = deal_groups(marks, groups, folds=folds, seed=seed + attempt * 7919)
        try:
            check_folds(marks, dealt, needed=needed)
            break
        except InputError as error:
            if attempt == _DEALS - 1:
                raise InputError(f"{error.what} ({_tell_rarest(judging, needed)})", remedy=error.remedy) from error
    fold_of = dict(zip(groups, dealt.tolist(), strict=True))
    return np.array([fold_of[group] for group in judging.groups], dtype=np.int64)


def _tell_rarest(judging: Judging, labels: Sequence[str]) -> str:
    counts = {name: _count_groups(judging, judging.labels.index(name)) for name in labels}
    rarest = min(counts, key=lambda name: counts[name])
    return f"{rarest} stands in {counts[rarest]} of {len(set(judging.judged_groups))} groups"


def _count_groups(judging: Judging, column: int) -> int:
    return len(set(judging.judged_groups[judging.judged_truth[:, column]]))


def _common(judging: Judging, folds: int) -> list[str]:
    """Return the labels with a group for each fold; name the others, which some folds cannot judge."""
    common = []
    kind = judging.units["kind"].iloc[0]
    for i, label in enumerate(judging.labels):
        count = _count_groups(judging, i)
        if count >= folds:
            common.append(label)
        else:
            text = f"{kind} {label!r} stands in {count} groups and cannot be in each of {folds} folds"
            warnings.warn(text, InputWarning, stacklevel=5)
    return common
