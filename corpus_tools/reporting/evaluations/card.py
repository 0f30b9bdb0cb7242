r"""The model card of an evaluation, in Markdown.

>>> escape_markdown("a|b <i>_x_</i>\n# [no](head)")
'a\\|b \\<i\\>\\_x\\_\\</i\\> # \\[no\\](head)'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from corpus_tools.learning.kernel import LEAST, MOST
from corpus_tools.reporting.evaluations.rows import Table, list_more, name_metric, show_p, tabulate
from corpus_tools.reporting.evaluations.words import list_limits, list_split, say_note, say_result
from corpus_tools.reporting.templating import find_template

__all__ = ["escape_markdown", "render_card"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|])")
_UNKNOWN_LICENCE = "Licence: not stated in the configuration; ask who made the data before you share a model of it."


def escape_markdown(text: object) -> str:
    """Return text in which nothing is markup, on one line, fit for a cell of a table."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def render_card(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Return the model card of an evaluation.

    Parameters
    ----------
    document, manifest
        The contents of `evaluation.json` and `manifest.json`.
    """
    return find_template("model_card.md").render(
        document={key: escape_markdown(document[key]) for key in ("name", "question")},
        lead=escape_markdown(say_result(document)),
        more=[
            escape_markdown(f"{name}: {tabulate(document)[0].show_interval(figure)}")
            for name, figure in list_more(document).items()
        ],
        note=escape_markdown(say_note(document)),
        data=_list_data(document, manifest),
        detectors=_list_detectors(manifest["config"]),
        tables=[_render_table(table) for table in tabulate(document)],
        split=[escape_markdown(line) for line in list_split(document)],
        kept=_list_kept(manifest["config"]),
        limits=[escape_markdown(line) for line in list_limits(document)],
        versions=", ".join(f"{name} {version}" for name, version in manifest["versions"].items()),
    )


def _list_data(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    data = manifest["config"]["data"]
    licence = data.get("licence")
    lines = [f"Licence: {escape_markdown(licence)}" if licence else _UNKNOWN_LICENCE]
    if document["protocol"] == "official":
        rows = ", ".join(f"{part} {count}" for part, count in document["rows"].items())
        lines[:0] = [escape_markdown(f"{document['title']} ({document['paper']}); rows: {rows}")]
    else:
        named = next(data[key] for key in ("articles", "benchmark", "table") if key in data)
        share = f"each part learns from the other {document['folds'] - 1} of {document['folds']} parts"
        counted = f"{document['articles']} training articles with gold in all ({share}), {document['units']} units"
        lines[:0] = [escape_markdown(f"{named}: {counted}; labels: {', '.join(document['labels'])}")]
    if "codebook" in document:
        book = document["codebook"]
        lines.append(escape_markdown(f"Codebook {book['name']} {book['version']}"))
    return [*lines, f"{len(manifest['inputs'])} input files, their sha256 in the manifest"]


def _list_detectors(config: Mapping[str, Any]) -> list[str]:
    name = {"frame": "FrameDetector", "stance": "StanceDetector"}[config["kind"]]
    lines = []
    for variant in config["variant"]:
        own = {key: value for key, value in variant.items() if key != "name"}
        said = ", ".join(f"{key}={value!r}" for key, value in own.items())
        features = own.get("features", "auto")
        lines.append(f"{escape_markdown(variant['name'])}: `{name}({said})`, features: {escape_markdown(features)}")
    return lines


def _list_kept(config: Mapping[str, Any]) -> list[str]:
    """Return what a saved model of these detectors keeps beside its vocabulary."""
    dense = any(variant.get("features", "auto") in ("auto", "embeddings") for variant in config["variant"])
    if config["kind"] != "stance" or not dense:
        return []
    return [
        f"Where stances toward spans are learned from the embeddings of {LEAST:,} to {MOST:,} units, the border "
        "between values is curved, and the model keeps a **projection of the embeddings of every training unit**: it "
        "can be matched to texts that one has, and parts of a text may be recovered from it.",
        "Where stances of holders are learned from embeddings, the model keeps the principal components of those of "
        "holders and targets; where these are few, parts of a text may be recovered from them.",
    ]


def _render_table(table: Table) -> str:
    titles = ["System", *(name_metric(metric) for metric in table.metrics)]
    titles += ["Difference", "p", "p, Holm"] if table.compared else []
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)]]
    for row in table.rows:
        cells = [table.show_interval(row.figures[m]) if m in row.figures else "–" for m in table.metrics]
        if table.compared:
            cells += [table.show_interval(row.difference), show_p(row.p), show_p(row.p_holm)]
        lines.append([escape_markdown(cell) for cell in (row.name, *cells)])
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    compared = f"\n\nDifference: {escape_markdown(table.compared)}." if table.compared else ""
    return f"**{escape_markdown(table.title)}**\n\n{body}{compared}"
