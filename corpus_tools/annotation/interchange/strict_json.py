r"""JSON from outside, strictly: what two readers could understand differently is refused with its place.

>>> load_json(b'{"a": 1, "a": 2}', where="tasks.json")
Traceback (most recent call last):
...
corpus_tools.text.errors.InputError: tasks.json: the key 'a' occurs twice in one object; keep one of them
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

from corpus_tools.annotation.layout import MAX_DEPTH
from corpus_tools.text.decoding import decode_utf8
from corpus_tools.text.errors import InputError

__all__ = ["as_list", "as_object", "dump_json", "load_json", "load_lines", "parse_json"]

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def load_json(data: bytes, *, where: str) -> Any:
    """Return the value of a file in UTF-8.

    Raises
    ------
    InputError
        If it is not UTF-8 or not JSON, repeats a key, holds NaN or half a surrogate pair, an integer that does not
        fit 64 bits, or is nested deeper than 100.
    """
    return parse_json(decode_utf8(data, where=where), where=where)


def load_lines(data: bytes, *, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a file with one JSON object a line, each with its place; blank lines are passed over.

    Raises
    ------
    InputError
        As `load_json`; also when a line is not an object, or there is none.
    """
    # Only the line feed ends a line: U+2028 and U+0085 may stand in a text.
    lines = decode_utf8(data, where=where).split("\n")
    number = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            place = f"{where}:{number}"
            yield place, as_object(parse_json(line, where=place), "the line", where=place)
    if not any(line.strip() for line in lines):
        raise InputError("the file has no lines", where=where, remedy="export again")


def parse_json(text: str, *, where: str) -> Any:
    """Return the value of a text; see `load_json`."""
    try:
        _check_depth(text)
        value = json.loads(text, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant)
        orjson.dumps(value)  # refuses half surrogate pairs and integers that do not fit
    except InputError as error:
        raise InputError(error.what, where=where, remedy=error.remedy) from error
    except json.JSONDecodeError as error:
        line = "" if error.lineno == 1 else f", line {error.lineno}"
        what = f"this is not JSON ({error.msg} at character {error.colno}{line})"
        raise InputError(what, where=where, remedy="export it again") from error
    except (orjson.JSONEncodeError, RecursionError, ValueError) as error:
        raise InputError(f"this JSON cannot be read safely ({error})", where=where, remedy="export it again") from error
    return value


def dump_json(value: Any, *, indent: bool = False) -> bytes:
    """Write a value as UTF-8 with a line feed at its end."""
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(value, option=option)


def as_object(value: Any, name: str, *, where: str | None = None) -> dict[str, Any]:
    """Return a value that must be a JSON object."""
    if isinstance(value, dict):
        return value
    raise InputError(f"{name} is not a JSON object but {_kind(value)}", where=where, remedy="export it again")


def as_list(value: Any, name: str, *, where: str | None = None) -> list[Any]:
    """Return a value that must be a JSON array; null counts as an empty one."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise InputError(f"{name} is not a JSON array but {_kind(value)}", where=where, remedy="export it again")


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(f"the JSON is nested deeper than {MAX_DEPTH}", remedy="export it again")
        elif mark in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"the key {twice!r} occurs twice in one object", remedy="keep one of them")
    return fields


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InputError(f"the number {digits[:20]} is infinite", remedy="write null, or a finite number")
    return number


def _no_constant(name: str) -> Any:
    raise InputError(f"{name} is not JSON", remedy="write null, or a finite number")


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
