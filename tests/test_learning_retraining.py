"""Learning on: nearly what a full fit says, what was coded anew replaces, and new labels are learned in time."""

from __future__ import annotations

import pandas as pd
import pytest
from test_learning_label_heads import TOPICS, texts

from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units_from_texts

HEADS = ("logistic", "svm", "few_shot", "best", "chain")


def rename(made, start=0, size=4):
    """Give units the names of articles of four sentences each."""
    made["article"] = made["group"] = [f"a{start + i // size}" for i in range(len(made))]
    made["unit"] = [f"a{start + i // size}#{i % size}" for i in range(len(made))]
    return made


@pytest.mark.parametrize("head", HEADS)
def test_after_another_article_the_answers_are_nearly_those_of_a_fit(head):
    old, new = rename(texts(count=160, noise=0.05)), rename(texts(count=4, seed=5), start=40)
    fresh = texts(count=200, seed=9)
    going_on = FrameDetector(features="words", head=head).fit(old)
    before = going_on.predict_proba(fresh)
    going_on.partial_fit(new)
    whole = FrameDetector(features="words", head=head).fit(pd.concat([old, new], ignore_index=True))
    near, full = going_on.predict_proba(fresh), whole.predict_proba(fresh)
    assert not near.equals(before), "it learned something"
    assert (near - full).abs().to_numpy().mean() < 0.03
    assert (going_on.predict(fresh) == whole.predict(fresh)).to_numpy().mean() > 0.97
    assert going_on.training_articles_ == whole.training_articles_


def test_exclusive_goes_on_too():
    def one(made):
        return made.assign(labels=[frozenset([min(labels, default="none")]) for labels in made["labels"]])

    old, new, fresh = one(rename(texts(count=160))), one(rename(texts(count=8, seed=5), start=40)), texts(200, seed=9)
    going_on = FrameDetector(features="words", exclusive=True).fit(old).partial_fit(new)
    whole = FrameDetector(features="words", exclusive=True).fit(pd.concat([old, new], ignore_index=True))
    assert (going_on.predict(fresh) == whole.predict(fresh)).to_numpy().mean() > 0.97


def test_what_is_coded_anew_takes_the_place_of_what_was():
    made = rename(texts(count=80))
    model = FrameDetector(features="words").fit(made)
    swap = {"water": "vote", "vote": "water", "war": "war"}
    again = made.assign(labels=[frozenset(swap[label] for label in labels) for labels in made["labels"]])
    model.partial_fit(again)
    assert len(model._memory.units) == len(made)
    asked = units_from_texts(["river", "ballot"])
    assert model.predict_proba(asked)[["vote", "water"]].idxmax(axis=1).tolist() == ["vote", "water"]


def test_other_texts_of_the_same_number_are_other_units():
    """`units_from_texts` numbers from 0 in every call."""
    first, second = texts(count=40), texts(count=10, seed=3)
    model = FrameDetector(features="words").fit(first).partial_fit(second)
    assert len(model._memory.units) == 50


@pytest.mark.parametrize("exclusive", [False, True])
def test_a_label_is_learned_as_soon_as_it_is_in_three_articles(exclusive):
    many = [f"{word} {i}" for i in range(6) for word in TOPICS]
    labels = [{label} for _ in range(6) for label in TOPICS.values()]
    made = units_from_texts([*many, "desert one", "desert two"], labels=[*labels, {"sand"}, {"sand"}])
    with pytest.warns(UserWarning, match="'sand' is not learned"):
        model = FrameDetector(features="words", exclusive=exclusive).fit(made)
    assert not model.predict(units_from_texts(["desert"]))["sand"].any()
    more = units_from_texts(["desert three", "desert four"], labels=[{"sand"}] * 2)
    model.partial_fit(more.assign(group=["x", "y"], article=["x", "y"]))
    scores = model.predict_proba(units_from_texts(["desert", "river"]))["sand"]
    assert scores.iloc[0] > 0.3 > scores.iloc[1]


def test_columns_that_only_some_units_have():
    old = texts(count=40).assign(weight=2.0)
    new = rename(texts(count=4, seed=2)).assign(shares=[dict.fromkeys(TOPICS.values(), 0.5)] * 4)
    model = FrameDetector(features="words").fit(old).partial_fit(new)
    assert model.predict_proba(texts(seed=3)).notna().all(axis=None)


def test_nothing_known_changes_nothing_and_the_first_time_is_a_fit():
    made, fresh = texts(), texts(seed=1)
    first = FrameDetector(features="words").partial_fit(made)
    before = first.predict_proba(fresh)
    pd.testing.assert_frame_equal(before, FrameDetector(features="words").fit(made).predict_proba(fresh))
    first.partial_fit(units_from_texts(["river", "ballot"]))
    pd.testing.assert_frame_equal(first.predict_proba(fresh), before)
