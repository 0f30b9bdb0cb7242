"""Likely coding errors: units whose label a detector that never saw them contradicts with confidence.

Confident learning (Northcutt, Jiang & Chuang 2021, "Confident learning: estimating uncertainty in dataset labels"):
every class has its own threshold, the mean probability of the class among the units that were given it; a unit is
suspect when, of the classes whose probability reaches their threshold, the most probable is not the given one (an
off-diagonal entry of the confident joint). Probabilities are out of fold, with articles kept whole. Several labels a
unit are as many yes-or-no questions.

The order is another matter: of planted errors (`benchmarks/suspect_labels.py`) the probability of the given label finds
more than the margin between two labels does. Where several questions are asked, a yes and a no are compared by the odds
that they are wrong, on the assumption that as many labels were forgotten as were given by mistake: a label that is
rarely given is then rarely given by mistake, and a no is not trusted just because it is common.

A suspect is a unit to read again, not an error: whoever corrects labels by these suggestions without reading teaches
the next detector the errors of this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus_tools.learning.doubts import is_exclusive
from corpus_tools.learning.folds import deal_groups, split_folds
from corpus_tools.text.errors import InputError

__all__ = ["COLUMNS", "Judged", "judge_labels", "predict_unseen", "suspect_labels"]

Array = np.ndarray[Any, Any]
COLUMNS = (
    "unit",
    "article",
    "start",
    "end",
    "given",
    "suggested",
    "probability",
    "usual",
    "margin",
    "suspect",
    "reason",
    "text",
)


def suspect_labels(
    detector: Any,
    units: pd.DataFrame,
    *,
    folds: int = 5,
    repeats: int = 3,
    seed: int = 0,
    scores: pd.DataFrame | None = None,
    everything: bool = False,
) -> pd.DataFrame:
    """List the labels that look like coding errors, the likeliest first.

    Parameters
    ----------
    detector
        A `FrameDetector` or `StanceDetector`; it is cloned, never changed.
    units
        Units with labels.
    folds, repeats, seed
        Of the cross-validation, which keeps the column `group` whole; its repeats deal other folds.
    scores
        Out-of-fold probabilities, where they are at hand (`predict_unseen`); one row a unit, in the same order.
    everything
        Also list the labels that are not suspect.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`. With several labels a unit `given` and `suggested` are `"dialogue"` and `"no dialogue"`
        or the other way round, else two labels. `probability` is that of what was given, out of fold, `usual` its mean
        where the same was given (the threshold), `margin` by how much the suggestion is more probable.

    Raises
    ------
    InputError
        When no unit has a label, or there are fewer groups than folds.
    """
    coded = _find_coded(units)
    known = units[coded].reset_index(drop=True)
    if not len(known):
        raise InputError("no unit carries a label", remedy="give units that were coded")
    if scores is None:
        scores = predict_unseen(detector, known, folds=folds, repeats=repeats, seed=seed)
    else:
        scores = scores[coded].reset_index(drop=True)
    exclusive = is_exclusive(detector)
    asked = [_one_question(known, scores)] if exclusive else list(_questions(known, scores))
    rows = [row for judged in asked for row in _rows(judged, known, everything)]
    trust = [judged.probability if exclusive else _trust(judged) for judged in asked]
    listed = [part[judged.suspect | everything] for part, judged in zip(trust, asked, strict=True)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.iloc[np.argsort(np.concatenate([[], *listed]), kind="stable")].reset_index(drop=True)
    return table.astype({"start": "int64", "end": "int64", "probability": "float64"})


def predict_unseen(
    detector: Any, units: pd.DataFrame, *, folds: int = 5, repeats: int = 1, seed: int = 0
) -> pd.DataFrame:
    """Return probabilities of every unit from copies of the detector that saw nothing of its group.

    With `repeats` it is their mean over as many deals of folds. A class that a training part lacks has the probability
    0 there.
    """
    marks = [(label,) if isinstance(label, str) else tuple(label or ()) for label in units["labels"]]
    classes = sorted({label for unit in marks for label in unit})
    found = np.zeros((len(units), len(classes)))
    for repeat in range(repeats):
        dealt = deal_groups(marks, list(units["group"]), folds=folds, seed=seed + repeat)
        for train, test in split_folds(dealt):
            scores = clone(detector).fit(units.iloc[train]).predict_proba(units.iloc[test])
            found[test] += scores.reindex(columns=classes, fill_value=0.0).to_numpy() / repeats
    return pd.DataFrame(found, index=units.index, columns=classes)


@dataclass(frozen=True)
class Judged:
    """What confident learning says of one question: arrays with an element a row.

    Attributes
    ----------
    rows : ndarray of int
        The rows that were asked.
    names : list of str
        Names of the classes.
    given, suggested : ndarray of int
        Classes; where a row is not suspect, the suggested one is the most probable other class.
    suspect : ndarray of bool
    probability, usual, margin : ndarray of float
    """

    rows: Array
    names: list[str]
    given: Array
    suggested: Array
    suspect: Array
    probability: Array
    usual: Array
    margin: Array


def judge_labels(probabilities: Array, given: Array, names: list[str], rows: Array | None = None) -> Judged:
    """Apply confident learning to one question.

    Parameters
    ----------
    probabilities
        Out of fold, shape (rows, classes).
    given
        The number of each row's class.
    names
        Of the classes.
    rows
        The rows' numbers in the caller's table.

    Notes
    -----
    The threshold of class j is the mean of p(j) over the rows that were given j; a class that no row was given cannot
    be suggested. This is the confident joint before its calibration, off the diagonal (the paper's method C_confident).

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.1, 0.9], [0.15, 0.85]])
    >>> found = judge_labels(p, np.array([0, 0, 0, 1, 1]), ["no", "yes"])
    >>> found.suspect.tolist(), found.usual.round(3).tolist()
    ([False, False, True, False, False], [0.6, 0.6, 0.6, 0.875, 0.875])
    """
    at = np.arange(len(given))
    own = probabilities[at, given]
    counts = np.bincount(given, minlength=len(names))
    sums = np.bincount(given, weights=own, minlength=len(names))
    thresholds = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    # a mean of equal numbers may lie a rounding above them
    reached = np.where(probabilities >= thresholds - 1e-9, probabilities, -1.0)
    suspect = (reached.max(axis=1) >= 0) & (reached.argmax(axis=1) != given)
    others = probabilities.copy()
    others[at, given] = -1.0
    suggested = np.where(suspect, reached.argmax(axis=1), others.argmax(axis=1))
    asked = rows if rows is not None else at
    margin = probabilities[at, suggested] - own
    return Judged(asked, names, given, suggested, suspect, own, thresholds[given], margin)


def _find_coded(units: pd.DataFrame) -> Array:
    """Return of which units something is known; a stance that no candidate stands for cannot be judged."""
    known = units["labels"].notna() & (units["level"] != "missed")
    left = [("*" in unknown) and not labels for unknown, labels in zip(units["unknown"], units["labels"], strict=True)]
    return np.asarray(known.to_numpy(dtype=bool) & ~np.array(left, dtype=bool))


def _one_question(units: pd.DataFrame, scores: pd.DataFrame) -> Judged:
    """One question with all labels as classes; a unit without a label is not asked."""
    labels = [entry if isinstance(entry, str) else next(iter(entry), "") for entry in units["labels"]]
    rows = np.flatnonzero([label in scores.columns for label in labels])
    names = [str(name) for name in scores.columns]
    given = np.array([names.index(labels[i]) for i in rows], dtype=int)
    return judge_labels(scores.to_numpy(dtype=float)[rows], given, names, rows)


def _questions(units: pd.DataFrame, scores: pd.DataFrame) -> Iterator[Judged]:
    """A yes-or-no question for each label; units of which the answer is unknown are not asked."""
    for label in scores.columns:
        there = np.array([label in labels for labels in units["labels"]], dtype=bool)
        open_ones = np.array([bool(unknown & {label, "*"}) for unknown in units["unknown"]], dtype=bool)
        rows = np.flatnonzero(there | ~open_ones)
        given = there[rows].astype(int)
        yes = scores[label].to_numpy(dtype=float)[rows]
        if len(set(given.tolist())) == 2:
            yield judge_labels(np.column_stack([1 - yes, yes]), given, [f"no {label}", str(label)], rows)


def _trust(judged: Judged) -> Array:
    """Return the log odds that a yes or a no is right, given as many wrong ones of either kind.

    A yes is wrong with the odds (1 - p) / p times a, and a no with p / (1 - p) times b, where a and b are the shares of
    wrong answers among those that should be no and yes; as many of either kind means a / b = yes / no.
    """
    p = judged.probability.clip(1e-4, 1 - 1e-4)
    answers = np.bincount(judged.given, minlength=2)
    rarity = np.where(judged.given == 1, np.log(answers[1] / answers[0]), 0.0)
    return np.asarray(np.log(p / (1 - p)) - rarity)


def _rows(judged: Judged, units: pd.DataFrame, everything: bool) -> Iterator[dict[str, Any]]:
    columns = units[["unit", "article", "start", "end", "text"]].to_dict("list")
    for k in range(len(judged.rows)):
        if not (judged.suspect[k] or everything):
            continue
        given, suggested = judged.names[judged.given[k]], judged.names[judged.suggested[k]]
        own, usual, margin = (float(part[k]) for part in (judged.probability, judged.usual, judged.margin))
        yield {
            **{str(name): values[int(judged.rows[k])] for name, values in columns.items()},
            "given": given,
            "suggested": suggested,
            "probability": own,
            "usual": usual,
            "margin": margin,
            "suspect": bool(judged.suspect[k]),
            "reason": f"{given} {own:.2f} where {usual:.2f} is usual; {suggested} {own + margin:.2f}",
        }
