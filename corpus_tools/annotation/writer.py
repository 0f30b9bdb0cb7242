"""The writer of one coder's log: judgements in, durable events out."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codec import seal
from corpus_tools.annotation.coercion import plain_number
from corpus_tools.annotation.drafting import Unusual, draft_add, payload
from corpus_tools.annotation.entries import Entry
from corpus_tools.annotation.folding import fold, same_judgement
from corpus_tools.annotation.identifiers import IdSource, check_coder_id
from corpus_tools.annotation.layout import FORMAT_VERSION, STATUSES
from corpus_tools.annotation.logfile import LogFile, sync_folder
from corpus_tools.annotation.reading import scan_log
from corpus_tools.annotation.records import Record
from corpus_tools.text.errors import InputError, InputWarning

__all__ = ["LogWriter"]

Fields = dict[str, Any]


class LogWriter:
    """The one writer of a coder's log; `AnnotationStore.writer` makes it.

    Every method returns when its event is on disk, or raises and leaves the log as it was. A last line that a crash
    left unfinished is moved to ``<file>.torn`` when the writer opens, with a warning; any other damage makes it refuse.

    Parameters
    ----------
    folder
        The folder of the logs; it is created where there is none.
    coder
        Whose log it is.
    checker
        What judgements are held to.

    Raises
    ------
    LockedError
        When another writer has the log open.
    InputError
        When the coder's id cannot name a file, or the log is damaged.
    """

    def __init__(self, folder: Path, coder: str, checker: Checker) -> None:
        self.coder = check_coder_id(coder)
        self.path = folder / f"{coder}.jsonl"
        self._checker = checker
        self._mutex = threading.Lock()
        self._source = IdSource()
        _make_folder(folder)
        _refuse_twin(self.path)
        self._file = LogFile(self.path)
        try:
            self._take_stock()
        except BaseException:
            self._file.close()
            raise

    def add(self, record: Record, *, id: str | None = None) -> str:
        """Add an annotation and return its id.

        With an `id` of one's own the call can be repeated safely: what is already there is not written again.

        Raises
        ------
        InputError
            When the record does not fit its article or the codebook, or the id has another content already.
        LogWriteError
            When the disk does not take it.
        """
        with self._mutex:
            return (id is None and self._add_quickly(record)) or self._add([(record, id)])[0]

    def add_all(self, records: Iterable[Record], *, ids: Iterable[str | None] | None = None) -> list[str]:
        """Add annotations, all or none, and return their ids: much quicker than one by one, for the disk is asked once.

        Only a crash before it returns can leave some of them; with ids of one's own the call can then be repeated.

        Parameters
        ----------
        records
            The annotations.
        ids
            For each its id, as in `add`; None makes new ones.

        Raises
        ------
        InputError, LogWriteError
            As in `add`; then none of them was added.
        """
        with self._mutex:
            given = list(records)
            return self._add(list(zip(given, [None] * len(given) if ids is None else ids, strict=True)))

    def revise(self, id: str, record: Record, *, codebook: str | None = None) -> str:
        """Replace an annotation by a new record and return its id; a retracted one is there again.

        In a conflict the new record decides: the other branches are closed with it.

        Parameters
        ----------
        id
            The annotation.
        record
            What it is to be.
        codebook
            The version of the codebook under which it was judged; None for that of the store.

        Raises
        ------
        InputError, LogWriteError
            As in `add`; also when the log has no such annotation.
        """
        with self._mutex:
            head = self._head(id)
            fields = self._event("revise", id=id, base=head.event_id, **payload(record))
            fields["codebook"] = codebook
            unchanged = head.event != "retract" and same_judgement(head.fields, self._checker.complete(fields))
            if not unchanged or id in self._state.open_ends:
                self._remember(self._append(fields, *self._close_branches(id, head))[0])
            return id

    def retract(self, id: str, *, comment: str | None = None) -> None:
        """Take an annotation back; its history stays, and `revise` brings it back.

        Raises
        ------
        InputError, LogWriteError
            As in `revise`.
        """
        with self._mutex:
            head = self._head(id)
            if head.event == "retract" and id not in self._state.open_ends:
                return
            fields = self._event("retract", id=id, base=head.event_id, article=head.article, comment=comment)
            self._remember(self._append(fields, *self._close_branches(id, head))[0])

    def reject(self, record: Record) -> str:
        """Note that a suggestion was rejected, and return the id of the note.

        Raises
        ------
        InputError, LogWriteError
            As in `add`.
        """
        with self._mutex:
            fields = self._event("reject", **payload(record))
            self._append(fields)
            return str(fields["id"])

    def status(self, article: str, status: str, seconds: float | None = None, *, comment: str | None = None) -> None:
        """Say how far the coding of an article is: open, in_progress, done or skipped.

        Parameters
        ----------
        article
            The article's id.
        status
            One of the four; only what is ``done`` counts as completely coded.
        seconds
            How long the coder worked on it.
        comment
            Free text.

        Raises
        ------
        InputError, LogWriteError
            As in `add`.
        """
        if status not in STATUSES:
            raise InputError(f"status {status!r} is unknown", where=article, remedy=f"use one of {', '.join(STATUSES)}")
        if type(seconds) is not int:
            seconds = plain_number(seconds, "seconds")
        with self._mutex:
            fields = self._event(
                "status", article=article, status=status, seconds=seconds, comment=comment, sha256=None
            )
            self._remember(self._append(fields)[0])

    def restore(self) -> bool:
        """Write the log anew if it was deleted under the writer, and say whether it was."""
        return self._file.restore()

    @property
    def seq(self) -> int:
        """The number of the log's last event."""
        return self._seq

    def close(self) -> None:
        """Close the log, so that others may write."""
        self._file.close()

    def __enter__(self) -> LogWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_stock(self) -> None:
        content = scan_log(self._file.read(), self.path.name)
        content.refuse_damage()
        if content.torn is not None:
            torn = self._file.move_tail(content.torn)
            what = f"{self.path}: the last line was unfinished and is now in {torn.name}; repeat what was being written"
            warnings.warn(what, InputWarning, stacklevel=5)
        self._state = fold(content.entries)
        self._seq = max((entry.seq for entry in content.entries), default=0)

    def _event(self, event: str, **fields: Any) -> Fields:
        event_id, new, at = self._source.make_event()
        id = new if event in ("add", "reject") else None
        head = {"v": FORMAT_VERSION, "seq": 0, "event": event, "event_id": event_id, "id": id, "base": None, "at": at}
        return {**head, "coder": self.coder, "codebook": None, "article": None, **fields}

    def _head(self, id: str) -> Entry:
        head = self._state.heads.get(id)
        if head is None:
            raise InputError(
                f"there is no annotation {id!r}", where=str(self.path), remedy="give an id of this coder's log"
            )
        return head

    def _close_branches(self, id: str, head: Entry) -> list[Fields]:
        others = [end for end in self._state.open_ends.get(id, ()) if end.event_id != head.event_id]
        comment = "closed by the decision of a conflict"
        return [
            self._event("retract", id=id, base=end.event_id, article=head.article, comment=comment) for end in others
        ]

    def _add_quickly(self, record: Record) -> str | None:
        """Append a record under a new id; None when it is for the strict way."""
        try:
            entry = draft_add(record, self._seq + 1, self.coder, self._checker, self._source)
        except Unusual:
            return None
        self._file.append(entry.line + b"\n")
        self._seq += 1
        id = str(entry.id)
        self._state.heads[id] = entry
        return id

    def _add(self, records: Sequence[tuple[Record, str | None]]) -> list[str]:
        """Append what is not there yet; return the ids of all."""
        new: dict[str, Fields] = {}
        ids = []
        for record, id in records:
            fields = self._event("add", **({} if id is None else {"id": id}), **payload(record))
            ids.append(str(fields["id"]))
            there = self._state.heads.get(fields["id"])
            known = new.get(ids[-1]) if there is None else there.fields
            if known is None:
                new[ids[-1]] = fields
            elif not same_judgement(known, fields if there is None else self._checker.complete(fields)):
                raise InputError(
                    f"annotation {id} is there already and says something else",
                    where=str(self.path),
                    remedy="use revise",
                )
        if new:
            for entry in self._append(*new.values()):
                self._remember(entry)
        return ids

    def _append(self, *events: Fields) -> list[Entry]:
        """Write the events with one system call, so that they are there together or not at all."""
        checked = [self._checker.complete(fields) for fields in events]
        for number, fields in enumerate(checked, self._seq + 1):
            fields["seq"] = number
        entries = [seal(fields) for fields in checked]
        self._file.append(b"".join(entry.line + b"\n" for entry in entries))
        self._seq += len(entries)
        return entries

    def _remember(self, entry: Entry) -> None:
        if entry.id is None:
            self._state.statuses[str(entry.article)] = entry
        elif entry.event != "reject":
            self._state.heads[entry.id] = entry
            self._state.open_ends.pop(entry.id, None)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise InputError(f"cannot be made ({error.strerror})", where=str(folder), remedy="give a folder") from error
        sync_folder(folder.parent)


def _refuse_twin(path: Path) -> None:
    """Refuse a name that differs from another log's by case alone: on some file systems the two are one file."""
    for name in os.listdir(path.parent):
        if name != path.name and name.casefold() == path.name.casefold():
            raise InputError(f"differs from {name} only by case", where=str(path), remedy="use the existing spelling")
