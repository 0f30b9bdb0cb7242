"""Coefficients against other packages on random data, by hand, and on data that have no value."""

from __future__ import annotations

import datetime
import subprocess
import sys
import warnings

import hypothesis.strategies as st
import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from corpus_tools import agreement
from corpus_tools.agreement import (
    bennett_s,
    brennan_prediger,
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

LEVELS = ("nominal", "ordinal", "interval", "ratio")
OF_MANY = {
    "alpha": krippendorff_alpha,
    "percent": percent_agreement,
    "fleiss": fleiss_kappa,
    "ac1": gwet_ac1,
    "ac2": lambda ratings, **options: gwet_ac2(ratings, weights="quadratic", **options),
    "brennan": brennan_prediger,
}
OF_TWO = {
    "cohen": cohen_kappa,
    "linear": lambda a, b, **options: cohen_kappa(a, b, weights="linear", **options),
    "scott": scott_pi,
    "bennett": bennett_s,
}
CORRECTED = {name: call for name, call in OF_MANY.items() if name != "percent"}


def table_of(labels, coders, *, missing=True, units=15):
    """Coders x units of random labels."""
    cell = st.one_of(st.none(), labels) if missing else labels
    unit = st.lists(cell, min_size=coders, max_size=coders)
    return st.lists(unit, min_size=2, max_size=units).map(lambda rows: [list(c) for c in zip(*rows, strict=True)])


RATINGS = st.integers(2, 5).flatmap(lambda coders: table_of(st.integers(1, 5), coders))
PAIRS = table_of(st.integers(1, 4), 2, missing=False)
SETS = st.integers(2, 3).flatmap(lambda coders: table_of(st.frozensets(st.sampled_from("abc")), coders))


def pairable(ratings):
    columns = [[v for v in column if v is not None] for column in zip(*ratings, strict=True)]
    return [column for column in columns if len(column) > 1]


# --- other packages as judges -----------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(ratings=RATINGS, level=st.sampled_from(LEVELS))
def test_alpha_equals_the_package_krippendorff(ratings, level):
    found = krippendorff_alpha(ratings, level=level)
    columns = pairable(ratings)
    if len({v for column in columns for v in column}) < 2:
        assert found.value is None and found.reason
        return
    table = np.array([[np.nan if v is None else v for v in row] for row in ratings], dtype=float)
    table[:, (~np.isnan(table)).sum(axis=0) < 2] = np.nan  # a single rating pairs with nothing, and names no category
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = krippendorff.alpha(table, level_of_measurement=level)
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.n == len(columns) and found.reason is None


def nltk_task(ratings, distance):
    names = [[frozenset(v) if isinstance(v, frozenset) else v for v in row] for row in ratings]
    return AnnotationTask(
        [(f"c{c}", f"u{u}", v) for c, row in enumerate(names) for u, v in enumerate(row) if v is not None], distance
    )


@settings(max_examples=80, deadline=None)
@given(ratings=SETS, distance=st.sampled_from([jaccard_distance, masi_distance]))
def test_alpha_of_sets_equals_nltk(ratings, distance):
    found = krippendorff_alpha(ratings, distance=distance)
    columns = pairable(ratings)
    assume(len({v for column in columns for v in column}) > 1)
    kept = [[column[c] if sum(v is not None for v in column) > 1 else None for column in zip(*ratings, strict=True)]
            for c in range(len(ratings))]  # fmt: skip
    assert found.value == pytest.approx(nltk_task(kept, distance).alpha(), abs=1e-9)


@settings(max_examples=120, deadline=None)
@given(pair=PAIRS, weights=st.sampled_from([None, "linear", "quadratic"]))
def test_cohen_equals_statsmodels_and_scikit_learn(pair, weights):
    """Our labels are listed or found, as the one and the other package have it."""
    a, b = pair
    assume(len(set(a) | set(b)) > 1)
    counts = np.zeros((4, 4))
    np.add.at(counts, (np.array(a) - 1, np.array(b) - 1), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = cohens_kappa(counts, wt=weights, return_results=False)
    assert cohen_kappa(a, b, weights=weights, labels=[1, 2, 3, 4]).value == pytest.approx(expected)
    assert cohen_kappa(a, b, weights=weights).value == pytest.approx(cohen_kappa_score(a, b, weights=weights))


@settings(max_examples=80, deadline=None)
@given(ratings=st.integers(2, 5).flatmap(lambda coders: table_of(st.integers(1, 4), coders, missing=False)))
def test_fleiss_and_randolph_equal_statsmodels(ratings):
    used = {v for row in ratings for v in row}
    assume(len(used) > 1)
    counts, _ = aggregate_raters(np.array(ratings).T)
    assert fleiss_kappa(ratings).value == pytest.approx(statsmodels_fleiss(counts))
    assert brennan_prediger(ratings).value == pytest.approx(statsmodels_fleiss(counts, method="randolph"))


@settings(max_examples=80, deadline=None)
@given(pair=PAIRS)
def test_pi_and_s_equal_nltk(pair):
    assume(len({v for row in pair for v in row}) > 1)
    task = nltk_task(pair, lambda x, y: float(x != y))
    assert scott_pi(*pair).value == pytest.approx(task.pi())
    assert bennett_s(*pair).value == pytest.approx(task.S())
    assert percent_agreement(pair).value == pytest.approx(task.avg_Ao())


# --- against each other and by the definition -------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(ratings=RATINGS)
def test_percent_agreement_counts_pairs(ratings):
    shares = []
    for known in pairable(ratings):
        pairs = [(a, b) for i, a in enumerate(known) for b in known[i + 1 :]]
        shares.append(sum(a == b for a, b in pairs) / len(pairs))
    found = percent_agreement(ratings)
    assert found.value == (pytest.approx(sum(shares) / len(shares)) if shares else None)
    assert bool(found.reason) == (not shares)


@settings(max_examples=60, deadline=None)
@given(ratings=RATINGS, level=st.sampled_from(LEVELS))
def test_a_level_is_the_distance_that_it_stands_for(ratings, level):
    """The moments by which levels are computed against the sum over all pairs of values."""
    totals = {v: sum(column.count(v) for column in pairable(ratings)) for v in range(1, 6)}

    def between(a, b):
        a, b = sorted((a, b))
        return sum(totals[v] for v in range(a, b + 1)) - (totals[a] + totals[b]) / 2

    distance = {
        "nominal": lambda a, b: float(a != b),
        "ordinal": lambda a, b: between(a, b) ** 2,
        "interval": lambda a, b: (a - b) ** 2,
        "ratio": lambda a, b: ((a - b) / (a + b)) ** 2,
    }[level]
    by_level, by_distance = krippendorff_alpha(ratings, level=level), krippendorff_alpha(ratings, distance=distance)
    assert by_level.value == (None if by_distance.value is None else pytest.approx(by_distance.value, abs=1e-9))


@settings(max_examples=60, deadline=None)
@given(ratings=RATINGS)
def test_weights_of_identity_are_no_weights(ratings):
    first, second = gwet_ac1(ratings), gwet_ac2(ratings, weights="identity")
    assert first.value == (None if second.value is None else pytest.approx(second.value))
    a, b = ratings[:2]
    plain, weighted = cohen_kappa(a, b), cohen_kappa(a, b, weights="identity")
    assert plain.value == (None if weighted.value is None else pytest.approx(weighted.value))


@settings(max_examples=60, deadline=None)
@given(ratings=RATINGS, seed=st.integers(0, 9), name=st.sampled_from(sorted(OF_MANY)))
def test_order_of_coders_and_units_does_not_matter(ratings, seed, name):
    random = np.random.default_rng(seed)
    units, coders = random.permutation(len(ratings[0])), random.permutation(len(ratings))
    shuffled = [[ratings[c][u] for u in units] for c in coders]
    expected, found = OF_MANY[name](ratings), OF_MANY[name](shuffled)
    assert found.value == (None if expected.value is None else pytest.approx(expected.value, abs=1e-12))


@settings(max_examples=60, deadline=None)
@given(ratings=RATINGS, name=st.sampled_from(sorted(set(OF_MANY) - {"ac2"})))
def test_names_of_labels_do_not_matter(ratings, name):
    words = {1: "nan", 2: ("a", 1), 3: frozenset(), 4: datetime.date(2023, 7, 26), 5: b"x"}
    expected = OF_MANY[name](ratings)
    found = OF_MANY[name]([[None if v is None else words[v] for v in row] for row in ratings])
    assert found.value == (None if expected.value is None else pytest.approx(expected.value, abs=1e-12))


@settings(max_examples=60, deadline=None)
@given(ratings=RATINGS, name=st.sampled_from(sorted(OF_MANY)))
def test_full_agreement_is_one_and_nothing_is_more(ratings, name):
    same = [ratings[0]] * len(ratings)
    assert OF_MANY[name](same).value in (None, 1.0)
    found = OF_MANY[name](ratings).value
    assert found is None or found <= 1 + 1e-12


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


# --- what has no value, and what is refused ---------------------------------------------------------------------------


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


STANCES = [["oppose", "mixed", "support"], ["oppose", "support", "support"]]


def test_the_order_of_words_is_told():
    scale = ["oppose", "mixed", "support"]
    as_ranks = [[scale.index(v) for v in row] for row in STANCES]
    expected = krippendorff_alpha(as_ranks, level="ordinal").value
    assert krippendorff_alpha(STANCES, level="ordinal", labels=scale).value == pytest.approx(expected)
    assert expected != pytest.approx(krippendorff_alpha(STANCES, level="ordinal", labels=sorted(scale)).value)
    letters = [["a", "b", "c"], ["a", "c", "c"]]
    assert krippendorff_alpha(letters, level="ordinal").value == pytest.approx(expected)
    assert cohen_kappa(*STANCES, weights="linear", labels=scale).value == cohen_kappa(*as_ranks, weights="linear").value


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


# --- distances and weights --------------------------------------------------------------------------------------------


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


# --- the package ------------------------------------------------------------------------------------------------------


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
