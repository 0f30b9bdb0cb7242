"""Coercion at the border: what users pass for spans, slots and attributes becomes the one form that records have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from corpus_tools.annotation.layout import IMPLICIT_HOLDERS, MAX_DEPTH
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = [
    "Implicit",
    "Link",
    "Slot",
    "plain_attrs",
    "plain_number",
    "plain_text",
    "to_holder",
    "to_links",
    "to_slot",
    "to_span",
    "to_spans",
    "to_texts",
    "to_voice",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """Who or what fills a slot: the words that name it, the codebook's entity, or both."""

    span: Span | None = None
    entity: str | None = None

    def __post_init__(self) -> None:
        if self.span is not None:
            object.__setattr__(self, "span", to_span(self.span, "slot"))
        if self.entity is not None:
            object.__setattr__(self, "entity", plain_text(self.entity, "entity"))
        if self.span is None and self.entity is None:
            raise InputError("a slot has neither span nor entity", remedy="give at least one, or use Implicit")


@dataclass(frozen=True, slots=True)
class Implicit:
    """A holder for whom no words stand: the `author`, or `unspecified` ("has sparked concern")."""

    implicit: str

    def __post_init__(self) -> None:
        if self.implicit not in IMPLICIT_HOLDERS:
            raise InputError(
                f"implicit holder {self.implicit!r} is unknown", remedy=f"use {' or '.join(IMPLICIT_HOLDERS)}"
            )


_AUTHOR = Implicit("author")


@dataclass(frozen=True, slots=True)
class Link:
    """A relation to another annotation, such as the frame that a stance realises."""

    id: str
    type: str = "realises"

    def __post_init__(self) -> None:
        for name in ("id", "type"):
            object.__setattr__(self, name, plain_text(getattr(self, name), f"link {name}"))


def to_span(value: Any, name: str) -> Span:
    """Take a span, a mapping with start and end, or a `(start, end)` pair."""
    parts: tuple[Any, ...]
    if type(value) is Span and value.quote is value.prefix is value.suffix is None:
        return value  # nearly always
    try:
        if isinstance(value, Span):
            parts = (value.start, value.end, value.quote, value.prefix, value.suffix)
        elif type(value) is not tuple and isinstance(value, Mapping):
            parts = (value["start"], value["end"], value.get("quote"), value.get("prefix"), value.get("suffix"))
        else:
            start, end = value
            parts = (start, end, None, None, None)
    except (TypeError, ValueError, KeyError) as error:
        raise InputError(
            f"{name} {value!r} is not a span", remedy="give Span(start, end) or a pair of whole numbers"
        ) from error
    if parts[2:] != (None, None, None):
        texts = zip(parts[2:], ("quote", "prefix", "suffix"), strict=True)
        parts = (*parts[:2], *(plain_text(text, f"{name} {key}", optional=True) for text, key in texts))
    return value if isinstance(value, Span) else Span(*parts)


def to_spans(value: Any, name: str) -> tuple[Span, ...]:
    """Take one span, None, or an iterable of what `to_span` takes."""
    if value is None:
        return ()
    if type(value) not in (list, tuple):
        if isinstance(value, Span | Mapping):
            return (to_span(value, name),)
        if isinstance(value, str | bytes) or not isinstance(value, Iterable):
            raise InputError(f"{name} {value!r} is not a list of spans", remedy="give [Span(start, end), ...]")
    return tuple([to_span(part, name) for part in value])


def to_slot(value: Any, name: str) -> Slot:
    """Take a slot, its mapping, an entity's id, or a span."""
    if isinstance(value, Slot):
        return value
    if isinstance(value, str):
        return Slot(entity=value)
    if isinstance(value, Mapping) and ("span" in value or "entity" in value):
        return Slot(value.get("span"), value.get("entity"))
    if value is None or isinstance(value, Implicit):
        raise InputError(f"{name} {value!r} is not a slot", remedy="give Slot(span=..., entity=...)")
    return Slot(to_span(value, name))


def to_holder(value: Any) -> Slot | Implicit:
    """Take what `to_slot` takes, or an implicit holder, its name or its mapping."""
    if isinstance(value, Slot | Implicit):
        return value
    if isinstance(value, Mapping) and "implicit" in value:
        return Implicit(value["implicit"])
    return Implicit(value) if isinstance(value, str) and value in IMPLICIT_HOLDERS else to_slot(value, "holder")


def to_voice(value: Any) -> Slot | Implicit | None:
    """Take what `to_slot` takes, `"author"`, `{"author": True}`, or None where the voice was not coded."""
    if value is None:
        return None
    if isinstance(value, Mapping) and value.get("author") is True:
        return _AUTHOR
    if isinstance(value, str | Implicit) and value in ("author", _AUTHOR):
        return _AUTHOR
    if isinstance(value, Implicit):
        raise InputError("a frame's voice cannot be unspecified", remedy="use 'author', a Slot, or None for not coded")
    return to_slot(value, "voice")


def to_links(value: Any) -> tuple[Link, ...]:
    """Take links, their mappings, or bare annotation ids."""
    if _is_left_out(value):
        return ()
    if isinstance(value, str | Mapping | Link):
        value = (value,)
    return tuple(_to_link(part) for part in value)


def _to_link(value: Any) -> Link:
    if isinstance(value, Link):
        return value
    return (
        Link(value["id"], value["type"]) if isinstance(value, Mapping) and {"id", "type"} <= set(value) else Link(value)
    )


def to_texts(value: Any, name: str) -> tuple[str, ...]:
    """Take a text or an iterable of texts."""
    if _is_left_out(value):
        return ()
    parts = (value,) if isinstance(value, str) else value
    if not isinstance(parts, Iterable) or isinstance(parts, Mapping):
        raise InputError(f"{name} {value!r} is not a list of ids", remedy="give a list of texts")
    texts = (plain_text(part, name) for part in parts)
    return tuple(text for text in texts if text is not None)


def _is_left_out(value: Any) -> bool:
    return value is None or (type(value) is tuple and not value)


def plain_text(value: Any, name: str, *, optional: bool = False) -> str | None:
    """Return the text itself; None passes where it is optional."""
    if isinstance(value, str):
        return str(value)
    if value is None and optional:
        return None
    raise InputError(f"{name} {value!r} is not text", remedy="give a str")


def plain_number(value: Any, name: str) -> float | None:
    """Return None, or the number as a float; NaN and infinity are refused."""
    if value is None:
        return None
    try:
        number = math.nan if isinstance(value, bool | str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{name} {value!r} is not a finite number", remedy="give a number or None")
    return number


def plain_attrs(value: Any, name: str) -> dict[str, Any]:
    """Return a deep copy in plain JSON types; None gives an empty dict."""
    if value is None or (type(value) is dict and not value):
        return {}
    copied = _plain_json(value, name, 0)
    if not isinstance(copied, dict):
        raise InputError(f"{name} {value!r} is not a mapping", remedy="give a dict of names to values")
    return copied


def _plain_json(value: Any, name: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str | Integral):
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, Real):
        return plain_number(value, name)
    if depth < MAX_DEPTH and isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): _plain_json(item, f"{name}.{key}", depth + 1) for key, item in value.items()}
    if depth < MAX_DEPTH and isinstance(value, list | tuple):
        return [_plain_json(item, name, depth + 1) for item in value]
    raise InputError(
        f"{name} {value!r} cannot be written as JSON",
        remedy="use texts, finite numbers, lists and dicts with text keys",
    )
