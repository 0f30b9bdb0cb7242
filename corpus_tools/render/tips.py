"""The card that opens under a marked passage on hover or keyboard focus, by style sheet alone."""

from __future__ import annotations

from collections.abc import Sequence

from corpus_tools.render.escape import escape_name
from corpus_tools.render.marks import Evidence, Highlight, SlotMark, StanceMark
from corpus_tools.render.palette import Palette
from corpus_tools.render.scale import render_stance_value

MOST_WORDS = 8


def render_tip(
    tip_id: str,
    frames: Sequence[Highlight],
    stances: Sequence[tuple[int, StanceMark]],
    *,
    text: str,
    palette: Palette,
) -> str:
    """Return the card: one line a frame and one a stance, with probability and evidence."""
    lines = [_render_frame(mark, text, palette) for mark in frames]
    lines += [_render_stance(number, mark, text) for number, mark in stances]
    rows = "".join(f'<span class="ct-row">{line}</span>' for line in lines)
    return f'<span class="ct-tip" role="tooltip" id="{tip_id}">{rows}</span>'


def render_probability(score: float | None) -> str:
    """Return a probability with two digits; never 0.00 or 1.00, which would claim certainty.

    Examples
    --------
    >>> [render_probability(score) for score in (0.874, 0.9991, 0.0004, None)]
    ['0.87', '&gt;0.99', '&lt;0.01', '–']
    """
    if score is None:
        return "–"
    if score > 0.99:
        return "&gt;0.99"
    return "&lt;0.01" if score < 0.01 else f"{score:.2f}"


def render_evidence(evidence: Sequence[Evidence], text: str) -> str:
    """Return the words that carried a score, the heaviest first, with their weights."""
    words: dict[str, float | None] = {}
    for part in evidence:
        words.setdefault(text[part.start : part.end], part.weight)
    shown = [(escape_name(word), _render_weight(weight)) for word, weight in list(words.items())[:MOST_WORDS]]
    return ", ".join(f'<bdi class="ct-word">{word}</bdi>{weight}' for word, weight in shown)


def _render_frame(mark: Highlight, text: str, palette: Palette) -> str:
    style = palette[mark.label]
    parts = [f'{style.swatch} <bdi class="ct-name">{escape_name(style.name)}</bdi>']
    return " ".join((*parts, *_render_support(mark.score, mark.evidence, text), *_render_note(mark.note)))


def _render_stance(number: int, mark: StanceMark, text: str) -> str:
    holder, target = (_render_slot(slot) for slot in (mark.holder, mark.target))
    who = f'<span class="ct-number">{number}</span> {holder} {render_stance_value(mark.label)} → {target}'
    return " ".join((who, *_render_support(mark.score, mark.evidence, text)))


def _render_slot(slot: SlotMark) -> str:
    return f'<bdi class="ct-name">{escape_name(slot.entity or slot.text)}</bdi>'


def _render_support(score: float | None, evidence: Sequence[Evidence], text: str) -> list[str]:
    found = [] if score is None else [f'<span class="ct-score">probability {render_probability(score)}</span>']
    return [*found, f'<span class="ct-why">because of {render_evidence(evidence, text)}</span>'] if evidence else found


def _render_note(note: str | None) -> list[str]:
    return [f'<span class="ct-why">{escape_name(note)}</span>'] if note else []


def _render_weight(weight: float | None) -> str:
    if weight is None:
        return ""
    return f' <span class="ct-weight">{f"{weight:+.1f}".replace("-", "−")}</span>'
