"""The page of an evaluation: one HTML file that needs nothing else, no network and no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from corpus_tools.render import Estimate, render_axis, render_calibration, render_whisker
from corpus_tools.reporting.evaluations.rows import Row, Table, list_agreement, list_more, name_metric, show_p, tabulate
from corpus_tools.reporting.evaluations.words import list_split, say_facts, say_note, say_result
from corpus_tools.reporting.templating import fill_page

__all__ = ["render_evaluation"]

_DOMAINS = (0.1, 0.25, 0.5, 1.0)
"""Scales of differences, to both sides of 0; the smallest that holds all intervals is drawn."""
_SHORT = {
    "majority_f1": "majority",
    "always_f1": "always yes",
    "prior_f1": "prior",
    "cues_f1": "cue words",
    "tfidf_f1": "TF-IDF",
}


def render_evaluation(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Return the page of an evaluation.

    Parameters
    ----------
    document
        The content of `evaluation.json`; parts may be missing.
    manifest
        The content of `manifest.json`.
    """
    sections = _sections(document)
    names = {
        "labels": "Labels",
        "curve": "Learning curve",
        "slices": "Slices",
        "agreement": "Coders",
    }
    parts = [("result", "Result"), *((key, name) for key, name in names.items() if sections[key])]
    if sections["errors"] or sections["calibration"]:
        parts.append(("errors", "Mistakes"))
    return fill_page(
        "evaluation.html",
        title=document["name"],
        question=document["question"],
        parts=[*parts, ("split", "Split"), ("provenance", "Provenance")],
        facts=say_facts(document),
        lead=say_result(document),
        note=say_note(document),
        interval=f"{100 * document['confidence']:g} % interval",
        tables=[_draw_table(table) for table in tabulate(document)],
        more=[_line(name, [], figure) for name, figure in list_more(document).items()],
        axis=Markup(render_axis()),
        split=list_split(document),
        chosen=document.get("chosen") or [],
        manifest={key: value for key, value in manifest.items() if key != "metrics"},
        **sections,
    )


def _sections(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each part of the page shows; empty where the evaluation has nothing of it."""
    rows = document.get("per_label", [])
    baselines = [key for key in _SHORT if any(row.get(key) for row in rows)]
    columns = ("precision", "recall", *baselines)
    points = document.get("calibration") or []
    return {
        "labels": [
            _line(row["label"], [row["support"], *(_two(row.get(key)) for key in columns)], row["f1"]) for row in rows
        ],
        "label_baselines": [f"F1 of {_SHORT.get(key, key)}" for key in baselines],
        "curve": [
            _line(f"{100 * row['share']:.0f} %", [f"{row['articles']:.0f}"], row["macro_f1"])
            for row in document.get("learning_curve", [])
        ],
        "slices": [
            _line(f"{row['slice']}: {_name(row['value'])}", [row["articles"], row["units"]], row["macro_f1"])
            for row in document.get("slices", [])
        ],
        "agreement": [_line(name, ["–" if n is None else n], found) for name, n, found in list_agreement(document)],
        "calibration": Markup(render_calibration(points)) if points else None,
        "calibration_note": _note_calibration(document),
        "errors": [_read_error(error) for error in document.get("errors", [])],
    }  # fmt: skip


def _draw_table(table: Table) -> dict[str, Any]:
    ends = [abs(end) for row in table.rows for end in (row.difference.low, row.difference.high) if end is not None]
    reach = next(domain for domain in _DOMAINS if domain >= max(ends, default=0.0) or domain == _DOMAINS[-1])
    return {
        "title": table.title,
        "metrics": [name_metric(metric) for metric in table.metrics],
        "compared": table.compared[:1].upper() + table.compared[1:],
        "domain": "0 to 100" if table.percent else "0 to 1",
        "axis": Markup(render_axis((0.0, 100.0 if table.percent else 1.0))),
        "difference_axis": Markup(render_axis((-reach, reach), steps=4)),
        "rows": [_draw_row(row, table, reach) for row in table.rows],
    }


def _draw_row(row: Row, table: Table, reach: float) -> dict[str, Any]:
    """Return the cells of a row, and the picture of its first figure."""
    estimate = row.figures.get(table.metrics[0], Estimate())
    domain = (0.0, 100.0 if table.percent else 1.0)
    known = row.difference.value is not None
    return {
        "name": row.name,
        "own": row.own,
        "cells": [table.show_interval(row.figures.get(metric, Estimate())) for metric in table.metrics],
        "picture": Markup(render_whisker(estimate, domain=domain, shape="dot" if row.own else "ring")),
        "difference": table.show_interval(row.difference) if known else "",
        "p": show_p(row.p),
        "p_holm": show_p(row.p_holm),
        "difference_picture": Markup(render_whisker(row.difference, domain=(-reach, reach))) if known else "",
    }


def _line(name: Any, cells: list[Any], figure: Any) -> dict[str, Any]:
    estimate = figure if isinstance(figure, Estimate) else Estimate.of(figure)
    return {"name": str(name), "cells": cells, "estimate": estimate, "picture": Markup(render_whisker(estimate))}


def _note_calibration(document: Mapping[str, Any]) -> str:
    error, brier = document.get("calibration_error"), document.get("brier")
    said = "Dots on the dashed line mean that of units given a probability of 0.7, seven in ten carry the label."
    if error is None or brier is None:
        return said
    return f"{said} Expected calibration error {error:.3f} (bins of equal size), Brier score {brier:.3f}."


def _read_error(error: Mapping[str, Any]) -> dict[str, str]:
    gold = error.get("gold", "–")
    shown = {key: str(error.get(key, "")) for key in ("kind", "label", "article", "text")}
    return {
        **shown,
        "pair": " → ".join(str(error[key] or "?") for key in ("holder", "target") if key in error),
        "score": _two(error.get("score")),
        "gold": ", ".join(gold) or "none" if isinstance(gold, list) else str(gold),
    }


def _two(value: Any) -> str:
    return Estimate.of(value).text


def _name(value: Any) -> str:
    return "(missing)" if value is None else str(value)
