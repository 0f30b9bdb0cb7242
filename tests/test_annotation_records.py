"""Records and their codec: what is accepted in which form, what one line looks like, and what is refused."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import numpy as np
import pytest
from annotation_lines import FRAME, GOOD, GOOD_STANCE, RETRACT, STANCE, STATUS, event_of, line_of, sealed

from corpus_tools.annotation.identifiers import check_coder_id, current_time, is_time, uuid7
from corpus_tools.annotation.layout import KEYS
from corpus_tools.annotation.records import (
    Annotation,
    Event,
    Frame,
    Implicit,
    Slot,
    Stance,
    decode,
    encode,
    record_of,
)
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span


@pytest.mark.parametrize(
    ("given_spans", "expected"),
    [
        ([], ()),
        (None, ()),
        (Span(1, 3), (Span(1, 3),)),
        ([(1, 3), Span(5, 6)], (Span(1, 3), Span(5, 6))),
        ([{"start": 1, "end": 3}], (Span(1, 3),)),
        (np.array([[1, 3]]), (Span(1, 3),)),
    ],
)
def test_spans_are_taken_in_several_forms(given_spans: Any, expected: tuple[Span, ...]) -> None:
    assert Frame("a", "f", given_spans).spans == expected


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ("author", Implicit("author")),
        ({"implicit": "unspecified"}, Implicit("unspecified")),
        ("russia", Slot(entity="russia")),
        (Span(0, 2), Slot(Span(0, 2))),
        ((0, 2), Slot(Span(0, 2))),
        ({"span": {"start": 0, "end": 2}, "entity": "x"}, Slot(Span(0, 2), "x")),
    ],
)
def test_holders_are_taken_in_several_forms(holder: Any, expected: Slot | Implicit) -> None:
    assert Stance("a", "oppose", holder=holder, target="coup").holder == expected


@pytest.mark.parametrize(
    "make",
    [
        lambda: Frame("a", "f", [(1.0, 2)]),
        lambda: Frame("a", "f", "abc"),
        lambda: Frame("a", "f", [(1, 2, 3)]),
        lambda: Frame("a", None),  # type: ignore[arg-type]
        lambda: Frame("a", "f", voice=Implicit("unspecified")),
        lambda: Frame("a", "f", attrs={"x": float("nan")}),
        lambda: Frame("a", "f", attrs={1: 2}),
        lambda: Frame("a", "f", attrs={"x": {1, 2}}),
        lambda: Frame("a", "f", confidence=float("inf")),
        lambda: Frame("a", "f", links=[3]),  # type: ignore[list-item]
        lambda: Frame("a", "f", decides=[None]),  # type: ignore[list-item]
        lambda: Stance("a", "f", holder=None, target="x"),  # type: ignore[arg-type]
        lambda: Stance("a", "f", holder="x", target=Implicit("author")),  # type: ignore[arg-type]
        lambda: Implicit("nobody"),
        lambda: Slot(),
    ],
)
def test_bad_arguments_are_bad_input(make: Any) -> None:
    with pytest.raises(InputError):
        make()


def test_a_line_is_what_the_design_says() -> None:
    line = encode(event_of(FRAME))
    expected = (
        '{"v":1,"seq":1,"event":"add","event_id":"e1","id":"a1","base":null,"at":"2026-11-23T20:00:00.000Z",'
        '"coder":"ana","codebook":"1.0","article":"niger","sha256":null,"type":"frame","label":"dialogue",'
        '"spans":[{"start":0,"end":4,"quote":"Kyiv","prefix":"","suffix":" x"}],"voice":{"author":true},'
        '"salience":null,"attrs":{},"links":[],"decides":[],"origin":"manual","confidence":null,"comment":null}'
    )
    assert line == sealed(expected.encode())


@pytest.mark.parametrize("record", [FRAME, STANCE])
def test_keys_stand_in_their_fixed_order(record: Frame | Stance) -> None:
    shuffled = Event(dict(reversed(event_of(record).fields.items())))
    line = encode(shuffled)
    assert tuple(json.loads(line)) == KEYS["add", record.type]
    assert record_of(decode(line, where="x").fields) == record


def test_unknown_keys_survive() -> None:
    line = encode(event_of(FRAME, colour="red", spans=[{"start": 0, "end": 1, "quote": None, "weight": 2}]))
    fields = decode(line, where="x").fields
    assert fields["colour"] == "red" and fields["spans"][0]["weight"] == 2
    assert Annotation.of(fields).extra == {"colour": "red"}
    assert encode(Event(fields)) == line


def test_another_writer_may_space_and_escape() -> None:
    fields = event_of(FRAME, comment="é").fields
    crc = f"{zlib.crc32(json.dumps(fields, separators=(',', ':'), ensure_ascii=False).encode()):08x}"
    line = json.dumps({**fields, "crc": crc}, indent=None).encode() + b"\r\n"
    assert decode(line, where="x").fields["comment"] == "é"


SPAN = {"start": 0, "end": 4, "quote": None, "prefix": None, "suffix": None}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"\n", "not JSON"),
        (b"null\n", "not a JSON object"),
        (b"[]\n", "not a JSON object"),
        (b'{"v":1\n', "not JSON"),
        (b'{"v":1}\xff\n', r"not UTF-8: .* \(byte 7 of the line\)"),
        (line_of(GOOD)[:-2] + b',"label":"x"}\n', "'label' occurs twice"),
        (sealed(line_of({})[:1] + b'"v":1,"v":1}'), "'v' occurs twice"),
        (line_of(GOOD, attrs={"x": float("nan")}), "NaN is not JSON"),
        (line_of(GOOD, attrs={"x": float("-inf")}), "-Infinity is not JSON"),
        (line_of(GOOD, attrs={"x": "\ud800"}), "not UTF-8"),
        (sealed(json.dumps({**GOOD, "comment": "\ud800"}).encode()), "not a record"),
        (line_of(GOOD, attrs={"x": 2**53}), r"beyond 2\^53"),
        (line_of(GOOD, attrs={"x": -(2**64)}), r"beyond 2\^53"),
        (line_of(GOOD, attrs={"x": 10**400}), r"beyond 2\^53"),
        (sealed(line_of(GOOD)[:-21].replace(b'"confidence":null', b'"confidence":1e999') + b"}"), "infinite"),
        (line_of(GOOD, attrs={"x": json.loads("[" * 120 + "]" * 120)}), "nested deeper than 100"),
        (b"[" * 100_000 + b"\n", "nested deeper than 100"),
        (line_of(GOOD, comment="x" * 1_000_000), "at most 1,000,000"),
        (line_of(GOOD, v=2), r"version 2 is newer.*update corpus_tools"),
        (line_of(GOOD, v=0), "v=0 is unknown"),
        (line_of(GOOD, v="1"), "v='1' is unknown"),
        (line_of(GOOD, v=True), "v=True is unknown"),
        (line_of(GOOD).replace(b"dialogue", b"dialogus"), "checksum '[0-9a-f]{8}' does not match"),
        (json.dumps(GOOD).encode() + b"\n", "checksum is missing"),
        (line_of(GOOD, seq=0), "seq 0"),
        (line_of(GOOD, seq=True), "seq True"),
        (line_of(GOOD, event="delete"), "known are add, revise, retract, reject, status"),
        (line_of(GOOD, event_id=""), "event_id ''"),
        (line_of(GOOD, id=None), "id None"),
        (line_of(GOOD, base="e0"), "replaces none"),
        (line_of(GOOD, event="revise"), "base None"),
        (line_of(RETRACT, base=None), "base None"),
        (line_of(GOOD, at="2026-02-30T20:00:00.000Z"), "is not a time like"),
        (line_of(GOOD, coder="../ana"), "is not a coder id"),
        (line_of(GOOD, article="../x"), "is not an article id"),
        (line_of(GOOD, article="CON"), "is not an article id"),
        (line_of(GOOD, article="a\x00"), "is not an article id"),
        (line_of(GOOD, sha256="A" * 64), "64 hexadecimal digits"),
        (line_of(GOOD, type="mood"), "known are frame, stance"),
        (line_of(GOOD, label=""), "label ''"),
        (line_of({k: v for k, v in GOOD.items() if k != "origin"}), "the key 'origin' is missing"),
        (line_of(GOOD, spans={}), "spans is not a list"),
        (line_of(GOOD, spans=[[0, 4]]), "is not a span"),
        (line_of(GOOD, spans=[{"start": 0}]), "the key 'end' is missing"),
        (line_of(GOOD, spans=[{**SPAN, "start": -1}]), "count code points"),
        (line_of(GOOD, spans=[{**SPAN, "end": 4.0}]), "count code points"),
        (line_of(GOOD, spans=[{**SPAN, "end": 0}]), r"\[0, 0\) is empty"),
        (line_of(GOOD, spans=[{**SPAN, "quote": "five!"}]), "not its quote"),
        (line_of(GOOD, spans=[]), "needs a salience"),
        (line_of(GOOD, salience="big"), "use primary or present"),
        (line_of(GOOD, voice={"author": False}), "neither span nor entity"),
        (line_of(GOOD, confidence=1.5), "from 0 to 1"),
        (line_of(GOOD, confidence=True), "from 0 to 1"),
        (line_of(GOOD, links=[{"id": "x"}]), "links"),
        (line_of(GOOD, decides="x"), "decides"),
        (line_of(GOOD, origin="<b>"), "origin"),
        (line_of(GOOD_STANCE, holder={"implicit": "nobody"}), "use author or unspecified"),
        (line_of(GOOD_STANCE, holder={"implicit": "author", "entity": "x"}), "use author or unspecified alone"),
        (line_of(GOOD_STANCE, target={"span": None, "entity": ""}), "neither span nor entity"),
        (line_of(GOOD_STANCE, cue=None), "cue is not a list"),
        (line_of(STATUS, status="finished"), "use one of open, in_progress, done, skipped"),
        (line_of(STATUS, seconds=-1), "seconds -1"),
        (line_of(STATUS, id="a1"), "a status is of an article"),
        (line_of(STATUS, base={}), "a status is of an article"),
    ],
)
def test_what_is_no_record_is_refused_with_its_reason(line: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        decode(line, where="ana.jsonl:7")
    assert str(caught.value).startswith("ana.jsonl:7: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {**GOOD, "attrs": {"x": float("nan")}},
        {**GOOD, "comment": "\ud800"},
        {**GOOD, "attrs": {"x": 2**53}},
        {**GOOD, "comment": "x" * 1_000_000},
        {**GOOD, "attrs": {"x": (1, 2)}},
        {**GOOD, "seq": 0},
        {**GOOD, "event": []},
        {},
    ],
)
def test_what_could_not_be_read_back_is_not_written(fields: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        encode(Event(fields))


def test_every_flipped_byte_is_noticed() -> None:
    line = encode(event_of(STANCE))
    for position in range(len(line) - 1):
        for flip in (0x01, 0x20, 0x80):
            damaged = bytearray(line)
            damaged[position] ^= flip
            with pytest.raises(InputError):
                decode(bytes(damaged), where="x")


def test_uuids_are_of_version_7_and_only_grow() -> None:
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", name) for name in ids
    )


def test_the_time_of_writing_is_a_time() -> None:
    assert is_time(current_time())


@pytest.mark.parametrize("coder", ["ana", "coder_a", "A.b-1", "x" * 64])
def test_coder_ids_that_may_name_a_file(coder: str) -> None:
    assert check_coder_id(coder) == coder


@pytest.mark.parametrize(
    "coder", ["", "../x", "a/b", "a\\b", ".a", "a.", "a b", "a\n", "a\x00", "CON", "nul.txt", "Zoë", "x" * 65, None, 3]
)
def test_coder_ids_that_may_not(coder: Any) -> None:
    with pytest.raises(InputError):
        check_coder_id(coder)
