"""Any record comes back as it went; any line is read or refused; and the schema agrees with the reader."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from annotation_lines import (
    FRAME,
    GOOD,
    GOOD_STANCE,
    RETRACT,
    STATUS,
    event_of,
    line_of,
    make_fields,
    seal_by_hand,
    spoilt,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation.records import (
    Annotation,
    Event,
    Frame,
    Implicit,
    Link,
    Slot,
    Stance,
    decode,
    encode,
    payload_of,
    record_of,
)
from corpus_tools.annotation.schema import build_schema
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

SPAN = {"start": 0, "end": 4, "quote": None, "prefix": None, "suffix": None}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 10**6))
    quote = draw(st.none() | TEXT.filter(bool))
    end = start + (len(quote) if quote else draw(st.integers(1, 100)))
    return Span(start, end, quote, draw(st.none() | TEXT), draw(st.none() | TEXT))


SLOTS = st.builds(Slot, spans(), st.none() | NAME) | st.builds(Slot, st.none(), NAME)
COMMON = {
    "sha256": st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    "attrs": st.dictionaries(TEXT, JSON, max_size=3),
    "links": st.lists(st.builds(Link, NAME, NAME), max_size=2).map(tuple),
    "decides": st.lists(NAME, max_size=2).map(tuple),
    "origin": st.sampled_from(["manual", "suggestion", "reanchor"]),
    "confidence": st.none() | st.floats(0, 1),
    "comment": st.none() | TEXT,
    "extra": st.dictionaries(NAME.map("x_{}".format), JSON, max_size=2),
}
FRAMES = st.builds(
    Frame,
    NAME.map("n{}".format),
    NAME,
    st.lists(spans(), min_size=1, max_size=3).map(tuple),
    voice=st.none() | st.just("author") | SLOTS,
    salience=st.sampled_from([None, "primary", "present"]),
    **COMMON,
)
HOLDERS = SLOTS | st.builds(Implicit, st.sampled_from(["author", "unspecified"]))
STANCES = st.builds(
    Stance,
    NAME.map("n{}".format),
    NAME,
    holder=HOLDERS,
    target=SLOTS,
    cue=st.lists(spans(), max_size=2).map(tuple),
    expression=st.none() | NAME,
    **COMMON,
)


def exactly(record: Frame | Stance) -> dict[str, Any]:
    """Compare quotes and contexts too, which spans leave out of their equality."""
    return payload_of(record)


@given(FRAMES | STANCES)
@hypothesis_settings(max_examples=80, deadline=None)
def test_any_record_comes_back_as_it_went(record: Frame | Stance) -> None:
    line = encode(event_of(record))
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    again = decode(line, where="x").fields
    assert exactly(record_of(again)) == exactly(record)
    assert exactly(Annotation.of(again).record) == exactly(record)
    assert encode(Event(again)) == line


@given(st.binary(max_size=60) | st.dictionaries(st.sampled_from([*GOOD, *GOOD_STANCE, "status"]), JSON).map(line_of))
@hypothesis_settings(max_examples=100, deadline=None)
def test_the_reader_survives_anything(line: bytes) -> None:
    with pytest.raises(InputError):
        decode(line, where="x")


@given(st.sampled_from([GOOD, GOOD_STANCE, STATUS, RETRACT]), st.data())
@hypothesis_settings(max_examples=100, deadline=None)
def test_a_wrong_value_is_refused_or_harmless(fields: dict[str, Any], data: st.DataObject) -> None:
    changed = {**fields, data.draw(st.sampled_from(list(fields))): data.draw(JSON)}
    try:
        event = decode(line_of(changed), where="x")
    except InputError:
        return
    if event.event not in ("retract", "status"):
        assert Annotation.of(event.fields).article == event.article


def test_the_shipped_schema_is_the_one_that_the_code_builds(root: Path) -> None:
    path = root / "corpus_tools" / "annotation" / "schema" / "annotation-v1.json"
    assert json.loads(path.read_text("utf-8")) == build_schema()


@cache
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(build_schema())
    return jsonschema.Draft202012Validator(build_schema())


@given(FRAMES | STANCES)
@hypothesis_settings(max_examples=15, deadline=None)
def test_the_schema_accepts_what_the_codec_writes(record: Frame | Stance) -> None:
    validator().validate(json.loads(encode(event_of(record))))


@given(st.data())
@hypothesis_settings(max_examples=100, deadline=None)
def test_the_schema_accepts_whatever_the_reader_accepts(data: st.DataObject) -> None:
    fields = data.draw(st.sampled_from(make_fields(14)).flatmap(spoilt))
    try:
        event = decode(seal_by_hand(fields), where="x")
    except InputError:
        return
    validator().validate(event.fields)


@pytest.mark.parametrize(
    "fields", [RETRACT, STATUS, {**GOOD, "event": "reject"}, {**GOOD, "event": "revise", "base": "e"}]
)
def test_the_schema_accepts_the_other_events(fields: dict[str, Any]) -> None:
    validator().validate(json.loads(encode(Event(fields))))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"seq": 0},
        {"event": "x"},
        {"type": "x"},
        {"spans": []},
        {"spans": [[0, 1]]},
        {"crc": "x"},
        {"base": "e"},
    ],
)
def test_the_schema_refuses_what_the_codec_refuses(change: dict[str, Any]) -> None:
    assert not validator().is_valid({**json.loads(encode(event_of(FRAME))), **change})
