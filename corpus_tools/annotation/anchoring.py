"""Anchoring: where annotations stand after the texts have changed.

`anchor` looks and changes nothing. `reanchor` moves what has one certain new place, each by a `revise` event of its own
that says why; `corpus_tools.annotation.places` says what is certain. What is not, is an orphan: it stays as it is, and
is listed until somebody decides it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.coercion import Slot
from corpus_tools.annotation.places import NormalText, Orphan, find_again
from corpus_tools.annotation.records import Annotation, Record
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

if TYPE_CHECKING:
    import pandas as pd

    from corpus_tools.text.article import Article
    from corpus_tools.text.corpus import Corpus

__all__ = ["COLUMNS", "ORIGIN", "anchor", "reanchor"]

COLUMNS = ("id", "coder", "article", "slot", "part", "start", "end", "status", "new_start", "new_end", "reason")
ORIGIN = "reanchor"
"""What signs the events of `reanchor`."""
_MARK = "re-anchored: "


def anchor(store: AnnotationStore, corpus: Corpus, *, coder: str | Collection[str] | None = None) -> pd.DataFrame:
    """Compare every span of every annotation with the texts as they are now; nothing is changed.

    Parameters
    ----------
    store
        The annotations.
    corpus
        The articles as they are now.
    coder
        One coder or several; None for all.

    Returns
    -------
    DataFrame
        One row a span, by coder and annotation: `id, coder, article`; `slot` (spans, cue, holder, target, voice; or
        article, for a judgement that names no words) and `part`, its number within the slot from 0; `start` and `end`
        as they are recorded; `status`; `new_start` and `new_end`, missing for orphans; `reason`. The status is

        - ``exact``: the words stand where the record says;
        - ``re-anchored``: they have one certain new place, see `corpus_tools.annotation.places`;
        - ``orphan``: they have none.
    """
    return _tabulate(list(_compare(store, corpus, coder)))


def reanchor(store: AnnotationStore, corpus: Corpus, *, coder: str | Collection[str] | None = None) -> pd.DataFrame:
    """Write down where annotations stand now: one `revise` event for each annotation that has certain places.

    An annotation whose article has changed is revised when all its spans are exact or re-anchored, even when none
    moves: its fingerprint and contexts are then those of the new text. Its label, codebook version and all else stay.
    The event has the origin ``reanchor``, and its comment says what moved, after what the coder had said. Statuses stay
    with the old text: whether an article that changed is still completely coded, only its coder can say.

    Parameters
    ----------
    store, corpus, coder
        As in `anchor`.

    Returns
    -------
    DataFrame
        The rows of `anchor` for the annotations that were revised.

    Raises
    ------
    LockedError
        When a coder is at work; what was revised before stays.
    InputError, LogWriteError
        As for any writer; also when the store shows a state of the past.
    """
    if store.moment is not None:
        raise InputError(f"the state of {store.moment} is past", remedy="re-anchor the store itself")
    present = AnnotationStore(store.path, corpus, store.codebook)
    written: list[_Compared] = []
    for name in dict.fromkeys(found.item.coder for found in _compare(store, corpus, coder) if found.is_due):
        with present.writer(name) as log:  # what is compared under the lock, nobody changes before it is written
            for found in _compare(present, corpus, name):
                if found.is_due:
                    log.revise(found.item.id, found.record, codebook=found.item.codebook)
                    written.append(found)
    return _tabulate(written)


@dataclass(frozen=True, slots=True)
class _Place:
    """One span, or a judgement without one, and where it stands now."""

    slot: str
    part: int
    span: Span | None
    status: str
    new: Span | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Compared:
    """An annotation beside its article as it is now."""

    item: Annotation
    article: Article | None
    places: Sequence[_Place]

    @property
    def is_due(self) -> bool:
        """Whether there is something to write, and it is certain."""
        if self.article is None or any(place.status == "orphan" for place in self.places):
            return False
        changed = self.item.sha256 not in (None, self.article.fingerprint)
        return changed or any(place.status == "re-anchored" for place in self.places)

    @property
    def record(self) -> Record:
        """The record at its new places."""
        assert self.article is not None
        slots: dict[str, Any] = {}
        for place in self.places:
            old = getattr(self.item, place.slot)
            if isinstance(old, Slot):
                slots[place.slot] = replace(old, span=place.new)
            else:
                slots.setdefault(place.slot, []).append(place.new)
        return replace(
            self.item.record, **slots, sha256=self.article.fingerprint, origin=ORIGIN, comment=self._explain()
        )

    def _explain(self) -> str:
        own = (self.item.comment or "").partition(_MARK)[0].rstrip(" |")
        now = self.article.fingerprint[:12] if self.article else None
        moves = [
            f"{place.slot} [{place.span.start}, {place.span.end}) to [{place.new.start}, {place.new.end})"
            for place in self.places
            if place.span and place.new and place.status != "exact"
        ]
        why = f"{_MARK}the text changed from sha256 {(self.item.sha256 or 'unknown')[:12]} to {now}; "
        why += ", ".join(moves) or "no words moved"
        return f"{own} | {why}" if own else why


class _Text:
    """An article, and its normal form once it is asked for."""

    def __init__(self, article: Article) -> None:
        self.article = article

    @cached_property
    def normal(self) -> NormalText:
        return NormalText(self.article.text)


def _compare(store: AnnotationStore, corpus: Corpus, coder: str | Collection[str] | None) -> Iterator[_Compared]:
    known: dict[str, _Text | None] = {}
    for item in store.annotations(coder):
        if item.article not in known:
            known[item.article] = _Text(corpus[item.article]) if item.article in corpus else None
        text = known[item.article]
        places = [_locate(item, slot, part, span, text) for slot, part, span in _slots_of(item)]
        yield _Compared(item, text.article if text else None, places)


def _slots_of(item: Annotation) -> list[tuple[str, int, Span | None]]:
    found: list[tuple[str, int, Span | None]] = [("spans", part, span) for part, span in enumerate(item.spans)]
    found += [("cue", part, span) for part, span in enumerate(item.cue)]
    slots = ((name, getattr(item, name)) for name in ("holder", "target", "voice"))
    found += [(name, 0, slot.span) for name, slot in slots if isinstance(slot, Slot) and slot.span is not None]
    return found or [("article", 0, None)]


def _locate(item: Annotation, slot: str, part: int, span: Span | None, text: _Text | None) -> _Place:
    """Find the place of one span."""
    try:
        new, reason = _find(item, span, text)
    except Orphan as orphan:
        return _Place(slot, part, span, "orphan", None, str(orphan))
    return _Place(slot, part, span, "exact" if new == span else "re-anchored", new, reason)


def _find(item: Annotation, span: Span | None, text: _Text | None) -> tuple[Span | None, str]:
    """Return the span in the text of today, and what there is to say about it."""
    if text is None:
        raise Orphan("its article is not in the corpus")
    same = item.sha256 == text.article.fingerprint
    if span is None:
        if same or item.sha256 is None:
            return None, "" if same else "it names no words, and no fingerprint of its article"
        raise Orphan("its article has changed, and a judgement that names no words must be made again")
    if _stands(span, text.article.text, known=same or item.sha256 is None):
        return Span.of(text.article.text, span.start, span.end), "" if same else "the text changed elsewhere"
    if same and span.quote is None and span.end <= len(text.article.text):
        return Span.of(text.article.text, span.start, span.end), ""
    start, end = find_again(text.normal, span)
    new = Span.of(text.article.text, start, end)
    return new, "its words moved" if new.quote == span.quote else "its words are wrapped or quoted in another way"


def _stands(span: Span, text: str, *, known: bool) -> bool:
    """Whether the words stand where they were; in a text that changed, their context must be there too."""
    if span.quote is None or text[span.start : span.end] != span.quote:
        return False
    if not known and (span.prefix is None or span.suffix is None):
        return False
    return text.endswith(span.prefix or "", 0, span.start) and text.startswith(span.suffix or "", span.end)


def _tabulate(compared: Sequence[_Compared]) -> pd.DataFrame:
    import pandas as pd

    rows = [_row(found.item, place) for found in compared for place in found.places]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(("start", "end", "new_start", "new_end"), "Int64"))


def _row(item: Annotation, place: _Place) -> tuple[Any, ...]:
    old = (place.span.start, place.span.end) if place.span else (None, None)
    new = (place.new.start, place.new.end) if place.new else (None, None)
    return (item.id, item.coder, item.article, place.slot, place.part, *old, place.status, *new, place.reason)
