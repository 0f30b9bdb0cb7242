"""What coders said, lined up: the articles that at least two of them finished, and the units in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from corpus_tools.agreement.ratings import Array
from corpus_tools.annotation.records import Annotation
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import Parse, Parses
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["ALL", "CodedArticle", "CodedUnit", "Coding", "Sentences", "choose_coders", "line_up"]

ALL = "all"
LEVELS = ("sentence", "article")


@dataclass(frozen=True, slots=True)
class CodedUnit:
    """A sentence or an article with the set of frames that each coder gave it.

    `unknown` holds, for each coder, the frames that were coded for the whole article and on no span: they leave its
    sentences open, neither positive nor negative. Coders who did not finish the article are in neither.
    """

    article: str
    number: int
    start: int
    end: int
    frames: dict[str, frozenset[str]]
    unknown: dict[str, frozenset[str]]


class Sentences:
    """Where the sentences of an article are, and which of them a span touches."""

    def __init__(self, parse: Parse) -> None:
        tokens = parse.tokens
        self._word_starts, self._word_ends = tokens["start"].to_numpy(), tokens["end"].to_numpy()
        numbers = tokens["sentence"].to_numpy()
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        self._of_word: Array = np.cumsum(np.isin(np.arange(len(numbers)), first)) - 1
        self._starts: Array = self._word_starts[first]
        ends = self._word_ends[np.append(first[1:], len(numbers)) - 1]
        self.ranges: list[tuple[int, int]] = list(zip(self._starts.tolist(), ends.tolist(), strict=True))

    def touched_by(self, span: Span) -> list[int]:
        """Numbers of the sentences of which the span covers at least a part of a word."""
        first = int(np.searchsorted(self._word_ends, span.start, side="right"))
        last = int(np.searchsorted(self._word_starts, span.end, side="left"))
        return sorted(set(self._of_word[first:last].tolist()))

    def number_at(self, position: int) -> int:
        """Number of the sentence that a position stands in; what lies between two belongs to the former."""
        return max(0, int(np.searchsorted(self._starts, position, side="right")) - 1)


@dataclass(frozen=True)
class CodedArticle:
    """An article that at least two coders finished.

    Attributes
    ----------
    id, version
        The article, and the version of the codebook by which it was coded; `"1.0+1.1"` where it was by both.
    coders
        Who finished it.
    frames, stances
        By coder.
    text, sentences
        None where they are not at hand.
    """

    id: str
    version: str
    coders: tuple[str, ...]
    frames: dict[str, list[Annotation]]
    stances: dict[str, list[Annotation]]
    text: str | None = None
    sentences: Sentences | None = None

    def units(self, level: str) -> list[CodedUnit]:
        """Return its sentences, or itself."""
        if level == "article":
            frames = {coder: frozenset(a.label for a in self.frames[coder]) for coder in self.coders}
            nothing: dict[str, frozenset[str]] = {coder: frozenset() for coder in self.coders}
            return [CodedUnit(self.id, 0, 0, len(self.text or ""), frames, nothing)]
        if self.sentences is None:
            return []
        found, open_ = {}, {}
        for coder in self.coders:
            found[coder], open_[coder] = _spread(self.frames[coder], self.sentences)
        return [
            CodedUnit(
                self.id,
                number,
                start,
                end,
                {coder: frozenset(found[coder][number]) for coder in self.coders},
                {coder: open_[coder] - found[coder][number] for coder in self.coders},
            )
            for number, (start, end) in enumerate(self.sentences.ranges)
        ]


@dataclass(frozen=True)
class Coding:
    """What chosen coders said about the articles that at least two of them finished."""

    coders: tuple[str, ...]
    level: str
    articles: tuple[CodedArticle, ...]

    @cached_property
    def units(self) -> list[CodedUnit]:
        """The sentences or articles that frames are compared on."""
        return [unit for article in self.articles for unit in article.units(self.level)]

    @property
    def versions(self) -> list[str]:
        """`"all"`, and each version of the codebook where there is more than one."""
        known = sorted({article.version for article in self.articles})
        return [ALL, *known] if len(known) > 1 else [ALL]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All pairs of coders."""
        return list(combinations(self.coders, 2))

    def of_version(self, version: str) -> Coding:
        """Return the part that was coded by one version of the codebook."""
        if version == ALL:
            return self
        return replace(self, articles=tuple(a for a in self.articles if a.version == version))

    def shared_by(self, coders: Collection[str]) -> list[CodedArticle]:
        """Return the articles that all of these finished."""
        return [article for article in self.articles if set(coders) <= set(article.coders)]


def line_up(
    store: AnnotationStore,
    *,
    corpus: Corpus | None = None,
    parses: Parses | None = None,
    level: str = "sentence",
    coders: Collection[str] | None = None,
) -> Coding:
    """Gather what coders said.

    Parameters
    ----------
    store
        The logs.
    corpus, parses
        The texts and where sentences are; what is not in them has neither. Sentences need parses.
    level
        `"sentence"` or `"article"`.
    coders
        Whom to compare; None for everybody whose role is coder.

    Raises
    ------
    InputError
        With fewer than two coders, an unknown level, or sentences without parses.
    """
    if level not in LEVELS:
        raise InputError(f"the 'level' parameter must be 'sentence' or 'article'. Got {level!r} instead")
    chosen = choose_coders(store, coders)
    if level == "sentence" and parses is None:
        raise InputError("agreement over sentences needs the articles", remedy="give corpus=, or use level='article'")
    frames, stances = (
        {coder: _by_article(store.annotations(coder, type=kind)) for coder in chosen} for kind in ("frame", "stance")
    )
    judged = {coder: _judged_by(store, coder) for coder in chosen}
    articles = []
    for name, finished in _finished(store, chosen).items():
        own = {coder: frames[coder].get(name, []) for coder in finished}
        other = {coder: stances[coder].get(name, []) for coder in finished}
        version = _version({coder: own[coder] + other[coder] for coder in finished}, judged, name)
        articles.append(CodedArticle(name, version, finished, own, other, *_text_of(name, corpus, parses)))
    return Coding(tuple(chosen), level, tuple(articles))


def choose_coders(store: AnnotationStore, coders: Collection[str] | None) -> list[str]:
    """Return the coders to compare: those named, else all with the role of coder.

    Raises
    ------
    InputError
        When fewer than two remain.
    """
    named = coders if coders is not None else [c.id for c in store.coders.values() if c.role == "coder"]
    chosen = list(dict.fromkeys(named))
    if len(chosen) < 2:
        raise InputError(
            f"agreement needs two coders, and there is {', '.join(chosen) or 'none'}",
            remedy="code the articles a second time",
        )
    return chosen


def _finished(store: AnnotationStore, coders: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The articles that at least two coders finished, with these coders."""
    done: dict[str, list[str]] = defaultdict(list)
    for coder in coders:
        for article, status in store.statuses(coder).items():
            if status == "done":
                done[article].append(coder)
    return {article: tuple(who) for article, who in done.items() if len(who) > 1}


def _judged_by(store: AnnotationStore, coder: str) -> dict[str, str]:
    """The codebook's version of the coder's last status of each article: it stands also where nothing was found."""
    events = (event.fields for event in store.events(coder) if event.fields["event"] == "status")
    return {fields["article"]: fields["codebook"] for fields in events if fields.get("codebook") is not None}


def _version(annotations: dict[str, list[Annotation]], judged: dict[str, dict[str, str]], article: str) -> str:
    """The versions of what stands, and of the judgement that nothing does."""
    versions: set[str] = set()
    for coder, own in annotations.items():
        named = {a.codebook for a in own if a.codebook is not None}
        versions |= named or ({judged[coder][article]} if article in judged[coder] else set())
    return "+".join(sorted(versions)) or "unknown"


def _by_article(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    found: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in annotations:
        found[annotation.article].append(annotation)
    return found


def _text_of(name: str, corpus: Corpus | None, parses: Parses | None) -> tuple[str | None, Sentences | None]:
    if parses is not None and name in parses:
        parse = parses[name]
        return parse.article.text, Sentences(parse)
    return (corpus[name].text, None) if corpus is not None and name in corpus else (None, None)


def _spread(frames: list[Annotation], sentences: Sentences) -> tuple[list[set[str]], frozenset[str]]:
    """The frames of each sentence, and those that leave the sentences open."""
    found: list[set[str]] = [set() for _ in sentences.ranges]
    for annotation in frames:
        for number in (number for span in annotation.spans for number in sentences.touched_by(span)):
            found[number].add(annotation.label)
    return found, frozenset(a.label for a in frames) - {a.label for a in frames if a.spans}
