"""Annotations as a table for pandas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.entries import Entry, paused_collector

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "tabulate"]

Fields = dict[str, Any]

COLUMNS = (
    "id", "coder", "codebook", "article", "type", "label", "start", "end", "quote", "spans", "holder", "holder_entity",
    "target", "target_entity", "cue", "expression", "voice", "voice_entity", "salience", "origin", "at",
    "holder_quote", "target_quote", "cue_quote",
)  # fmt: skip
_COPIED = ("id", "coder", "codebook", "article", "type", "label", "origin", "at")
_OFFSETS = ("start", "end")
_OBJECTS = ("spans", "holder", "target", "cue", "voice")  # pairs, tuples of pairs, or a word
_BATCH = 64  # records that are parsed at a time: all at once would be a million objects


@paused_collector()
def tabulate(entries: Sequence[Entry]) -> pd.DataFrame:
    """Return one row for each annotation, in order.

    Parameters
    ----------
    entries
        The last event of each annotation.

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

    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    places: list[int] = []  # where the rows belong, which are gathered by type
    for kind, read in (("frame", _read_frames), ("stance", _read_stances)):
        own = [place for place, entry in enumerate(entries) if entry.type == kind]
        places += own
        for first in range(0, len(own), _BATCH):
            found = _read_batch([entries[place].fields for place in own[first : first + _BATCH]], read)
            for name, column in columns.items():
                column += found[name]
    table = pd.DataFrame({name: _to_series(name, column) for name, column in columns.items()})
    return table.iloc[sorted(range(len(places)), key=places.__getitem__)].reset_index(drop=True)


def _to_series(name: str, values: list[Any]) -> pd.Series[Any]:
    import pandas as pd

    if name == "at":
        return pd.to_datetime(pd.Series(values, dtype="str"), utc=True, format="%Y-%m-%dT%H:%M:%S.%fZ")
    # Before its version 3 pandas' "str" turned missing values into the word "None".
    text = "object" if pd.__version__.startswith("2.") else "str"
    return pd.Series(values, dtype="Int64" if name in _OFFSETS else "object" if name in _OBJECTS else text)


def _read_batch(batch: list[Fields], read: Callable[[list[Fields]], dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """Return all columns of records of one type."""
    missing = {name: [None] * len(batch) for name in COLUMNS} | {"cue": [()] * len(batch)}
    return missing | {name: [fields[name] for fields in batch] for name in _COPIED} | read(batch)


def _read_frames(batch: list[Fields]) -> dict[str, list[Any]]:
    own = _read_own([fields["spans"] for fields in batch])
    return own | _read_slots("voice", batch) | {"salience": [fields["salience"] for fields in batch]}


def _read_stances(batch: list[Fields]) -> dict[str, list[Any]]:
    cues = [fields["cue"] for fields in batch]
    own = [
        cue or [slot["span"] for slot in (fields["holder"], fields["target"]) if slot.get("span")]
        for cue, fields in zip(cues, batch, strict=True)
    ]
    return {
        **_read_own(own),
        **_read_slots("holder", batch),
        **_read_slots("target", batch),
        "cue": [_pairs(cue) for cue in cues],
        "cue_quote": [_quote(cue) for cue in cues],
        "expression": [fields["expression"] for fields in batch],
    }


def _read_own(own: list[list[Fields]]) -> dict[str, list[Any]]:
    """Return what the annotations' own spans say, of which most have one."""
    return {
        "start": [min(span["start"] for span in spans) if spans else None for spans in own],
        "end": [max(span["end"] for span in spans) if spans else None for spans in own],
        "quote": [_quote(spans) for spans in own],
        "spans": [_pairs(spans) for spans in own],
    }


def _read_slots(name: str, batch: list[Fields]) -> dict[str, list[Any]]:
    """Return where the slots stand or how they are implicit, their entities, and their words."""
    places: list[Any] = []
    entities: list[str | None] = []
    quotes: list[str | None] = []
    for fields in batch:
        slot = fields[name] or {}
        span = slot.get("span") or {}
        implicit = "implicit" in slot or slot.get("author") is True
        places.append(slot.get("implicit", "author") if implicit else (span["start"], span["end"]) if span else None)
        entities.append(None if implicit else slot.get("entity"))
        quotes.append(span.get("quote"))
    return {name: places, f"{name}_entity": entities, f"{name}_quote": quotes}


def _pairs(spans: list[Fields]) -> tuple[tuple[int, int], ...]:
    return tuple([(span["start"], span["end"]) for span in spans])


def _quote(spans: list[Fields]) -> str | None:
    if len(spans) == 1:
        return spans[0].get("quote")
    quotes = [span["quote"] for span in spans if span.get("quote") is not None]
    return " ... ".join(quotes) if quotes and len(quotes) == len(spans) else None
