"""What all formats share: an annotation on its way (`Item`), an article with its items, and the contract of a format.

To add a format, write one file with one subclass of `Format` and name it in `registry.py`. The subclass says what it
carries in three places that must agree: `lacks` and `may_lose` (the loss report and docs/formats.md speak from them),
`fit` (what of an annotation the format can hold), and `write` with `read` (they must return what `fit` let through).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.records import Annotation, Record, Stance
from corpus_tools.text.article import Article

if TYPE_CHECKING:
    from corpus_tools.annotation.interchange.reading import Reading
    from corpus_tools.annotation.interchange.sources import Source
    from corpus_tools.annotation.interchange.targets import Target

__all__ = ["Document", "Fitted", "Format", "Item", "Unit", "strip", "unspecified_holder"]

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


class Format:
    """What a format is and can.

    Attributes
    ----------
    name : str
        The name by which users ask for it.
    unit : {"codepoint", "utf16"}
        What its offsets count, by its documentation.
    quoted : bool
        Whether it repeats the annotated words, so that every offset can be verified against them.
    folder : bool
        Whether it is a folder of files (or a zip of them) rather than one file.
    coders : bool
        Whether one file can hold several coders.
    suffixes : tuple of str
        The names of files that `read` looks for in a folder or zip.
    lacks : mapping of str to str
        Parts of an annotation that it never carries, and why.
    may_lose : mapping of str to str
        Parts that it carries in most cases, and when not.
    """

    name: ClassVar[str]
    unit: ClassVar[Unit] = "codepoint"
    quoted: ClassVar[bool] = False
    folder: ClassVar[bool] = False
    coders: ClassVar[bool] = True
    suffixes: ClassVar[tuple[str, ...]]
    lacks: ClassVar[Mapping[str, str]] = {}
    may_lose: ClassVar[Mapping[str, str]] = {}

    def refuse(self, article: Article) -> str | None:
        """Say why the format cannot hold this text at all; None if it can."""
        return None

    def fit(self, item: Item, article: Article) -> Fitted:
        """Return what of an item the format can hold: one item or several pieces, or why it can hold nothing."""
        return (item,)

    def fit_all(self, article: Article, items: Iterable[Item]) -> Iterator[tuple[Item, Fitted]]:
        """Yield each item with what of it goes over; formats in which items compete override this."""
        for item in items:
            yield item, self.fit(strip(item, self.lacks), article)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write the documents, whose items have been fitted."""
        raise NotImplementedError

    def read(self, source: Source, reading: Reading) -> None:
        """Read what `write` or the tool itself wrote, and hand every item to `reading`."""
        raise NotImplementedError


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
