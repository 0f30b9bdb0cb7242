"""The quick way from a record to its line: what needs no second look is written at once.

A coder waits for every append, and after an fsync the processor has forgotten the program: what counts is how little
code runs until the next one. So the common record, an object whose constructor has checked its parts, goes straight
into bytes here. Whatever is unusual (attributes, links, keys of its own, a quote that differs, a label that is not in
the codebook) is not judged: the strict way through `checks` and `codec.seal` takes it, or says what is wrong. Both ways
write the same bytes for one record, to which a property test holds them.
"""

from __future__ import annotations

from typing import Any

import orjson

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.codec import STRICT, close_line
from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.entries import Entry, make_from
from corpus_tools.annotation.fields import is_article, is_name, is_sha256
from corpus_tools.annotation.identifiers import IdSource
from corpus_tools.annotation.layout import FORMAT_VERSION, KEYS, MAX_LINE, SALIENCES
from corpus_tools.annotation.records import Frame, Record, Stance, payload_of
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span, quote_at

__all__ = ["Unusual", "draft_add", "payload"]

Fields = dict[str, Any]

_NOTHING = (None, None, None)


class Unusual(Exception):
    """The record is for the strict way."""


def draft_add(record: Record, seq: int, coder: str, checker: Checker, source: IdSource) -> Entry:
    """Write the event number `seq` of a coder's log, which adds a record under a new id.

    Raises
    ------
    Unusual
        When the strict way must look at the record.
    """
    book = checker.codebook
    version = None if book is None else book.version
    own = _draft_own(record, checker, book)
    event_id, id, at = source.make_event()
    head = {"v": FORMAT_VERSION, "seq": seq, "event": "add", "event_id": event_id, "id": id, "base": None, "at": at}
    try:
        body = orjson.dumps({**head, "coder": coder, "codebook": version, **own}, None, STRICT)
    except TypeError as error:  # what JSON cannot hold
        raise Unusual from error
    line, crc = close_line(body)
    if len(line) >= MAX_LINE or not isinstance(version, str | None):
        raise Unusual
    return make_from((seq, at, event_id, crc, "add", id, None, record.article, record.type, 0, line))


def payload(record: Record) -> Fields:
    """Return the fields that a record has of its own, for the strict way.

    Raises
    ------
    InputError
        When it is no record, or sets fields of the event by its extra keys.
    """
    if not isinstance(record, Frame | Stance):
        raise InputError(
            f"{type(record).__name__} is not a record",
            remedy="give a Frame or a Stance (of an Annotation: its .record)",
        )
    fields = payload_of(record)
    reserved = [key for key in record.extra if key in KEYS["add", record.type]]
    if reserved:
        raise InputError(f"extra holds {', '.join(sorted(reserved))}, which the record sets", remedy="use other keys")
    return fields


def _draft_own(record: Record, checker: Checker, book: Codebook | None) -> Fields:
    """Return the fields that the record has of its own: from the article on."""
    if type(record) is not Frame and type(record) is not Stance:
        raise Unusual
    if record.attrs or record.extra or record.links or record.decides:
        raise Unusual
    origin, confidence = record.origin, record.confidence
    if not (origin == "manual" or is_name(origin)) or not (confidence is None or 0 <= confidence <= 1):
        raise Unusual
    text, sha256 = _find_text(record, checker)
    return {
        "article": record.article,
        "sha256": sha256,
        "type": record.type,
        "label": record.label,
        **(_draft_frame(record, text, book) if isinstance(record, Frame) else _draft_stance(record, text, book)),
        "attrs": {},
        "links": (),
        "decides": (),
        "origin": origin,
        "confidence": confidence,
        "comment": record.comment,
    }


def _find_text(record: Record, checker: Checker) -> tuple[str | None, str | None]:
    """Return the article's text, where there is a corpus, and the fingerprint to write."""
    article, sha256 = record.article, record.sha256
    if checker.corpus is None:
        if is_article(article) and (sha256 is None or is_sha256(sha256)):
            return None, sha256
    else:
        found = checker.find(article)
        if found is not None and (sha256 is None or sha256 == found[1]):
            return found
    raise Unusual


def _draft_frame(frame: Frame, text: str | None, book: Codebook | None) -> Fields:
    spans, voice, salience = frame.spans, frame.voice, frame.salience
    if not (salience in SALIENCES or (salience is None and spans)):
        raise Unusual
    if not (frame.label if book is None else frame.label in book.frames):
        raise Unusual
    speaker = None
    if voice is not None:
        speaker = {"author": True} if type(voice) is Implicit else _draft_slot(voice, text, book)
    return {"spans": [_draft_span(span, text) for span in spans], "voice": speaker, "salience": salience}


def _draft_stance(stance: Stance, text: str | None, book: Codebook | None) -> Fields:
    holder, expression = stance.holder, stance.expression
    if not (stance.label if book is None else stance.label in book.stances):
        raise Unusual
    if not (expression is None or book is None or expression in book.expressions):
        raise Unusual
    return {
        "expression": expression,
        "holder": {"implicit": holder.implicit} if type(holder) is Implicit else _draft_slot(holder, text, book),
        "target": _draft_slot(stance.target, text, book),
        "cue": [_draft_span(span, text) for span in stance.cue],
    }


def _draft_slot(slot: Slot | Implicit, text: str | None, book: Codebook | None) -> Fields:
    if type(slot) is not Slot:
        raise Unusual
    span, entity = slot.span, slot.entity
    if not (entity or (entity is None and span is not None)):
        raise Unusual
    if not (entity is None or book is None or entity in book.entities):
        raise Unusual
    return {"span": None if span is None else _draft_span(span, text), "entity": entity}


def _draft_span(span: Span, text: str | None) -> Fields:
    if type(span) is not Span:
        raise Unusual
    start, end, said = span.start, span.end, (span.quote, span.prefix, span.suffix)
    if text is None:
        if said[0] is not None and len(said[0]) != end - start:
            raise Unusual
        there: tuple[str | None, ...] = said
    else:
        there = quote_at(text, start, end)
        if end > len(text) or said not in (_NOTHING, there):
            raise Unusual
    return {"start": start, "end": end, "quote": there[0], "prefix": there[1], "suffix": there[2]}
