"""Intervals: what is computed from patterns at once is what a recomputation of every resample gives."""

from __future__ import annotations

import numpy as np
import pytest

from corpus_tools.agreement import (
    alpha_u,
    bennett_s,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    masi_distance,
    percent_agreement,
    scott_pi,
    span_f1,
)
from corpus_tools.agreement.resampling import DRAWS, draw_groups
from corpus_tools.text.errors import InputError


def two(call, **fixed):
    return lambda ratings, **options: call(ratings[0], ratings[1], **fixed, **options)


def alpha(**fixed):
    return lambda ratings, **options: krippendorff_alpha(ratings, **fixed, **options)


LABELS = [1, 2, 3, 4]
CALLS = {
    "percent": percent_agreement,
    "nominal": alpha(level="nominal"),
    "ordinal": alpha(level="ordinal"),
    "interval": alpha(level="interval"),
    "ratio": alpha(level="ratio"),
    "distance": alpha(distance=lambda x, y: abs(x - y) ** 0.5),
    "fleiss": fleiss_kappa,
    "ac1": lambda ratings, **options: gwet_ac1(ratings, labels=LABELS, **options),
    "ac2": lambda ratings, **options: gwet_ac2(ratings, weights="quadratic", labels=LABELS, **options),
    "brennan": lambda ratings, **options: brennan_prediger(ratings, categories=LABELS, **options),
    "cohen": two(cohen_kappa, labels=LABELS),
    "quadratic": two(cohen_kappa, labels=LABELS, weights="quadratic"),
    "scott": two(scott_pi),
    "bennett": two(bennett_s, categories=4),
}


def make_ratings(units=40, seed=3):
    """Three coders, mostly agreeing, with every fifth rating missing."""
    random = np.random.default_rng(seed)
    truth = random.integers(1, 5, units)
    noise = random.integers(1, 5, (3, units))
    ratings = np.where(random.random((3, units)) < 0.7, truth, noise)
    return np.where(random.random((3, units)) < 0.2, np.nan, ratings)


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("grouped", [True, False])
def test_draws_equal_a_recomputation(name, grouped):
    """Every resample of groups is put together as ratings and measured afresh."""
    ratings = make_ratings()
    needed = 1 if name in ("fleiss", "ac1", "ac2", "brennan") else 2  # units with one rating tell the use of categories
    coders = ratings[:2] if name in ("cohen", "quadratic", "scott", "bennett") else ratings
    rated = (~np.isnan(coders)).sum(axis=0)
    ratings = ratings[:, rated >= needed]
    groups = np.sort(np.arange(ratings.shape[1]) % 8) if grouped else None
    found = CALLS[name](ratings, interval=0.9, groups=groups, seed=5)
    members = np.arange(ratings.shape[1]) if groups is None else groups
    drawn = draw_groups(members.max() + 1, np.random.default_rng(5))
    assert found.draws.shape == (DRAWS,)
    for row in range(0, DRAWS, 41):
        units = np.repeat(np.arange(len(members)), drawn[row][members])
        expected = CALLS[name](ratings[:, units]).value
        assert found.draws[row] == pytest.approx(np.nan if expected is None else expected, abs=1e-9, nan_ok=True)
    low, high = np.nanquantile(found.draws, [0.05, 0.95])
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.value == pytest.approx(CALLS[name](ratings).value)


def test_drawing_patterns_is_drawing_units():
    """Many units of few patterns are drawn by pattern; the spread is that of drawing units one by one."""
    random = np.random.default_rng(1)
    first = random.integers(0, 2, 400)
    second = np.where(random.random(400) < 0.8, first, 1 - first)
    found = krippendorff_alpha([first, second], interval=0.9)
    one_by_one = []
    for _ in range(1000):
        units = random.integers(0, 400, 400)
        one_by_one.append(krippendorff_alpha([first[units], second[units]]).value)
    assert [found.low, found.high] == pytest.approx(np.quantile(one_by_one, [0.05, 0.95]), abs=0.01)
    assert np.std(found.draws) == pytest.approx(np.std(one_by_one), rel=0.1)


def test_sets_have_intervals_too():
    ana = [frozenset("ab"), frozenset(), frozenset("a"), None] * 5
    ben = [frozenset("a"), frozenset(), frozenset("b"), frozenset()] * 5
    found = krippendorff_alpha([ana, ben], distance=masi_distance, interval=0.95, groups=[i // 3 for i in range(20)])
    assert found.low < found.value < found.high and found.n == 15


def test_intervals_draw_groups_and_repeat():
    random = np.random.default_rng(0)
    first = random.integers(0, 2, 60)
    second = np.where(random.random(60) < 0.8, first, 1 - first)
    ratings = [first.tolist(), second.tolist()]
    groups = [f"article {i // 10}" for i in range(60)]
    found = krippendorff_alpha(ratings, interval=0.95, groups=groups)
    assert found == krippendorff_alpha(ratings, interval=0.95, groups=groups)
    assert found.low < found.value < found.high <= 1
    narrow = krippendorff_alpha(ratings, interval=0.5, groups=groups)
    assert found.low < narrow.low < narrow.high < found.high
    assert krippendorff_alpha(ratings, interval=0.95, groups=groups, seed=1).low != found.low
    same = [[1, 1, 0, 0] * 5, [1, 0, 0, 1] * 5]
    constant = percent_agreement(same, interval=0.95, groups=[i // 4 for i in range(20)])
    assert (constant.low, constant.value, constant.high) == (0.5, 0.5, 0.5), "all groups are alike, so nothing varies"
    assert percent_agreement(same, interval=0.95).low < 0.5


def test_no_interval_is_made_up():
    single = krippendorff_alpha([[1], [2]], interval=0.95)
    assert (single.value, single.low, single.high) == (0.0, None, None) and "only one unit or group" in single.reason
    one_article = percent_agreement([[1, 2, 3], [1, 2, 2]], interval=0.95, groups=["a", "a", "a"])
    assert one_article.value and one_article.low is None and "only one" in one_article.reason
    rare = krippendorff_alpha([[1, 1, 1, 1, 2], [1, 1, 1, 1, 1]], interval=0.95, groups=[0, 0, 0, 0, 1])
    assert rare.low is not None and np.isnan(rare.draws).mean() == pytest.approx(0.25, abs=0.05), "one in four lacks it"
    assert krippendorff_alpha([[1, 2], [1, 2]]).low is None


def test_an_interval_says_which_resamples_it_leaves_out():
    """Two articles; without both of them only one category is left. Ten, of which one is unlike: 0.9 ** 10."""
    two_units = krippendorff_alpha([[1, 2], [1, 2]], interval=0.95)
    assert two_units.value == two_units.low == 1.0
    assert np.isnan(two_units.draws).mean() == pytest.approx(0.5, abs=0.05)
    ten = krippendorff_alpha([[1] * 9 + [2], [1] * 9 + [2]], interval=0.95)
    undefined = np.isnan(ten.draws).mean()
    assert undefined == pytest.approx(0.9**10, abs=0.05) and f"leaves out {undefined:.0%} of the res" in ten.reason
    assert krippendorff_alpha([[1, 2] * 9, [1, 2] * 9], interval=0.95).reason is None


@pytest.mark.parametrize("interval", [0, 1, 95, -0.5, True])
def test_a_confidence_lies_between_0_and_1(interval):
    spans = [("a", 0, 3, "x")]
    for call in (
        lambda: krippendorff_alpha([[1, 2], [1, 3]], interval=interval),
        lambda: cohen_kappa([1, 2], [1, 3], interval=interval),
        lambda: span_f1(spans, spans, interval=interval),
        lambda: alpha_u([("ana", 0, 3, "x"), ("ben", 0, 3, "x")], length=5, interval=interval),
    ):
        with pytest.raises(InputError, match="'interval'"):
            call()


def test_groups_must_fit_the_units():
    with pytest.raises(InputError, match="'groups' has 2 elements for 3 units"):
        percent_agreement([[1, 2, 3], [1, 2, 3]], interval=0.95, groups=["a", "b"])
