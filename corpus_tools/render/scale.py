"""Stance values as a word and a symbol."""

from __future__ import annotations

from corpus_tools.render.escape import escape_name

_SIGNS = {"oppose": ("−", "against"), "mixed": ("±", "mixed"), "support": ("+", "for"), "neutral": ("○", "neutral")}


def sign_of(value: str) -> tuple[str, str]:
    """Return a stance value's symbol, and the class that carries its colour.

    Symbol and word say the same without the colour.

    Examples
    --------
    >>> sign_of("support"), sign_of("ambivalent")
    (('+', 'for'), ('•', 'other'))
    """
    return _SIGNS.get(value, ("•", "other"))


def render_stance_value(label: str) -> str:
    """Return a stance value as its symbol and its word.

    Examples
    --------
    >>> render_stance_value("oppose")
    '<span class="ct-value ct-against"><span class="ct-sign" aria-hidden="true">−</span> oppose</span>'
    """
    symbol, kind = sign_of(label)
    sign = f'<span class="ct-sign" aria-hidden="true">{symbol}</span>'
    return f'<span class="ct-value ct-{kind}">{sign} {escape_name(label)}</span>'
