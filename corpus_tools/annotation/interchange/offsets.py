"""Offsets from other tools: counted in code points or in UTF-16 units, and verified before they are believed.

>>> offsets = Offsets("utf16")
>>> offsets.span("a", Text("😀 ECOWAS waits"), 3, 9, "ECOWAS").start
2
>>> Offsets("codepoint").span("a", Text("😀 ECOWAS waits"), 3, 9, "ECOWAS")
Traceback (most recent call last):
...
corpus_tools.text.errors.InputError: the offsets [3, 9) quote 'ECOWAS', but the text there is 'COWAS '; ...
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus_tools.annotation.interchange.items import Unit
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import CodePoints, Span

__all__ = ["UNITS", "Offsets", "Text", "count_units"]

UNITS: tuple[Unit, ...] = ("codepoint", "utf16")

_REMEDY = "check that the file was made on this text, and in which unit it counts"


class Text:
    """A text with its codec, made when it is needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._codec: CodePoints | None = None

    @property
    def codec(self) -> CodePoints:
        """The text's codec between code points and UTF-16."""
        if self._codec is None:
            self._codec = CodePoints(self.text)
        return self._codec

    @property
    def is_ambiguous(self) -> bool:
        """Whether the two units differ in this text."""
        return not self.text.isascii() and self.codec.to_utf16(len(self.text)) != len(self.text)


class Offsets:
    """Turns the offsets of a file into spans, all in one unit.

    Attributes
    ----------
    unit : {"codepoint", "utf16"}
        What the offsets count.
    asked : int
        How many spans were asked for in texts where the units differ.
    cut : set of tuple
        Those of them (article, start, end) that no quote verifies and that cut a word.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit: Unit = unit
        self.asked = 0
        self.cut: set[tuple[str, int, int]] = set()

    def span(self, name: str, text: Text, start: object, end: object, quote: str | None = None) -> Span:
        """Return the span with quote and context; see `spans`."""
        return self.spans(name, text, [(start, end)], quote)[0]

    def spans(
        self, name: str, text: Text, places: Sequence[tuple[object, object]], quote: str | None, *, joined: str = ""
    ) -> tuple[Span, ...]:
        """Return the spans of one mark with quotes and contexts.

        Parameters
        ----------
        name
            The article's id.
        text
            Its text.
        places
            The offsets as they stand in the file.
        quote
            The words that the file says stand there.
        joined
            What joins the words of several spans in the quote.

        Raises
        ------
        InputError
            If the offsets are no such integers, go past the end, lie inside a surrogate pair, or the quote differs.
        """
        self.asked += text.is_ambiguous
        spans = tuple(Span.of(text.text, *(self._to_codepoints(text, at) for at in place)) for place in places)
        words = joined.join(span.quote or "" for span in spans)
        if quote is not None and not _same_words(quote, words):
            shown = " ".join(f"[{start}, {end})" for start, end in places)
            what = f"the offsets {shown} quote {_short(quote)}, but the text there is {_short(words)}"
            raise InputError(what, remedy=_REMEDY)
        if quote is None and text.is_ambiguous:
            self.cut |= {(name, span.start, span.end) for span in spans if _cuts_a_word(text.text, span)}
        return spans

    def _to_codepoints(self, text: Text, offset: object) -> int:
        if type(offset) is not int:
            raise InputError(f"the offset {offset!r} is not a whole number", remedy="count from 0")
        return text.codec.from_utf16(offset) if self.unit == "utf16" else offset


def count_units(span: Span, unit: Unit, codec: CodePoints) -> tuple[int, int]:
    """Return start and end of a span in the unit that a file is written in."""
    if unit == "codepoint":
        return span.start, span.end
    return codec.to_utf16(span.start), codec.to_utf16(span.end)


def _cuts_a_word(text: str, span: Span) -> bool:
    edges = (span.start, span.end)
    return any(0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in edges)


def _same_words(quote: str, text: str) -> bool:
    # Spreadsheets and web pages turn line ends into their own; that is no other place in the text.
    return quote == text or _unix(quote) == _unix(text)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
