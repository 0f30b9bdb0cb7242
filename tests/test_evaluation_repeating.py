"""The corrected resampled t test: against its formula, against simulation, and over real evaluations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from corpus_tools.evaluation.evaluate import evaluate
from corpus_tools.evaluation.repeating import compare_repeated, correct_resampled_t
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError


def test_without_a_test_part_it_is_the_plain_t_test():
    differences = np.random.default_rng(0).normal(0.3, 1, 12)
    plain, found = stats.ttest_1samp(differences, 0), correct_resampled_t(differences, 0.0)
    assert found["p_corrected_t"] == pytest.approx(plain.pvalue) and found["degrees"] == plain.df
    interval = plain.confidence_interval(0.95)
    assert (found["difference"]["low"], found["difference"]["high"]) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize(("values", "p"), [([0.0] * 5, 1.0), ([0.1] * 5, 0.0)])
def test_differences_that_never_vary(values, p):
    found = correct_resampled_t(np.array(values), 0.25)
    assert found["p_corrected_t"] == pytest.approx(p, abs=1e-9)


def test_it_errs_seldom_where_the_plain_test_errs_often():
    """Ten times five folds over rows in which two systems are equally good: all repeats share the same luck."""
    random, corrected, plain, trials = np.random.default_rng(3), 0, 0, 200
    for _ in range(trials):
        gains = random.normal(size=60)
        parts = [rows for _ in range(10) for rows in np.array_split(random.permutation(60), 5)]
        differences = np.array([gains[rows].mean() for rows in parts])
        corrected += correct_resampled_t(differences, 0.25)["p_corrected_t"] < 0.05
        plain += stats.ttest_1samp(differences, 0).pvalue < 0.05
    assert corrected / trials <= 0.08 and plain / trials > 0.3


def planted(count=48, noise=0.25, seed=0):
    """Texts of which one word says the label and others say nothing; some labels are wrong."""
    random = np.random.default_rng(seed)
    words = np.array(["mine", "drum", "rain", "tent", "ship", "lamp", "wolf", "salt", "moss", "kite"])
    labels = np.array(["war", "trade"])[random.integers(2, size=count)]
    said = np.where(random.random(count) < noise, labels[::-1], labels)
    texts = [f"{label} {' '.join(random.choice(words, 3))} {i}" for i, label in enumerate(said)]
    return units_from_texts(texts, labels=[{label} for label in labels])


@pytest.fixture(scope="module")
def repeats():
    made = planted()
    few, many = (
        [
            evaluate(FrameDetector(features="words", exclusive=True, head=head), made, baselines=[], random_state=seed)
            for seed in range(2)
        ]
        for head in ("few_shot", "logistic")
    )
    return few, many


def test_both_tests_over_real_evaluations(repeats):
    few, many = repeats
    found, back = compare_repeated(few, many, names=("few", "many")), compare_repeated(many, few)
    assert (found["a"], found["b"], found["folds"], found["degrees"]) == ("few", "many", 10, 9)
    assert found["difference"]["value"] == pytest.approx(-back["difference"]["value"])
    for name in ("p_corrected_t", "p_permutation"):
        assert 0 < found[name] <= 1 and found[name] == pytest.approx(back[name])
    by_fold = [
        np.subtract(*(macro(x, fold) for x in pair)) for pair in zip(few, many, strict=True) for fold in range(5)
    ]
    assert found["difference"]["value"] == pytest.approx(np.mean(by_fold))


def macro(evaluation, fold):
    """Macro-F1 of one fold from the table of predictions alone."""
    table = evaluation.predictions[evaluation.fold_of == fold]  # every text is a group of its own
    labels = set(table["labels"]) | set(table["predicted"])
    hits = {label: ((table["labels"] == label) & (table["predicted"] == label)).sum() for label in labels}
    sizes = {label: (table["labels"] == label).sum() + (table["predicted"] == label).sum() for label in labels}
    return float(np.mean([2 * hits[label] / sizes[label] for label in labels]))


def test_the_same_detector_is_not_shown_to_differ_from_itself(repeats):
    found = compare_repeated(repeats[0], repeats[0])
    assert found["difference"]["value"] == 0 and found["p_corrected_t"] == found["p_permutation"] == 1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda few, many: (few[:1], many[:1]), "1 and 1 evaluations.*compare()"),
        (lambda few, many: (few, many[:1]), "2 and 1 evaluations"),
        (lambda few, many: (few, many[::-1]), "repeat 1 has other folds"),
        (lambda few, many: (few, [many[0], replace(many[1], predictions=many[1].predictions[1:])]), "on other units"),
    ],
)
def test_what_cannot_be_compared_is_refused(repeats, spoil, message):
    with pytest.raises(InputError, match=message):
        compare_repeated(*spoil(*repeats))


def test_an_unknown_metric_is_refused(repeats):
    with pytest.raises(InputError, match="'metric' parameter"):
        compare_repeated(*repeats, metric="auc")
