"""Intervals and p values: coverage, exhaustive enumeration, published values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from corpus_tools.evaluation.intervals import bootstrap, bootstrap_difference, group_counts, permutation_p, wilson


def share(counts):
    return counts[..., 0] / counts[..., 1]


def f1(counts):
    hits, predicted, actual = np.moveaxis(counts, -1, 0)
    with np.errstate(invalid="ignore"):
        return 2 * hits / (predicted + actual)


def trials(random, groups=30, size=8, p=0.6):
    """Hits and trials of each group; groups differ, so that units within one are alike."""
    own = np.clip(p + random.normal(0, 0.15, groups), 0, 1)
    return np.column_stack([random.binomial(size, own), np.full(groups, size)]).astype(float)


def test_intervals_cover_the_truth_as_often_as_they_say():
    random = np.random.default_rng(0)
    inside = 0
    for number in range(300):
        found = bootstrap(trials(random), share, draws=300, seed=number)
        inside += found.low <= 0.6 <= found.high
    assert 0.90 <= inside / 300 <= 0.98


def test_resampling_units_instead_of_groups_would_not_cover():
    """Why groups are drawn: units taken as independent give intervals that are too short."""
    random = np.random.default_rng(0)
    data = trials(random, groups=20, size=50)
    units = np.concatenate([[[1.0, 1.0]] * int(hits) + [[0.0, 1.0]] * int(n - hits) for hits, n in data])
    whole, torn = bootstrap(data, share), bootstrap(units, share)
    assert whole.value == pytest.approx(torn.value)
    assert whole.high - whole.low > 1.3 * (torn.high - torn.low)


def test_an_interval_repeats_and_depends_on_the_confidence():
    data = trials(np.random.default_rng(1))
    found = bootstrap(data, share, seed=5)
    assert found == bootstrap(data, share, seed=5) != bootstrap(data, share, seed=6)
    narrow = bootstrap(data, share, seed=5, confidence=0.5)
    assert found.low < narrow.low < found.value < narrow.high < found.high
    assert found.value == share(data.sum(axis=0)) and found.reason is None


def test_identical_groups_leave_no_doubt():
    found = bootstrap(np.tile([3.0, 4.0], (10, 1)), share)
    assert (found.low, found.value, found.high) == (0.75, 0.75, 0.75)


def test_an_undefined_value_has_a_reason_and_no_interval():
    found = bootstrap(np.zeros((5, 3)), f1)
    assert found.value is found.low is found.high is None and "nothing to score" in found.reason
    assert found.to_dict() == {"value": None, "low": None, "high": None, "reason": found.reason}
    assert bootstrap_difference(np.zeros((5, 3)), np.ones((5, 3)), f1).value is None


def test_a_value_reports_no_reason_key():
    assert set(bootstrap(np.ones((5, 3)), f1).to_dict()) == {"value", "low", "high"}


def test_a_paired_difference_is_narrower_than_two_intervals():
    random = np.random.default_rng(2)
    a = trials(random, p=0.5)
    b = a.copy()
    b[:, 0] = np.maximum(0, b[:, 0] - (random.random(len(b)) < 0.3))
    found = bootstrap_difference(a, b, share)
    assert found.value == pytest.approx(share(a.sum(axis=0)) - share(b.sum(axis=0)))
    assert 0 < found.low < found.value < found.high
    one = bootstrap(a, share)
    assert found.high - found.low < one.high - one.low
    swapped = bootstrap_difference(b, a, share)
    assert [swapped.value, swapped.low, swapped.high] == pytest.approx([-found.value, -found.high, -found.low])


@pytest.mark.parametrize("seed", range(4))
def test_permutation_p_equals_all_permutations(seed):
    random = np.random.default_rng(seed)
    a, b = (random.integers(1, 6, size=(7, 3)).astype(float) for _ in range(2))
    observed = abs(f1(a.sum(axis=0)) - f1(b.sum(axis=0)))
    exact = np.mean([
        abs(f1(np.where(swap, b, a).sum(axis=0)) - f1(np.where(swap, a, b).sum(axis=0))) >= observed - 1e-12
        for swap in (np.array(bits)[:, None] for bits in itertools.product([False, True], repeat=7))
    ])  # fmt: skip
    found = permutation_p(a, b, f1, draws=20_000, seed=seed)
    assert found == pytest.approx(exact, abs=4 * np.sqrt(max(exact * (1 - exact), 1e-4) / 20_000) + 1e-4)
    assert found == permutation_p(a, b, f1, draws=20_000, seed=seed)
    assert found == pytest.approx(permutation_p(b, a, f1, draws=20_000, seed=seed + 1), abs=0.03)


def test_p_is_1_for_the_same_system_and_small_but_never_0_for_a_far_better_one():
    good, bad = np.tile([5.0, 5.0, 5.0], (25, 1)), np.tile([1.0, 5.0, 5.0], (25, 1))
    assert permutation_p(good, good, f1) == 1.0
    assert 0 < permutation_p(good, bad, f1, draws=999) <= 0.002


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_equals_published_values(hits, total, low, high):
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    found = wilson(hits, total)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert found.value == hits / total


def test_wilson_without_cases_has_a_reason():
    assert wilson(0, 0).value is None and wilson(0, 0).reason == "no cases"


def test_counts_of_rows_are_summed_within_groups():
    counts = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert group_counts(counts, ["b", "a", "b"]).tolist() == [[6.0, 8.0], [3.0, 4.0]]


@pytest.mark.parametrize("total", range(1, 60))
def test_no_and_all_hits_stand_within_wilsons_interval(total):
    none, every = wilson(0, total), wilson(total, total)
    assert none.low == none.value == 0 < none.high and every.low < every.value == every.high == 1
