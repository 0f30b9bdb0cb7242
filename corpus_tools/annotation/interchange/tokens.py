"""Plain tokens for formats that need them: words, marks and white space, cut so that every span begins and ends on one.

>>> text = "Niamey's  junta."
>>> [(text[token.start : token.end], token.ws) for token in cut_tokens(text, [Span(0, 3)])]
[('Nia', False), ('mey', False), ("'", False), ('s', True), (' ', False), ('junta', False), ('.', False)]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corpus_tools.text.span import Span

__all__ = ["Token", "cut_tokens", "trim"]

_PIECE = re.compile(r"\s+|\w+|[^\w\s]")


class Token(NamedTuple):
    """A piece of a text; `ws` says that one space follows that is no token of its own, as spaCy has it."""

    start: int
    end: int
    ws: bool


def cut_tokens(text: str, spans: Iterable[Span]) -> list[Token]:
    """Cut a text into tokens that, with their spaces, cover it without gaps.

    Parameters
    ----------
    text
        The text.
    spans
        Spans that must begin with a token and end with one.

    Returns
    -------
    list of Token
        Runs of word characters, single other marks, and white space beyond one space after a token.
    """
    spans = list(spans)
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    tokens: list[Token] = []
    for start, end in _cut(text, sorted({edge for edge in starts | ends if 0 < edge < len(text)})):
        follows = bool(tokens) and not text[start - 1].isspace()
        if text[start] == " " and follows and start not in starts and start + 1 not in ends:
            tokens[-1] = tokens[-1]._replace(ws=True)
            start += 1
        if start < end:
            tokens.append(Token(start, end, False))
    return tokens


def trim(text: str, span: Span) -> Span | None:
    """Return the span without white space at its edges; None if nothing is left."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    end = start + len(words.strip())
    return Span.of(text, start, end) if start < end else None


def _cut(text: str, edges: list[int]) -> Iterator[tuple[int, int]]:
    position = 0
    for match in _PIECE.finditer(text):
        start = match.start()
        while position < len(edges) and edges[position] < match.end():
            if edges[position] > start:
                yield start, edges[position]
                start = edges[position]
            position += 1
        yield start, match.end()
