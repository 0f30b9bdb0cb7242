"""The agreement table: by hand on a tiny store, and complete on the annotations of the demo corpus."""

from __future__ import annotations

import pandas as pd
import pytest
from agreement_world import add_coder, figure, make_tiny
from small_world import CODERS, write_codebook, write_log

from corpus_tools.agreement.coded import choose_coders, line_up
from corpus_tools.agreement.table import COLUMNS, measure_agreement
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import parse
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

pytest_plugins = ("small_world_fixture",)


@pytest.fixture
def tiny(world, tmp_path):
    return make_tiny(world, tmp_path)


@pytest.fixture
def table(world, tiny):
    return measure_agreement(tiny, tiny.codebook, parses=world.parses)


# --- frames -----------------------------------------------------------------------------------------------------------


def test_frames_over_sentences_by_hand(table):
    """Six sentences. influence: Ana 010000, Ben 111000.

    ballot: Ana 0010 in a00, Ben 0000. Ana coded it for the whole of a01, so its two sentences are open for her.
    """
    assert tuple(table.columns) == COLUMNS
    influence, ballot = figure(table, "raw", "influence"), figure(table, "raw", "ballot")
    assert (influence["value"], influence["n"]) == (pytest.approx(4 / 6), 6)
    assert (ballot["value"], ballot["n"]) == (pytest.approx(3 / 4), 4)
    assert (influence["prevalence"], ballot["prevalence"]) == (pytest.approx(4 / 12), pytest.approx(1 / 10))
    assert figure(table, "raw")["value"] == pytest.approx((4 / 6 + 3 / 4) / 2)
    assert figure(table, "raw")["prevalence"] == pytest.approx(5 / 22)
    # alpha by hand: values 1 four times and 0 eight times of 12; two units differ
    assert figure(table, "alpha", "influence")["value"] == pytest.approx(1 - 11 * 4 / (2 * 4 * 8))
    # kappa: A_o = 4/6; Ana says yes in 1/6, Ben in 1/2. AC1: both in 1/3 of the ratings
    assert figure(table, "cohen_kappa", "influence")["value"] == pytest.approx((4 / 6 - 1 / 2) / (1 - 1 / 2))
    assert figure(table, "ac1", "influence")["value"] == pytest.approx((4 / 6 - 4 / 9) / (1 - 4 / 9))
    assert figure(table, "fleiss_kappa", "influence")["value"] == pytest.approx((4 / 6 - 5 / 9) / (1 - 5 / 9))


def test_sets_of_frames_by_hand(table):
    """a00: {} {i}; {i} {i}; {b} {i}; {} {}: distances 1, 0, 1, 0. The sentences of a01 are not wholly known."""
    raw = figure(table, "raw", kind="frame_set")
    assert (raw["value"], raw["n"], raw["prevalence"]) == (pytest.approx(2 / 4), 4, pytest.approx(5 / 10))
    # eight ratings: three empty, four {i}, one {b}; all distances are 0 or 1
    expected = pytest.approx(1 - (4 / 8) / ((3 * 5 + 4 * 4 + 1 * 7) / (8 * 7)))
    assert figure(table, "alpha_masi", kind="frame_set")["value"] == expected
    assert figure(table, "alpha_jaccard", kind="frame_set")["value"] == expected


def test_frames_over_articles_by_hand(tiny):
    """Two articles: influence agrees in both, ballot in none."""
    table = measure_agreement(tiny, tiny.codebook, level="article")
    assert set(table["kind"]) == {"frame", "frame_set"} and set(table["level"]) == {"article"}
    assert (figure(table, "raw", "influence")["value"], figure(table, "raw", "ballot")["value"]) == (1.0, 0.0)
    assert figure(table, "raw", "influence")["n"] == 2
    assert figure(table, "raw")["value"] == 0.5
    assert figure(table, "alpha", "ballot")["value"] == pytest.approx(1 - 3 * 4 / (2 * 2 * 2))


def test_a_frame_that_nobody_used_has_a_reason_and_no_alpha(world, tmp_path):
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    for coder in ("ana", "ben"):
        write_log(store, coder, [Frame("a00", "ballot", salience="present")], ["a00", "a01"])
    table = measure_agreement(store, book, level="article")
    row = figure(table, "alpha", "influence")
    assert pd.isna(row["value"]) and "only one category" in row["reason"]
    assert figure(table, "raw", "influence")["value"] == 1.0
    assert figure(table, "ac1", "influence")["value"] == 1.0, "yes and no are the categories, used or not"
    known = figure(table, "alpha", "ballot")
    assert known["value"] == known["low"] == 1.0 and known["reason"].startswith("the interval leaves out")
    mean = figure(table, "alpha")
    assert mean["value"] == 1.0 and mean["reason"] == "mean of the 1 of 2 labels that have a value"


# --- spans ------------------------------------------------------------------------------------------------------------


def test_spans_by_hand(world, table):
    """influence: Ana one span, Ben three, one the same. ballot: Ana one span (a whole article is none), Ben none."""
    influence, ballot = (figure(table, "f1_exact", label, kind="span") for label in ("influence", "ballot"))
    assert (influence["value"], influence["n"]) == (pytest.approx(2 / 4), 4)
    assert (ballot["value"], ballot["n"]) == (0.0, 1)
    assert figure(table, "f1_exact", kind="span")["value"] == pytest.approx(2 / 5)
    length = len(world.corpus["a00"].text) + len(world.corpus["a01"].text)
    assert influence["prevalence"] == pytest.approx((5 + 5 + 3 + 2) / (2 * length))
    unitized = figure(table, "alpha_u", "influence", kind="span")
    assert 0 < unitized["value"] < 1 and unitized["n"] == 4


def test_overlapping_spans_of_one_coder_are_one_unit(world, tmp_path):
    """Twice the same span is one span; two that overlap are one unit of text, two that touch are two."""
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    ana = [Frame("a00", "influence", [(0, 6), (4, 9)]), Frame("a00", "influence", [(0, 6)])]
    ben = [Frame("a00", "influence", [(0, 5), (5, 9)])]
    write_log(store, "ana", ana, ["a00"])
    write_log(store, "ben", ben, ["a00"])
    table = measure_agreement(store, book, corpus=world.corpus, level="article")
    assert figure(table, "f1_overlap", "influence", kind="span")["n"] == 4
    unitized = figure(table, "alpha_u", "influence", kind="span")
    assert unitized["n"] == 3
    assert unitized["prevalence"] == pytest.approx(9 / len(world.corpus["a00"].text))
    assert unitized["reason"] == "no interval: there is only one unit or group to draw from"


def test_spans_need_texts_and_no_sentences(world, tiny):
    table = measure_agreement(tiny, tiny.codebook, corpus=world.corpus, level="article")
    assert set(table["kind"]) == {"frame", "frame_set", "span"}
    assert figure(table, "f1_exact", kind="span")["value"] == pytest.approx(2 / 5)


# --- stances ----------------------------------------------------------------------------------------------------------


def test_stances_by_hand(table):
    """One pair of both (they differ in the value), one of Ben alone: F1 = 2 * 1 / (1 + 2)."""
    found = figure(table, "detection_f1", kind="stance")
    assert (found["value"], found["n"], found["prevalence"]) == (pytest.approx(2 / 3), 3, pytest.approx(3 / 12))
    value = figure(table, "value_raw", kind="stance")
    assert (value["value"], value["n"], value["prevalence"]) == (0.0, 1, 1 / 2)
    assert figure(table, "value_alpha", kind="stance")["value"] == 0.0
    assert figure(table, "value_alpha_ordinal", kind="stance")["value"] == 0.0
    assert figure(table, "value_raw", "oppose", kind="stance")["value"] == 0.0
    assert figure(table, "holder_overlap", kind="stance")["value"] == 1.0
    holder = figure(table, "holder_raw", kind="stance")
    assert pd.isna(holder["value"]) and holder["reason"], "the holders have words and no entity"
    target = figure(table, "target_raw", kind="stance")
    assert (target["value"], target["n"], target["prevalence"]) == (1.0, 1, 1.0)
    assert pd.isna(figure(table, "target_alpha", kind="stance")["value"])


def test_values_outside_the_order_are_left_out_of_ordinal_alpha(world, tmp_path):
    """oppose < support in the small codebook; a third value has no rank."""
    path = write_codebook(tmp_path)
    path.write_text(path.read_text("utf-8") + "\n[[stance]]\nid = 'neutral'\ndefinition = 'Reported.'\n", "utf-8")
    book = Codebook.read(path)
    store = AnnotationStore(tmp_path, world.corpus, book)
    spots = [(0, 4), (5, 9), (10, 14)]
    for coder, values in (("ana", "oppose support neutral"), ("ben", "oppose support oppose")):
        stances = [
            Stance("a00", value, holder="author", target=Slot(Span(*spot)))
            for value, spot in zip(values.split(), spots, strict=True)
        ]
        write_log(store, coder, stances, ["a00"])
    table = measure_agreement(store, book, parses=world.parses)
    assert figure(table, "value_raw", kind="stance")["n"] == 3
    ordinal = figure(table, "value_alpha_ordinal", kind="stance")
    assert (ordinal["value"], ordinal["n"]) == (1.0, 2)


# --- who, what, which version -----------------------------------------------------------------------------------------


def test_gold_and_models_are_left_out_unless_asked(tiny):
    assert choose_coders(tiny, None) == ["ana", "ben"]
    table = measure_agreement(tiny, tiny.codebook, level="article", coders=["ana", "gold"])
    assert figure(table, "raw")["value"] == 1.0 and figure(table, "raw", "influence")["n"] == 1
    assert set(table["coders"]) == {"ana+gold"}


def test_three_coders_of_whom_each_finished_a_part(world, tiny):
    """Cem finished a00 and a02, Ana all three, Ben a00 and a01: a unit counts when two of them judged it."""
    add_coder(tiny, "cem", [Frame("a00", "influence", [(0, 2)]), Frame("a02", "influence", [(0, 3)])], ["a00", "a02"])
    coding = line_up(tiny, parses=world.parses)
    assert {a.id: a.coders for a in coding.articles} == {
        "a00": ("ana", "ben", "cem"),
        "a01": ("ana", "ben"),
        "a02": ("ana", "cem"),
    }
    table = measure_agreement(tiny, tiny.codebook, parses=world.parses)
    sentences = {name: len(world.parses[name].sentences) for name in ("a00", "a01", "a02")}
    whole = "ana+ben+cem"
    assert figure(table, "alpha", "influence", coders=whole)["n"] == sum(sentences.values())
    for pair, articles in {"ana+ben": "a00 a01", "ana+cem": "a00 a02", "ben+cem": "a00"}.items():
        n = sum(sentences[name] for name in articles.split())
        assert figure(table, "cohen_kappa", "influence", coders=pair)["n"] == n
        assert figure(table, "f1_exact", "influence", kind="span", coders=pair)["value"] is not None
    assert figure(table, "alpha_u", kind="span", coders=whole)["n"] == 6, "in a00, which all finished"
    assert figure(table, "detection_f1", kind="stance", coders="ana+ben")["value"] == pytest.approx(2 / 3)
    pooled = figure(table, "detection_f1", kind="stance", coders=whole)
    assert (pooled["value"], pooled["n"]) == (pytest.approx(2 / 6), 6)


@pytest.mark.parametrize("coders", ["[[coder]]\nid = 'ana'\nrole = 'coder'\n", CODERS])
def test_fewer_than_two_coders_are_refused(tmp_path, coders):
    book = Codebook.read(write_codebook(tmp_path))
    (tmp_path / "coders.toml").write_text(coders, "utf-8")
    store = AnnotationStore(tmp_path)
    write_log(store, "ana", [Frame("a", "ballot", salience="present")], ["a"])
    for named in (["ana"], ["ana", "ana"]):
        with pytest.raises(InputError, match="agreement needs two coders"):
            measure_agreement(store, book, level="article", coders=named)
    with pytest.raises(InputError, match="there is no coder 'zoe'"):
        measure_agreement(store, book, level="article", coders=["ana", "zoe"])


def test_sentences_without_articles_are_refused(tiny):
    with pytest.raises(InputError, match="needs the articles; give corpus="):
        measure_agreement(tiny, tiny.codebook, level="sentence")
    with pytest.raises(InputError, match="'level' parameter.*'word'"):
        measure_agreement(tiny, tiny.codebook, level="word")
    with pytest.raises(InputError, match="'interval'"):
        measure_agreement(tiny, tiny.codebook, level="article", interval=95)


def test_a_corpus_is_parsed_where_sentences_are_compared(world, tiny):
    corpus = world.corpus.filter(id="a00")
    table = measure_agreement(tiny, tiny.codebook, corpus=corpus, cache=world.cache)
    assert figure(table, "raw", "influence")["n"] == 4, "and the other articles are not in this corpus"


def test_an_article_without_a_parse_is_left_out(world, tiny):
    """A corpus may have articles that could not be parsed; agreement is then measured on the others."""
    parses = parse(world.corpus.filter(id="a00"), cache=world.cache, progress=False)
    table = measure_agreement(tiny, tiny.codebook, parses=parses, level="sentence")
    assert figure(table, "raw", "influence")["n"] == 4


def test_nothing_that_two_finished_leaves_reasons(world, tmp_path):
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    write_log(store, "ana", [Frame("a00", "ballot", [(0, 3)])], ["a00"])
    write_log(store, "ben", [Frame("a01", "ballot", [(0, 3)])], ["a01"])
    table = measure_agreement(store, book, parses=world.parses)
    assert table["value"].isna().all() and table["reason"].map(bool).all() and (table["n"] == 0).all()


def test_versions_of_the_codebook_stand_apart(world, tmp_path):
    """a00 and a01 were coded by 1.0; a01 again by 1.1, and a02 by both coders with another version each."""
    path = write_codebook(tmp_path)
    first = Codebook.read(path)
    path.write_text(path.read_text("utf-8").replace('version = "1.0"', 'version = "1.1"'), "utf-8")
    second = Codebook.read(path)
    old, new = (AnnotationStore(tmp_path, world.corpus, book) for book in (first, second))
    for coder in ("ana", "ben"):
        write_log(old, coder, [Frame("a00", "ballot", [(0, 3)])], ["a00", "a01"])
        write_log(new, coder, [Frame("a01", "ballot", [(0, 3)])], ["a01"])
    write_log(old, "ana", [], ["a02"])
    write_log(new, "ben", [Frame("a02", "ballot", [(0, 3)])], ["a02"])
    table = measure_agreement(new, second, level="article")
    assert list(dict.fromkeys(table["version"])) == ["all", "1.0", "1.0+1.1", "1.1"]
    raw = {version: figure(table, "raw", "ballot", version=version)["value"] for version in set(table["version"])}
    assert raw == {"all": pytest.approx(2 / 3), "1.0": 1.0, "1.1": 1.0, "1.0+1.1": 0.0}


def test_articles_in_which_nobody_saw_anything_belong_to_a_version_too(world, tmp_path):
    """Two empty codings agree; they must not open a version of their own beside the codebook's."""
    book = Codebook.read(write_codebook(tmp_path))
    store = AnnotationStore(tmp_path, world.corpus, book)
    for coder in ("ana", "ben"):
        write_log(store, coder, [Frame("a00", "ballot", salience="present")], ["a00", "a01"])
    assert set(measure_agreement(store, book, level="article")["version"]) == {"all"}


# --- the demo corpus --------------------------------------------------------------------------------------------------


def test_the_annotations_of_the_demo_corpus_have_every_figure(root):
    folder = root / "annotations"
    book = Codebook.read(folder / "codebook.toml")
    corpus = Corpus.read(root / "seeds")
    store = AnnotationStore(folder, corpus=corpus, codebook=book)
    table = measure_agreement(store, book, corpus=corpus, level="article", interval=0.9)
    assert tuple(table.columns) == COLUMNS
    pooled = table[table["version"] == "all"]
    frames = pooled[pooled["kind"] == "frame"]
    assert list(dict.fromkeys(frames["label"])) == [*book.frames, "all"]
    measures = frames.groupby("label")["measure"].apply(set)
    assert measures.map(lambda found: found == {"raw", "alpha", "ac1", "fleiss_kappa", "cohen_kappa"}).all()
    spans = pooled[pooled["kind"] == "span"].groupby("label")["measure"].apply(set)
    assert len(spans) == len(book.frames) + 1
    assert spans.map(lambda found: found == {"f1_exact", "f1_overlap", "alpha_u"}).all()
    coded = {a.codebook for a in store.annotations(choose_coders(store, None))}
    assert set(table["version"]) == {"all", *coded}
    assert (table["value"].notna() | table["reason"].notna()).all(), "a figure or the reason why there is none"
    assert table["prevalence"].between(0, 1).all() and (table["n"] > 0).all()
    bounded = table.dropna(subset=["value", "low", "high"])
    assert (bounded["low"] <= bounded["value"] + 1e-9).all() and (bounded["value"] <= bounded["high"] + 1e-9).all()
    assert len(bounded) == len(table.dropna(subset=["value"])), "every value has its interval"
    assert figure(table, "raw", "russian_influence")["n"] == len(store.gold().articles)
