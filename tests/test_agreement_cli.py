"""`corpus-tools agreement`: the table, the confusion of coders and the units that they disagree on, in each form."""

from __future__ import annotations

import csv
import io
import json

import pytest
from agreement_world import add_coder, make_tiny
from small_world import influence_sentence

from corpus_tools.agreement.coded import line_up
from corpus_tools.agreement.confusion import count_confusions
from corpus_tools.agreement.disagreements import list_disagreements
from corpus_tools.agreement.table import COLUMNS
from corpus_tools.annotation.records import Frame, Slot, Stance
from corpus_tools.text.span import Span

pytest_plugins = ("small_world_fixture",)


@pytest.fixture
def tiny(world, tmp_path):
    return make_tiny(world, tmp_path)


@pytest.fixture
def call(call, world, tiny):
    return lambda *arguments: call("agreement", tiny.path, "--cache", world.cache, *arguments)


def test_confusion_by_hand(world, tiny):
    """a00: {} {i}; {i} {i}; {b} {i}; {} {}. a01: Ana's code for the whole leaves ballot open, Ben has nothing."""
    counts = count_confusions(line_up(tiny, parses=world.parses))
    frames = counts[counts["kind"] == "frame"]
    assert set(zip(frames["first_label"], frames["second_label"], frames["n"], strict=True)) == {
        ("(none)", "influence", 1),
        ("influence", "influence", 1),
        ("ballot", "influence", 1),
        ("(none)", "(none)", 3),
    }
    stances = counts[counts["kind"] == "stance"]
    assert set(zip(stances["first_label"], stances["second_label"], stances["n"], strict=True)) == {
        ("oppose", "support", 1),
        ("(none)", "oppose", 1),
    }
    assert set(counts["first"]) == {"ana"} and set(counts["second"]) == {"ben"}


def test_disagreements_by_hand(world, tiny):
    """Sentence 0: Ben alone has frame and stance; 1: one frame, opposite values; 2: another frame; 3: nothing."""
    found = list_disagreements(line_up(tiny, parses=world.parses)).to_dict("records")
    text = world.corpus["a00"].text
    assert [(row["frame_distance"], row["stance_distance"]) for row in found] == [(1, 1), (0, 1), (1, 0)]
    assert [row["score"] for row in found] == [2, 1, 1] and {row["article"] for row in found} == {"a00"}
    assert all(row["text"] == text[row["start"] : row["end"]] for row in found)
    assert found[0]["codes"] == {"ana": [], "ben": ["influence", '(author): oppose -> "Rain"']}
    assert found[1]["text"] == influence_sentence(0)
    assert found[1]["codes"]["ana"] == ["influence", '"France": oppose -> russian_influence']
    assert len(list_disagreements(line_up(tiny, parses=world.parses), limit=2)) == 2
    whole = list_disagreements(line_up(tiny, corpus=world.corpus, level="article")).to_dict("records")
    assert [row["article"] for row in whole] == ["a01", "a00"] and whole[0]["text"] == world.corpus["a01"].text
    assert list_disagreements(line_up(tiny, level="article"))["text"].isna().all()


def test_what_a_coder_left_open_is_no_confusion(world, tiny):
    """Ana coded ballot for the whole of a01, Ben a span of it: her sentences say neither yes nor no."""
    with tiny.writer("ben") as log:
        log.add(Frame("a01", "ballot", [(0, 4)]))
    with tiny.writer("ana") as log:
        log.add(Frame("a01", "influence", [(0, 4)]))
    for coders, met in ((["ana", "ben"], ("influence", "ballot")), (["ben", "ana"], ("ballot", "influence"))):
        counts = count_confusions(line_up(tiny, parses=world.parses, coders=coders))
        found = set(zip(counts["first_label"], counts["second_label"], strict=True))
        alone = tuple("(none)" if label == "ballot" else label for label in met)
        assert alone in found and not found & {met, ("(none)", "ballot"), ("ballot", "(none)")}


def test_stances_that_agree_in_part(world, tiny):
    """Of three stances in a sentence two are one in value: a third is left."""
    with tiny.writer("ben") as log:
        log.add(Stance("a01", "oppose", holder="author", target=Slot(Span(0, 4))))
        log.add(Stance("a01", "oppose", holder="author", target=Slot(Span(5, 8))))
    with tiny.writer("ana") as log:
        log.add(Stance("a01", "oppose", holder="author", target=Slot(Span(0, 4))))
    found = list_disagreements(line_up(tiny, parses=world.parses)).to_dict("records")
    assert [row["stance_distance"] for row in found if row["article"] == "a01"] == [pytest.approx(1 / 3)]


def test_disagreement_is_averaged_over_pairs(world, tiny):
    add_coder(tiny, "cem", [Frame("a00", "influence", [(0, 2)])], ["a00"])
    found = list_disagreements(line_up(tiny, parses=world.parses)).to_dict("records")
    (first,) = [row for row in found if row["start"] == 0]
    assert first["frame_distance"] == pytest.approx(2 / 3), "Ana against Ben and Cem, who agree"
    assert list(first["codes"]) == ["ana", "ben", "cem"]


def test_json_is_one_object(call, world):
    status, out, _ = call("--corpus", world.articles, "--format", "json")
    found = json.loads(out)
    assert status == 0 and set(found) == {"table", "confusion", "disagreements"}
    assert list(found["table"][0]) == list(COLUMNS)
    (raw,) = [r for r in found["table"] if (r["kind"], r["label"], r["measure"]) == ("frame", "influence", "raw")]
    assert raw["level"] == "sentence" and raw["value"] == pytest.approx(4 / 6, abs=1e-12) and raw["reason"] is None
    holder = [r for r in found["table"] if r["measure"] == "holder_raw"]
    assert holder[0]["value"] is None and holder[0]["reason"]
    assert [d["codes"]["ana"] for d in found["disagreements"]][0] == []
    assert {c["kind"] for c in found["confusion"]} == {"frame", "stance"}


def test_text_shows_all_three(call, world):
    status, out, _ = call("--corpus", world.articles)
    assert status == 0
    assert "alpha_masi" in out and "Confusion of frames: ana (rows) and ben (columns)" in out
    assert "Confusion of stances" in out and "1. a00 [0, " in out and influence_sentence(0) in out
    assert "   ana: (nothing)" in out and "   ben: influence; (author): oppose" in out


def test_csv_is_the_table(call, world):
    status, out, _ = call("--corpus", world.articles, "--level", "article", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0 and list(rows[0]) == list(COLUMNS)
    assert {row["level"] for row in rows} == {"article", "span"}


def test_without_articles_whole_articles_are_compared(call):
    status, out, _ = call("--format", "json")
    found = json.loads(out)
    assert status == 0 and {row["level"] for row in found["table"]} == {"article"}
    assert [d["text"] for d in found["disagreements"]] == [None, None]


def test_coders_are_asked_for(call):
    status, out, _ = call("--coder", "ana", "--coder", "gold", "--format", "json")
    found = json.loads(out)
    assert status == 0 and {row["coders"] for row in found["table"]} == {"ana+gold"}
    assert found["disagreements"] == []
    assert call("--coder", "ana", "--coder", "gold")[1].endswith("No unit is disputed.\n")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--level", "sentence"], 1, "needs the articles"),
        (["--coder", "ana"], 1, "agreement needs two coders"),
        (["--coder", "ana", "--coder", "zoe"], 1, "there is no coder 'zoe'"),
        (["--level", "word"], 2, "word"),
        (["--format", "xml"], 2, "xml"),
    ],
)
def test_what_is_refused(call, arguments, status, words):
    found, out, err = call(*arguments)
    assert found == status and out == "" and words in err and "Traceback" not in err
