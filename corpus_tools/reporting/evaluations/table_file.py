"""Units from a plain table of texts with labels: CSV, TSV, JSONL or Parquet."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_table", "units_of_table"]


def read_table(path: Path) -> pd.DataFrame:
    """Read a table as it is: cells of a CSV are texts, nothing is taken for a missing value but an empty cell.

    Raises
    ------
    InputError
        When the file is none of these, or is damaged.
    """
    import pandas as pd

    try:
        if path.suffix in (".csv", ".tsv"):
            separator = "\t" if path.suffix == ".tsv" else ","
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)  # a row longer than the header would be cut
                return pd.read_csv(
                    path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False
                )
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
    except (OSError, ValueError, pd.errors.ParserWarning) as error:  # pandas' and pyarrow's errors are ValueErrors
        remedy = "save it again, in UTF-8, with as many cells in each row as in the first"
        raise InputError(f"cannot be read ({error})", where=str(path), remedy=remedy) from error
    if path.suffix in (".jsonl", ".ndjson"):
        return pd.DataFrame(_read_lines(path))
    raise InputError("is no table that can be read", where=str(path), remedy="give a .csv, .tsv, .jsonl or .parquet")


def units_of_table(
    table: pd.DataFrame,
    kind: str,
    columns: Mapping[str, str],
    *,
    where: str,
    separator: str | None = None,
    language: str = "en",
    cache: Path | None = None,
) -> pd.DataFrame:
    """Return a table's rows as units; what else the table has is kept as columns of the units.

    Parameters
    ----------
    table
        One row a text.
    kind
        `"frame"` or `"stance"`.
    columns
        Which column is the `text`, the `label`, and where there are any the `group`, the `target` (a topic),
        `target_start` and `target_end` (code points of the text), and the `holder`.
    where
        The file, for errors.
    separator
        Between several labels in one cell; None: a cell is one label.
    language, cache
        As in `units_from_texts`.

    Raises
    ------
    InputError
        When a column is missing, or a target lies outside its text.
    """
    from corpus_tools.learning.units import units_from_texts

    missing = [name for name in columns.values() if name not in table.columns]
    if missing:
        there = ", ".join(map(str, table.columns))
        raise InputError(f"has no column {missing[0]!r}", where=where, remedy=f"name one of {there} in [data.columns]")
    texts = [str(text) for text in table[columns["text"]]]
    found = units_from_texts(
        texts,
        kind=kind,
        labels=[_read_label(value, kind, separator) for value in table[columns["label"]]],
        groups=table[columns["group"]].to_list() if "group" in columns else None,
        targets=_read_targets(table, columns, texts, where),
        holders=table[columns["holder"]].to_list() if "holder" in columns else None,
        language=language,
        cache=cache,
    )
    for name in table.columns:
        if name not in found.columns:
            found[str(name)] = table[name].to_numpy()
    return found


def _read_lines(path: Path) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            remedy = "write one JSON object a line"
            raise InputError(f"is not JSON ({error})", where=f"{path}:{number}", remedy=remedy) from error
        if not isinstance(rows[-1], dict):
            raise InputError("is not a JSON object", where=f"{path}:{number}", remedy="write one JSON object a line")
    return rows


def _read_label(value: Any, kind: str, separator: str | None) -> Any:
    """Return the label of a stance or the set of frames in a cell; None where it is empty and says nothing."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if not isinstance(value, str):
        return frozenset(map(str, value)) if hasattr(value, "__iter__") else str(value)
    if kind == "frame" and separator is not None:
        return frozenset(part.strip() for part in value.split(separator) if part.strip())
    return value.strip() or None


def _read_targets(table: pd.DataFrame, columns: Mapping[str, str], texts: list[str], where: str) -> list[Any] | None:
    if "target_start" not in columns:
        return table[columns["target"]].to_list() if "target" in columns else None
    spans = []
    rows = zip(texts, table[columns["target_start"]], table[columns["target_end"]], strict=True)
    for number, (text, first, last) in enumerate(rows, start=1):
        try:
            start, end = int(first), int(last)
        except (TypeError, ValueError):
            start = end = -1
        if not 0 <= start < end <= len(text):
            raise InputError(
                f"row {number}: the target [{first}, {last}) lies outside its text of {len(text)} characters",
                where=where,
                remedy="count code points from 0, the end not included",
            )
        spans.append((start, end))
    return spans
