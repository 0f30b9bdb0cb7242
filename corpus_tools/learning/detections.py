"""Detections: what a detector found, in a table whose columns are fixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = ("article", "type", "label", "start", "end", "quote", "score", "evidence", "holder", "target")
EVIDENCE = ("unit", "label", "feature", "start", "end", "quote", "weight")
"""Columns of an explanation: one row for each place where a feature that carried the score stands."""
MOST_EVIDENCE = 8
LEAST_SHARE = 0.3


def to_detections(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Build the table of detections, with its columns also where nothing was found."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    return table.astype({"start": "int64", "end": "int64", "score": "float64"})


def frame_rows(
    units: pd.DataFrame, scores: pd.DataFrame, chosen: pd.DataFrame, explained: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield one detection for each unit and label that was chosen."""
    pieces = _group_pieces(explained)
    for position, unit in enumerate(units.to_dict("records")):
        for label in chosen.columns[chosen.iloc[position].to_numpy() == 1]:
            yield {
                "article": unit["article"],
                "type": "frame",
                "label": label,
                "start": unit["start"],
                "end": unit["end"],
                "quote": unit["text"],
                "score": float(scores.iloc[position][label]),
                "evidence": keep_strongest(pieces.get((unit["unit"], label), ())),
                "holder": None,
                "target": None,
            }


def _group_pieces(explained: pd.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the pieces of text that spoke for each unit and label."""
    pieces: dict[tuple[str, str], list[dict[str, Any]]] = {}
    if explained.empty:
        return pieces
    carried = explained[(explained["weight"] > 0) & (explained["start"] >= 0)]
    for row in carried[["unit", "label", "start", "end", "quote", "feature", "weight"]].to_dict("records"):
        key = row.pop("unit"), row.pop("label")
        pieces.setdefault(key, []).append({str(name): value for name, value in row.items()})
    return pieces


def keep_strongest(pieces: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the places that carried a unit and label.

    At most `MOST_EVIDENCE` positive contributions, the largest first, none under `LEAST_SHARE` of the largest and
    none that overlaps a larger one: what is left is what a reader should look at.
    """
    ranked = sorted(pieces, key=lambda piece: (-piece["weight"], piece["start"], piece["end"]))
    kept: list[dict[str, Any]] = []
    for piece in ranked:
        if piece["weight"] < LEAST_SHARE * ranked[0]["weight"] or len(kept) == MOST_EVIDENCE:
            break
        if not any(piece["start"] < other["end"] and other["start"] < piece["end"] for other in kept):
            kept.append(piece)
    return kept


def thin_out(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep, of stances of one sentence that say the same of the same, the most probable."""
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda r: -r["score"]):
        if not any(_same(row, other) for other in kept):
            kept.append(row)
    return sorted(kept, key=lambda r: (r["article"], r["start"], -r["score"]))


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether both speak of one target by one holder in one sentence; an implicit holder may be any."""
    if (a["article"], a["start"]) != (b["article"], b["start"]):
        return False
    agree = a["label"] == b["label"]
    implicit = any(row["holder"]["implicit"] is not None for row in (a, b))
    return _meet(a["target"], b["target"], agree) and (implicit or _meet(a["holder"], b["holder"], agree))


def _meet(a: Mapping[str, Any], b: Mapping[str, Any], agree: bool) -> bool:
    """Whether two mentions overlap, or name one entity where the detections `agree` on the value."""
    if None not in (a["start"], b["start"]) and a["start"] < b["end"] and b["start"] < a["end"]:
        return True
    return agree and a["entity"] is not None and a["entity"] == b["entity"]
