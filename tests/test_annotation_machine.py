"""A store under any sequence of work, crashes, torn lines and rivals, against a model that is a dictionary."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis.strategies as st
import pytest
from annotation_lines import make_lines
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from corpus_tools.annotation import AnnotationStore, Frame, LockedError, LogWriter, validate
from corpus_tools.text.errors import InputWarning

LABELS = st.sampled_from(["dialogue", "sovereignty", "regional_security"])
TORN = make_lines(1)[0]


@contextmanager
def quietly() -> Iterator[None]:
    """Torn lines are warned of, which other tests check."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork of a process with threads
        yield


class Log(RuleBasedStateMachine):
    """One coder's log. `live` is what must be there, `gone` what was retracted, `lines` how many events there are."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "ana.jsonl"
        self.writer: LogWriter | None = None
        self.live: dict[str, str] = {}
        self.gone: set[str] = set()
        self.lines = 0
        self.torn = 0

    def open(self) -> LogWriter:
        if self.writer is None:
            with quietly():
                self.writer = AnnotationStore(self.folder).writer("ana")
        return self.writer

    @rule(label=LABELS)
    def append(self, label: str) -> None:
        self.live[self.open().add(Frame("niger", label, [(0, 5)]))] = label
        self.lines += 1

    @precondition(lambda self: self.live or self.gone)
    @rule(label=LABELS, pick=st.integers(0, 10**6))
    def revise(self, label: str, pick: int) -> None:
        names = sorted(self.live.keys() | self.gone)
        name = names[pick % len(names)]
        self.open().revise(name, Frame("niger", label, [(0, 5)]))
        self.lines += self.live.get(name) != label  # the same again is no event
        self.live[name] = label
        self.gone.discard(name)

    @precondition(lambda self: self.live)
    @rule(pick=st.integers(0, 10**6))
    def retract(self, pick: int) -> None:
        name = sorted(self.live)[pick % len(self.live)]
        self.open().retract(name)
        del self.live[name]
        self.gone.add(name)
        self.lines += 1

    @rule()
    def repeat_what_was_added(self) -> None:
        """The same id with the same content is no event: a call can be repeated after a lost answer."""
        writer = self.open()
        new = "mine" not in self.live.keys() | self.gone
        if new or self.live.get("mine") == "dialogue":
            writer.add(Frame("niger", "dialogue", [(0, 5)]), id="mine")
            self.live["mine"] = "dialogue"
            self.lines += new

    @rule()
    def reopen(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    @rule(count=st.integers(0, 3), tail=st.integers(0, len(TORN)))
    def crash(self, count: int, tail: int) -> None:
        """A process appends, begins one more record, and is killed."""
        self.reopen()
        read_end, write_end = os.pipe()
        with quietly():
            child = os.fork()
        if child == 0:
            try:
                with quietly():
                    log = AnnotationStore(self.folder).writer("ana")
                for _ in range(count):
                    os.write(write_end, f"{log.add(Frame('niger', 'dialogue', [(0, 5)]))}\n".encode())
                os.write(log._log._file._fd, TORN[:tail])
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            names = pipe.read().split()
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL and len(names) == count
        self.live |= dict.fromkeys(names, "dialogue")
        self.lines += count
        self.torn += tail > 0

    @rule(tail=st.integers(1, len(TORN)))
    def tear(self, tail: int) -> None:
        """The machine went down while a line was being written."""
        self.reopen()
        self.open()
        self.reopen()
        with self.path.open("ab") as file:
            file.write(TORN[:tail])
        self.torn += 1

    @precondition(lambda self: self.writer is not None)
    @rule()
    def come_as_a_second_writer(self) -> None:
        with pytest.raises(LockedError, match=f"process {os.getpid()} is writing"):
            AnnotationStore(self.folder).writer("ana")

    @invariant()
    def the_store_is_what_the_model_says(self) -> None:
        before = self.path.read_bytes() if self.path.exists() else b""
        with quietly():
            store = AnnotationStore(self.folder)
            if store.coders:
                assert {found.id: found.label for found in store.annotations("ana")} == self.live
                assert [event.seq for event in store.events("ana")] == list(range(1, self.lines + 1))
                assert store.conflicts() == []
        assert (self.path.read_bytes() if self.path.exists() else b"") == before  # a reader never writes

    def teardown(self) -> None:
        self.open()
        self.reopen()
        assert [problem for problem in validate(self.folder) if problem.severity == "error"] == []
        torn = self.folder / "ana.jsonl.torn"
        assert (torn.read_bytes().count(b"\n") if torn.exists() else 0) == self.torn
        shutil.rmtree(self.folder)


TestLog = Log.TestCase
TestLog.settings = hypothesis_settings(max_examples=12, stateful_step_count=20, deadline=None)


class LongLog(Log):
    """The same for longer."""


TestLongLog = pytest.mark.slow(LongLog.TestCase)
TestLongLog.settings = hypothesis_settings(max_examples=80, stateful_step_count=50, deadline=None)
