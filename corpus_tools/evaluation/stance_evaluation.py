"""Evaluation of stances: candidate pairs out of fold; a coded stance that no candidate covers counts as missed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus_tools.evaluation.intervals import bootstrap, group_counts
from corpus_tools.evaluation.metrics import count_rows, macro_of_counts, to_indicators
from corpus_tools.evaluation.rows import label_row
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.folds import deal_groups, split_folds
from corpus_tools.learning.lexicon import CueStanceDetector
from corpus_tools.text.errors import InputError, InputWarning

Array = np.ndarray[Any, Any]
Result = tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, list[Any]]


def evaluate_stances(
    detector: Any, units: pd.DataFrame, groups: str, folds: int, seed: int, confidence: float
) -> Result:
    """Return summary, predictions, an empty table of articles and the folds' detectors (see `Evaluation`)."""
    units = units[units["labels"].notna()].reset_index(drop=True)
    labels = sorted(set(units["labels"]) - {NONE})
    if not labels:
        raise InputError("no unit carries a stance", remedy="evaluate stance units that were made with gold")
    _warn_of_rare(units, labels, groups, folds)
    dealt = deal_groups(
        [(label,) if label != NONE else () for label in units["labels"]], list(units[groups]), folds=folds, seed=seed
    )
    predicted, fitted = _out_of_fold(detector, units, dealt)
    judge = _Judge(units, labels, groups, seed, confidence)
    counts = judge.count(predicted)
    anything = judge.count(predicted, anything=True)
    positive = int((units["labels"] != NONE).sum())
    majority = max(labels, key=lambda label: int((units["labels"] == label).sum()))
    rules = CueStanceDetector(getattr(detector, "codebook", None)).fit(units).predict(units)
    summary: dict[str, Any] = {
        "macro_f1": judge.macro_f1(counts),
        "detection_f1": judge.macro_f1(anything),
        "triples": positive,
        "reachable": 1 - float((units["level"] == "missed").sum()) / positive,
        "folds": folds,
        "per_label": [label_row({"detector": counts}, labels, i, seed, confidence) for i in range(len(labels))],
        "baselines": {
            "majority": judge.macro_f1(judge.count([majority] * len(units))),
            "cues": judge.macro_f1(judge.count(rules)),
        },
    }
    table = units[["unit", "article", "start", "end", "text", "labels"]].assign(predicted=predicted)
    return summary, table, pd.DataFrame(), fitted


def _out_of_fold(detector: Any, units: pd.DataFrame, dealt: Array) -> tuple[Array, list[Any]]:
    """Fit in every fold; return the decisions on what was left out, and the detectors."""
    predicted = np.full(len(units), NONE, dtype=object)
    fitted = []
    for train, test in split_folds(dealt):
        model = clone(detector).fit(units.iloc[train])
        predicted[test] = model.predict(units.iloc[test])
        fitted.append(model)
    return predicted, fitted


class _Judge:
    """Counts decisions by group against the labels of the units.

    No candidate pair covers the units of the level `missed`: they are misses whatever a system says.
    """

    def __init__(self, units: pd.DataFrame, labels: list[str], groups: str, seed: int, confidence: float) -> None:
        self.labels, self.seed, self.confidence = labels, seed, confidence
        self.groups = list(units[groups])
        self.missed = (units["level"] == "missed").to_numpy()
        self.truth = to_indicators(list(units["labels"]), labels)

    def count(self, decisions: Sequence[str] | Array, *, anything: bool = False) -> Array:
        """Return the counts of each group; with `anything` of stances found, whatever their value."""
        truth, decided = self.truth, to_indicators(list(decisions), self.labels)
        decided[self.missed] = False
        if anything:
            truth, decided = (np.asarray(table.any(axis=1, keepdims=True)) for table in (truth, decided))
        return group_counts(count_rows(truth, decided), self.groups)

    def macro_f1(self, counts: Array) -> dict[str, Any]:
        """Return the mean F1 of the values, with its interval over groups."""
        return bootstrap(counts, macro_of_counts, confidence=self.confidence, seed=self.seed).to_dict()


def _warn_of_rare(units: pd.DataFrame, labels: list[str], groups: str, folds: int) -> None:
    """Name the values that stand in fewer groups than there are folds: some fold cannot judge them."""
    for label in labels:
        count = units.loc[units["labels"] == label, groups].nunique()
        if count < folds:
            warnings.warn(
                f"stance {label!r} stands in {count} groups and cannot be in each of {folds} folds",
                InputWarning,
                stacklevel=4,
            )
