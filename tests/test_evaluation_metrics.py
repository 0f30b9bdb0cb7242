"""F1 against scikit-learn, and undefined values that stay undefined."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import f1_score

from corpus_tools.evaluation.metrics import count_hits, f1_of_counts, macro_f1, micro_f1, to_indicators

TABLES = st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(0, 10_000))


def tables(shape):
    random = np.random.default_rng(shape[2])
    density = random.random(shape[1])
    return (random.random(shape[:2]) < density), (random.random(shape[:2]) < density)


@settings(max_examples=80, deadline=None)
@given(shape=TABLES)
def test_f1_equals_scikit_learn(shape):
    truth, predicted = tables(shape)
    there = (truth | predicted).any(axis=0)
    if not there.any():
        assert np.isnan(macro_f1(truth, predicted)) and np.isnan(micro_f1(truth, predicted))
        return
    options = {"zero_division": 0.0}
    pair = truth[:, there].astype(int), predicted[:, there].astype(int)
    if there.sum() == 1:
        expected = f1_score(pair[0].ravel(), pair[1].ravel(), **options)
        assert macro_f1(truth, predicted) == micro_f1(truth, predicted) == pytest.approx(expected)
        return
    assert macro_f1(truth, predicted) == pytest.approx(f1_score(*pair, average="macro", **options))
    assert micro_f1(truth, predicted) == pytest.approx(f1_score(*pair, average="micro", **options))


def test_an_undefined_label_is_neither_0_nor_1():
    truth, predicted = np.zeros((3, 2), dtype=bool), np.zeros((3, 2), dtype=bool)
    truth[0, 0] = predicted[0, 0] = True
    found = f1_of_counts(count_hits(truth, predicted))
    assert found[0] == 1.0 and np.isnan(found[1])
    assert macro_f1(truth, predicted) == 1.0


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([{"a"}, {"b", "a"}, set()], [[1, 0], [1, 1], [0, 0]]), (["a", "none", "b"], [[1, 0], [0, 0], [0, 1]]),
        ([frozenset({"zebra"})], [[0, 0]]), ([], np.zeros((0, 2))),
    ],
)  # fmt: skip
def test_indicators(labels, expected):
    found = to_indicators(labels, ["a", "b"])
    assert found.dtype == bool and (found == np.array(expected, dtype=bool)).all() and found.shape[1] == 2
