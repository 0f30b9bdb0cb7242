"""Finding the words of a span again in a text that has changed.

Texts are compared in a **normal form**, and in nothing else: typographic quotation marks stand for plain ones, and a
run of white space, line feeds included, for one space. So a text may be wrapped anew or have its quotes curled. Case,
accents, ligatures and invisible characters count as they are.

A place in the new text counts as the span's when the quote stands there as words of its own, just as it did, and

- it is the only place with the quote, and the context agrees on both sides; or agrees to the full 32 characters on one
  (or, where fewer lay between it and the edge of the text, to that edge if they are 8 or more), while the context of
  the other side still stands farther off, or the quote itself has 32 characters or more; or
- there are several, one of them alone agrees on both sides, and no other agrees to the full on one.

Everything else is an orphan with its reason. A guess between two places would move an annotation silently. What this
cannot see: that a text said the same words in the same context twice, and has lost the very place that was meant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from corpus_tools.text.span import CONTEXT, Span

__all__ = ["NormalText", "Orphan", "find_again", "normalize"]

_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u201a\u201b", "'") | dict.fromkeys("\u201c\u201d\u201e\u201f", '"'))
_NEAR_EDGE = 8
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # zero-width joiner, variation selectors


class Orphan(Exception):
    """There is no place that is certain; the message says why."""


def normalize(text: str) -> str:
    r"""Return the normal form of a text.

    Examples
    --------
    >>> normalize("“We  refuse,”\r\nhe said")
    '"We refuse," he said'
    """
    return NormalText(text).text


class NormalText:
    """A text in normal form that knows where each of its characters came from.

    Parameters
    ----------
    original : str
        The text.

    Attributes
    ----------
    text : str
        The normal form.
    """

    def __init__(self, original: str) -> None:
        parts: list[str] = []
        self._starts: list[int] = []
        for offset, character in enumerate(original.translate(_QUOTES)):
            if character.isspace():
                if parts and parts[-1] == " ":
                    continue
                character = " "
            parts.append(character)
            self._starts.append(offset)
        self._starts.append(len(original))
        self.text = "".join(parts)

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original that a range of the normal form stands for."""
        return self._starts[start], self._starts[end]


@dataclass(frozen=True, slots=True)
class _Side:
    """How the context of one side agrees: it stands `beside` the quote, to the `full` length, or farther off."""

    beside: bool
    full: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the quote in the normal form, and how the context before and after it agrees."""

    start: int
    before: _Side
    after: _Side

    @property
    def agrees(self) -> bool:
        return self.before.beside and self.after.beside

    @property
    def agrees_fully_on_one_side(self) -> bool:
        return self.before.full or self.after.full

    @property
    def fell_apart(self) -> bool:
        """Whether something came between the quote and the context of one side, while the other agrees."""
        return (self.before.full and self.after.apart) or (self.after.full and self.before.apart)


def find_again(text: NormalText, span: Span) -> tuple[int, int]:
    """Return the range of the original text in which a span's words stand now.

    Raises
    ------
    Orphan
        When no place is certain.
    """
    if span.quote is None:
        raise Orphan("no quote was stored with it")
    quote = normalize(span.quote)
    if not quote.strip():
        raise Orphan("its quote is white space only")
    places = list(_find_places(text.text, quote, span))
    if not places:
        raise Orphan("its words are no longer in the text")
    chosen = [place for place in places if place.agrees]
    if len(places) == 1:
        (place,) = places
        if place.fell_apart or (place.agrees_fully_on_one_side and len(quote) >= CONTEXT):
            chosen = places
        reason = "its words stand in the text once, but in another context"
    else:
        if any(place.agrees_fully_on_one_side for place in places if not place.agrees):
            chosen = []
        reason = f"its words stand in the text {len(places)} times, and the context does not tell which is meant"
    if len(chosen) != 1:
        raise Orphan(reason)
    return text.to_original(chosen[0].start, chosen[0].start + len(quote))


def _find_places(text: str, quote: str, span: Span) -> Iterator[_Place]:
    prefix = None if span.prefix is None else normalize(span.prefix)
    suffix = None if span.suffix is None else normalize(span.suffix)
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        left, right = text[max(0, start - 1) : start], text[end : end + 1]
        if _joins(prefix, left, quote, before=True) and _joins(suffix, right, quote, before=False):
            yield _Place(start, _look_before(text, start, prefix, span), _look_after(text, end, suffix, span))
        start = text.find(quote, start + 1)


def _look_before(text: str, start: int, prefix: str | None, span: Span) -> _Side:
    if prefix is None:
        return _Side(False, False, False)
    beside = text.endswith(prefix, 0, start) and bool(prefix or start == 0)
    long = _is_long(span.prefix, at_edge=start == len(prefix))
    return _Side(beside, beside and long, prefix in text[:start])


def _look_after(text: str, end: int, suffix: str | None, span: Span) -> _Side:
    if suffix is None:
        return _Side(False, False, False)
    beside = text.startswith(suffix, end) and bool(suffix or end == len(text))
    long = _is_long(span.suffix, at_edge=end + len(suffix) == len(text))
    return _Side(beside, beside and long, suffix in text[end:])


def _is_long(context: str | None, *, at_edge: bool) -> bool:
    # What is short because it lay at the edge of the text tells enough only at the edge again.
    return len(context or "") >= (_NEAR_EDGE if at_edge else CONTEXT)


def _joins(context: str | None, neighbour: str, quote: str, *, before: bool) -> bool:
    """Whether the quote begins (or ends) within a word, or a joined character, just where it did."""
    if context is None:
        return True
    if before:
        return _are_joined(context[-1:], quote[0]) == _are_joined(neighbour, quote[0])
    return _are_joined(quote[-1], context[:1]) == _are_joined(quote[-1], neighbour)


def _are_joined(left: str, right: str) -> bool:
    """Whether two neighbours belong to one word or one visible character."""
    if not left or not right:
        return False
    if right in _JOINERS or left == "\u200d" or unicodedata.category(right)[0] == "M" or _is_skin(right):
        return True
    return (_is_of_word(left) and _is_of_word(right)) or (_is_flag_half(left) and _is_flag_half(right))


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def _is_skin(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
