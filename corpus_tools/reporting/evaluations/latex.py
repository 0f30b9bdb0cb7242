r"""Tables of an evaluation in LaTeX, with booktabs.

>>> escape_latex("R&D_50% {~^#$\\}")
'R\\&D\\_50\\% \\{\\textasciitilde{}\\textasciicircum{}\\#\\$\\textbackslash{}\\}'
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from corpus_tools.render import Estimate
from corpus_tools.reporting.evaluations.rows import Row, Table, name_metric, say_interval, show_p, tabulate

__all__ = ["escape_latex", "render_latex"]

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}", "–": "--", "—": "---", "−": "$-$",
    "[": "{[}", "]": "{]}", "*": "{*}",
}  # fmt: skip

_LAST_OF_LATIN = 0x17F
"""What pdflatex knows with T1; beyond it, an engine for Unicode is needed."""


def escape_latex(text: str) -> str:
    r"""Return text for LaTeX's text mode: nothing in it is a command, a control character or the end of a line.

    Brackets and stars are put in braces, since after ``\\`` they would be read as its options.
    """
    shown = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return "".join(_SPECIAL.get(char, char) for char in shown if unicodedata.category(char) not in ("Cf", "Cs", "Cn"))


def render_latex(document: Mapping[str, Any]) -> str:
    """Return a `table` environment for every table of an evaluation; the preamble needs booktabs and T1 or Unicode."""
    tables = "\n".join(_render(table, document) for table in tabulate(document))
    lines = ["Made by corpus-tools evaluate. In the preamble: \\usepackage{booktabs} \\usepackage[T1]{fontenc}"]
    if any(ord(char) > _LAST_OF_LATIN for char in tables):
        lines.append("Some names are not in Latin script: compile with lualatex or xelatex and a font that has them.")
    return "".join(f"% {line}\n" for line in lines) + tables


def _render(table: Table, document: Mapping[str, Any]) -> str:
    compared = bool(table.compared)
    titles = ["System", *(name_metric(metric) for metric in table.metrics)]
    titles += ["Difference", "$p$", "$p_{\\mathrm{Holm}}$"] if compared else []
    heading = " & ".join(title if title.startswith("$") else escape_latex(title) for title in titles)
    lines = [
        "\\begin{table}",
        "  \\centering",
        f"  \\caption{{{_caption(table, document)}}}",
        f"  \\begin{{tabular}}{{l{'r' * (len(titles) - 1)}}}",
        "    \\toprule",
        f"    {heading} \\\\",
        "    \\midrule",
        *(f"    {_render_row(row, table)} \\\\" for row in table.rows),
        "    \\bottomrule",
        "  \\end{tabular}",
        "\\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _caption(table: Table, document: Mapping[str, Any]) -> str:
    parts = [f"{document['name']}: {table.title}", f"In brackets {say_interval(document)}"]
    if document["protocol"] == "folds":
        parts[1:1] = [f"Out of fold over {document['articles']} articles in {document['folds']} parts"]
    if table.compared:
        parts.append(f"Difference: {table.compared}; p of a paired permutation test, and after Holm's correction")
    return escape_latex(". ".join(parts) + ".")


def _render_row(row: Row, table: Table) -> str:
    cells = [escape_latex(row.name), *(_cell(row.figures.get(metric), table) for metric in table.metrics)]
    if table.compared:
        cells += [_cell(row.difference, table), *(_math(show_p(p)) for p in (row.p, row.p_holm))]
    return " & ".join(cells)


def _cell(estimate: Estimate | None, table: Table) -> str:
    if estimate is None or estimate.value is None:
        return "--"
    if estimate.low is None or estimate.high is None:
        return f"${table.show(estimate.value)}$"
    low, high = table.show(estimate.low), table.show(estimate.high)
    return f"${table.show(estimate.value)}$ {{\\footnotesize $[{low}, {high}]$}}"


def _math(text: str) -> str:
    return "--" if text == "–" else f"${text}$"
