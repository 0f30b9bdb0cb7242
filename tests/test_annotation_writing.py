"""Writing: what the store fills in, what it refuses, one writer at a time, and what scripts pass."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from annotation_world import TEXT, frame, make_store, stance

from corpus_tools.annotation import (
    AnnotationStore,
    Frame,
    LockedError,
    Slot,
    Stance,
)
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return make_store(tmp_path / "annotations")


def test_the_store_fills_in_what_it_knows(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        name = log.add(stance())
    (found,) = store.annotations()
    assert (found.id, found.coder, found.codebook) == (name, "ana", "1.1")
    assert found.sha256 == Article("niger", TEXT).fingerprint
    assert isinstance(found.holder, Slot) and found.holder.span is not None and found.target is not None
    assert found.holder.span.quote == TEXT[22:30] == "The bloc"
    assert found.cue[0].prefix == TEXT[:31] and found.cue[0].suffix == TEXT[37:69]
    assert [span.start for span in found.all_spans] == [31, 22, 38]


def test_without_corpus_and_codebook_nothing_is_filled_in(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log:
        log.add(Frame("anything", "any_label", [(0, 5)]))
    (found,) = store.annotations()
    assert (found.codebook, found.sha256, found.spans[0].quote) == (None, None, None)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (frame(label="dialog"), "'dialog' is not in codebook 1.1; did you mean dialogue"),
        (frame(article="nigeria"), "article 'nigeria' is not in the corpus"),
        (frame(sha256="0" * 64), "has changed"),
        (frame(spans=(Span(50, 58),)), "goes past the end of the text, which has 57 characters"),
        (frame(spans=(Span(4, 9, "Junta"),)), "quotes 'Junta', but the text there is 'junta'"),
        (frame(spans=(Span(4, 9, "junta", "A "),)), "stands in another context"),
        (frame(spans=()), "needs a salience"),
        (frame(voice=Slot(entity="france")), "voice entity 'france' is not in codebook"),
        (frame(voice=Slot(Span(90, 91))), "goes past the end"),
        (frame(attrs={"certainty": "so so"}), "certainty = 'so so' is not in codebook"),
        (frame(attrs={"mood": "x"}), "attribute 'mood'"),
        (frame(confidence=1.5), "from 0 to 1"),
        (frame(extra={"seq": 3}), "which the record sets"),
        (frame(extra={"label": "x"}), "which the record sets"),
        (stance(label="neutral"), "stance 'neutral'"),
        (stance(expression="praise"), "expression 'praise'"),
        (stance(holder=Slot(entity="russia")), "holder entity 'russia'"),
        (stance(target=Slot(entity="russia")), "target entity 'russia'"),
        (stance(cue=(Span(31, 37, "refused"[:6]),)), "but the text there is 'warned'"),
        ({"label": "dialogue"}, "dict is not a record"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_no_trace(store: AnnotationStore, record: Any, message: str) -> None:
    with store.writer("ana") as log:
        kept = log.add(frame())
        before = log.path.read_bytes()
        for write in (log.add, log.reject, lambda record: log.revise(kept, record)):
            with pytest.raises(InputError, match=message.replace("(", r"\(")):
                write(record)
        assert log.path.read_bytes() == before
        log.add(frame())
    assert [event.seq for event in store.events("ana")] == [1, 2]


def test_an_empty_span_is_refused(store: AnnotationStore) -> None:
    with store.writer("ana") as log, pytest.raises(InputError):
        log.add(Frame("niger", "dialogue", [Span(4, 4)]))


def test_revise_retract_and_history(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        one, two = log.add(frame()), log.add(stance())
        log.revise(one, frame(label="sovereignty"))
        log.retract(two, comment="not a stance")
        log.retract(two)  # once is enough
    assert [(item.id, item.label) for item in store.annotations("ana")] == [(one, "sovereignty")]
    assert [event.event for event in store.history(two)] == ["add", "retract"]
    assert store.history("nothing") == []
    with store.writer("ana") as log:
        log.revise(two, stance())
        log.revise(two, stance())  # the same again is no event
    assert [event.event for event in store.history(two)] == ["add", "retract", "revise"]
    assert [item.id for item in store.annotations()] == [one, two]


def test_revising_what_was_read(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        name = log.add(frame(extra={"colour": "red"}))
        (found,) = store.annotations()
        log.revise(name, replace(found.record, comment="sure"))
    (found,) = store.annotations()
    assert (found.comment, dict(found.extra)) == ("sure", {"colour": "red"})


def test_an_unknown_annotation_cannot_be_revised(store: AnnotationStore) -> None:
    with store.writer("ben") as log:
        name = log.add(frame())
    with store.writer("ana") as log:
        with pytest.raises(InputError, match="no annotation"):
            log.revise(name, frame())
        with pytest.raises(InputError, match="no annotation"):
            log.retract("x")


def test_adding_the_same_id_twice(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        assert log.add(frame(), id="mine") == log.add(frame(), id="mine") == "mine"
        with pytest.raises(InputError, match="says something else"):
            log.add(frame(label="sovereignty"), id="mine")
    assert len(store.events("ana")) == 1


def test_many_are_added_with_one_sync(store: AnnotationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """And they are numbered, in order, each revisable at once."""
    synced: list[int] = []
    true_sync = os.fsync
    with store.writer("ana") as log:
        monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(fd), true_sync(fd))[1])
        names = log.add_all(frame(spans=[(0, end)]) for end in range(1, 40))
        assert len(synced) == 1
        log.revise(names[7], frame(spans=[(1, 9)]))
    assert [event.seq for event in store.events("ana")] == list(range(1, 41))
    assert [a.id for a in store.annotations()] == names
    assert next(a for a in store.annotations() if a.id == names[7]).record.spans[0].start == 1


@pytest.mark.parametrize(
    ("records", "ids", "error"),
    [
        ([frame(), Frame("niger", "no_such_label", [(0, 5)])], [None, None], "no_such_label"),
        ([frame(), Frame("niger", "dialogue", [(0, 5_000)])], [None, None], "past the end"),
        ([frame(spans=[(0, 5)]), frame(spans=[(0, 6)])], ["one", "one"], "says something else"),
        ([frame()], ["one", "two"], "longer"),
    ],
)
def test_many_are_added_all_or_none(store: AnnotationStore, records: list[Any], ids: list[Any], error: str) -> None:
    with store.writer("ana") as log:
        with pytest.raises(ValueError, match=error):
            log.add_all(records, ids=ids)
        assert store.events("ana") == []
        kept = log.add(frame(spans=[(0, 5)]), id="one")
        assert log.add_all([frame(spans=[(0, 5)])] * 3, ids=["one", "two", "two"]) == [kept, "two", "two"]
        assert log.add_all([]) == []
    assert [a.id for a in store.annotations()] == ["one", "two"]


def test_rejections_are_kept_but_are_no_annotations(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        log.reject(frame(origin="suggestion"))
    assert store.annotations() == []
    (rejected,) = store.rejections("ana")
    assert (rejected.label, rejected.origin) == ("dialogue", "suggestion")
    assert store.rejections(article="mali") == []


def test_statuses(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        log.status("niger", "in_progress")
        log.status("mali", "done", seconds=212)
        log.status("niger", "done", 30.5)
        for article, status in (("niger", "finished"), ("sudan", "done")):
            with pytest.raises(InputError):
                log.status(article, status)
        with pytest.raises(InputError, match="seconds"):
            log.status("niger", "done", seconds=-1)
    assert store.statuses("ana") == {"niger": "done", "mali": "done"}
    assert [event.fields["seconds"] for event in store.events("ana")] == [None, 212, 30.5]


def test_a_second_writer_is_told_who_the_first_is(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        with pytest.raises(LockedError, match=f"process {os.getpid()} is writing"):
            store.writer("ana")
        log.add(frame())
        assert [item.label for item in store.annotations()] == ["dialogue"]  # reading does not wait
    with store.writer("ana") as log:
        log.add(frame())
    assert sorted(file.name for file in store.path.iterdir()) == ["ana.jsonl"]


def test_a_closed_writer_writes_no_more(store: AnnotationStore) -> None:
    log = store.writer("ana")
    log.close()
    log.close()
    with pytest.raises(OSError, match="closed"):
        log.add(frame())


def test_a_forgotten_writer_lets_go(store: AnnotationStore) -> None:
    log = store.writer("ana")
    log.add(frame())
    del log
    store.writer("ana").close()


@pytest.mark.parametrize("coder", ["../ana", "CON", "", "a/b", ".hidden"])
def test_a_coder_cannot_leave_the_folder(store: AnnotationStore, coder: str) -> None:
    with pytest.raises(InputError):
        store.writer(coder)
    assert not store.path.exists()


def test_two_coders_do_not_differ_by_case_alone(store: AnnotationStore) -> None:
    store.writer("ana").close()
    with pytest.raises(InputError, match="differs from ana.jsonl only by case"):
        store.writer("Ana")


@pytest.mark.parametrize(
    ("corpus", "codebook", "what"), [("seeds/", None, "Corpus"), (None, "codebook.toml", "Codebook")]
)
def test_a_path_in_place_of_a_corpus_or_a_codebook(tmp_path: Path, corpus: Any, codebook: Any, what: str) -> None:
    with pytest.raises(InputError, match=rf"is a path.*; give {what}\.read\("):
        AnnotationStore(tmp_path, corpus, codebook)


def test_numbers_of_numpy_are_numbers(tmp_path: Path) -> None:
    numbers = {"a": np.int64(3), "b": np.float32(0.5), "c": [np.uint8(1)]}
    with AnnotationStore(tmp_path).writer("ana") as log:
        log.add(Frame("niger", "dialogue", [(np.int64(0), np.int32(6))], attrs=numbers, confidence=np.float32(0.5)))
        log.status("niger", "done", seconds=np.float64(2.5))
        for seconds in (float("nan"), True, "2"):
            with pytest.raises(InputError, match="seconds .* is not a finite number"):
                log.status("niger", "done", seconds=seconds)  # type: ignore[arg-type]
    annotation, *_ = AnnotationStore(tmp_path).annotations()
    assert (annotation.attrs, annotation.confidence) == ({"a": 3, "b": 0.5, "c": [1]}, 0.5)
    assert AnnotationStore(tmp_path).events("ana")[1].fields["seconds"] == 2.5


@pytest.mark.parametrize("value", [pd.NA, np.array([1, 3]), float("nan"), np.array(["author", "junta"])])
def test_what_is_no_voice_and_no_holder_is_refused_or_taken_as_a_span(value: Any) -> None:
    for make in (
        lambda: Frame("niger", "dialogue", [(0, 6)], voice=value).voice,
        lambda: Stance("niger", "oppose", holder=value, target="junta").holder,
    ):
        try:
            assert make() == Slot(Span(1, 3))
        except InputError as error:
            assert "is not a span" in str(error) or "must be an integer" in str(error)


@pytest.mark.parametrize(
    "write",
    [
        lambda log: log.add(Frame("niger", "dialogue", [(0, 6)], confidence=2)),
        lambda log: log.add(Frame("niger", "dialogue", [(0, 6)]), id=3),
        lambda log: log.status("niger", "done", seconds=-1),
        lambda log: log.status("../x", "done"),
    ],
)
def test_whoever_writes_badly_is_not_sent_to_repair(tmp_path: Path, write: Any) -> None:
    with AnnotationStore(tmp_path).writer("ana") as log, pytest.raises(InputError) as caught:
        write(log)
    assert "repair" not in str(caught.value)
