"""`Span` and anchoring: half-open ranges of code points, found again by their quote, and the one UTF-16 codec.

>>> text = "Niamey 🇳🇪 waits. Niamey hopes."
>>> span = Span.of(text, 17, 23)
>>> span.quote, span.prefix, span.suffix
('Niamey', 'Niamey 🇳🇪 waits. ', ' hopes.')
>>> locate("NIAMEY: " + text, "Niamey", prefix=span.prefix, suffix=span.suffix).start
25
>>> CodePoints(text).to_utf16(17)  # each of the two halves of the flag takes two units
19
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus_tools.text.errors import InputError

__all__ = ["CONTEXT", "CodePoints", "Span", "locate", "quote_at"]

CONTEXT = 32  # characters of context kept on each side of a quote

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The range ``[start, end)`` of a text in code points, with what it said when it was made.

    Spans compare and sort by start and end alone.

    Parameters
    ----------
    start, end : int
        0-based code points, ``0 <= start < end``.
    quote : str, optional
        The text of the range.
    prefix, suffix : str, optional
        Up to 32 characters before and after it.

    Raises
    ------
    InputError
        If start and end are not such integers.
    """

    start: int
    end: int
    quote: str | None = field(default=None, compare=False)
    prefix: str | None = field(default=None, compare=False)
    suffix: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if type(self.start) is type(self.end) is int and 0 <= self.start < self.end:
            return  # nearly always
        object.__setattr__(self, "start", _check_offset(self.start, "start"))
        object.__setattr__(self, "end", _check_offset(self.end, "end"))
        if self.start >= self.end:
            what = f"a span must have start < end, got [{self.start}, {self.end})"
            raise InputError(what, remedy="give the end as the offset after the last character")

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """Make the span of a text, with its quote and context.

        Raises
        ------
        InputError
            Unless ``0 <= start < end <= len(text)``.
        """
        span = cls(start, end)
        span.slice(text)  # it is within the text
        return cls(span.start, span.end, *quote_at(text, span.start, span.end))

    def slice(self, text: str) -> str:
        """Return this range of the text.

        Raises
        ------
        InputError
            If the range goes past the end of the text: Python would cut it silently.
        """
        if self.end > len(text):
            what = f"the span [{self.start}, {self.end}) goes past the end of a text of {len(text)} characters"
            raise InputError(what, remedy="check that the text is the one that the span was made on")
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two ranges share at least one character."""
        return self.start < other.end and other.start < self.end

    def __len__(self) -> int:
        return self.end - self.start


def quote_at(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the quote, prefix and suffix of a range that lies within the text."""
    return text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def locate(text: str, quote: str, *, prefix: str | None = None, suffix: str | None = None) -> Span | None:
    """Find where a text says the quote, if that is certain.

    Parameters
    ----------
    text : str
        The text to search.
    quote : str
        What to find, exactly.
    prefix, suffix : str, optional
        What stood before and after it. They are asked only if the quote occurs more than once, and must then match
        in full: a guess between two places would move an annotation silently.

    Returns
    -------
    Span or None
        The span with its quote and the context of this text; None if there is no such place or more than one.
    """
    found = list(_find_all(text, quote))
    if len(found) > 1:
        found = [start for start in found if _fits(text, start, start + len(quote), prefix, suffix)]
    return Span.of(text, found[0], found[0] + len(quote)) if len(found) == 1 else None


class CodePoints:
    """Convert offsets between code points (Python) and UTF-16 units (JavaScript, UIMA) of one text.

    A character outside the Basic Multilingual Plane, such as most emoji, is one code point and two UTF-16 units.

    Parameters
    ----------
    text : str
        The text that the offsets belong to. It is scanned once; a conversion is then a binary search.
    """

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._astral = [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]
        self._astral_utf16 = [start + earlier for earlier, start in enumerate(self._astral)]

    def to_utf16(self, offset: int) -> int:
        """Return the UTF-16 offset of a code point offset, ``0 <= offset <= len(text)``.

        Raises
        ------
        InputError
            If the offset lies outside the text.
        """
        offset = self._check(offset, self._length, "code points")
        return offset + bisect_left(self._astral, offset)

    def from_utf16(self, offset: int) -> int:
        """Return the code point offset of a UTF-16 offset.

        Raises
        ------
        InputError
            If the offset lies outside the text, or between the two halves of a surrogate pair.
        """
        offset = self._check(offset, self._length + len(self._astral), "UTF-16 units")
        pairs = bisect_left(self._astral_utf16, offset)
        if pairs and self._astral_utf16[pairs - 1] + 1 == offset:
            what = f"the UTF-16 offset {offset} lies inside a surrogate pair"
            raise InputError(what, remedy="count from the start or the end of the character")
        return offset - pairs

    @staticmethod
    def _check(offset: int, length: int, unit: str) -> int:
        offset = _check_offset(offset, "offset")
        if offset > length:
            what = f"the offset {offset} goes past the end of a text of {length} {unit}"
            raise InputError(what, remedy="check the unit of the offset and the text")
        return offset


def _check_offset(value: object, name: str) -> int:
    # Offsets often come from arrays: numpy's integers are welcome, True and 3.0 are mistakes.
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if number < 0 or isinstance(value, bool):
        raise InputError(f"'{name}' must be an integer of at least 0, got {value!r}")
    return number


def _find_all(text: str, quote: str) -> Iterator[int]:
    start = text.find(quote) if quote else -1
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)


def _fits(text: str, start: int, end: int, prefix: str | None, suffix: str | None) -> bool:
    return text.endswith(prefix or "", 0, start) and text.startswith(suffix or "", end)
