"""Which annotations of several coders are about the same thing, and whether they say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from corpus_tools.annotation.records import Annotation, Implicit, Slot
from corpus_tools.notebook.suggestions import name_record
from corpus_tools.text.span import Span

__all__ = ["Group", "pair_annotations"]

LEAST_SHARE = 0.5  # of their joint words that two frames with different labels must share to be one disagreement


@dataclass(frozen=True, slots=True)
class Group:
    """Annotations about one thing, at most one of each coder, in the order of the coders.

    `state` is ``complete`` (all coders say the same), ``conflict`` (they differ) or ``incomplete`` (some coder has
    nothing here).
    """

    items: tuple[Annotation, ...]
    state: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the annotations."""
        return tuple(item.id for item in self.items)

    @property
    def start(self) -> int:
        """Where it begins in the text; -1 for a frame on the whole article."""
        return min((span.start for item in self.items for span in item.all_spans), default=-1)


def pair_annotations(coded: Mapping[str, Sequence[Annotation]]) -> list[Group]:
    """Group the annotations of one article, given by coder; groups come in the order of the text.

    Two frames belong together when they have one label and share a character, or share half of their words; two
    stances when holder and target overlap or are the same entity. Among several candidates the most alike are taken.
    """
    coders = list(coded)
    alike = [
        (likeness, one, other)
        for a, b in combinations(coders, 2)
        for one in coded[a]
        for other in coded[b]
        if (likeness := measure_likeness(one, other)) > 0
    ]
    members = {item.id: {item.coder: item} for coder in coders for item in coded[coder]}
    for _, one, other in sorted(alike, key=lambda triple: -triple[0]):
        left, right = members[one.id], members[other.id]
        if left is not right and not left.keys() & right.keys():
            left.update(right)
            for item in right.values():
                members[item.id] = left
    groups = {id(group): _make_group(group, coders) for group in members.values()}
    return sorted(groups.values(), key=lambda group: (group.start, group.ids))


def measure_likeness(one: Annotation, other: Annotation) -> float:
    """Return how much two annotations are about the same thing: 0 not at all, above 1 with the same label."""
    if one.type != other.type:
        return 0.0
    if one.type == "stance":
        holder, target = _share_slots(one.holder, other.holder), _share_slots(one.target, other.target)
        cue = _share(one.cue, other.cue)
        return 0.0 if not (holder and target) else holder + target + cue + (one.label == other.label)
    same = one.label == other.label
    if not one.spans or not other.spans:
        return 2.0 if same and not one.spans and not other.spans else 0.0
    share = _share(one.spans, other.spans)
    return share + 1.0 if same and share else share if share >= LEAST_SHARE else 0.0


def _make_group(group: Mapping[str, Annotation], coders: Sequence[str]) -> Group:
    items = tuple(group[coder] for coder in coders if coder in group)
    if len(items) < len(coders):
        return Group(items, "incomplete")
    said = {(name_record(item.record), str(item.voice), item.salience, item.expression) for item in items}
    return Group(items, "complete" if len(said) == 1 else "conflict")


def _share(some: Iterable[Span], others: Iterable[Span]) -> float:
    """The share of the characters of both that they have in common."""
    a = {offset for span in some for offset in range(span.start, span.end)}
    b = {offset for span in others for offset in range(span.start, span.end)}
    return len(a & b) / len(a | b) if a & b else 0.0


def _share_slots(one: Slot | Implicit | None, other: Slot | Implicit | None) -> float:
    if isinstance(one, Implicit) or isinstance(other, Implicit):
        return 1.0 if one == other else 0.0
    if one is None or other is None:
        return 0.0
    same_entity = one.entity is not None and one.entity == other.entity
    spans = [slot.span for slot in (one, other) if slot.span is not None]
    shared = _share(spans[:1], spans[1:]) if len(spans) == 2 else 0.0
    return max(shared, 0.5 if same_entity and (len(spans) < 2 or _near(spans)) else 0.0)


def _near(spans: Sequence[Span]) -> bool:
    """An entity is named often in an article; two mentions are one slot only when they stand close together."""
    return abs(spans[0].start - spans[1].start) < 200
