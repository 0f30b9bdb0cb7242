"""The agreement table: hand-computed on a tiny store, and complete on the annotations of the demo corpus."""

from __future__ import annotations

import pandas as pd
import pytest
from small_world import CODERS, influence_sentence, write_codebook, write_log

from corpus_tools.agreement.coded import align_stances, choose_coders, slot_overlap
from corpus_tools.agreement.table import COLUMNS, measure_agreement
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Implicit, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import parse
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

pytest_plugins = ("small_world_fixture",)


def figure(table, measure, label="all", version="all", kind="frame", level=None):
    rows = table[
        (table["measure"] == measure)
        & (table["label"] == label)
        & (table["version"] == version)
        & (table["kind"] == kind)
    ]
    rows = rows if level is None else rows[rows["level"] == level]
    (row,) = rows.to_dict("records")
    return row


@pytest.fixture
def tiny(world, tmp_path):
    """Two coders, two articles that both finished (4 and 2 sentences), one that only Ana did."""
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    text = world.corpus["a00"].text
    at = text.index(influence_sentence(0))
    second, third = (at, at + 5), (at + len(influence_sentence(0)) + 1, at + len(influence_sentence(0)) + 4)
    what = text.index("Russian influence")
    target = Slot(Span(what, what + 17), "russian_influence")
    ana = [
        Frame("a00", "influence", [second]),
        Frame("a00", "ballot", [third]),
        Frame("a01", "ballot", salience="present"),
        Frame("a02", "influence", [(0, 3)]),
        Stance("a00", "oppose", holder=Slot(Span(at, at + 6)), target=target),
    ]
    ben = [
        Frame("a00", "influence", [second, third]), Frame("a00", "influence", [(0, 2)]),
        Stance("a00", "support", holder=Slot(Span(at, at + 6)), target=target),
        Stance("a00", "oppose", holder=Implicit("author"), target=Slot(Span(0, 4))),
    ]  # fmt: skip
    write_log(store, "ana", ana, ["a00", "a01", "a02"])
    write_log(store, "ben", ben, ["a00", "a01"])
    write_log(store, "gold", ana, ["a00"])
    return store


def test_raw_agreement_over_sentences_by_hand(world, tiny):
    """Six sentences. influence: Ana 010000, Ben 111000 -> 4 of 6; ballot: Ana 001000, Ben 000000 -> 5 of 6.

    The code for the whole of a01 touches no sentence.
    """
    table = measure_agreement(tiny, tiny.codebook, parses=world.parses, level="sentence")
    assert tuple(table.columns) == COLUMNS
    influence, ballot = figure(table, "raw", "influence"), figure(table, "raw", "ballot")
    assert (influence["value"], influence["n"]) == (pytest.approx(4 / 6), 6)
    assert (ballot["value"], ballot["n"]) == (pytest.approx(5 / 6), 6)
    assert (influence["prevalence"], ballot["prevalence"]) == (pytest.approx(4 / 12), pytest.approx(1 / 12))
    assert figure(table, "raw")["value"] == pytest.approx((4 / 6 + 5 / 6) / 2)
    # alpha by hand: values 1 four times and 0 eight times of 12; two units differ
    assert figure(table, "alpha", "influence")["value"] == pytest.approx(1 - 11 * 4 / (2 * 4 * 8))


def test_raw_agreement_over_articles_by_hand(tiny):
    """Two articles: influence agrees in both, ballot in none."""
    table = measure_agreement(tiny, tiny.codebook, level="article")
    assert set(table["kind"]) == {"frame"} and set(table["level"]) == {"article"}
    assert (figure(table, "raw", "influence")["value"], figure(table, "raw", "ballot")["value"]) == (1.0, 0.0)
    assert figure(table, "raw", "influence")["n"] == 2
    assert figure(table, "raw")["value"] == 0.5
    assert figure(table, "alpha", "ballot")["value"] == pytest.approx(1 - 3 * 4 / (2 * 2 * 2))


def test_stances_by_hand(world, tiny):
    """One pair of both (they differ in the value), one of Ben alone: F1 = 2 * 1 / (1 + 2)."""
    table = measure_agreement(tiny, tiny.codebook, parses=world.parses)
    assert figure(table, "detection_f1", "ana-ben", kind="stance")["value"] == pytest.approx(2 / 3)
    assert figure(table, "value_raw", "ana-ben", kind="stance")["value"] == 0.0
    pairs = align_stances(tiny, "ana", "ben", world.parses)
    assert [(p.first and p.first.label, p.second and p.second.label) for p in pairs] == [
        (None, "oppose"),
        ("oppose", "support"),
    ]


def test_gold_and_models_are_left_out_unless_asked(world, tiny):
    assert choose_coders(tiny, None) == ["ana", "ben"]
    table = measure_agreement(tiny, tiny.codebook, level="article", coders=["ana", "gold"])
    assert figure(table, "raw")["value"] == 1.0 and figure(table, "raw", "influence")["n"] == 1


def test_a_frame_that_nobody_used_has_a_reason_and_no_alpha(world, tmp_path):
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    for coder in ("ana", "ben"):
        write_log(store, coder, [Frame("a00", "ballot", salience="present")], ["a00", "a01"])
    table = measure_agreement(store, book, level="article")
    row = figure(table, "alpha", "influence")
    assert pd.isna(row["value"]) and "only one category" in row["reason"]
    assert figure(table, "raw", "influence")["value"] == 1.0
    assert figure(table, "alpha", "ballot")["value"] == 1.0


@pytest.mark.parametrize("coders", ["[[coder]]\nid = 'ana'\nrole = 'coder'\n", CODERS])
def test_fewer_than_two_coders_are_refused(tmp_path, coders):
    book = Codebook.read(write_codebook(tmp_path))
    (tmp_path / "coders.toml").write_text(coders, "utf-8")
    store = AnnotationStore(tmp_path)
    write_log(store, "ana", [Frame("a", "ballot", salience="present")], ["a"])
    with pytest.raises(InputError, match="agreement needs two coders"):
        measure_agreement(store, book, level="article", coders=["ana"])
    with pytest.raises(InputError, match="there is no coder 'zoe'"):
        measure_agreement(store, book, level="article", coders=["ana", "zoe"])


def test_sentences_without_articles_are_refused(tiny):
    with pytest.raises(InputError, match="needs the articles; give corpus="):
        measure_agreement(tiny, tiny.codebook, level="sentence")
    with pytest.raises(InputError, match="'level' parameter.*'word'"):
        measure_agreement(tiny, tiny.codebook, level="word")


def test_an_article_without_a_parse_is_left_out(world, tiny):
    """A corpus may have articles that could not be parsed; agreement is then measured on the others."""
    parses = parse(world.corpus.filter(id="a00"), cache=world.cache, progress=False)
    table = measure_agreement(tiny, tiny.codebook, parses=parses, level="sentence")
    assert figure(table, "raw", "influence")["n"] == 4


def test_articles_in_which_nobody_saw_anything_belong_to_a_version_too(world, tmp_path):
    """Two empty codings agree; they must not open a version of their own beside the codebook's."""
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    for coder in ("ana", "ben"):
        write_log(store, coder, [Frame("a00", "ballot", salience="present")], ["a00", "a01"])
    assert set(measure_agreement(store, book, level="article")["version"]) == {"all"}


@pytest.mark.parametrize(
    ("x", "y", "overlap"),
    [
        (Slot(Span(0, 10)), Slot(Span(0, 10)), 1.0),
        (Slot(Span(0, 10)), Slot(Span(5, 15)), 1 / 3),
        (Slot(Span(0, 5)), Slot(Span(5, 9)), 0.0),
        (Implicit("author"), Implicit("author"), 1.0),
        (Implicit("author"), Implicit("unspecified"), 0.0),
        (Implicit("author"), Slot(Span(0, 2)), 0.0),
        (None, Slot(Span(0, 2)), 0.0),
    ],
)
def test_overlap_of_slots(x, y, overlap):
    assert slot_overlap(x, y) == pytest.approx(overlap) == slot_overlap(y, x)


def test_the_annotations_of_the_demo_corpus_have_every_figure(root):
    folder = root / "annotations"
    book = Codebook.read(folder / "codebook.toml")
    store = AnnotationStore(folder, corpus=Corpus.read(root / "seeds"), codebook=book)
    table = measure_agreement(store, book, level="article", interval=0.9)
    assert tuple(table.columns) == COLUMNS
    pooled = table[table["version"] == "all"]
    assert list(dict.fromkeys(pooled["label"])) == [*book.frames, "all"]
    assert pooled.groupby("label")["measure"].apply(set).map(lambda found: found == {"raw", "alpha"}).all()
    coded = {a.codebook for a in store.annotations(choose_coders(store, None))}
    assert set(table["version"]) == {"all", *coded}
    assert (table["value"].notna() | table["reason"].notna()).all(), "a figure or the reason why there is none"
    bounded = table.dropna(subset=["value", "low", "high"])
    assert (
        len(bounded)
        and (bounded["low"] <= bounded["value"] + 1e-9).all()
        and (bounded["value"] <= bounded["high"] + 1e-9).all()
    )
    assert figure(table, "raw", "russian_influence")["n"] == len(store.gold().articles)
