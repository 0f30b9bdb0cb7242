"""Search of hyper-parameters inside the training part: the outer test part is never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from sklearn.base import clone

from corpus_tools.evaluation.judging import Answer, Judging
from corpus_tools.evaluation.metrics import macro_of_counts
from corpus_tools.evaluation.splitting import split
from corpus_tools.evaluation.systems import DetectorSystem, answer_out_of_fold
from corpus_tools.text.errors import InputError

__all__ = ["SearchedSystem"]

INNER_FOLDS = 3


class SearchedSystem:
    """A detector whose parameters are chosen, in every split anew, by inner folds of its training part.

    Every combination is judged out of fold on the training part, groups kept whole; the one with the highest macro-F1
    (of several the first) is fitted to the whole training part.

    Attributes
    ----------
    fitted : list
        The detectors of the splits, in order.
    chosen : list of dict
        The parameters that each split chose, with a grid.
    """

    def __init__(self, detector: Any, grid: Mapping[str, Sequence[Any]] | None = None, *, seed: int = 0) -> None:
        self.detector = detector
        self.grid = {name: list(values) for name, values in (grid or {}).items()}
        self.seed = seed
        self.fitted: list[Any] = []
        self.chosen: list[dict[str, Any]] = []
        known = list(detector.get_params(deep=False)) if self.grid else []
        for name, values in self.grid.items():
            if name not in known:
                raise InputError(f"the detector has no parameter {name!r} to search", remedy=f"use some of {known}")
            if not values:
                raise InputError(f"search gives no values for {name!r}")

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Choose parameters within `train`, fit to all of it, and answer for `test`."""
        chosen = self._choose(train)
        self.chosen.append(chosen)
        system = DetectorSystem(clone(self.detector).set_params(**chosen) if chosen else self.detector)
        answer = system.answer(train, test)
        self.fitted += system.fitted
        return answer

    def _choose(self, train: Judging) -> dict[str, Any]:
        combinations = [dict(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]
        if len(combinations) == 1:
            return combinations[0]
        splits = split(train, folds=INNER_FOLDS, seed=self.seed, strict=False)
        systems = {
            str(i): DetectorSystem(clone(self.detector).set_params(**values)) for i, values in enumerate(combinations)
        }
        answers = answer_out_of_fold(train, splits, systems)
        scores = [float(macro_of_counts(train.count(answer).sum(axis=0))) for answer in answers.values()]
        return combinations[int(np.argmax(np.nan_to_num(scores, nan=-1.0)))]
