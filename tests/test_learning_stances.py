"""StanceDetector: a span, a topic or an entity as target; candidates; detections; the same discipline as for frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from small_world import PLAIN, PLAIN_LABELS

from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.detections import COLUMNS, MOST_EVIDENCE, thin_out, to_detections
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)

SLOT = {"start", "end", "quote", "entity", "implicit"}


@pytest.fixture(scope="module")
def fitted(world):
    return StanceDetector(codebook=world.book, random_state=1).fit(world.stance_units())


def plain_units(world, target):
    targets = (
        ["plan"] * len(PLAIN) if target == "topic" else [(text.index("plan"), text.index("plan") + 4) for text in PLAIN]
    )
    return units_from_texts(
        PLAIN, labels=PLAIN_LABELS, targets=targets, groups=[i // 4 for i in range(16)], parses=world.parses
    )


@pytest.mark.parametrize("target", ["span", "topic"])
@pytest.mark.parametrize("features", ["words", "linguistic", "auto"])
def test_plain_texts_with_a_target(world, target, features):
    made = plain_units(world, target)
    model = StanceDetector(target=target, features=features).fit(made)
    predicted = model.predict(made)
    assert predicted.shape == (16,) and predicted.tolist() == PLAIN_LABELS
    scores = model.predict_proba(made)
    assert scores.columns.tolist() == ["against", "favor"] and scores.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert model.threshold_ == 0.0


def test_words_need_no_parse():
    made = units_from_texts(PLAIN, labels=PLAIN_LABELS, targets=["plan"] * 16)
    StanceDetector(target="topic", features="words").fit(made).predict(made)
    assert made["parse"][0].source.parses is None


def test_the_planted_stances_are_learned(world, fitted):
    assert fitted.classes_.tolist() == [NONE, "oppose", "support"]
    made = world.stance_units()
    known = made[made["labels"].notna() & (made["level"] != "missed")]
    assert (fitted.predict(known) == known["labels"]).mean() > 0.9


def test_labels_are_never_read_to_predict(world, fitted):
    made = world.stance_units().iloc[:40]
    mixed = made.assign(labels=made["labels"].to_numpy()[np.random.default_rng(0).permutation(len(made))])
    for changed in (mixed, made.assign(labels=None)):
        pd.testing.assert_frame_equal(fitted.predict_proba(changed), fitted.predict_proba(made))
        assert (fitted.predict(changed) == fitted.predict(made)).all()
        pd.testing.assert_frame_equal(fitted.explain(changed), fitted.explain(made))


def test_missed_triples_and_unknown_pairs_train_nothing(world, fitted):
    made = world.stance_units()
    clean = made[made["labels"].notna() & (made["level"] != "missed")]
    again = clone(fitted).fit(clean)
    pd.testing.assert_frame_equal(again.predict_proba(clean), fitted.predict_proba(clean))


def test_detections_keep_the_offset_law(world, fitted):
    found = fitted.detect(world.corpus, world.parses)
    assert tuple(found.columns) == COLUMNS and set(found["type"]) == {"stance"} and NONE not in set(found["label"])
    assert len(found) >= 10
    for row in found.to_dict("records"):
        text = world.corpus[row["article"]].text
        assert row["quote"] == text[row["start"] : row["end"]] and 0 <= row["score"] <= 1
        assert len(row["evidence"]) <= MOST_EVIDENCE
        for piece in row["evidence"]:
            assert row["start"] <= piece["start"] < piece["end"] <= row["end"] and piece["weight"] > 0
            assert piece["quote"] == text[piece["start"] : piece["end"]]
        for slot in (row["holder"], row["target"]):
            assert set(slot) == SLOT and slot["implicit"] in (None, "author", "unspecified")
            if slot["start"] is not None:
                assert slot["quote"] == text[slot["start"] : slot["end"]]
    opposed = found[found["label"] == "oppose"]
    assert opposed["target"].map(lambda slot: "Russian influence" in slot["quote"]).mean() > 0.8


def test_detecting_in_nothing_gives_the_columns(world, fitted):
    pd.testing.assert_frame_equal(fitted.detect(Corpus.of([]), world.parses), to_detections([]))


def test_explanations_stay_in_their_sentence_and_rank_what_carried_the_label(world, fitted):
    made = units(world.corpus.filter(id="a00"), world.parses, kind="stance", codebook=world.book)
    table = fitted.explain(made)
    assert {"unit", "label", "feature", "start", "end", "quote", "weight"} <= set(table.columns)
    merged = table.merge(made[["unit", "start", "end"]], on="unit", suffixes=("", "_unit"))
    placed = merged[merged["start"] >= 0]
    assert (
        len(placed) and (placed["start"] >= placed["start_unit"]).all() and (placed["end"] <= placed["end_unit"]).all()
    )


def test_two_fits_are_the_same_and_parameters_are_scikit_learns(world, fitted):
    made = world.stance_units()
    again = clone(fitted).fit(made)
    pd.testing.assert_frame_equal(again.predict_proba(made), fitted.predict_proba(made))
    assert again.threshold_ == fitted.threshold_
    assert clone(fitted).set_params(C=1.0, target="span").get_params(deep=False)["target"] == "span"
    assert not hasattr(clone(fitted), "classes_")


def test_units_survive_concat(world, fitted):
    made = world.stance_units()
    mixed = pd.concat([made.iloc[20:], made.iloc[:20]])
    expected = fitted.predict_proba(made).set_axis(made["unit"])
    pd.testing.assert_frame_equal(fitted.predict_proba(mixed).set_axis(mixed["unit"]).loc[expected.index], expected)


def test_no_unit_gives_no_row(world, fitted):
    none = world.stance_units().iloc[:0]
    assert fitted.predict_proba(none).shape == (0, 3)
    assert fitted.predict(none).shape == (0,)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"target": "word"}, r"'target' parameter of StanceDetector.*'word'"),
        ({"features": "magic"}, r"'features' parameter of StanceDetector.*'magic'"),
    ],
)
def test_wrong_parameters_are_named(world, parameters, message):
    with pytest.raises(InputError, match=message):
        StanceDetector(**parameters).fit(plain_units(world, "topic"))


@pytest.mark.parametrize("labels", [["favor"] * 16, [None] * 16])
def test_one_value_cannot_be_learned(labels):
    made = units_from_texts(PLAIN, kind="stance", labels=labels, targets=["plan"] * 16)
    with pytest.raises(InputError, match="at least two different labels"):
        StanceDetector(target="topic", features="words").fit(made)


def test_predicting_before_fitting_is_refused(world):
    with pytest.raises(ValueError, match="not fitted"):
        StanceDetector().predict(world.stance_units())


def slot(start, end, entity=None, implicit=None):
    return {"start": start, "end": end, "quote": None, "entity": entity, "implicit": implicit}


WEST, FEAR = slot(0, 10, "west"), slot(20, 29, "influence")


@pytest.mark.parametrize(
    ("holder", "target", "label", "kept"),
    [
        (WEST, FEAR, "oppose", 1),
        (WEST, slot(14, 29, "influence"), "oppose", 1),
        (WEST, slot(14, 29), "support", 1),
        (slot(5, 16), FEAR, "oppose", 1),
        (slot(40, 44, "west"), slot(50, 59, "influence"), "oppose", 1),
        (slot(None, None, implicit="author"), FEAR, "oppose", 1),
        (slot(40, 44, "west"), slot(50, 59, "influence"), "support", 2),
        (slot(40, 44, "junta"), FEAR, "oppose", 2),
        (slot(40, 44), FEAR, "oppose", 2),
        (WEST, slot(50, 59, "vote"), "oppose", 2),
        (WEST, slot(50, 59), "oppose", 2),
    ],
)
def test_one_stance_that_was_found_twice_is_told_once(holder, target, label, kept):
    rows = [
        {"article": "a", "start": 0, "label": value, "score": score, "holder": by, "target": toward}
        for by, toward, value, score in ((WEST, FEAR, "oppose", 0.6), (holder, target, label, 0.5))
    ]
    found = thin_out(rows)
    assert len(found) == kept and found[0]["score"] == 0.6
    assert len(thin_out([*rows, rows[0] | {"start": 90}])) == kept + 1
