"""What can be drawn over an article: frames, stances, and the words that carried a score.

Offsets are half-open and count Unicode code points of the article's text.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that carried a score: ``[start, end)`` of the article, with their weight and feature if known."""

    start: int
    end: int
    weight: float | None = None
    feature: str | None = None


@dataclass(frozen=True, slots=True)
class Highlight:
    """One frame on a span, or on the whole article where ``start`` and ``end`` are None.

    Parameters
    ----------
    start, end
        The span, or None twice.
    label
        The frame's id; its colour, code and name come from the palette.
    score
        Probability between 0 and 1, if a detector gave one.
    evidence
        Words to mark inside, in order of weight.
    note
        A line for the tooltip: whose voice, which coder.
    """

    start: int | None
    end: int | None
    label: str
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SlotMark:
    """The holder or the target of a stance: its words, where they stand (None if implicit), and its entity."""

    text: str
    start: int | None = None
    end: int | None = None
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class StanceMark:
    """One stance: within ``[start, end)`` (its sentence) the holder takes the position ``label`` toward the target.

    ``number`` is what text and table call it; without one, stances count from 1 in the order given.
    """

    start: int
    end: int
    label: str
    holder: SlotMark
    target: SlotMark
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    number: int | None = None
