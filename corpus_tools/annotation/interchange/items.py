"""An annotation on its way out or in (`Item`), and an article with its items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.records import Annotation, Record, Stance
from corpus_tools.text.article import Article

__all__ = ["Document", "Fitted", "Item", "Unit", "strip", "unspecified_holder"]

Unit = Literal["codepoint", "utf16"]
Fitted = tuple["Item", ...] | str
"""What of an item goes over; a text says why nothing does."""


@dataclass(frozen=True, slots=True)
class Item:
    """One annotation on its way out or in: the record, and what is known of its making.

    Attributes
    ----------
    record : Frame or Stance
        The judgement.
    id, coder, codebook, at : str or None
        The annotation's id, who coded, under which version of the codebook, when; None where a file does not say.
    """

    record: Record
    id: str | None = None
    coder: str | None = None
    codebook: str | None = None
    at: str | None = None

    @classmethod
    def of(cls, annotation: Annotation) -> Item:
        """Take an annotation of a store."""
        return cls(annotation.record, annotation.id, annotation.coder, annotation.codebook, annotation.at)


@dataclass(frozen=True, slots=True)
class Document:
    """An article with the items that a format writes for it."""

    article: Article
    items: tuple[Item, ...]

    def by_coder(self) -> dict[str | None, list[Item]]:
        """Return the items of each coder, in order."""
        groups: dict[str | None, list[Item]] = {}
        for item in self.items:
            groups.setdefault(item.coder, []).append(item)
        return groups


_EMPTY: dict[str, Any] = {
    "voice": None, "salience": None, "expression": None, "attrs": {}, "links": (), "decides": (), "origin": "manual",
    "confidence": None, "comment": None, "extra": {},
}  # fmt: skip


def strip(item: Item, lacks: Iterable[str]) -> Item:
    """Return the item without the parts named; a slot that only had an entity is left to `Format.fit`."""
    known = {name: None for name in lacks if name in ("id", "coder", "codebook", "at")}
    record = item.record
    changes = {name: _EMPTY[name] for name in lacks if name in _EMPTY and hasattr(record, name)}
    for name in ("voice", "holder", "target"):
        slot = getattr(record, name, None)
        if f"{name}_entity" in lacks and name not in changes and isinstance(slot, Slot) and slot.span is not None:
            changes[name] = Slot(slot.span)
    if not known and not changes:
        return item
    return replace(item, record=replace(record, **changes), **known)


def unspecified_holder(stance: Stance) -> Stance:
    """Return a stance whose holder nobody named, for formats that hold holders only as words of the text."""
    return replace(stance, holder=Implicit("unspecified"))
