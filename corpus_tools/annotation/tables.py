"""Annotations as a table for pandas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "tabulate"]

Fields = dict[str, Any]

COLUMNS = (
    "id", "coder", "codebook", "article", "type", "label", "start", "end", "quote", "spans", "holder", "holder_entity",
    "target", "target_entity", "cue", "expression", "voice", "voice_entity", "salience", "origin", "at",
    "holder_quote", "target_quote", "cue_quote",
)  # fmt: skip
_OFFSETS = ("start", "end")
_OBJECTS = ("spans", "holder", "target", "cue", "voice")  # pairs, tuples of pairs, or a word


def tabulate(annotations: Iterable[Fields]) -> pd.DataFrame:
    """Return one row for each annotation, in order.

    Parameters
    ----------
    annotations
        The fields of the last event of each annotation.

    Returns
    -------
    DataFrame
        `start` and `end` (Int64, code points) reach from the first to the last character of the annotation's own spans,
        `quote` joins their texts with " ... "; all three are missing for a whole article. The own spans are a frame's
        spans, and a stance's cue or, without one, its target and holder. `spans` and `cue` are tuples of (start, end);
        `holder`, `target` and `voice` are (start, end), or "author" or "unspecified", or missing, and their `_entity`
        the codebook's id. `at` is a time in UTC. `holder_quote`, `target_quote` and `cue_quote` give the words.
    """
    import pandas as pd

    rows = [_row(fields) for fields in annotations]
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(COLUMNS, ())
    data: dict[str, Any] = {}
    for name, values in columns.items():
        if name == "at":
            data[name] = pd.to_datetime(pd.Series(values, dtype="str"), utc=True, format="%Y-%m-%dT%H:%M:%S.%fZ")
        else:
            data[name] = pd.Series(values, dtype=_dtype(name, pd.__version__))
    return pd.DataFrame(data)


def _dtype(name: str, pandas_version: str) -> str:
    # Before its version 3 pandas' "str" turned missing values into the word "None".
    text = "object" if pandas_version.startswith("2.") else "str"
    return "Int64" if name in _OFFSETS else "object" if name in _OBJECTS else text


def _row(fields: Fields) -> tuple[Any, ...]:
    if fields["type"] == "frame":
        voice, voice_entity, _ = _slot(fields["voice"])
        own = fields["spans"]
        slots: tuple[Any, ...] = (None, None, None, None, (), None, voice, voice_entity, fields["salience"])
        quotes: tuple[Any, ...] = (None, None, None)
    else:
        holder, holder_entity, holder_quote = _slot(fields["holder"])
        target, target_entity, target_quote = _slot(fields["target"])
        cue = fields["cue"]
        own = cue or [slot["span"] for slot in (fields["holder"], fields["target"]) if slot.get("span")]
        slots = (holder, holder_entity, target, target_entity, _pairs(cue), fields["expression"], None, None, None)
        quotes = (holder_quote, target_quote, _quote(cue))
    head = (fields["id"], fields["coder"], fields["codebook"], fields["article"], fields["type"], fields["label"])
    start = min((span["start"] for span in own), default=None)
    end = max((span["end"] for span in own), default=None)
    return (*head, start, end, _quote(own), _pairs(own), *slots, fields["origin"], fields["at"], *quotes)


def _slot(slot: Fields | None) -> tuple[Any, str | None, str | None]:
    """Return where the slot stands or how it is implicit, its entity, and its words."""
    if slot is None:
        return None, None, None
    if "implicit" in slot or slot.get("author") is True:
        return slot.get("implicit", "author"), None, None
    span = slot.get("span")
    return (span["start"], span["end"]) if span else None, slot.get("entity"), span.get("quote") if span else None


def _pairs(spans: list[Fields]) -> tuple[tuple[int, int], ...]:
    return tuple((span["start"], span["end"]) for span in spans)


def _quote(spans: list[Fields]) -> str | None:
    quotes = [span["quote"] for span in spans if span.get("quote") is not None]
    return " ... ".join(quotes) if quotes and len(quotes) == len(spans) else None
