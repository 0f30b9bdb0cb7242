"""Coefficients by hand, in any container; distances, weights, and the package as it is imported."""

from __future__ import annotations

import subprocess
import sys

import krippendorff
import numpy as np
import pandas as pd
import pytest
from agreement_cases import LEVELS, OF_MANY, OF_TWO

from corpus_tools import agreement
from corpus_tools.agreement import (
    bennett_s,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    jaccard_distance,
    krippendorff_alpha,
    masi_distance,
    percent_agreement,
    scott_pi,
)
from corpus_tools.agreement.weights import WEIGHTS, agreement_weights
from corpus_tools.text.errors import InputError


def test_by_hand():
    """Four units: (1,1), (1,2), (2,4), (4,4). Linear: D_o = 3/4, D_e = 3/2. Quadratic: D_o = 5/4, D_e = 15/4."""
    a, b = [1, 1, 2, 4], [1, 2, 4, 4]
    assert cohen_kappa(a, b).value == pytest.approx((1 / 2 - 5 / 16) / (1 - 5 / 16))
    assert cohen_kappa(a, b, weights="linear", labels=[1, 2, 3, 4]).value == pytest.approx(1 / 2)
    assert cohen_kappa(a, b, weights="quadratic", labels=[1, 2, 3, 4]).value == pytest.approx(1 - (5 / 4) / (15 / 4))
    assert scott_pi(a, b).value == pytest.approx((1 / 2 - 22 / 64) / (1 - 22 / 64))
    assert bennett_s(a, b).value == pytest.approx((1 / 2 - 1 / 3) / (1 - 1 / 3))
    assert bennett_s(a, b, categories=4).value == bennett_s(a, b, categories=[1, 2, 3, 4]).value == pytest.approx(1 / 3)
    assert bennett_s(a, b, categories=np.int64(4)).value == pytest.approx(1 / 3)
    assert gwet_ac1([a, b]).value == pytest.approx((1 / 2 - 21 / 64) / (1 - 21 / 64))
    assert gwet_ac1([a, b], labels=[1, 2, 3, 4]).value == pytest.approx((1 / 2 - 7 / 32) / (1 - 7 / 32))


def test_unused_categories_change_linear_kappa_only_when_they_are_listed():
    a, b = [1, 1, 1, 2, 5, 5], [1, 2, 5, 2, 5, 1]
    listed = cohen_kappa(a, b, weights="linear", labels=[1, 2, 3, 4, 5]).value
    assert listed != pytest.approx(cohen_kappa(a, b, weights="linear").value, abs=0.01)
    assert cohen_kappa(a, b, labels=[1, 2, 3, 4, 5]).value == cohen_kappa(a, b).value
    swapped = cohen_kappa(a, b, weights="linear", labels=[5, 1, 2, 3, 4]).value
    assert swapped != pytest.approx(listed, abs=0.01), "the order of the list is the order of the scale"


def test_missing_ratings_are_no_category():
    """A missing value counted as a category would turn 1 into less."""
    ratings = [["a", "b", None, "a"], ["a", "b", "b", None], [None, "b", "b", "a"]]
    for call in OF_MANY.values():
        assert call(ratings).value == 1.0
    for call in OF_TWO.values():
        assert call(*ratings[:2]).value == 1.0 and call(*ratings[:2]).n == 2


def test_the_label_spelled_nan_is_a_label():
    a, b = ["nan", "nan", "x", "x"], ["nan", "x", "x", "nan"]
    for ratings in ([a, b], np.array([a, b]), pd.DataFrame([a, b])):
        assert percent_agreement(ratings).n == 4 and percent_agreement(ratings).value == 0.5
    assert cohen_kappa(a, b).value == 0.0


@pytest.mark.parametrize(
    "ratings",
    [
        [[1, 2, None, 2], [1, 2, 1, None]],
        ((1, 2, None, 2), (1, 2, 1, None)),
        np.array([[1, 2, np.nan, 2], [1, 2, 1, np.nan]]),
        np.array([[1, 2, None, 2], [1, 2, 1, None]], dtype=object),
        pd.DataFrame([[1, 2, None, 2], [1, 2, 1, None]]),
        pd.DataFrame([[1, 2, None, 2], [1, 2, 1, None]], dtype="Int64"),
        pd.DataFrame([["a", "b", None, "b"], ["a", "b", "a", None]], dtype="string"),
        pd.DataFrame([["a", "b", None, "b"], ["a", "b", "a", None]]).astype("category"),
        [pd.Series([1, 2, None, 2]), pd.Series([1, 2, 1, None])],
        [["a", "b", float("nan"), "b"], ["a", "b", "a", pd.NA]],
        [["a", "b", pd.NaT, "b"], ["a", "b", "a", np.datetime64("NaT")]],
        [[frozenset("a"), frozenset(), None, frozenset()], [frozenset("a"), frozenset(), frozenset("a"), None]],
    ],
    ids=range(12),
)
def test_ratings_in_any_container(ratings):
    for call in OF_MANY.values():
        if call is OF_MANY["ac2"] and isinstance(ratings[0] if isinstance(ratings, list) else 0, list):
            if isinstance(ratings[0][0], frozenset):
                continue  # sets have no order for weights
        assert call(ratings).value == pytest.approx(1.0) and call(ratings).n == 2


def test_whole_numbers_and_floats_are_one_label():
    assert percent_agreement([[1, 2], [1.0, np.int64(2)]]).value == 1.0


@pytest.mark.parametrize(
    ("x", "y", "jaccard", "masi"),
    [
        ("", "", 0, 0),
        ("", "a", 1, 1),
        ("a", "a", 0, 0),
        ("a", "b", 1, 1),
        ("a", "ab", 1 / 2, 1 - 1 / 2 * 2 / 3),
        ("ab", "ac", 2 / 3, 1 - 1 / 3 * 1 / 3),
        ("ab", "abcd", 1 / 2, 2 / 3),
        ("abc", "bcde", 3 / 5, 1 - 2 / 5 * 1 / 3),
    ],
)
def test_distances_of_sets(x, y, jaccard, masi):
    for a, b in ((set(x), set(y)), (frozenset(y), list(x))):
        assert jaccard_distance(a, b) == pytest.approx(jaccard)
        assert masi_distance(a, b) == pytest.approx(masi)


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_weights_fall_from_one_to_zero(name):
    table = agreement_weights(name, np.arange(1, 6))
    assert np.allclose(np.diagonal(table), 1) and np.allclose(table, table.T)
    assert table[0, -1] == pytest.approx(0) and (np.diff(table[0]) <= 1e-12).all()


def test_ordinal_weights_of_gwet():
    """1 - C(d + 1, 2) / C(q, 2): with four categories 1, 5/6, 1/2, 0."""
    assert agreement_weights("ordinal", np.arange(4))[0] == pytest.approx([1, 5 / 6, 1 / 2, 0])


def test_own_weights_are_those_of_the_name():
    ratings = [[1, 2, 3, 3, 1], [1, 3, 3, 2, 1]]
    matrix = agreement_weights("linear", np.arange(3)).tolist()
    assert gwet_ac2(ratings, weights=matrix).value == gwet_ac2(ratings, weights="linear").value
    assert cohen_kappa(*ratings, weights=matrix).value == cohen_kappa(*ratings, weights="linear").value


def test_gwet_weighs_numbers_by_their_values():
    """As the source does: 1, 2, 10 are not evenly spaced, and their ranks are."""
    spread = gwet_ac2([[1, 2, 10, 2], [1, 2, 10, 10]], weights="linear").value
    ranks = gwet_ac2([[1, 2, 3, 2], [1, 2, 3, 3]], weights="linear").value
    assert spread != pytest.approx(ranks, abs=0.01)


def test_many_coders():
    """Too many for one number a unit: patterns are then told apart column by column."""
    random = np.random.default_rng(2)
    ratings = np.where(random.random((40, 30)) < 0.6, random.integers(1, 6, 30), random.integers(1, 6, (40, 30)))
    sparse = np.where(random.random((40, 30)) < 0.5, np.nan, ratings)
    for table in (ratings.astype(float), sparse):
        for level in LEVELS:
            expected = krippendorff.alpha(table, level_of_measurement=level)
            assert krippendorff_alpha(table, level=level).value == pytest.approx(expected)


def test_the_public_names_are_there_and_light():
    assert set(agreement.__all__) <= set(dir(agreement))
    for name in agreement.__all__:
        assert callable(getattr(agreement, name))
    with pytest.raises(AttributeError, match="no attribute 'kappa'"):
        agreement.kappa  # noqa: B018 - reading the attribute is the test
    code = (
        "import sys; import corpus_tools.agreement as a; assert 'numpy' not in sys.modules; a.krippendorff_alpha; "
        "a.cohen_kappa; a.span_f1; a.alpha_u; print([m for m in ('torch', 'pandas', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_hundred_thousand_units_are_one_matter_of_patterns():
    """Exact against the small table that they repeat; what it takes stands in benchmarks."""
    few = np.array([[1, 2, 3, 4, 5, 1], [1, 2, 3, 5, 5, 2], [1, 2, 4, 4, 5, 1]])
    many = np.tile(few, 20_000)
    for level in LEVELS:
        value = krippendorff_alpha(many, level=level, interval=0.95).value
        # The same coincidences, 20,000 times: only n - 1 becomes another.
        small = krippendorff_alpha(few, level=level)
        assert 1 - value == pytest.approx((1 - small.value) * 18 / 17 * (1 - 1 / 360_000), rel=1e-6)
    assert fleiss_kappa(many).value == pytest.approx(fleiss_kappa(few).value)


def test_a_distance_is_a_function():
    with pytest.raises(InputError, match="'distance' must be a function. Got 'masi' instead; give masi_distance"):
        krippendorff_alpha([["a", "b"], ["a", "c"]], distance="masi")
