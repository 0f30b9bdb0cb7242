"""An evaluation in plain sentences, the same ones for the page and the model card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corpus_tools.render import Estimate
from corpus_tools.reporting.evaluations.rows import SYSTEMS, name_metric, say_interval, tabulate

__all__ = ["list_limits", "list_split", "say_facts", "say_note", "say_result"]

_FEW_ARTICLES = 200
_FEW_GOLD = 15


def say_result(document: Mapping[str, Any]) -> str:
    """Return the result in a sentence or two: the score, and whether it is above the best baseline."""
    table = tabulate(document)[0]
    first = table.rows[0]
    said = ", ".join(f"{name_metric(m)} {table.show_interval(first.figures[m])}" for m in table.metrics)
    if document["protocol"] == "official":
        return f"By the official split and metric, in percent: {said}."
    who = f"the variant {first.name!r}" if "variants" in document else "the detector"
    judged = f"Out of fold over {document['articles']} articles {who} reaches {said}."
    return f"{judged} {_say_lead(document)}".strip()


def say_facts(document: Mapping[str, Any]) -> list[str]:
    """Return in a few words what was judged and how."""
    if document["protocol"] == "official":
        rows = [f"{part} {count}" for part, count in document["rows"].items()]
        return [document["paper"], "official protocol", "rows: " + ", ".join(rows), f"seed {document['seed']}"]
    coded = (
        []
        if "triples" not in document
        else [f"{document['triples']} coded stances, {document['reachable']:.0%} of them among the candidates"]
    )
    split = "each left out in turn" if document["scheme"] == "leave-one-out" else f"{document['folds']} folds"
    return [
        f"{document['kind']}s",
        f"{document['articles']} articles, {document['units']} units, {len(document['labels'])} labels",
        *coded,
        f"{split}, grouped by {document['groups']}",
        f"seed {document['seed']}",
    ]


def say_note(document: Mapping[str, Any]) -> str:
    """Return what the intervals and differences of the tables are."""
    drawn = f"Intervals are {say_interval(document)}"
    if document["protocol"] == "official":
        return f"{drawn} of what was judged. Published figures stand as their papers give them, without an interval."
    return (
        f"{drawn}. Differences are paired: both systems are drawn, and for p swapped, group by group. p after Holm is "
        "corrected for the number of comparisons of its table."
    )


def list_split(document: Mapping[str, Any]) -> list[str]:
    """Return how the data were split, what was tuned where, and which leaks were let through."""
    if document["protocol"] == "official":
        return list(_list_official(document))
    parts = "one part for each group" if document["scheme"] == "leave-one-out" else f"{document['folds']} parts"
    lines = [
        f"Groups ({document['groups']}) are never split between training and test; {parts}.",
        "Vocabulary, calibration and thresholds are learned inside each training part; the test part is only judged.",
        "Parameters were searched by inner folds of each training part; the choices are listed below."
        if document.get("chosen")
        else "No parameter was searched: those of the configuration were used in every part.",
    ]
    leaks = document.get("leaks") or {}
    found, allowed = leaks.get("found", []), leaks.get("allowed", [])
    lines.append(
        f"Near-duplicates across articles: {len(found)} found, of which {len(allowed)} leak across the split and were "
        "allowed by name; any other leak would have been refused."
    )
    return lines


def list_limits(document: Mapping[str, Any]) -> list[str]:
    """Return what to distrust, in plain sentences."""
    limits = []
    if document.get("synthetic"):
        limits.append(f"{document['synthetic']} of the articles are synthetic: figures say nothing about real news.")
    articles = document.get("articles")
    if articles is not None and articles < _FEW_ARTICLES:
        limits.append(f"All figures rest on {articles} articles: read the intervals as the result, not the points.")
    few = [str(row["label"]) for row in document.get("per_label", []) if row["support"] < _FEW_GOLD]
    if few:
        limits.append(f"Fewer than {_FEW_GOLD} gold cases carry {', '.join(few)}.")
    reachable = document.get("reachable")
    if reachable is not None and reachable < 1:
        limits.append(f"{1 - reachable:.0%} of the coded stances lie outside all candidate pairs: none is ever found.")
    return [
        *limits,
        "Only the labels above can be given; what they do not name is not seen.",
        "Probabilities are calibrated on texts like these; on another event, outlet or period they may be off.",
    ]


def _say_lead(document: Mapping[str, Any]) -> str:
    """Say how the detector compares to the best of the baselines."""
    scored = {
        name: Estimate.of(figure["macro_f1"]).value
        for name, figure in document.get("systems", {}).items()
        if name != "detector"
    }
    known = {name: value for name, value in scored.items() if value is not None}
    if not known:
        return ""
    best = max(known, key=lambda name: known[name])
    found = next((row for row in document.get("comparisons", []) if row["b"] == best), None)
    lead = Estimate.of(found["difference"]) if found else Estimate()
    if lead.low is None or lead.high is None:
        return ""
    name = SYSTEMS.get(best, best)
    shown = f"{lead.value:+.3f} [{lead.low:+.3f}, {lead.high:+.3f}] in macro-F1"
    if lead.low <= 0 <= lead.high:
        return f"It is not shown to differ from the best baseline ({name}): {shown}."
    return f"It lies {'above' if lead.low > 0 else 'below'} the best baseline ({name}): {shown}."


def _list_official(document: Mapping[str, Any]) -> Iterator[str]:
    if document["folds"]:
        seeds = ", ".join(map(str, document["seeds"]))
        yield f"{document['folds']}-fold cross-validation over all rows, the mean over the seeds {seeds}."
    else:
        yield "Trained on the published training part, judged once on the published test part."
    yield "Thresholds are chosen inside the training part; the detector has the parameters of the configuration."
    if document["left_out"]:
        yield f"Left out of training, since a test part has the same text: {', '.join(document['left_out'])}."
