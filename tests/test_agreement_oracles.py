"""Coefficients of random ratings: equal to other packages', and to each other as their definitions say."""

from __future__ import annotations

import datetime
import warnings

import hypothesis.strategies as st
import krippendorff
import numpy as np
import pytest
from agreement_cases import LEVELS, OF_MANY
from hypothesis import assume, given, settings
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

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
    from nltk.metrics.agreement import AnnotationTask  # takes seconds: only the process that compares with it waits

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
