"""Spans: F1 against brute force, alpha_u against its definition, and what is refused."""

from __future__ import annotations

from itertools import combinations, permutations, product

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from corpus_tools.agreement import alpha_u, span_f1
from corpus_tools.agreement.matching import cut_into_clusters, match_best
from corpus_tools.agreement.resampling import draw_groups
from corpus_tools.agreement.unitizing import unit_distance, unitize
from corpus_tools.text.errors import InputError

A = [("a1", 0, 10, "war"), ("a1", 20, 30, "aid"), ("a2", 0, 5, "war")]


@pytest.mark.parametrize(
    ("b", "exact", "overlap"),
    [
        (A, 1, 1),
        (A[:2], 4 / 5, 4 / 5),
        ([], 0, 0),
        ([("a1", 0, 9, "war"), ("a1", 20, 30, "aid"), ("a2", 1, 5, "war")], 1 / 3, 1),
        ([("a1", 0, 10, "aid")], 0, 0),
        ([("a2", 0, 10, "war")], 0, 1 / 2),
        ([("a1", 10, 20, "war"), ("a1", 10, 20, "aid")], 0, 0),
        ([("a1", 0, 4, "war"), ("a1", 5, 10, "war")], 0, 2 / 5),
        ([*A, A[0]], 6 / 7, 6 / 7),
    ],
    ids=["same", "one less", "none", "shifted", "label", "article", "touching", "long against two short", "twice"],
)
def test_f1_by_hand(b, exact, overlap):
    for x, y in ((A, b), (b, A)):
        assert span_f1(x, y).value == pytest.approx(exact)
        assert span_f1(x, y, match="overlap").value == pytest.approx(overlap)
        assert span_f1(x, y).n == len(A) + len(b)


def test_nothing_marked_has_no_f1():
    found = span_f1([], [], interval=0.95)
    assert (found.value, found.low, found.n) == (None, None, 0) and found.reason == "no span was marked"


SPANS = st.lists(
    st.tuples(st.sampled_from("pq"), st.integers(0, 12), st.integers(1, 6), st.sampled_from("xy")).map(
        lambda s: (s[0], s[1], s[1] + s[2], s[3])
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(a=SPANS, b=SPANS)
def test_as_many_overlaps_as_possible_are_matched(a, b):
    """Against all one-to-one matchings."""

    def fit(x, y):
        return (x[0], x[3]) == (y[0], y[3]) and x[1] < y[2] and y[1] < x[2]

    short, long = sorted((a, b), key=len)
    best = max(sum(fit(x, y) for x, y in zip(short, chosen, strict=False)) for chosen in permutations(long, len(short)))
    found = span_f1(a, b, match="overlap")
    assert found.value == (pytest.approx(2 * best / (len(a) + len(b))) if a or b else None)


def test_f1_draws_articles():
    a = [(f"a{i}", 0, 5, "x") for i in range(12)]
    b = [(f"a{i}", 0, 5 if i % 3 else 4, "x") for i in range(12)]
    found = span_f1(a, b, interval=0.95)
    assert found.value == pytest.approx(8 / 12) and 0.3 < found.low < found.value < found.high < 1
    wider = span_f1(a, b, interval=0.95, articles=[f"a{i}" for i in range(500)])
    assert wider.value == found.value and wider.low is not None
    assert span_f1(a[:1], b[:1], interval=0.95).low is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=4))
def test_the_best_matching_is_the_best(scores):
    found = match_best(range(len(scores)), range(3), lambda i, j: scores[i][j])
    short, long = sorted((range(len(scores)), range(3)), key=len)
    turned = len(scores) > 3
    best = max(
        sum(scores[b][a] if turned else scores[a][b] for a, b in zip(short, chosen, strict=True))
        for chosen in permutations(long, len(short))
    )
    assert sum(scores[i][j] for i, j in found) == best
    assert all(scores[i][j] > 0 for i, j in found)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)).map(lambda s: (s[0], s[0] + s[1])), max_size=8))
def test_clusters_hold_all_overlaps(spans):
    clusters = list(cut_into_clusters(spans))
    assert sorted(i for cluster in clusters for i in cluster) == list(range(len(spans)))
    for one, other in combinations(clusters, 2):
        for i, j in product(one, other):
            assert spans[i][1] <= spans[j][0] or spans[j][1] <= spans[i][0]


# --- alpha_u ----------------------------------------------------------------------------------------------------------


def sections(units, length):
    """All sections of one coder: (start, length, label), gaps as None."""
    at, found = 0, []
    for start, end in sorted(units):
        if start > at:
            found.append((at, start - at, None))
        found.append((start, end - start, "x"))
        at = end
    return [*found, (at, length - at, None)] if length > at else found


def alpha_by_definition(coders, length):
    """Krippendorff 2004, 11.6, as it stands there: sums over all sections of all coders."""
    m = len(coders)
    cut = [sections(units, length) for units in coders]
    observed = sum(
        unit_distance(x, y) for i in range(m) for j in range(m) if i != j for x in cut[i] for y in cut[j]
    ) / (m * (m - 1) * length**2)
    units = [s for own in cut for s in own if s[2]]
    gaps = [s for own in cut for s in own if not s[2]]
    inner = sum(
        (len(units) - 1) / 3 * (2 * u[1] ** 3 - 3 * u[1] ** 2 + u[1])
        + u[1] ** 2 * sum(g[1] - u[1] + 1 for g in gaps if g[1] >= u[1])
        for u in units
    )
    expected = 2 / length * inner / (m * length * (m * length - 1) - sum(u[1] * (u[1] - 1) for u in units))
    return 1 - observed / expected


def spread(lengths):
    """Units that do not overlap, from (gap, length) pairs."""
    at, found = 0, []
    for gap, length in lengths:
        found.append((at + gap, at + gap + length))
        at += gap + length
    return found


CODER = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), max_size=5).map(spread)


@settings(max_examples=150, deadline=None)
@given(coders=st.lists(CODER, min_size=2, max_size=4))
def test_alpha_u_equals_its_definition(coders):
    marked = [(f"c{i}", start, end, "x") for i, units in enumerate(coders) for start, end in units]
    found = alpha_u(marked, length=70, coders=[f"c{i}" for i in range(len(coders))])
    if not marked:
        assert found.value is None and found.reason == "no unit was marked"
    else:
        assert found.value == pytest.approx(alpha_by_definition(coders, 70), abs=1e-9)


MARKED = [("ana", 0, 10, "war"), ("ben", 2, 10, "war"), ("ana", 30, 35, "aid"), ("ben", 30, 35, "aid")]


def test_a_coder_who_marked_nothing_is_a_coder():
    one = [unit for unit in MARKED if unit[0] == "ana"]
    assert alpha_u(one, length=50).value is None and "fewer than two" in alpha_u(one, length=50).reason
    assert alpha_u(one, length=50, coders=["ana", "ben"]).value < 0.2
    assert alpha_u(MARKED, length=50).value > alpha_u(MARKED, length=50, coders=["ana", "ben", "cem"]).value


def test_labels_add_up():
    whole, by_label = unitize(MARKED, length=50)
    assert set(by_label) == {"war", "aid"} and by_label["aid"].value == 1.0
    assert whole.observed == pytest.approx(sum(part.observed for part in by_label.values()))
    assert whole.expected == pytest.approx(sum(part.expected for part in by_label.values()))
    assert by_label["war"].value == alpha_u([u for u in MARKED if u[3] == "war"], length=50).value
    assert [part.n for part in by_label.values()] == [2, 2] and whole.n == 4


def test_articles_are_laid_end_to_end_and_drawn():
    """One article is the continuum; two are more of it; a resample is a continuum of its articles."""
    alone = alpha_u(MARKED, length={"p": 50}, groups=["p"] * 4)
    assert alone == alpha_u(MARKED, length=50)
    lengths = {"p": 50, "q": 40, "r": 60}
    units = [*MARKED, ("ana", 5, 20, "war"), ("ben", 5, 9, "war"), ("ben", 12, 20, "war")]
    groups = ["p"] * 4 + ["q"] * 3
    found = alpha_u(units, length=lengths, groups=groups, interval=0.9, seed=2)
    drawn = draw_groups(3, np.random.default_rng(2))
    for row in range(0, 1000, 97):
        again = {f"{name}{k}": lengths[name] for name, n in zip(lengths, drawn[row], strict=True) for k in range(n)}
        copies = [(unit, f"{name}{k}") for unit, name in zip(units, groups, strict=True)
                  for k in range(drawn[row][list(lengths).index(name)])]  # fmt: skip
        expected = alpha_u([u for u, _ in copies], length=again, groups=[g for _, g in copies], coders=["ana", "ben"])
        wanted = np.nan if expected.value is None else expected.value
        assert found.draws[row] == pytest.approx(wanted, abs=1e-9, nan_ok=True)
    assert alpha_u(MARKED, length=50, interval=0.9).low is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: span_f1(A, A, match="partial"), "'match'.*'partial'"),
        (lambda: span_f1([("a", 0, 3)], A), r"span must be \(article, start, end, label\)"),
        (lambda: span_f1([("a", 3, 3, "x")], A), "0 <= start < end"),
        (lambda: span_f1([("a", -1, 3, "x")], A), "0 <= start < end"),
        (lambda: span_f1([("a", 0.5, 3, "x")], A), "whole numbers"),
        (lambda: span_f1([("a", None, 3, "x")], A), "span must be"),
        (lambda: span_f1([7], A), "span must be"),
        (lambda: alpha_u([("ana", 0, 3)], length=9), r"\(coder, start, end, label\)"),
        (lambda: alpha_u([("ana", 0, 10, "x")], length=9), "past the end of a continuum of 9"),
        (lambda: alpha_u([("ana", 0, 5, "x"), ("ana", 4, 6, "x")], length=9), "two units of 'ana'.*overlap at 4"),
        (lambda: alpha_u(MARKED, length=0), "length of a continuum"),
        (lambda: alpha_u(MARKED, length=50.5), "length of a continuum"),
        (lambda: alpha_u(MARKED, length="50"), "length of a continuum"),
        (lambda: alpha_u(MARKED, length={"p": 50}), "'length' and 'groups'"),
        (lambda: alpha_u(MARKED, length=50, groups=["p"] * 4), "'length' and 'groups'"),
        (lambda: alpha_u(MARKED, length={"p": 50}, groups=["p"]), "'length' and 'groups'"),
        (lambda: alpha_u(MARKED, length={"p": 50}, groups=["q"] * 4), "'q' has no length"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_units_of_two_labels_may_overlap_and_neighbours_touch():
    units = [("ana", 0, 5, "x"), ("ana", 5, 9, "x"), ("ana", 3, 8, "y"), ("ben", 0, 5, "x"), ("ben", 5, 9, "x")]
    assert alpha_u([u for u in units if u[3] == "x"], length=9).value == 1.0
    assert alpha_u(units, length=9).value < 1
