"""A mention: the words, the entity or the implicit voice that fills the holder or target slot of a stance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from corpus_tools.annotation.records import Implicit, Slot
from corpus_tools.text.errors import InputError


@dataclass(frozen=True, slots=True)
class Mention:
    """Who or what a slot points to.

    `start` and `end` are code points of the article (None without words), `entity` an id of the codebook or a topic,
    `implicit` is `"author"` or `"unspecified"` where no words stand.
    """

    start: int | None = None
    end: int | None = None
    quote: str | None = None
    entity: str | None = None
    implicit: str | None = None

    @classmethod
    def of(cls, value: Any, text: str) -> Mention | None:
        """Read what users give: a `(start, end)` pair, a name, a mention, a record's slot, or None."""
        if value is None or isinstance(value, Mention):
            return value
        if isinstance(value, str):
            return cls(entity=value)
        if isinstance(value, Implicit):
            return cls(implicit=value.implicit)
        if isinstance(value, Slot):
            span = value.span
            return (
                cls(entity=value.entity)
                if span is None
                else cls(span.start, span.end, text[span.start : span.end], value.entity)
            )
        start, end = (int(v) for v in value)
        if not 0 <= start < end <= len(text):
            raise InputError(f"the span ({start}, {end}) does not lie in a text of {len(text)} characters")
        return cls(start, end, text[start:end])

    @property
    def name(self) -> str:
        """The shortest name for tables: the entity, else the words, else the implicit voice."""
        return self.entity or self.quote or self.implicit or "?"

    def overlaps(self, other: Mention) -> bool:
        """Whether two mentions share a character; one without words overlaps nothing."""
        if self.start is None or other.start is None:
            return False
        return self.start < (other.end or 0) and other.start < (self.end or 0)

    def to_dict(self) -> dict[str, Any]:
        """Return the five fields as a dictionary (the form in detections)."""
        return asdict(self)
