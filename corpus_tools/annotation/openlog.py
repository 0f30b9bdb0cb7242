"""A coder's log while it is open for writing: its file, and the state to which its events have led."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codec import seal
from corpus_tools.annotation.entries import Entry
from corpus_tools.annotation.folding import fold
from corpus_tools.annotation.identifiers import IdSource
from corpus_tools.annotation.layout import FORMAT_VERSION
from corpus_tools.annotation.logfile import LogFile, sync_folder
from corpus_tools.annotation.reading import scan_log
from corpus_tools.text.errors import InputError, InputWarning

__all__ = ["OpenLog"]

Fields = dict[str, Any]


class OpenLog:
    """A log that takes events; one thread at a time may use it.

    Parameters
    ----------
    path
        The file; its folder is created where there is none.
    coder
        Whose log it is.
    checker
        What events are held to.

    Attributes
    ----------
    seq : int
        The number of the last event.
    state : State
        What the events amount to: the last event of each annotation, the statuses, the branches in conflict. Events
        that are appended are followed up, as far as the next ones depend on it.

    Raises
    ------
    LockedError
        When another writer has the log open.
    InputError
        When the log is damaged, or cannot be opened.
    """

    def __init__(self, path: Path, coder: str, checker: Checker) -> None:
        self.path = path
        self.source = IdSource()
        self._coder = coder
        self._checker = checker
        _make_folder(path.parent)
        _refuse_twin(path)
        self._file = LogFile(path)
        try:
            self._take_stock()
        except BaseException:
            self._file.close()
            raise

    def head(self, id: str) -> Entry:
        """Return the last event of an annotation, or raise an InputError when there is none."""
        head = self.state.heads.get(id)
        if head is None:
            raise InputError(
                f"there is no annotation {id!r}", where=str(self.path), remedy="give an id of this coder's log"
            )
        return head

    def make_event(self, event: str, **fields: Any) -> Fields:
        """Return the fields of a new event, those that `fields` does not give being empty."""
        event_id, new, at = self.source.make_event()
        id = new if event in ("add", "reject") else None
        head = {"v": FORMAT_VERSION, "seq": 0, "event": event, "event_id": event_id, "id": id, "base": None, "at": at}
        return {**head, "coder": self._coder, "codebook": None, "article": None, **fields}

    def close_branches(self, id: str) -> list[Fields]:
        """Return the events that close all branches of an annotation in conflict but the one that counts."""
        head = self.head(id)
        others = [end for end in self.state.open_ends.get(id, ()) if end.event_id != head.event_id]
        told = {"article": head.article, "comment": "closed by the decision of a conflict"}
        return [self.make_event("retract", id=id, base=end.event_id, **told) for end in others]

    def append(self, *events: Fields, closing: Sequence[Fields] = ()) -> None:
        """Write events, and those that close other branches, together or not at all."""
        checked = [self._checker.complete(fields) for fields in (*events, *closing)]
        for number, fields in enumerate(checked, self.seq + 1):
            fields["seq"] = number
        entries = [seal(fields) for fields in checked]
        self._file.append(b"".join(entry.line + b"\n" for entry in entries))
        self.seq += len(entries)
        for entry in entries[: len(events)]:
            self._follow(entry)

    def append_new(self, entry: Entry) -> None:
        """Write the next event, which is drafted and checked already and adds an annotation."""
        self._file.append(entry.line + b"\n")
        self.seq += 1
        self.state.heads[str(entry.id)] = entry

    def restore(self) -> bool:
        """Write the file anew if it was deleted in the meantime, and say whether it was."""
        return self._file.restore()

    def close(self) -> None:
        """Close the file, so that others may write."""
        self._file.close()

    def _take_stock(self) -> None:
        content = scan_log(self._file.read(), self.path.name)
        content.refuse_damage()
        if content.torn is not None:
            torn = self._file.move_tail(content.torn)
            what = f"{self.path}: the last line was unfinished and is now in {torn.name}; repeat what was being written"
            warnings.warn(what, InputWarning, stacklevel=5)
        self.state = fold(content.entries)
        self.seq = max((entry.seq for entry in content.entries), default=0)

    def _follow(self, entry: Entry) -> None:
        if entry.id is None:
            self.state.statuses[str(entry.article)] = entry
        elif entry.event != "reject":
            self.state.heads[entry.id] = entry
            self.state.open_ends.pop(entry.id, None)


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
