"""A small world for the tests of the upper floors: sixteen short articles, their codebook, two coders and gold.

The fixture `world` (in small_world_fixture.py) writes and parses it once a session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.records import Frame, Record, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import Parses
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

CODEBOOK = """
[codebook]
name = "small"
version = "1.0"
language = "en"
description = "A scheme for tests."

[[frame]]
id = "influence"
name = "Influence"
definition = "Power of others."
cues = ["russian influence"]

[[frame]]
id = "ballot"
name = "Ballot"
definition = "The vote as the remedy."
cues = ["elections"]

[[stance]]
id = "oppose"
order = 1
definition = "Against it."

[[stance]]
id = "support"
order = 2
definition = "For it."

[[entity]]
id = "russian_influence"
name = "Russian influence"
kind = "issue"
aliases = ["Russian influence"]

[[entity]]
id = "elections"
name = "Elections"
kind = "issue"
aliases = ["free elections"]

[[entity]]
id = "france"
name = "France"
kind = "actor"
aliases = ["France"]
"""
CODERS = """
[[coder]]
id = "ana"
role = "coder"
description = "A coder."

[[coder]]
id = "ben"
role = "coder"
description = "Another coder."

[[coder]]
id = "gold"
role = "adjudicator"
description = "Decides."
"""
PLACES = ("Niamey", "Bamako", "Ouagadougou", "Libreville", "Khartoum")
HOLDERS = ("France", "Germany", "Nigeria", "Algeria")
RAIN = ("Rain fell on the market in {place}.", "Traders sold onions near the river.", "A bus left {place} before noon.")
UNFINISHED = "a14"
"""Coded, but its status is not done."""
WHOLE = "a12"
"""The frame `influence` is coded for the whole article and on none of its spans."""


def influence_sentence(i: int) -> str:
    """A sentence with the frame `influence`: a holder opposes it."""
    return f"{HOLDERS[i % 4]} {('condemned', 'feared', 'rejected')[i % 3]} Russian influence in {PLACES[i % 5]}."


def ballot_sentence(i: int) -> str:
    """A sentence with the frame `ballot`: a holder supports it."""
    return (
        f"{HOLDERS[(i + 1) % 4]} {('demanded', 'welcomed', 'praised')[i % 3]} free elections in {PLACES[(i + 2) % 5]}."
    )


def make_texts() -> dict[str, str]:
    """Sixteen articles: `influence` in the even ones, `ballot` in those with i % 4 in (0, 3)."""
    texts = {}
    for i in range(16):
        sentences = [RAIN[i % 3].format(place=PLACES[i % 5])]
        if i % 2 == 0:
            sentences.append(influence_sentence(i))
        if i % 4 in (0, 3):
            sentences.append(ballot_sentence(i))
        texts[f"a{i:02d}"] = " ".join([*sentences, RAIN[(i + 1) % 3].format(place=PLACES[(i + 1) % 5])])
    return texts


PLAIN = [
    f"{who} {what}."
    for who in HOLDERS
    for what in ("loved the plan", "hated the plan", "praised the bold plan", "cursed the weak plan")
]
"""Plain texts for detectors without a corpus; the second and fourth of four are hostile to the plan."""
PLAIN_LABELS = ["favor", "against"] * 8


def gold_records(texts: dict[str, str]) -> list[Record]:
    """What adjudication decided about the sixteen articles."""
    records: list[Record] = []
    for i, (name, text) in enumerate(texts.items()):
        for frame, there, sentence in (
            ("influence", i % 2 == 0, influence_sentence(i)), ("ballot", i % 4 in (0, 3), ballot_sentence(i)),
        ):  # fmt: skip
            if not there:
                continue
            at = text.index(sentence)
            whole = name == WHOLE and frame == "influence"
            records.append(
                Frame(name, frame, salience="primary") if whole else Frame(name, frame, [(at, at + len(sentence))])
            )
            what = "Russian influence" if frame == "influence" else "free elections"
            start = text.index(what, at)
            holder, target = (at, at + sentence.index(" ")), (start, start + len(what))
            value = "oppose" if frame == "influence" else "support"
            entity = "russian_influence" if frame == "influence" else "elections"
            records.append(
                Stance(name, value, holder=Slot(to_span(text, holder)), target=Slot(to_span(text, target), entity))
            )
    return records


def to_span(text: str, pair: tuple[int, int]) -> Span:
    """The span of a pair of offsets, with its quote."""
    return Span.of(text, *pair)


def write_log(store: AnnotationStore, coder: str, records: Iterable[Record], done: Iterable[str]) -> None:
    """Write a coder's log: the records, then the articles that are done."""
    with store.writer(coder) as log:
        for record in records:
            log.add(record)
        for article in done:
            log.status(article, "done")


def make_gold(
    folder: Path, texts: dict[str, str], records: Sequence[Record], done: Iterable[str] | None = None
) -> Gold:
    """Gold of the caller's own records; None: all articles are done."""
    corpus = Corpus.of([Article(name, text) for name, text in texts.items()])
    store = AnnotationStore(folder, corpus, Codebook.read(write_codebook(folder)))
    write_log(store, "gold", records, list(texts) if done is None else done)
    return store.gold("gold")


def write_codebook(folder: Path) -> Path:
    """Write codebook and coders into a folder of annotations; return the codebook's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "coders.toml").write_text(CODERS, "utf-8")
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    return folder / "codebook.toml"


@dataclass
class World:
    """Folders that the command line takes, and the same things in memory."""

    articles: Path
    annotations: Path
    cache: Path
    corpus: Corpus
    book: Codebook
    store: AnnotationStore
    gold: Gold
    parses: Parses

    def frame_units(self, level: str = "sentence") -> pd.DataFrame:
        """The units of kind frame, with gold."""
        from corpus_tools.learning.units import units

        return units(self.corpus, self.parses, self.gold, kind="frame", level=level)

    def stance_units(self) -> pd.DataFrame:
        """The units of kind stance, with gold."""
        from corpus_tools.learning.units import units

        return units(self.corpus, self.parses, self.gold, kind="stance", codebook=self.book)
