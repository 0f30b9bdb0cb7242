"""The store: what it fills in, what it refuses, how events fold, conflicts, gold and the table."""

from __future__ import annotations

import json
import os
import random
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation import (
    Annotation,
    AnnotationStore,
    Codebook,
    Event,
    Frame,
    Implicit,
    LockedError,
    Slot,
    Stance,
    encode,
)
from corpus_tools.annotation.entries import Entry, make_entry
from corpus_tools.annotation.folding import entries_until, fold
from corpus_tools.annotation.records import payload_of
from corpus_tools.annotation.tables import COLUMNS
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError, InputWarning
from corpus_tools.text.span import Span

TEXT = "The junta 🇳🇪 refused. The bloc warned the junta of Niger."
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.1"},
        "frame": [{"id": "dialogue"}, {"id": "sovereignty"}],
        "stance": [{"id": "oppose", "order": 1}, {"id": "support", "order": 3}],
        "expression": [{"id": "threat"}],
        "entity": [{"id": "junta", "name": "Junta"}, {"id": "ecowas", "name": "ECOWAS"}],
        "attr": [{"id": "certainty", "values": ["sure", "unsure"]}, {"id": "note"}],
    }
)


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.of([Article("niger", TEXT), Article("mali", "Bamako said no.")])


@pytest.fixture
def store(tmp_path: Path, corpus: Corpus) -> AnnotationStore:
    return AnnotationStore(tmp_path / "annotations", corpus, BOOK)


def frame(**changes: Any) -> Frame:
    return replace(Frame("niger", "dialogue", [Span(4, 9)]), **changes)


def stance(**changes: Any) -> Stance:
    made = Stance(
        "niger", "oppose", holder=Slot(Span(22, 30), "ecowas"), target=Slot(Span(38, 47), "junta"), cue=[(31, 37)]
    )
    return replace(made, **changes)


# --- writing ----------------------------------------------------------------------------------------------------------


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


# --- reading ----------------------------------------------------------------------------------------------------------


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
        ("[[coder]", "cannot be read"),
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


# --- gold -------------------------------------------------------------------------------------------------------------


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


# --- table ------------------------------------------------------------------------------------------------------------


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


# --- one writer -------------------------------------------------------------------------------------------------------


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


def test_annotations_have_the_same_hash_when_equal(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        log.add(frame())
    again = AnnotationStore(store.path)
    one, two = store.annotations() + again.annotations()
    assert isinstance(one, Annotation) and one == two and len({one, two}) == 1


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
            names = sorted(entry for entry in log._state.heads)
            kind = draw(st.sampled_from(["add", "revise", "revise", "retract", "reject", "status"]))
            if kind == "status":
                log.status("niger", draw(st.sampled_from(["open", "done"])))
            elif kind == "reject":
                log.reject(frame(label=draw(labels)))
            elif kind == "add" or not names:
                log.add(frame(label=draw(labels)), id=draw(st.sampled_from([None, None, *"pqr"[: 3 - len(names)]])))
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
        try:
            work_at_random(machine, data.draw, 5)
        except InputError as error:  # an id of its own that was used before
            assert "says something else" in str(error)
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
    monkeypatch.setattr("corpus_tools.annotation.writer.current_time", lambda: left.pop(0))


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
