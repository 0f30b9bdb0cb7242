"""Systems out of fold: one loop for detectors and baselines, so that all are judged on the same splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus_tools.evaluation.judging import Answer, Judging
from corpus_tools.evaluation.metrics import to_indicators
from corpus_tools.evaluation.splitting import Split
from corpus_tools.learning.frames import highest_by_article

__all__ = ["DetectorSystem", "System", "answer_out_of_fold"]

Array = np.ndarray[Any, Any]
_SAID_BY_CODERS = ("shares", "weight")
"""Columns of units that are learned from and not asked about."""


class System(Protocol):
    """Anything that learns from one part and answers for another."""

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Learn from `train` alone and say what holds in `test`."""
        ...


class DetectorSystem:
    """A detector of ours, or anything with its methods; cloned for every fit, kept in `fitted`.

    Frames need `predict_proba`, `decide` and, where articles are judged, `decide_articles`; stances need `predict`,
    or `predict_proba` and `decide`.
    """

    def __init__(self, detector: Any) -> None:
        self.detector = detector
        self.fitted: list[Any] = []

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Fit a clone to the units of `train` and read its answers for those of `test`."""
        model = clone(self.detector).fit(train.units)
        self.fitted.append(model)
        return read_frames(model, test) if set(test.units["kind"]) == {"frame"} else read_stances(model, test)


def answer_out_of_fold(judging: Judging, splits: Sequence[Split], systems: Mapping[str, System]) -> dict[str, Answer]:
    """Let every system learn and answer in every split; each unit is answered for in the split that tests it."""
    parts: dict[str, list[Answer]] = {name: [] for name in systems}
    for split in splits:
        train, test = judging.take(split.train), hide_gold(judging.take(split.test))
        for name, system in systems.items():
            parts[name].append(system.answer(train, test))
    rows = [split.test for split in splits]
    articles = [np.unique(judging.article_of[split.test]) for split in splits]
    return {
        name: Answer(
            decided=_join([part.decided for part in found], rows),
            score=_join([part.score for part in found], rows),
            article_decided=_join([part.article_decided for part in found], articles),
            article_score=_join([part.article_score for part in found], articles),
        )
        for name, found in parts.items()
    }


def hide_gold(judging: Judging) -> Judging:
    """Return the same without any gold: nobody who answers can look at what is right."""
    rows = len(judging.units)
    units = judging.units.drop(columns=[name for name in _SAID_BY_CODERS if name in judging.units])
    for name, value in (("labels", None), ("article_labels", frozenset()), ("unknown", frozenset("*"))):
        units[name] = pd.Series([value] * rows, index=units.index, dtype=object)
    nothing = np.zeros_like(judging.truth)
    return replace(judging, units=units, truth=nothing, known=nothing)


def read_frames(model: Any, test: Judging) -> Answer:
    """Return what a fitted frame detector says of units, and of articles where those are judged."""
    scores = model.predict_proba(test.units)
    decided, score = _arrange(model.decide(scores), test.labels), _arrange(scores, test.labels)
    if not test.by_article:
        return Answer(decided, score)
    highest = highest_by_article(scores, test.units).loc[test.articles]
    return Answer(decided, score, _arrange(model.decide_articles(highest), test.labels), _arrange(highest, test.labels))


def read_stances(model: Any, test: Judging) -> Answer:
    """Return what a fitted stance detector says of units; without probabilities only its decisions."""
    if not (hasattr(model, "predict_proba") and hasattr(model, "decide")):
        return Answer(to_indicators(list(model.predict(test.units)), test.labels).astype(float))
    scores = model.predict_proba(test.units)
    decided = to_indicators([str(label) for label in model.decide(scores)], test.labels).astype(float)
    return Answer(decided, _arrange(scores, test.labels))


def _arrange(table: pd.DataFrame, labels: list[str]) -> Array:
    """Return the columns of the labels as numbers, 0 where a label was never learned."""
    return np.asarray(table.reindex(columns=labels, fill_value=0).to_numpy(dtype=float))


def _join(tables: Sequence[Any], places: Sequence[Array]) -> Any:
    """Put the rows of the splits in their places; None where the system has no such table."""
    if any(table is None for table in tables):
        return None
    joined = np.zeros((sum(map(len, places)), tables[0].shape[1]))
    for table, rows in zip(tables, places, strict=True):
        joined[rows] = table
    return joined
