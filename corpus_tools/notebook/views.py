"""What a view is told about a session: plain data, offsets in code points, nothing that a blind coder must not see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Implicit, Record, Slot
from corpus_tools.notebook.ledger import Held, changed_labels
from corpus_tools.notebook.session import Session
from corpus_tools.notebook.suggestions import Suggestion
from corpus_tools.render.lanes import assign_lanes
from corpus_tools.render.palette import Palette
from corpus_tools.render.scale import sign_of
from corpus_tools.text.article import Article
from corpus_tools.text.span import Span

__all__ = ["view_article", "view_book", "view_marks", "view_queue", "view_record", "view_status", "view_text"]

View = dict[str, Any]

RESERVED = frozenset("acdefkmnpqrsuvxy")  # letters that are commands; labels take others
MOST_ROWS = 200


def view_article(session: Session, *, blind: bool) -> View:
    """The open article with its place in the queue; its id, source and address stay away from a blind coder."""
    article, queue = session.article, session.queue
    tokens, sentences = session.segments
    place = {"number": queue.number(article.id), "place": queue.place(article.id), "total": len(queue)}
    return {
        **place,
        **view_text(article, tokens, sentences),
        "name": None if blind else article.id,
        "source": None if blind else article.source,
    }


def view_text(article: Article, tokens: list[tuple[int, int]], sentences: list[tuple[int, int]]) -> View:
    """A text with title and date; tokens and sentences as flat lists start, end, start, end, ..."""
    return {
        "title": article.title,
        "date": article.published.isoformat() if article.published else None,
        "language": article.language,
        "text": article.text,
        "tokens": [offset for pair in tokens for offset in pair],
        "sentences": [offset for pair in sentences for offset in pair],
    }


def view_marks(session: Session) -> View:
    """The annotations and the open suggestions of the open article, and the lane of each frame under the text."""
    annotations, suggestions = session.annotations, session.suggestions
    records = [*(held.record for held in annotations), *(item.record for item in suggestions)]
    return {
        "rev": session.ledger.rev,
        "annotations": [_view_held(held, session.book) for held in annotations],
        "suggestions": [_view_suggestion(item) for item in suggestions],
        "lanes": find_lanes(records, session.book),
    }


def find_lanes(records: Iterable[Record], book: Codebook) -> dict[str, int]:
    """Give each frame label a lane in which it meets no other."""
    spans = [(s.start, s.end, record.label) for record in records if isinstance(record, Frame) for s in record.spans]
    return assign_lanes(spans, list(dict.fromkeys([*book.frames, *(label for _, _, label in spans)])))


def view_record(record: Record) -> View:
    """A record with its spans as pairs."""
    view: View = {
        "type": record.type,
        "label": record.label,
        "origin": record.origin,
        "comment": record.comment,
        "attrs": dict(record.attrs),
        "flag": bool(record.extra.get("flag")),
    }
    if isinstance(record, Frame):
        voice = None if record.voice is None else _view_slot(record.voice)
        return view | {"spans": _pairs(record.spans), "voice": voice, "salience": record.salience}
    slots = {"holder": _view_slot(record.holder), "target": _view_slot(record.target)}
    return view | slots | {"cue": _pairs(record.cue), "expression": record.expression}


def view_book(book: Codebook) -> View:
    """The codebook with the look and the keys of each label."""
    return {
        "name": book.name,
        "version": book.version,
        "unit": book.unit,
        "stance_rule": book.stance_rule,
        "frames": list(_view_frames(book)),
        "stances": [_view_value(value.id, value.definition) for value in book.stances.values()],
        "expressions": [{"id": item.id, "definition": item.definition} for item in book.expressions.values()],
        "entities": [{"id": item.id, "name": item.name, "kind": item.kind} for item in book.entities.values()],
        "attrs": [
            {"id": item.id, "values": list(item.values), "definition": item.definition} for item in book.attrs.values()
        ],
    }


def view_status(session: Session) -> View:
    """Progress, pace, and what undo and redo would do."""
    hours = session.seconds_here / 3600
    return {
        "coder": session.ledger.coder,
        "rev": session.ledger.rev,
        "done": session.queue.done,
        "total": len(session.queue),
        "state": session.ledger.statuses.get(session.article.id),
        "finished_here": session.finished_here,
        "minutes_here": round(session.seconds_here / 60, 1),
        "pace": round(session.finished_here / hours, 1) if session.finished_here and hours else None,
        "undo": session.ledger.next_undo,
        "redo": session.ledger.next_redo,
        "ended": session.ended,
        "notice": session.ledger.notice,
        "orphans": len(session.orphans),
        "old": changed_labels(session.ledger.held.values(), session.book.version),
    }


def view_queue(session: Session, search: str, *, blind: bool) -> View:
    """The articles whose title, date or text has the searched words; at most 200 of them."""
    rows: list[View] = []
    wanted = search.casefold().split()
    for place, id in enumerate(session.queue.ids):
        article = session.corpus[id]
        if wanted and not _matches(article, wanted, blind):
            continue
        if len(rows) == MOST_ROWS:
            return {"rows": rows, "more": True}
        rows.append(_view_row(session, article, place, blind))
    return {"rows": rows, "more": False}


def _view_row(session: Session, article: Article, place: int, blind: bool) -> View:
    old = sum(held.codebook != session.book.version for held in session.ledger.of_article(article.id))
    return {
        "number": session.queue.number(article.id),
        "place": place,
        "here": article.id == session.article.id,
        "title": article.title or _first_words(article.text),
        "date": article.published.isoformat() if article.published else None,
        "source": None if blind else article.source,
        "state": session.ledger.statuses.get(article.id) or "open",
        "annotations": len(session.ledger.of_article(article.id)),
        "old": old,
    }


def _matches(article: Article, wanted: list[str], blind: bool) -> bool:
    fields = [article.title, str(article.published or ""), article.text, *([] if blind else [article.source])]
    text = " ".join(field for field in fields if field).casefold()
    return all(word in text for word in wanted)


def _first_words(text: str) -> str:
    words = " ".join(text[:200].split())
    return words if len(words) <= 70 else f"{words[:69]}…"


def _view_frames(book: Codebook) -> Iterator[View]:
    palette = Palette({frame.id: frame.name for frame in book.frames.values()})
    taken = set(RESERVED)
    for number, frame in enumerate(book.frames.values(), 1):
        style = palette[frame.id]
        letter = next((char for char in frame.name.lower() if "a" <= char <= "z" and char not in taken), None)
        taken |= {letter} if letter else set()
        yield {
            "id": frame.id,
            "name": frame.name,
            "definition": frame.definition,
            "include": frame.include,
            "exclude": frame.exclude,
            "examples": list(frame.examples),
            "cues": list(frame.cues),
            "code": style.code,
            "colour": style.colour,
            "line": style.line,
            "key": str(number) if number <= 9 else None,
            "letter": letter,
        }


def _view_value(id: str, definition: str) -> View:
    sign, kind = sign_of(id)
    return {"id": id, "definition": definition, "sign": sign, "kind": kind}


def _view_held(held: Held, book: Codebook) -> View:
    old = None if held.codebook == book.version else held.codebook or "?"
    return {"id": held.id, "old": old, **view_record(held.record)}


def _view_suggestion(item: Suggestion) -> View:
    evidence = [list(pair) for pair in item.evidence]
    return {"key": item.key, "score": item.score, "evidence": evidence, **view_record(item.record)}


def _view_slot(slot: Slot | Implicit) -> View:
    if isinstance(slot, Implicit):
        return {"implicit": slot.implicit}
    return {"span": [slot.span.start, slot.span.end] if slot.span else None, "entity": slot.entity}


def _pairs(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
