"""A coder's own work in memory and on disk at once: every change is in the log before it counts."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from corpus_tools.annotation.logfile import LogWriteError
from corpus_tools.annotation.records import Annotation, Event, Record
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.annotation.writer import LogWriter
from corpus_tools.notebook.past import Past
from corpus_tools.notebook.steps import Change, Judgement, Status, Step
from corpus_tools.text.errors import InputError

__all__ = ["Held", "Ledger"]


@dataclass(frozen=True, slots=True)
class Held:
    """An annotation as it stands: its record, the codebook's version, and when and by which view it last changed."""

    id: str
    record: Record
    codebook: str | None
    rev: int = 0
    view: str = ""


class Ledger:
    """The annotations, statuses and rejections of one coder, with undo and redo.

    The log stays open, and so locked, until `close`. After an error of the disk, or when another program changed the
    file, it is opened and read again, because only the file can say what is in it. A file that was deleted is written
    anew; one that lacks what was acknowledged is refused.

    Parameters
    ----------
    store
        Where the log is; it should know the corpus and the codebook.
    coder
        Whose log it is.
    key_of
        Names the suggestion that a rejected record was.

    Attributes
    ----------
    rev : int
        Grows with every change.
    last : Event or None
        The log's last event when it was opened.
    notice : str or None
        What happened to the file that the coder should know.
    """

    def __init__(self, store: AnnotationStore, coder: str, key_of: Callable[[Record], str]) -> None:
        self.coder = coder
        self.rev = 0
        self.last: Event | None = None
        self.notice: str | None = None
        self.held: dict[str, Held] = {}
        self.statuses: dict[str, str] = {}
        self.rejected: set[str] = set()
        self._key_of = key_of
        self._known: set[str] = set()
        self._seq = 0  # of the last event that was seen or written: a file that ends before it lacks something
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._log: LogWriter | None = None
        self._open(store)

    def perform(self, step: Step, *, view: str = "") -> None:
        """Write a step, and remember how to take it back.

        Raises
        ------
        InputError, OSError
            When a change does not fit, or the disk does not take it. What was written before it counts, and can be
            undone.
        """
        done = self._write(step, forward=True, view=view)
        if done.changes:
            self._done.append(done)
            self._undone.clear()

    def recall(self, name_label: Callable[[Record], str], is_current: Callable[[Record], bool]) -> None:
        """Make what the log says of former sessions undoable, as far as the records still fit their texts."""
        book = self._store.codebook
        past = Past(self._store.events(self.coder), book.version if book else None, self._key_of, name_label)
        self._done = past.current_end(past.done, is_current)
        self._undone = past.current_end(past.undone, is_current)

    def record_quietly(self, change: Status) -> None:
        """Write a status that is no step of its own: that an article was opened, or left."""
        self._write(Step("", change.article, (change,)), forward=True, view="")

    def undo(self, *, view: str = "") -> Step | None:
        """Take the last step back and return it; None when there is none."""
        return self._travel(self._done, self._undone, forward=False, view=view)

    def redo(self, *, view: str = "") -> Step | None:
        """Do again what was undone last and return it; None when there is nothing."""
        return self._travel(self._undone, self._done, forward=True, view=view)

    @property
    def next_undo(self) -> str | None:
        """What `undo` would take back, in words."""
        return self._done[-1].what if self._done else None

    @property
    def next_redo(self) -> str | None:
        """What `redo` would do, in words."""
        return self._undone[-1].what if self._undone else None

    def of_article(self, article: str) -> list[Held]:
        """Return the annotations of an article in the order in which they were first made."""
        return [held for held in self.held.values() if held.record.article == article]

    def use(self, store: AnnotationStore) -> None:
        """Go on under another store: the same folder with another codebook, or as another program left it."""
        if self._log is not None and self._log.restore():
            self.notice = "The log had been deleted; it was written anew, and nothing of it is lost."
        self.close()
        self._open(store)

    def close(self) -> None:
        """Close the log, so that others may write."""
        if self._log is not None:
            self._log.close()
            self._log = None

    @property
    def closed(self) -> bool:
        """Whether the log is closed, by `close` or by an error of the disk."""
        return self._log is None

    def _open(self, store: AnnotationStore) -> None:
        self._store = store
        self.path = store.path
        if self._seq and not (store.path / f"{self.coder}.jsonl").exists():
            raise self._missing("is gone")
        self._log = store.writer(self.coder)
        try:
            self._read(store, self._log)
        except BaseException:
            self.close()
            raise

    def _read(self, store: AnnotationStore, log: LogWriter) -> None:
        events = store.events(self.coder)
        known = {event.id for event in events if event.event == "add" and event.id}
        if log.seq < self._seq or not self._known <= known:
            raise self._missing("lacks marks that were saved in it")
        self.last = events[-1] if events else None
        self._known, self._seq = known, log.seq
        self.statuses.clear()  # the same mapping as before: the queue looks at it
        self.statuses.update(store.statuses(self.coder))
        self.rejected = {self._key_of(found.record) for found in store.rejections(self.coder)}
        before = self.held
        self.held = {found.id: self._hold(found, before) for found in store.annotations(self.coder)}

    def _hold(self, found: Annotation, before: dict[str, Held]) -> Held:
        there = before.get(found.id)
        fresh = Held(found.id, found.record, found.codebook, self.rev)
        return replace(fresh, rev=there.rev, view=there.view) if there else fresh

    def _travel(self, source: list[Step], target: list[Step], *, forward: bool, view: str) -> Step | None:
        if not source:
            return None
        done = self._write(source[-1], forward=forward, view=view)
        target.append(done)
        source.pop()
        return done

    def _write(self, step: Step, *, forward: bool, view: str) -> Step:
        """Write the changes one by one; what is written when one fails is kept as a step of its own."""
        changes = step.changes if forward else tuple(reversed(step.changes))
        written: list[Change] = []
        try:
            for change in changes:
                self._write_change(change, forward=forward, view=view)
                written.append(change)
        except OSError:
            self.close()
            raise
        finally:
            if 0 < len(written) < len(changes) and forward:
                self._done.append(replace(step, changes=tuple(written)))
        return step

    def _write_change(self, change: Change, *, forward: bool, view: str) -> None:
        """Write one change; when another program touched the file, read it again and try once more."""
        try:
            self._write_once(self._writer(), change, forward=forward, view=view)
        except LogWriteError as error:
            if error.errno != errno.ESTALE or self._log is None:
                raise
            self.use(self._store)
            self._write_once(self._writer(), change, forward=forward, view=view)
        self.rev += 1

    def _missing(self, what: str) -> LogWriteError:
        text = f"the log {what}; put the file back and try again, or run the cell again to go on with what is there"
        return LogWriteError(errno.ESTALE, text, str(self.path / f"{self.coder}.jsonl"))

    def _write_once(self, log: LogWriter, change: Change, *, forward: bool, view: str) -> None:
        if isinstance(change, Judgement):
            self._write_judgement(log, change.id, change.after if forward else change.before, view)
        elif isinstance(change, Status):
            status = change.after if forward else change.before or "open"
            seconds = round(change.seconds, 1) if forward and change.seconds is not None else None
            log.status(change.article, status, seconds, comment=change.comment if forward else None)
            self.statuses[change.article] = status
        elif forward:
            log.reject(change.record)
            self.rejected.add(change.key)
        else:  # the log keeps that it was rejected once; the suggestion is open again until it is decided anew
            self.rejected.discard(change.key)
        self._seq = log.seq

    def _write_judgement(self, log: LogWriter, id: str, record: Record | None, view: str) -> None:
        if record is None:
            log.retract(id)
            self.held.pop(id, None)
            return
        if id in self._known:
            log.revise(id, record)
        else:
            log.add(record, id=id)
            self._known.add(id)
        book = self._store.codebook
        self.held[id] = Held(id, record, book.version if book else None, self.rev + 1, view)

    def _writer(self) -> LogWriter:
        if self._log is None:
            self._open(self._store)
        if self._log is None:
            raise InputError("the log is closed", where=self.coder, remedy="run the cell again")
        return self._log


def changed_labels(held: Iterable[Held], version: str) -> dict[str, int]:
    """Count by label what was coded under another version of the codebook."""
    counts: dict[str, int] = {}
    for item in held:
        if item.codebook != version:
            counts[item.record.label] = counts.get(item.record.label, 0) + 1
    return counts
