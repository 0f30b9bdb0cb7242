"""What is judged is never seen: no label of a test part reaches a prediction, a search or a learning curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.evaluation.baselines import choose_baselines
from corpus_tools.evaluation.evaluate import evaluate
from corpus_tools.evaluation.judging import judge_units
from corpus_tools.evaluation.search import SearchedSystem
from corpus_tools.evaluation.splitting import split
from corpus_tools.evaluation.systems import answer_out_of_fold
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts

BOOK = Codebook.of({"codebook": {"version": "1"}, "frame": [{"id": "war", "cues": ["army"]}, {"id": "law"}]})
WORDS = "army court minister vote road river bank school market soldiers peace talks".split()
STANCES = ["for", "against"]


def make_units(kind, count=48, seed=0):
    """Short texts, two to a group, whose labels follow from a word in most cases."""
    random = np.random.default_rng(seed)
    texts = [" ".join(random.choice(WORDS, size=7)) for _ in range(count)]
    groups = [f"g{i // 2}" for i in range(count)]
    noisy = random.random((count, 2)) < 0.1
    has = np.array([["army" in text, "court" in text] for text in texts]) ^ noisy
    if kind == "frame":
        labels = [frozenset(name for name, there in zip(("war", "law"), row, strict=True) if there) for row in has]
        return units_from_texts(texts, labels=labels, groups=groups)
    named = [("none", "against", "for")[1 + int(row[0])] if kind == "one" or row.any() else "none" for row in has]
    targets = [("the plan", "the vote")[i % 2] for i in range(count)]
    return units_from_texts(texts, kind="stance", labels=named, groups=groups, targets=targets)


DETECTORS = {
    "frame": FrameDetector(BOOK, features="words"),
    "one": StanceDetector(target="topic", features="words"),
    "candidates": StanceDetector(target="topic", features="words"),
}


def answer(judging, splits, detector, grid=None):
    # the rules of attribution would parse the candidates' texts, and learn nothing
    names = None if judging.form != "candidates" else ("majority", "prior", "tfidf")
    systems = {"detector": SearchedSystem(detector, grid), **choose_baselines(names, detector, judging, 0)}
    return answer_out_of_fold(judging, splits, systems)


def spoil_gold(judging, rows, seed=1):
    """Give the units of some rows each other's gold, in every column and array that holds any."""
    order = np.arange(len(judging.units))
    order[rows] = np.random.default_rng(seed).permutation(rows)
    units = judging.units.copy()
    for column in ("labels", "article_labels", "unknown"):
        units[column] = units[column].to_numpy(dtype=object)[order]
    return replace(judging, units=units, truth=judging.truth[order], known=judging.known[order])


def assert_same(first, second):
    for name, one in first.items():
        for part in ("decided", "score", "article_decided", "article_score"):
            a, b = getattr(one, part), getattr(second[name], part)
            assert (a is None) == (b is None), name
            if a is not None:
                np.testing.assert_array_equal(a, b, err_msg=f"{part} of {name}")


@pytest.mark.parametrize("kind", DETECTORS)
def test_no_label_of_the_test_part_reaches_a_prediction(kind):
    judging = judge_units(DETECTORS[kind], make_units(kind))
    part = split(judging, folds=3)[1:2]
    part = [replace(part[0], test=np.sort(part[0].test))]
    taken = np.concatenate([part[0].train, part[0].test])
    one = judging.take(np.sort(taken))
    spoiled = spoil_gold(one, part[0].test)
    assert not np.array_equal(one.truth, spoiled.truth)
    whole = [*part, replace(part[0], train=part[0].test, test=part[0].train)]  # so that every unit has an answer
    before, after = (answer(judged, whole, DETECTORS[kind]) for judged in (one, spoiled))
    rows = part[0].test
    for name in before:
        np.testing.assert_array_equal(before[name].decided[rows], after[name].decided[rows], err_msg=name)
        if before[name].score is not None:
            np.testing.assert_array_equal(before[name].score[rows], after[name].score[rows], err_msg=name)


@pytest.mark.parametrize("kind", DETECTORS)
def test_the_order_of_the_test_part_does_not_matter(kind):
    judging = judge_units(DETECTORS[kind], make_units(kind))
    splits = split(judging, folds=3)
    random = np.random.default_rng(0)
    mixed = [replace(one, test=random.permutation(one.test)) for one in splits]
    first, second = (answer(judging, parts, DETECTORS[kind]) for parts in (splits, mixed))
    for system in (*first.values(), *second.values()):
        system.article_decided = system.article_score = None  # texts are articles here: the same again
    assert_same(first, second)


class Spy(BaseEstimator):
    """Notes what it is fitted to and asked; says nothing."""

    fits: list[set[str]] = []
    asked: list[pd.DataFrame] = []

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, units, y=None):
        self.fits.append(set(units["unit"]))
        return self

    def predict(self, units):
        self.asked.append(units)
        return np.array(["for"] * len(units), dtype=object)


@pytest.fixture
def spy():
    Spy.fits, Spy.asked = [], []
    return Spy()


def test_a_detector_is_never_given_gold_to_answer_with(spy):
    evaluate(spy, make_units("one").assign(weight=1.0), folds=3, search={"C": [1.0, 2.0]}, curve=[0.5])
    assert len(Spy.asked) == 3 * (1 + 2 * 3) + 3
    for units in Spy.asked:
        assert units["labels"].isna().all() and set(units["article_labels"]) == {frozenset()}
        assert set(units["unknown"]) == {frozenset("*")} and "weight" not in units


def test_the_search_never_sees_the_outer_test_part(spy):
    units = make_units("one")
    result = evaluate(spy, units, folds=3, search={"C": [1.0, 2.0]}, random_state=4)
    assert [list(one) for one in result.summary["chosen"]] == [["C"]] * 3
    whole = set(units["unit"])
    for k in range(3):
        *inner, outer = Spy.fits[7 * k : 7 * k + 7]
        searched = Spy.asked[7 * k : 7 * k + 6]
        tested = set(Spy.asked[7 * k + 6]["unit"])
        assert outer == whole - tested
        assert all(part < outer for part in inner)
        assert all(not set(asked["unit"]) & tested for asked in searched)


def test_the_parts_of_a_learning_curve_are_nested_and_keep_groups_whole(spy):
    units = make_units("one")
    result = evaluate(spy, units, folds=3, curve=[1.0, 0.25, 0.5, 0.05])
    curve = result.summary["learning_curve"]
    assert [row["share"] for row in curve] == [0.05, 0.25, 0.5, 1.0]
    assert [row["articles"] for row in curve] == [2.0, 8.0, 16.0, 32.0]
    whole, parts = Spy.fits[:3], [Spy.fits[3 + 3 * i : 6 + 3 * i] for i in range(3)]
    group_of = dict(zip(units["unit"], units["group"], strict=True))
    for smaller, larger in zip(parts, [*parts[1:], whole], strict=True):
        for a, b in zip(smaller, larger, strict=True):
            assert a < b
            assert len(a) == 2 * len({group_of[unit] for unit in a}), "two texts a group, both or none"
    assert curve[-1]["macro_f1"] == result.summary["macro_f1"]


@pytest.mark.parametrize("kind", ["frame", "one"])
def test_labels_that_mean_nothing_are_not_found(kind):
    """Labels that were dealt at random are found no better than by always saying yes, or by throwing dice."""
    units = make_units(kind, count=120)
    labels = np.random.default_rng(3).permutation(units["labels"].to_numpy(dtype=object))
    units["labels"] = labels
    if kind == "frame":
        units["article_labels"] = labels
    result = evaluate(DETECTORS[kind], units, folds=4, baselines=["prior"])
    chance = result.summary["baselines"]["prior"]["value"]
    if kind == "frame":
        shares = [np.mean([label in one for one in labels]) for label in ("law", "war")]
        chance = np.mean([2 * share / (1 + share) for share in shares])
    assert result.summary["macro_f1"]["value"] < chance + 0.1
