"""Validation: everything that is wrong with a folder of annotations, one line each, whatever the files hold."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.coders import read_coders
from corpus_tools.annotation.folding import Conflict, State, fold
from corpus_tools.annotation.reading import LogContent, check_log_name, list_logs, read_log
from corpus_tools.annotation.repair import damaged_path
from corpus_tools.text.errors import InputError, InputWarning

if TYPE_CHECKING:
    from corpus_tools.text.corpus import Corpus

__all__ = ["Problem", "validate"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``str(problem)`` is ``file:line: what; remedy``.

    Attributes
    ----------
    file : str
        The path of the file.
    line : int
        Its line from 1; 0 when the fault is not of one line.
    what, remedy : str
        What is wrong, and what to do about it.
    severity : str
        ``error``, or ``unverified`` where nothing shows that it is wrong or right.
    kind : str
        ``gap`` where lines are missing between others that are sound, else ``record``.
    """

    file: str
    line: int
    what: str
    remedy: str
    severity: str = "error"
    kind: str = "record"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        mark = "" if self.severity == "error" else f"{self.severity}: "
        return " ".join(f"{place}: {mark}{self.what}; {self.remedy}".splitlines())


def validate(path: str | Path, corpus: Corpus | None = None, codebook: Codebook | None = None) -> list[Problem]:
    """Check a folder of annotations, or one log, and return what is wrong.

    Parameters
    ----------
    path
        The folder or the ``.jsonl`` file.
    corpus
        The articles to compare with; None leaves texts uncompared.
    codebook
        The label scheme; without one, the folder's own ``codebook.toml`` if it is there.

    Returns
    -------
    list of Problem
        In the order of files and lines; empty when all is well. Bad content never raises.
    """
    path = Path(path)
    if not path.exists():
        return [Problem(str(path), 0, "there is no such file or folder", "give the folder of the annotations")]
    folder = path if path.is_dir() else path.parent
    found, problems = _read_codebook(folder / "codebook.toml") if codebook is None else (codebook, [])
    problems += _coder_problems(folder / "coders.toml")
    checker = Checker(corpus, found)
    logs = list_logs(folder) if path.is_dir() else [path]
    states: list[tuple[Path, LogContent, State]] = []
    for log in logs:
        try:
            check_log_name(log)
            content = read_log(log)
        except InputError as error:
            problems.append(Problem(str(log), 0, error.what, error.remedy or "correct the file"))
            continue
        state = fold(content.entries)
        states.append((log, content, state))
        problems += _log_problems(log, content, state, checker)
    return problems + (_decision_problems(states) if path.is_dir() else [])


def _read_codebook(path: Path) -> tuple[Codebook | None, list[Problem]]:
    if not path.exists():
        return None, []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", InputWarning)
            book = Codebook.read(path)
    except InputError as error:
        return None, [_from_error(path, error)]
    return book, [Problem(str(path), 0, str(warning.message), "correct the key", "unverified") for warning in caught]


def _coder_problems(path: Path) -> list[Problem]:
    try:
        read_coders(path)
    except InputError as error:
        return [_from_error(path, error)]
    return []


def _from_error(path: Path, error: InputError) -> Problem:
    where = (error.where or "").removeprefix(str(path)).strip(": ")
    return Problem(str(path), 0, f"{where}: {error.what}" if where else error.what, error.remedy or "correct the file")


def _log_problems(path: Path, content: LogContent, state: State, checker: Checker) -> Iterable[Problem]:
    file = str(path)
    found = [Problem(file, bad.line, f"{bad.what} (byte {bad.byte})", bad.remedy) for bad in content.damage]
    current = _current_lines(state)
    for entry in content.entries:
        for fault in checker.faults(entry.fields):
            if entry.number in current:
                found.append(Problem(file, entry.number, fault.what, fault.remedy, fault.severity))
            elif fault.severity == "error":
                # What was replaced cannot be corrected any more, nor need it be: no line is ever rewritten.
                remedy = f"{fault.remedy} (the record was replaced since)"
                found.append(Problem(file, entry.number, fault.what, remedy, "unverified"))
    gaps = [*_sequence_problems(file, content), *_lost_bases(file, content, state)]
    if damaged_path(path).exists():
        remedy = f"what repair took out is in {damaged_path(path).name}; restore it from a copy, or code it again"
        gaps = [replace(gap, severity="unverified", remedy=remedy) for gap in gaps]
    found += gaps
    found += _state_problems(file, content, state)
    found.sort(key=lambda problem: problem.line or 1 << 60)
    return found


def _current_lines(state: State) -> set[int]:
    """Return the numbers of the lines that say how things stand."""
    open_ends = (end for ends in state.open_ends.values() for end in ends)
    return {entry.number for entry in chain(state.heads.values(), state.statuses.values(), state.rejected, open_ends)}


def _sequence_problems(file: str, content: LogContent) -> Iterator[Problem]:
    """Find gaps in `seq`: lines that were taken out. Numbers that occur twice are the trace of a merge, and fine."""
    if content.damage:
        return  # the bad lines are the gaps
    by_seq = sorted((entry.seq, entry.number) for entry in content.entries)
    expected = 1
    for seq, number in by_seq:
        if seq > expected:
            missing = f"seq {expected}" if seq == expected + 1 else f"seq {expected} to {seq - 1}"
            yield Problem(
                file,
                number,
                f"{missing} is missing before this line's seq {seq}",
                "restore the lines from a copy or from git",
                kind="gap",
            )
        expected = max(expected, seq + 1)


def _lost_bases(file: str, content: LogContent, state: State) -> Iterator[Problem]:
    for entry in state.lost_bases if not content.damage else ():  # else a bad line may be the one that is missed
        what = f"the event replaces {entry.base}, which is not in the log"
        yield Problem(file, entry.number, what, "restore the missing line from a copy or from git")


def _state_problems(file: str, content: LogContent, state: State) -> Iterator[Problem]:
    if content.torn is not None:
        last = len(content.entries) + len(content.damage) + 1
        yield Problem(
            file, last, f"the last line is unfinished (byte {content.torn})", "the next writer moves it to a .torn file"
        )
    lines_of: dict[str, list[int]] = {}
    for entry in content.entries:
        lines_of.setdefault(entry.event_id, []).append(entry.number)
    for conflict in state.conflicts:
        numbers = sorted({number for event_id in conflict.event_ids for number in lines_of[event_id]})
        yield _conflict_problem(file, conflict, numbers)


def _conflict_problem(file: str, conflict: Conflict, numbers: list[int]) -> Problem:
    places = " and ".join(map(str, numbers))
    if conflict.kind == "fork":
        what, remedy = (
            f"annotation {conflict.id} was changed in two ways (lines {places})",
            "decide with revise or retract",
        )
    elif conflict.kind == "event":
        what, remedy = (
            f"event {conflict.event_ids[0]} has two contents (lines {places})",
            "find out which was written first",
        )
    else:
        what, remedy = (
            f"the events of annotation {conflict.id} replace each other (lines {places})",
            "restore the log from a copy",
        )
    return Problem(file, numbers[-1], what, remedy)


def _decision_problems(states: list[tuple[Path, LogContent, State]]) -> list[Problem]:
    """Find decisions and links that name an annotation which no log has; a bad line may hold it."""
    if any(content.damage for _, content, _ in states):
        return []
    known = {name for _, _, state in states for name in state.heads}
    known |= {entry.id for _, _, state in states for entry in state.rejected if entry.id}
    found: list[Problem] = []
    for path, _, state in states:
        for entry in state.live():
            fields = entry.fields
            named = [*fields["decides"], *(link["id"] for link in fields["links"])]
            lost = [name for name in named if name not in known]
            if lost:
                what = f"names {', '.join(lost)}, which no log here has"
                found.append(Problem(os.fspath(path), entry.number, what, "add the log that has it, or revise"))
    return found
