"""What a unit keeps of its parse: a light reference instead of a table.

A row of units must survive `pandas.concat`, sorting and pickling, and ten thousand rows must not hold ten thousand
tables. So a row carries a `ParseReference` (a source, an article, a range), all rows of one call share one source,
and the source turns an article's parse into plain lists once, when a feature first asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from corpus_tools.language.parses import Parse, Parses, parse
from corpus_tools.text.corpus import Corpus

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
                ner=part["ner"],
                starts=part["start"],
                ends=part["end"],
            )
        )
    return sentences


_COLUMNS = ("sentence", "start", "end", "text", "form", "lemma", "upos", "head", "deprel", "ner")


@dataclass(eq=False)
class ParseSource:
    """Where references look up their sentences: parses at hand, or a corpus that is parsed when first asked.

    Parameters
    ----------
    parses
        Parses at hand; None to parse `corpus` with `settings` at the first look-up.
    corpus
        The texts to be parsed later.
    settings
        Keyword arguments for `corpus_tools.language.parses.parse`.
    """

    parses: Parses | None = None
    corpus: Corpus | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    _known: dict[str, list[Sentence]] = field(default_factory=dict, repr=False)

    def sentences(self, article: str) -> list[Sentence]:
        """Return the sentences of one article, in order; an article that could not be parsed has none."""
        if article not in self._known:
            self._known[article] = self._look_up(article)
        return self._known[article]

    def _look_up(self, article: str) -> list[Sentence]:
        if self.parses is None:
            if self.corpus is None:
                return []
            self.parses = parse(self.corpus, **self.settings)
        try:
            return read_sentences(self.parses[article])
        except KeyError:
            return []

    def __getstate__(self) -> dict[str, Any]:
        """Leave the derived sentences out of a pickle."""
        return {**self.__dict__, "_known": {}}


@dataclass(frozen=True, slots=True)
class ParseReference:
    """A unit's place in a parse: the sentences of `article` that overlap `[start, end)`."""

    source: ParseSource
    article: str
    start: int
    end: int

    def sentences(self) -> list[Sentence]:
        """Return the sentences of this unit, in order."""
        return [s for s in self.source.sentences(self.article) if s.start < self.end and s.end > self.start]

    def neighbours(self) -> list[Sentence]:
        """Return the sentence before and the sentence after this unit, where there are any."""
        everything = self.source.sentences(self.article)
        own = {s.index for s in self.sentences()}
        if not own:
            return []
        return [s for s in everything if s.index in (min(own) - 1, max(own) + 1)]

    def position(self) -> float:
        """Return where the unit begins in its article, from 0 (first) to 1 (last)."""
        everything = self.source.sentences(self.article)
        last = everything[-1].end if everything else self.end
        return min(1.0, self.start / last) if last else 0.0
