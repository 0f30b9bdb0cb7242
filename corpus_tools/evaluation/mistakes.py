"""The most confident mistakes, with their text: what to read first when a figure disappoints."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus_tools.evaluation.judging import Answer, Judging
from corpus_tools.language.mentions import Mention
from corpus_tools.learning.detect_then_value import NONE

__all__ = ["list_mistakes"]

Array = np.ndarray[Any, Any]
_HANDICAP = 0.2
"""Scores of labels are mostly low, so that a low one is less of a mistake than an equally high one."""


def list_mistakes(judging: Judging, answer: Answer, *, most: int = 10) -> list[dict[str, Any]]:
    """Return the most confident wrong decisions over units.

    Returns
    -------
    list of dict
        `unit`, `article`, `label`, `kind`, `score` (of the label), `gold`, `predicted` and `text`, of a stance also the
        words of `holder` and `target`. Where a unit may
        have several labels the kind is `"false positive"` or `"false negative"` of the label; else a mistake is a
        `"confusion"` of gold with the `label` that was given, a `"false positive"` where gold has none, or a
        `"false negative"` where none was given. Systems without probabilities have no confidence: the first are listed.
    """
    decided = answer.decided > 0.5
    wrong = (decided != judging.truth) & judging.known & judging.reachable[:, None]
    if judging.form != "several":
        wrong &= decided | ~decided.any(axis=1, keepdims=True)  # of a confusion the label that was given
    rows, columns = np.nonzero(wrong)
    score = np.full(len(rows), 0.5) if answer.score is None else answer.score[rows, columns]
    confidence = np.where(decided[rows, columns], score, 1 - score - _HANDICAP)
    order = np.argsort(-confidence, kind="stable")[:most]
    return [_describe(judging, decided, int(rows[k]), int(columns[k]), float(score[k])) for k in order]


def _describe(judging: Judging, decided: Array, row: int, column: int, score: float) -> dict[str, Any]:
    unit = judging.units.iloc[row]
    if not decided[row, column]:
        kind = "false negative"
    else:
        kind = "confusion" if judging.form != "several" and judging.truth[row].any() else "false positive"
    return {
        "unit": unit["unit"],
        "article": unit["article"],
        "label": judging.labels[column],
        "kind": kind,
        "score": score,
        "gold": _name(judging, judging.truth[row]),
        "predicted": _name(judging, decided[row]),
        "text": unit["text"],
        **({"holder": _say(unit["holder"]), "target": _say(unit["target"])} if unit["kind"] == "stance" else {}),
    }


def _say(mention: object) -> str | None:
    return mention.quote or mention.name if isinstance(mention, Mention) else None


def _name(judging: Judging, row: Array) -> list[str] | str:
    labels = [label for label, there in zip(judging.labels, row, strict=True) if there]
    return labels if judging.form == "several" else labels[0] if labels else NONE
