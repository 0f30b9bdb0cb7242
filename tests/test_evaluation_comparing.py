"""Comparisons of evaluations: by their definition, symmetric, corrected over all pairs, refused where they differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corpus_tools.evaluation.comparing import compare, compare_systems
from corpus_tools.evaluation.evaluate import evaluate
from corpus_tools.evaluation.metrics import macro_of_counts
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError


class Blind(FrameDetector):
    """A detector that does not look."""

    def predict_proba(self, units):
        return super().predict_proba(units) * 0.0 + 1 / len(self.labels_)


@pytest.fixture(scope="module")
def evaluations():
    words = ["mine", "drum", "rain", "tent", "ship", "lamp"]
    labels = [("war", "trade")[i % 2] for i in range(40)]
    texts = [f"{label if i % 9 else 'peace'} {words[i % 6]} {words[i % 5]} {i}" for i, label in enumerate(labels)]
    units = units_from_texts(texts, labels=[{label} for label in labels])
    detectors = {
        "words": FrameDetector(features="words", exclusive=True),
        "means": FrameDetector(features="words", exclusive=True, head="few_shot"),
        "blind": Blind(features="words", exclusive=True),
    }
    return {name: evaluate(detector, units, baselines=[]) for name, detector in detectors.items()}


def test_the_difference_is_that_of_the_scores_and_turns_with_the_order(evaluations):
    words, blind = evaluations["words"], evaluations["blind"]
    found, back = compare(words, blind, names=("words", "blind")), compare(blind, words)
    scores = [float(macro_of_counts(e.counts["detector"].sum(0))) for e in (words, blind)]
    assert found["difference"]["value"] == pytest.approx(scores[0] - scores[1])
    assert back["difference"]["value"] == pytest.approx(-found["difference"]["value"])
    assert (found["a"], found["b"], found["metric"]) == ("words", "blind", "macro_f1")
    assert found["p"] == pytest.approx(back["p"]) and found["p"] < 0.01
    assert found["difference"]["low"] > 0


def test_a_system_does_not_differ_from_itself(evaluations):
    found = compare(evaluations["words"], evaluations["words"], metric="accuracy")
    assert (found["difference"]["value"], found["p"]) == (0, 1)


def test_all_pairs_are_corrected_for_their_number(evaluations):
    rows = compare_systems(evaluations)
    assert [(row["a"], row["b"]) for row in rows] == [("words", "means"), ("words", "blind"), ("means", "blind")]
    by_p = sorted(rows, key=lambda row: row["p"])
    assert by_p[0]["p_holm"] == pytest.approx(min(1, 3 * by_p[0]["p"]))
    assert all(row["p"] <= row["p_holm"] <= 1 for row in rows)
    assert compare_systems({}) == []


def test_what_judged_something_else_is_refused(evaluations):
    words = evaluations["words"]
    fewer = replace(words, predictions=words.predictions.iloc[1:])
    counts = {**words.counts, "detector": words.counts["detector"] + np.ones((1, 3, 1), dtype=int)}
    for other, said in ((fewer, "'b' was evaluated on other units"), (replace(words, counts=counts), "other gold")):
        with pytest.raises(InputError, match=said):
            compare(words, other)
    with pytest.raises(InputError, match="'metric' parameter must be one of"):
        compare(words, words, metric="f1")
