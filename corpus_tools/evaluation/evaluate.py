"""Evaluate a detector by cross-validation that keeps articles whole.

The outer folds are dealt by `corpus_tools.learning.folds`; everything that is tuned is tuned by the detector inside
its training part. Baselines are fitted and judged in the same folds, and every interval resamples articles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from corpus_tools.evaluation.frame_evaluation import evaluate_frames
from corpus_tools.evaluation.stance_evaluation import evaluate_stances
from corpus_tools.text.errors import InputError

__all__ = ["Evaluation", "evaluate"]


@dataclass
class Evaluation:
    """What an evaluation found.

    Attributes
    ----------
    kind : str
        `"frame"` or `"stance"`.
    summary : dict
        The figures, each `{"value", "low", "high"}` where it has an interval (the form of `evaluation.json`).
    predictions : DataFrame
        One row a unit: out-of-fold scores and decisions.
    articles : DataFrame
        For frames one row an article: out-of-fold decisions, scores and gold.
    detectors : list
        The detectors of the folds, in order.
    """

    kind: str
    summary: dict[str, Any]
    predictions: pd.DataFrame
    articles: pd.DataFrame = field(default_factory=pd.DataFrame)
    detectors: list[Any] = field(default_factory=list)


def evaluate(
    detector: Any,
    units: pd.DataFrame,
    groups: str = "article",
    *,
    folds: int = 5,
    random_state: int = 0,
    confidence: float = 0.95,
) -> Evaluation:
    """Evaluate a detector out of fold.

    Parameters
    ----------
    detector
        A `FrameDetector` or `StanceDetector`; it is cloned, never changed.
    units
        Units with gold labels.
    groups
        Column of `units` whose groups are never split between training and test.
    folds
        Outer folds.
    random_state
        Seed of folds and resamples.
    confidence
        Of the intervals.

    Raises
    ------
    InputError
        When there are too few groups, or a fold would lack a label.
    """
    if groups not in units.columns:
        raise InputError(f"the units have no column {groups!r} to group by", remedy=f"use one of {list(units.columns)}")
    kinds = set(units["kind"])
    if kinds == {"frame"}:
        found = evaluate_frames(detector, units, groups, folds, random_state, confidence)
        return Evaluation("frame", *found)
    if kinds == {"stance"}:
        found = evaluate_stances(detector, units, groups, folds, random_state, confidence)
        return Evaluation("stance", *found)
    raise InputError(f"units of kind {sorted(kinds)} cannot be evaluated together", remedy="give frames or stances")
