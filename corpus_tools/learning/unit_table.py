"""The table of units: its columns are fixed, whoever makes its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

__all__ = ["COLUMNS", "to_units"]

COLUMNS = (
    "unit",
    "article",
    "group",
    "kind",
    "level",
    "start",
    "end",
    "text",
    "labels",
    "target",
    "holder",
    "parse",
    "article_labels",
    "unknown",
)


def to_units(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Build the table of units from rows, with the fixed columns also where there is no row."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    return table.astype({"start": "int64", "end": "int64"})
