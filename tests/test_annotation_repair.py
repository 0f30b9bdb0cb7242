"""Repair: a damaged log becomes a sound one, and every byte of the old one is still there."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from annotation_lines import make_lines
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation import AnnotationStore, Frame, LockedError, repair, validate
from corpus_tools.annotation.reading import scan_log
from corpus_tools.text.errors import InputError

LINES = make_lines(12)
BOM = b"\xef\xbb\xbf"


def log_of(folder: Path, *lines: bytes, end: bytes = b"\n") -> Path:
    path = folder / "ana.jsonl"
    path.write_bytes(b"\n".join(lines) + end)
    return path


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]


def test_a_sound_log_is_left_alone(tmp_path: Path) -> None:
    path = log_of(tmp_path, *LINES)
    assert repair(tmp_path) == repair(path) == []
    assert [file.name for file in tmp_path.iterdir()] == ["ana.jsonl"]


FLIPPED = LINES[3].replace(b"niger", b"nigel").replace(b"mali", b"nali")


@pytest.mark.parametrize(
    ("data", "kept", "moved", "told"),
    [
        # (the bytes of the log, the lines that stay, the bytes that move, what is said of which line)
        ([*LINES[:3], FLIPPED, *LINES[4:]], [*LINES[:3], *LINES[4:]], [FLIPPED], "4: moved"),
        ([LINES[0], b"rubbish\xff", LINES[1]], LINES[:2], [b"rubbish\xff"], "2: moved 8 bytes"),
        ([LINES[0], b"", LINES[1]], LINES[:2], [], "2: left out an empty line"),
        ([LINES[0] + LINES[1], LINES[2]], LINES[:3], [], "1: kept a whole record out of the line"),
        ([LINES[0][:50] + LINES[1], LINES[2]], LINES[1:3], [LINES[0][:50]], "1: moved 50 bytes"),
        ([LINES[0], b"\0" * 30 + LINES[1]], LINES[:2], [b"\0" * 30], "2: moved 30 bytes"),
        ([LINES[0] + LINES[1][:60] + LINES[2]], [LINES[0], LINES[2]], [LINES[1][:60]], "1: moved 60 bytes"),
        ([BOM + LINES[0], b"x"], LINES[:1], [b"x"], "1: left out the byte order mark"),
        ([LINES[0], BOM + LINES[1]], LINES[:2], [BOM], "2: kept a whole record out of the line"),
        ([LINES[0], b'{"v":3' + LINES[1][6:]], LINES[:1], [b'{"v":3' + LINES[1][6:]], "2: moved"),
    ],
)  # fmt: skip
def test_each_kind_of_damage(
    tmp_path: Path, data: list[bytes], kept: list[bytes], moved: list[bytes], told: str
) -> None:
    path = log_of(tmp_path, *data)
    before = path.read_bytes()
    steps = [str(step) for step in repair(path)]
    assert any(step.startswith(f"{path}:{told}") for step in steps), steps
    assert steps[-1].endswith(f"{len(kept)} records are in the repaired log; the old file is ana.jsonl.before-repair")
    assert lines_of(path) == kept
    damaged = path.with_name("ana.jsonl.damaged")
    assert (lines_of(damaged) if damaged.exists() else []) == moved
    assert path.with_name("ana.jsonl.before-repair").read_bytes() == before
    assert repair(path) == []
    with AnnotationStore(tmp_path).writer("ana") as log:
        log.add(Frame("niger", "dialogue", [(0, 5)]))


@pytest.mark.parametrize("cut", [1, 2, 40, len(LINES[1])])
def test_a_torn_end(tmp_path: Path, cut: int) -> None:
    path = log_of(tmp_path, LINES[0], LINES[1])
    path.write_bytes(path.read_bytes()[:-cut])
    steps = [str(step) for step in repair(path)]
    if cut == 1:  # only the line feed is gone: the checksum says that the record is whole
        assert "2: kept the last record, which lacked its line feed" in steps[0]
        assert lines_of(path) == LINES[:2]
    else:
        assert lines_of(path) == LINES[:1]
        assert lines_of(path.with_name("ana.jsonl.damaged")) == [LINES[1][: len(LINES[1]) - cut + 1]]


def test_a_gap_that_repair_left_is_told_and_no_error(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log:
        names = [log.add(Frame("niger", "dialogue", salience="primary")) for _ in range(4)]
        log.revise(names[1], Frame("niger", "dialogue", salience="present"))
    path = tmp_path / "ana.jsonl"
    path.write_bytes(path.read_bytes().replace(names[1].encode(), b"x" * 36, 1))
    assert {problem.line for problem in validate(tmp_path)} == {2}
    repair(tmp_path)
    problems = validate(tmp_path)
    assert [problem.severity for problem in problems] == ["unverified", "unverified"]
    assert all("ana.jsonl.damaged" in problem.remedy for problem in problems)
    assert {problem.what.split(",")[0] for problem in problems} >= {"seq 2 is missing before this line's seq 3"}
    assert [found.salience for found in store.annotations()] == ["primary", "primary", "primary", "present"]
    (tmp_path / "ana.jsonl.damaged").unlink()
    assert {problem.severity for problem in validate(tmp_path)} == {"error"}


def test_records_of_others_and_of_newer_releases_are_not_rubbish(tmp_path: Path) -> None:
    newer = make_lines(1)[0].replace(b'"v":1', b'"v":2')
    from zlib import crc32

    newer = newer[:-18] + b',"crc":"%08x"}' % crc32(newer[:-18] + b"}")
    for foreign, words in ((make_lines(1, "ben")[0], "move it to its coder's file"), (newer, "update corpus_tools")):
        path = log_of(tmp_path, LINES[0], b"rubbish", foreign)
        before = path.read_bytes()
        steps = repair(tmp_path)
        assert [step.done for step in steps] == [True, False] and words in steps[1].what
        assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["ana.jsonl"]


def test_repair_waits_for_nobody_and_disturbs_nobody(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log:
        log.add(Frame("niger", "dialogue", [(0, 5)]))
        with pytest.raises(LockedError):
            repair(tmp_path / "ana.jsonl")
        (step,) = repair(tmp_path)
        assert not step.done and "is writing to it" in step.what
        log.add(Frame("niger", "dialogue", [(0, 5)]))


def test_repairing_twice_keeps_both_old_files(tmp_path: Path) -> None:
    for rubbish in (b"one", b"two"):
        path = log_of(tmp_path, LINES[0], rubbish)
        repair(path)
    assert lines_of(path.with_name("ana.jsonl.damaged")) == [b"one", b"two"]
    assert {file.name for file in tmp_path.iterdir()} == {
        "ana.jsonl", "ana.jsonl.damaged", "ana.jsonl.before-repair", "ana.jsonl.before-repair.2",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["none", "none.jsonl"])
def test_what_is_not_there_cannot_be_repaired(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        repair(tmp_path / name)


def test_in_a_folder_other_files_do_not_stop_the_repair(tmp_path: Path) -> None:
    (tmp_path / "a note.jsonl").write_text("x")
    path = log_of(tmp_path, LINES[0], b"x")
    assert [step.done for step in repair(tmp_path)] == [False, True, True]
    assert lines_of(path) == LINES[:1]
    with pytest.raises(InputError, match="cannot name a file"):
        repair(tmp_path / "a note.jsonl")


@given(st.data())
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_leaves_a_sound_log_and_loses_no_byte(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    damaged = bytearray(b"\n".join(LINES) + b"\n")
    draw = random.Random(data.draw(st.integers(0, 10**6)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = draw.randrange(len(damaged))
        kind = draw.randrange(4)
        if kind == 0:
            damaged[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del damaged[place : place + draw.randrange(1, 80)]
        elif kind == 2:
            damaged[place:place] = draw.randbytes(draw.randrange(1, 20))
        else:
            damaged[place:place] = draw.choice(LINES)
    path = folder / "ana.jsonl"
    path.write_bytes(damaged)
    sound = [entry.line for entry in scan_log(bytes(damaged), "ana.jsonl").entries]
    steps = repair(path)
    content = scan_log(path.read_bytes(), "ana.jsonl")
    assert content.damage == [] and content.torn is None
    kept = [entry.line for entry in content.entries]
    rest = iter(kept)
    assert all(line in rest for line in sound)  # what was sound is there, in its order
    if steps:
        assert path.with_name("ana.jsonl.before-repair").read_bytes() == damaged
        moved = folder / "ana.jsonl.damaged"
        pieces = sum(map(len, kept)) + (len(moved.read_bytes().replace(b"\n", b"")) if moved.exists() else 0)
        assert pieces == len(bytes(damaged).removeprefix(BOM).replace(b"\n", b""))


def test_the_command_tells_every_step(tmp_path: Path) -> None:
    path = log_of(tmp_path, LINES[0], b"rubbish", *LINES[1:])
    run = [sys.executable, "-m", "corpus_tools", "repair", str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "2 steps, 0 left to decide\n"
    assert done.stdout.splitlines()[0] == f"{path}:2: moved 7 bytes to ana.jsonl.damaged: not JSON: Expecting value"
    again = subprocess.run(run, capture_output=True, text=True, timeout=60)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "nothing to repair\n")
    log_of(tmp_path, *make_lines(2, "ben"))
    assert subprocess.run(run, capture_output=True, timeout=60).returncode == 1
