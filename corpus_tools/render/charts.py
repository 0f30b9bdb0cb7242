"""Small pictures of numbers as HTML and SVG: bars, strips, dots with whiskers, a calibration curve.

All of them scale with their container, follow the theme, print, and say their numbers to a screen reader.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus_tools.render.escape import escape_name


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval; each part may be unknown, then ``reason`` may say why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @classmethod
    def of(cls, source: Any) -> Estimate:
        """Return the estimate in a mapping, a bare number or None.

        Examples
        --------
        >>> Estimate.of({"value": 0.5, "low": 0.4, "high": 0.6}).text
        '0.50 (0.40–0.60)'
        >>> Estimate.of({"value": None, "reason": "one category used"}).text
        '–'
        """
        if not isinstance(source, Mapping):
            return cls(as_number(source))
        reason = source.get("reason")
        value, low, high = (as_number(source.get(key)) for key in ("value", "low", "high"))
        return cls(value, low, high, None if reason is None else str(reason))

    @property
    def text(self) -> str:
        """The number with its interval, two digits, as plain text."""
        if self.value is None:
            return "–"
        if self.low is None or self.high is None:
            return _show(self.value)
        dash = "–" if self.low >= 0 else " to "
        return f"{_show(self.value)} ({_show(self.low)}{dash}{_show(self.high)})"


def as_number(value: Any) -> float | None:
    """Return a finite float, or None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def render_bar(share: float | None, *, colour: int | None = None, tick: float | None = None, describe: str = "") -> str:
    """Return a bar from 0 to 1, in a colour of the palette, with a tick (a threshold) if given."""
    fill = f'<span class="ct-fill" style="width:{_percent(share or 0.0)}"></span>'
    return _frame_bar("ct-bar", colour, describe, fill, tick)


def render_strip(
    values: Sequence[float], *, colour: int | None = None, tick: float | None = None, describe: str = ""
) -> str:
    """Return one stroke a value on a line from 0 to 1."""
    strokes = "".join(f'<span class="ct-stroke" style="left:{_percent(value)}"></span>' for value in values)
    return _frame_bar("ct-bar ct-strip", colour, describe, strokes, tick)


def render_whisker(
    estimate: Estimate,
    *,
    domain: tuple[float, float] = (0.0, 1.0),
    shape: str = "dot",
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """Return a dot with its interval as a line; ``marks`` are further points, each with a shape.

    Shapes are ``dot``, ``ring``, ``diamond`` and ``bar-mark`` (classes of the style sheet).
    """
    span = domain[1] - domain[0]

    def place(value: float) -> str:
        return _percent((value - domain[0]) / span)

    parts = [f'<span class="ct-zero" style="left:{place(0.0)}"></span>'] if domain[0] < 0 else []
    if estimate.low is not None and estimate.high is not None:
        low, high = max(estimate.low, domain[0]), min(estimate.high, domain[1])
        parts.append(f'<span class="ct-line" style="left:{place(low)};width:{_percent((high - low) / span)}"></span>')
    points = [*marks, *([] if estimate.value is None else [(estimate.value, shape)])]
    parts += [f'<span class="ct-point ct-{kind}" style="left:{place(value)}"></span>' for value, kind in points]
    return f'<span class="ct-whisker" role="img" aria-label="{estimate.text}">{"".join(parts)}</span>'


def render_axis(domain: tuple[float, float] = (0.0, 1.0), *, steps: int = 5) -> str:
    """Return the scale that belongs over a column of whiskers or bars."""
    values = [domain[0] + (domain[1] - domain[0]) * step / steps for step in range(steps + 1)]
    places = ((_percent(step / steps), f"{round(value, 2):g}".replace("-", "−")) for step, value in enumerate(values))
    ticks = "".join(f'<span style="left:{place}">{name}</span>' for place, name in places)
    return f'<span class="ct-axis" aria-hidden="true">{ticks}</span>'


def render_calibration(points: Sequence[Mapping[str, Any]]) -> str:
    """Return predicted probability against the share that was right, as SVG; the diagonal is a perfect detector.

    Parameters
    ----------
    points
        Mappings with ``mean_score``, ``share_positive`` and ``n`` (which sets the area of the dot).
    """
    keys = ("mean_score", "share_positive", "n")
    known = [tuple(as_number(point.get(key)) for key in keys) for point in points]
    drawn = [(x, y, n or 0.0) for x, y, n in known if x is not None and y is not None]
    most = max((n for _, _, n in drawn), default=1) or 1
    path = " ".join(f"{x * 200:.1f},{200 - y * 200:.1f}" for x, y, _ in drawn)
    dots = "".join(
        f'<circle cx="{x * 200:.1f}" cy="{200 - y * 200:.1f}" r="{3 + 6 * math.sqrt(n / most):.1f}">'
        f"<title>said {x:.2f}, was {y:.2f} ({n:.0f} sentences)</title></circle>"
        for x, y, n in drawn
    )
    grid = "".join(f'<path d="M{v} 0V200M0 {v}H200"/>' for v in range(0, 201, 50))
    numbers = "".join(
        f'<text x="{v * 200}" y="216" text-anchor="middle">{v:g}</text>'
        f'<text x="-8" y="{204 - v * 200}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.5, 1)
    )
    return (
        '<svg class="ct-calibration" viewBox="-46 -12 262 258" role="img" aria-label="calibration curve">'
        f'<g class="ct-grid">{grid}</g><path class="ct-diagonal" d="M0 200L200 0"/>'
        f'<polyline points="{path}"/>{dots}{numbers}'
        '<text x="100" y="236" text-anchor="middle">probability said</text>'
        '<text transform="translate(-34 100) rotate(-90)" text-anchor="middle">share that was right</text></svg>'
    )


def _frame_bar(classes: str, colour: int | None, describe: str, inner: str, tick: float | None) -> str:
    classes += "" if colour is None else f" ct-c{colour}"
    mark = "" if tick is None else f'<span class="ct-tick" style="left:{_percent(tick)}"></span>'
    return f'<span class="{classes}" role="img" aria-label="{escape_name(describe)}">{inner}{mark}</span>'


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.1f}%"


def _show(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
