"""Texts that say nearly the same: equal ones, copies with a word changed, and copies of a part.

Every pair that meets the threshold is found, none by chance: elements are ordered from the rarest to the commonest, and
two collections that share at least m of the n elements of one of them share one of its n - m + 1 rarest, so that only
those are looked up (Chaudhuri, Ganti & Kaushik 2006, "A primitive operator for similarity joins in data cleaning").

>>> told = "The junta said on Monday that the vote would go ahead."
>>> find_edited({"a": told, "b": told.replace("Monday", "Friday"), "c": "The vote, said the junta, would go ahead."})
[('a', 'b', 0.9090909090909091)]
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

__all__ = ["cut_words", "find_copied_parts", "find_edited", "find_equal"]

Pair = tuple[str, str, float]
"""Two names, the earlier first, and how much the texts share."""

EDITED = 0.85
"""Share of the longer text's words that stand in the other in the same order, from which a pair is a copy."""
COPIED = 0.5
"""Share of the shorter text's runs of words that stand in the other, from which a part of it is a copy."""
_RUN = 5
_LEAST_RUNS = 16  # those of 20 words in a row
_WORD = re.compile(r"\w+")
_RETWEET = re.compile(r"^\s*rt @\w+:")


def cut_words(text: str) -> tuple[str, ...]:
    """Return the words of a text without case and punctuation; who passed it on as a retweet is none of them.

    Examples
    --------
    >>> cut_words("RT @Niamey: The vote, again!")
    ('the', 'vote', 'again')
    """
    return tuple(_WORD.findall(_RETWEET.sub("", text.casefold())))


def find_equal(texts: Mapping[str, str]) -> list[Pair]:
    """Return the texts with the same words: of several each is paired with the next."""
    same: dict[tuple[str, ...], list[str]] = {}
    for name, text in texts.items():
        same.setdefault(cut_words(text), []).append(name)
    return [(a, b, 1.0) for names in same.values() for a, b in zip(names, names[1:], strict=False)]


def find_edited(texts: Mapping[str, str]) -> list[Pair]:
    """Return the pairs that share `EDITED` of the longer one's words, in one order (longest common subsequence)."""
    words = {name: cut_words(text) for name, text in texts.items()}
    pairs = []
    for a, b in _find_candidates({name: _number(found) for name, found in words.items()}, EDITED, both=True):
        longest = max(len(words[a]), len(words[b]))
        if min(len(words[a]), len(words[b])) >= EDITED * longest:
            share = count_common(words[a], words[b]) / longest
            if share >= EDITED:
                pairs.append((a, b, share))
    return pairs


def find_copied_parts(texts: Mapping[str, str]) -> list[Pair]:
    """Return the pairs in which `COPIED` of the shorter one's runs of five words stand in the other.

    They are `_LEAST_RUNS` at least: two sentences may well share the titles of two politicians.
    """
    runs = {name: _cut_runs(cut_words(text)) for name, text in texts.items()}
    pairs = []
    for a, b in _find_candidates(runs, COPIED):
        shared = len(runs[a].keys() & runs[b].keys())
        share = shared / min(len(runs[a]), len(runs[b]))
        if share >= COPIED and shared >= _LEAST_RUNS:
            pairs.append((a, b, share))
    return pairs


def count_common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Return the length of the longest common subsequence, by Hyyrö's bit vectors (2004).

    Examples
    --------
    >>> count_common("the vote goes ahead".split(), "the vote now goes on".split())
    3
    """
    places: dict[Hashable, int] = defaultdict(int)
    for i, word in enumerate(a):
        places[word] |= 1 << i
    full = (1 << len(a)) - 1
    open_ = full
    for word in b:
        found = open_ & places.get(word, 0)
        open_ = ((open_ + found) | (open_ - found)) & full
    return len(a) - open_.bit_count()


def _find_candidates(
    elements: Mapping[str, Collection[Any]], least: float, *, both: bool = False
) -> list[tuple[str, str]]:
    """Return the pairs that may share `least` of the elements of one of them, or of `both`, in the order of the names.

    Where it is of both, each of the two has one of the rarest of the other among its own rarest.
    """
    spread = Counter(element for own in elements.values() for element in own)
    rarest = [
        sorted(own, key=lambda element: (spread[element], element))[: len(own) - math.ceil(least * len(own)) + 1]
        for own in elements.values()
    ]
    places: dict[Any, list[int]] = defaultdict(list)
    for i, own in enumerate(rarest if both else elements.values()):
        for element in own:
            if spread[element] > 1:
                places[element].append(i)
    names = list(elements)
    found = {(min(i, j), max(i, j)) for i, few in enumerate(rarest) for e in few for j in places.get(e, ()) if i != j}
    return [(names[i], names[j]) for i, j in sorted(found)]


def _number(words: Sequence[str]) -> list[tuple[str, int]]:
    """Tell the first occurrence of a word from its second, so that a set of them counts as the text does."""
    met: Counter[str] = Counter()
    numbered = []
    for word in words:
        met[word] += 1
        numbered.append((word, met[word]))
    return numbered


def _cut_runs(words: Sequence[str]) -> dict[tuple[str, ...], None]:
    """Return the different runs of `_RUN` words."""
    return dict.fromkeys(zip(*(words[first:] for first in range(_RUN)), strict=False))
