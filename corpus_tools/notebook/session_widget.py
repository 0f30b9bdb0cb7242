"""What both widgets share: a session behind a mailbox, and views that are renewed before a command is acknowledged."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.notebook.front import read_sheet
from corpus_tools.notebook.mailbox import Mailbox
from corpus_tools.text.errors import InputError

__all__ = ["SessionWidget", "close_former"]

_logger = logging.getLogger(__name__)
_OPEN: weakref.WeakValueDictionary[Path, SessionWidget] = weakref.WeakValueDictionary()


class SessionWidget(anywidget.AnyWidget):
    """A widget over a session that has a ledger; what it shows is plain data that a subclass makes."""

    _css = read_sheet()

    article = traitlets.Dict().tag(sync=True)
    scheme = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    place = traitlets.Dict().tag(sync=True)

    _book_path: Path | None
    """The codebook's file, where the widget was made with one."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self._mailbox = Mailbox(self._act)
        super().__init__(**self._views())
        _OPEN[_log_of(session)] = self
        self.on_msg(self._receive)

    def close(self) -> None:
        """Let others write the log, and remove the widget's views."""
        if "session" in self.__dict__:  # else it is closed because it could not be made
            self.session.close()
        super().close()

    def __del__(self) -> None:
        # Only let go of the log: this may be the end of the interpreter, too late to write anything.
        if "session" in self.__dict__:
            self.session.ledger.close()

    def reload(self, book: Codebook | None = None) -> None:
        """Go on under a changed codebook; without one given, the file that the widget was made with is read again.

        Raises
        ------
        InputError
            When it was made with a codebook and not with a path, or the file does not hold a codebook.
        """
        if book is None and self._book_path is None:
            where = f"{type(self).__name__}.reload"
            raise InputError("the codebook has no file", where=where, remedy="give the new Codebook")
        self.session.reload_book(book or Codebook.read(self._book_path or ""))
        self._push()

    def _views(self) -> dict[str, Any]:
        """Return the value of each synchronised trait."""
        raise NotImplementedError

    def _act(self, op: Any, base_rev: int, view: str) -> str | None:
        """Do what a command asks for."""
        raise NotImplementedError

    def _answer(self, question: Mapping[str, Any]) -> Any:
        """Answer a question that changes nothing."""
        raise NotImplementedError

    def _hide(self, words: str) -> str:
        """Take out of a message what the coder must not see."""
        return words

    def _push(self) -> None:
        with self.hold_sync():
            for name, view in self._views().items():
                setattr(self, name, view)

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        """Answer a message of a view; the state goes out first, so that "saved" never shows before it."""
        if not isinstance(content, Mapping):
            return
        if content.get("kind") == "ask":
            back = {"kind": "answer", "client": content.get("client"), "ask": content.get("ask")}
            self.send({**back, "answer": self._answer(content)})
            return
        repeated = self._mailbox.knows(content)
        answer = dict(self._mailbox.receive(content))
        if answer["kind"] == "resend":  # nothing was done
            self.send(answer)
            return
        try:
            self._push()
            if repeated:  # the network lost the answer, and with it what changed: only changes are sent by themselves
                self.send_state(list(self._views()))
        except Exception as error:  # the widget framework would swallow it: the coder must see that something is wrong
            _logger.exception("the display could not be renewed")
            answer |= {"ok": False, "error": f"The display could not be renewed: {type(error).__name__}: {error}"}
        if answer.get("error"):
            answer["error"] = self._hide(answer["error"])
        self.send(answer)


def close_former(log: Path) -> None:
    """End the widget of this kernel that has a log open, because the cell was run again: its log must be free."""
    former = _OPEN.get(log.absolute())
    if former is not None:
        former.session.close("This display was replaced when the cell ran again; use the newer one.")
        former._push()


def _log_of(session: Any) -> Path:
    return Path(session.ledger.path / f"{session.ledger.coder}.jsonl").absolute()
