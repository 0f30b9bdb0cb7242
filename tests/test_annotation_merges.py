"""Merges and the past: what two machines' logs add up to, and how things stood at any moment."""

from __future__ import annotations

import json
import os
import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from annotation_world import frame, make_store, stance
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation import AnnotationStore, Event, encode
from corpus_tools.annotation.entries import Entry, make_entry
from corpus_tools.annotation.folding import entries_until, fold
from corpus_tools.annotation.identifiers import IdSource, uuid7
from corpus_tools.annotation.records import payload_of
from corpus_tools.text.errors import InputError, InputWarning


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return make_store(tmp_path / "annotations")


# --- merges -----------------------------------------------------------------------------------------------------------


def copied(store: AnnotationStore, folder: Path) -> AnnotationStore:
    folder.mkdir()
    for file in store.path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return AnnotationStore(folder, store.corpus, store.codebook)


def merged(ours: AnnotationStore, theirs: AnnotationStore, folder: Path, base: bytes = b"") -> AnnotationStore:
    """Merge as git does with ``merge=union``: what both have once, then what either side appended."""
    folder.mkdir()
    (folder / "base").write_bytes(
        base or os.path.commonprefix([(s.path / "ana.jsonl").read_bytes() for s in (ours, theirs)])
    )
    files = [str(path) for path in (ours.path / "ana.jsonl", folder / "base", theirs.path / "ana.jsonl")]
    done = subprocess.run(["git", "merge-file", "--union", "-p", *files], capture_output=True, check=True)
    (folder / "base").unlink()
    (folder / "ana.jsonl").write_bytes(done.stdout)
    return AnnotationStore(folder, ours.corpus, ours.codebook)


@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
@pytest.mark.parametrize("decision", ["revise", "retract"])
@pytest.mark.parametrize("their_change", ["revise", "retract"])
def test_two_machines_that_changed_one_annotation(
    store: AnnotationStore, tmp_path: Path, their_change: str, decision: str
) -> None:
    with store.writer("ana") as log:
        name = log.add(frame())
    theirs = copied(store, tmp_path / "theirs")
    with store.writer("ana") as log:
        log.revise(name, frame(label="sovereignty"))
    with theirs.writer("ana") as log:
        log.add(stance())
        log.retract(name) if their_change == "retract" else log.revise(name, frame(comment="theirs"))

    one, two = merged(store, theirs, tmp_path / "one"), merged(theirs, store, tmp_path / "two")
    assert [conflict.id for conflict in one.conflicts()] == [name]
    assert one.conflicts() == two.conflicts()
    key = {item.id: item for item in one.annotations()}
    assert key == {item.id: item for item in two.annotations()}
    assert len(key) == 2 and name in key  # a retraction does not beat a judgement

    with one.writer("ana") as log:
        log.retract(name) if decision == "retract" else log.revise(name, frame(comment="decided"))
    assert one.conflicts() == []
    assert len(one.history(name)) == 5  # nothing is thrown away, and the other branch is closed
    assert [item.comment for item in one.annotations(type="frame")] == (["decided"] if decision == "revise" else [])


def test_two_machines_that_changed_different_things(store: AnnotationStore, tmp_path: Path) -> None:
    with store.writer("ana") as log:
        one, two = log.add(frame()), log.add(frame())
    theirs = copied(store, tmp_path / "theirs")
    for side, name in ((store, one), (theirs, two)):
        with side.writer("ana") as log:
            log.revise(name, frame(comment=name))
            log.add(frame())
    both = merged(store, theirs, tmp_path / "both")
    assert both.conflicts() == []
    assert [item.comment for item in both.annotations()] == [one, two, None, None]
    with both.writer("ana") as log:
        log.add(frame())
    assert both.events("ana")[-1].seq == 5  # the highest so far was 4, twice


def test_two_machines_that_decided_alike_agree(store: AnnotationStore, tmp_path: Path) -> None:
    with store.writer("ana") as log:
        name = log.add(frame())
    theirs = copied(store, tmp_path / "theirs")
    for side in (store, theirs):
        with side.writer("ana") as log:
            log.revise(name, frame(comment="same"))
    assert merged(store, theirs, tmp_path / "both").conflicts() == []


def entries_of(*changes: dict[str, Any]) -> list[Entry]:
    """Entries as they stand in a log; `crc` makes no two of them the same."""
    made = []
    for number, change in enumerate(changes, 1):
        event = change.pop("event", "add")
        head = {"v": 1, "seq": number, "event": event, "event_id": f"e{number}", "id": "a", "base": None}
        head |= {"at": "2026-11-23T20:00:00.000Z", "coder": "ana", "codebook": None, "article": "niger"}
        record = {} if event == "retract" else payload_of(frame())
        fields = {**head, **record, **change, "crc": f"{number:08x}"}
        made.append(make_entry(fields, json.dumps(fields).encode()))
    return made


@pytest.mark.parametrize(
    ("changes", "kinds", "head", "lost"),
    [
        ([{}, {"event": "revise", "base": "e1"}], [], "e2", []),
        ([{}, {"label": "sovereignty"}], ["fork"], "e2", []),  # added twice
        ([{}, {}], [], "e2", []),  # added twice with the same content
        ([{}, {"event_id": "e1", "label": "sovereignty"}], ["event"], "e1", []),
        ([{}, {"event_id": "e1", "id": "b"}], ["event"], "e1", []),
        ([{}, {"event": "revise", "base": "e9"}], [], "e2", ["e2"]),
        ([{}, {"event": "revise", "base": "e9", "label": "sovereignty"}], ["fork"], "e2", ["e2"]),
        ([{"event": "revise", "base": "e2"}, {"event": "revise", "base": "e1"}], ["cycle"], "e2", []),
        ([{}, {"event": "revise", "base": "e2"}], ["cycle"], "e1", []),  # replaces itself
        ([{}, {"event": "retract", "base": "e1"}, {"event": "retract", "base": "e1"}], [], "e3", []),
    ],
)
def test_folding_of_odd_logs_in_any_order(
    changes: list[dict[str, Any]], kinds: list[str], head: str, lost: list[str]
) -> None:
    entries = entries_of(*map(dict, changes))
    for seed in range(6):
        random.Random(seed).shuffle(entries)
        state = fold(entries)
        assert [conflict.kind for conflict in state.conflicts] == kinds
        assert [entry.event_id for entry in state.heads.values()] == [head]
        assert [entry.event_id for entry in state.lost_bases] == lost


def test_a_repeated_line_counts_once(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        log.add(frame())
    path = store.path / "ana.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    assert len(store.annotations()) == 1 and store.conflicts() == []


def test_conflicts_are_told(store: AnnotationStore) -> None:
    entries = entries_of({}, {"label": "sovereignty"})
    store.path.mkdir()
    (store.path / "ana.jsonl").write_bytes(b"".join(encode(Event(entry.fields)) for entry in entries))
    with pytest.warns(InputWarning, match="1 conflicts are undecided"):
        assert len(store.conflicts()) == 1


@given(st.data())
@hypothesis_settings(max_examples=60, deadline=None)
def test_any_merge_folds_to_the_same_state_in_any_order(data: st.DataObject) -> None:
    """Random events over two annotations: chains, forks, cycles, lost bases and event ids used twice."""
    kinds = st.sampled_from(["add", "revise", "retract", "reject"])
    names = st.sampled_from(["e1", "e2", "e3", "e4", "e5", "e6"])
    changes = []
    for _ in range(data.draw(st.integers(1, 7))):
        event = data.draw(kinds)
        base = data.draw(names) if event in ("revise", "retract") else None
        change = {"event": event, "base": base, "event_id": data.draw(names), "seq": data.draw(st.integers(1, 4))}
        changes.append({**change, "id": data.draw(st.sampled_from("ab")), "label": data.draw(st.sampled_from("xy"))})
    entries = entries_of(*changes)
    shuffled = data.draw(st.permutations(entries))
    one, two = fold(entries), fold(shuffled)
    assert (list(one.heads.items()), one.conflicts) == (list(two.heads.items()), two.conflicts)
    by_id = {entry.id for entry in entries if entry.event != "reject"}
    assert set(one.heads) <= by_id
    for key in by_id - set(one.heads):  # only an event whose id has another content may vanish, and that is told
        assert any(conflict.kind == "event" for conflict in one.conflicts), key


def work_at_random(store: AnnotationStore, draw: st.DrawFn, most: int) -> None:
    """Some hours of one coder at one machine."""
    labels = st.sampled_from(["dialogue", "sovereignty"])
    with store.writer("ana") as log:
        for _ in range(draw(st.integers(0, most))):
            names = sorted(entry for entry in log._log.state.heads)
            kind = draw(st.sampled_from(["add", "revise", "revise", "retract", "reject", "status"]))
            if kind == "status":
                log.status("niger", draw(st.sampled_from(["open", "done"])))
            elif kind == "reject":
                log.reject(frame(label=draw(labels)))
            elif kind == "add" or not names:
                try:
                    log.add(frame(label=draw(labels)), id=draw(st.sampled_from([None, None, *"pqr"[: 3 - len(names)]])))
                except InputError as error:  # an id of its own that was used before
                    assert "says something else" in str(error)
            elif kind == "revise":
                log.revise(draw(st.sampled_from(names)), frame(label=draw(labels)))
            else:
                log.retract(draw(st.sampled_from(names)))


@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
@given(st.data())
@hypothesis_settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_machines_logs_merge_to_the_same_state_in_either_order(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Real logs of two machines that went on from one log, merged by git itself."""
    folder = tmp_path_factory.mktemp("merge")
    ours = AnnotationStore(folder / "ours")
    work_at_random(ours, data.draw, 4)
    base = (ours.path / "ana.jsonl").read_bytes()
    theirs = copied(ours, folder / "theirs")
    for machine in (ours, theirs):
        work_at_random(machine, data.draw, 5)
    one, two = merged(ours, theirs, folder / "one", base), merged(theirs, ours, folder / "two", base)
    assert sorted((one.path / "ana.jsonl").read_bytes().split(b"\n")) == sorted(
        (two.path / "ana.jsonl").read_bytes().split(b"\n")
    )
    assert one.annotations() == two.annotations() and one.conflicts() == two.conflicts()
    assert one.statuses("ana") == two.statuses("ana") and one.rejections() == two.rejections()
    assert one.to_frame().equals(two.to_frame())
    there = {event.event_id for side in (ours, theirs) for event in side.events("ana")}
    assert {event.event_id for event in one.events("ana")} == there  # nothing is lost
    for conflict in one.conflicts():  # each can be decided, and is then no conflict any more
        assert conflict.id is not None
        with one.writer("ana") as log:
            log.revise(conflict.id, frame(comment="decided"))
    assert one.conflicts() == []


# --- the past ---------------------------------------------------------------------------------------------------------


def at_times(monkeypatch: pytest.MonkeyPatch, *times: str) -> None:
    left = list(times)
    monkeypatch.setattr(IdSource, "make_event", lambda _: (uuid7(), uuid7(), left.pop(0)))


def test_the_state_as_of_any_moment(store: AnnotationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    at_times(monkeypatch, *(f"2026-11-23T2{hour}:00:00.000Z" for hour in range(4)), "2026-11-24T00:00:00.000Z")
    with store.writer("ana") as log:
        one = log.add(frame())
        log.status("niger", "done")
        log.revise(one, frame(label="sovereignty"))
        log.retract(one)
        log.add(stance())

    def labels(time: Any) -> list[str]:
        return [item.label for item in store.at(time).annotations()]

    assert labels("2026-11-23T19:59:59.999Z") == []
    assert labels("2026-11-23T20:00:00.000Z") == labels("2026-11-23T22:30:00+01:00") == ["dialogue"]
    assert labels(datetime(2026, 11, 23, 22, 0, 0, 999, tzinfo=UTC)) == ["sovereignty"]
    assert labels("2026-11-23T23:30Z") == [] and labels("2027-01-01T00:00Z") == ["oppose"]
    past = store.at("2026-11-23T20:30Z")
    assert past.statuses("ana") == {} and store.at("2026-11-23T21:30Z").statuses("ana") == {"niger": "done"}
    assert len(past.to_frame()) == len(past.history(one)) == len(past.events("ana")) == 1
    assert past.at("2026-11-23T22:00Z").annotations()[0].label == "sovereignty"
    assert store.at("2026-11-23T21:00Z").gold("ana").articles == ("niger",) and past.gold("ana").articles == ()
    with pytest.raises(InputError, match="is past; write with the store itself"):
        past.writer("ana")


@pytest.mark.parametrize("time", ["2026-11-23T20:00:00", "yesterday", "2026-11-23", datetime(2026, 1, 1), 17, None])
def test_a_moment_without_a_time_zone_is_none(store: AnnotationStore, time: Any) -> None:
    with pytest.raises(InputError, match="known time zone"):
        store.at(time)


def test_the_past_of_a_clock_that_went_back(store: AnnotationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event was not there before what it replaces, whatever its clock says."""
    at_times(monkeypatch, "2026-11-23T20:00:00.000Z", "2026-11-23T10:00:00.000Z", "2026-11-23T11:00:00.000Z")
    with store.writer("ana") as log:
        name = log.add(frame())
        log.revise(name, frame(label="sovereignty"))
        log.retract(name)
    assert store.at("2026-11-23T12:00Z").events("ana") == [] == store.at("2026-11-23T12:00Z").conflicts()
    assert [event.event for event in store.at("2026-11-23T20:00Z").events("ana")] == ["add", "revise", "retract"]


@given(st.data())
@hypothesis_settings(max_examples=40, deadline=None)
def test_any_moment_of_any_log_folds_without_a_torn_chain(data: st.DataObject) -> None:
    names, changes = ["e1", "e2", "e3", "e4", "e5", "e6"], []
    for number in range(data.draw(st.integers(1, 6))):
        base = data.draw(st.sampled_from([None, *names]))
        at = f"2026-11-23T20:00:0{data.draw(st.integers(0, 9))}.000Z"
        changes.append({"event": "revise" if base else "add", "base": base, "event_id": names[number], "at": at})
    entries = entries_of(*changes)
    for second in range(10):
        moment = f"2026-11-23T20:00:0{second}.000Z"
        there = entries_until(entries, moment)
        assert all(entry.at <= moment for entry in there)
        known = {entry.event_id for entry in entries}
        assert all(
            entry.base in {e.event_id for e in there} or entry.base not in known for entry in there if entry.base
        )
        assert set(entries_until(there, moment)) == set(there)


def test_the_history_of_an_annotation_over_several_logs(store: AnnotationStore) -> None:
    with store.writer("ben") as ben, store.writer("ana") as ana:
        ben.add(frame(), id="shared")
        ana.add(frame(), id="shared")
        ben.revise("shared", frame(label="sovereignty"))
    found = store.history("shared")
    assert [(event.coder, event.event, event.line) for event in found] == [
        ("ana", "add", 1), ("ben", "add", 1), ("ben", "revise", 2),
    ]  # fmt: skip
