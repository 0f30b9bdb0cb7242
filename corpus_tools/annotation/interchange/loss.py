"""What an interchange could not carry: how many, why, and which annotations.

>>> report = LossReport("doccano", "export", 3, (Loss("voice", "its marks have no attributes", ("a1", "a2")),))
>>> print(report)
doccano export: 3 annotations carried; not carried:
  voice  2  its marks have no attributes  (a1, a2)
>>> report.lossless, report.fields_of("a2")
(False, {'voice'})
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.interchange.items import Item

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Loss", "LossReport", "Losses", "find_losses"]

_SHOWN = 2  # ids in the text form; the table has all

_ITEM = ("id", "coder", "codebook", "at")
_SLOTS = ("voice", "holder", "target")
_PLAIN = ("spans", "cue", "salience", "expression", "attrs", "links", "decides", "origin", "confidence", "comment")


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of loss.

    Attributes
    ----------
    what : str
        The part of an annotation, named as in `AnnotationStore.to_frame`; ``annotation`` where nothing of it was
        carried. On import also what the file held beyond annotations, such as ``relation``.
    why : str
        The reason, in words.
    ids : tuple of str
        The annotations; on import the places in the file.
    """

    what: str
    why: str
    ids: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many annotations or places."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class LossReport:
    """What one export or import did.

    Attributes
    ----------
    format : str
        The name of the format.
    direction : str
        ``export`` or ``import``.
    carried : int
        How many annotations went over, whole or in part.
    losses : tuple of Loss
        What did not, in the order of its first occurrence.
    notes : tuple of str
        What else a reader should know, such as the unit of offsets that was detected.
    """

    format: str
    direction: str
    carried: int
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lossless(self) -> bool:
        """Whether everything was carried."""
        return not self.losses

    def ids(self, what: str | None = None) -> tuple[str, ...]:
        """Return the ids that lost something, or lost this, each once."""
        return tuple(dict.fromkeys(id for loss in self.losses if what in (None, loss.what) for id in loss.ids))

    def fields_of(self, id: str) -> set[str]:
        """Return what one annotation lost."""
        return {loss.what for loss in self.losses if id in loss.ids}

    def to_frame(self) -> pd.DataFrame:
        """Return the losses as a table: what, count, why, ids (a tuple), one row a loss."""
        import pandas as pd

        rows = [{"what": loss.what, "count": loss.count, "why": loss.why, "ids": loss.ids} for loss in self.losses]
        return pd.DataFrame(rows, columns=["what", "count", "why", "ids"])

    def __str__(self) -> str:
        head = f"{self.format} {self.direction}: {self.carried} annotations carried"
        lines = [head + ("; nothing lost" if self.lossless else "; not carried:")]
        width = max((len(loss.what) for loss in self.losses), default=0)
        digits = max((len(str(loss.count)) for loss in self.losses), default=0)
        for loss in self.losses:
            lines.append(f"  {loss.what:{width}}  {loss.count:{digits}}  {loss.why}  ({_some(loss.ids)})")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])


class Losses:
    """Collects losses while a file is written or read."""

    def __init__(self, format: str, direction: str) -> None:
        self.format = format
        self.direction = direction
        self.notes: list[str] = []
        self._found: dict[tuple[str, str], list[str]] = {}

    def add(self, what: str, why: str, id: str) -> None:
        """Note one loss."""
        self._found.setdefault((what, why), []).append(id)

    def report(self, carried: int) -> LossReport:
        """Return the report."""
        losses = tuple(Loss(what, why, tuple(ids)) for (what, why), ids in self._found.items())
        return LossReport(self.format, self.direction, carried, losses, tuple(self.notes))


def find_losses(before: Item, after: tuple[Item, ...]) -> list[str]:
    """Name the parts that differ between an annotation and what of it goes over, in a fixed order.

    One annotation may go over as several where a format has no discontinuous spans; then it is its spans that differ.
    """
    lost = [name for name in _ITEM if any(getattr(before, name) != getattr(item, name) for item in after)]
    names = [part for name in _PLAIN if hasattr(before.record, name) for part in [name]]
    for name in (*names, *(name for name in _SLOTS if hasattr(before.record, name)), "extra"):
        here = _parts(name, getattr(before.record, name))
        for part, value in here.items():
            if any(_parts(name, getattr(item.record, name))[part] != value for item in after):
                lost.append(part)
    return lost


def _parts(name: str, value: Any) -> dict[str, Any]:
    """Take a slot apart into where it stands and which entity it is; anything else is one part."""
    if name not in _SLOTS:
        return {name: value}
    if isinstance(value, Slot):
        return {name: value.span, f"{name}_entity": value.entity}
    return {name: value.implicit if isinstance(value, Implicit) else None, f"{name}_entity": None}


def _some(ids: tuple[str, ...]) -> str:
    shown = ", ".join(" ".join(id.split())[:60] for id in ids[:_SHOWN])
    return shown if len(ids) <= _SHOWN else f"{shown} and {len(ids) - _SHOWN} more"
