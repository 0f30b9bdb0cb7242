"""Ratings that have no value, with the reason; arguments that are refused, with what to give instead."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from agreement_cases import CORRECTED, LEVELS, OF_MANY, OF_TWO

from corpus_tools.agreement import (
    bennett_s,
    cohen_kappa,
    gwet_ac1,
    gwet_ac2,
    jaccard_distance,
    krippendorff_alpha,
    masi_distance,
    percent_agreement,
    scott_pi,
)
from corpus_tools.text.errors import InputError, InputWarning

NOTHING_TO_PAIR = [
    [[1, None], [None, 1]],
    [[None, None], [None, None]],
    [[float("nan")] * 2, [float("nan")] * 2],
    [[1, 2, 3]],
    [[], []],
    [],
    np.empty((0, 0)),
    np.empty((2, 0)),
    pd.DataFrame(),
]
ONE_CATEGORY = [[["a", "a"], ["a", "a"]], [["a"], ["a"]], [[0, 0, 0], [0, 0, None], [None, 0, 0]]]


@pytest.mark.parametrize("interval", [None, 0.95])
@pytest.mark.parametrize("name", sorted(OF_MANY))
@pytest.mark.parametrize("ratings", NOTHING_TO_PAIR, ids=range(len(NOTHING_TO_PAIR)))
def test_without_pairs_there_is_no_value(ratings, name, interval):
    found = OF_MANY[name](ratings, interval=interval)
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 0)
    assert found.reason == "no unit was rated by two coders"


@pytest.mark.parametrize("name", sorted(CORRECTED))
@pytest.mark.parametrize("ratings", ONE_CATEGORY, ids=range(len(ONE_CATEGORY)))
def test_one_category_has_no_value(ratings, name):
    found = CORRECTED[name](ratings, interval=0.95)
    assert found.value is None and found.low is None and "only one category" in found.reason
    assert percent_agreement(ratings).value == 1.0


@pytest.mark.parametrize("level", LEVELS)
def test_one_value_has_no_alpha_at_any_level(level):
    found = krippendorff_alpha([[3, 3, 2], [3, 3, None]], level=level)
    assert found.value is None and "only one category (3)" in found.reason and found.n == 2


@pytest.mark.parametrize("name", sorted(OF_TWO))
@pytest.mark.parametrize(
    ("a", "b"),
    [([], []), ([None], [1]), ([1, None], [None, 1]), ([1, 1], [1, 1])],
    ids=["empty", "one", "apart", "same"],
)
def test_two_coders_without_a_value(a, b, name):
    found = OF_TWO[name](a, b, interval=0.95)
    assert found.value is None and found.reason and found.low is None


def test_a_category_that_is_listed_gives_chance_something_to_do():
    """With two categories in the codebook, using one of them all the time is agreement for AC1 and S."""
    same = [["a", "a", "a"], ["a", "a", "a"]]
    assert gwet_ac1(same, labels=["a", "b"]).value == 1.0
    assert bennett_s(*same, categories=["a", "b"]).value == bennett_s(*same, categories=2).value == 1.0
    assert cohen_kappa(*same, labels=["a", "b"]).value is None
    assert krippendorff_alpha(same, labels=["a", "b"]).value is None


def test_single_units_and_total_disagreement():
    assert krippendorff_alpha([[1], [2]]).value == 0.0
    assert cohen_kappa([1, 1], [2, 2]).value == 0.0
    assert scott_pi([1, 2], [2, 1]).value == -1.0
    assert krippendorff_alpha([[1, 2], [2, 1]]).value == pytest.approx(-0.5)


def test_a_distance_that_is_always_zero_gives_a_reason():
    found = krippendorff_alpha([[1, 2], [2, 1]], distance=lambda a, b: 0.0)
    assert found.value is None and found.reason


def test_zeros_at_the_ratio_level():
    assert krippendorff_alpha([[0, 0, 1], [0, 1, 1]], level="ratio").value is not None


def test_large_numbers_keep_their_digits():
    small = [[1, 2, 3, 4, 4], [1, 2, 3, 3, 5]]
    large = [[v + 1e9 for v in row] for row in small]
    expected = krippendorff_alpha(small, level="interval").value
    assert krippendorff_alpha(large, level="interval").value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("scale", [2.0**1020, 2.0**600, 2.0**-900])
@pytest.mark.parametrize("level", ["interval", "ratio"])
def test_alpha_does_not_depend_on_the_unit(level, scale):
    ratings = np.array([[1.0, 2, 3, 8, 5], [1, 2, 4, 7, np.nan], [2, 2, 3, np.nan, 5]])
    expected = krippendorff_alpha(ratings, level=level, interval=0.95)
    found = krippendorff_alpha(ratings * scale, level=level, interval=0.95)
    assert (found.value, found.low, found.high) == (expected.value, expected.low, expected.high)
    assert gwet_ac2(ratings * scale, weights="quadratic").value == gwet_ac2(ratings, weights="quadratic").value


def test_disagreements_stand_in_the_unit_of_the_ratings():
    found, ten = (krippendorff_alpha([[s, 2 * s], [s, 3 * s]], level="interval") for s in (1.0, 10.0))
    assert (ten.observed, ten.expected) == pytest.approx((100 * found.observed, 100 * found.expected))
    assert (found.observed, found.expected) == pytest.approx((0.5, 11 / 6))
    huge = krippendorff_alpha([[1e308, -1.7e308], [1e308, 1.7e308]], level="interval")
    assert huge.value is not None and huge.expected == float("inf")


STANCES = [["oppose", "mixed", "support"], ["oppose", "support", "support"]]


def test_the_order_of_words_is_told():
    scale = ["oppose", "mixed", "support"]
    as_ranks = [[scale.index(v) for v in row] for row in STANCES]
    expected = krippendorff_alpha(as_ranks, level="ordinal").value
    assert krippendorff_alpha(STANCES, level="ordinal", labels=scale).value == pytest.approx(expected)
    assert expected != pytest.approx(krippendorff_alpha(STANCES, level="ordinal", labels=sorted(scale)).value)
    letters = [["a", "b", "c"], ["a", "c", "c"]]
    with pytest.warns(InputWarning, match="the order is taken to be a < b < c; give the true one as labels="):
        assert krippendorff_alpha(letters, level="ordinal").value == pytest.approx(expected)
    assert cohen_kappa(*STANCES, weights="linear", labels=scale).value == cohen_kappa(*as_ranks, weights="linear").value


def test_letters_are_weighed_in_an_order_that_is_told_or_given():
    sizes = (["s", "m", "l", "x"], ["s", "l", "l", "m"])
    with pytest.warns(InputWarning, match="l < m < s < x"):
        guessed = cohen_kappa(*sizes, weights="quadratic").value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        meant = cohen_kappa(*sizes, weights="quadratic", labels=["s", "m", "l", "x"]).value
        cohen_kappa(["y", "n"], ["y", "y"], weights="linear")  # of two labels there is but one order
        cohen_kappa([1, 2, 3], [1, 3, 3], weights="linear")
    assert meant != pytest.approx(guessed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: krippendorff_alpha([[1, 2], [1, 3]], level="metric"), r"'level'.*'metric'"),
        (lambda: krippendorff_alpha([[1, 2], [1]]), "different lengths: 2, 1"),
        (lambda: percent_agreement([[1, 2], [1]]), "different lengths"),
        (lambda: cohen_kappa([1, 2], [1]), "different lengths"),
        (lambda: scott_pi([1, 2], [1]), "different lengths"),
        (lambda: bennett_s([1, 2], [1]), "different lengths"),
        (lambda: percent_agreement([1, 2, 3]), "must be coders x units"),
        (lambda: percent_agreement(np.array([1, 2, 3])), "must be coders x units"),
        (lambda: percent_agreement(np.zeros((2, 2, 2))), "must be coders x units|cannot be hashed"),
        (lambda: percent_agreement(["ab", "ac"]), "must be coders x units"),
        (lambda: percent_agreement("ab"), "must be coders x units"),
        (lambda: percent_agreement(7), "must be coders x units"),
        (lambda: percent_agreement([[{"a"}], [{"a"}]]), "cannot be hashed.*frozenset"),
        (lambda: percent_agreement([[["a"]], [["a"]]]), "cannot be hashed"),
        (lambda: krippendorff_alpha([[1, -2], [1, 3]], level="ratio"), "true zero.*-2.*interval"),
        (lambda: krippendorff_alpha([["a", "b"], ["a", "c"]], level="interval"), "numbers.*'a'"),
        (lambda: krippendorff_alpha([["a", "b"], ["a", "c"]], level="ratio"), "numbers.*'a'"),
        (lambda: krippendorff_alpha([["1", "2"], ["1", "3"]], level="interval"), "numbers.*'1'"),
        (lambda: krippendorff_alpha([[1.0, float("inf")], [1.0, 2.0]], level="interval"), "infinite"),
        (lambda: krippendorff_alpha([[1, 2], [1, 10**400]], level="interval"), "infinite"),
        (lambda: gwet_ac2([[1, 2], [1, 10**400]], weights="linear"), "infinite"),
        (lambda: krippendorff_alpha(STANCES, level="ordinal"), "order of labels.*not known.*labels="),
        (lambda: krippendorff_alpha([["9", "10"], ["9", "11"]], level="ordinal"), "order of labels"),
        (lambda: krippendorff_alpha([[frozenset("a")], [frozenset("b")]], level="ordinal"), "order of labels"),
        (lambda: krippendorff_alpha([[1, "a"], [1, 2]], level="ordinal"), "order of labels"),
        (lambda: krippendorff_alpha(STANCES, level="ordinal", labels=["oppose", "support"]), "'mixed' is not among"),
        (lambda: cohen_kappa([1, 2], [2, 3], labels=[1, 2]), "3 is not among"),
        (lambda: cohen_kappa([1, 2], [2, 1], labels=[1, 2, 2]), "stands twice"),
        (lambda: cohen_kappa(*STANCES, weights="linear"), "order of labels"),
        (lambda: cohen_kappa([1, 2], [2, 1], weights="cubic"), "'weights'.*'cubic'"),
        (lambda: gwet_ac2([[1, 2], [2, 1]], weights="cubic"), "'weights'.*'cubic'"),
        (lambda: gwet_ac2([[1, 2], [2, 1]], weights=None), "'weights' is neither|'weights' has the shape"),
        (lambda: gwet_ac2([[1, 2], [2, 1]], weights=[[1, 0.5]]), "shape"),
        (lambda: gwet_ac2([[1, 2], [2, 1]], weights=[[1, 0.5], [0.4, 1]]), "symmetric"),
        (lambda: gwet_ac2([[1, 2], [2, 1]], weights=[[1, 2], [2, 1]]), "between 0 and 1"),
        (lambda: gwet_ac2(STANCES, weights="quadratic"), "order of labels"),
        (lambda: gwet_ac2([[-1, 2], [2, 1]], weights="ratio"), "at least 0"),
        (lambda: bennett_s([1, 2, 3], [1, 2, 3], categories=2), "'categories' is 2, and 3 occur"),
        (lambda: krippendorff_alpha([[1, 2], [2, 1]], distance=lambda a, b: float("nan")), "'distance' returned"),
        (lambda: krippendorff_alpha([[1, 2], [2, 1]], distance=lambda a, b: -1), "'distance' returned"),
        (lambda: masi_distance("ab", {"a"}), "set of labels"),
        (lambda: jaccard_distance({"a"}, None), "set of labels"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
