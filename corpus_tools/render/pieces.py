"""What is drawn inside a highlight: evidence, the slots of stances, named entities, each as a layer of ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus_tools.render.escape import escape_name, escape_text
from corpus_tools.render.lanes import Range, split_text
from corpus_tools.render.marks import Highlight, StanceMark

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Layer:
    """Ranges that are drawn alike: a tag with classes, and for each range an attribute that the style sheet shows."""

    tag: str
    classes: str
    attribute: str | None = None
    ranges: dict[Range, str] = field(default_factory=dict)

    def open_tag(self, covering: Sequence[Range], start: int, end: int) -> str:
        """Return the start tag of a piece; ``ct-open`` and ``ct-close`` say whether a range begins or ends with it."""
        edges = (" ct-open" if any(low == start for low, _ in covering) else "") + (
            " ct-close" if any(high == end for _, high in covering) else ""
        )
        value = ",".join(self.ranges[span] for span in covering)
        shown = f' {self.attribute}="{escape_name(value)}"' if self.attribute else ""
        return f'<{self.tag} class="{self.classes}{edges}"{shown}>'


def render_pieces(text: str, start: int, end: int, layers: Sequence[Layer]) -> str:
    """Return ``text[start:end]`` as HTML, cut wherever a range of a layer begins or ends."""
    near = [[span for span in layer.ranges if span[0] < end and span[1] > start] for layer in layers]
    every = [span for spans in near for span in spans]
    html: list[str] = []
    for low, high, _ in split_text(start, end, every):
        inner = escape_text(text[low:high])
        for layer, spans in zip(layers, near, strict=True):
            covering = [span for span in spans if span[0] < high and span[1] > low]
            if covering:
                inner = f"{layer.open_tag(covering, low, high)}{inner}</{layer.tag}>"
        html.append(inner)
    return "".join(html)


def layer_evidence(marks: Iterable[Highlight | StanceMark]) -> Layer:
    """Return the words that carried any of the scores."""
    ranges = {(words.start, words.end): "" for mark in marks for words in mark.evidence}
    return Layer("b", "ct-ev", ranges=ranges)


def layer_slots(stances: Sequence[tuple[int, StanceMark]]) -> list[Layer]:
    """Return the targets and the holders, each with the numbers of its stances."""
    target = Layer("span", "ct-slot ct-target", "data-n")
    holder = Layer("span", "ct-slot ct-holder", "data-n")
    for number, mark in stances:
        for layer, slot in ((target, mark.target), (holder, mark.holder)):
            if slot.start is not None and slot.end is not None:
                span = (slot.start, slot.end)
                layer.ranges[span] = f"{layer.ranges[span]},{number}" if span in layer.ranges else str(number)
    return [target, holder]


def layer_entities(tokens: DataFrame) -> Layer:
    """Return the named entities of a token table (column ``ner`` in BIOES)."""
    layer = Layer("span", "ct-ent", "data-type")
    start = -1
    for low, high, tag in zip(tokens["start"], tokens["end"], tokens["ner"], strict=True):
        state, _, kind = str(tag).partition("-")
        if state in ("B", "S"):
            start = int(low)
        if state in ("E", "S") and start >= 0:
            layer.ranges[(start, int(high))] = kind
            start = -1
    return layer
