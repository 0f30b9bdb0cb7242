"""A parsed sentence as parallel lists: what rules and features walk over, without a table in the loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from corpus_tools.language.parses import Parse

Made = TypeVar("Made")


@dataclass(eq=False)
class Sentence:
    """One parsed sentence as parallel lists, one element a word; offsets are those of the article."""

    index: int
    start: int
    end: int
    text: list[str]
    lemma: list[str]
    upos: list[str]
    head: list[int]
    deprel: list[str]
    feats: list[str]
    ner: list[str]
    starts: list[int]
    ends: list[int]
    memo: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    """Values derived from this sentence (terms, mentions), kept as long as the sentence itself."""

    def remember(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return the value under `key`, made at the first call."""
        if key not in self.memo:
            self.memo[key] = make()
        value: Made = self.memo[key]
        return value

    def __len__(self) -> int:
        return len(self.text)

    @cached_property
    def children(self) -> list[list[int]]:
        """For each word (0-based) the positions of its dependents, in text order."""
        below: list[list[int]] = [[] for _ in self.text]
        for position, head in enumerate(self.head):
            if head > 0:
                below[head - 1].append(position)
        return below

    def words_in(self, start: int, end: int) -> list[int]:
        """Positions of the words that overlap `[start, end)`."""
        return [i for i, (s, e) in enumerate(zip(self.starts, self.ends, strict=True)) if s < end and e > start]

    def head_of(self, positions: Iterable[int]) -> int | None:
        """Position among `positions` whose own head lies outside them: the syntactic head of a mention."""
        inside = set(positions)
        for position in sorted(inside):
            if self.head[position] - 1 not in inside:
                return position
        return None

    def ancestors(self, position: int) -> list[int]:
        """Positions from the word's head up to the root; a cycle in a broken tree ends the walk."""
        above: list[int] = []
        head = self.head[position] - 1
        while head >= 0 and head not in above:
            above.append(head)
            head = self.head[head] - 1
        return above


def read_sentences(analysed: Parse) -> list[Sentence]:
    """Turn the token table of one article into sentences of plain lists."""
    columns = {name: analysed.tokens[name].tolist() for name in _COLUMNS}
    starts: list[int] = [i for i, s in enumerate(columns["sentence"]) if i == 0 or s != columns["sentence"][i - 1]]
    sentences = []
    for first, last in zip(starts, [*starts[1:], len(columns["sentence"])], strict=True):
        part = {name: values[first:last] for name, values in columns.items()}
        sentences.append(
            Sentence(
                index=part["sentence"][0],
                start=min(part["start"]),
                end=max(part["end"]),
                text=part["text"],
                lemma=[lemma or form for lemma, form in zip(part["lemma"], part["form"], strict=True)],
                upos=part["upos"],
                head=part["head"],
                deprel=part["deprel"],
                feats=part["feats"],
                ner=part["ner"],
                starts=part["start"],
                ends=part["end"],
            )
        )
    return sentences


_COLUMNS = ("sentence", "start", "end", "text", "form", "lemma", "upos", "head", "deprel", "feats", "ner")
