"""The figures of an evaluation as one table of systems, for the terminal, LaTeX, the page and the model card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus_tools.render import Estimate

__all__ = ["Row", "Table", "list_agreement", "list_more", "name_metric", "say_interval", "show_p", "tabulate"]

SYSTEMS = {
    "detector": "Detector",
    "majority": "Majority",
    "always": "Always yes",
    "prior": "Prior",
    "cues": "Cue words",
    "tfidf": "TF-IDF and logistic regression",
}
METRICS = {
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "accuracy": "accuracy",
    "favg": "mean F1 of FAVOR and AGAINST",
    "rw_macro_f1": "rw macro-F1",
    "mt_macro_f1": "mt macro-F1",
}


@dataclass(frozen=True)
class Row:
    """One system: its figures by metric, and how far it lies from the one that is compared to.

    Attributes
    ----------
    name : str
    figures : dict of str to Estimate
    difference : Estimate
        Of the metric that is compared; see `Table.compared`.
    p, p_holm : float or None
    own : bool
        Whether it is a detector of this evaluation, not a baseline or a published figure.
    """

    name: str
    figures: dict[str, Estimate]
    difference: Estimate = field(default_factory=Estimate)
    p: float | None = None
    p_holm: float | None = None
    own: bool = False


@dataclass(frozen=True)
class Table:
    """Systems side by side.

    Attributes
    ----------
    title : str
    metrics : list of str
        Keys of the figures, in order.
    rows : list of Row
    compared : str
        What `difference` is, in words; empty where nothing is compared.
    percent : bool
        Whether figures are percent; else fractions of 1.
    """

    title: str
    metrics: list[str]
    rows: list[Row]
    compared: str = ""
    percent: bool = False

    def show(self, value: float | None) -> str:
        """Return a figure as text: one digit of percent, three of a fraction."""
        return "–" if value is None else f"{value:.{1 if self.percent else 3}f}"

    def show_interval(self, estimate: Estimate) -> str:
        """Return a figure with its interval."""
        if estimate.value is None or estimate.low is None or estimate.high is None:
            return self.show(estimate.value)
        return f"{self.show(estimate.value)} [{self.show(estimate.low)}, {self.show(estimate.high)}]"


def tabulate(document: Mapping[str, Any]) -> list[Table]:
    """Return the tables of an evaluation: variants where there are several, then the systems, or official figures."""
    if document["protocol"] == "official":
        return [_tabulate_official(document)]
    systems = _tabulate_systems(document)
    return [_tabulate_variants(document), systems] if "variants" in document else [systems]


def list_more(document: Mapping[str, Any]) -> dict[str, Estimate]:
    """Return the detector's other figures by name: frames over sentences too, stances found whatever their value."""
    found = {
        "macro-F1 over sentences": (document.get("sentence") or {}).get("macro_f1"),
        "F1 of finding a stance, whatever its value": document.get("detection_f1"),
    }
    return {name: Estimate.of(figure) for name, figure in found.items() if figure is not None}


def list_agreement(document: Mapping[str, Any]) -> list[tuple[str, int | None, Estimate]]:
    """Return how far the coders agreed: measure and level in words, number of judgements, figure."""
    levels: Mapping[str, Any] = document.get("coder_agreement") or {}
    return [
        (f"{measure.replace('_', ' ')}, {level}s", measures.get("n"), Estimate.of(figure))
        for level, measures in levels.items()
        if isinstance(measures, Mapping)
        for measure, figure in measures.items()
        if isinstance(figure, Mapping)
    ]


def name_metric(key: str) -> str:
    """Return a metric in words."""
    return METRICS.get(key, key.replace("_", " "))


def say_interval(document: Mapping[str, Any]) -> str:
    """Return what the intervals are, in words."""
    return f"{100 * document['confidence']:g}% intervals over resampled groups"


def show_p(p: float | None) -> str:
    """Return a p value; what is below a thousandth is said to be so.

    Examples
    --------
    >>> show_p(0.0002), show_p(0.0421), show_p(None)
    ('< 0.001', '0.042', '–')
    """
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _tabulate_systems(document: Mapping[str, Any]) -> Table:
    variants = document.get("variants")
    first = next(iter(variants)) if variants else SYSTEMS["detector"]
    compared = {row["b"]: row for row in document.get("comparisons", [])}
    rows = []
    for name, figures in document.get("systems", {}).items():
        own = name == "detector"
        label = first if own else SYSTEMS.get(name, name)
        rows.append(_make_row(label, figures, compared.get(name), own=own))
    judged = {"article": "articles"}.get(str(document.get("level")), "units")
    title = f"Systems, judged by {judged}"
    return Table(title, _metrics(rows), rows, "the detector's lead in macro-F1" if compared else "")


def _tabulate_variants(document: Mapping[str, Any]) -> Table:
    compared = {row["a"]: row for row in document["variant_comparisons"]}
    names = ("macro_f1", "micro_f1", "accuracy")
    rows = [
        _make_row(name, {key: figures[key] for key in names if key in figures}, compared.get(name), own=True)
        for name, figures in document["variants"].items()
    ]
    first = next(iter(document["variants"]))
    return Table("Variants on the same folds", _metrics(rows), rows, f"difference to {first} in macro-F1")


def _make_row(name: str, figures: Mapping[str, Any], compared: Mapping[str, Any] | None, *, own: bool) -> Row:
    estimates = {key: Estimate.of(figure) for key, figure in figures.items()}
    if compared is None:
        return Row(name, estimates, own=own)
    return Row(name, estimates, Estimate.of(compared["difference"]), compared["p"], compared["p_holm"], own)


def _tabulate_official(document: Mapping[str, Any]) -> Table:
    metrics = list(next(iter(document["metrics"].values())))
    rows = [
        Row(
            "corpus_tools" if name == "detector" else f"corpus_tools, {name}",
            {key: Estimate.of(figure) for key, figure in figures.items()},
            own=True,
        )
        for name, figures in document["metrics"].items()
    ]
    published: dict[str, dict[str, Estimate]] = {}
    for said, value in document["published"].items():
        name, metric = _split_published(said, metrics)
        published.setdefault(name, {})[metric] = Estimate(value)
    rows += [Row(f"published: {name}", figures) for name, figures in published.items()]
    return Table("Official split and metric, in percent", metrics, rows, percent=True)


def _split_published(said: str, metrics: list[str]) -> tuple[str, str]:
    """Return system and metric of a published figure, which stands for the only metric where it names none.

    Examples
    --------
    >>> _split_published("BERT-SPC, rw_macro_f1", ["rw_macro_f1", "mt_macro_f1"])
    ('BERT-SPC', 'rw_macro_f1')
    """
    for metric in metrics:
        if f", {metric}" in said:
            return said.replace(f", {metric}", ""), metric
    return said, metrics[0]


def _metrics(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row.figures))
