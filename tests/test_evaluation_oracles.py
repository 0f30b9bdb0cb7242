"""Figures against other implementations, closed forms and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from corpus_tools.evaluation.baselines import Always, Majority, Prior
from corpus_tools.evaluation.differences import adjust_holm, compare_counts
from corpus_tools.evaluation.intervals import bootstrap_f1, bootstrap_share, wilson
from corpus_tools.evaluation.judging import Answer, judge_units
from corpus_tools.evaluation.metrics import accuracy_of_counts, macro_of_counts
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units_from_texts


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.slow
def test_holm_equals_statsmodels(seed):
    random = np.random.default_rng(seed)
    p = random.random(random.integers(1, 9)) ** 3
    p[0] = p[-1]  # ties
    assert adjust_holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1])


def test_an_undefined_p_is_not_counted_among_the_comparisons():
    assert adjust_holm([None, 0.01, None, 0.04]) == [None, 0.02, None, 0.04]
    assert adjust_holm([]) == [] and adjust_holm([None]) == [None]


@pytest.mark.parametrize("total", [1, 2, 7, 62, 1000])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_equals_statsmodels_at_the_ends_and_between(total, confidence):
    for hits in {0, 1, total // 2, total - 1, total}:
        found = wilson(hits, total, confidence=confidence)
        expected = proportion_confint(hits, total, alpha=1 - confidence, method="wilson")
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)


def counts_of(hits, predicted, actual, groups):
    return np.tile(np.array([hits, predicted, actual], dtype=float)[None], (groups, 1, 1))


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        (counts_of([1], [1], [1], 30), wilson(30, 30).low, 1.0),
        (counts_of([0], [1], [1], 30), 0.0, wilson(0, 30).high),
        (counts_of([0], [0], [1], 30), 0.0, 0.0),  # it never says so: that is no matter of chance
        (counts_of([1, 1], [1, 1], [1, 1], 10), wilson(10, 10).low, 1.0),
        (np.concatenate([counts_of([1, 0], [1, 0], [1, 0], 8), counts_of([1, 1], [1, 1], [1, 1], 2)]),
         (wilson(10, 10).low + wilson(2, 2).low) / 2, 1.0),
        (counts_of([1], [1], [1], 1), wilson(1, 1).low, 1.0),
    ],
    ids=["all right", "all wrong", "nothing said", "two labels", "labels of two sizes", "one article"],
)  # fmt: skip
def test_f1_at_its_ends_has_the_interval_of_wilson(counts, low, high):
    found = bootstrap_f1(counts)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.value in (0.0, 1.0)


def test_one_article_gives_a_value_and_no_interval():
    found = bootstrap_f1(counts_of([1], [2], [2], 1))
    assert (found.value, found.low, found.high) == (0.5, None, None)
    assert bootstrap_share(np.array([[1.0, 2.0]])).low is None


def test_between_the_ends_the_interval_covers_as_often_as_it_says():
    """True F1 is known here: each of 40 articles is found with p = 0.7, and never wrongly."""
    random, inside = np.random.default_rng(5), 0
    truth = 2 * 0.7 / (1 + 0.7)
    for seed in range(200):
        said = (random.random(40) < 0.7).astype(float)
        found = bootstrap_f1(np.stack([said, said, np.ones(40)], axis=1)[:, :, None], draws=400, seed=seed)
        inside += found.low <= truth <= found.high
    assert 0.90 <= inside / 200 <= 0.99


# --- judged units -----------------------------------------------------------------------------------------------------


def stance_judging(seed, count=300, values=("against", "for", "neutral")):
    random = np.random.default_rng(seed)
    labels = random.choice(values, size=count, p=[0.6, 0.3, 0.1]).tolist()
    return judge_units(None, units_from_texts([f"text {i}" for i in range(count)], kind="stance", labels=labels))


@pytest.mark.parametrize("seed", range(3))
def test_figures_of_one_label_equal_scikit_learn(seed):
    judging = stance_judging(seed)
    said = np.random.default_rng(seed + 50).permutation(judging.truth)
    counts = judging.count(Answer(said.astype(float))).sum(axis=0)
    pair = judging.truth.argmax(axis=1), said.argmax(axis=1)
    assert macro_of_counts(counts) == pytest.approx(f1_score(*pair, average="macro"))
    assert accuracy_of_counts(counts) == pytest.approx(accuracy_score(*pair))


def test_the_prior_is_what_its_dice_come_to():
    """The counts are the expectation of the throws; macro-F1 of them is the mean of thrown macro-F1 up to 1/n."""
    train, test = stance_judging(0), stance_judging(1)
    answer = Prior().answer(train, test)
    shares = train.truth.mean(axis=0)
    assert answer.decided == pytest.approx(np.tile(shares, (300, 1)))
    random = np.random.default_rng(2)
    thrown = [test.count(Answer(np.eye(3)[random.choice(3, size=300, p=shares)])).sum(axis=0) for _ in range(800)]
    expected = test.count(answer).sum(axis=0)
    error = 4 * np.std(thrown, axis=0) / np.sqrt(800)
    assert (np.abs(np.mean(thrown, axis=0) - expected) <= error + 1e-9).all()
    assert macro_of_counts(expected) == pytest.approx(np.mean([macro_of_counts(c) for c in thrown]), abs=0.01)


def test_always_yes_has_the_f1_of_its_prevalence_where_the_majority_has_none():
    """Of a label with the share q, F1 of yes throughout is 2q / (1 + q)."""
    labels = [{"rare"} if i % 10 == 0 else {"often"} if i % 10 < 4 else set() for i in range(100)]
    judging = judge_units(FrameDetector(), units_from_texts([f"text {i}" for i in range(100)], labels=labels))
    expected = np.mean([2 * q / (1 + q) for q in (0.3, 0.1)])
    for units in (False, True):
        always, majority = (
            macro_of_counts(judging.count(system.answer(judging, judging), units=units).sum(axis=0))
            for system in (Always(), Majority())
        )
        assert always == pytest.approx(expected) and majority == 0


def test_a_comparison_ignores_who_is_first_and_corrects_for_their_number():
    judging = stance_judging(3, count=60)
    random = np.random.default_rng(0)
    good = np.where(random.random((60, 1)) < 0.8, judging.truth, random.permutation(judging.truth)).astype(float)
    poor = random.permutation(judging.truth).astype(float)
    counts = {name: judging.count(Answer(said)) for name, said in (("good", good), ("poor", poor), ("same", good))}
    lead, none, back = compare_counts(counts, [("good", "poor"), ("good", "same"), ("poor", "good")])
    assert lead["difference"]["value"] > 0 and lead["p"] < 0.01 and lead["p_holm"] >= lead["p"]
    assert none["difference"] == {"value": 0.0, "low": 0.0, "high": 0.0} and none["p"] == none["p_holm"] == 1.0
    assert back["difference"]["value"] == -lead["difference"]["value"] and back["p"] == pytest.approx(
        lead["p"], abs=0.01
    )


def test_unknown_sentences_are_neither_right_nor_wrong():
    units = units_from_texts(["a b", "c d", "e f"], labels=[{"x"}, {"x"}, set()]).assign(
        article=["one", "one", "two"], unknown=[frozenset(), frozenset({"x"}), frozenset()]
    )
    judging = judge_units(None, units)
    everything = Answer(np.ones((3, 1)), None, np.ones((2, 1)))
    assert judging.judge_rows(everything, units=True)[:, :, 0].tolist() == [[1, 1, 1], [0, 0, 0], [0, 1, 0]]
    assert replace(judging, known=np.ones((3, 1), dtype=bool)).judge_rows(everything, units=True)[1, 0, 0] == 1
