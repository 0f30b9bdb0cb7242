"""Learning curve: how good the detector is when fewer articles were coded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone

from corpus_tools.evaluation.intervals import bootstrap_f1
from corpus_tools.evaluation.judging import Answer, Judging
from corpus_tools.evaluation.splitting import Split
from corpus_tools.evaluation.systems import DetectorSystem, answer_out_of_fold
from corpus_tools.text.errors import InputError

__all__ = ["draw_curve"]

Array = np.ndarray[Any, Any]


def draw_curve(
    judging: Judging,
    splits: Sequence[Split],
    detector: Any,
    shares: Sequence[float],
    *,
    chosen: Sequence[Mapping[str, Any]] = (),
    full: Answer | None = None,
    seed: int = 0,
    confidence: float = 0.95,
) -> list[dict[str, Any]]:
    """Judge the detector on the same test parts after learning from a share of each training part.

    Parameters
    ----------
    judging, splits
        What is judged, and how it is split.
    detector
        Cloned for every fit.
    shares
        Of the groups of a training part, in (0, 1]; a smaller share is part of a larger one.
    chosen
        Parameters of the detector in each split, where they were searched.
    full
        What the detector said after learning from everything, so that it need not learn again.
    seed, confidence
        Of the draw of groups and resamples, and of the intervals.

    Returns
    -------
    list of dict
        For each share `share`, `articles` (the mean number learned from) and `macro_f1` with its interval, or with
        the reason why the detector would not learn from so little.
    """
    for share in shares:
        if not 0 < share <= 1:
            raise InputError(f"a share of the learning curve must be in (0, 1], got {share!r}")
    rows = []
    for share in sorted(set(map(float, shares))):
        parts = [_shorten(judging, part, share, seed + k) for k, part in enumerate(splits)]
        row: dict[str, Any] = {
            "share": share,
            "articles": float(np.mean([len(set(judging.article_of[part.train])) for part in parts])),
        }
        try:
            answer = full if share == 1 and full is not None else _answer(judging, parts, detector, chosen)
            figure = bootstrap_f1(judging.count(answer), confidence=confidence, seed=seed).to_dict()
        except InputError as error:  # a detector refuses to learn from too little; that is a finding
            figure = {"value": None, "low": None, "high": None, "reason": str(error)}
        rows.append(row | {"macro_f1": figure})
    return rows


def _shorten(judging: Judging, part: Split, share: float, seed: int) -> Split:
    """Keep a share of the training part's groups, the first of a fixed random order, at least one."""
    groups = judging.groups[part.train]
    names = list(dict.fromkeys(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    kept = {names[i] for i in order[: max(1, round(share * len(names)))]}
    return Split(part.name, part.train[[group in kept for group in groups]], part.test)


def _answer(judging: Judging, parts: Sequence[Split], detector: Any, chosen: Sequence[Mapping[str, Any]]) -> Answer:
    return answer_out_of_fold(judging, parts, {"detector": _InTurn(detector, chosen)})["detector"]


class _InTurn:
    """A detector with the parameters of the first split in the first split, and so on."""

    def __init__(self, detector: Any, chosen: Sequence[Mapping[str, Any]]) -> None:
        self.detector = detector
        self.chosen = list(chosen)

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Learn and answer as a detector."""
        values = self.chosen.pop(0) if self.chosen else {}
        return DetectorSystem(clone(self.detector).set_params(**values) if values else self.detector).answer(
            train, test
        )
