"""Defaults on data as it comes: few examples, long texts, many labels, imbalance, no codebook, no parse."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError, InputWarning

WORDS = ["river", "ballot", "soldier", "market", "school", "hospital", "harbour", "desert", "bridge", "temple"]


def articles(count, *, labels=4, length=3, seed=0):
    """Texts whose frames are the words in them, one to three a text."""
    random = np.random.default_rng(seed)
    texts, sets = [], []
    for _ in range(count):
        chosen = random.choice(labels, size=int(random.integers(1, 4)), replace=False)
        filler = " ".join(random.choice(["it", "was", "so", "then", "they", "said"], size=length * 10))
        texts.append(f"{filler}. The {' and the '.join(WORDS[i] for i in chosen)} came up. {filler}.")
        sets.append({WORDS[i] for i in chosen})
    return texts, sets


@pytest.mark.parametrize("head", ["auto", "svm", "few_shot"])
@pytest.mark.parametrize("length", [1, 60])
@pytest.mark.slow
def test_many_labels_over_long_articles(head, length):
    texts, sets = articles(60, labels=10, length=length)
    made = units_from_texts(texts, labels=sets)
    model = FrameDetector(features="words", head=head).fit(made.iloc[:45])
    predicted = model.predict(made.iloc[45:])
    truth = np.array([[label in labels for label in model.labels_] for labels in sets[45:]])
    hits = (predicted.to_numpy().astype(bool) & truth).sum()
    assert 2 * hits / (predicted.to_numpy().sum() + truth.sum()) > 0.75


@pytest.mark.parametrize("count", [6, 12])
def test_few_examples_of_exclusive_labels(count):
    texts = [f"The {WORDS[i % 2]} was there, number {i}." for i in range(count)]
    made = units_from_texts(texts, labels=[{WORDS[i % 2]} for i in range(count)])
    model = FrameDetector(features="words", exclusive=True).fit(made)
    asked = units_from_texts(["They saw the river.", "They saw the ballot."])
    assert model.predict(asked).idxmax(axis=1).tolist() == ["river", "ballot"]
    assert model.predict_proba(asked).sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_one_example_a_label_with_few_shot():
    made = units_from_texts(["The river rose.", "The ballot closed."], labels=[{"water"}, {"vote"}])
    model = FrameDetector(features="words", exclusive=True, head="few_shot").fit(made)
    asked = units_from_texts(["A river", "A ballot"])
    assert model.predict(asked).idxmax(axis=1).tolist() == ["water", "vote"]


def test_rare_labels_of_exclusive_units_are_said_and_never_predicted():
    texts = [f"The {WORDS[i % 2]} was there, number {i}." for i in range(12)] + ["A desert."]
    made = units_from_texts(texts, labels=[{WORDS[i % 2]} for i in range(12)] + [{"desert"}])
    with pytest.warns(InputWarning, match="'desert' is not learned: 1 articles"):
        model = FrameDetector(features="words", exclusive=True).fit(made)
    assert "desert" in model.labels_ and not model.predict(made)["desert"].any()
    assert (model.predict_proba(made)["desert"] == 0).all()


def test_several_labels_of_an_exclusive_unit_are_refused():
    made = units_from_texts(["a b"] * 6, labels=[{"x", "y"}] * 6)
    with pytest.raises(InputError, match="several labels"):
        FrameDetector(features="words", exclusive=True).fit(made)


def test_a_wrong_head_is_named():
    made = units_from_texts(["a b"] * 6, labels=[{"x"}] * 6)
    with pytest.raises(InputError, match="'head' parameter of FrameDetector"):
        FrameDetector(features="words", head="forest").fit(made)


@pytest.mark.parametrize("target", ["span", "topic", "entity"])
def test_imbalanced_stances_still_find_the_rare_one(target):
    texts, labels = [], []
    for i in range(80):
        label = "against" if i % 8 == 0 else "for"
        texts.append(f"Report {i}: Omar {'rejects' if label == 'against' else 'backs'} the plan on day {i}.")
        labels.append(label)
    targets = ["plan"] * 80 if target != "span" else [(t.index("plan"), t.index("plan") + 4) for t in texts]
    made = units_from_texts(
        texts, labels=labels, targets=targets, holders=["Omar"] * 80 if target == "entity" else None
    )
    model = StanceDetector(target=target, features="words").fit(made.iloc[:56])
    predicted = model.predict(made.iloc[56:])
    assert (predicted == np.array(labels[56:])).all()


@pytest.mark.parametrize("head", ["auto", "logistic", "svm", "few_shot"])
def test_heads_of_stances(head):
    texts = [f"Omar {'rejects' if i % 2 else 'backs'} the plan on day {i}." for i in range(24)]
    made = units_from_texts(texts, labels=["against" if i % 2 else "for" for i in range(24)], targets=["plan"] * 24)
    model = StanceDetector(target="topic", features="words", head=head).fit(made)
    assert (model.predict(made) == made["labels"]).all()
    assert len(model.explain(made.iloc[:3])["unit"].unique()) == 3


def test_texts_without_words_are_judged():
    texts, sets = articles(30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = FrameDetector(features="words").fit(units_from_texts([*texts, "", "…"], labels=[*sets, set(), set()]))
        scores = model.predict_proba(units_from_texts(["", "!!", "river"]))
    assert scores.notna().all(axis=None) and scores["river"].iloc[2] > scores["river"].iloc[0]
