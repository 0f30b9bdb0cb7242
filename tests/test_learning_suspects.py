"""Likely coding errors: planted ones are found by detectors that never saw them; what is unknown is not accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from test_learning_label_heads import TOPICS, texts

from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.suspects import COLUMNS, judge_labels, predict_unseen, suspect_labels
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError

FLIPPED = range(0, 90, 16)
"""Of ninety units every sixteenth is coded wrongly."""


def plant_several():
    made = texts(90)
    wrong = {i: sorted(TOPICS.values())[i % 3] for i in FLIPPED}
    made["labels"] = [labels ^ {wrong[i]} if i in wrong else labels for i, labels in enumerate(made["labels"])]
    pairs = {(f"text-{i}", name if name in made["labels"][i] else f"no {name}") for i, name in wrong.items()}
    return made, FrameDetector(features="words"), pairs


def plant_one():
    random = np.random.default_rng(0)
    words = [sorted(TOPICS)[i % 3] for i in range(90)]
    told = [f"{word} {' '.join(random.choice(list('bcdfgh'), 4))}" for word in words]
    labels = [TOPICS[word] for word in words]
    wrong = {i: next(name for name in sorted(TOPICS.values()) if name != labels[i]) for i in FLIPPED}
    labels = [wrong.get(i, label) for i, label in enumerate(labels)]
    return told, labels, {(f"text-{i}", label) for i, label in wrong.items()}


def plant_exclusive():
    told, labels, pairs = plant_one()
    made = units_from_texts(told, labels=[{label} for label in labels])
    return made, FrameDetector(features="words", exclusive=True, head="svm"), pairs


def plant_stances():
    told, labels, pairs = plant_one()
    made = units_from_texts(told, labels=labels, targets=["river"] * 90)
    return made, StanceDetector(target="topic", features="words", head="svm"), pairs


@pytest.mark.parametrize("plant", [plant_several, plant_exclusive, plant_stances])
def test_planted_errors_are_found(plant):
    made, detector, planted = plant()
    found = suspect_labels(detector, made, repeats=1)
    assert tuple(found.columns) == COLUMNS and found["suspect"].all()
    pairs = list(zip(found["unit"], found["given"], strict=True))
    hits = [pair in planted for pair in pairs]
    assert np.mean(hits) >= 0.75, "one label in forty-five, or in fifteen, is wrong"
    assert sum(hits) >= 4, "of six"
    assert not hasattr(detector, "labels_") and not hasattr(detector, "classes_")


def test_everything_lists_every_label_once():
    made, detector, _ = plant_exclusive()
    whole, flagged = (suspect_labels(detector, made, repeats=1, everything=more) for more in (True, False))
    assert sorted(whole["unit"]) == sorted(made["unit"])
    assert whole[whole["suspect"]]["unit"].tolist() == flagged["unit"].tolist()
    assert whole["probability"].is_monotonic_increasing
    several, model, _ = plant_several()
    assert len(suspect_labels(model, several, repeats=1, everything=True)) == 90 * 3


class Listens(BaseEstimator):
    """Remembers what it was trained on, and refuses to judge it."""

    def __init__(self, seen=None):
        self.seen = seen

    def __sklearn_clone__(self):
        return Listens(self.seen)

    def fit(self, units, y=None):
        self.groups_, self.units_ = set(units["group"]), set(units["unit"])
        return self

    def predict_proba(self, units):
        assert not self.groups_ & set(units["group"])
        self.seen.append((frozenset(self.units_), frozenset(units["unit"])))
        return pd.DataFrame(0.5, index=units.index, columns=sorted(TOPICS.values()))


@pytest.mark.parametrize("repeats", [1, 3])
def test_no_label_is_judged_by_what_saw_its_article(repeats):
    made = texts(60)
    made["group"] = [f"g{i // 4}" for i in range(60)]
    seen = []
    predict_unseen(Listens(seen), made, folds=5, repeats=repeats)
    assert len(seen) == 5 * repeats
    for number in range(repeats):
        tested = [test for _, test in seen[5 * number : 5 * number + 5]]
        assert sorted(unit for test in tested for unit in test) == sorted(made["unit"])
        assert all(len(train) + len(test) == 60 for train, test in seen)
    assert len({test for _, test in seen}) > 5 * (repeats - 1), "each repeat deals other folds"


def test_a_label_never_changes_its_own_probability():
    made, detector, _ = plant_exclusive()
    made, detector = made.iloc[1:25].reset_index(drop=True), detector.set_params(head="few_shot")
    other = made.copy()
    other.at[7, "labels"] = frozenset(["vote" if made["labels"][7] != {"vote"} else "war"])
    before, after = (predict_unseen(detector, units, folds=len(made)) for units in (made, other))
    assert after.loc[7].to_numpy() == pytest.approx(before.loc[7].to_numpy())
    assert not np.allclose(before, after), "those of the others do"
    assert before.sum(axis=1).to_numpy() == pytest.approx(1.0)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.lists(st.integers(1, 9), min_size=3, max_size=3), st.integers(0, 2)), min_size=1, max_size=20
    )
)
def test_confident_learning_by_hand(rows):
    p = np.array([row[0] for row in rows], dtype=float)
    p /= p.sum(axis=1, keepdims=True)
    given_ = np.array([row[1] for row in rows])
    found = judge_labels(p, given_, ["a", "b", "c"])
    usual = {j: p[given_ == j, j].mean() for j in range(3) if (given_ == j).any()}
    for i, own in enumerate(given_):
        reached = [j for j, mean in usual.items() if p[i, j] >= mean - 1e-9]
        best = max((p[i, j] for j in reached), default=0.0)
        expected = bool(reached) and own not in [j for j in reached if p[i, j] == best]
        if not (own in reached and p[i, own] == best):
            assert found.suspect[i] == expected
        assert found.usual[i] == pytest.approx(usual[own]) and found.probability[i] == p[i, own]
        assert found.suggested[i] != own and found.margin[i] == pytest.approx(p[i, found.suggested[i]] - p[i, own])


def scores_for(made):
    return pd.DataFrame(0.9, index=made.index, columns=["x"])


def test_a_forgotten_label_is_listed_by_the_odds_that_it_was_forgotten():
    """Of ten sentences two have x. A yes of 0.2 is wrong with odds of 4 times 2 / 8, a no where x has 0.6 with 1.5."""
    made = units_from_texts([f"t{i}" for i in range(10)], labels=[{"x"}, {"x"}, *[set()] * 8])
    scores = pd.DataFrame({"x": [0.2, 0.95, 0.6, *[0.1] * 7]})
    whole = suspect_labels(FrameDetector(), made, scores=scores, everything=True)
    assert whole["unit"].tolist()[:2] == ["text-2", "text-0"]
    assert whole["given"].tolist()[:2] == ["no x", "x"] and whole["unit"].iloc[-1] == "text-1"


def test_what_nobody_judged_is_not_accused():
    made = units_from_texts([f"t{i}" for i in range(6)], labels=[{"x"}, {"x"}, set(), set(), set(), None])
    made["unknown"] = [frozenset()] * 3 + [frozenset(["x"]), frozenset(["*"]), frozenset(["*"])]
    whole = suspect_labels(FrameDetector(), made, scores=scores_for(made), everything=True)
    assert sorted(whole["unit"]) == ["text-0", "text-1", "text-2"]
    assert whole.set_index("unit")["given"].to_dict() == {"text-0": "x", "text-1": "x", "text-2": "no x"}


def test_scores_belong_to_rows_whatever_the_index_is():
    made = units_from_texts([f"t{i}" for i in range(4)], labels=[{"x"}, {"x"}, set(), set()])
    made.index = [7, 7, 3, 3]
    scores = pd.DataFrame({"x": [0.9, 0.1, 0.8, 0.1]}, index=made.index)
    whole = suspect_labels(FrameDetector(), made, scores=scores, everything=True).set_index("unit")["probability"]
    assert whole.to_dict() == pytest.approx({"text-0": 0.9, "text-1": 0.1, "text-2": 0.2, "text-3": 0.9})


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [([None] * 6, {}, "no unit carries a label"), ([{"x"}] * 3 + [set()] * 3, {"folds": 7}, "6 groups cannot fill 7")],
)
def test_what_cannot_be_judged_is_refused(labels, options, message):
    made = units_from_texts([f"t{i}" for i in range(6)], labels=labels, kind="frame")
    with pytest.raises(InputError, match=message):
        suspect_labels(FrameDetector(features="words"), made, **options)
