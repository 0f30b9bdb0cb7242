"""What a unit keeps of its parse: a light reference instead of a table.

A row of units must survive `pandas.concat`, sorting and pickling, and ten thousand rows must not hold ten thousand
tables. So a row carries a `ParseReference` (a source, an article, a range), all rows of one call share one source,
and the source turns an article's parse into plain lists once, when a feature first asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.attribution import Attribution, Scene, attribute_scene, set_scenes
from corpus_tools.language.parses import Parses, parse
from corpus_tools.language.sentences import Sentence, read_sentences
from corpus_tools.text.corpus import Corpus


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
    _parts: dict[tuple[str, int, int], list[Sentence]] = field(default_factory=dict, repr=False)
    _read: dict[tuple[str, Codebook | None], dict[int, list[Attribution]]] = field(default_factory=dict, repr=False)
    _scenes: dict[tuple[str, Codebook | None], list[Scene]] = field(default_factory=dict, repr=False)
    _prints: dict[str, str | None] = field(default_factory=dict, repr=False)

    def sentences(self, article: str) -> list[Sentence]:
        """Return the sentences of one article, in order; an article that could not be parsed has none."""
        if article not in self._known:
            self._known[article] = self._look_up(article)
        return self._known[article]

    def between(self, article: str, start: int, end: int) -> list[Sentence]:
        """Return the sentences that overlap a range; remembered, since every feature of every fold asks."""
        key = (article, start, end)
        if key not in self._parts:
            self._parts[key] = [s for s in self.sentences(article) if s.start < end and s.end > start]
        return self._parts[key]

    def attributions(self, article: str, codebook: Codebook | None) -> dict[int, list[Attribution]]:
        """Return what the rules of attribution read in each sentence of one article, by number of the sentence."""
        key = (article, codebook)
        if key not in self._read:
            scenes = self.scenes(article, codebook)
            self._read[key] = {scene.sentence.index: attribute_scene(scene, anything=True) for scene in scenes}
        return self._read[key]

    def scenes(self, article: str, codebook: Codebook | None) -> list[Scene]:
        """Return the sentences of one article, in order, with all that attribution needs to read them."""
        key = (article, codebook)
        if key not in self._scenes:
            sentences = self.sentences(article)
            if sentences and self.parses is not None:
                whole = self.parses[article].article
                self._scenes[key] = set_scenes(sentences, whole.text, codebook, title=whole.title)
            else:
                self._scenes[key] = []
        return self._scenes[key]

    def fingerprint(self, article: str) -> str | None:
        """Return the sha256 of an article's text, None where the source does not know the article."""
        if article not in self._prints:
            corpus = self.parses.corpus if self.corpus is None and self.parses is not None else self.corpus
            known = corpus is not None and article in corpus
            self._prints[article] = corpus[article].fingerprint if corpus is not None and known else None
        return self._prints[article]

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
        return {**self.__dict__, "_known": {}, "_parts": {}, "_read": {}, "_scenes": {}}


@dataclass(frozen=True, slots=True)
class ParseReference:
    """A unit's place in a parse: the sentences of `article` that overlap `[start, end)`."""

    source: ParseSource
    article: str
    start: int
    end: int

    def sentences(self) -> list[Sentence]:
        """Return the sentences of this unit, in order."""
        return self.source.between(self.article, self.start, self.end)

    def attributions(self, sentence: Sentence, codebook: Codebook | None) -> list[Attribution]:
        """Return what the rules of attribution read in a sentence of this unit."""
        return self.source.attributions(self.article, codebook).get(sentence.index, [])

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


def list_fingerprints(units: pd.DataFrame) -> dict[str, str | None]:
    """Return for each article of a table of units, in order of appearance, the sha256 of its text."""
    first = units.drop_duplicates("article")
    pairs = zip(first["article"], first["parse"], strict=True)
    return {article: reference.source.fingerprint(article) if reference else None for article, reference in pairs}
