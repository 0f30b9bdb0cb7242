"""Folds that keep groups whole and spread rare labels: a greedy stratifier for several labels at once.

scikit-learn's `StratifiedGroupKFold` stratifies one label and, on few groups, often leaves a fold without it. Here
groups (articles) are dealt to folds label by label, the rarest first (after Sechidis, Tsoumakas & Vlahavas 2011, "On
the stratification of multi-label data", with groups in the place of instances), and a label that is missing somewhere
is an error, not a surprise.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence

import numpy as np

from corpus_tools.text.errors import InputError

Fold = tuple["np.ndarray[tuple[int], np.dtype[np.int64]]", "np.ndarray[tuple[int], np.dtype[np.int64]]"]


def deal_groups(
    labels: Sequence[Iterable[Hashable]], groups: Sequence[Hashable], *, folds: int = 5, seed: int = 0
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Assign every group to one fold so that each label is spread evenly over the folds.

    Parameters
    ----------
    labels
        For each unit its labels.
    groups
        For each unit its group; a group is never split.
    folds
        Number of folds.
    seed
        Breaks ties between groups and between folds; the same seed gives the same folds.

    Returns
    -------
    ndarray of shape (units,)
        The number of the fold in which the unit is judged.

    Raises
    ------
    InputError
        When there are fewer groups than folds.

    Examples
    --------
    >>> dealt = deal_groups([{"a"}, {"a"}, (), ()], ["w", "x", "y", "z"], folds=2)
    >>> bool(dealt[0] != dealt[1])
    True
    """
    if folds < 2:
        raise InputError(f"the 'folds' parameter must be at least 2. Got {folds} instead")
    names = list(dict.fromkeys(groups))
    if len(names) < folds:
        raise InputError(f"{len(names)} groups cannot fill {folds} folds", remedy="use fewer folds or more articles")
    index = {name: i for i, name in enumerate(names)}
    known = sorted({label for unit in labels for label in unit}, key=str)
    has = np.zeros((len(names), len(known)), dtype=bool)
    for unit, group in zip(labels, groups, strict=True):
        for label in unit:
            has[index[group], known.index(label)] = True
    size = np.bincount([index[g] for g in groups], minlength=len(names)).astype(float)
    dealt = _deal(has, size, folds, np.random.default_rng(seed))
    return np.asarray([dealt[index[g]] for g in groups], dtype=np.int64)


def split_folds(dealt: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Fold]:
    """Turn fold numbers into (training rows, test rows), one pair a fold."""
    return [(np.flatnonzero(dealt != k), np.flatnonzero(dealt == k)) for k in range(int(dealt.max()) + 1)]


def check_folds(
    labels: Sequence[Iterable[Hashable]],
    dealt: np.ndarray[tuple[int], np.dtype[np.int64]],
    *,
    needed: Iterable[Hashable],
    parts: Collection[str] = ("training", "test"),
) -> None:
    """Raise InputError when a label of `needed` is missing from one of the `parts` of a fold."""
    wanted = set(needed)
    for number, (train, test) in enumerate(split_folds(dealt)):
        for part, rows in (("training", train), ("test", test)):
            if part not in parts:
                continue
            missing = wanted - {label for row in rows.tolist() for label in labels[row]}
            if missing:
                raise InputError(
                    f"fold {number + 1} has no {', '.join(sorted(map(str, missing)))} in its {part} part",
                    remedy="use fewer folds, code more articles or leave the label out",
                )


def _deal(
    has: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    size: np.ndarray[tuple[int], np.dtype[np.float64]],
    folds: int,
    random: np.random.Generator,
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Deal groups, those of the rarest label first, each to the fold that lacks that label most."""
    dealt = np.full(len(size), -1, dtype=np.int64)
    want = np.tile(has.sum(axis=0) / folds, (folds, 1)).astype(float)
    room = np.full(folds, size.sum() / folds)
    order = random.permutation(len(size))
    while (dealt < 0).any():
        left = dealt < 0
        counts = has[left].sum(axis=0)
        rarest = int(np.argmin(np.where(counts > 0, counts, np.iinfo(np.int64).max))) if counts.any() else None
        chosen = [g for g in order if left[g] and (rarest is None or has[g, rarest])]
        for group in sorted(chosen, key=lambda g: (-int(has[g].sum()), -size[g])):
            lack = want[:, rarest] if rarest is not None else room
            best = np.lexsort((random.random(folds), -room, -np.round(lack, 9)))[0]
            dealt[group] = best
            want[best] -= has[group]
            room[best] -= size[group]
    return dealt
