"""One row of a table of labels: support, precision, recall, F1 with its interval, baselines beside."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus_tools.evaluation.intervals import bootstrap
from corpus_tools.evaluation.metrics import macro_of_counts

Array = np.ndarray[Any, Any]


def label_row(counts: dict[str, Array], labels: list[str], i: int, seed: int, confidence: float) -> dict[str, Any]:
    """Return the figures of one label from the counts of every system, each of shape (groups, 3, labels)."""
    one = {name: c[:, :, i : i + 1] for name, c in counts.items()}
    hits, predicted, actual = one["detector"].sum(axis=0)[:, 0]
    row: dict[str, Any] = {
        "label": labels[i],
        "support": int(actual),
        "precision": _share(hits, predicted),
        "recall": _share(hits, actual),
        "f1": bootstrap(one["detector"], macro_of_counts, confidence=confidence, seed=seed).to_dict(),
    }
    for name in ("cues", "majority"):
        if name in one:
            row[f"{name}_f1"] = _none_if_nan(macro_of_counts(one[name].sum(axis=0)[None])[0])
    return row


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _none_if_nan(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
