"""Repair: a damaged log becomes a sound one, and nothing of it is lost.

A sound line is never touched. From a bad line, whatever is a whole record with its checksum is kept: a record that ran
into the next because a line feed was lost, or the last one when it lacks nothing but the line feed. All other bytes
move to ``<log>.damaged``. The sound log is written to a new file beside the old one, read back, and only then takes its
name; the old file stays, byte for byte, as ``<log>.before-repair``.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from corpus_tools.annotation.fields import BadLine, ForeignLine
from corpus_tools.annotation.logfile import LogFile, LogWriteError, sync_folder
from corpus_tools.annotation.reading import BOM, check_log_name, list_logs, parse_own_line, scan_log
from corpus_tools.text.errors import InputError

__all__ = ["Step", "damaged_path", "repair"]

_NEXT_RECORD = re.compile(rb'(?<=.)(?=\{"v":)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, or could not be: ``str(step)`` is ``file:line: what``.

    Attributes
    ----------
    file : str
        The log.
    line : int
        The line of the old file; 0 when it is about the whole file.
    what : str
        What was done.
    done : bool
        False when the log was left as it is, for this line needs somebody's decision.
    """

    file: str
    line: int
    what: str
    done: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


def damaged_path(log: Path) -> Path:
    """Return the file to which repair moves what is no record."""
    return log.with_name(f"{log.name}.damaged")


def repair(path: str | Path) -> list[Step]:
    """Repair a log, or all logs of a folder; sound logs are left alone.

    Returns
    -------
    list of Step
        What was done, line by line; empty when there was nothing to do.

    Raises
    ------
    LockedError
        When somebody is writing to the log; in a folder, that log is left alone with a step that says so.
    InputError
        When there is no such file, or it is no log; in a folder likewise.
    OSError
        When the disk does not take the new files; the log is then as it was.
    """
    path = Path(path)
    if not path.exists():
        raise InputError("there is no such file or folder", where=str(path), remedy="give a log, or a folder of logs")
    if not path.is_dir():
        return _repair_log(path)
    steps: list[Step] = []
    for log in list_logs(path):
        try:
            steps += _repair_log(log)
        except InputError as error:
            steps.append(Step(str(log), 0, f"left alone: {error.what}; {error.remedy}", done=False))
    return steps


def _repair_log(path: Path) -> list[Step]:
    coder = check_log_name(path)
    with LogFile(path) as log:
        data = log.read()
        content = scan_log(data, path.name)
        if not content.damage and content.torn is None:
            return []
        mending = _Mending(path, coder)
        mending.take(data)
        if all(step.done for step in mending.steps):
            mending.replace(data)
    return mending.steps


@dataclass(slots=True)
class _Mending:
    """The work on one log: the lines of the sound one, the bytes that are no records, and what was done."""

    path: Path
    coder: str
    kept: list[bytes] = field(default_factory=list)
    moved: list[bytes] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def take(self, data: bytes) -> None:
        """Take the old file apart."""
        if data.startswith(BOM):
            self._note(1, "left out the byte order mark")
        *lines, last = data.removeprefix(BOM).split(b"\n")
        for number, line in enumerate(lines, 1):
            self._take_line(number, line)
        if last:
            self._take_line(len(lines) + 1, last)
            if self.kept and self.kept[-1] == last:
                self._note(len(lines) + 1, "kept the last record, which lacked its line feed")

    def replace(self, data: bytes) -> None:
        """Write the sound log beside the old one, and let it take the name once it is safe."""
        if self.moved:
            _write(damaged_path(self.path), b"".join(piece + b"\n" for piece in self.moved), os.O_APPEND)
        new = self.path.with_name(f"{self.path.name}.repaired")
        _write(new, b"".join(line + b"\n" for line in self.kept), os.O_TRUNC)
        content = scan_log(new.read_bytes(), self.path.name)
        if content.damage or content.torn is not None or len(content.entries) != len(self.kept):
            raise LogWriteError(f"{new}: what was written does not read back; the log is as it was")
        numbers = chain([""], (f".{number}" for number in count(2)))
        names = (self.path.with_name(f"{self.path.name}.before-repair{number}") for number in numbers)
        old = next(name for name in names if not name.exists())
        _write(old, data, os.O_EXCL)
        shutil.copymode(self.path, new)
        os.replace(new, self.path)
        sync_folder(self.path.parent)
        self._note(0, f"{len(self.kept)} records are in the repaired log; the old file is {old.name}")

    def _take_line(self, number: int, line: bytes) -> None:
        fault = self._fault_of(line)
        if fault is None:
            self.kept.append(line)
        elif isinstance(fault, ForeignLine):
            self._note(number, f"left alone with the whole log: {fault.what}; {fault.remedy}", done=False)
        elif not line:
            self._note(number, "left out an empty line")
        else:
            for piece in _NEXT_RECORD.split(line):
                self._take_piece(number, piece)

    def _take_piece(self, number: int, piece: bytes) -> None:
        fault = self._fault_of(piece)
        if fault is None:
            self.kept.append(piece)
            self._note(number, "kept a whole record out of the line")
        else:
            self.moved.append(piece)
            self._note(number, f"moved {len(piece)} bytes to {damaged_path(self.path).name}: {fault.what}")

    def _fault_of(self, line: bytes) -> BadLine | None:
        try:
            parse_own_line(line, self.coder)
        except BadLine as fault:
            return fault
        return None

    def _note(self, line: int, what: str, *, done: bool = True) -> None:
        self.steps.append(Step(str(self.path), line, what, done))


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a file, or to its end, and return when it is on disk."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | mode, 0o666)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
