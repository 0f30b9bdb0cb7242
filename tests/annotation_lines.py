"""Lines of logs for tests: sound ones of every kind, and the same ones spoilt, with checksums that fit."""

from __future__ import annotations

import copy
import json
import zlib
from typing import Any

import hypothesis.strategies as st
import orjson

from corpus_tools.annotation.identifiers import current_time
from corpus_tools.annotation.records import (
    Event,
    Frame,
    Implicit,
    Link,
    Slot,
    Stance,
    encode,
    payload_of,
)
from corpus_tools.text.span import Span

Fields = dict[str, Any]

QUOTED = Span(3, 8, "junta", "The", " of")
RECORDS = (
    Frame("niger", "dialogue", [QUOTED, (20, 24)], voice="author", sha256="a" * 64, comment="\u2028 and 🇳🇪"),
    Frame("niger", "dialogue", salience="primary", attrs={"certainty": "sure"}, confidence=0.5, origin="suggestion"),
    Frame("mali", "sovereignty", [(1, 2)], voice=Slot(QUOTED, "junta"), extra={"colour": "red"}),
    Stance("niger", "oppose", holder="author", target=Slot(QUOTED, "junta"), cue=[(30, 36)], expression="threat"),
    Stance("niger", "support", holder=Slot(Span(0, 2), "bloc"), target="junta", links=[Link("x1")], decides=("a1",)),
    Stance("mali", "mixed", holder=Implicit("unspecified"), target=Slot(Span(5, 9)), cue=[QUOTED]),
)


def make_fields(count: int, coder: str = "ana") -> list[Fields]:
    """Events of every kind, in a sound log: adds, and now and then a revise, a retract, a reject or a status."""
    made: list[Fields] = []
    for number in range(1, count + 1):
        head = {"v": 1, "seq": number, "event": "add", "event_id": f"e{number}", "id": f"a{number}", "base": None}
        head |= {"at": current_time(), "coder": coder, "codebook": "1.0"}
        fields = {**head, **payload_of(RECORDS[number % len(RECORDS)])}
        if number % 7 == 3:
            fields |= {"event": "revise", "id": f"a{number - 1}", "base": f"e{number - 1}"}
        elif number % 7 == 5:
            fields = {**head, "event": "retract", "id": f"a{number - 1}", "base": f"e{number - 1}", "article": "niger"}
        elif number % 7 == 6:
            fields = {**head, "event": "status", "id": None, "article": "niger", "status": "done", "seconds": 2.5}
        elif number % 7 == 0:
            fields |= {"event": "reject"}
        made.append(fields)
    return made


def make_lines(count: int, coder: str = "ana") -> list[bytes]:
    """The lines of `make_fields`, without line feeds."""
    return [encode(Event(fields))[:-1] for fields in make_fields(count, coder)]


def seal_by_hand(fields: Fields) -> bytes:
    """Write any fields as a line whose checksum fits: what a broken or hostile program might write."""
    return sealed(orjson.dumps({key: value for key, value in fields.items() if key != "crc"}))[:-1]


VALUES = st.one_of(
    st.sampled_from(
        [None, True, False, 0, 1, -1, 2**53, 0.5, 1.5, "", "x", "../x", "a\x00", "é", "\u2028", "CON", [], {}]
    ),
    st.sampled_from(
        ["a" * 64, "2026-02-30T20:00:00.000Z", "2026-W01-1T20:00:00.000Z", "author", "done", "add", "stance"]
    ),
    st.sampled_from(
        [[[]], [{}], {"x": {"y": 1}}, {"implicit": "author"}, {"author": True}, {"author": 1}, {"span": None}]
    ),
    st.text(max_size=5),
    st.integers(-5, 2**54),
)
"""Values that do not belong where they are put, or hardly."""


@st.composite
def spoilt(draw: st.DrawFn, fields: Fields) -> Fields:
    """One change somewhere in the fields: a value, a key that is gone, one that is new."""
    changed: Any = copy.deepcopy(fields)
    place = changed
    while True:
        inner = [
            value
            for value in (place.values() if isinstance(place, dict) else place)
            if isinstance(value, dict | list) and value
        ]
        if not inner or draw(st.integers(0, 2)) == 0:
            break
        place = draw(st.sampled_from(inner))
    if isinstance(place, list):
        place[draw(st.integers(0, len(place) - 1))] = draw(VALUES)
        return dict(changed)
    key = draw(st.sampled_from([*place, "colour"]))
    if draw(st.integers(0, 4)) == 0:
        place.pop(key, None)
    else:
        place[key] = draw(VALUES)
    return dict(changed)


HEAD = {"v": 1, "seq": 1, "event": "add", "event_id": "e1", "id": "a1", "base": None, "at": "2026-11-23T20:00:00.000Z"}
HEAD |= {"coder": "ana", "codebook": "1.0"}
FRAME = Frame("niger", "dialogue", [Span(0, 4, "Kyiv", "", " x")], voice="author")
STANCE = Stance("niger", "oppose", holder=Slot(Span(0, 3), "russia"), target="coup", cue=[(5, 9)], expression="threat")


def event_of(record: Frame | Stance, **changes: Any) -> Event:
    return Event({**HEAD, **payload_of(record), **changes})


def line_of(fields: dict[str, Any], **changes: Any) -> bytes:
    """Write a line by hand as text, lone surrogates and all."""
    body = json.dumps({**fields, **changes}, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return sealed(body)


def sealed(body: bytes) -> bytes:
    return body[:-1] + b',"crc":"%08x"}' % zlib.crc32(body) + b"\n"


GOOD = event_of(FRAME).fields
GOOD_STANCE = event_of(STANCE).fields
RETRACT = {**HEAD, "event": "retract", "base": "e0", "article": "niger", "comment": None}
STATUS = {**HEAD, "event": "status", "id": None, "article": "niger", "status": "done", "seconds": 2}
