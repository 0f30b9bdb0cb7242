"""`Adjudicator`: deciding between coders inside JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.adjudication import Adjudication, describe_difference
from corpus_tools.notebook.front import read_module
from corpus_tools.notebook.incoming import read_changes
from corpus_tools.notebook.pairing import Group
from corpus_tools.notebook.session_widget import SessionWidget, close_former
from corpus_tools.notebook.views import view_book, view_record, view_text
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parses

__all__ = ["Adjudicator"]


class Adjudicator(SessionWidget):
    """A widget to decide between the codings of several coders; display it as the last line of a cell.

    Parameters
    ----------
    corpus, store
        The articles, and the folder with the coders' logs.
    book
        The codebook, or the path of its file.
    coders
        Whose codings are compared, at least two; the articles are those that all of them have finished.
    by
        Whose log takes the decisions; usually the coder with the role adjudicator.
    parses
        Make the cursor move by the words and sentences of the parse.

    Raises
    ------
    LockedError
        When another process writes the log of `by`.
    InputError
        When a coder is unknown, or there is nothing to decide.

    Attributes
    ----------
    session : Adjudication
        What is decided, without any screen.
    """

    _esm = read_module("adjudicator")

    groups: Any = traitlets.List().tag(sync=True)

    def __init__(
        self,
        corpus: Corpus,
        store: AnnotationStore,
        book: Codebook | str | Path,
        *,
        coders: Sequence[str],
        by: str,
        parses: Parses | None = None,
    ) -> None:
        self._book_path = None if isinstance(book, Codebook) else Path(book)
        codebook = book if isinstance(book, Codebook) else Codebook.read(book)
        close_former(store.path / f"{by}.jsonl")
        super().__init__(Adjudication(corpus, store, codebook, coders=coders, by=by, parses=parses))

    def _views(self) -> dict[str, Any]:
        session, article = self.session, self.session.article
        tokens, sentences = session.segments
        place = {"number": session.queue.number(article.id), "place": session.queue.place(article.id)}
        return {
            "article": {**place, "total": len(session.queue), **view_text(article, tokens, sentences)},
            "groups": [self._view_group(group) for group in session.here],
            "scheme": view_book(session.book),
            "status": {
                "rev": session.ledger.rev,
                "coders": session.coders,
                "by": session.ledger.coder,
                "left": session.left(),
                "left_here": session.left(article.id),
                "done": session.queue.done,
                "total": len(session.queue),
                "state": session.ledger.statuses.get(article.id),
                "ended": session.ended,
                "notice": session.ledger.notice,
            },
        }

    def _view_group(self, group: Group) -> dict[str, Any]:
        decisions = self.session.decisions(group)
        gold = None
        if decisions is not None:
            gold = [{"id": id, **view_record(self.session.ledger.held[id].record)} for id in decisions]
        items = [{"id": item.id, "coder": item.coder, **view_record(item.record)} for item in group.items]
        return {"state": group.state, "items": items, "gold": gold, "differs": describe_difference(group)}

    def _act(self, op: Any, base_rev: int, view: str) -> str | None:
        session = self.session
        if session.ended:
            raise InputError(session.ended)
        if isinstance(op, Mapping) and op.get("op") == "reload":
            self.reload()
            return f"Codebook {session.book.version} is loaded."
        if not isinstance(op, Mapping) or op.get("op") not in _COMMANDS:
            raise InputError("the command is unknown")
        if op["op"] not in ("undo", "redo", "open") and op.get("article") != session.queue.number(session.article.id):
            return None  # it came late: another article is open by now
        return _COMMANDS[op["op"]](session, op, view)

    def _answer(self, question: Mapping[str, Any]) -> Any:
        session, search = self.session, str(question.get("search") or "").casefold().split()
        ids = [id for id in (*session.queue.ids, *session.waiting) if _matches(session.corpus[id], search)]
        rows = [self._view_row(id) | {"here": id == session.article.id} for id in ids[:200]]
        return {"rows": rows, "more": len(ids) > 200}

    def _view_row(self, id: str) -> dict[str, Any]:
        """Return a row of the queue; one that waits for a coder has a number that opens nothing."""
        session, article = self.session, self.session.corpus[id]
        title = article.title or article.text[:70]
        if id in session.waiting:
            who = f"waiting for {', '.join(session.waiting[id])}"
            place = len(session.queue) + list(session.waiting).index(id)
            return {"number": -1, "place": place, "title": title, "state": "waiting", "date": who, "annotations": 0}
        place, number = session.queue.place(id), session.queue.number(id)
        row = {"number": number, "place": place, "title": title, "state": session.ledger.statuses.get(id) or "open"}
        return {**row, "date": f"{session.left(id)} to decide", "annotations": len(session.groups[id])}


def _matches(article: Article, words: Sequence[str]) -> bool:
    text = f"{article.title or ''} {article.published or ''} {article.text}".casefold()
    return all(word in text for word in words)


def _take(session: Adjudication, op: Mapping[str, Any], view: str) -> None:
    session.take(_ids(op, "group"), _ids(op, "chosen"), view=view)


def _edit(session: Adjudication, op: Mapping[str, Any], view: str) -> None:
    changes = op.get("changes")
    if not isinstance(changes, Mapping):
        raise InputError("changes is not a mapping")
    read = read_changes(session.book, changes, session.article.text)
    session.edit(_ids(op, "group"), str(op.get("base")), read, view=view)


def _reject(session: Adjudication, op: Mapping[str, Any], view: str) -> None:
    session.reject(_ids(op, "group"), view=view)


def _agree(session: Adjudication, op: Mapping[str, Any], view: str) -> str:
    return f"{session.take_complete(view=view)} on which all agree are taken."


def _done(session: Adjudication, op: Mapping[str, Any], view: str) -> str | None:
    return session.finish(session.article.id, view=view)


def _open(session: Adjudication, op: Mapping[str, Any], view: str) -> None:
    session.open(session.queue.named(op.get("article", -1)))


def _undo(session: Adjudication, op: Mapping[str, Any], view: str) -> str:
    return session.undo(view=view)


def _redo(session: Adjudication, op: Mapping[str, Any], view: str) -> str:
    return session.redo(view=view)


_COMMANDS: dict[str, Callable[[Adjudication, Mapping[str, Any], str], str | None]] = {
    "take": _take,
    "edit": _edit,
    "reject": _reject,
    "agree": _agree,
    "done": _done,
    "open": _open,
    "undo": _undo,
    "redo": _redo,
}


def _ids(op: Mapping[str, Any], name: str) -> list[str]:
    value = op.get(name)
    if not isinstance(value, list) or not all(isinstance(id, str) for id in value):
        raise InputError(f"{name} {value!r} is not a list of ids")
    return value
