"""Marks and links of one document, as tools with numbered spans and binary relations keep them.

`draw` gives every place its own node, and shares the nodes of arguments: a holder that three stances have is marked
once. `Graph` is the way back: a reader fills in nodes and links as it finds them, and `collect` makes the records.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corpus_tools.annotation.interchange.items import Item
from corpus_tools.annotation.interchange.labels import ARGUMENTS, Label, write_label
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks, to_marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["Drawing", "Graph", "Link", "Node", "draw"]


class Node(NamedTuple):
    """A mark: its number in the document from 1, label, place, and what an anchor's record says beyond places."""

    number: int
    label: str
    span: Span
    rest: dict[str, Any] | None


class Link(NamedTuple):
    """A relation from an anchor's number to an argument's."""

    source: int
    target: int
    role: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A document's nodes and links, and the marks of records that stand nowhere in the text."""

    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    loose: list[Marks] = field(default_factory=list)


def draw(items: Iterable[Item]) -> Drawing:
    """Draw the items of a document."""
    drawing = Drawing()
    shared: dict[tuple[str, Span], int] = {}
    for item in items:
        marks = to_marks(item).split()
        if marks.role == ANYWHERE:
            drawing.loose.append(marks)
            continue
        anchor = len(drawing.nodes) + 1
        label = write_label(marks.kind, marks.label, marks.role)
        drawing.nodes.append(Node(anchor, label, marks.anchor[0], marks.rest))
        for role, span in marks.arguments:
            if (role, span) not in shared:
                shared[role, span] = len(drawing.nodes) + 1
                drawing.nodes.append(Node(shared[role, span], role, span, None))
            drawing.links.append(Link(anchor, shared[role, span], role))
    return drawing


@dataclass(frozen=True, slots=True)
class _Mark:
    label: Label
    span: Span
    rest: dict[str, Any]
    where: str


class Graph:
    """The nodes and links of one document as a reader finds them.

    Parameters
    ----------
    article
        The document's article.
    coder
        Who made them, if the file says so.
    """

    def __init__(self, article: Article, coder: str | None = None) -> None:
        self.article = article
        self.coder = coder
        self._marks: dict[Hashable, _Mark] = {}
        self._links: list[tuple[Hashable, Hashable, str, str]] = []

    def add_node(
        self, key: Hashable, label: Label, span: Span, *, rest: dict[str, Any] | None = None, where: str
    ) -> None:
        """Take a node under the key that links name it by."""
        if key in self._marks:
            raise InputError(f"the mark {key!r} occurs twice", remedy="give every mark its own id")
        self._marks[key] = _Mark(label, span, rest or {}, where)

    def add_link(self, source: Hashable, target: Hashable, role: object, *, where: str) -> None:
        """Take a link; that its ends exist is checked in `collect`."""
        if not isinstance(role, str):
            raise InputError(f"the relation {role!r} has no name", remedy=f"name it one of {', '.join(ARGUMENTS)}")
        self._links.append((source, target, role, where))

    def collect(self, reading: Reading) -> None:
        """Make the records, and hand them to the reading; note what no record has."""
        arguments: dict[Hashable, list[tuple[str, Span]]] = {key: [] for key in self._marks}
        used: set[Hashable] = set()
        for source, target, role, where in self._links:
            with reading.at(where):
                if source not in self._marks or target not in self._marks:
                    lost = source if source not in self._marks else target
                    raise InputError(f"the relation {role!r} names {lost!r}, which is no mark", remedy="export again")
                if role not in ARGUMENTS or self._marks[source].label.kind == "argument":
                    reading.losses.add("relation", f"{role!r} is no part of a frame or a stance", where)
                    continue
                arguments[source].append((role, self._marks[target].span))
                used.add(target)
        for key, mark in self._marks.items():
            if mark.label.kind == "argument":
                if key not in used:
                    reading.losses.add("mark", f"a {mark.label.role} that nothing is linked to", mark.where)
                continue
            with reading.at(mark.where):
                label = mark.label
                marks = Marks(label.kind, label.label, label.role, (mark.span,), tuple(arguments[key]), mark.rest)
                reading.add_marks(marks, self.article, coder=self.coder)
