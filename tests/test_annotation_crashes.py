"""Rival processes, SIGKILL and bad disks, for real: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from annotation_world import FRAME, errors_in, ids_of, written

from corpus_tools.annotation import AnnotationStore, Frame, LockedError, LogWriteError
from corpus_tools.text.errors import InputError


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return AnnotationStore(tmp_path)


APPENDER = """
import sys
from corpus_tools.annotation import AnnotationStore, Frame, LockedError
folder, count, wait = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "wait"
def open_writer():
    while True:
        try:
            return AnnotationStore(folder).writer("ana")
        except LockedError:
            if not wait:
                raise
written = 0
while written < count:
    with open_writer() as log:
        for _ in range(5):
            name = log.add(Frame("niger", "dialogue", [(0, 5)], comment="x" * 200))
            sys.stdout.write(name + "\\n")
            sys.stdout.flush()
            written += 1
"""


def start_appender(
    folder: Path, count: int, *, wait: bool = True, before: list[str] | None = None
) -> subprocess.Popen[str]:
    command = [
        *(before or []),
        sys.executable,
        "-W",
        "ignore",
        "-c",
        APPENDER,
        str(folder),
        str(count),
        "wait" if wait else "no",
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_another_process_is_named(store: AnnotationStore) -> None:
    with store.writer("ana"):
        rival = start_appender(store.path, 1, wait=False)
        _, errors = rival.communicate(timeout=60)
    assert rival.returncode != 0 and f"process {os.getpid()} is writing" in errors


@pytest.mark.slow
@pytest.mark.parametrize(("processes", "appends"), [(3, 40), (8, 100)])
def test_several_processes_lose_and_mix_nothing(store: AnnotationStore, processes: int, appends: int) -> None:
    rivals = [start_appender(store.path, appends) for _ in range(processes)]
    acknowledged = [name for rival in rivals for name in rival.communicate(timeout=300)[0].split()]
    assert [rival.returncode for rival in rivals] == [0] * processes
    assert sorted(acknowledged) == sorted(ids_of(store)) and len(acknowledged) == processes * appends
    assert [event.seq for event in store.events("ana")] == list(range(1, processes * appends + 1))
    assert errors_in(store) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
def test_kill_9_in_the_middle_of_appending(store: AnnotationStore) -> None:
    """Thousands of appends by processes that are killed at any moment: what was acknowledged is there."""
    draw, acknowledged, rounds = random.Random(3), list[str](), 0
    while len(acknowledged) < 3000:
        rounds += 1
        worker = start_appender(store.path, 100_000)
        assert worker.stdout is not None
        first = worker.stdout.readline()  # it is under way
        time.sleep(draw.uniform(0, 1.5))
        worker.send_signal(signal.SIGKILL)
        # A name that was cut off by the kill is no acknowledgement.
        said = [first, *worker.stdout.read().splitlines(True)]
        acknowledged += [line.strip() for line in said if line.endswith("\n")]
        worker.communicate()
        there = ids_of(store)
        assert set(acknowledged) <= set(there) and len(there) <= len(acknowledged) + rounds
    with store.writer("ana") as log:
        log.add(FRAME)
    assert [event.seq for event in store.events("ana")] == list(range(1, len(ids_of(store)) + 1))
    assert errors_in(store) == [] and rounds > 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_neither_writes_nor_unlocks(store: AnnotationStore) -> None:
    with store.writer("ana") as log:
        child = os.fork()
        if child == 0:
            try:
                log.add(FRAME)
                code = 1
            except LogWriteError:
                code = 0
            log.close()
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pytest.raises(LockedError):
            store.writer("ana")
        log.add(FRAME)


def test_a_write_that_fits_only_in_part_is_taken_back(store: AnnotationStore) -> None:
    path, data, ids = written(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with store.writer("ana") as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(data) + 100, hard))  # a real short write: 100 bytes fit
        try:
            with pytest.raises(LogWriteError, match="only 100 of [0-9]+ bytes fitted"):
                log.add(FRAME)
            assert path.read_bytes() == data
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        new = log.add(FRAME)  # the handle is good: only room was missing
    assert ids_of(store) == [*ids, new]
    assert [event.seq for event in store.events("ana")] == [1, 2, 3, 4]


def test_a_write_that_does_not_fit_at_all(store: AnnotationStore) -> None:
    path, data, _ = written(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with store.writer("ana") as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(data), hard))
        try:
            with pytest.raises(LogWriteError, match="nothing was written"):
                log.add(FRAME)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == data


def test_a_line_beyond_the_limit_is_not_written(store: AnnotationStore) -> None:
    path, data, _ = written(store)
    with store.writer("ana") as log, pytest.raises(InputError, match="at most 1,000,000"):
        log.add(Frame("niger", "dialogue", [(0, 5)], comment="x" * 1_000_000))
    assert path.read_bytes() == data


def strace(*inject: str) -> list[str]:
    tool = shutil.which("strace")
    probe = [tool, "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"] if tool else None
    if probe is None or subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("strace is missing or may not trace here")
    return [str(tool), "-qq", "-o", "/dev/null", *(part for rule in inject for part in ("-e", f"inject={rule}"))]


FSYNC_FAILS = """
import sys
from corpus_tools.annotation import AnnotationStore, Frame, LogWriteError
store = AnnotationStore(sys.argv[1])
log = store.writer("ana")
for number in range(4):
    try:
        print("ok", log.add(Frame("niger", "dialogue", [(0, 5)])))
    except LogWriteError as error:
        print("failed", error)
log.close()
with store.writer("ana") as log:
    print("ok", log.add(Frame("niger", "dialogue", [(0, 5)])))
"""


def test_after_a_failed_fsync_the_handle_is_never_trusted_again(store: AnnotationStore) -> None:
    # The first two fsyncs make the file and its name durable; then each record has one. The fourth fails.
    command = [*strace("fsync:error=EIO:when=4"), sys.executable, "-c", FSYNC_FAILS, str(store.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert [line.split()[0] for line in said] == ["ok", "failed", "failed", "failed", "ok"]
    assert "could not be made safe" in said[1] and "an earlier fsync failed" in said[2]
    assert ids_of(store) == [line.split()[1] for line in said if line.startswith("ok")]
    assert [event.seq for event in store.events("ana")] == [1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 3, 4, 7])
def test_killed_at_the_nth_fsync(store: AnnotationStore, number: int) -> None:
    worker = start_appender(store.path, 50, before=strace(f"fsync:signal=SIGKILL:when={number}"))
    acknowledged = worker.communicate(timeout=120)[0].split()
    assert len(acknowledged) == max(0, number - 3)
    there = ids_of(store)
    assert there[: len(acknowledged)] == acknowledged and len(there) <= len(acknowledged) + 1
    with store.writer("ana") as log:
        log.add(FRAME)
    assert errors_in(store) == []


FSYNC_AND_CUT_FAIL = FSYNC_FAILS.split("log.close()")[0]


def test_a_record_that_cannot_even_be_taken_back_is_not_acknowledged(store: AnnotationStore) -> None:
    """The disk fails for good: at most the one record that nobody was told of may be there afterwards."""
    rules = strace("fsync:error=EIO:when=4+", "ftruncate:error=EIO:when=2+")  # the first ftruncate is the lock's
    done = subprocess.run(
        [*rules, sys.executable, "-c", FSYNC_AND_CUT_FAIL, str(store.path)], capture_output=True, text=True, timeout=120
    )
    said = done.stdout.splitlines()
    assert [line.split()[0] for line in said] == ["ok", "failed", "failed", "failed"], done.stderr
    there = ids_of(store)
    assert there[0] == said[0].split()[1] and len(there) <= 2
    with store.writer("ana") as log:
        log.add(FRAME)
    assert errors_in(store) == []


SMALL_DISK = """
import os, sys
from corpus_tools.annotation import AnnotationStore, Frame, LogWriteError, validate
frame = Frame("niger", "dialogue", [(0, 5)], comment="x" * 1200)
store = AnnotationStore(sys.argv[1])
spare = sys.argv[1] + "/spare"
with open(spare, "wb") as file:
    file.write(bytes(8192))
log, ids = store.writer("ana"), []
try:
    while True:
        ids.append(log.add(frame))
except LogWriteError as error:
    print("full", len(ids), error)
assert [item.id for item in AnnotationStore(sys.argv[1]).annotations()] == ids
data = open(store.path / "ana.jsonl", "rb").read()
assert data.endswith(b"\\n") and data.count(b"\\n") == len(ids)
os.unlink(spare)
ids.append(log.add(frame))  # room was made: the same writer goes on
log.close()
assert [item.id for item in AnnotationStore(sys.argv[1]).annotations()] == ids
print([problem for problem in validate(sys.argv[1]) if problem.severity == "error"])
"""


def test_a_disk_of_64_kilobytes_runs_full(tmp_path: Path) -> None:
    """A real full disk, on which `write` takes a part of a record and says that all is well."""
    tool = shutil.which("unshare")
    mount = f"mount -t tmpfs -o size=64k none {tmp_path}"
    if tool is None or subprocess.run([tool, "-Urm", "sh", "-c", mount], capture_output=True).returncode != 0:
        pytest.skip("a small disk cannot be mounted here: user namespaces are not allowed")
    script = tmp_path.parent / f"{tmp_path.name}.py"
    script.write_text(SMALL_DISK)
    run = f"{mount} && exec {sys.executable} -W ignore {script} {tmp_path}"
    done = subprocess.run([tool, "-Urm", "sh", "-c", run], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    full, problems = done.stdout.splitlines()
    assert full.startswith("full ") and "make room and repeat" in full and int(full.split()[1]) > 10
    assert problems == "[]"
