"""Faults of a log's file that readers and writers must survive: torn and flipped bytes, other files in its place."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from annotation_world import FRAME, errors_in, ids_of, written

from corpus_tools.annotation import AnnotationStore, Frame, LockedError, LogWriteError, validate
from corpus_tools.annotation.reading import scan_log
from corpus_tools.text.errors import InputError, InputWarning


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return AnnotationStore(tmp_path)


@pytest.mark.parametrize("step", [23, pytest.param(1, marks=pytest.mark.slow)])
def test_a_torn_last_line_at_every_byte(store: AnnotationStore, step: int) -> None:
    path, data, ids = written(store)
    torn = path.with_name("ana.jsonl.torn")
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    for cut in [*range(last + 1, len(data) - 1, step), len(data) - 1]:
        path.write_bytes(data[:cut])
        with pytest.warns(InputWarning, match="unfinished"):
            assert ids_of(store) == ids[:2]
        assert path.read_bytes() == data[:cut] and not torn.exists()  # a reader never writes
        with pytest.warns(InputWarning, match="now in ana.jsonl.torn"), store.writer("ana") as log:
            assert path.read_bytes() == data[:last]
            new = log.add(FRAME)
        assert torn.read_bytes() == data[last:cut] + b"\n"
        assert ids_of(store) == [*ids[:2], new]
        torn.unlink()


def test_torn_lines_pile_up_without_loss(store: AnnotationStore) -> None:
    path, data, _ = written(store, 1)
    for tail in (b'{"v":1', b"\x00" * 40):
        path.write_bytes(path.read_bytes() + tail)
        with pytest.warns(InputWarning):
            store.writer("ana").close()
    assert path.read_bytes() == data
    assert path.with_name("ana.jsonl.torn").read_bytes() == b'{"v":1\n' + b"\x00" * 40 + b"\n"


def test_a_file_that_is_all_torn(store: AnnotationStore) -> None:
    path = store.path / "ana.jsonl"
    path.write_bytes(b'{"v":1,"se')
    with pytest.warns(InputWarning), store.writer("ana") as log:
        log.add(FRAME)
    assert len(ids_of(store)) == 1


@pytest.mark.parametrize("bits", [1, pytest.param(8, marks=pytest.mark.slow)])
def test_flipping_any_byte_of_a_middle_record(store: AnnotationStore, bits: int) -> None:
    """Each byte of the second line is spoilt, by one bit of it or by every one: the line is named, the others stay."""
    path, data, ids = written(store)
    first, second = data.index(b"\n") + 1, data.index(b"\n", data.index(b"\n") + 1)
    draw = random.Random(7)
    for position in range(first, second + 1):
        for bit in draw.sample(range(8), bits):
            damaged = bytearray(data)
            damaged[position] ^= 1 << bit
            content = scan_log(bytes(damaged), path.name)
            assert [bad.line for bad in content.damage][:1] == [2], position
            assert first <= content.damage[0].byte <= second
            assert {entry.id for entry in content.entries} <= set(ids) and content.entries[0].id == ids[0]


def test_a_bad_line_in_the_middle_stops_writers_and_readers(store: AnnotationStore) -> None:
    path, data, _ = written(store)
    line = data.index(b"\n") + 1
    damaged = data[: line + 40] + b"\xff" + data[line + 41 :]
    path.write_bytes(damaged)
    for use in (lambda: store.writer("ana"), lambda: ids_of(store)):
        with pytest.raises(
            InputError, match=rf"ana\.jsonl:2: not UTF-8.*\(byte {line + 40}\); run `corpus-tools repair`"
        ):
            use()
    assert path.read_bytes() == damaged
    assert errors_in(store) == [2]


def test_an_empty_line_is_a_bad_line(store: AnnotationStore) -> None:
    path, data, _ = written(store)
    path.write_bytes(data.replace(b"\n", b"\n\n", 1))
    with pytest.raises(InputError, match=r"ana\.jsonl:2"):
        ids_of(store)


def test_a_byte_order_mark_is_passed_over_once_at_the_start(store: AnnotationStore) -> None:
    path, data, ids = written(store)
    path.write_bytes(b"\xef\xbb\xbf" + data)
    assert ids_of(store) == ids
    with store.writer("ana") as log:
        new = log.add(FRAME)
    assert ids_of(store) == [*ids, new]
    path.write_bytes(data + b"\xef\xbb\xbf" + data)
    with pytest.raises(InputError, match=r"ana\.jsonl:4"):
        ids_of(store)


def test_lines_end_at_line_feeds_only(store: AnnotationStore) -> None:
    written(store)
    assert [item.comment for item in store.annotations()] == [FRAME.comment] * 3


def test_a_log_under_another_name_is_noticed(store: AnnotationStore) -> None:
    path, _, _ = written(store)
    path.rename(store.path / "ben.jsonl")
    with pytest.raises(InputError, match="by 'ana', but the file is the log of 'ben'"):
        store.annotations()


def test_the_clock_may_go_back(store: AnnotationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writer("ana") as log:
        name = log.add(FRAME)
        monkeypatch.setattr(time, "time_ns", lambda: 10**18)
        log.revise(name, Frame("niger", "later", salience="primary"))
        log.status("niger", "open")
        log.status("niger", "done")
    assert store.statuses("ana") == {"niger": "done"}
    assert [item.label for item in store.annotations()] == ["later"]
    assert [event.seq for event in store.events("ana")] == [1, 2, 3, 4]


def test_a_file_that_was_replaced_is_noticed(store: AnnotationStore) -> None:
    path, data, _ = written(store)
    with store.writer("ana") as log:
        other = path.with_name("other")
        other.write_bytes(data)
        os.replace(other, path)
        for _ in range(2):
            with pytest.raises(LogWriteError, match="replaced by another file"):
                log.add(FRAME)
    assert path.read_bytes() == data
    store.writer("ana").close()


def test_a_file_that_was_deleted_is_noticed(store: AnnotationStore) -> None:
    path, _, _ = written(store)
    with store.writer("ana") as log:
        path.unlink()
        with pytest.raises(LogWriteError, match="moved or deleted"):
            log.add(FRAME)


def test_a_file_that_grew_under_the_writer_is_noticed(store: AnnotationStore) -> None:
    path, data, _ = written(store)
    with store.writer("ana") as log:
        with path.open("ab") as rival:
            rival.write(b"x")
        with pytest.raises(LogWriteError, match="somebody else wrote to it"):
            log.add(FRAME)
    assert path.read_bytes() == data + b"x"


def test_a_symbolic_link_is_refused(store: AnnotationStore, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("elsewhere") / "secret"
    target.write_text("secret")
    (store.path / "ana.jsonl").symlink_to(target)
    with pytest.raises(InputError, match="symbolic link"):
        store.writer("ana")
    assert target.read_text() == "secret"
    assert [file.name for file in store.path.iterdir()] == ["ana.jsonl"]


def test_a_folder_in_place_of_the_log_is_bad_input(store: AnnotationStore) -> None:
    (store.path / "ana.jsonl").mkdir()
    for use in (lambda: store.writer("ana"), lambda: store.annotations()):
        with pytest.raises(InputError, match="ana.jsonl"):
            use()


def test_a_folder_without_write_permission_can_be_read(store: AnnotationStore) -> None:
    """A reader writes nothing: neither a lock nor a cache."""
    written(store)
    before = {file.name: file.stat().st_mtime_ns for file in store.path.iterdir()}
    if os.geteuid() != 0:
        store.path.chmod(0o555)
    try:
        fresh = AnnotationStore(store.path)
        fresh.to_frame()
        assert (len(fresh.annotations()), len(fresh.events("ana")), fresh.conflicts()) == (3, 3, [])
        validate(store.path)
        assert {file.name: file.stat().st_mtime_ns for file in store.path.iterdir()} == before
    finally:
        store.path.chmod(0o755)


def test_a_reader_does_not_wait_for_a_writer(store: AnnotationStore) -> None:
    """Another process reads while this one holds the lock, and sees what was acknowledged."""
    with store.writer("ana") as log:
        name = log.add(FRAME)
        read = "from corpus_tools.annotation import AnnotationStore as Store; import sys; "
        read += "print(Store(sys.argv[1]).annotations()[0].id)"
        done = subprocess.run([sys.executable, "-c", read, str(store.path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == name, done.stderr


@pytest.mark.parametrize("id", ["", "a\nb", "a\x00", "é", "x" * 201, "\u2028"])
def test_hostile_ids_are_refused(store: AnnotationStore, id: str) -> None:
    with store.writer("ana") as log:
        before = log.path.read_bytes()
        with pytest.raises(InputError, match="is not an id"):
            log.add(FRAME, id=id)
        assert log.path.read_bytes() == before
        assert log.add(FRAME, id="../../etc/passwd <script>") == "../../etc/passwd <script>"  # an id names no file


@pytest.mark.parametrize("article", ["../x", "a/b", "a\x00", "CON", "", "x" * 201, ".hidden"])
def test_hostile_article_ids_are_refused(store: AnnotationStore, article: str) -> None:
    with store.writer("ana") as log:
        with pytest.raises(InputError, match="is not an article id"):
            log.add(Frame(article, "dialogue", [(0, 5)]))
        with pytest.raises(InputError, match="is not an article id"):
            log.status(article, "done")
    assert store.events("ana") == []


def test_a_lock_that_a_dead_process_left_does_not_hold(store: AnnotationStore) -> None:
    written(store)
    (store.path / ".ana.jsonl.lock").write_text("999999999999999999999999\n")
    with store.writer("ana") as log:
        log.add(FRAME)
        with pytest.raises(LockedError, match=f"process {os.getpid()} "):
            store.writer("ana")
    assert not (store.path / ".ana.jsonl.lock").exists()
