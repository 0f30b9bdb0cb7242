r"""The codec: one event to one line of bytes and back.

A line is a JSON object in UTF-8 with a line feed at its end, its keys in the order of `layout.KEYS`, keys that this
version does not know after them, and the checksum last. `decode` is as strict as `encode`: what one accepts the other
could have written, save for white space and escapes.

>>> event = decode(encode(Event({
...     "v": 1, "seq": 1, "event": "status", "event_id": "e1", "at": "2026-11-23T20:00:00.000Z", "coder": "ana",
...     "article": "niger", "status": "done", "seconds": 212})), where="ana.jsonl:1")
>>> event.event, event.article, event.fields["crc"]
('status', 'niger', '10d63e8b')
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson

from corpus_tools.annotation.entries import Entry, make_entry
from corpus_tools.annotation.fields import REPAIR, BadLine, check_fields, check_version
from corpus_tools.annotation.layout import KEYS, MAX_DEPTH, MAX_INTEGER, MAX_LINE
from corpus_tools.text.errors import InputError

__all__ = ["STRICT", "Event", "close_line", "decode", "encode", "parse_line", "seal"]

Fields = dict[str, Any]

STRICT = orjson.OPT_STRICT_INTEGER
_CRC_LENGTH = len(',"crc":"00000000"}')


@dataclass(slots=True)
class Event:
    """One line of a log.

    Attributes
    ----------
    fields : dict
        The keys and values of the line, unknown ones included.
    line : int
        Its number in the file, from 1; 0 while it is not in a file.
    """

    fields: dict[str, Any]
    line: int = 0

    @property
    def event(self) -> str:
        """What happened: add, revise, retract, reject or status."""
        return str(self.fields["event"])

    @property
    def event_id(self) -> str:
        """The id of the event."""
        return str(self.fields["event_id"])

    @property
    def id(self) -> str | None:
        """The id of the annotation; a status has none."""
        return self.fields.get("id")

    @property
    def base(self) -> str | None:
        """The id of the event that this one replaces."""
        return self.fields.get("base")

    @property
    def seq(self) -> int:
        """The number of the event in its log, from 1."""
        return int(self.fields["seq"])

    @property
    def at(self) -> str:
        """When it was written, in UTC."""
        return str(self.fields["at"])

    @property
    def coder(self) -> str:
        """Who coded."""
        return str(self.fields["coder"])

    @property
    def article(self) -> str | None:
        """The article's id."""
        return self.fields.get("article")


def encode(event: Event) -> bytes:
    r"""Write an event as one line, line feed included; the checksum is computed.

    Raises
    ------
    InputError
        When the fields are no version-1 event, or hold what a line cannot hold.
    """
    return seal(event.fields).line + b"\n"


def seal(fields: Fields) -> Entry:
    """Write fields as a line with its checksum, and return its entry.

    Raises
    ------
    InputError
        As in `encode`.
    """
    try:
        check_version(fields)
        line = _write(fields)
        _check_size(line)
        # Reading back what was made is cheap beside an fsync, and proves that every reader will accept the line.
        again: Fields = orjson.loads(line)
        check_fields(again)
    except BadLine as error:
        raise InputError(error.what, remedy="correct it" if error.remedy == REPAIR else error.remedy) from error
    if again != {**fields, "crc": again["crc"]}:
        lost = ", ".join(key for key in fields if key != "crc" and again.get(key) != fields[key])
        raise InputError(
            f"{lost} would change when written as JSON", remedy="use texts, finite numbers, lists and dicts"
        )
    return make_entry(again, line)


def decode(line: bytes, *, where: str) -> Event:
    """Read one line strictly; `where` names it in errors, such as ``ana.jsonl:17``.

    Raises
    ------
    InputError
        When the line is damaged, is no record, or is one of a version that this release does not read.
    """
    try:
        return Event(parse_line(line.removesuffix(b"\n")))
    except BadLine as error:
        raise InputError(f"{error.what} (byte {error.byte} of the line)", where=where, remedy=error.remedy) from error


def parse_line(line: bytes) -> Fields:
    """Return the fields of a line without its line feed, or raise `BadLine`."""
    _check_size(line)
    fields: Fields | None
    try:
        fields = orjson.loads(line)
        # Bytes that come out again as they went in hold no duplicate keys, no big integers, no NaN: the quick way.
        regular = type(fields) is dict and orjson.dumps(fields, option=STRICT) == line
    except (orjson.JSONDecodeError, TypeError, RecursionError):
        fields, regular = None, False
    if fields is None or not regular:
        fields = _parse_irregular(line)
    stored = fields.get("crc")
    sealed = stored == _checksum(line[:-_CRC_LENGTH] + b"}") or stored == _checksum_of(fields)
    check_version(fields, sealed=sealed)  # first: another version may compute its checksum in another way
    if not sealed:
        raise BadLine("the checksum is missing" if stored is None else f"the checksum {stored!r} does not match")
    check_fields(fields)
    return fields


def close_line(body: bytes) -> tuple[bytes, str]:
    """Put the checksum at the end of an object's JSON; return the line without its line feed, and the checksum."""
    crc = crc32(body).to_bytes(4).hex()
    return b"".join((body[:-1], b',"crc":"', crc.encode(), b'"}')), crc


def _write(fields: Fields) -> bytes:
    event, kind = fields.get("event"), fields.get("type")
    order = KEYS.get((event, kind), ()) if isinstance(event, str) and isinstance(kind, str | None) else ()
    if tuple(fields) != order[:-1]:  # not yet in order, or with the checksum of an earlier line
        fields = {key: fields[key] for key in order if key in fields} | fields
        fields.pop("crc", None)
    try:
        body = orjson.dumps(fields, option=STRICT)
    except TypeError as error:
        raise BadLine(
            f"cannot be written as JSON: {error}", "use texts without surrogates, numbers below 2^53, lists and dicts"
        ) from error
    return close_line(body)[0]


def _checksum(body: bytes) -> str:
    return f"{crc32(body):08x}"


def _checksum_of(fields: Fields) -> str:
    """Return the checksum that the line would have in its canonical bytes."""
    return _checksum(orjson.dumps({key: value for key, value in fields.items() if key != "crc"}))


def _check_size(line: bytes) -> None:
    """Refuse a line that is too long, or nested too deep."""
    if len(line) >= MAX_LINE:
        raise BadLine(f"the line has {len(line):,} bytes", f"a line has at most {MAX_LINE:,}", MAX_LINE)
    if line.count(b"{") + line.count(b"[") > MAX_DEPTH:  # only then can it be
        _check_depth(line)


def _parse_irregular(line: bytes) -> Fields:
    """Parse slowly and say what is wrong, or accept a line that is right but not written our way."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8: {error.reason}", byte=error.start) from error
    try:
        fields = json.loads(
            text, object_pairs_hook=_unique, parse_int=_small, parse_float=_finite, parse_constant=_no_constant
        )
        orjson.dumps(fields, option=STRICT)
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error.msg}", byte=len(text[: error.pos].encode())) from error
    except TypeError as error:
        raise BadLine(f"not a record: {error}") from error
    if not isinstance(fields, dict):
        raise BadLine("not a JSON object")
    return fields


def _check_depth(line: bytes) -> None:
    depth, in_text, escaped = 0, False, False
    for position, char in enumerate(line):
        if in_text:
            in_text = escaped or char != 0x22
            escaped = not escaped and char == 0x5C
        elif char == 0x22:
            in_text = True
        elif char in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadLine(f"nested deeper than {MAX_DEPTH}", byte=position)
        elif char in b"}]":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> Fields:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadLine(f"the key {double!r} occurs twice")
    return fields


def _small(digits: str) -> int:
    # The length is looked at first: Python refuses to convert thousands of digits, and slowly converts hundreds.
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise BadLine(f"the integer {digits[:24]} is beyond 2^53", "no JSON reader keeps it exactly")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadLine(f"the number {digits[:24]} is infinite")
    return number


def _no_constant(name: str) -> Any:
    raise BadLine(f"{name} is not JSON")
