"""Evaluation of stances: candidate pairs out of fold; a coded stance that no candidate covers counts as missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus_tools.evaluation.intervals import bootstrap, group_counts
from corpus_tools.evaluation.metrics import count_rows, macro_of_counts, to_indicators
from corpus_tools.evaluation.rows import label_row
from corpus_tools.learning.candidates import NONE
from corpus_tools.learning.folds import deal_groups, split_folds

Array = np.ndarray[Any, Any]
Result = tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, list[Any]]


def evaluate_stances(
    detector: Any, units: pd.DataFrame, groups: str, folds: int, seed: int, confidence: float
) -> Result:
    """Return summary, predictions, an empty table of articles and the folds' detectors (see `Evaluation`)."""
    units = units[units["labels"].notna()].reset_index(drop=True)
    labels = sorted(set(units["labels"]) - {NONE})
    dealt = deal_groups(
        [(label,) if label != NONE else () for label in units["labels"]], list(units[groups]), folds=folds, seed=seed
    )
    predicted = np.full(len(units), NONE, dtype=object)
    fitted = []
    for train, test in split_folds(dealt):
        model = clone(detector).fit(units.iloc[train])
        predicted[test] = model.predict(units.iloc[test])
        fitted.append(model)
    missed = (units["level"] == "missed").to_numpy()
    predicted[missed] = NONE  # no candidate pair covers these gold triples, so they are misses whatever a model says
    truth = to_indicators(list(units["labels"]), labels)
    decided = to_indicators(list(predicted), labels)
    counts = group_counts(count_rows(truth, decided), list(units[groups]))
    any_counts = group_counts(
        count_rows(np.asarray(truth.any(axis=1, keepdims=True)), np.asarray(decided.any(axis=1, keepdims=True))),
        list(units[groups]),
    )
    positive = int(truth.any(axis=1).sum())
    majority = max(labels, key=lambda label: int((units["labels"] == label).sum()))
    summary: dict[str, Any] = {
        "macro_f1": bootstrap(counts, macro_of_counts, confidence=confidence, seed=seed).to_dict(),
        "detection_f1": bootstrap(any_counts, macro_of_counts, confidence=confidence, seed=seed).to_dict(),
        "triples": positive,
        "reachable": 1 - float(missed.sum()) / positive if positive else None,
        "folds": folds,
        "per_label": [label_row({"detector": counts}, labels, i, seed, confidence) for i in range(len(labels))],
        "baselines": {
            "majority": _constant_baseline(truth, labels, majority, missed, list(units[groups]), seed, confidence)
        },
    }
    table = units[["unit", "article", "start", "end", "text", "labels"]].assign(predicted=predicted)
    return summary, table, pd.DataFrame(), fitted


def _constant_baseline(
    truth: Array, labels: list[str], label: str, missed: Array, groups: Sequence[Any], seed: int, confidence: float
) -> dict[str, Any]:
    """The commonest value for every candidate pair."""
    decided = np.zeros_like(truth)
    decided[~missed, labels.index(label)] = True
    return bootstrap(
        group_counts(count_rows(truth, decided), list(groups)), macro_of_counts, confidence=confidence, seed=seed
    ).to_dict()
