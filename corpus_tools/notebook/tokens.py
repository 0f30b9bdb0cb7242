r"""Where words and sentences begin and end: from the parse, or by a rule that works in any script.

>>> find_tokens("Ça va\u0301\u202fbien 👩🏽‍🚀!")
[(0, 2), (3, 6), (7, 11), (12, 16), (16, 17)]
>>> find_sentences("He left. She stayed!\n\nNobody asked")
[(0, 8), (9, 20), (22, 34)]
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from corpus_tools.text.article import Article

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parse, Parses

__all__ = ["Pairs", "find_sentences", "find_tokens", "segment"]

Pairs = list[tuple[int, int]]
"""(start, end) in code points, in order, not overlapping."""

_JOINERS = "\u200d\u200c"  # they glue what stands on both sides: family emoji, Persian and Indic words
_INNER = "'\u2019\u02bc-\u2010\u00b7"  # part of a word between two letters
_END = re.compile(r"(?:[.!?…؟۔]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*|\n\s*\n|\r\n\s*\r\n)\s*")


def segment(article: Article, parses: Parses | None = None) -> tuple[Pairs, Pairs]:
    """Return the tokens and the sentences of an article as (start, end) in code points, in order, not overlapping.

    The parse decides where there is one; text that it does not cover is cut by rule.
    """
    if parses is None or article.id not in parses:
        return find_tokens(article.text), find_sentences(article.text)
    parse = parses[article.id]
    if parse.article.text != article.text:  # the file changed since it was parsed
        return find_tokens(article.text), find_sentences(article.text)
    tokens = _parsed_tokens(parse)
    return tokens or find_tokens(article.text), _parsed_sentences(parse) or find_sentences(article.text)


def find_tokens(text: str) -> Pairs:
    """Cut a text into words and single signs; whitespace belongs to none. Never cuts inside a visible character."""
    tokens: Pairs = []
    start = 0
    while start < len(text):
        if text[start].isspace():
            start += 1
            continue
        end = _end_of_character(text, start)
        if _is_word(text[start]):
            end = _end_of_word(text, end)
        tokens.append((start, end))
        start = end
    return tokens


def find_sentences(text: str) -> Pairs:
    """Cut a text after sentence marks and at empty lines."""
    sentences: Pairs = []
    start = 0
    for stop in [*(match.end() for match in _END.finditer(text)), len(text)]:
        piece = text[start:stop]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            sentences.append((first, start + len(piece.rstrip())))
        start = stop
    return sentences


def _end_of_character(text: str, start: int) -> int:
    """Return the end of what a reader sees as one character: marks, joined emoji, skin tones and flags included."""
    end = start + 1
    if _is_flag(text[start]) and end < len(text) and _is_flag(text[end]):
        end += 1
    while end < len(text):
        if text[end] in _JOINERS and end + 1 < len(text) and not text[end + 1].isspace():
            end += 2
        elif unicodedata.category(text[end]) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= text[end] <= "\U0001f3ff":
            end += 1
        else:
            break
    return end


def _end_of_word(text: str, end: int) -> int:
    if end and _stands_alone(text[end - 1]):
        return end
    while end < len(text):
        if _is_word(text[end]) and not _stands_alone(text[end]):
            end = _end_of_character(text, end)
        elif text[end] in _INNER and end + 1 < len(text) and _is_word(text[end + 1]):
            end += 1
        else:
            break
    return end


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LN" or char == "_"


def _stands_alone(char: str) -> bool:
    """Chinese characters and kana are written without spaces: each can begin or end a span."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _parsed_tokens(parse: Parse) -> Pairs:
    rows = parse.tokens.drop_duplicates("token")
    return list(_in_order(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True)))


def _parsed_sentences(parse: Parse) -> Pairs:
    return list(_in_order((view.start, view.end) for view in parse.sentences))


def _in_order(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last = 0
    for start, end in pairs:
        if start >= last and end > start:
            yield int(start), int(end)
            last = end
