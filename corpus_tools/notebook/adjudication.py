"""Adjudication without any screen: what several coders said, and what is decided about it, in the gold log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.identifiers import uuid7
from corpus_tools.annotation.records import Annotation, Frame, Record
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.ledger import Ledger
from corpus_tools.notebook.pairing import Group, pair_annotations
from corpus_tools.notebook.queue import FINISHED, Queue
from corpus_tools.notebook.steps import Judgement, Rejection, Status, Step
from corpus_tools.notebook.tokens import Pairs, segment
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parses

__all__ = ["Adjudication"]

ORIGIN = "adjudication"


class Adjudication:
    """One adjudicator at work on the codings of several coders.

    A decision is an annotation in the gold log that names in `decides` what it decided between; that all were wrong is
    a rejection that names them too. What is decided so counts as decided in every later session.

    Parameters
    ----------
    corpus, store, book
        The articles, the folder of all logs, and the label scheme.
    coders
        Whose codings are compared, as they are when the session begins, in the articles that all of them finished.
    by
        Whose log is written.
    parses
        Decide where words and sentences begin.

    Raises
    ------
    InputError
        When a coder is unknown or the adjudicator too, or no article was finished by all of them.
    """

    def __init__(
        self,
        corpus: Corpus,
        store: AnnotationStore,
        book: Codebook,
        *,
        coders: Sequence[str],
        by: str,
        parses: Parses | None = None,
    ) -> None:
        if len(set(coders)) < 2 or by in coders:
            raise InputError(
                f"coders {list(coders)!r} by {by!r} are not at least two others", remedy="name two coders, and a third"
            )
        self.corpus, self.book, self.parses, self.coders = corpus, book, parses, list(coders)
        self.ended: str | None = None
        self._segments: tuple[str, tuple[Pairs, Pairs]] | None = None
        self.groups = self._read(store, corpus)
        self.ledger = Ledger(AnnotationStore(store.path, corpus, book), by, name_decision)
        try:
            self.queue = Queue([id for id in corpus.ids if id in self.groups], self.ledger.statuses)
            self.article: Article = corpus[self.queue.after(self.queue.ids[-1]) or self.queue.ids[0]]
        except BaseException:
            self.ledger.close()
            raise

    # --- deciding -----------------------------------------------------------------------------------------------

    def take(self, ids: Sequence[str], chosen: Sequence[str], *, view: str = "") -> None:
        """Take the annotations `chosen` of the group `ids`: one, or several of it.

        Raises
        ------
        InputError, OSError
            When there is no such group, or the log does not take it.
        """
        group = self._find(ids)
        taken = [item for item in group.items if item.id in chosen]
        if not taken:
            raise InputError("nothing of the group was chosen")
        self._decide(group, [decision_of(item.record, group) for item in taken], f"taking {len(taken)}", view)

    def edit(self, ids: Sequence[str], base: str, changes: Mapping[str, Any], *, view: str = "") -> None:
        """Decide by a changed copy of the annotation `base` of the group."""
        group = self._find(ids)
        item = next((item for item in group.items if item.id == base), None)
        if item is None:
            raise InputError("the annotation is not of this group")
        self._decide(group, [replace(decision_of(item.record, group), **changes)], "an edited one", view)

    def reject(self, ids: Sequence[str], *, view: str = "") -> None:
        """Decide that nobody was right."""
        group = self._find(ids)
        records = [decision_of(group.items[0].record, group)]
        rejections = [Rejection(name_decision(record), record) for record in records]
        self._perform("all wrong", [*self._withdraw(group), *rejections], view)

    def take_complete(self, *, view: str = "") -> int:
        """Take all open groups of the article in which all coders agree, as one step; return how many."""
        groups = [group for group in self.here if group.state == "complete" and not self.is_decided(group)]
        changes = [Judgement(uuid7(), None, decision_of(group.items[0].record, group)) for group in groups]
        if changes:
            self._perform(f"taking {len(changes)} agreed", changes, view)
        return len(changes)

    def finish(self, id: str, *, view: str = "") -> str | None:
        """Say that an article is done, and go to the next; what is undecided is refused."""
        if id != self.article.id:
            return None
        left = self.left(id)
        if left:
            raise InputError(f"{left} decisions are left in this article")
        self._perform("done", [Status(id, self.ledger.statuses.get(id), "done")], view)
        following = self.queue.after(id)
        if following is None:
            return "That was the last one: every article is adjudicated."
        self.article = self.corpus[following]
        return None

    def open(self, id: str) -> None:
        """Show another article."""
        self.article = self.corpus[id]

    def undo(self, *, view: str = "") -> str:
        """Take the last decision back, in whatever article it was."""
        return self._travel(self.ledger.undo(view=view), "Undone")

    def redo(self, *, view: str = "") -> str:
        """Decide again what was undone last."""
        return self._travel(self.ledger.redo(view=view), "Redone")

    def close(self, reason: str = "This session was closed; run the cell again.") -> None:
        """Let others write the log; what comes later is refused with the reason."""
        self.ended = reason
        self.ledger.close()

    # --- what there is ------------------------------------------------------------------------------------------

    @property
    def here(self) -> list[Group]:
        """The groups of the open article."""
        return self.groups[self.article.id]

    @property
    def segments(self) -> tuple[Pairs, Pairs]:
        """Tokens and sentences of the open article."""
        if self._segments is None or self._segments[0] != self.article.id:
            self._segments = (self.article.id, segment(self.article, self.parses))
        return self._segments[1]

    def decisions(self, group: Group) -> list[str] | None:
        """Return the ids of the gold annotations that decided a group, none if all were wrong; None if it is open."""
        ids = set(group.ids)
        held = self.ledger.of_article(group.items[0].article)
        gold = [item.id for item in held if ids & set(item.record.decides)]
        wrong = any(ids & set(key.split("|")) for key in self.ledger.rejected)
        return gold if gold or wrong else None

    def is_decided(self, group: Group) -> bool:
        """Whether a group was decided."""
        return self.decisions(group) is not None

    def left(self, id: str | None = None) -> int:
        """Return how many groups are undecided, in one article or in all."""
        chosen = self.groups.values() if id is None else [self.groups[id]]
        decided = {name for held in self.ledger.held.values() for name in held.record.decides}
        decided |= {name for key in self.ledger.rejected for name in key.split("|")}
        return sum(not decided & set(group.ids) for groups in chosen for group in groups)

    # --- inside -------------------------------------------------------------------------------------------------

    def reload_book(self, book: Codebook) -> None:
        """Go on under another version of the codebook."""
        self.ledger.use(AnnotationStore(self.ledger.path, self.corpus, book))
        self.book = book

    def _read(self, store: AnnotationStore, corpus: Corpus) -> dict[str, list[Group]]:
        coded: dict[str, dict[str, list[Annotation]]] = {}
        for coder in self.coders:
            for item in store.annotations(coder):
                if item.article in corpus:
                    coded.setdefault(item.article, {name: [] for name in self.coders})[coder].append(item)
        done = [{id for id, status in store.statuses(coder).items() if status == "done"} for coder in self.coders]
        groups = {id: pair_annotations(by_coder) for id, by_coder in coded.items() if all(id in ids for ids in done)}
        begun = [id for id in corpus.ids if id not in groups and (id in coded or any(id in ids for ids in done))]
        waited = {id: [who for who, ids in zip(self.coders, done, strict=True) if id not in ids] for id in begun}
        self.waiting: dict[str, list[str]] = {id: names for id, names in waited.items() if names}  # whom they wait for
        if not groups:
            what = f"no article with annotations was finished by all of {', '.join(self.coders)}"
            raise InputError(what, where=str(store.path), remedy="let them press Enter (done) first")
        return groups

    def _find(self, ids: Sequence[str]) -> Group:
        for group in self.here:
            if set(group.ids) == set(ids):
                return group
        raise InputError("there is no such group in this article")

    def _decide(self, group: Group, records: Sequence[Record], what: str, view: str) -> None:
        self._perform(what, [*self._withdraw(group), *(Judgement(uuid7(), None, record) for record in records)], view)

    def _withdraw(self, group: Group) -> list[Judgement]:
        """An earlier decision of the group gives way to the new one."""
        return [
            Judgement(id, self.ledger.held[id].record, None)
            for id in self.decisions(group) or []
            if set(self.ledger.held[id].record.decides) <= set(group.ids)
        ]

    def _perform(self, what: str, changes: Sequence[Judgement | Rejection | Status], view: str) -> None:
        if self.ledger.statuses.get(self.article.id) not in ("in_progress", *FINISHED):
            self.ledger.record_quietly(Status(self.article.id, None, "in_progress"))
        self.ledger.perform(Step(what, self.article.id, tuple(changes)), view=view)

    def _travel(self, step: Step | None, word: str) -> str:
        if step is None:
            return "There is nothing more to undo." if word == "Undone" else "There is nothing to redo."
        self.article = self.corpus[step.article]
        return f"{word}: {step.what}."


def decision_of(record: Record, group: Group) -> Record:
    """Return the record as the adjudicator's own."""
    own: dict[str, Any] = {"decides": group.ids, "origin": ORIGIN, "comment": None, "confidence": None, "extra": {}}
    return replace(record, **own)


def name_decision(record: Record) -> str:
    """Name a rejection by what it decided between."""
    return "|".join(record.decides)


def describe_difference(group: Group) -> list[str]:
    """Return in what the annotations of a group differ, as names of fields."""
    first, *rest = (item.record for item in group.items)
    names = ("label", "spans", "voice", "salience") if isinstance(first, Frame) else _STANCE_FIELDS
    return [name for name in names if any(getattr(first, name) != getattr(other, name) for other in rest)]


_STANCE_FIELDS = ("label", "holder", "target", "cue", "expression")
