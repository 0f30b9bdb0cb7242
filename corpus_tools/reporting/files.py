"""The files of a report, of which none is ever half there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.interchange.tabular import guard
from corpus_tools.evaluation.evaluate import Evaluation
from corpus_tools.reporting.page import write_page
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.writing import write_whole


def write_files(
    out: Path,
    judged: Sequence[Article],
    detections: pd.DataFrame,
    evaluation: dict[str, Any],
    manifest: dict[str, Any],
    codebook: Codebook,
    frames: Evaluation,
) -> list[Path]:
    """Write page, detections, evaluation and manifest; return their paths, the page first.

    Raises
    ------
    InputError
        When the folder cannot be made, or a file in it cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot be made ({error.strerror})", where=str(out), remedy="give a folder that can be written"
        ) from error
    title = judged[0].title or judged[0].id if len(judged) == 1 else f"{len(judged)} articles"
    page = write_page(
        out,
        articles=judged,
        detections=detections,
        evaluation=evaluation,
        manifest=manifest,
        codebook=codebook,
        title=title,
    )
    files = [
        page,
        write_whole(out / "detections.jsonl", "".join(_json_line(row) for row in detections.to_dict("records"))),
        write_whole(out / "detections.csv", to_csv(detections)),
        write_whole(
            out / "evaluation.json", json.dumps(evaluation, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        ),
        write_whole(out / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + "\n"),
    ]
    if len(frames.articles):
        files.append(write_whole(out / "out_of_fold.csv", to_csv(frames.articles)))
    return files


def to_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV that a spreadsheet does not run: cells that begin like a formula get a `'` in front."""
    safe = table.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(t) for t in safe.dtypes]]:
        safe[column] = [_safe_cell(value) for value in safe[column]]
    return str(safe.to_csv(index=False, lineterminator="\r\n"))


def _safe_cell(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
    return guard(text) if isinstance(text, str) else text


def _json_line(row: Mapping[Any, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=float) + "\n"
