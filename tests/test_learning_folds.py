"""Folds: groups stay whole, labels are spread, the same seed deals the same, and a missing label is loud."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from corpus_tools.learning.folds import check_folds, deal_groups, split_folds
from corpus_tools.text.errors import InputError

ROWS = st.lists(st.tuples(st.frozensets(st.sampled_from("abcd")), st.integers(0, 11)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, folds=st.integers(2, 5), seed=st.integers(0, 3))
def test_groups_stay_whole_and_the_deal_is_repeatable(rows, folds, seed):
    labels, groups = [row[0] for row in rows], [row[1] for row in rows]
    if len(set(groups)) < folds:
        with pytest.raises(InputError, match=f"{len(set(groups))} groups cannot fill {folds} folds"):
            deal_groups(labels, groups, folds=folds, seed=seed)
        return
    dealt = deal_groups(labels, groups, folds=folds, seed=seed)
    assert dealt.shape == (len(rows),) and set(dealt) <= set(range(folds))
    assert all(len({d for d, g in zip(dealt, groups, strict=True) if g == group}) == 1 for group in groups)
    assert (dealt == deal_groups(labels, groups, folds=folds, seed=seed)).all()


@settings(max_examples=60, deadline=None)
@given(positive=st.integers(0, 25), negative=st.integers(0, 25), folds=st.integers(2, 5), seed=st.integers(0, 5))
def test_one_label_is_spread_as_evenly_as_possible(positive, negative, folds, seed):
    if positive + negative < folds:
        return
    labels = [{"x"}] * positive + [set()] * negative
    dealt = deal_groups(labels, range(len(labels)), folds=folds, seed=seed)
    counts = np.bincount(dealt[:positive], minlength=folds)
    assert counts.max() - counts.min() <= 1
    sizes = np.bincount(dealt, minlength=folds)
    assert sizes.max() - sizes.min() <= 2


@pytest.mark.parametrize("seed", range(10))
def test_many_labels_are_in_every_fold(seed):
    random = np.random.default_rng(seed)
    labels = [{name for i, name in enumerate("abcdefgh") if random.random() < 0.15 + 0.05 * i} for _ in range(60)]
    support = Counter(name for unit in labels for name in unit)
    wanted = [name for name, n in support.items() if n >= 8]
    dealt = deal_groups(labels, list(range(60)), folds=5, seed=seed)
    check_folds(labels, dealt, needed=wanted)
    for name in wanted:
        counts = np.bincount([d for d, unit in zip(dealt, labels, strict=True) if name in unit], minlength=5)
        assert counts.min() >= counts.mean() / 2, (name, counts)


def test_group_sizes_are_balanced_when_nothing_else_decides():
    groups = [g for g, size in enumerate((9, 3, 3, 3, 1, 1, 1, 1, 1, 1)) for _ in range(size)]
    dealt = deal_groups([()] * len(groups), groups, folds=2)
    sizes = np.bincount(dealt)
    assert abs(sizes[0] - sizes[1]) <= 2


def test_split_folds_partitions_the_rows():
    dealt = np.array([0, 2, 1, 0, 2])
    pairs = split_folds(dealt)
    assert [test.tolist() for _, test in pairs] == [[0, 3], [2], [1, 4]]
    assert all(sorted([*train, *test]) == list(range(5)) for train, test in pairs)


@pytest.mark.parametrize(
    ("labels", "dealt", "message"),
    [
        ([{"x"}, set(), {"x"}, {"y"}], [0, 1, 1, 1], r"fold 1 has no y in its test part"),
        ([{"x"}, set(), set()], [0, 1, 2], r"fold 1 has no x, y in its training part"),
    ],
)
def test_a_label_that_is_missing_is_named(labels, dealt, message):
    with pytest.raises(InputError, match=message):
        check_folds(labels, np.array(dealt), needed=["x", "y"])


def test_a_label_in_every_part_passes_and_others_are_not_asked_for():
    check_folds([{"x"}, {"x", "y"}], np.array([0, 1]), needed=["x"])


@pytest.mark.parametrize("folds", [1, 0, -3])
def test_fewer_than_two_folds_are_refused(folds):
    with pytest.raises(InputError, match="folds"):
        deal_groups([{"x"}] * 4, list(range(4)), folds=folds)
