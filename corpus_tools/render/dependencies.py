"""The syntax of one sentence as arcs over its words, in SVG."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus_tools.render.escape import escape_name
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from pandas import DataFrame

CHARACTER, GAP, LEVEL = 8.2, 22.0, 26.0  # pixels: width of a letter, space between words, height of an arc's level


@dataclass(frozen=True, slots=True)
class _Word:
    number: int
    form: str
    upos: str
    head: int
    relation: str


def render_dependencies(tokens: DataFrame) -> str:
    """Return the dependency arcs of one sentence as SVG that needs `read_styles`.

    Parameters
    ----------
    tokens
        The rows of one sentence of a token table; used are ``word``, ``form``, ``upos``, ``head`` and ``deprel``.

    Raises
    ------
    InputError
        If the rows are of several sentences, or a head is not among them.
    """
    words = _read_words(tokens)
    if not words:
        return ""
    centres, width = _place_words(words)
    levels = _stack_arcs(words)
    base = LEVEL * (max(levels.values(), default=0) + 1) + 20
    arcs = "".join(_render_arc(word, centres, base, levels.get(word.number, 0)) for word in words)
    labels = "".join(_render_word(word, centres[word.number], base) for word in words)
    sentence = escape_name(" ".join(word.form for word in words))
    return (
        f'<div class="ct ct-tree"><svg viewBox="0 0 {width:.0f} {base + 46:.0f}" width="{width:.0f}" role="img" '
        f'aria-label="dependencies of: {sentence}">{arcs}{labels}</svg></div>'
    )


def _read_words(tokens: DataFrame) -> list[_Word]:
    if "sentence" in tokens and tokens["sentence"].nunique() > 1:
        raise InputError("the tokens are of several sentences", remedy="select one: tokens[tokens.sentence == 0]")
    rows = zip(*(tokens[name] for name in ("word", "form", "upos", "head", "deprel")), strict=True)
    words = [_Word(int(number), str(form), str(upos), int(head), str(rel)) for number, form, upos, head, rel in rows]
    numbers = {0, *(word.number for word in words)}
    lost = next((word for word in words if word.head not in numbers), None)
    if lost is not None:
        fault = f"word {lost.number} hangs on word {lost.head}, which is not there"
        raise InputError(fault, remedy="give the rows of a whole sentence")
    return words


def _place_words(words: list[_Word]) -> tuple[dict[int, float], float]:
    """Centres of the words from the reading side; right-to-left text runs from the right."""
    centres: dict[int, float] = {}
    edge = GAP / 2
    for word in words:
        size = max(_measure(word.form) * CHARACTER, _measure(word.upos) * 6.5, len(word.relation) * 6.0)
        centres[word.number] = edge + size / 2
        edge += size + GAP
    if any(unicodedata.bidirectional(char) in ("R", "AL") for word in words for char in word.form):
        centres = {number: edge - centre for number, centre in centres.items()}
    return centres, edge


def _measure(text: str) -> int:
    letters = (char for char in text if not unicodedata.combining(char))
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in letters)


def _stack_arcs(words: list[_Word]) -> dict[int, int]:
    """Level of each word's arc: the lowest that is over every shorter arc under it."""
    spans = {word.number: (min(word.number, word.head), max(word.number, word.head)) for word in words if word.head}
    levels: dict[int, int] = {}
    for number, (low, high) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[0])):
        under = [levels[other] for other in levels if spans[other][0] < high and spans[other][1] > low]
        levels[number] = max(under, default=0) + 1
    return levels


def _render_arc(word: _Word, centres: dict[int, float], base: float, level: int) -> str:
    x = centres[word.number]
    if word.head == 0:
        # The root's line comes from above all arcs, so that its label meets none of them.
        return f'<path class="ct-arc" d="M{x:.1f} 16V{base:.1f}"/>' + _write("rel", x, 12, "root")
    towards = 1 if centres[word.head] > x else -1
    start, end, top = centres[word.head] - 5 * towards, x + 3 * towards, base - LEVEL * level
    bend = min(12.0, abs(start - end) / 2) * towards
    path = f"M{start:.1f} {base:.1f}V{top + 10:.1f}Q{start:.1f} {top:.1f} {start - bend:.1f} {top:.1f}"
    path += f"H{end + bend:.1f}Q{end:.1f} {top:.1f} {end:.1f} {top + 10:.1f}V{base:.1f}"
    return f'<path class="ct-arc" d="{path}"/>' + _write("rel", (start + end) / 2, top - 4, word.relation)


def _render_word(word: _Word, x: float, base: float) -> str:
    head = f'<path class="ct-head" d="M{x - 4:.1f} {base - 1:.1f}h8l-4 7z"/>'
    return head + _write("form", x, base + 22, word.form) + _write("upos", x, base + 38, word.upos)


def _write(part: str, x: float, y: float, text: str) -> str:
    return f'<text class="ct-{part}" x="{x:.1f}" y="{y:.1f}">{escape_name(text)}</text>'
