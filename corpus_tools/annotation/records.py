"""Records: what a coder judges, as objects.

`Frame` and `Stance` are what one writes; `Annotation` is what one reads back from a store, with id, coder and time.
The line of the log that carries them is the business of `corpus_tools.annotation.codec`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from corpus_tools.annotation.codec import Event, decode, encode
from corpus_tools.annotation.coercion import (
    Implicit,
    Link,
    Slot,
    plain_attrs,
    plain_number,
    plain_text,
    to_holder,
    to_links,
    to_slot,
    to_spans,
    to_texts,
    to_voice,
)
from corpus_tools.annotation.layout import KEYS, RECORD_TYPES
from corpus_tools.annotation.shapes import slot_in, slot_out, spans_in, spans_out, voice_out
from corpus_tools.text.span import Span

__all__ = [
    "Annotation",
    "Event",
    "Frame",
    "Implicit",
    "Link",
    "Record",
    "Slot",
    "Stance",
    "decode",
    "encode",
    "payload_of",
    "record_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    sha256: str | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict, hash=False)
    links: tuple[Link, ...] = ()
    decides: tuple[str, ...] = ()
    origin: str = "manual"
    confidence: float | None = None
    comment: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        # Most of it is left out most of the time, and a coder waits: what has its type already needs no more.
        _set(self, "attrs", plain_attrs(self.attrs, "attrs"))
        _set(self, "extra", plain_attrs(self.extra, "extra"))
        if type(self.links) is not tuple or self.links:
            _set(self, "links", to_links(self.links))
        if type(self.decides) is not tuple or self.decides:
            _set(self, "decides", to_texts(self.decides, "decides"))
        _set(self, "origin", plain_text(self.origin, "origin"))
        if self.confidence is not None:
            _set(self, "confidence", plain_number(self.confidence, "confidence"))
        _set(self, "sha256", plain_text(self.sha256, "sha256", optional=True))
        _set(self, "comment", plain_text(self.comment, "comment", optional=True))


@dataclass(frozen=True, slots=True)
class Frame(_Common):
    """A frame on a span, on several spans (discontinuous), or on the whole article.

    Parameters
    ----------
    article
        The article's id.
    label
        A frame of the codebook.
    spans
        Spans or `(start, end)` pairs, half-open, in code points; empty for the whole article.
    sha256
        Fingerprint of the article's text; a store with a corpus fills it.
    voice
        Who speaks: `"author"`, or a `Slot` (span, entity) of an actor whom the text quotes or reports; None: not coded.
    salience
        `"primary"` or `"present"`; needed for the whole article.
    attrs
        Values of the attributes that the codebook declares.
    links
        `Link(id, type)` to other annotations.
    decides
        Ids of the annotations that this one decided between (gold only).
    origin
        How the judgement came about: `manual`, `suggestion`, `reanchor`, ...
    confidence
        The coder's or model's confidence from 0 to 1.
    comment
        Free text.
    extra
        Keys of the record that this version does not know; they are kept.

    Examples
    --------
    >>> frame = Frame("niger", "dialogue", [(0, 12)], voice="author")
    >>> frame.spans[0].start, frame.voice
    (0, Implicit(implicit='author'))
    """

    article: str
    label: str
    spans: tuple[Span, ...] = ()
    voice: Slot | Implicit | None = field(default=None, kw_only=True)
    salience: str | None = field(default=None, kw_only=True)

    type: ClassVar[str] = "frame"

    def __post_init__(self) -> None:
        _Common.__post_init__(self)
        if not type(self.article) is type(self.label) is str:
            _set(self, "article", plain_text(self.article, "article"))
            _set(self, "label", plain_text(self.label, "label"))
        _set(self, "spans", to_spans(self.spans, "spans"))
        if self.voice is not None:
            _set(self, "voice", to_voice(self.voice))
        _set(self, "salience", plain_text(self.salience, "salience", optional=True))


@dataclass(frozen=True, slots=True)
class Stance(_Common):
    """Who (holder) takes which position (label) toward whom or what (target), in which words (cue).

    Parameters
    ----------
    article, sha256, attrs, links, decides, origin, confidence, comment, extra
        As in `Frame`.
    label
        A stance value of the codebook.
    holder
        A `Slot`, `Implicit("author")` or `Implicit("unspecified")`; a span or an entity's id is taken as a slot.
    target
        A `Slot`; a span or an entity's id is taken as one.
    cue
        The spans of the words that express the stance.
    expression
        How it is expressed, in the codebook's terms.

    Examples
    --------
    >>> stance = Stance("niger", "oppose", holder="author", target=Slot(entity="coup"), cue=[(20, 29)])
    >>> stance.holder, stance.target.entity
    (Implicit(implicit='author'), 'coup')
    """

    article: str
    label: str
    holder: Slot | Implicit = field(kw_only=True)
    target: Slot = field(kw_only=True)
    cue: tuple[Span, ...] = field(default=(), kw_only=True)
    expression: str | None = field(default=None, kw_only=True)

    type: ClassVar[str] = "stance"

    def __post_init__(self) -> None:
        _Common.__post_init__(self)
        if not type(self.article) is type(self.label) is str:
            _set(self, "article", plain_text(self.article, "article"))
            _set(self, "label", plain_text(self.label, "label"))
        _set(self, "holder", to_holder(self.holder))
        _set(self, "target", to_slot(self.target, "target"))
        _set(self, "cue", to_spans(self.cue, "cue"))
        _set(self, "expression", plain_text(self.expression, "expression", optional=True))


Record = Frame | Stance
_set = object.__setattr__  # fields of a frozen record, while it is being made
_COPIED = ("id", "coder", "codebook", "at", "event_id", "type", "article", "label", "sha256", "origin", "comment")
_KNOWN = {kind: frozenset(KEYS["add", kind]) for kind in RECORD_TYPES}
_NAMES = {kind.type: tuple(part.name for part in fields(kind)) for kind in (Frame, Stance)}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation as it stands: the record with id, coder, the codebook's version and the time of its last event.

    A frame has `spans`, `voice` and `salience`; a stance has `holder`, `target`, `cue` and `expression`. The slots of
    the other type are empty.
    """

    id: str
    coder: str
    codebook: str | None
    at: str
    event_id: str
    type: str
    article: str
    label: str
    sha256: str | None = None
    spans: tuple[Span, ...] = ()
    voice: Slot | Implicit | None = None
    salience: str | None = None
    holder: Slot | Implicit | None = None
    target: Slot | None = None
    cue: tuple[Span, ...] = ()
    expression: str | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict, hash=False)
    links: tuple[Link, ...] = ()
    decides: tuple[str, ...] = ()
    origin: str = "manual"
    confidence: float | None = None
    comment: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Annotation:
        """Build the annotation from the fields of its last event, as the reader of a log has checked them."""
        of_frame = event["type"] == "frame"
        own: dict[str, Any] = (
            {"spans": spans_in(event["spans"]), "voice": slot_in(event["voice"]), "salience": event["salience"]}
            if of_frame
            else {
                "holder": slot_in(event["holder"]),
                "target": slot_in(event["target"]),
                "cue": spans_in(event["cue"]),
                "expression": event["expression"],
            }
        )
        return cls(
            **{name: event[name] for name in _COPIED},
            **own,
            attrs=dict(event["attrs"]),
            links=tuple([Link(link["id"], link["type"]) for link in event["links"]]),
            decides=tuple(event["decides"]),
            confidence=plain_number(event["confidence"], "confidence"),
            extra=_unknown(event),
        )

    @property
    def record(self) -> Record:
        """The record alone, ready for `dataclasses.replace` and `writer.revise`."""
        kind = Frame if self.type == "frame" else Stance
        return kind(**{name: getattr(self, name) for name in _NAMES[self.type]})

    @property
    def all_spans(self) -> tuple[Span, ...]:
        """Every span of the annotation: its own or its cue, then those of voice, holder and target."""
        slots = (self.voice, self.holder, self.target)
        return (*self.spans, *self.cue, *(slot.span for slot in slots if isinstance(slot, Slot) and slot.span))


def record_of(event: Mapping[str, Any]) -> Record:
    """Read the record out of the fields of an add, revise or reject event."""
    common: dict[str, Any] = {
        key: event[key] for key in ("sha256", "attrs", "links", "decides", "origin", "confidence", "comment")
    }
    common["extra"] = _unknown(event)
    if event["type"] == "frame":
        own = {key: event[key] for key in ("spans", "voice", "salience")}
        return Frame(event["article"], event["label"], **own, **common)
    own = {key: event[key] for key in ("holder", "target", "cue", "expression")}
    return Stance(event["article"], event["label"], **own, **common)


def payload_of(record: Record) -> dict[str, Any]:
    """Turn a record into the fields of its event, without the event's own (seq, ids, time, coder, codebook, crc)."""
    own: dict[str, Any]
    if isinstance(record, Frame):
        own = {"spans": spans_out(record.spans), "voice": voice_out(record.voice), "salience": record.salience}
    else:
        own = {
            "expression": record.expression,
            "holder": slot_out(record.holder),
            "target": slot_out(record.target),
            "cue": spans_out(record.cue),
        }
    return {
        "article": record.article,
        "sha256": record.sha256,
        "type": record.type,
        "label": record.label,
        **own,
        "attrs": dict(record.attrs),
        "links": [{"type": link.type, "id": link.id} for link in record.links],
        "decides": list(record.decides),
        "origin": record.origin,
        "confidence": record.confidence,
        "comment": record.comment,
        **record.extra,
    }


def _unknown(event: Mapping[str, Any]) -> dict[str, Any]:
    known = _KNOWN[event["type"]]
    return {} if len(event) == len(known) else {key: value for key, value in event.items() if key not in known}
