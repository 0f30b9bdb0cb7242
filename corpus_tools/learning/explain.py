"""Which words carried a score: the exact contributions of a linear model, mapped back to the article.

The uncalibrated score of a unit is the sum over its features of weight times value, plus the intercept. A feature
made by several places (a word that occurs twice) shares its contribution evenly among them. Features without a place
(character n-grams, context, vectors) are summed up in one row a block, so that the rows of a unit add up to its
score. Embeddings have no columns that are words: their contribution is shared out by occlusion, each word getting what
the score loses when the word is left out, and the rest standing in one row without a place. In a chain what the labels
before add stands in rows of their own, `label:` and the name, without a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corpus_tools.learning.dense import DenseView
from corpus_tools.learning.detections import EVIDENCE
from corpus_tools.learning.pairs import PairView
from corpus_tools.learning.words import cut_around, find_words

if TYPE_CHECKING:
    from corpus_tools.learning.frames import FrameDetector


def explain_units(detector: FrameDetector, units: pd.DataFrame) -> pd.DataFrame:
    """Explain the scores of every unit for every learned label.

    Returns
    -------
    DataFrame
        Columns `unit, label, feature, start, end, quote, weight`; `start` and `end` are code points of the article
        (-1 where a feature has no place). The weights of one unit and label add up to the model's uncalibrated score
        less its intercept.
    """
    views = detector.features_.views(units)
    matrix, dense = views["terms"], detector.features_.dense_
    names = detector.features_.get_feature_names_out()
    learned = {label: found for label in detector.labels_ if (found := detector.weights(label)) is not None}
    hints = {label: detector.head_.hints(label, views) for label in learned}
    rows: list[dict[str, Any]] = []
    for position, unit in enumerate(units.to_dict("records")):
        places = detector.features_.locate(unit)
        row = matrix[position]
        for label, weights in learned.items():
            rows.extend(_rows(unit, label, names[row.indices], row.data * weights["terms"][row.indices], places))
            if dense is not None:
                whole = float(views["embeddings"][position] @ weights["embeddings"])
                rows.extend(_occluded_rows(dense, unit, label, weights["embeddings"], whole))
            added = {f"label:{before}": float(part[position]) for before, part in hints[label].items()}
            rows.extend(_loose_rows(unit, label, added))
    table = pd.DataFrame(rows, columns=list(EVIDENCE))
    return table.astype({"start": "int64", "end": "int64", "weight": "float64"})


def _rows(
    unit: Mapping[Any, Any], label: str, names: Any, weights: Any, places: dict[str, Any]
) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    rest: dict[str, float] = {}
    offset = unit["start"]
    for name, weight in zip(names, weights, strict=True):
        if name not in places:
            block = name.split(":", 1)[0]
            rest[block] = rest.get(block, 0.0) + float(weight)
            continue
        for start, end in places[name]:
            made.append(
                {
                    "unit": unit["unit"],
                    "label": label,
                    "feature": name,
                    "start": start,
                    "end": end,
                    "quote": unit["text"][start - offset : end - offset],
                    "weight": float(weight) / len(places[name]),
                }
            )
    return [*made, *_loose_rows(unit, label, rest)]


def _loose_rows(unit: Mapping[Any, Any], label: str, weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return a row for each contribution that has no place."""
    nowhere = {"start": -1, "end": -1, "quote": ""}
    return [
        {"unit": unit["unit"], "label": label, "feature": feature, **nowhere, "weight": weight}
        for feature, weight in weights.items()
        if not np.isclose(weight, 0.0)
    ]


def _occluded_rows(
    dense: DenseView, unit: Mapping[Any, Any], label: str, weights: Any, whole: float
) -> list[dict[str, Any]]:
    """Share the contribution of the embeddings out to words; what no word accounts for has no place."""
    pieces = occlude(dense, unit, weights)
    rest = {"start": -1, "end": -1, "feature": "embeddings", "weight": whole - sum(p["weight"] for p in pieces)}
    offset = unit["start"]
    return [
        {
            "unit": unit["unit"],
            "label": label,
            **piece,
            "quote": unit["text"][piece["start"] - offset : piece["end"] - offset] if piece["start"] >= 0 else "",
        }
        for piece in [*pieces, rest]
    ]


def occlude(
    dense: DenseView | PairView, unit: Mapping[Any, Any], weights: Any, *, most: int = 60
) -> list[dict[str, Any]]:
    """Return for each word what the linear score over embeddings loses when the word is left out.

    Parameters
    ----------
    dense
        The fitted view.
    unit
        A row of the units.
    weights
        Of the label, one a value of the view.
    most
        So many words at most, those nearest to the target.

    Returns
    -------
    list of dict
        `start`, `end` (code points of the article), `feature` (`embeddings`) and `weight`.
    """
    text = str(unit["text"])
    target, holder = dense.spans_of(unit)
    start, end = cut_around(text, target)
    words = [w for w in find_words(text) if start <= w[1] and w[2] <= end and w[0][0].isalnum()]
    words = [w for w in words if not any(s and w[1] < s[1] and w[2] > s[0] for s in (target, holder))]
    middle = target[0] if target is not None else start
    words = sorted(sorted(words, key=lambda w: abs(w[1] - middle))[:most], key=lambda w: w[1])
    asked = [(text, target, holder)] + [_without(text, target, holder, w[1], w[2]) for w in words]
    scores = dense.scale(dense.vectors(asked, keep=False)) @ weights
    return [
        {
            "start": s + unit["start"],
            "end": e + unit["start"],
            "feature": "embeddings",
            "weight": float(scores[0] - left),
        }
        for (_, s, e), left in zip(words, scores[1:], strict=True)
    ]


def _without(text: str, target: Any, holder: Any, start: int, end: int) -> tuple[str, Any, Any]:
    """Return the text without a stretch, and the spans where they then stand."""
    size = end - start
    moved = [None if s is None else s if s[0] < start else (s[0] - size, s[1] - size) for s in (target, holder)]
    return text[:start] + text[end:], moved[0], moved[1]
