"""Reading a store: annotations, coders and their roles, gold, and the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotation_world import frame, make_store, stance

from corpus_tools.annotation import (
    Annotation,
    AnnotationStore,
    Frame,
    Implicit,
)
from corpus_tools.annotation.tables import COLUMNS
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return make_store(tmp_path / "annotations")


def test_annotations_are_filtered(store: AnnotationStore) -> None:
    with store.writer("ana") as ana, store.writer("ben") as ben:
        ana.add(frame())
        ana.add(Frame("mali", "dialogue", salience="primary"))
        ben.add(stance())
    assert len(store.annotations()) == 3
    assert [item.coder for item in store.annotations(article="niger")] == ["ana", "ben"]
    assert [item.article for item in store.annotations(coder="ana", type="frame")] == ["niger", "mali"]
    assert [item.type for item in store.annotations(coder=["ben"])] == ["stance"]
    for wrong in ({"coder": "eve"}, {"type": "mood"}):
        with pytest.raises(InputError):
            store.annotations(**wrong)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path / "none")
    assert store.annotations() == [] and store.coders == {} and store.conflicts() == []
    assert not (tmp_path / "none").exists()


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="is not a folder"):
        AnnotationStore(tmp_path / "x")


def test_a_reader_sees_what_was_written_meanwhile(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        for count in range(1, 4):
            log.add(frame())
            assert len(store.annotations("ana")) == count


def test_coders_and_their_roles(store: AnnotationStore) -> None:
    with store.writer("zoe") as log:
        log.add(frame())
    (store.path / "coders.toml").write_text('[[coder]]\nid = "gold"\nrole = "adjudicator"\n[[coder]]\nid = "ana"\n')
    assert [(name, coder.role) for name, coder in store.coders.items()] == [
        ("gold", "adjudicator"),
        ("ana", "coder"),
        ("zoe", "coder"),
    ]
    assert store.annotations("ana") == [] and store.statuses("gold") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[coder]", "not TOML"),
        ('[[coder]]\nid = "../x"', "cannot name a file"),
        ('[[coder]]\nid = "a"\nrole = "boss"', "use one of coder, adjudicator, model"),
        ('[[coder]]\nid = "a"\n[[coder]]\nid = "a"', "occurs twice"),
        ('[[coder]]\nrole = "model"', "has no id"),
        ('[[coder]]\nid = "a"\nrol = "model"', "unknown key rol"),
        ('[coder]\nid = "a"', r"write \[\[coder\]\]"),
    ],
)
def test_bad_coders_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "coders.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        _ = AnnotationStore(tmp_path).coders


def test_gold_is_the_adjudicators_log(store: AnnotationStore) -> None:
    with store.writer("ana") as ana, store.writer("boss") as boss:
        one = ana.add(frame())
        boss.add(frame(decides=(one,)))
        boss.add(stance())
        boss.status("mali", "done")
        boss.status("niger", "done")
        boss.status("mali", "open")
        boss.status("mali", "done")
    with pytest.raises(InputError, match="no adjudicator"):
        store.gold()
    (store.path / "coders.toml").write_text('[[coder]]\nid = "boss"\nrole = "adjudicator"\n')
    gold = store.gold()
    assert (gold.coder, gold.articles, gold.codebook_versions) == ("boss", ("mali", "niger"), ("1.1",))
    assert [item.decides for item in gold.annotations(article="niger", type="frame")] == [(one,)]
    assert [item.type for item in gold.annotations()] == ["frame", "stance"]
    assert store.gold(policy="ana").coder == "ana"
    with pytest.raises(InputError, match="known: boss, ana"):
        store.gold(policy="majority_of_none")


def test_the_table(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        name = log.add(frame(spans=(Span(4, 9), Span(13, 20)), voice="author", salience="present"))
        log.add(Frame("niger", "dialogue", salience="primary"))
        log.add(stance(holder=Implicit("unspecified"), expression="threat"))
    table = store.to_frame()
    assert tuple(table.columns) == COLUMNS
    first, whole, third = (row for _, row in table.iterrows())
    assert (first.id, first.start, first.end, first.quote) == (name, 4, 20, "junta ... refused")
    assert (first.spans, first.voice, first.salience) == (((4, 9), (13, 20)), "author", "present")
    assert table.start.isna().tolist() == [False, True, False] and whole.spans == ()
    assert (third.holder, third.target, third.target_entity, third.cue) == (
        "unspecified",
        (38, 47),
        "junta",
        ((31, 37),),
    )
    assert (third.quote, third.target_quote, third.expression) == ("warned", "the junta", "threat")
    assert str(table.start.dtype) == "Int64" and str(table["at"].dt.tz) == "UTC"


def test_an_empty_table_has_the_same_columns_and_types(store: AnnotationStore) -> None:
    empty = store.to_frame()
    with store.writer("ana") as log:
        log.add(frame())
    full = store.to_frame("ana")
    assert tuple(empty.columns) == COLUMNS and len(empty) == 0
    assert [str(kind) for kind in empty.dtypes[["start", "label", "spans"]]] == [
        str(kind) for kind in full.dtypes[["start", "label", "spans"]]
    ]


def test_annotations_have_the_same_hash_when_equal(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        log.add(frame())
    again = AnnotationStore(store.path)
    one, two = store.annotations() + again.annotations()
    assert isinstance(one, Annotation) and one == two and len({one, two}) == 1


def test_an_id_that_is_none_has_no_history(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log:
        log.status("niger", "done")
    assert store.history(None) == []  # type: ignore[arg-type]
