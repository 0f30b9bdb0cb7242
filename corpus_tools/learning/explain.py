"""Which words carried a score: the exact contributions of a linear model, mapped back to the article.

The uncalibrated score of a unit is the sum over its features of weight times value, plus the intercept. A feature
made by several places (a word that occurs twice) shares its contribution evenly among them. Features without a place
(character n-grams, context, vectors) are summed up in one row a block, so that the rows of a unit add up to its
score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corpus_tools.learning.detections import EVIDENCE

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
    matrix = detector.features_.transform(units)
    names = detector.features_.get_feature_names_out()
    rows: list[dict[str, Any]] = []
    for position, unit in enumerate(units.to_dict("records")):
        places = detector.features_.locate(unit)
        row = matrix[position]
        for label, model in detector.models_.items():
            weights = row.data * model.coef_.ravel()[row.indices]
            rows.extend(_rows(unit, label, names[row.indices], weights, places))
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
        for sentence, positions in places[name]:
            start, end = min(sentence.starts[i] for i in positions), max(sentence.ends[i] for i in positions)
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
    for block, weight in rest.items():
        if not np.isclose(weight, 0.0):
            made.append(
                {
                    "unit": unit["unit"],
                    "label": label,
                    "feature": block,
                    "start": -1,
                    "end": -1,
                    "quote": "",
                    "weight": weight,
                }
            )
    return made
