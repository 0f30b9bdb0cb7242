"""Cases: which annotations of several coders are about one thing, and whether they say the same of it.

**One thing.** Two annotations of one article are about the same thing when they are

- frames on the whole article; or frames whose spans share at least one character;
- stances whose targets share at least one character (without spans: name one entity) and whose holders agree: both
  implicit in one way, or spans that share a character, or one entity.

**The same.** They say the same of it when the label is the same too: the frame, or the stance's value. Where they
begin and end, whose voice it is, the cue and the attributes may differ.

A case holds at most one annotation of each coder. Those that say the same find each other first, the closest first;
what is then left over is put with what others say of the same thing, and is a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.records import Annotation

__all__ = ["Case", "gather_cases", "is_same_decision", "is_same_thing", "measure_overlap"]


@dataclass(frozen=True, slots=True)
class Case:
    """What several coders said about one thing.

    Attributes
    ----------
    by_coder : dict of str to Annotation
        The annotation of each coder who has one, in the coders' order.
    coders : tuple of str
        All who finished the article.
    """

    by_coder: Mapping[str, Annotation]
    coders: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels given, each once, in the coders' order."""
        return tuple(dict.fromkeys(item.label for item in self.by_coder.values()))

    @property
    def missing(self) -> tuple[str, ...]:
        """Who finished the article without it."""
        return tuple(coder for coder in self.coders if coder not in self.by_coder)

    @property
    def state(self) -> str:
        """`agreement`: all say the same; `incomplete`: who has it says the same; `conflict`: the labels differ."""
        if len(self.labels) > 1:
            return "conflict"
        return "incomplete" if self.missing or len(self.coders) < 2 else "agreement"

    def most_central(self, label: str) -> Annotation:
        """Return the annotation with this label that shares most with the others that have it; the first of equals."""
        items = [item for item in self.by_coder.values() if item.label == label]
        return max(items, key=lambda item: sum(measure_overlap(item, other) for other in items))


def is_same_thing(one: Annotation, other: Annotation) -> bool:
    """Whether two annotations are about the same thing; see the head of this module."""
    if (one.article, one.type) != (other.article, other.type):
        return False
    if one.type == "frame":
        return any(a.overlaps(b) for a in one.spans for b in other.spans) or not (one.spans or other.spans)
    return _have_one_target(one.target, other.target) and _agree(one.holder, other.holder)


def is_same_decision(one: Annotation, other: Annotation) -> bool:
    """Whether two annotations say the same about the same thing."""
    return one.label == other.label and is_same_thing(one, other)


def measure_overlap(one: Annotation, other: Annotation) -> float:
    """Return the shared characters as a share of all, from 0 to 1: of a frame's spans, of a stance's target and cue.

    Frames on the whole article, and targets without spans, count as equal: 1.
    """
    mine, theirs = _extent(one), _extent(other)
    if not mine and not theirs:
        return 1.0
    shared = _share(mine, theirs)
    return shared / (_size(mine) + _size(theirs) - shared)


def gather_cases(annotations: Mapping[str, Iterable[Annotation]]) -> list[Case]:
    """Put the annotations of one article into cases, in the order of the text.

    Parameters
    ----------
    annotations
        By coder: what everybody who finished the article has, possibly nothing.
    """
    coders = tuple(annotations)
    groups = [{coder: item} for coder, items in annotations.items() for item in items]
    for belong in (is_same_decision, is_same_thing):
        groups = _join(groups, belong)
    cases = [Case({coder: group[coder] for coder in coders if coder in group}, coders) for group in groups]
    return sorted(cases, key=_place)


Group = dict[str, Annotation]


def _join(groups: Sequence[Group], belong: Callable[[Annotation, Annotation], bool]) -> list[Group]:
    """Join groups of different coders that belong together, the closest first."""
    items = [(number, item) for number, group in enumerate(groups) for item in group.values()]
    pairs = sorted(_find_pairs(items, belong), key=lambda pair: (-pair[0], pair[1:]))
    joined = list(range(len(groups)))  # the group that each group is now part of
    members: list[Group] = [dict(group) for group in groups]
    for _, one, other in pairs:
        one, other = joined[one], joined[other]
        if one != other and not members[one].keys() & members[other].keys():
            members[one] |= members[other]
            members[other] = {}
            joined = [one if number == other else number for number in joined]
    return [group for group in members if group]


def _find_pairs(
    items: Sequence[tuple[int, Annotation]], belong: Callable[[Annotation, Annotation], bool]
) -> Iterator[tuple[float, int, int]]:
    for (number, one), (other_number, other) in combinations(items, 2):
        if one.coder != other.coder and number != other_number and belong(one, other):
            yield measure_overlap(one, other), number, other_number


def _place(case: Case) -> tuple[bool, int, str]:
    """Order cases: frames before stances, whole articles first, then as the text goes."""
    items = case.by_coder.values()
    start = min((span.start for item in items for span in item.all_spans), default=-1)
    first = next(iter(items))
    return first.type != "frame", start, first.label


def _extent(item: Annotation) -> list[tuple[int, int]]:
    """Return the ranges of characters that the annotation is about, which do not overlap each other."""
    target = item.target.span if item.target else None
    spans = item.spans if item.type == "frame" else (*((target,) if target else ()), *item.cue)
    ranges: list[tuple[int, int]] = []
    for span in sorted(spans):
        if ranges and span.start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], span.end))
        else:
            ranges.append((span.start, span.end))
    return ranges


def _have_one_target(one: Slot | None, other: Slot | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.span is not None and other.span is not None:
        return one.span.overlaps(other.span)
    return one.entity is not None and one.entity == other.entity


def _agree(one: Slot | Implicit | None, other: Slot | Implicit | None) -> bool:
    if not isinstance(one, Slot) or not isinstance(other, Slot):
        return one == other
    if one.span is not None and other.span is not None and one.span.overlaps(other.span):
        return True
    return one.entity is not None and one.entity == other.entity


def _share(mine: Iterable[tuple[int, int]], theirs: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, min(end, other[1]) - max(start, other[0])) for start, end in mine for other in theirs)


def _size(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)
