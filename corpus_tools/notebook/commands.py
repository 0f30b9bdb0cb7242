"""The commands of a view: checked here, word by word, before they reach the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from corpus_tools.annotation.records import Record
from corpus_tools.notebook.incoming import read_changes, read_record
from corpus_tools.notebook.session import Session
from corpus_tools.text.errors import InputError

__all__ = ["run_command"]

Op = Mapping[str, Any]


def run_command(session: Session, op: Op, *, base_rev: int, view: str) -> str | None:
    """Do what a view asks for; the answer is a note for the coder, or None.

    Parameters
    ----------
    op
        ``{"op": name, ...}``; the names are those of the functions of this room.
    base_rev
        The revision that the view had seen.
    view
        Which view it is.

    Raises
    ------
    InputError
        When the command is unknown or does not fit.
    OSError
        When the disk does not take it.
    """
    if session.ended:
        raise InputError(session.ended)
    act = _COMMANDS.get(str(op.get("op")))
    if act is None:
        raise InputError(f"the command {op.get('op')!r} is unknown")
    session.watch.touch()
    return act(session, op, base_rev, view)


def _add(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    return session.add(_id(op), _record(session, op), view=view)


def _revise(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    held = session.ledger.held.get(_id(op))
    if held is None:
        raise InputError("this annotation is gone", remedy="undo brings it back")
    text = session.as_shown(held.record.article).text
    changes = read_changes(session.book, _mapping(op, "changes"), text, held.record)
    session.revise(_id(op), changes, base_rev=base_rev, view=view)
    return None


def _retract(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    session.retract(_id(op), base_rev=base_rev, view=view)
    return None


def _accept(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    choices = {_text({"key": key}, "key"): _id({"id": id}) for key, id in _mapping(op, "choices").items()}
    session.accept(choices, read_changes(session.book, op.get("changes") or {}, session.article.text), view=view)
    return None


def _reject(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    session.reject(_text(op, "key"), view=view)
    return None


def _done(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    return session.finish(_article(session, op), view=view)


def _skip(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    return session.finish(_article(session, op), "skipped", comment=_text(op, "reason"), view=view)


def _open(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    session.open(_article(session, op))
    return None


def _comment(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    session.comment_article(_article(session, op), _text(op, "comment"), view=view)
    return "The comment on the article is in the log."


def _undo(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    return session.undo(view=view)


def _redo(session: Session, op: Op, base_rev: int, view: str) -> str | None:
    return session.redo(view=view)


_COMMANDS: dict[str, Callable[[Session, Op, int, str], str | None]] = {
    "add": _add,
    "revise": _revise,
    "retract": _retract,
    "accept": _accept,
    "reject": _reject,
    "done": _done,
    "skip": _skip,
    "open": _open,
    "comment": _comment,
    "undo": _undo,
    "redo": _redo,
}


def _record(session: Session, op: Op) -> Record:
    article = _article(session, op)
    return read_record(session.book, article, _mapping(op, "record"), session.as_shown(article).text)


def _article(session: Session, op: Op) -> str:
    number = op.get("article")
    if not isinstance(number, int) or isinstance(number, bool):
        raise InputError(f"{number!r} is no number of an article")
    return session.queue.named(number)


def _id(op: Op) -> str:
    id = _text(op, "id")
    if not id.isascii() or not id.isprintable() or not 8 <= len(id) <= 64:
        raise InputError(f"{id!r} is no id of an annotation")
    return id


def _text(op: Op, name: str) -> str:
    value = op.get(name)
    if not isinstance(value, str):
        raise InputError(f"{name} {value!r} is not text")
    return value


def _mapping(op: Op, name: str) -> Mapping[str, Any]:
    value = op.get(name)
    if not isinstance(value, Mapping):
        raise InputError(f"{name} {value!r} is not a mapping")
    return value
