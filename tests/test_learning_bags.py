"""Frames known of articles only: their sentences are learned together, better than chance or calling all alike."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from corpus_tools.learning.bags import harden, learn_from_bags, raise_together, spread_evenly
from corpus_tools.learning.calibrated import CalibratedLinear
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.supervision import read_lesson
from corpus_tools.learning.units import units_from_texts

SIGNS = ("envoys", "mercenaries", "propaganda")
USUAL = [f"{a}{b}" for a in ("rain", "road", "bread", "goat", "well", "song") for b in ("s", "y", "er", "ing", "ed")]
SIZE = 6


def articles(count, seed, *, known):
    """Articles of six sentences; every second carries the frame, in one sentence that has one of three words."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        there = random.integers(SIZE) if number % 2 else None
        for k in range(SIZE):
            words = random.choice(USUAL, 5).tolist()
            words += [str(random.choice(SIGNS))] if k == there else []
            rows.append((f"a{number}", " ".join(random.permutation(words)), k == there, number % 2 == 1))
    made = units_from_texts([row[1] for row in rows], labels=[{"x"} if row[2] and known else set() for row in rows])
    made["article"] = made["group"] = [row[0] for row in rows]
    made["article_labels"] = [frozenset(["x"]) if row[3] else frozenset() for row in rows]
    made["unknown"] = [frozenset(["x"]) if row[3] and not known else frozenset() for row in rows]
    made["unit"] = [f"{row[0]}#{i}" for i, row in enumerate(rows)]
    return made, np.array([row[2] for row in rows])


@pytest.fixture(scope="module")
def learned():
    made, _ = articles(60, seed=1, known=False)
    return FrameDetector(features="words").fit(made)


def test_sentences_are_found_that_nobody_pointed_at(learned):
    fresh, truth = articles(40, seed=2, known=True)
    scores = learned.predict_proba(fresh)["x"].to_numpy()
    assert roc_auc_score(truth, scores) > 0.95
    best = fresh.assign(score=scores, truth=truth).sort_values("score").groupby("article").tail(1)
    positive = best[best["article_labels"].map(bool)]
    assert positive["truth"].mean() >= 0.9, "by chance it would be one in six"
    assert learned.predict(fresh)["x"].to_numpy()[truth].mean() > 0.8
    assert learned.predict(fresh)["x"].to_numpy()[~truth].mean() < 0.1


def test_bags_do_better_than_calling_every_sentence_positive(learned):
    made, _ = articles(60, seed=1, known=False)
    naive = made.assign(labels=made["article_labels"], unknown=[frozenset()] * len(made))
    blunt = FrameDetector(features="words").fit(naive)
    fresh, truth = articles(40, seed=2, known=True)
    wrong = [int((model.predict(fresh)["x"].to_numpy() != truth).sum()) for model in (learned, blunt)]
    assert wrong[0] < wrong[1] / 2


def test_articles_are_decided_by_their_own_threshold(learned):
    fresh, _ = articles(40, seed=3, known=True)
    truth = fresh.groupby("article", sort=False)["article_labels"].first().map(bool)
    assert (learned.predict_articles(fresh)["x"].astype(bool) == truth).mean() > 0.75


def test_sentences_that_were_judged_keep_their_say():
    made, truth = articles(30, seed=4, known=False)
    told = made["article"].isin(["a1", "a3", "a5"]).to_numpy()
    made.loc[told, "unknown"] = [frozenset()] * int(told.sum())
    made.loc[told & truth, "labels"] = [frozenset(["x"])] * int((told & truth).sum())
    lesson = read_lesson(made, "x")
    seen = []

    def fit(decided, shares):
        seen.append((decided, shares))
        return CalibratedLinear().fit(np.eye(len(decided))[:, :5], decided, groups=lesson.groups, shares=shares)

    _, shares = learn_from_bags(fit, lesson)
    assert len(seen) == 5
    judged = lesson.bags < 0
    for decided, soft in seen:
        assert (decided[judged] == lesson.decided[judged]).all() and (soft[judged] == lesson.shares[judged]).all()
    for bag in set(lesson.bags[~judged].tolist()):
        inside = lesson.bags == bag
        assert shares[inside].sum() >= 1 - 1e-9 and seen[-1][0][inside].sum() >= 1


@pytest.mark.parametrize(
    ("bags", "expected"), [([0, 0, 1], [0.5, 0.5, 1.0]), ([0, 1, 2], [1, 1, 1]), ([4, 4, 4, 4], [0.25] * 4)]
)
def test_nothing_is_known_at_first(bags, expected):
    assert spread_evenly(np.array(bags)).tolist() == expected


@pytest.mark.parametrize("seed", range(5))
def test_raised_together_one_of_them_must_be(seed):
    random = np.random.default_rng(seed)
    p, bags = random.random(12) * 0.6, np.repeat([0, 1, -1, 2], 3)
    found = raise_together(p, bags)
    assert (found[bags == -1] == 0).all()
    for bag in (0, 1, 2):
        inside = bags == bag
        expected = p[inside] / (1 - np.prod(1 - p[inside]))
        assert found[inside] == pytest.approx(expected) and (found[inside] >= p[inside]).all()


def test_raising_nearly_nothing_stays_finite():
    found = raise_together(np.array([0.0, 0.0, 1e-300]), np.array([0, 0, 1]))
    assert np.isfinite(found).all() and (found <= 1).all()


def test_the_likeliest_row_of_a_bag_counts_even_when_it_is_unlikely():
    made, _ = articles(2, seed=0, known=False)
    lesson = read_lesson(made, "x")
    shares = np.where(lesson.bags >= 0, [0.1, 0.2, 0.3, 0.1, 0.1, 0.2] * 2, 0.0)
    assert harden(shares, lesson).tolist() == [0] * 6 + [0, 0, 1, 0, 0, 0]
