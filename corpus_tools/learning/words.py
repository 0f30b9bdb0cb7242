"""Words of a plain text, found without a parse, each with its place.

What the words around a target say needs no grammar: the words near it count more than those far away, the same word
left of it and right of it may mean different things, and what is said of one target should count for another: the
target is masked there, and its own words are terms of their own (`name_terms`), which can be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Span = tuple[int, int]
Place = tuple[str, Span | None]
"""A term and its code points in the text."""

_WORD = re.compile(r"[#@]?\w+(?:['’]\w+)*|[^\w\s]+")
_HASHTAG = re.compile(r"(?<!\w)#(\w+)")
_BREAKS = ',;:—–“”"()'
WINDOW = 4
LONGEST = 700
"""Texts beyond so many characters are read from a stretch of this length around the target."""


def find_words(text: str) -> list[tuple[str, int, int]]:
    """Return the lower-cased words and runs of punctuation, with start and end.

    Examples
    --------
    >>> find_words("Don’t!")
    [('don’t', 0, 5), ('!', 5, 6)]
    """
    return [(match.group().lower(), *match.span()) for match in _WORD.finditer(text)]


def split_hashtags(text: str) -> str:
    """Spell hashtags as the words they are made of, which is how a model of language has seen them.

    >>> split_hashtags("#TeamHillary2016 and #stop_it, #NATOsummit, #USA!")
    'Team Hillary 2016 and stop it, NAT Osummit, USA!'
    """
    return _HASHTAG.sub(lambda match: " ".join(_split_name(match.group(1))) or match.group(), text)


def _split_name(name: str) -> list[str]:
    """Cut a name where small letters end or letters and digits meet, and before the last capital of several."""
    cuts = [0]
    for i in range(1, len(name)):
        before, here, after = name[i - 1], name[i], name[i + 1 : i + 2]
        starts = here.isupper() and (not before.isupper() or after.islower())
        if starts or here.isdigit() != before.isdigit() or "_" in (here, before):
            cuts.append(i)
    pieces = [name[start:stop] for start, stop in zip(cuts, [*cuts[1:], len(name)], strict=True)]
    return [piece for piece in pieces if piece != "_"]


def text_terms(
    text: str, spans: Sequence[tuple[str, Span]] = (), *, longest: int = 2, punctuation: bool = True
) -> Iterator[Place]:
    """Yield words and runs of up to `longest` words, with the spans' words replaced by the spans' names.

    Without `punctuation` what is no word is skipped, as if it did not stand there.
    """
    words = mask([w for w in find_words(text) if punctuation or w[0][-1].isalnum()], spans)
    for length in range(1, longest + 1):
        for i in range(len(words) - length + 1):
            run = words[i : i + length]
            yield " ".join(word for word, _, _ in run), (run[0][1], run[-1][2])


def window_terms(text: str, name: str, span: Span, others: Sequence[tuple[str, Span]] = ()) -> Iterator[Place]:
    """Yield the words within `WINDOW` of a span, alone and in pairs, each also with its side."""
    words = mask(find_words(text), [(name, span), *others])
    at = next((i for i, (word, _, _) in enumerate(words) if word == name), None)
    if at is None:
        return
    first, last = max(0, at - WINDOW), min(len(words), at + WINDOW + 1)
    for length in (1, 2):
        for i in range(first, last - length + 1):
            run = words[i : i + length]
            term, place = " ".join(word for word, _, _ in run), (run[0][1], run[-1][2])
            if term != name:
                side = "left" if i + length <= at else "right" if i > at else "at"
                yield f"{name}:{term}", place
                yield f"{name}:{side}:{term}", place


def clause_terms(text: str, name: str, span: Span, others: Sequence[tuple[str, Span]] = ()) -> Iterator[Place]:
    """Yield words and pairs of the stretch between two marks of punctuation in which a span stands."""
    start = max([text.rfind(mark, 0, span[0]) for mark in _BREAKS] + [-1]) + 1
    ends = [at for mark in _BREAKS if (at := text.find(mark, span[1])) >= 0]
    end = min(ends, default=len(text))
    words = [w for w in find_words(text) if start <= w[1] and w[2] <= end]
    masked = mask(words, [(name, span), *others])
    for length in (1, 2):
        for i in range(len(masked) - length + 1):
            run = masked[i : i + length]
            yield f"{name}|{' '.join(word for word, _, _ in run)}", (run[0][1], run[-1][2])


def name_terms(text: str, name: str, span: Span) -> Iterator[Place]:
    """Yield the words of a span: each, the last, all together, and whether they are written as a name.

    Examples
    --------
    >>> [term for term, _ in name_terms("He met Mr. Issoufou.", "holderx", (11, 19))]
    ['holderx=issoufou', 'holderx:last=issoufou', 'holderx:all=issoufou', 'holderx:Xx']
    """
    inside = text[slice(*span)]
    own = [(word, (span[0] + start, span[0] + end)) for word, start, end in find_words(inside)]
    for word, place in own:
        yield f"{name}={word}", place
    if own:
        yield f"{name}:last={own[-1][0]}", own[-1][1]
        yield f"{name}:all={' '.join(word for word, _ in own)}", span
        yield f"{name}:{'XX' if inside.isupper() else 'Xx' if inside[0].isupper() else 'xx'}", span


def between_terms(text: str, first: Span, second: Span) -> Iterator[Place]:
    """Yield the words between two spans, with the order of the two."""
    order = ">" if first[0] <= second[0] else "<"
    low, high = min(first[1], second[1]), max(first[0], second[0])
    inside = [word for word in find_words(text) if low <= word[1] and word[2] <= high]
    yield f"{order}distance {min(len(inside) // 3, 6)}", None
    for length in (1, 2):
        for i in range(len(inside) - length + 1):
            run = inside[i : i + length]
            yield f"{order}{' '.join(word for word, _, _ in run)}", (run[0][1], run[-1][2])


def mask(words: Sequence[tuple[str, int, int]], spans: Sequence[tuple[str, Span]]) -> list[tuple[str, int, int]]:
    """Replace the words of each span by one word, the span's name."""
    masked: list[tuple[str, int, int]] = []
    for word, start, end in words:
        name = next((n for n, (s, e) in spans if start < e and end > s), None)
        if name is None:
            masked.append((word, start, end))
        elif not masked or masked[-1][0] != name:
            masked.append((name, start, end))
        else:
            masked[-1] = (name, masked[-1][1], end)
    return masked


def mask_text(text: str, spans: Sequence[tuple[str, Span]]) -> str:
    """Return the text with each span replaced by its name."""
    for name, (start, end) in sorted(spans, key=lambda item: -item[1][0]):
        text = f"{text[:start]} {name} {text[end:]}"
    return text


def find_name(text: str, name: str) -> Span | None:
    """Return where a name first stands in a text, whole words, whatever the case and however it joins its words."""
    wanted = re.escape(name.replace("_", " ").strip()).replace(r"\ ", r"[\s_-]+")
    found = re.search(rf"(?<!\w){wanted}(?!\w)", text, re.IGNORECASE) if wanted else None
    return found.span() if found else None


def cut_around(text: str, span: Span | None, *, longest: int = LONGEST) -> tuple[int, int]:
    """Return the stretch of a text that is read: all of a short one, else from word to word around the span."""
    if len(text) <= longest or span is None:
        return 0, len(text)
    half = max(0, longest - (span[1] - span[0])) // 2
    start, end = max(0, span[0] - half), min(len(text), span[1] + half)
    start = start if start == 0 else min(span[0], text.find(" ", start) + 1 or start)
    end = end if end == len(text) else max(span[1], text.rfind(" ", 0, end))
    return start, end
