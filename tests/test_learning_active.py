"""What to code next: doubts measured from thresholds, the unlike before the like, committees, one order each time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_learning_label_heads import texts

from corpus_tools.learning.active import COLUMNS, rank, train_committee
from corpus_tools.learning.doubts import is_exclusive, measure_doubts, stretch
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError


class Says:
    """A detector that says what the text says: `label=probability` for each label."""

    def __init__(self, *, thresholds=None, exclusive=False, other=None):
        self.thresholds_ = thresholds or {}
        self.exclusive = exclusive
        self.other = other or {}

    def predict_proba(self, units):
        rows = [dict(part.split("=") for part in text.split()[:2]) for text in units["text"]]
        scores = pd.DataFrame(rows, index=units.index).astype(float)
        return scores.assign(**self.other)


def order_of(texts, strategy="uncertainty", detector=None, **options):
    made = units_from_texts(texts)
    ranked = rank(detector or Says(), made, strategy, **options)
    assert tuple(ranked.columns) == COLUMNS
    assert ranked["score"].between(0, 1).all() and ranked["score"].is_monotonic_decreasing
    return ranked


@pytest.mark.parametrize(
    ("scores", "thresholds", "doubts", "asked"),
    [
        ([[0.5, 0.0], [0.9, 0.1], [0.0, 1.0]], {}, [0.5, 0.2, 0.0], ["a", "a", "a"]),
        ([[0.2, 0.0], [0.5, 0.0], [0.1, 0.0]], {"a": 0.2}, [0.5, (1 - 0.3 / 0.8) / 2, 0.25], ["a", "a", "a"]),
        ([[0.9, 0.4]], {"a": 0.9, "b": 0.8}, [0.75], ["a"]),
        ([[0.1, 0.4]], {"a": 0.9, "b": 0.8}, [(0.5 + 1 / 9) / 2], ["b"]),
        ([[0.99, 0.3]], {"a": 1.0}, [0.3], ["b"]),
    ],
)
def test_doubt_is_nearness_to_the_thresholds_that_decide(scores, thresholds, doubts, asked):
    found, labels, reasons = measure_doubts(Says(thresholds=thresholds), pd.DataFrame(scores, columns=["a", "b"]))
    assert found == pytest.approx(doubts) and labels == asked
    assert all(reason.startswith(label) for reason, label in zip(reasons, labels, strict=True))


@pytest.mark.parametrize(
    ("scores", "doubts"),
    [
        ({"a": [0.5, 0.9, 0.4], "b": [0.5, 0.1, 0.3], "c": [0.0, 0.0, 0.3]}, [1.0, 0.2, 0.9]),
        ({"a": [1.0, 0.2]}, [0.0, 0.0]),
    ],
)
def test_with_one_label_a_unit_doubt_is_the_lead(scores, doubts):
    assert measure_doubts(Says(exclusive=True), pd.DataFrame(scores))[0] == pytest.approx(doubts)


def test_stances_are_doubted_whether_and_which():
    model = StanceDetector()
    model.threshold_ = 0.3
    scores = pd.DataFrame({"none": [0.7, 1.0, 0.0, 0.0], "oppose": [0.3, 0, 1.0, 0.5], "support": [0.0, 0, 0.0, 0.5]})
    doubts, _, reasons = measure_doubts(model, scores)
    assert doubts == pytest.approx([1.0, 0.0, 0.0, 1.0])
    assert reasons[0].startswith("a stance 0.30") and reasons[3].startswith("if a stance")


def test_what_has_one_label_a_unit():
    detectors = (FrameDetector(), FrameDetector(exclusive=True), StanceDetector(), object())
    assert [is_exclusive(detector) for detector in detectors] == [False, True, True, False]


def test_stretching_keeps_the_ends_and_the_order():
    p = np.linspace(0, 1, 101)[:, None]
    for threshold in (0.05, 0.5, 0.9):
        found = stretch(p, np.array([threshold])).ravel()
        assert found[[0, -1]].tolist() == [0, 1] and (np.diff(found) > 0).all()
        assert np.interp(threshold, p.ravel(), found) == pytest.approx(0.5, abs=0.01)


def test_uncertain_units_come_first_and_equals_keep_their_order():
    ranked = order_of(["a=0.9 b=0.0", "a=0.5 b=0.0", "a=0.1 b=0.0", "a=0.9 b=0.0"])
    assert ranked["unit"].tolist() == ["text-1", "text-0", "text-2", "text-3"]
    assert ranked["reason"].iloc[0] == "a 0.50, given from 0.50"


def test_diverse_does_not_ask_the_same_thing_twice():
    story = "soldiers seized the palace"
    asked = [f"a=0.5 b=0.0 {story} today", f"a=0.5 b=0.0 {story} again", "a=0.4 b=0.0 farmers planted millet early"]
    assert order_of(asked)["unit"].tolist() == ["text-0", "text-1", "text-2"]
    assert order_of(asked, "diverse")["unit"].tolist() == ["text-0", "text-2", "text-1"]


def test_diverse_puts_off_what_was_coded_before():
    asked = ["a=0.5 b=0.0 soldiers seized the palace", "a=0.4 b=0.0 farmers planted millet"]
    coded = units_from_texts(["soldiers seized the palace"], labels=[{"a"}])
    assert order_of(asked, "diverse")["unit"].iloc[0] == "text-0"
    assert order_of(asked, "diverse", coded=coded)["unit"].iloc[0] == "text-1"


def test_more_than_are_chosen_one_by_one_are_all_there(monkeypatch):
    monkeypatch.setattr("corpus_tools.learning.active.MOST_DIVERSE", 3)
    ranked = order_of([f"a=0.{i}1 b=0.0 word{i}" for i in range(9)], "diverse")
    assert sorted(ranked["unit"]) == [f"text-{i}" for i in range(9)]


def test_disagreement_is_where_the_committee_differs():
    asked = ["a=0.0 b=0.9", "a=0.5 b=0.9", "a=1.0 b=0.9"]
    ranked = order_of(asked, "disagreement", committee=[Says(other={"a": 1.0}), Says(other={"a": 1.0})])
    assert ranked["unit"].tolist() == ["text-0", "text-1", "text-2"] and ranked["score"].iloc[2] == 0
    assert ranked["label"].iloc[0] == "a" and ranked["reason"].iloc[0] == "a: from 0.00 to 1.00 by 3 detectors"


@pytest.mark.parametrize(("exclusive", "highest"), [(False, 1.0), (True, 1.0)])
def test_two_detectors_that_say_the_opposite_disagree_wholly(exclusive, highest):
    ranked = order_of(
        ["a=1.0 b=0.0", "a=0.0 b=1.0"],
        "disagreement",
        detector=Says(exclusive=exclusive),
        committee=[Says(exclusive=exclusive, other={"a": 0.0, "b": 1.0})],
    )
    assert ranked["unit"].tolist() == ["text-0", "text-1"]
    assert ranked["score"].tolist() == pytest.approx([highest, 0.0])


def test_members_are_compared_from_their_own_thresholds():
    """Two say yes by thresholds of 0.2 and 0.8; their probabilities differ, their answers do not."""
    one, other = Says(thresholds={"a": 0.2}), Says(thresholds={"a": 0.8}, other={"a": 0.8})
    assert order_of(["a=0.2 b=0.0"], "disagreement", detector=one, committee=[other])["score"].iloc[0] == 0


def articles_of(texts, names):
    made = units_from_texts(texts)
    return made.assign(article=names, group=names)


def test_two_open_questions_of_a_unit_are_worth_more_than_one():
    assert order_of(["a=0.5 b=0.0", "a=0.4 b=0.4"])["unit"].tolist() == ["text-1", "text-0"]


def test_articles_are_ranked_by_all_that_their_coding_answers():
    sure, half, open_ = "a=0.0 b=0.0", "a=0.25 b=0.0", "a=0.5 b=0.0"
    made = articles_of([open_, sure, sure, half, half, half, half], ["x"] * 3 + ["y"] * 4)
    ranked = rank(Says(), made, "uncertainty", level="article")
    assert ranked["article"].tolist() == ["y", "x"] and ranked["score"].tolist() == pytest.approx([0.25, 0.125])
    assert ranked["unit"].tolist() == ["text-3", "text-0"], "the row tells of the highest unit"


def test_articles_that_tell_one_story_do_not_follow_each_other():
    story, other = "a=0.5 b=0.0 soldiers seized the palace", "a=0.45 b=0.0 farmers planted millet"
    made = articles_of([story] * 2 + [other] * 2, ["x", "y", "z", "z"])
    assert rank(Says(), made, "diverse", level="article")["article"].tolist() == ["z", "x", "y"]


@pytest.mark.parametrize("strategy", ["uncertainty", "diverse", "disagreement"])
@pytest.mark.parametrize("exclusive", [False, True])
def test_real_detectors_rank_the_same_twice_and_by_any_row_order(strategy, exclusive):
    made = texts(60)
    if exclusive:
        made["labels"] = [frozenset([min(labels, default="none")]) for labels in made["labels"]]
    model = FrameDetector(features="words", exclusive=exclusive, head="svm").fit(made)
    committee = train_committee(model, made, size=2) if strategy == "disagreement" else ()
    fresh = texts(30, seed=4)
    first, again = (rank(model, fresh, strategy, committee=committee) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    shuffled = rank(model, fresh.sample(frac=1, random_state=0), strategy, committee=committee)
    assert shuffled["score"].tolist() == pytest.approx(first["score"].tolist(), abs=1e-6)
    scores = model.predict_proba(fresh)
    pd.testing.assert_frame_equal(rank(model, fresh, strategy, committee=committee, scores=scores), first)


def test_a_committee_is_drawn_by_groups_and_repeats_by_its_seed():
    made = texts(60)
    made["group"] = made["article"] = [f"g{i // 3}" for i in range(60)]
    model = FrameDetector(features="words", head="few_shot")
    first, again, other = (train_committee(model, made, size=2, seed=seed) for seed in (0, 0, 1))
    fresh = texts(20, seed=2)
    scores = [[member.predict_proba(fresh).to_numpy() for member in members] for members in (first, again, other)]
    assert (scores[0][0] == scores[1][0]).all() and (scores[0][1] == scores[1][1]).all()
    assert not np.allclose(scores[0][0], scores[0][1]) and not np.allclose(scores[0][0], scores[2][0])
    assert not hasattr(model, "labels_"), "the detector itself is never changed"
    for member in first:
        drawn = member._memory.units
        assert drawn["group"].nunique() == 20 and (drawn.groupby("group")["unit"].nunique() == 3).all()
        assert drawn["article"].nunique() < 20, "with replacement, some articles are not drawn"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "margin"}, "'strategy' parameter of rank.*'margin'"),
        ({"level": "sentence"}, "'level' parameter of rank"),
        ({"strategy": "disagreement"}, "needs a committee.*train_committee"),
    ],
)
def test_what_cannot_be_ranked_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        rank(Says(), units_from_texts(["a=0.5 b=0.5"]), **options)


def test_nothing_to_rank_has_the_columns():
    assert tuple(rank(Says(), units_from_texts([])).columns) == COLUMNS
