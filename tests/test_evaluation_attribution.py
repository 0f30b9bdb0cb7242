"""Scoring of triples: what counts as the same, one-to-one pairing, errors by kind."""

from __future__ import annotations

import pandas as pd
import pytest

from corpus_tools.evaluation.attribution_evaluation import (
    Triple,
    list_errors,
    same_slot,
    score_triples,
    triples_of_annotations,
    triples_of_table,
)
from corpus_tools.language.mentions import Mention

pytest_plugins = ("small_world_fixture",)


def slot(entity=None, start=0, end=5):
    return Mention(start, end, "x" * (end - start), entity)


def triple(holder, value, target, article="a", sentence=0):
    return Triple(article, sentence, holder, target, value)


NOBODY, AUTHOR = Mention(implicit="unspecified"), Mention(implicit="author")


@pytest.mark.parametrize(
    ("found", "gold", "same"),
    [
        (slot("france", 0, 5), slot("france", 40, 45), True),
        (slot("france"), slot("russia"), False),
        (slot(None), slot("france"), False),  # coded with an entity: it must be found
        (slot("france", 3, 9), slot(None, 0, 5), True),
        (slot(None, 5, 9), slot(None, 0, 5), False),
        (AUTHOR, AUTHOR, True),
        (AUTHOR, NOBODY, False),
        (NOBODY, slot(None), False),
    ],
)
def test_when_two_slots_are_the_same(found, gold, same):
    assert same_slot(found, gold) == same


def test_scores_count_triples_once_and_by_slot():
    gold = [triple(slot("x"), "oppose", slot("y")), triple(slot("z"), "support", slot("y"), sentence=1)]
    found = [
        triple(slot("x"), "oppose", slot("y")),
        triple(slot("x"), "oppose", slot("y")),  # a second one finds no partner
        triple(slot("w"), "support", slot("y"), sentence=1),
    ]
    scores = score_triples(found, gold, ["a", "b"]).set_index("measure")
    assert scores.loc["triple", ["found", "gold", "matched"]].tolist() == [3, 2, 1]
    assert scores.loc["triple", "f1"] == pytest.approx(2 / 5)
    assert scores.loc["target and value", "matched"] == 2
    assert scores.loc["holder", "matched"] == 1
    assert scores.loc["sentence", ["found", "gold", "matched"]].tolist() == [2, 2, 2]
    assert scores.loc["triple", "low"] <= scores.loc["triple", "f1"] <= scores.loc["triple", "high"]


def test_pairing_finds_the_largest_number():
    """The first found fits both coded ones, the second only the first: both find a partner."""
    gold = [triple(slot(None, 0, 5), "oppose", slot("y")), triple(slot(None, 4, 9), "oppose", slot("y"))]
    found = [triple(slot(None, 3, 6), "oppose", slot("y")), triple(slot(None, 0, 2), "oppose", slot("y"))]
    assert score_triples(found, gold, ["a"]).set_index("measure").loc["triple", "matched"] == 2


def test_articles_that_were_not_asked_for_do_not_count():
    gold = [triple(slot("x"), "oppose", slot("y"), article="elsewhere")]
    scores = score_triples(gold, gold, ["a"]).set_index("measure")
    assert scores.loc["triple", "gold"] == 0 and pd.isna(scores.loc["triple", "f1"])


def test_each_disagreement_is_of_one_kind():
    gold = [
        triple(slot("x"), "oppose", slot("y"), sentence=0),
        triple(slot("x"), "oppose", slot("y"), sentence=1),
        triple(slot("x"), "oppose", slot("y"), sentence=2),
        triple(slot("x"), "oppose", slot("y"), sentence=3),
        triple(slot("x"), "oppose", slot("y"), sentence=4),
    ]
    found = [
        triple(slot("x"), "oppose", slot("y"), sentence=0),
        triple(slot("x"), "support", slot("y"), sentence=1),
        triple(slot("z"), "oppose", slot("y"), sentence=2),
        triple(slot("x"), "oppose", slot("z"), sentence=3),
        triple(slot("x"), "oppose", slot("y"), sentence=5),
    ]
    kinds = [kind for kind, _, _ in list_errors(found, gold)]
    assert kinds == ["wrong value", "wrong holder", "wrong target", "missed", "invented"]


def test_tables_and_annotations_become_triples(world):
    from corpus_tools.language.attribution import attribute

    coded = triples_of_annotations(world.gold.items, world.parses)
    assert coded and {t.value for t in coded} == {"oppose", "support"}
    found = triples_of_table(attribute(world.parses, world.book))
    articles = sorted({t.article for t in coded})
    scores = score_triples([t for t in found if t.article in articles], coded, articles).set_index("measure")
    assert scores.loc["triple", "recall"] > 0.9  # the small world is worded plainly
    assert triples_of_table(attribute(world.parses, world.book), ["nothing"]) == []
