"""The writer of one coder's log: judgements in, durable events out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.coercion import plain_number
from corpus_tools.annotation.drafting import Unusual, draft_add, payload
from corpus_tools.annotation.folding import same_judgement
from corpus_tools.annotation.identifiers import check_coder_id
from corpus_tools.annotation.layout import STATUSES
from corpus_tools.annotation.openlog import OpenLog
from corpus_tools.annotation.records import Record
from corpus_tools.text.errors import InputError

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
        self._log = OpenLog(self.path, coder, checker)

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
            head = self._log.head(id)
            fields = self._log.make_event("revise", id=id, base=head.event_id, **payload(record))
            fields["codebook"] = codebook
            unchanged = head.event != "retract" and same_judgement(head.fields, self._checker.complete(fields))
            if not unchanged or id in self._log.state.open_ends:
                self._log.append(fields, closing=self._log.close_branches(id))
            return id

    def retract(self, id: str, *, comment: str | None = None) -> None:
        """Take an annotation back; its history stays, and `revise` brings it back.

        Raises
        ------
        InputError, LogWriteError
            As in `revise`.
        """
        with self._mutex:
            head = self._log.head(id)
            if head.event == "retract" and id not in self._log.state.open_ends:
                return
            fields = self._log.make_event("retract", id=id, base=head.event_id, article=head.article, comment=comment)
            self._log.append(fields, closing=self._log.close_branches(id))

    def reject(self, record: Record) -> str:
        """Note that a suggestion was rejected, and return the id of the note.

        Raises
        ------
        InputError, LogWriteError
            As in `add`.
        """
        with self._mutex:
            fields = self._log.make_event("reject", **payload(record))
            self._log.append(fields)
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
            told = {"status": status, "seconds": seconds, "comment": comment}
            self._log.append(self._log.make_event("status", article=article, sha256=None, **told))

    def restore(self) -> bool:
        """Write the log anew if it was deleted under the writer, and say whether it was."""
        return self._log.restore()

    @property
    def seq(self) -> int:
        """The number of the log's last event."""
        return self._log.seq

    def close(self) -> None:
        """Close the log, so that others may write."""
        self._log.close()

    def __enter__(self) -> LogWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add_quickly(self, record: Record) -> str | None:
        """Append a record under a new id; None when it is for the strict way."""
        try:
            entry = draft_add(record, self._log.seq + 1, self.coder, self._checker, self._log.source)
        except Unusual:
            return None
        self._log.append_new(entry)
        return entry.id

    def _add(self, records: Sequence[tuple[Record, str | None]]) -> list[str]:
        """Append what is not there yet; return the ids of all."""
        new: dict[str, Fields] = {}
        ids = []
        for record, id in records:
            fields = self._log.make_event("add", **({} if id is None else {"id": id}), **payload(record))
            ids.append(str(fields["id"]))
            there = self._log.state.heads.get(fields["id"])
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
            self._log.append(*new.values())
        return ids
