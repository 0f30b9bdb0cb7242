"""Units: how gold becomes labels, what stays unknown, and rows that survive whatever pandas does to them."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from small_world import PLAIN, PLAIN_LABELS, UNFINISHED, WHOLE, influence_sentence, make_gold, make_texts

from corpus_tools.annotation.records import Frame, Implicit, Slot
from corpus_tools.language.mentions import Mention
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.unit_table import COLUMNS
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

pytest_plugins = ("small_world_fixture",)


def of(table, article):
    return table[table["article"] == article].reset_index(drop=True)


@pytest.mark.parametrize("level", ["sentence", "paragraph", "article"])
def test_rows_are_slices_in_order_with_the_fixed_columns(world, level):
    made = world.frame_units(level)
    assert tuple(made.columns) == COLUMNS
    assert made["unit"].is_unique and set(made["level"]) == {level} and set(made["kind"]) == {"frame"}
    assert list(dict.fromkeys(made["article"])) == world.corpus.ids
    assert (made["group"] == made["article"]).all()
    for row in made.to_dict("records"):
        assert row["text"] == world.corpus[row["article"]].text[row["start"] : row["end"]]
    assert made.groupby("article")["start"].is_monotonic_increasing.all()


def test_a_sentence_has_the_frames_whose_spans_it_overlaps(world):
    rows = of(world.frame_units(), "a00")
    found = dict(zip(rows["text"], rows["labels"], strict=True))
    assert [set(labels) for labels in found.values()] == [set(), {"influence"}, {"ballot"}, set()]
    assert found[influence_sentence(0)] == frozenset({"influence"})
    assert set(rows["article_labels"]) == {frozenset({"influence", "ballot"})}
    assert set(rows["unknown"]) == {frozenset()}


@pytest.mark.parametrize(
    ("span", "positive"),
    [
        ("one word of the second", [1]),
        ("one character of each", [0, 1]),
        ("the space between", []),
        ("two pieces", [0, 2]),
    ],
)
def test_one_word_is_enough_and_less_is_not(world, tmp_path, span, positive):
    text = world.corpus["a02"].text
    second = text.index(influence_sentence(2))
    third = second + len(influence_sentence(2)) + 1
    spans = {
        "one word of the second": [(second + 2, second + 3)], "one character of each": [(second - 2, second + 1)],
        "the space between": [(second - 1, second)], "two pieces": [(0, 2), (third, third + 2)],
    }[span]  # fmt: skip
    gold = make_gold(tmp_path, make_texts(), [Frame("a02", "influence", spans)])
    made = of(units(world.corpus, world.parses, gold), "a02")
    assert [i for i, labels in enumerate(made["labels"]) if labels] == positive


def test_a_code_for_the_whole_article_leaves_its_sentences_unknown(world):
    rows = of(world.frame_units(), WHOLE)
    assert all("influence" not in labels for labels in rows["labels"])
    assert set(rows["unknown"]) == {frozenset({"influence"})}
    assert any("ballot" in labels for labels in rows["labels"])
    (whole,) = of(world.frame_units("article"), WHOLE).to_dict("records")
    assert whole["labels"] == {"influence", "ballot"} and whole["unknown"] == frozenset()


def test_an_article_that_is_not_done_gives_positives_and_no_negatives(world):
    rows = of(world.frame_units(), UNFINISHED)
    assert any(labels for labels in rows["labels"])
    assert set(rows["unknown"]) == {frozenset({"*"})}
    model = FrameDetector(world.book, features="words").fit(world.frame_units())
    assert UNFINISHED in model.training_articles_
    silent = rows["labels"].map(len) == 0
    without = world.frame_units()
    without = without[~without["unit"].isin(rows.loc[silent, "unit"])]
    again = FrameDetector(world.book, features="words").fit(without)
    pd.testing.assert_frame_equal(again.predict_proba(without), model.predict_proba(without))


def test_without_gold_everything_is_unknown(world):
    made = units(world.corpus, world.parses)
    assert set(made["labels"]) == {frozenset()} and set(made["unknown"]) == {frozenset({"*"})}
    with pytest.raises(InputError, match="no unit carries a label"):
        FrameDetector().fit(made)


def test_stance_units_label_the_pair_that_the_triple_names(world):
    made = world.stance_units()
    assert tuple(made.columns) == COLUMNS and made["unit"].is_unique
    assert UNFINISHED not in set(made["article"]), "only finished articles can say that a pair is none"
    known = made[made["labels"].notna()]
    assert set(known["labels"]) == {NONE, "oppose", "support"}
    coded = known[(known["labels"] != NONE) & (known["level"] != "missed")]
    assert len(coded) >= 10, "the sentences are simple: nearly every triple has its candidate"
    for row in coded.to_dict("records"):
        assert ("Russian influence" in row["target"].quote) == (row["labels"] == "oppose")
        assert row["text"].startswith(row["holder"].quote)
    triples = world.gold.annotations(type="stance")
    finished = [t for t in triples if t.article in world.gold.articles]
    assert (known["labels"] != NONE).sum() == len(finished), (
        "a triple is a candidate or missed, never lost, never twice"
    )


def test_stance_candidates_without_gold_have_no_label_and_lie_in_their_sentence(world):
    made = units(world.corpus, world.parses, kind="stance", codebook=world.book)
    assert made["labels"].isna().all() and set(made["article"]) == set(world.corpus.ids)
    for row in made.to_dict("records"):
        for slot in (row["holder"], row["target"]):
            if slot.start is not None:
                assert row["start"] <= slot.start < slot.end <= row["end"]
                assert slot.quote == world.corpus[row["article"]].text[slot.start : slot.end]


@pytest.mark.parametrize(("name", "value"), [("kind", "frames"), ("level", "token")])
def test_wrong_parameters_are_named_with_their_value(world, name, value):
    with pytest.raises(InputError, match=f"'{name}' parameter.*{value}"):
        units(world.corpus, world.parses, **{name: value})


def test_units_survive_concat_sorting_and_pickling(world):
    made = world.frame_units()
    model = FrameDetector(world.book).fit(made)
    expected = model.predict_proba(made).set_axis(made["unit"])
    for changed in (
        pd.concat([made.iloc[7:], made.iloc[:7]]),
        made.sample(frac=1.0, random_state=1),
        pickle.loads(pickle.dumps(made)),
        made.set_axis([f"row {i}" for i in range(len(made))]),
    ):
        found = model.predict_proba(changed)
        assert found.index.equals(changed.index)
        pd.testing.assert_frame_equal(found.set_axis(changed["unit"]).loc[expected.index], expected)


def test_units_of_two_corpora_can_be_stacked(world):
    first = units(world.corpus.filter(id="a00"), world.parses, world.gold)
    second = units_from_texts(PLAIN[:2], kind="frame", parses=world.parses)
    stacked = pd.concat([first, second], ignore_index=True)
    model = FrameDetector(world.book).fit(world.frame_units())
    assert model.predict_proba(stacked).to_numpy()[:4] == pytest.approx(model.predict_proba(first).to_numpy())


# --- plain texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "kind", "labels"),
    [
        ({"labels": [{"x", "y"}, set()]}, "frame", [frozenset("xy"), frozenset()]),
        ({"labels": [["x"], []]}, "frame", [frozenset("x"), frozenset()]),
        ({"labels": ["x", "y"]}, "stance", ["x", "y"]),
        ({"labels": ["x", "y"], "kind": "frame"}, "frame", [frozenset("x"), frozenset("y")]),
        ({"targets": ["coup", "coup"]}, "stance", [None, None]),
        ({}, "frame", [frozenset(), frozenset()]),
    ],
)
def test_shapes_of_units_from_texts(arguments, kind, labels):
    made = units_from_texts(["One text.", "Another 🇳🇪 text."], **arguments)
    assert tuple(made.columns) == COLUMNS
    assert made["kind"].tolist() == [kind] * 2 and made["labels"].tolist() == labels
    assert made["unit"].tolist() == ["text-0", "text-1"] and made["group"].tolist() == ["text-0", "text-1"]
    assert made["start"].tolist() == [0, 0] and made["end"].tolist() == [9, 16]


def test_groups_targets_and_holders_are_kept():
    made = units_from_texts(
        ["Paris hit Rome.", "Rome wept."],
        labels=["a", "b"],
        groups=["g", "g"],
        targets=[(10, 14), "coup"],
        holders=[None, (0, 4)],
    )
    assert made["group"].tolist() == ["g", "g"]
    assert made["target"].tolist() == [Mention(10, 14, "Rome"), Mention(entity="coup")]
    assert made["holder"].tolist() == [None, Mention(0, 4, "Rome")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": [{"x"}]}, "'labels' has 1 elements for 2 texts"),
        ({"groups": ["g"] * 3}, "'groups' has 3 elements for 2 texts"),
        ({"targets": [(0, 3), (4, 99)]}, r"the span \(4, 99\) does not lie in a text of 4 characters"),
        ({"holders": [(2, 2), None]}, r"the span \(2, 2\)"),
    ],
)
def test_bad_plain_units_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        units_from_texts(["Four", "Four"], **arguments)


def test_a_plain_text_without_a_label_is_unknown_and_not_negative():
    made = units_from_texts(["a", "b"], labels=[{"x"}, None], kind="frame")
    assert made["unknown"].tolist() == [frozenset(), frozenset({"*"})]


def test_plain_texts_are_not_parsed_before_a_feature_asks():
    made = units_from_texts(PLAIN, labels=PLAIN_LABELS)
    assert made["parse"][0].source.parses is None


def test_plain_texts_are_parsed_when_a_feature_asks(world):
    """The cache has the articles of the same texts under other ids, so nothing is analysed anew."""
    texts = [world.corpus[name].text for name in ("a00", "a01")]
    made = units_from_texts(texts, cache=world.cache)
    assert [len(reference.sentences()) for reference in made["parse"]] == [4, 2]
    assert made["parse"][0].source.parses is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("coup", Mention(entity="coup")),
        ((2, 4), Mention(2, 4, "ir")),
        (Implicit("author"), Mention(implicit="author")),
        (Slot(Span(0, 2), "x"), Mention(0, 2, "Fa", "x")),
        (Slot(entity="x"), Mention(entity="x")),
        (Mention(1, 2, "a"), Mention(1, 2, "a")),
    ],
)
def test_mentions_are_read_from_what_users_give(value, expected):
    assert Mention.of(value, "Fair") == expected
