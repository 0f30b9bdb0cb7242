"""Suggestions: what a detector or attribution found, as records that a coder can accept or reject."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.coercion import to_spans
from corpus_tools.annotation.records import Frame, Implicit, Record, Slot, Stance, payload_of
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

if TYPE_CHECKING:
    import pandas as pd

    from corpus_tools.language.parses import Parses

__all__ = ["Suggester", "Suggestion", "name_record"]

ORIGIN = "suggestion"
EDITED = "suggestion-edited"
MOST_EVIDENCE = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record that somebody proposes, with its probability and the words that speak for it."""

    key: str
    record: Record
    score: float | None
    evidence: tuple[tuple[int, int], ...]


class Suggester:
    """The suggestions of one article at a time.

    Parameters
    ----------
    source
        A table of detections (the columns of `corpus_tools.learning.detections`), a table of attributions (those of
        `corpus_tools.language.attribution`), or something with ``detect(corpus, parses)`` that returns one: a detector.
        It is asked when an article is first shown.
    corpus, parses
        What the detector looks at.

    Attributes
    ----------
    fault : str or None
        Why there are no suggestions, where that is a fault.

    Raises
    ------
    InputError
        When the source is neither.
    """

    def __init__(self, source: Any, corpus: Corpus, parses: Parses | None = None) -> None:
        self._source = source
        self._corpus = corpus
        self._parses = parses
        self._found: dict[str, list[Suggestion]] = {}
        self.fault: str | None = None
        if not hasattr(source, "detect") and not hasattr(source, "columns"):
            raise InputError("suggestions are neither a table nor a detector", remedy="give detector.detect(...)")

    def of_article(self, article: str) -> list[Suggestion]:
        """Return what is suggested for an article, in the order of the text; where that fails `fault` says why."""
        if article not in self._found:
            self._found[article] = self._find(article)
        return self._found[article]

    def _find(self, article: str) -> list[Suggestion]:
        try:
            found = [to_suggestion(row) for row in self._rows(article)]
            self.fault = None
        except Exception as error:  # a detector is the user's: anything can come, and the coding must go on
            self.fault = f"There are no suggestions, because this failed: {type(error).__name__}: {error}"
            return []
        return sorted(found, key=lambda item: (_first_offset(item.record), item.key))

    def _rows(self, article: str) -> Iterable[Mapping[str, Any]]:
        table: pd.DataFrame = self._source
        if hasattr(self._source, "detect"):
            table = self._source.detect(self._corpus.filter(id=article), self._parses)
        rows = table[table["article"] == article].to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in rows]


def to_suggestion(row: Mapping[str, Any]) -> Suggestion:
    """Read one detection or attribution; an attribution is a stance with a cue and without a score.

    Raises
    ------
    InputError
        When the row has not the columns of either, or its offsets are no span.
    """
    try:
        score = _number(row.get("score"))
        start, end = _number(row["start"]), _number(row["end"])
        span = [(int(start), int(end))] if start is not None and end is not None else []
        common: dict[str, Any] = {"origin": ORIGIN, "confidence": score}
        record: Record
        if "cue_start" not in row and row["type"] == "frame":
            salience = None if span else "present"
            record = Frame(str(row["article"]), str(row["label"]), to_spans(span, "span"), salience=salience, **common)
        else:
            slots: dict[str, Any] = {"holder": _slot(row["holder"]), "target": _slot(row["target"])}
            expression = row.get("expression") if isinstance(row.get("expression"), str) else None
            cue = to_spans(_cue(row), "cue")
            record = Stance(str(row["article"]), str(row["label"]), **slots, cue=cue, expression=expression, **common)
    except KeyError as error:
        raise InputError(f"a suggestion lacks {error}", remedy="use the columns of a detection") from None
    evidence = tuple((int(part["start"]), int(part["end"])) for part in _parts(row.get("evidence")))
    return Suggestion(name_record(record), record, score, evidence[:MOST_EVIDENCE])


def name_record(record: Record) -> str:
    """Return a short name that two records share when they say the same about the same words."""
    fields = payload_of(record)
    said = {key: _bare(value) for key, value in fields.items() if key in _SAID}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


_SAID = ("article", "type", "label", "spans", "holder", "target", "cue")


def _bare(value: Any) -> Any:
    """Offsets without their quotes: a record that was read back has them, a new one does not."""
    if isinstance(value, list):
        return [_bare(part) for part in value]
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items() if key not in ("quote", "prefix", "suffix")}
    return value


def _first_offset(record: Record) -> int:
    slots = () if isinstance(record, Frame) else (record.holder, record.target)
    own = record.spans if isinstance(record, Frame) else record.cue
    spans = [*own, *(slot.span for slot in slots if isinstance(slot, Slot) and slot.span)]
    return min((span.start for span in spans), default=0)


def _slot(value: Any) -> Slot | Implicit:
    if isinstance(value, Slot | Implicit):
        return value
    if not isinstance(value, Mapping):
        raise InputError(f"a suggested slot {value!r} is not a mapping", remedy="use the columns of a detection")
    if value.get("implicit"):
        return Implicit(value["implicit"])
    start, end = _number(value.get("start")), _number(value.get("end"))
    span = Span(int(start), int(end)) if start is not None and end is not None else None
    entity = value.get("entity")
    return Slot(span, entity if isinstance(entity, str) else None)


def _cue(row: Mapping[str, Any]) -> list[tuple[int, int]]:
    start, end = _number(row.get("cue_start")), _number(row.get("cue_end"))
    if start is not None and end is not None:
        return [(int(start), int(end))]
    return [(int(part["start"]), int(part["end"])) for part in _parts(row.get("cue"))]


def _parts(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value == value else None
