"""The agreement table: how far coders agree, frame by frame and for stances, with intervals over articles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd

from corpus_tools.agreement.coded import (
    CodedUnit,
    StancePair,
    align_stances,
    choose_coders,
    coded_units,
    coder_pairs,
)
from corpus_tools.agreement.coefficients import Coefficient, krippendorff_alpha, percent_agreement
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import Parses, parse
from corpus_tools.text.corpus import Corpus

COLUMNS = ("kind", "level", "version", "label", "measure", "value", "low", "high", "n", "prevalence", "reason")
ALL = "all"


def measure_agreement(
    store: AnnotationStore,
    codebook: Codebook,
    *,
    corpus: Corpus | None = None,
    parses: Parses | None = None,
    level: str = "sentence",
    coders: Collection[str] | None = None,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Measure agreement on what all coders finished.

    Parameters
    ----------
    store, codebook
        The logs and the label scheme; frames that nobody used are listed too.
    corpus, parses
        Where sentences come from; a corpus without parses is parsed. Not needed for `level="article"`.
    level
        Unit of comparison for frames: `"sentence"` or `"article"`. Stances are compared by sentence, when there are
        articles.
    coders
        Whom to compare; None for everybody whose role is coder (gold and models are left out).
    interval
        Confidence of the bootstrap intervals over articles.

    Returns
    -------
    DataFrame
        One row a figure with the columns `COLUMNS`: `version` is the codebook's (`"all"` pools them), `label` a frame
        or `"all"` (for frames the mean over frames), `measure` is `raw`, `alpha` (Krippendorff's, nominal) or, for
        stances, `detection_f1`, `value_raw`, `value_alpha`; `prevalence` is the share of ratings that are positive;
        `reason` says why a value is None.

    Raises
    ------
    InputError
        With fewer than two coders, or without articles where sentences are needed.
    """
    chosen = choose_coders(store, coders)
    if parses is None and corpus is not None:
        parses = parse(corpus, progress=False)
    units = coded_units(store, chosen, parses, level=level)
    rows: list[dict[str, Any]] = []
    for version in _versions(u.version for u in units):
        part = [u for u in units if version in (ALL, u.version)]
        rows.extend(_frame_rows(part, list(codebook.frames), chosen, level, version, interval))
    if parses is not None:
        rows.extend(_stance_part(store, chosen, parses, interval))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _versions(found: Iterator[str]) -> list[str]:
    known = sorted(set(found))
    return [ALL, *known] if len(known) > 1 else [ALL]


def _frame_rows(
    units: list[CodedUnit], frames: Sequence[str], coders: list[str], level: str, version: str, interval: float
) -> Iterator[dict[str, Any]]:
    groups = [u.article for u in units]
    collected: dict[str, list[float]] = {"raw": [], "alpha": []}
    for frame in frames:
        ratings = [[int(frame in u.frames[coder]) for u in units] for coder in coders]
        positive = sum(map(sum, ratings)) / max(1, len(units) * len(coders))
        for measure, function in (("raw", percent_agreement), ("alpha", krippendorff_alpha)):
            result = function(ratings, interval=interval, groups=groups)
            if result.value is not None:
                collected[measure].append(result.value)
            yield _row("frame", level, version, frame, measure, result, positive)
    for measure, values in collected.items():
        mean = (
            Coefficient(sum(values) / len(values), n=len(units))
            if values
            else Coefficient(None, "no frame has a value")
        )
        yield _row("frame", level, version, ALL, measure, mean, None)


def _stance_part(
    store: AnnotationStore, coders: list[str], parses: Parses, interval: float
) -> Iterator[dict[str, Any]]:
    for first, second in coder_pairs(coders):
        pairs = align_stances(store, first, second, parses)
        for version in _versions(p.version for p in pairs):
            yield from _stance_rows(
                [p for p in pairs if version in (ALL, p.version)], f"{first}-{second}", version, interval
            )


def _stance_rows(pairs: list[StancePair], label: str, version: str, interval: float) -> Iterator[dict[str, Any]]:
    both = [(p.first, p.second, p.article) for p in pairs if p.first is not None and p.second is not None]
    seen = 2 * len(both) + (len(pairs) - len(both))
    found = Coefficient(2 * len(both) / seen, n=len(pairs)) if seen else Coefficient(None, "no stance was coded")
    yield _row("stance", "sentence", version, label, "detection_f1", found, None)
    values = [[a.label for a, _, _ in both], [b.label for _, b, _ in both]]
    groups = [article for _, _, article in both]
    for measure, function in (("value_raw", percent_agreement), ("value_alpha", krippendorff_alpha)):
        yield _row(
            "stance", "sentence", version, label, measure, function(values, interval=interval, groups=groups), None
        )


def _row(
    kind: str, level: str, version: str, label: str, measure: str, result: Coefficient, prevalence: float | None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "level": level,
        "version": version,
        "label": label,
        "measure": measure,
        "value": result.value,
        "low": result.low,
        "high": result.high,
        "n": result.n,
        "prevalence": prevalence,
        "reason": result.reason,
    }
