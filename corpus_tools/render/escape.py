"""The border to HTML: nothing reaches a page but through these functions."""

from __future__ import annotations

import html
import unicodedata
from urllib.parse import urlsplit

# These reorder what stands around them, so that a name can pass for another one.
_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SHOW_BIDI = {ord(char): f"⟨U+{ord(char):04X}⟩" for char in _BIDI_CONTROLS}

# NUL and most control characters may not stand in HTML; browsers drop or replace them silently, we show them.
_SHOW_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: "\u2421"}
_SHOW_CONTROLS |= dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")


def escape_text(text: str) -> str:
    r"""Return running text for an element or a quoted attribute, every character in its place.

    One code point stays one code point: control characters and lone surrogates become visible stand-ins.

    Examples
    --------
    >>> escape_text('<b>"A" & B\x00')
    '&lt;b&gt;&quot;A&quot; &amp; B␀'
    """
    return html.escape(text.translate(_SHOW_CONTROLS), quote=True)


def escape_name(name: object) -> str:
    r"""Return a label, an id or another short name; characters that reverse their surroundings are spelled out.

    Examples
    --------
    >>> escape_name("safe\u202egnp.exe")
    'safe⟨U+202E⟩gnp.exe'
    """
    return escape_text(" ".join(str(name).translate(_SHOW_BIDI).split()))


def check_url(url: str | None) -> str | None:
    """Return the address if it is one that may become a link (http or https with a host), else None.

    Examples
    --------
    >>> check_url("https://example.org/a?b=c")
    'https://example.org/a?b=c'
    >>> check_url("javascript:alert(1)") is None
    True
    """
    if not url or any(unicodedata.category(char) in ("Cc", "Cf") for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None
