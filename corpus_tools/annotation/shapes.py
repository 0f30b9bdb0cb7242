"""Spans and slots as objects, and as they stand in a line of a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.text.span import Span

__all__ = ["slot_in", "slot_out", "spans_in", "spans_out", "voice_out"]

Shape = Mapping[str, Any]


def spans_in(spans: Iterable[Shape]) -> tuple[Span, ...]:
    """Make the spans of a checked line."""
    return tuple([_span_in(span) for span in spans])


def slot_in(slot: Shape | None) -> Slot | Implicit | None:
    """Make the slot of a checked line; a voice may be the author's, and may be missing."""
    if slot is None:
        return None
    if "implicit" in slot:
        return Implicit(slot["implicit"])
    if slot.get("author") is True and "span" not in slot:
        return Implicit("author")
    span = slot.get("span")
    return Slot(None if span is None else _span_in(span), slot.get("entity"))


def spans_out(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Write spans as a line has them."""
    return [{"start": s.start, "end": s.end, "quote": s.quote, "prefix": s.prefix, "suffix": s.suffix} for s in spans]


def slot_out(slot: Slot | Implicit) -> dict[str, Any]:
    """Write a holder or target as a line has it."""
    if isinstance(slot, Implicit):
        return {"implicit": slot.implicit}
    return {"span": spans_out([slot.span])[0] if slot.span else None, "entity": slot.entity}


def voice_out(voice: Slot | Implicit | None) -> dict[str, Any] | None:
    """Write a frame's voice as a line has it."""
    if isinstance(voice, Implicit):
        return {"author": True}
    return None if voice is None else slot_out(voice)


def _span_in(span: Shape) -> Span:
    return Span(span["start"], span["end"], span.get("quote"), span.get("prefix"), span.get("suffix"))
