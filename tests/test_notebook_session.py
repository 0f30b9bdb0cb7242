"""A coding session without any screen: what is written, resumed and refused."""

from __future__ import annotations

import resource
from contextlib import contextmanager

import pytest
from session_world import ID, add_frame, command, span_of

from corpus_tools.annotation.locking import LockedError
from corpus_tools.annotation.records import Implicit, Slot
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.session import Session
from corpus_tools.text.errors import InputError

pytest_plugins = ("session_world_fixture",)


def test_a_frame_is_on_disk_when_the_call_returns(begin, stored):
    add_frame(begin())
    (found,) = stored().annotations("ana")
    assert (found.id, found.label, found.spans[0].quote, found.origin) == (ID, "influence", "France", "manual")


def test_a_stance_gets_its_entities_from_the_codebook(begin, stored):
    session = begin()
    record = {
        "type": "stance",
        "label": "oppose",
        "holder": {"span": span_of("one", "France"), "entity": "?"},
        "target": {"span": span_of("one", "Russian influence"), "entity": "?"},
        "cue": [span_of("one", "rejected")],
        "expression": None,
    }
    command(session, op="add", id=ID, article=0, record=record)
    (found,) = stored().annotations("ana")
    assert (found.holder.entity, found.target.entity) == ("france", "russian_influence")
    assert [span.quote for span in (found.holder.span, found.target.span, *found.cue)] == [
        "France",
        "Russian influence",
        "rejected",
    ]


@pytest.mark.parametrize("holder", ["author", "unspecified"])
def test_a_holder_may_be_implicit(begin, stored, holder):
    target = {"span": None, "entity": "elections"}
    record = {"type": "stance", "label": "support", "holder": {"implicit": holder}, "target": target, "cue": []}
    command(begin(), op="add", id=ID, article=0, record=record)
    (found,) = stored().annotations("ana")
    assert found.holder == Implicit(holder) and found.target == Slot(entity="elections")


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ({"op": "dance"}, "unknown"),
        (
            {"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "no", "spans": [[0, 4]]}},
            "not in",
        ),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": []}}, "words"),
        (
            {"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": [[0, 999]]}},
            "end",
        ),
        (
            {"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": [[4, 4]]}},
            "start",
        ),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": "0-4"}}, "list"),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "poem", "label": "ballot"}}, "unknown"),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "stance", "label": "oppose", "cue": []}}, "holder"),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "sha256": "0"}}, "unknown"),
        ({"op": "add", "id": ID, "article": 9, "record": {}}, "number"),
        ({"op": "add", "id": ID, "article": "one", "record": {}}, "number"),
        ({"op": "add", "id": "../x", "article": 0, "record": {}}, "id"),
        ({"op": "add", "id": 7, "article": 0, "record": {}}, "text"),
        ({"op": "revise", "id": ID, "changes": {"label": "ballot"}}, "gone"),
        ({"op": "accept", "choices": None}, "mapping"),
        ({"op": "skip", "article": 0}, "reason"),
    ],
)
def test_commands_that_do_not_fit_are_refused_and_write_nothing(begin, stored, op, message):
    session = begin()
    before = len(stored().events("ana"))
    with pytest.raises(InputError, match=message):
        command(session, **op)
    assert len(stored().events("ana")) == before


def test_the_same_judgement_is_not_added_twice(begin, stored):
    session = begin()
    add_frame(session)
    assert add_frame(session) is None, "the same command again is silently nothing"
    assert "there already" in add_frame(session, id="id-00000002")
    assert len(stored().annotations("ana")) == 1


def test_revise_changes_only_what_it_names(begin, stored):
    session = begin()
    add_frame(session)
    command(session, op="revise", id=ID, changes={"comment": "why?", "flag": True})
    command(session, op="revise", id=ID, changes={"label": "ballot"})
    (found,) = stored().annotations("ana")
    assert (found.label, found.comment, found.extra["flag"]) == ("ballot", "why?", True)


def test_a_view_that_is_behind_cannot_overwrite(begin):
    session = begin()
    add_frame(session)
    seen = session.ledger.rev
    command(session, view="v2", op="revise", id=ID, changes={"label": "ballot"})
    with pytest.raises(InputError, match="another view"):
        command(session, base_rev=seen, view="v1", op="revise", id=ID, changes={"comment": "late"})
    with pytest.raises(InputError, match="another view"):
        command(session, base_rev=seen, view="v1", op="retract", id=ID)
    command(session, base_rev=seen, view="v2", op="revise", id=ID, changes={"comment": "my own"})
    assert session.annotations[0].record.comment == "my own"


@pytest.mark.parametrize(
    ("ops", "article"),
    [
        ([], "one"),
        ([{"op": "open", "article": 2}], "three"),
        ([{"op": "done", "article": 0}], "two"),
        ([{"op": "skip", "article": 0, "reason": "not news"}, {"op": "done", "article": 1}], "three"),
        ([{"op": "open", "article": 2}, {"op": "done", "article": 2}], "one"),
        ([{"op": "done", "article": n} for n in range(3)], "three"),
    ],
)
def test_a_new_session_goes_on_where_the_last_one_was(begin, ops, article):
    session = begin()
    for op in ops:
        command(session, **op)
    assert session.article.id == article
    assert begin().article.id == article


def test_a_late_second_enter_finishes_one_article_only(begin, stored):
    session = begin()
    command(session, op="done", article=0)
    command(session, op="done", article=0)
    assert session.article.id == "two" and stored().statuses("ana") == {"one": "done", "two": "in_progress"}


def test_the_last_article_says_that_it_was_the_last(begin):
    session = begin()
    notes = [command(session, op="done", article=number) for number in range(3)]
    assert notes[:2] == [None, None] and "last one" in notes[2]


def test_seconds_and_reasons_stand_in_the_log(begin, stored):
    now = [100.0]
    session = begin(clock=lambda: now[0])
    now[0] += 30
    add_frame(session)
    now[0] += 500  # a pause counts as a minute
    command(session, op="skip", article=0, reason="a list")
    last = [event for event in stored().events("ana") if event.fields.get("status") == "skipped"][-1]
    assert (last.fields["seconds"], last.fields["comment"]) == (90.0, "a list")


def test_two_sessions_cannot_write_one_log(begin, tmp_path, corpus, book):
    begin()
    with pytest.raises(LockedError, match="is writing to it"):
        Session(corpus, AnnotationStore(tmp_path / "annotations", corpus, book), book, coder="ana")


def test_a_closed_session_says_why_it_takes_nothing(begin):
    session = begin()
    session.close("Replaced.")
    with pytest.raises(InputError, match=r"Replaced\."):
        add_frame(session)


@contextmanager
def full_disk(path):
    """No file may grow beyond the size that this one has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_after_a_full_disk_nothing_is_lost_and_work_goes_on(begin, stored, tmp_path):
    session = begin()
    add_frame(session)
    with full_disk(tmp_path / "annotations" / "ana.jsonl"), pytest.raises(OSError, match="written"):
        add_frame(session, words="Rain", id="id-00000002")
    assert [held.id for held in session.annotations] == [ID]
    add_frame(session, words="Rain", id="id-00000002")
    assert [a.id for a in stored().annotations("ana")] == [ID, "id-00000002"]
    command(session, op="undo")
    command(session, op="undo")
    assert stored().annotations("ana") == []
