"""Soft labels: who counts in a share, what a detector learns from it, and that decisions still set the thresholds."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
from small_world import UNFINISHED, WHOLE, influence_sentence, make_gold

from corpus_tools.annotation.records import Frame
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.linear import fit_line
from corpus_tools.learning.shares import count_shares
from corpus_tools.learning.supervision import find_known, read_lesson
from corpus_tools.learning.unit_table import COLUMNS
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.text.errors import InputError, InputWarning

pytest_plugins = ("small_world_fixture",)

HERE, THERE, EVERYWHERE = Frame("t", "x", [(0, 4)]), Frame("t", "x", [(9, 12)]), Frame("t", "x", salience="present")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"ana": []}, {}),
        ({"ana": [HERE]}, {"x": 1.0}),
        ({"ana": [HERE], "ben": []}, {"x": 0.5}),
        ({"ana": [HERE, HERE], "ben": [THERE], "eva": []}, {"x": 1 / 3}),
        ({"ana": [HERE], "ben": [EVERYWHERE]}, {"x": 1.0}),
        ({"ana": [], "ben": [EVERYWHERE]}, {"x": 0.0}),
        ({"ana": [EVERYWHERE, THERE], "ben": [HERE]}, {"x": 0.5}),
        ({"ana": [EVERYWHERE], "ben": [EVERYWHERE]}, {"x": nan}),
        ({"ana": [Frame("t", "y", [(0, 1)])], "ben": []}, {"y": 0.5}),
    ],
)
def test_who_marked_a_unit(said, expected):
    found = count_shares(said, covers=lambda item: any(span.start < 5 for span in item.spans))
    assert found == (pytest.approx(expected, nan_ok=True) if expected else expected)


def test_whatever_marks_a_part_marks_the_whole_article():
    said = {"ana": [THERE], "ben": [EVERYWHERE], "eva": []}
    assert count_shares(said, covers=lambda item: False, whole=True) == {"x": pytest.approx(2 / 3)}


@pytest.fixture(scope="module")
def soft(world):
    """Units with shares; of the two coders ben marked nothing in a00 and a03."""
    return units(world.corpus, world.parses, world.gold, labels="soft")


def shares_of(made, article):
    return [dict(said) for said in made[made["article"] == article]["shares"]]


def test_units_have_shares_beside_what_was_decided(world, soft):
    assert tuple(soft.columns) == (*COLUMNS, "shares")
    pd.testing.assert_frame_equal(soft[list(COLUMNS)].drop(columns="parse"), world.frame_units().drop(columns="parse"))
    by_text = dict(zip(soft["text"], soft["shares"], strict=True))
    assert by_text[influence_sentence(0)] == {"influence": 0.5, "ballot": 0.0}
    assert by_text[influence_sentence(2)] == {"influence": 1.0}
    assert shares_of(soft, "a01") == [{}] * 2
    assert all(isnan(said["influence"]) and not isnan(said["ballot"]) for said in shares_of(soft, WHOLE))
    assert soft[soft["article"] == UNFINISHED]["shares"].isna().all()


@pytest.mark.parametrize(
    ("level", "article", "expected"),
    [("article", "a00", {"influence": 0.5, "ballot": 0.5}), ("article", WHOLE, {"influence": 1.0, "ballot": 1.0})],
)
def test_shares_of_whole_articles(world, level, article, expected):
    made = units(world.corpus, world.parses, world.gold, level=level, labels="soft")
    assert shares_of(made, article) == [expected]


def test_shares_survive_concat_and_sampling(soft):
    mixed = pd.concat([soft.iloc[10:], soft.iloc[:10]]).sort_index()
    assert [repr(said) for said in mixed["shares"]] == [repr(said) for said in soft["shares"]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "hard"}, "'labels' parameter.*'hard'"),
        ({"labels": "soft", "kind": "stance"}, "of frames only.*'decided'"),
        ({"labels": "soft", "gold": None}, "no coder finished"),
    ],
)
def test_what_cannot_be_soft_is_refused(world, options, message):
    with pytest.raises(InputError, match=message):
        units(world.corpus, world.parses, **{"gold": world.gold, **options})


def test_gold_without_coders_is_not_quietly_hard(world, tmp_path):
    gold = make_gold(tmp_path, {"a02": world.corpus["a02"].text}, [Frame("a02", "influence", [(0, 4)])])
    with pytest.raises(InputError, match="no coder finished"):
        units(world.corpus, world.parses, gold, labels="soft")


# --- what is learned from them ----------------------------------------------------------------------------------------


def test_a_share_is_as_many_yes_and_no():
    random = np.random.default_rng(0)
    rows, shares = random.normal(size=(60, 4)), random.choice([0.0, 0.3, 0.7, 1.0], size=60)
    twice, sides = np.vstack([rows, rows]), np.repeat([1.0, 0.0], 60)
    counted = np.concatenate([shares, 1 - shares])
    kept = counted > 0
    for name in ("logistic", "svm", "few_shot"):
        soft = fit_line(name, rows, shares, tolerance=1e-9)
        hard = fit_line(name, twice[kept], sides[kept], weights=counted[kept], tolerance=1e-9)
        assert soft[0] == pytest.approx(hard[0], abs=1e-3), name
        assert soft[1] == pytest.approx(hard[1], abs=1e-3), name


def colours(share, articles=30):
    """Texts with amber, blue or grey; two coders agree on amber, `share` of them marked blue, grey is never marked."""
    random = np.random.default_rng(0)
    names = ["amber", "blue", "grey"] * (articles // 3)
    texts = [f"{name} {' '.join(random.choice(list('bcdefghk'), 4))}" for name in names]
    made = units_from_texts(texts, labels=[set() if name == "grey" else {"warm"} for name in names])
    return made.assign(shares=[{"warm": {"amber": 1.0, "blue": share, "grey": 0.0}[name]} for name in names])


def score_colours(made, **options):
    model = FrameDetector(features="words", **options).fit(made)
    names = ["amber", "blue", "grey"]
    return dict(zip(names, model.predict_proba(units_from_texts(names))["warm"], strict=True)), model


def test_shares_move_the_weights():
    half, _ = score_colours(colours(0.5))
    decided, _ = score_colours(colours(0.5).drop(columns="shares"))
    third, _ = score_colours(colours(0.2))
    assert decided["blue"] == pytest.approx(decided["amber"], abs=0.1)
    assert half["grey"] < third["blue"] < half["blue"] < half["amber"] - 0.15


def test_thresholds_are_tuned_to_what_was_decided():
    made = colours(0.3)
    _, model = score_colours(made)
    assert (model.predict(made)["warm"] == [int("warm" in labels) for labels in made["labels"]]).all()


@pytest.mark.parametrize("head", ["logistic", "svm", "few_shot", "chain", "best"])
def test_every_head_of_several_labels_learns_from_shares(head):
    scores, _ = score_colours(colours(0.4), head=head)
    assert scores["grey"] < scores["blue"] < scores["amber"]


def test_exclusive_says_that_it_does_not_read_shares():
    made = colours(0.5)
    made["labels"] = [labels or frozenset(["cold"]) for labels in made["labels"]]
    with pytest.warns(InputWarning, match="'shares' is not read"):
        FrameDetector(features="words", exclusive=True, head="svm").fit(made)


def lesson_of(rows):
    """Read a lesson from (labels, unknown, shares, article labels) of units, one article each."""
    made = units_from_texts(["t"] * len(rows), labels=[set(row[0]) for row in rows])
    made["unknown"] = [frozenset(row[1]) for row in rows]
    made["shares"] = [row[2] for row in rows]
    made["article_labels"] = [frozenset(row[3]) for row in rows]
    return read_lesson(made, "x"), find_known(made)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((["x"], [], None, ["x"]), (1, 1.0, False)),
        (([], [], None, []), (0, 0.0, False)),
        ((["x"], [], {"x": 0.5}, ["x"]), (1, 0.5, False)),
        (([], [], {"x": 0.5}, []), (0, 0.5, False)),
        (([], [], {}, []), (0, 0.0, False)),
        (([], ["*"], None, []), None),
        ((["x"], ["*"], None, ["x"]), (1, 1.0, False)),
        (([], ["*"], {"x": 1.0}, []), (1, 1.0, False)),
        (([], ["*"], {"x": 0.5}, []), (0, 0.5, False)),
        (([], ["*"], {}, []), (0, 0.0, False)),
        (([], ["*"], {"x": nan}, []), None),
        (([], ["x"], None, ["x"]), (0, 0.0, True)),
        (([], ["x"], {"x": nan}, ["x"]), (0, 0.0, True)),
        (([], ["x"], {"x": 0.0}, ["x"]), (0, 0.0, False)),
        (([], ["x"], {"x": 1.0}, ["x"]), (1, 1.0, False)),
        ((["x"], [], {"x": nan}, ["x"]), (1, 1.0, False)),
    ],
)
def test_what_a_unit_says_of_a_label(row, expected):
    lesson, _ = lesson_of([row])
    found = [
        (int(d), float(s), bool(b >= 0)) for d, s, b in zip(lesson.decided, lesson.shares, lesson.bags, strict=True)
    ]
    assert found == ([] if expected is None else [expected])


def test_an_article_that_coders_finished_is_known_before_it_is_decided():
    _, known = lesson_of([([], ["*"], {}, []), ([], ["*"], None, []), ([], [], None, [])])
    assert known.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("decided", "said"), [("x" * 12, "xxxxxx------"), ("xxxxxx------", "x" * 12), ("xxxxxx------", "-" * 12)]
)
def test_a_label_without_another_side_is_said_and_not_learned(decided, said):
    others = [{"y"} if i % 2 else set() for i in range(12)]
    labels = [{"x"} | own if mark == "x" else own for mark, own in zip(decided, others, strict=True)]
    made = units_from_texts([f"{'odd' if own else 'even'} word{i}" for i, own in enumerate(others)], labels=labels)
    shares = [{"x": float(mark == "x"), "y": float("y" in own)} for mark, own in zip(said, others, strict=True)]
    with pytest.warns(InputWarning, match="'x' is not learned"):
        model = FrameDetector(features="words").fit(made.assign(shares=shares))
    assert set(model.models_) == {"y"} and (model.predict(made)["x"] == 0).all()
