"""Stance triples: who is aligned with whom, and that the value plays no part in it."""

from __future__ import annotations

import pytest
from small_world import write_codebook, write_log

from corpus_tools.agreement.coded import Sentences, line_up
from corpus_tools.agreement.triples import align_stances, name_slot, slot_overlap
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Implicit, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.span import Span

pytest_plugins = ("small_world_fixture",)


@pytest.mark.parametrize(
    ("x", "y", "overlap"),
    [
        (Slot(Span(0, 10)), Slot(Span(0, 10)), 1.0),
        (Slot(Span(0, 10)), Slot(Span(5, 15)), 1 / 3),
        (Slot(Span(0, 5)), Slot(Span(5, 9)), 0.0),
        (Slot(Span(0, 5)), Slot(Span(7, 9)), 0.0),
        (Slot(Span(0, 5)), Slot(entity="france"), 0.0),
        (Implicit("author"), Implicit("author"), 1.0),
        (Implicit("author"), Implicit("unspecified"), 0.0),
        (Implicit("author"), Slot(Span(0, 2)), 0.0),
        (None, Slot(Span(0, 2)), 0.0),
    ],
)
def test_overlap_of_slots(x, y, overlap):
    assert slot_overlap(x, y) == pytest.approx(overlap) == slot_overlap(y, x)


@pytest.mark.parametrize(
    ("slot", "name"),
    [(Slot(Span(0, 3), "france"), "france"), (Slot(Span(0, 3)), None), (Implicit("author"), "(author)"), (None, None)],
)
def test_names_of_slots(slot, name):
    assert name_slot(slot) == name


@pytest.fixture
def align(world, tmp_path):
    """Write two coders' stances on a00 and align them; return pairs of comments."""

    def run(ana, ben):
        store = AnnotationStore(tmp_path, world.corpus, Codebook.read(write_codebook(tmp_path)))
        write_log(store, "ana", ana, ["a00"])
        write_log(store, "ben", ben, ["a00"])
        (article,) = line_up(store, parses=world.parses).articles
        found = align_stances(article, "ana", "ben")
        return {(p.first and p.first.comment, p.second and p.second.comment) for p in found}

    return run


def stance(comment, target, value="oppose", holder="author", **options):
    return Stance("a00", value, holder=holder, target=target, comment=comment, **options)


def test_the_best_overlap_of_targets_as_a_whole(align):
    """One by one, a1 would take b1, the closest of all, and leave a2 alone."""
    ana = [stance("a1", Span(0, 6)), stance("a2", Span(4, 12))]
    ben = [stance("b1", Span(2, 8)), stance("b2", Span(0, 2))]
    assert align(ana, ben) == {("a1", "b2"), ("a2", "b1")}


def test_the_value_plays_no_part(align):
    ana = [stance("a1", Span(0, 6), "support"), stance("a2", Span(10, 16), "oppose")]
    ben = [stance("b1", Span(0, 6), "oppose"), stance("b2", Span(10, 16), "support")]
    assert align(ana, ben) == {("a1", "b1"), ("a2", "b2")}


def test_holders_decide_between_targets_that_are_alike(align, world):
    """Coordinated holders are one record each: same target, different holders."""
    who = [Slot(Span(0, 3)), Slot(Span(8, 12), "france")]
    ana = [stance("a1", Span(4, 6), holder=who[0]), stance("a2", Span(4, 6), holder=who[1])]
    ben = [stance("b1", Span(4, 6), holder=Slot(entity="france")), stance("b2", Span(4, 6), holder=who[0])]
    assert align(ana, ben) == {("a1", "b2"), ("a2", "b1")}


def test_targets_that_do_not_meet_are_not_matched(align):
    assert align([stance("a1", Span(0, 4))], [stance("b1", Span(4, 8))]) == {("a1", None), (None, "b1")}


def test_only_stances_of_one_sentence_are_matched(align, world):
    """The target of b1 starts in the first sentence and reaches into the second."""
    first, second = world.parses["a00"].sentences[:2]
    ana = [stance("a1", Span(second.start, second.start + 6))]
    ben = [stance("b1", Span(first.end - 3, second.start + 6))]
    assert align(ana, ben) == {("a1", None), (None, "b1")}


def test_targets_without_words_match_by_entity(align, world):
    second = world.parses["a00"].sentences[1]
    cue = [(second.start, second.start + 4)]
    ana = [stance("a1", "france", cue=cue), stance("a2", "elections", cue=cue)]
    ben = [stance("b1", "elections", cue=cue), stance("b2", Slot(Span(second.start, second.start + 6), "france"))]
    assert align(ana, ben) == {("a1", "b2"), ("a2", "b1")}


def test_stances_without_any_words_are_not_lost(align):
    """Neither target nor cue nor holder has words: they belong to no sentence, and match by entity all the same."""
    ana, ben = [stance("a1", "france")], [stance("b1", "france", "support"), stance("b2", "elections")]
    assert align(ana, ben) == {("a1", "b1"), (None, "b2")}


# --- sentences --------------------------------------------------------------------------------------------------------


def test_a_span_touches_the_sentences_of_its_words(world):
    parse = world.parses["a00"]
    found = Sentences(parse)
    views = parse.sentences
    assert found.ranges == [(s.start, s.end) for s in views] and len(views) == 4
    text = parse.article.text
    for number, view in enumerate(views):
        assert found.touched_by(Span(view.start, view.end)) == [number]
        assert found.touched_by(Span(view.end - 1, view.end)) == [number]
        assert found.number_at(view.start) == found.number_at(view.end - 1) == number
    gap = views[0].end
    assert text[gap : gap + 1].isspace()
    assert found.touched_by(Span(gap, gap + 1)) == [], "white space is no word"
    assert found.touched_by(Span(gap - 1, gap + 2)) == [0, 1]
    assert found.number_at(gap) == 0
    assert found.touched_by(Span(0, len(text))) == [0, 1, 2, 3]
