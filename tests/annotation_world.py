"""Articles, a codebook, a store of both, and records on them, for tests of the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus_tools.annotation import AnnotationStore, Codebook, Frame, Slot, Stance, validate
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

TEXT = "The junta 🇳🇪 refused. The bloc warned the junta of Niger."
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.1"},
        "frame": [{"id": "dialogue"}, {"id": "sovereignty"}],
        "stance": [{"id": "oppose", "order": 1}, {"id": "support", "order": 3}],
        "expression": [{"id": "threat"}],
        "entity": [{"id": "junta", "name": "Junta"}, {"id": "ecowas", "name": "ECOWAS"}],
        "attr": [{"id": "certainty", "values": ["sure", "unsure"]}, {"id": "note"}],
    }
)


def make_store(folder: Path) -> AnnotationStore:
    """A store that knows two articles and the codebook."""
    return AnnotationStore(folder, Corpus.of([Article("niger", TEXT), Article("mali", "Bamako said no.")]), BOOK)


def frame(**changes: Any) -> Frame:
    return replace(Frame("niger", "dialogue", [Span(4, 9)]), **changes)


def stance(**changes: Any) -> Stance:
    made = Stance(
        "niger", "oppose", holder=Slot(Span(22, 30), "ecowas"), target=Slot(Span(38, 47), "junta"), cue=[(31, 37)]
    )
    return replace(made, **changes)


FRAME = Frame("niger", "dialogue", [(0, 5)], comment="a line separator \u2028 and a next line \x85 within")


def written(store: AnnotationStore, count: int = 3) -> tuple[Path, bytes, list[str]]:
    with store.writer("ana") as log:
        ids = [log.add(FRAME) for _ in range(count)]
    path = store.path / "ana.jsonl"
    return path, path.read_bytes(), ids


def ids_of(store: AnnotationStore) -> list[str]:
    return [item.id for item in AnnotationStore(store.path).annotations("ana")]


def errors_in(store: AnnotationStore) -> list[int]:
    """The lines with errors; records without quotes are only unverified here."""
    return [problem.line for problem in validate(store.path) if problem.severity == "error"]
