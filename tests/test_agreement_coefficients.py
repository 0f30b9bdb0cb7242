"""Coefficients: published cases, a reference package as oracle, degenerate data with a reason instead of a number."""

from __future__ import annotations

import json
import warnings

import hypothesis.strategies as st
import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from corpus_tools.agreement.coefficients import krippendorff_alpha, percent_agreement

LEVELS = ("nominal", "ordinal", "interval", "ratio")
COVERED = {"krippendorff_alpha": krippendorff_alpha, "percent_agreement": percent_agreement}


def jaccard(a, b):
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def masi_weight(a, b, part=(1 / 3, 2 / 3)):
    return 0.0 if a == b else part[0] if a <= b or b <= a else part[1] if a & b else 1.0


SET_DISTANCES = {
    "set:jaccard": jaccard,
    "set:masi": lambda a, b: 1 - (1 - jaccard(a, b)) * {0.0: 1, 1 / 3: 2 / 3, 2 / 3: 1 / 3, 1.0: 0}[masi_weight(a, b)],
    "set:dkpro_set": masi_weight,
    "set:dkpro_masi": lambda a, b: jaccard(a, b) * masi_weight(a, b),
}


def to_ratings(case):
    """Coders x units from any layout of the cases."""
    data, kind = case["data"], case["kind"]
    if kind == "table2":
        cells = [
            (a, b)
            for a, row in zip(data["categories"], data["table"], strict=True)
            for b, n in zip(data["categories"], row, strict=True)
            for _ in range(n)
        ]
        return [list(coder) for coder in zip(*cells, strict=True)]
    if kind == "triples":
        coders = list(dict.fromkeys(c for c, _, _ in data["triples"]))
        units = list(dict.fromkeys(u for _, u, _ in data["triples"]))
        known = {(c, u): label for c, u, label in data["triples"]}
        return [[known.get((c, u)) for u in units] for c in coders]
    rows = data["ratings"]
    if kind == "sets":
        rows = [[None if cell is None else frozenset(cell) for cell in row] for row in rows]
    return rows if data["layout"] == "coders_x_units" else [list(coder) for coder in zip(*rows, strict=True)]


def test_published_cases(shared):
    cases = json.loads((shared / "data" / "agreement_cases.json").read_text("utf-8"))["cases"]
    checked, wrong = 0, []
    for case in cases:
        if case["kind"] not in ("coding", "table2", "triples", "sets"):
            continue
        for expected in case["expected"]:
            level = expected.get("level", "nominal")
            if expected.get("measure") not in COVERED or not (level in LEVELS or level in SET_DISTANCES):
                continue
            options = {}
            if expected["measure"] == "krippendorff_alpha":
                options = {"distance": SET_DISTANCES[level]} if level in SET_DISTANCES else {"level": level}
            found = COVERED[expected["measure"]](to_ratings(case), **options).value
            checked += 1
            if found is None or abs(found - expected["value"]) > expected["tol"]:
                wrong.append((case["id"], expected["measure"], level, expected["value"], found))
    assert not wrong
    assert checked >= 24


def test_published_bootstrap_interval(shared):
    cases = {c["id"]: c for c in json.loads((shared / "data" / "agreement_cases.json").read_text("utf-8"))["cases"]}
    ratings = to_ratings(cases["krippendorff_2011_4x12"])
    expected = cases["bootstrap_ci_krippendorff_2011"]["expected"]
    for measure, confidence in (("bootstrap_percentile_ci95", 0.95), ("bootstrap_percentile_ci99", 0.99)):
        (row,) = [e for e in expected if e["measure"] == measure]
        found = krippendorff_alpha(ratings, interval=confidence)
        assert [found.low, found.high] == pytest.approx(row["value"], abs=row["tol"])
    (left_out,) = [e for e in expected if e["measure"] == "leave_unit_6_out_dfbeta"]
    without = [row[:5] + row[6:] for row in ratings]
    found = krippendorff_alpha(ratings).value - krippendorff_alpha(without).value
    assert found == pytest.approx(left_out["value"], abs=left_out["tol"])


RATINGS = (
    st.integers(2, 4)
    .flatmap(
        lambda coders: st.lists(
            st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=coders, max_size=coders), min_size=2, max_size=15
        )
    )
    .map(lambda units: [list(coder) for coder in zip(*units, strict=True)])
)


@settings(max_examples=150, deadline=None)
@given(ratings=RATINGS, level=st.sampled_from(LEVELS))
def test_alpha_equals_the_reference_package(ratings, level):
    found = krippendorff_alpha(ratings, level=level)
    table = np.array([[np.nan if v is None else v for v in row] for row in ratings], dtype=float)
    pairable = [column[~np.isnan(column)] for column in table.T if (~np.isnan(column)).sum() > 1]
    if len({v for column in pairable for v in column}) < 2:
        assert found.value is None and found.reason
        return
    table[:, (~np.isnan(table)).sum(axis=0) < 2] = np.nan  # a single rating pairs with nothing, and names no category
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = krippendorff.alpha(table, level_of_measurement=level)
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.n == len(pairable) and found.reason is None


@settings(max_examples=100, deadline=None)
@given(ratings=RATINGS)
def test_percent_agreement_counts_pairs(ratings):
    shares = []
    for unit in zip(*ratings, strict=True):
        known = [v for v in unit if v is not None]
        pairs = [(a, b) for i, a in enumerate(known) for b in known[i + 1 :]]
        if pairs:
            shares.append(sum(a == b for a, b in pairs) / len(pairs))
    found = percent_agreement(ratings)
    assert found.value == (pytest.approx(sum(shares) / len(shares)) if shares else None)
    assert bool(found.reason) == (not shares)


@settings(max_examples=50, deadline=None)
@given(ratings=RATINGS, seed=st.integers(0, 9))
def test_order_and_names_of_coders_units_and_labels_do_not_matter(ratings, seed):
    random = np.random.default_rng(seed)
    units, coders = random.permutation(len(ratings[0])), random.permutation(len(ratings))
    renamed = [[None if ratings[c][u] is None else f"label {9 - ratings[c][u]}" for u in units] for c in coders]
    for function in (krippendorff_alpha, percent_agreement):
        expected, found = function(ratings), function(renamed)
        assert found.value == (None if expected.value is None else pytest.approx(expected.value))


@pytest.mark.parametrize(
    "ratings",
    [
        [[1, 2, None, 2], [1, 2, 1, None]],
        np.array([[1, 2, np.nan, 2], [1, 2, 1, np.nan]]),
        pd.DataFrame([[1, 2, None, 2], [1, 2, 1, None]]),
        pd.DataFrame([[1, 2, None, 2], [1, 2, 1, None]], dtype="Int64"),
        pd.DataFrame([["a", "b", None, "b"], ["a", "b", "a", None]], dtype="string"),
        [["a", "b", float("nan"), "b"], ["a", "b", "a", None]],
        [[frozenset("a"), frozenset(), None, frozenset()], [frozenset("a"), frozenset(), frozenset("a"), None]],
    ],
    ids=["lists", "array", "frame", "nullable integers", "strings", "nan between strings", "sets"],
)
def test_ratings_in_any_container(ratings):
    assert krippendorff_alpha(ratings).value == pytest.approx(1.0)
    assert krippendorff_alpha(ratings).n == 2
    assert percent_agreement(ratings).value == 1.0


@pytest.mark.parametrize(
    ("function", "ratings", "reason"),
    [
        (krippendorff_alpha, [["a", "a"], ["a", "a"]], "only one category"),
        (krippendorff_alpha, [[0, 0, 0, 1], [0, 0, 0, None]], "only one category"),
        (krippendorff_alpha, [[1, None], [None, 1]], "no unit was rated by two coders"),
        (krippendorff_alpha, [[1, 2, 3]], "no unit was rated by two coders"),
        (krippendorff_alpha, [[], []], "no unit was rated by two coders"),
        (krippendorff_alpha, [], "no unit was rated by two coders"),
        (percent_agreement, [[1, None], [None, 1]], "no unit was rated by two coders"),
        (percent_agreement, [], "no unit was rated by two coders"),
    ],
)
@pytest.mark.parametrize("interval", [None, 0.95])
def test_degenerate_data_gives_a_reason(function, ratings, reason, interval):
    found = function(ratings, interval=interval)
    assert found.value is None and reason in found.reason
    assert found.low is None and found.high is None


def test_a_distance_that_is_always_zero_gives_a_reason():
    found = krippendorff_alpha([[1, 2], [2, 1]], distance=lambda a, b: 0.0)
    assert found.value is None and found.reason


def test_intervals_draw_groups_and_repeat():
    random = np.random.default_rng(0)
    first = random.integers(0, 2, 60)
    second = np.where(random.random(60) < 0.8, first, 1 - first)
    ratings = [first.tolist(), second.tolist()]
    groups = np.repeat(np.arange(6), 10).tolist()
    found = krippendorff_alpha(ratings, interval=0.95, groups=groups)
    assert found == krippendorff_alpha(ratings, interval=0.95, groups=groups)
    assert found.low < found.value < found.high <= 1
    narrow = krippendorff_alpha(ratings, interval=0.5, groups=groups)
    assert found.low < narrow.low < narrow.high < found.high
    same = [[1, 1, 0, 0] * 5, [1, 0, 0, 1] * 5]
    constant = percent_agreement(same, interval=0.95, groups=[i // 4 for i in range(20)])
    assert (constant.low, constant.value, constant.high) == (0.5, 0.5, 0.5), "all groups are alike, so nothing varies"
    assert percent_agreement(same, interval=0.95).low < 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: krippendorff_alpha([[1, 2], [1, 3]], level="metric"), r"'level'.*'metric'"),
        (lambda: krippendorff_alpha([[1, 2], [1]]), "different length"),
        (lambda: percent_agreement([[1, 2], [1]]), "different length"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
