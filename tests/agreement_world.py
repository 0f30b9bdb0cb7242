"""A tiny store for the tests of the agreement table, and how they look a figure up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from small_world import World, influence_sentence, write_codebook, write_log

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Implicit, Record, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.span import Span


def make_tiny(world: World, folder: Path) -> AnnotationStore:
    """Two coders, two articles that both finished (4 and 2 sentences), one that only Ana did."""
    book = Codebook.read(write_codebook(folder))
    store = AnnotationStore(folder, world.corpus, book)
    text = world.corpus["a00"].text
    at = text.index(influence_sentence(0))
    second, third = (at, at + 5), (at + len(influence_sentence(0)) + 1, at + len(influence_sentence(0)) + 4)
    what = text.index("Russian influence")
    target = Slot(Span(what, what + 17), "russian_influence")
    ana: list[Record] = [
        Frame("a00", "influence", [second]),
        Frame("a00", "ballot", [third]),
        Frame("a01", "ballot", salience="present"),
        Frame("a02", "influence", [(0, 3)]),
        Stance("a00", "oppose", holder=Slot(Span(at, at + 6)), target=target),
    ]
    ben: list[Record] = [
        Frame("a00", "influence", [second, third]),
        Frame("a00", "influence", [(0, 2)]),
        Stance("a00", "support", holder=Slot(Span(at, at + 6)), target=target),
        Stance("a00", "oppose", holder=Implicit("author"), target=Slot(Span(0, 4))),
    ]
    write_log(store, "ana", ana, ["a00", "a01", "a02"])
    write_log(store, "ben", ben, ["a00", "a01"])
    write_log(store, "gold", ana, ["a00"])
    return store


def add_coder(store: AnnotationStore, coder: str, records: Iterable[Record], done: Iterable[str]) -> None:
    """Add a coder to coders.toml, after the others, with a log."""
    file = store.path / "coders.toml"
    file.write_text(file.read_text("utf-8") + f"\n[[coder]]\nid = '{coder}'\nrole = 'coder'\n", "utf-8")
    write_log(store, coder, records, done)


def figure(
    table: pd.DataFrame,
    measure: str,
    label: str = "all",
    *,
    version: str = "all",
    kind: str = "frame",
    coders: str | None = None,
) -> dict[str, Any]:
    """The one row of a figure."""
    rows = table[
        (table["measure"] == measure)
        & (table["label"] == label)
        & (table["version"] == version)
        & (table["kind"] == kind)
    ]
    (row,) = (rows if coders is None else rows[rows["coders"] == coders]).to_dict("records")
    return {str(key): value for key, value in row.items()}
