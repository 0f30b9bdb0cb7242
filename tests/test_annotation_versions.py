"""Format versions: logs of every version ever written are read for ever; newer ones are refused with a way out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from annotation_lines import make_lines

from corpus_tools.annotation import AnnotationStore, Frame, Implicit, Slot, Stance, validate
from corpus_tools.annotation.layout import FORMAT_VERSION
from corpus_tools.annotation.records import Annotation
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

FIXTURES = Path(__file__).parent / "fixtures"


def test_every_version_has_a_stored_log() -> None:
    there = {folder.name for folder in FIXTURES.glob("annotations-v*")}
    assert there == {f"annotations-v{number}" for number in range(1, FORMAT_VERSION + 1)}


def test_a_log_of_version_1_is_read() -> None:
    """The stored log has every kind of event; what it says was written down when it was made."""
    store = AnnotationStore(FIXTURES / "annotations-v1")
    frame, stance, voiced, implied = store.annotations("coder_a")
    assert isinstance(frame, Annotation)
    assert frame.record == Frame(
        "niger", "dialogue", salience="primary", attrs={"certainty": "sure"}, confidence=0.5, origin="suggestion"
    )
    assert stance.record == Stance(
        "niger", "oppose", holder="author", target=Slot(Span(3, 8), "junta"), cue=[(30, 36)], expression="threat"
    )
    assert isinstance(stance.target, Slot) and stance.target.span is not None
    assert (stance.target.span.quote, stance.target.span.prefix, stance.target.span.suffix) == ("junta", "The", " of")
    assert voiced.extra == {"colour": "red"} and voiced.voice == Slot(Span(3, 8), "junta")
    assert implied.holder == Slot(Span(0, 2), "bloc") and [link.id for link in implied.links] == ["x1"]
    assert Implicit("author") == stance.holder
    assert store.statuses("coder_a") == {"niger": "done"}
    assert [event.event for event in store.history("a9")] == ["add", "revise"]
    assert len(store.rejections()) == 2 and len(store.events("coder_a")) == 14 and store.conflicts() == []


def test_an_old_log_is_continued_and_not_rewritten(tmp_path: Path) -> None:
    folder = tmp_path / "annotations"
    shutil.copytree(FIXTURES / "annotations-v1", folder)
    before = (folder / "coder_a.jsonl").read_bytes()
    with AnnotationStore(folder).writer("coder_a") as log:
        log.add(Frame("niger", "dialogue", [(0, 5)]))
    after = (folder / "coder_a.jsonl").read_bytes()
    assert after.startswith(before)
    last = json.loads(after[len(before) :])
    assert (last["v"], last["seq"]) == (FORMAT_VERSION, 15)


def test_a_newer_log_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "ana.jsonl"
    newer = make_lines(1)[0].replace(b'"v":1', b'"v":%d' % (FORMAT_VERSION + 1))
    path.write_bytes(b"\n".join([make_lines(1)[0], newer, b""]))
    store = AnnotationStore(tmp_path)
    for use in (store.to_frame, lambda: store.writer("ana")):
        with pytest.raises(InputError, match=r"ana\.jsonl:2: .* is newer than this release.*; update corpus_tools"):
            use()
    assert "update corpus_tools" in validate(tmp_path)[0].remedy


def test_a_new_optional_key_needs_no_new_version(tmp_path: Path) -> None:
    """A release of tomorrow may write more keys; today's keeps them when it revises."""
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log:
        name = log.add(Frame("niger", "dialogue", [(0, 5)], extra={"mood": {"kind": "irony"}}))
        (found,) = store.annotations()
        log.revise(name, Frame("niger", "sovereignty", [(0, 5)], extra=found.extra))
    assert store.annotations()[0].extra == {"mood": {"kind": "irony"}}
