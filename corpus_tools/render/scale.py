"""Stance values as a word and a symbol."""

from __future__ import annotations

from corpus_tools.render.escape import escape_name

# The classes carry the colours; word and symbol say the same without them.
_KNOWN = {"oppose": ("−", "against"), "mixed": ("±", "mixed"), "support": ("+", "for"), "neutral": ("○", "neutral")}


def render_stance_value(label: str) -> str:
    """Return a stance value as its symbol and its word.

    Examples
    --------
    >>> render_stance_value("oppose")
    '<span class="ct-value ct-against"><span class="ct-sign" aria-hidden="true">−</span> oppose</span>'
    """
    symbol, kind = _KNOWN.get(label, ("•", "other"))
    sign = f'<span class="ct-sign" aria-hidden="true">{symbol}</span>'
    return f'<span class="ct-value ct-{kind}">{sign} {escape_name(label)}</span>'
