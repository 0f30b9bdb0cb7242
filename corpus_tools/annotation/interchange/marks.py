"""A record as marks on a text: an anchor with its arguments, and the rest that is not a place.

Span formats differ in how they write marks and relations, but all hold the same picture. A frame is anchored on its
spans, a stance on its cue (or, where there is none, on its target or holder); the other words that belong to it are
arguments. Whatever is not a place in the text stands in `rest`, a JSON object without the parts that are empty.

>>> stance = Stance("niger", "oppose", holder="author", target=Slot((0, 5), "coup"), cue=[(9, 16)])
>>> marks = to_marks(Item(stance, id="a1"))
>>> marks.role, marks.anchor, marks.arguments
('cue', (Span(start=9, end=16, quote=None, prefix=None, suffix=None),), (('target', Span(start=0, end=5, ...)),))
>>> marks.rest
{'id': 'a1', 'holder': {'implicit': 'author'}, 'target': {'entity': 'coup'}}
>>> from_marks(marks, "niger").record == stance
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.interchange.items import Item
from corpus_tools.annotation.records import Frame, Record, Stance, payload_of
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["Marks", "from_marks", "to_marks"]

ANYWHERE = "article"  # the role of an anchor that no words of the text stand for

_META = ("id", "codebook", "at")
_COMMON = ("attrs", "links", "decides", "origin", "confidence", "comment", "extra")
_OWN = {"frame": ("salience",), "stance": ("expression",)}
_SLOTS = {"frame": ("voice",), "stance": ("holder", "target")}
_ALLOWED = {"frame": ("part", "voice"), "stance": ("cue", "holder", "target")}


@dataclass(frozen=True, slots=True)
class Marks:
    """A record as marks.

    Attributes
    ----------
    kind, label : str
        ``frame`` or ``stance``, and which.
    role : str
        Which spans the anchor has: ``spans`` or ``voice`` (frame), ``cue``, ``target`` or ``holder`` (stance), or
        ``article`` when nothing in the text stands for the record.
    anchor : tuple of Span
        The anchor's spans; several only for ``spans`` and ``cue``.
    arguments : tuple of (role, Span)
        The other places: ``voice``, ``holder``, ``target``; after `split` also ``part`` and ``cue``.
    rest : dict
        Everything else, as JSON.
    """

    kind: str
    label: str
    role: str
    anchor: tuple[Span, ...]
    arguments: tuple[tuple[str, Span], ...]
    rest: dict[str, Any]

    def split(self) -> Marks:
        """Return the marks with one span for an anchor; the further spans become arguments."""
        if len(self.anchor) < 2:
            return self
        role = "part" if self.kind == "frame" else "cue"
        further = tuple((role, span) for span in self.anchor[1:])
        return replace(self, anchor=self.anchor[:1], arguments=(*further, *self.arguments))


def to_marks(item: Item) -> Marks:
    """Take a record apart."""
    record = item.record
    rest = _rest_of(item)
    slots = [(name, _span_of(getattr(record, name))) for name in _SLOTS[record.type]]
    places = [(name, span) for name, span in slots if span is not None]
    own = record.spans if isinstance(record, Frame) else record.cue
    role = "spans" if isinstance(record, Frame) else "cue"
    if not own:
        name, span = next(((name, span) for name, span in reversed(places)), (ANYWHERE, None))
        role, own = name, (span,) if span else ()
        places = [place for place in places if place[0] != name]
    return Marks(record.type, record.label, role, own, tuple(places), rest)


def from_marks(marks: Marks, article: str) -> Item:
    """Put a record together again.

    Raises
    ------
    InputError
        If the marks do not make a record: two holders, no target, or a rest of another shape.
    """
    strange = next((role for role, _ in marks.arguments if role not in _ALLOWED[marks.kind]), None)
    if strange is not None:
        raise InputError(f"a {marks.kind} has no {strange}", remedy=f"link {', '.join(_ALLOWED[marks.kind])} to it")
    rest = marks.rest if isinstance(marks.rest, Mapping) else {}
    given = {name: _text(rest, name) for name in _META}
    common: dict[str, Any] = {name: rest[name] for name in _COMMON if rest.get(name) is not None}
    common |= {name: rest.get(name) for name in _OWN[marks.kind]}
    spans = [span for role, span in marks.arguments if role in ("part", "cue")]
    if marks.role in ("spans", "cue"):
        spans = [*marks.anchor, *spans]
    slots: dict[str, Any] = {name: _slot_of(name, marks, rest.get(name)) for name in _SLOTS[marks.kind]}
    try:
        record: Record
        if marks.kind == "frame":
            record = Frame(article, marks.label, tuple(spans), voice=slots["voice"], **common)
        else:
            holder = slots["holder"] or Implicit("unspecified")
            record = Stance(article, marks.label, holder=holder, target=slots["target"], cue=tuple(spans), **common)
    except (TypeError, ValueError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the details of the mark are malformed ({error})", remedy="leave them as exported") from error
    return Item(record, **given)


def _rest_of(item: Item) -> dict[str, Any]:
    payload = payload_of(item.record)
    known: dict[str, Any] = {name: getattr(item, name) for name in _META}
    for name in _SLOTS[item.record.type]:
        slot = {key: value for key, value in (payload[name] or {}).items() if key != "span" and value is not None}
        known[name] = slot
    known |= {name: payload.get(name) for name in (*_OWN[item.record.type], *_COMMON[:-1])}
    known["origin"] = None if item.record.origin == "manual" else item.record.origin
    known["extra"] = dict(item.record.extra)
    return {name: value for name, value in known.items() if value not in (None, {}, [])}


def _span_of(slot: Slot | Implicit | None) -> Span | None:
    return slot.span if isinstance(slot, Slot) else None


def _slot_of(name: str, marks: Marks, rest: Any) -> Slot | Implicit | None:
    spans = [span for role, span in marks.arguments if role == name]
    spans += marks.anchor if marks.role == name else ()
    if len(spans) > 1:
        what = f"the {marks.kind} {marks.label!r} has {len(spans)} marks for its {name}"
        raise InputError(what, remedy="give it one; coordinated ones are one annotation each")
    rest = rest if isinstance(rest, Mapping) else {}
    entity = rest.get("entity")
    if spans:
        return Slot(spans[0], entity)
    if entity is not None:
        return Slot(entity=entity)
    if name == "target":
        raise InputError(f"the stance {marks.label!r} has no target", remedy="mark the target and link it")
    if name == "voice":
        return Implicit("author") if rest.get("author") is True else None
    return Implicit(rest["implicit"]) if "implicit" in rest else None


def _text(rest: Mapping[str, Any], name: str) -> str | None:
    value = rest.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise InputError(f"the {name} {value!r} is not a text", remedy="leave it as exported")
    return value
