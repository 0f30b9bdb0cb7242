"""The files of an evaluation, of which none is ever half there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus_tools.reporting.evaluations.card import render_card
from corpus_tools.reporting.evaluations.job import Outcome
from corpus_tools.reporting.evaluations.latex import render_latex
from corpus_tools.reporting.evaluations.page import render_evaluation
from corpus_tools.reporting.files import to_csv
from corpus_tools.text.errors import InputError
from corpus_tools.text.writing import write_whole

__all__ = ["write_evaluation"]

_TEXTS: dict[str, tuple[str, Callable[[Outcome], str]]] = {
    "html": ("index.html", lambda found: render_evaluation(found.document, found.manifest)),
    "json": ("evaluation.json", lambda found: _to_json(found.document)),
    "latex": ("table.tex", lambda found: render_latex(found.document)),
    "card": ("MODEL_CARD.md", lambda found: render_card(found.document, found.manifest)),
    "csv": ("predictions.csv", lambda found: to_csv(found.predictions)),
}


def write_evaluation(outcome: Outcome, out: Path) -> list[Path]:
    """Write what the configuration asks for, and last the manifest, which says that all else is there.

    The manifest's `base` is the way from its folder to that of the configuration, which all paths are relative to.

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [
            write_whole(out / name, make(outcome).encode("utf-8", errors="replace"))
            for key, (name, make) in _TEXTS.items()
            if key in outcome.config.outputs
        ]
        if "parquet" in outcome.config.outputs:
            written.append(write_whole(out / "predictions.parquet", outcome.predictions.to_parquet(index=False)))
        base = os.path.relpath(outcome.config.base.resolve(), out.resolve())
        manifest = outcome.manifest | {"base": Path(base).as_posix()}
        return [*written, write_whole(out / "manifest.json", _to_json(manifest))]
    except OSError as error:
        remedy = "give a folder that can be written"
        raise InputError(f"cannot be written ({error.strerror})", where=str(out), remedy=remedy) from error


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
