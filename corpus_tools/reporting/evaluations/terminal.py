"""The tables of an evaluation as text for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corpus_tools.reporting.evaluations.rows import (
    Table,
    list_agreement,
    list_more,
    name_metric,
    say_interval,
    show_p,
    tabulate,
)
from corpus_tools.reporting.evaluations.words import say_facts, say_result

__all__ = ["render_text"]


def render_text(document: Mapping[str, Any]) -> str:
    """Return name, question, tables and result of an evaluation as lines of text."""
    heading = [str(document["name"]), *filter(None, [document["question"]]), "; ".join(say_facts(document))]
    tables = [f"{table.title} ({say_interval(document)})\n{_render(table)}" for table in tabulate(document)]
    more = [f"{name}: {tabulate(document)[0].show_interval(figure)}" for name, figure in list_more(document).items()]
    return "\n\n".join(
        ["\n".join(heading), *tables, *_render_agreement(document), "\n".join([*more, say_result(document)])]
    )


def _render_agreement(document: Mapping[str, Any]) -> list[str]:
    """Return the coders' agreement as one block, or none."""
    table = tabulate(document)[0]
    lines = [[name, table.show_interval(found)] for name, _, found in list_agreement(document)]
    return ["\n".join(["Coders among themselves (not on the scale of F1)", _align(lines)])] if lines else []


def _render(table: Table) -> str:
    titles = ["", *(name_metric(metric) for metric in table.metrics)]
    titles += [table.compared, "p", "p, Holm"] if table.compared else []
    lines = [titles]
    for row in table.rows:
        cells = [table.show_interval(row.figures[m]) if m in row.figures else "–" for m in table.metrics]
        if table.compared:
            cells += [table.show_interval(row.difference), show_p(row.p), show_p(row.p_holm)]
        lines.append([row.name, *cells])
    return _align(lines)


def _align(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
