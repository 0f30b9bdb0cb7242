"""Stance triples of two coders, aligned: same sentence, best overlap of targets, each used once.

The value plays no part in the alignment, or agreement on it would be made by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from corpus_tools.agreement.coded import CodedArticle, Sentences
from corpus_tools.agreement.matching import match_best
from corpus_tools.annotation.records import Annotation, Implicit, Slot
from corpus_tools.text.span import Span

__all__ = ["StancePair", "align_stances", "group_by_sentence", "name_slot", "slot_overlap"]

_NOWHERE = -1
_HOLDER_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class StancePair:
    """Two coders' stances toward one target in one sentence; None where only one of them saw it."""

    article: str
    sentence: int
    first: Annotation | None
    second: Annotation | None


def align_stances(article: CodedArticle, first: str, second: str) -> list[StancePair]:
    """Pair two coders' stances in an article that has sentences.

    In each sentence the pairs have the greatest sum of overlaps of their targets; where targets are alike, holders
    decide. Targets without words count as alike when they name the same entity. Who has no partner stands alone.
    """
    if article.sentences is None:
        return []
    a, b = (group_by_sentence(article.stances[coder], article.sentences) for coder in (first, second))
    return [
        StancePair(article.id, number, x, y)
        for number in sorted({*a, *b})
        for x, y in _pair(a.get(number, []), b.get(number, []))
    ]


def group_by_sentence(stances: list[Annotation], sentences: Sentences) -> dict[int, list[Annotation]]:
    """Sort stances by the sentence of their target; -1 for those that mark no words at all."""
    found: dict[int, list[Annotation]] = defaultdict(list)
    for stance in stances:
        span = _find_words(stance)
        found[_NOWHERE if span is None else sentences.number_at(span.start)].append(stance)
    return found


def slot_overlap(x: Slot | Implicit | None, y: Slot | Implicit | None) -> float:
    """Jaccard overlap of two slots' characters; 1 for the same implicit voice."""
    if isinstance(x, Implicit) or isinstance(y, Implicit):
        return float(x == y)
    if x is None or y is None or x.span is None or y.span is None:
        return 0.0
    shared = min(x.span.end, y.span.end) - max(x.span.start, y.span.start)
    whole = max(x.span.end, y.span.end) - min(x.span.start, y.span.start)
    return max(0.0, shared / whole)


def name_slot(slot: Slot | Implicit | None) -> str | None:
    """Return whom a slot names, as one label: an implicit voice or an entity; None where it has words only."""
    if isinstance(slot, Implicit):
        return f"({slot.implicit})"
    return None if slot is None else slot.entity


def _find_words(stance: Annotation) -> Span | None:
    """The target's words; a target without words stands where the cue or the holder does."""
    slots = (stance.target, stance.holder)
    target, holder = (slot.span if isinstance(slot, Slot) else None for slot in slots)
    return target or (stance.cue[0] if stance.cue else holder)


def _pair(a: list[Annotation], b: list[Annotation]) -> Iterator[tuple[Annotation | None, Annotation | None]]:
    matched = match_best(a, b, _closeness)
    yield from ((a[i], b[j]) for i, j in matched)
    taken_a, taken_b = {i for i, _ in matched}, {j for _, j in matched}
    yield from ((x, None) for i, x in enumerate(a) if i not in taken_a)
    yield from ((None, y) for j, y in enumerate(b) if j not in taken_b)


def _closeness(x: Annotation, y: Annotation) -> float:
    target = _likeness(x.target, y.target)
    return target + _HOLDER_SHARE * _likeness(x.holder, y.holder) if target > 0 else 0.0


def _likeness(x: Slot | Implicit | None, y: Slot | Implicit | None) -> float:
    """Overlap of the words; where one has none, whether the two name the same."""
    if isinstance(x, Slot) and isinstance(y, Slot) and x.span and y.span:
        return slot_overlap(x, y)
    return float(x is not None and name_slot(x) is not None and name_slot(x) == name_slot(y))
