"""Records and their fields as a view sends them: plain data in, checked values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.coercion import to_holder, to_slot, to_spans, to_voice
from corpus_tools.annotation.records import Frame, Record, Slot, Stance
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["read_changes", "read_record"]


def read_record(book: Codebook, article: str, data: Mapping[str, Any], text: str) -> Record:
    """Read a whole record of an article with this text.

    Raises
    ------
    InputError
        When a field is unknown, missing or not what it must be.
    """
    fields = read_changes(book, data, text)
    label = fields.pop("label", None)
    if data.get("type") == "frame":
        if not fields.get("spans") and not fields.get("salience"):
            raise InputError("a frame needs words, or the whole article")
        return Frame(article, label, **fields)
    if data.get("type") != "stance":
        raise InputError(f"the type {data.get('type')!r} is unknown")
    for slot in ("holder", "target"):
        if fields.get(slot) is None:
            raise InputError(f"the stance has no {slot}", remedy="fill the slot first")
    return Stance(article, label, **fields)


def read_changes(book: Codebook, data: Mapping[str, Any], text: str, record: Record | None = None) -> dict[str, Any]:
    """Read the fields that a view names, ready for `dataclasses.replace`.

    A slot of which the entity is "?" gets the one that the codebook finds in its words. `record` is what is changed;
    a flag is kept among its other unknown keys.

    Raises
    ------
    InputError
        When a field is unknown or not what it must be.
    """
    fields: dict[str, Any] = {}
    for name, value in data.items():
        if name == "flag":
            fields["extra"] = {**(record.extra if record else {}), "flag": bool(value)}
        elif name in _READ:
            fields[name] = _READ[name](value)
        elif name != "type":
            raise InputError(f"the field {name!r} is unknown")
    for name in ("holder", "target", "voice"):
        if isinstance(fields.get(name), Slot):
            fields[name] = _find_entity(book, fields[name], text)
    return fields


def _find_entity(book: Codebook, slot: Slot, text: str) -> Slot:
    if slot.entity != "?":
        return slot
    return Slot(slot.span, book.entity_of(slot.span.slice(text)) if slot.span else None)


def _spans(value: Any, name: str) -> tuple[Span, ...]:
    if not isinstance(value, list):
        raise InputError(f"{name} {value!r} is not a list of pairs")
    return tuple(sorted(to_spans(value, name)))


_READ: dict[str, Callable[[Any], Any]] = {
    "label": str,
    "spans": lambda value: _spans(value, "spans"),
    "cue": lambda value: _spans(value, "cue"),
    "holder": to_holder,
    "target": lambda value: to_slot(value, "target"),
    "voice": to_voice,
    "salience": lambda value: value,
    "expression": lambda value: value,
    "comment": lambda value: value or None,
    "attrs": dict,
}
