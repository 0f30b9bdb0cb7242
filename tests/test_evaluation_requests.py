"""What `evaluate` is asked: everything that cannot be evaluated is one clear error, everything else is evaluated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import corpus_tools as ct
from corpus_tools.text.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")

WORDS = (
    "army court minister vote road river bank school market soldiers peace talks election gold uranium border union "
    "leader council law tax price food rain city village hospital envoy strike radio bridge harvest"
).split()
COUNT = 30
TWO = [frozenset({"a"}) if i % 2 else frozenset({"b"}) for i in range(COUNT)]
SIDES = ["for" if i % 2 else "against" for i in range(COUNT)]


def texts(count=COUNT):
    random = np.random.default_rng(0)
    return [" ".join(random.choice(WORDS, size=12)) for _ in range(count)]


def frames(labels=TWO, **options):
    return ct.units_from_texts(texts(len(labels)), labels=labels, kind="frame", **options)


def stances(labels=SIDES, **options):
    options.setdefault("targets", ["the plan"] * len(labels))
    return ct.units_from_texts(texts(len(labels)), labels=labels, kind="stance", **options)


FRAMES = ct.FrameDetector(features="words")
ONE = ct.FrameDetector(features="words", exclusive=True)
TOPIC = ct.StanceDetector(features="words", target="topic")
SPAN = ct.StanceDetector(features="words", target="span")
ENTITY = ct.StanceDetector(features="words", target="entity")


@pytest.mark.parametrize(
    ("detector", "units", "options", "words"),
    [
        (FRAMES, lambda: [1, 2], {}, "'units' parameter .* DataFrame"),
        (FRAMES, lambda: frames().drop(columns="labels"), {}, "no column 'labels'.*units_from_texts"),
        (FRAMES, lambda: frames().iloc[:0], {}, "no units"),
        (FRAMES, lambda: ct.units_from_texts([]), {}, "no units"),
        (FRAMES, lambda: pd.concat([frames(), stances()]), {}, r"kind \['frame', 'stance'\]"),
        (FRAMES, lambda: frames([frozenset()] * COUNT), {}, "no article carries a label"),
        (FRAMES, lambda: frames([None] * COUNT), {}, "no article carries a label"),
        (FRAMES, lambda: frames([frozenset({"a"})] * COUNT), {}, "'a' in 24"),
        (ONE, lambda: frames([frozenset({"a"})] * COUNT), {}, "fewer than two labels"),
        (FRAMES, lambda: frames(TWO[:1]), {}, "1 groups cannot fill 5 folds"),
        (FRAMES, lambda: frames(groups=["g"] * COUNT), {}, "1 groups cannot fill 5 folds"),
        (FRAMES, lambda: frames(groups=["g"] * COUNT), {"scheme": "leave-one-out"}, "1 groups cannot be left out"),
        (FRAMES, lambda: frames([*TWO[:-1], frozenset({"z"})]), {}, r"no z in its test part \(z stands in 1 of 30"),
        (FRAMES, lambda: frames().assign(labels="a"), {}, "text-0: the labels are 'a'.*set of texts"),
        (FRAMES, lambda: frames([frozenset({1}), *TWO[1:]]), {}, "text-0: the labels are frozenset"),
        (ONE, lambda: frames([frozenset({"a", "b"}), *TWO[1:]]), {}, "text-0: a unit has several labels"),
        (FRAMES, stances, {}, "FrameDetector cannot judge units of kind 'stance'.*StanceDetector"),
        (TOPIC, frames, {}, "StanceDetector cannot judge units of kind 'frame'.*FrameDetector"),
        (None, frames, {}, "'detector' parameter"),
        (ct.FrameDetector, frames, {}, "'detector' parameter"),
        (TOPIC, lambda: stances([i % 2 for i in range(COUNT)]), {}, "text-0: the labels are 0; give a text"),
        (TOPIC, lambda: stances(["for"] * COUNT), {}, "at least two different labels"),
        (TOPIC, lambda: stances(["none"] * COUNT), {}, "no unit carries a stance"),
        (TOPIC, lambda: stances([None] * COUNT), {}, "no unit carries a stance"),
        (TOPIC, lambda: stances(groups=[None, *range(COUNT - 1)]).assign(group=[None, *range(COUNT - 1)]),
         {"groups": "group"}, "1 articles have no 'group'"),
        (TOPIC, lambda: stances(targets=[None, *["the plan"] * (COUNT - 1)]), {"groups": "topic"}, "no 'topic'"),
        (TOPIC, stances, {"groups": "outlet"}, "no column 'outlet'"),
        (TOPIC, stances, {"slices": ["outlet"]}, "no column 'outlet'"),
        (TOPIC, stances, {"scheme": "random"}, "'scheme'"),
        (TOPIC, stances, {"folds": 1}, "at least 2"),
        (TOPIC, stances, {"folds": 2.5}, "'folds' parameter .* whole number"),
        (TOPIC, stances, {"confidence": 95}, "'confidence' parameter .* between 0 and 1"),
        (TOPIC, stances, {"random_state": -1}, "'random_state' parameter .* from 0"),
        (FRAMES, frames, {"search": {"C": [0.0, 1.0]}}, "'C' parameter must be a number above 0"),
        (TOPIC, lambda: stances(["none", *SIDES[1:]]), {"search": {"C": ["a", 1.0]}}, "'C' parameter"),
        (TOPIC, stances, {"curve": [0.0]}, "share of the learning curve"),
        (TOPIC, stances, {"curve": ["all"]}, "'curve' parameter"),
        (TOPIC, stances, {"baselines": "majority"}, r"'baselines' parameter .* \['majority'\]"),
        (TOPIC, stances, {"baselines": ["luck"]}, "no baseline 'luck'"),
        (TOPIC, stances, {"baselines": ["cues"]}, "no codebook whose cues"),
        (TOPIC, stances, {"baselines": ["always"]}, "'always' gives every label.*use 'majority'"),
        (ONE, frames, {"baselines": ["always"]}, "'always' gives every label"),
        (TOPIC, stances, {"search": {"head": "svm"}}, r"'search' parameter .* \['svm'\]"),
        (TOPIC, stances, {"search": {"head": []}}, "no values for 'head'"),
        (TOPIC, stances, {"search": {"heads": ["svm"]}}, "no parameter 'heads'"),
        (TOPIC, stances, {"search": {"head": ["svm", "forest"]}}, "'forest'"),
        (TOPIC, stances, {"allow_leaks": ["text-99"]}, "'text-99', which no unit"),
        (TOPIC, lambda: stances().assign(text="the council votes on the new law of the mines today"), {}, "22 leaks"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_one_clear_error(detector, units, options, words):
    with pytest.raises(InputError, match=words) as caught:
        ct.evaluate(detector, units(), **options)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


HALF = [(0, 4)] * COUNT
MIXED = [i // 3 if i % 2 else str(i // 3) for i in range(COUNT)]


@pytest.mark.parametrize(
    ("detector", "units", "options", "articles"),
    [
        (FRAMES, lambda: frames(), {}, 30),
        (FRAMES, lambda: frames([None, *TWO[1:]]), {}, 29),
        (FRAMES, lambda: frames([float("nan"), pd.NA, *TWO[2:]]), {}, 28),
        (FRAMES, lambda: frames([frozenset({"a"}) if i % 2 else frozenset() for i in range(COUNT)]), {}, 30),
        (ONE, lambda: frames([*TWO[:-1], frozenset({"z"})]), {}, 30),
        (ONE, lambda: frames([frozenset(), *TWO[1:]]), {}, 29),
        (FRAMES, lambda: frames(groups=MIXED), {}, 30),
        (FRAMES, lambda: frames(groups=[("g", i // 3) for i in range(COUNT)]), {}, 30),
        (FRAMES, lambda: frames(groups=[None if i < 9 else i // 3 for i in range(COUNT)]), {}, 30),
        (FRAMES, lambda: frames(groups=[None] * COUNT), {}, 30),
        (FRAMES, lambda: frames(groups=MIXED), {"scheme": "leave-one-out"}, 30),
        (FRAMES, lambda: frames().iloc[::-1], {"curve": [0.5]}, 30),
        (FRAMES, lambda: ct.units_from_texts(["", *texts(29)], labels=TWO), {}, 30),
        (TOPIC, lambda: stances(), {"slices": ["topic", "length", "group"]}, 30),
        (TOPIC, lambda: stances([np.str_(side) for side in SIDES]), {}, 30),
        (TOPIC, lambda: stances([float("nan"), pd.NA, None, *SIDES[3:]]), {}, 27),
        (TOPIC, lambda: stances(["neutral", *SIDES[1:]]), {}, 30),
        (TOPIC, lambda: stances(["none" if i % 3 else side for i, side in enumerate(SIDES)]), {}, 30),
        (TOPIC, lambda: stances(targets=["xyz"[i % 3] for i in range(COUNT)]),
         {"groups": "topic", "scheme": "leave-one-out"}, 30),
        (SPAN, lambda: stances(targets=HALF), {}, 30),
        (SPAN, lambda: stances(targets=[None if i % 2 else (0, 3) for i in range(COUNT)]), {}, 30),
        (ENTITY, lambda: stances(targets=HALF, holders=[(5, 8)] * COUNT), {}, 30),
        (ENTITY, lambda: stances(targets=["army"] * COUNT, holders=["court"] * COUNT), {}, 30),
        (ENTITY, lambda: stances(targets=[(0, 4) if i % 2 else "vote" for i in range(COUNT)],
                                 holders=[None if i % 3 else "road" for i in range(COUNT)]), {}, 30),
        (ENTITY, lambda: stances(targets=[None] * COUNT, holders=[None] * COUNT), {}, 30),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_plain_texts_of_any_shape_are_evaluated(detector, units, options, articles):
    result = ct.evaluate(detector, units(), folds=3, **options)
    figure = result.summary["macro_f1"]
    assert result.summary["articles"] == articles
    assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert {"majority", "prior", "tfidf"} <= set(result.summary["systems"])
    assert len(result.predictions) == articles and len(result.table()) == len(result.summary["systems"])


def test_texts_of_one_group_are_never_parted_though_nobody_says_so():
    units = frames(groups=[f"story {i // 3}" for i in range(COUNT)])
    result = ct.evaluate(FRAMES, units)
    assert result.summary["groups"] == "group" and len(result.detectors) == 5
    for detector in result.detectors:
        learned = {int(name.split("-")[1]) // 3 for name in detector.training_articles_}
        assert len(detector.training_articles_) == 3 * len(learned)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("detector", "units"),
    [
        (ct.FrameDetector(), frames),
        (ct.FrameDetector(exclusive=True), frames),
        (ct.StanceDetector(), lambda: stances(targets=HALF, holders=["court"] * COUNT)),
        (ct.StanceDetector(target="span", features="linguistic"), lambda: stances(targets=HALF)),
        (ct.StanceDetector(target="topic"), stances),
    ],
    ids=["frames", "one frame", "entity", "span", "topic"],
)
def test_the_defaults_serve_plain_texts_too(detector, units, tmp_path):
    result = ct.evaluate(detector, units(), folds=2)
    assert result.summary["macro_f1"]["value"] is not None
