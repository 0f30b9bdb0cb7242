"""A coder's session without any screen: which article is open, and what can be done with it.

The widget shows a session and sends it commands; everything that counts happens here and is on disk before a method
returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Record
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.ledger import Held, Ledger
from corpus_tools.notebook.queue import FINISHED, Queue
from corpus_tools.notebook.steps import Judgement, Rejection, Status, Step
from corpus_tools.notebook.stopwatch import Stopwatch
from corpus_tools.notebook.suggestions import EDITED, ORIGIN, Suggester, Suggestion, name_record
from corpus_tools.notebook.tokens import Pairs, segment
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parses

__all__ = ["Session"]


class Session:
    """One coder at work on a queue of articles.

    Parameters
    ----------
    corpus, store, book
        The articles, where annotations go, and the label scheme that they are held to.
    coder
        Whose log is written; it stays locked until `close`.
    ids
        The articles in the order of coding; all of the corpus if not given.
    parses
        Decide where words and sentences begin; without them a rule does.
    suggester
        Where suggestions come from; None for none.
    clock
        Seconds since any fixed moment, for the time per article.

    Raises
    ------
    LockedError
        When somebody else writes the coder's log.
    InputError
        When the log is damaged, or there is nothing to code.
    """

    def __init__(
        self,
        corpus: Corpus,
        store: AnnotationStore,
        book: Codebook,
        *,
        coder: str,
        ids: list[str] | None = None,
        parses: Parses | None = None,
        suggester: Suggester | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.corpus = corpus
        self.book = book
        self.parses = parses
        self.suggester = suggester
        self.watch = Stopwatch(clock)
        self.finished_here = 0
        self.seconds_here = 0.0
        self.ended: str | None = None
        self._folder = store.path
        self._shown: dict[str, Article] = {}
        self._segments: tuple[str, tuple[Pairs, Pairs]] | None = None
        self.queue = Queue(corpus.ids if ids is None else ids, {})  # refuses an empty one before a log is made
        self.ledger = Ledger(AnnotationStore(store.path, corpus, book), coder, name_record)
        self.queue.statuses = self.ledger.statuses
        try:
            self.ledger.recall(self.name_label, self._is_current)
            self.article: Article
            self._show(self._first())
        except BaseException:
            self.close()
            raise

    # --- judgements -----------------------------------------------------------------------------------------------

    def add(self, id: str, record: Record, *, view: str = "") -> str | None:
        """Add an annotation; what is there already is not added twice, and the answer says so."""
        if id in self.ledger.held:
            return None
        record = self._stamp(record)
        said = name_record(record)
        if any(name_record(held.record) == said for held in self.annotations):
            return f"{self.name_label(record)} is there already"
        self._perform(self.name_label(record), Judgement(id, None, record), view=view)
        return None

    def revise(self, id: str, changes: dict[str, Any], *, base_rev: int, view: str = "") -> None:
        """Change fields of an annotation; a view that has not seen its last change is refused."""
        held = self._find(id, base_rev, view)
        record = replace(held.record, **changes)
        if record != held.record:
            self._perform(self.name_label(record), Judgement(id, held.record, record), view=view)

    def retract(self, id: str, *, base_rev: int, view: str = "") -> None:
        """Take an annotation back."""
        if id in self.ledger.held:
            held = self._find(id, base_rev, view)
            self._perform(f"deleting {self.name_label(held.record)}", Judgement(id, held.record, None), view=view)

    def accept(self, choices: dict[str, str], changes: dict[str, Any], *, view: str = "") -> None:
        """Accept suggestions: `choices` maps the key of each to the id that its annotation shall have."""
        open_ones = {item.key: item for item in self.suggestions}
        taken = [(id, open_ones[key]) for key, id in choices.items() if key in open_ones]
        judged = [Judgement(id, None, self._stamp(_accepted(item, changes))) for id, item in taken]
        if judged:
            what = self.name_label(taken[0][1].record) if len(judged) == 1 else f"{len(judged)} suggestions"
            self._perform(f"accepting {what}", *judged, view=view)

    def reject(self, key: str, *, view: str = "") -> None:
        """Reject a suggestion; the log keeps what was suggested."""
        for item in self.suggestions:
            if item.key == key:
                rejection = Rejection(key, self._stamp(item.record))
                self._perform(f"rejecting {self.name_label(item.record)}", rejection, view=view)

    # --- the way through the queue --------------------------------------------------------------------------------

    def finish(self, id: str, status: str = "done", *, comment: str | None = None, view: str = "") -> str | None:
        """Say that an article is done or skipped, and go to the next unfinished one; the answer says if none is."""
        if id != self.article.id:
            return None  # a second press that came late: the article was finished by the first
        before = self.ledger.statuses.get(id)
        self.watch.touch()
        change = Status(id, before, status, self.watch.seconds, comment)
        self._perform(status, change, view=view)
        self.finished_here += before not in FINISHED
        self.seconds_here += self.watch.restart()
        following = self.queue.after(id)
        if following is None:
            return "That was the last one: every article of the queue is finished."
        self._show(following)
        return None

    def open(self, id: str) -> None:
        """Show another article; the time spent on this one is noted."""
        if id == self.article.id:
            return
        self._note_leaving()
        self._show(id)

    def comment_article(self, id: str, comment: str, *, view: str = "") -> None:
        """Note a comment on a whole article."""
        now = self.ledger.statuses.get(id)
        self._perform("comment", Status(id, now, now or "in_progress", None, comment), view=view, article=id)

    def undo(self, *, view: str = "") -> str:
        """Take back the last step, in whatever article it was, show that article, and say what was undone."""
        return self._travel(self.ledger.undo(view=view), "Undone")

    def redo(self, *, view: str = "") -> str:
        """Do again what was undone last, and say what."""
        return self._travel(self.ledger.redo(view=view), "Redone")

    def reload_book(self, book: Codebook) -> None:
        """Go on under another version of the codebook."""
        self.ledger.use(AnnotationStore(self._folder, self.corpus, book))
        self.book = book

    def close(self, reason: str = "This session was closed; run the cell again.") -> None:
        """Note the time spent and let others write the log; what comes later is refused with the reason."""
        try:
            if not self.ledger.closed and hasattr(self, "article"):
                self._note_leaving()
        finally:
            self.ended = reason
            self.ledger.close()

    # --- what there is --------------------------------------------------------------------------------------------

    @property
    def annotations(self) -> list[Held]:
        """The annotations of the open article, those on another version of its text left out."""
        return [held for held in self.ledger.of_article(self.article.id) if not self._is_orphan(held)]

    @property
    def orphans(self) -> list[Held]:
        """Annotations that were made on another version of the open article's text: their offsets say nothing now."""
        return [held for held in self.ledger.of_article(self.article.id) if self._is_orphan(held)]

    @property
    def suggestions(self) -> list[Suggestion]:
        """What is suggested for the open article and not decided yet."""
        if self.suggester is None:
            return []
        decided = {name_record(held.record) for held in self.annotations} | self.ledger.rejected
        decided |= {str(held.record.extra.get("suggestion")) for held in self.annotations}
        return [item for item in self.suggester.of_article(self.article.id) if item.key not in decided]

    @property
    def segments(self) -> tuple[Pairs, Pairs]:
        """Tokens and sentences of the open article."""
        if self._segments is None or self._segments[0] != self.article.id:
            self._segments = (self.article.id, segment(self.article, self.parses))
        return self._segments[1]

    def name_label(self, record: Record) -> str:
        """Return a label's name in the codebook."""
        if isinstance(record, Frame) and record.label in self.book.frames:
            return self.book.frames[record.label].name
        return record.label

    def as_shown(self, id: str) -> Article:
        """Return an article as the coder sees it: its file may have changed since."""
        return self._shown.get(id) or self.corpus[id]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _stamp(self, record: Record) -> Record:
        """Name the text that was judged, so that the store refuses offsets into another one."""
        return replace(record, sha256=record.sha256 or self.as_shown(record.article).fingerprint)

    def _is_orphan(self, held: Held) -> bool:
        return held.record.sha256 not in (None, self._fingerprint)

    def _is_current(self, record: Record) -> bool:
        known = record.article in self.corpus
        return known and record.sha256 in (None, self.corpus[record.article].fingerprint)

    def _perform(self, what: str, *changes: Judgement | Status | Rejection, view: str, article: str = "") -> None:
        self.ledger.perform(Step(what, article or self.article.id, changes), view=view)

    def _travel(self, step: Step | None, word: str) -> str:
        if step is None:
            return "There is nothing more to undo." if word == "Undone" else "There is nothing to redo."
        if step.article != self.article.id and step.article in self.queue:
            self._note_leaving()
            self._show(step.article, note=False)
        return f"{word}: {step.what}."

    def _find(self, id: str, base_rev: int, view: str) -> Held:
        held = self.ledger.held.get(id)
        if held is None:
            raise InputError("this annotation is gone", remedy="undo brings it back")
        if held.rev > base_rev and held.view != view:
            raise InputError("another view changed this annotation meanwhile", remedy="look at it and try again")
        return held

    def _first(self) -> str:
        """Return where the coder was: the article of the last event, or the next unfinished one after it."""
        last = self.ledger.last
        here = None if last is None else last.fields.get("article")
        if last is None or here is None or here not in self.queue:
            return self.queue.after(self.queue.ids[-1]) or self.queue.ids[0]
        ended = last.event == "status" and last.fields["status"] in FINISHED
        return (self.queue.after(here) or here) if ended else here

    def _show(self, id: str, *, note: bool = True) -> None:
        self.article = self._shown[id] = self.corpus[id]
        self._fingerprint = self.article.fingerprint
        if note:
            self._note_opening()

    def _note_opening(self) -> None:
        # So that a new kernel finds the way back to an article that was only read so far.
        if self.ledger.statuses.get(self.article.id) in (None, "open"):
            self.ledger.record_quietly(Status(self.article.id, None, "in_progress"))

    def _note_leaving(self) -> None:
        self.watch.touch()
        seconds = self.watch.restart()
        self.seconds_here += seconds
        if seconds >= 1.0:
            now = self.ledger.statuses.get(self.article.id) or "in_progress"
            self.ledger.record_quietly(Status(self.article.id, now, now, seconds))


def _accepted(item: Suggestion, changes: dict[str, Any]) -> Record:
    origin = EDITED if changes else ORIGIN
    extra = {**item.record.extra, "suggestion": item.key}
    return replace(item.record, **{**changes, "origin": origin, "extra": extra})
