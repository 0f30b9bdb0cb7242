"""`Annotator`: coding by keyboard inside JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.commands import run_command
from corpus_tools.notebook.front import read_module
from corpus_tools.notebook.orders import choose_order
from corpus_tools.notebook.session import Session
from corpus_tools.notebook.session_widget import SessionWidget, close_former
from corpus_tools.notebook.suggestions import Suggester
from corpus_tools.notebook.views import view_article, view_book, view_marks, view_queue, view_status
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parses

__all__ = ["Annotator"]

Filter = Mapping[str, Any] | Callable[[Article], bool]


class Annotator(SessionWidget):
    """A widget to code articles in JupyterLab; display it as the last line of a cell.

    Every mark is on disk before the widget says that it is saved. Running the cell again, also in a new kernel, goes on
    at the article where the coder was.

    Parameters
    ----------
    corpus, store
        The articles, and where annotations go.
    book
        The codebook, or the path of its file; a path can be read again without a restart (`reload`).
    coder
        Whose log is written. It stays locked until `close`, or until another widget for it is made in this kernel.
    parses
        Make the cursor move by the words and sentences of the parse; without them a rule cuts the text.
    order
        ``"given"``, ``"random"`` (by `seed`), ``"uncertainty"`` (of the `detector`, with diversity),
        ``"disagreement"`` (between the coders), ``"query"`` (articles in which the regular expression `query` matches),
        or a list of ids.
    filter
        Only these articles: conditions on the metadata as in `Corpus.filter`, or a function of the article.
    blind
        Whether source, id and address of the articles stay hidden.
    suggestions
        A table of detections or a fitted detector, whose findings are shown to be accepted or rejected.
    every
        ``(n, callback)``: after each n articles that were done, ``callback(annotator)`` is called. A detector that it
        returns takes the place of the former one in suggestions and order.
    seed, detector, query
        See `order`.

    Raises
    ------
    LockedError
        When another process writes the coder's log.
    InputError
        When the log is damaged, an argument does not fit, or no article is left.

    Attributes
    ----------
    session : Session
        What is coded, without any screen.
    """

    _esm = read_module("annotator")

    marks = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        corpus: Corpus,
        store: AnnotationStore,
        book: Codebook | str | Path,
        *,
        coder: str,
        parses: Parses | None = None,
        order: str | Sequence[str] = "given",
        filter: Filter | None = None,
        blind: bool = True,
        suggestions: Any = None,
        every: tuple[int, Callable[[Annotator], Any]] | None = None,
        seed: int = 0,
        detector: Any = None,
        query: str | None = None,
    ) -> None:
        self._blind, self._every, self._order = blind, every, order
        self._book_path = None if isinstance(book, Codebook) else Path(book)
        self._fault: str | None = None
        codebook = book if isinstance(book, Codebook) else Codebook.read(book)
        chosen = corpus if filter is None else _filter(corpus, filter)
        ids = choose_order(order, chosen, store, seed=seed, detector=detector, parses=parses, query=query)
        self._ids = ids
        suggester = None if suggestions is None else Suggester(suggestions, corpus, parses)
        close_former(store.path / f"{coder}.jsonl")
        session = Session(corpus, store, codebook, coder=coder, ids=ids, parses=parses, suggester=suggester)
        super().__init__(session)
        self.observe(lambda change: self.session.watch.touch(), "place")

    def _views(self) -> dict[str, Any]:
        return {
            "article": view_article(self.session, blind=self._blind),
            "marks": view_marks(self.session),
            "scheme": view_book(self.session.book),
            "status": view_status(self.session) | {"fault": self._say_fault()},  # last: the marks ask the detector
        }

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        before = self.session.finished_here
        super()._receive(_, content, buffers)
        if self.session.finished_here > before:
            self._after_article()

    def _act(self, op: Any, base_rev: int, view: str) -> str | None:
        if not isinstance(op, Mapping):
            raise InputError("a command is no mapping")
        if op.get("op") == "reload":
            self.reload()
            return f"Codebook {self.session.book.version} is loaded."
        return run_command(self.session, op, base_rev=base_rev, view=view)

    def _say_fault(self) -> str | None:
        suggester = self.session.suggester
        fault = self._fault or (suggester.fault if suggester else None)
        return self._hide(fault) if fault else None

    def _hide(self, words: str) -> str:
        """An article's id, and the path of its file, may tell the source."""
        if self._blind:
            for id in sorted((id for id in self._ids if id in words and len(id) > 2), key=len, reverse=True):
                words = re.sub(rf"[^\s'\"]*(?<![\w-]){re.escape(id)}(?![\w-])[^\s'\":;,]*", "this article", words)
        return words

    def _answer(self, question: Mapping[str, Any]) -> Any:
        if question.get("what") == "queue":
            return view_queue(self.session, str(question.get("search") or ""), blind=self._blind)
        span = question.get("span")
        if (
            question.get("what") == "entity"
            and isinstance(span, list)
            and [type(offset) for offset in span] == [int, int]
        ):
            return self.session.book.entity_of(self.session.article.text[span[0] : span[1]])
        return None

    def _after_article(self) -> None:
        """Call the user's function; what it raises is shown, because the kernel would swallow it."""
        if self._every is None or self.session.finished_here % self._every[0]:
            return
        self._fault = "Retraining… You can go on coding; what you mark meanwhile is saved when it ends."
        self._push()
        try:
            self._use(self._every[1](self))
            self._fault = None
        except Exception as error:  # the function is the user's: anything can come, and the coding must go on
            self._fault = f"The function after {self._every[0]} articles failed: {type(error).__name__}: {error}"
        self._push()

    def _use(self, detector: Any) -> None:
        if detector is None:
            return
        session = self.session
        if session.suggester is not None:
            session.suggester = Suggester(detector, session.corpus, session.parses)
        if self._order == "uncertainty" and session.parses is not None:
            left = session.corpus.filter(id=session.queue.ids)
            store = AnnotationStore(session.ledger.path)
            session.queue.reorder(choose_order("uncertainty", left, store, detector=detector, parses=session.parses))


def _filter(corpus: Corpus, filter: Filter) -> Corpus:
    return corpus.filter(**filter) if isinstance(filter, Mapping) else corpus.filter(filter)
