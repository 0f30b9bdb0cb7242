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
from corpus_tools.learning.candidates import NONE
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
            "majority": _constant_baseline(truth, labels, majority, missed, list(units[groups]), seed, confidence),
            "cues": _cue_baseline(truth, labels, units, missed, list(units[groups]), seed, confidence),
        },
    }
    table = units[["unit", "article", "start", "end", "text", "labels"]].assign(predicted=predicted)
    return summary, table, pd.DataFrame(), fitted


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


def _cue_baseline(
    truth: Array,
    labels: list[str],
    units: pd.DataFrame,
    missed: Array,
    groups: Sequence[Any],
    seed: int,
    confidence: float,
) -> dict[str, Any]:
    """Score the rule of the lexicon: a cue that governs holder and target in the expected relations."""
    decided = to_indicators(list(CueStanceDetector().fit(units).predict(units)), labels)
    decided[missed] = False
    counts = group_counts(count_rows(truth, decided), groups)
    return bootstrap(counts, macro_of_counts, confidence=confidence, seed=seed).to_dict()


def _constant_baseline(
    truth: Array, labels: list[str], label: str, missed: Array, groups: Sequence[Any], seed: int, confidence: float
) -> dict[str, Any]:
    """The commonest value for every candidate pair."""
    decided = np.zeros_like(truth)
    decided[~missed, labels.index(label)] = True
    return bootstrap(
        group_counts(count_rows(truth, decided), list(groups)), macro_of_counts, confidence=confidence, seed=seed
    ).to_dict()
