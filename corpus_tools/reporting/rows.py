"""From rows of the table of detections to marks that can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.render import Evidence, Highlight, SlotMark, StanceMark, as_number

if TYPE_CHECKING:
    from pandas import DataFrame

_IMPLICIT = {"author": "the article itself", "unspecified": "nobody named"}


def group_rows(detections: DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each article, in the order of the text."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in detections.to_dict("records"):
        groups.setdefault(str(row["article"]), []).append({str(key): value for key, value in row.items()})
    for rows in groups.values():
        rows.sort(key=lambda row: (as_number(row["start"]) or 0, as_number(row["end"]) or 0))
    return groups


def read_highlight(row: Mapping[str, Any]) -> Highlight:
    """Return a frame as a mark; without offsets it holds for the whole article."""
    start, end = as_number(row["start"]), as_number(row["end"])
    score, evidence = as_number(row.get("score")), _read_evidence(row)
    if start is None or end is None:
        return Highlight(None, None, str(row["label"]), score, evidence)
    return Highlight(int(start), int(end), str(row["label"]), score, evidence)


def read_stance(row: Mapping[str, Any], number: int, codebook: Codebook | None) -> StanceMark:
    """Return a stance as a mark; a codebook names the entities."""
    holder, target = (_read_slot(row.get(key), codebook) for key in ("holder", "target"))
    start, end, score = int(row["start"]), int(row["end"]), as_number(row.get("score"))
    return StanceMark(start, end, str(row["label"]), holder, target, score, _read_evidence(row), number)


def _read_slot(source: Any, codebook: Codebook | None) -> SlotMark:
    slot: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    implicit, entity = slot.get("implicit"), slot.get("entity")
    known = codebook.entities.get(str(entity)) if codebook is not None else None
    name = known.name if known else None if entity is None else str(entity)
    words = _IMPLICIT.get(str(implicit), str(implicit)) if implicit else str(slot.get("quote") or name or "–")
    start, end = as_number(slot.get("start")), as_number(slot.get("end"))
    if start is None or end is None:
        return SlotMark(words, entity=name)
    return SlotMark(words, int(start), int(end), name)


def _read_evidence(row: Mapping[str, Any]) -> tuple[Evidence, ...]:
    source = row.get("evidence")
    # A missing list comes back from a table as NaN, a list as an array.
    parts = [] if source is None or isinstance(source, float) else list(source)
    return tuple(
        Evidence(int(part["start"]), int(part["end"]), as_number(part.get("weight")), part.get("feature"))
        for part in parts
    )
