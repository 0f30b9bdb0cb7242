"""Detectors out of fold on the same units and folds, each beside the first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corpus_tools.evaluation.differences import compare_counts
from corpus_tools.evaluation.evaluate import Evaluation, evaluate
from corpus_tools.reporting.evaluations.config import Config
from corpus_tools.reporting.evaluations.material import Material
from corpus_tools.reporting.judging import Steps

__all__ = ["judge_variants"]

_OPTIONS = ("groups", "scheme", "folds", "confidence", "baselines", "slices", "curve", "allow_leaks", "search")


def judge_variants(config: Config, material: Material, step: Steps) -> tuple[dict[str, Any], pd.DataFrame]:
    """Evaluate every variant.

    Returns
    -------
    dict, DataFrame
        The figures of the first variant as `evaluate` gives them; where there are several, `variants` (name ->
        figures) and `variant_comparisons` (each less the first: difference with interval, p, and p after Holm).
        The predictions have one row a unit and variant, and no text.
    """
    found: dict[str, Evaluation] = {}
    for name, parameters in config.detectors.items():
        with step(f"evaluating {name}"):
            found[name] = _evaluate(config, material, parameters, first=not found)
    first = next(iter(found))
    document = {"protocol": "folds", "unit": "fraction", **found[first].summary, **material.facts}
    if len(found) > 1:
        document["variants"] = {name: _strip(one.summary) for name, one in found.items()}
        document["variant_comparisons"] = compare_counts(
            {name: one.counts["detector"] for name, one in found.items()},
            [(name, first) for name in found if name != first],
            seed=config.seed,
            confidence=config.evaluation["confidence"],
        )
    return document, pd.concat([_tabulate(name, one) for name, one in found.items()], ignore_index=True)


def _evaluate(config: Config, material: Material, parameters: dict[str, Any], *, first: bool) -> Evaluation:
    options = {key: config.evaluation[key] for key in _OPTIONS if key in config.evaluation}
    options["allow_leaks"] = [tuple(e) if isinstance(e, list) else e for e in options.get("allow_leaks", [])]
    if not first:  # the same baselines on the same folds would say the same again
        options |= {"baselines": [], "curve": (), "slices": ()}
    return evaluate(
        material.make(parameters),
        material.units,
        corpus=material.corpus,
        agreement=material.agreement if first else None,
        random_state=config.seed,
        **options,
    )


def _strip(summary: dict[str, Any]) -> dict[str, Any]:
    """Return what differs between variants: figures, not what they share or the texts of their mistakes."""
    shared = ("errors", "leaks", "baselines", "systems", "comparisons", "difference_to_cues", "coder_agreement")
    return {key: value for key, value in summary.items() if key not in shared}


def _tabulate(name: str, found: Evaluation) -> pd.DataFrame:
    table = found.predictions.drop(columns="text")
    table.insert(0, "variant", name)
    return table
