"""The figures of an evaluation, in the form of `evaluation.json`: each with its interval over groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corpus_tools.evaluation.calibration import brier, calibration_error, reliability
from corpus_tools.evaluation.differences import compare_counts
from corpus_tools.evaluation.intervals import bootstrap_f1, bootstrap_share, group_counts
from corpus_tools.evaluation.judging import Answer, Judging
from corpus_tools.evaluation.metrics import macro_of_counts

__all__ = ["Figures"]

Array = np.ndarray[Any, Any]
DETECTOR = "detector"


class Figures:
    """Everything that is counted of a set of answers.

    Parameters
    ----------
    judging
        What was judged.
    answers
        What each system said; the detector's is named `detector`.
    seed, confidence
        Of the resamples and intervals.
    """

    def __init__(self, judging: Judging, answers: Mapping[str, Answer], seed: int, confidence: float) -> None:
        self.judging, self.answers = judging, answers
        self.options: dict[str, Any] = {"seed": seed, "confidence": confidence}
        self.counts = {name: judging.count(answer) for name, answer in answers.items()}

    def summarise(self) -> dict[str, Any]:
        """Return the figures of all systems, their comparisons, and those of the labels."""
        systems = {name: self.describe(counts) for name, counts in self.counts.items()}
        own = systems[DETECTOR]
        pairs = [(DETECTOR, name) for name in self.counts if name != DETECTOR]
        comparisons = compare_counts(self.counts, pairs, **self.options)
        summary: dict[str, Any] = {
            **own,
            "systems": systems,
            "baselines": {name: systems[name]["macro_f1"] for _, name in pairs},
            "comparisons": comparisons,
            "per_label": [self.describe_label(i) for i in range(len(self.judging.labels))],
        }
        for row in comparisons:
            if row["b"] == "cues":
                summary["difference_to_cues"] = row["difference"] | {"p": row["p"]}
        return summary | self._by_form() | self._calibration()

    def describe(self, counts: Array) -> dict[str, Any]:
        """Return macro-F1, micro-F1 and, for one label a unit, the accuracy of counts by group."""
        found = {name: self.interval(counts, name) for name in ("macro_f1", "micro_f1")}
        if self.judging.form == "one":
            found["accuracy"] = bootstrap_share(counts[:, [0, 2]].sum(axis=2), **self.options).to_dict()
        return found

    def describe_label(self, i: int) -> dict[str, Any]:
        """Return support, precision, recall and F1 of one label, with the baselines' F1."""
        one = {name: counts[:, :, i : i + 1] for name, counts in self.counts.items()}
        own = one[DETECTOR][:, :, 0]
        precision, recall = (bootstrap_share(own[:, [0, of]], **self.options).to_dict() for of in (1, 2))
        row: dict[str, Any] = {
            "label": self.judging.labels[i],
            "support": int(own[:, 2].sum()),
            "precision": precision["value"],
            "precision_interval": precision,
            "recall": recall["value"],
            "recall_interval": recall,
            "f1": self.interval(one[DETECTOR]),
        }
        for name, counts in one.items():
            if name != DETECTOR:
                value = float(macro_of_counts(counts.sum(axis=0)))
                row[f"{name}_f1"] = None if np.isnan(value) else value
        return row

    def slice_by(self, name: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """Return the detector's macro-F1 of the units, or articles, of each value of a column.

        Articles are judged where the column says the same of all units of an article, else units.
        """
        judging, listed = self.judging, np.array(list(values), dtype=object)
        whole = judging.by_article and _is_constant(listed, judging.article_of)
        judged = listed[judging.first_units] if whole else listed
        names = judging.drawn(units=not whole)
        rows = judging.judge_rows(self.answers[DETECTOR], units=not whole)
        return [
            {
                "slice": name,
                "value": value if value is None or isinstance(value, (str, int, float, bool)) else str(value),
                "level": "article" if whole else str(judging.units["level"].iloc[0]),
                "articles": len(set(judging.article_of[_is(listed, value)])),
                "units": int(_is(listed, value).sum()),
                "macro_f1": self.interval(group_counts(rows[_is(judged, value)], list(names[_is(judged, value)]))),
            }
            for value in sorted(dict.fromkeys(map(_plain, listed)), key=lambda v: (v is None, str(v)))
        ]

    def interval(self, counts: Array, metric: str = "macro_f1") -> dict[str, Any]:
        """Return macro-F1 or micro-F1 of counts by group with its interval."""
        return bootstrap_f1(counts, pooled=metric == "micro_f1", **self.options).to_dict()

    def _by_form(self) -> dict[str, Any]:
        """Return what only articles with sentences, or only candidates, have."""
        judging, own = self.judging, self.answers[DETECTOR]
        if judging.form == "several":
            return {"sentence": {"macro_f1": self.interval(judging.count(own, units=True))}}
        if judging.form == "one":
            return {}
        coded = judging.truth.any(axis=1)
        return {
            "detection_f1": self.interval(judging.count_anything(own)),
            "triples": int(coded.sum()),
            "reachable": float(judging.reachable[coded].mean()),
        }

    def _calibration(self) -> dict[str, Any]:
        """Return the calibration over units and labels, where the detector has probabilities."""
        judging, score = self.judging, self.answers[DETECTOR].score
        if score is None:
            return {"calibration": [], "calibration_error": None, "brier": None}
        cases = judging.known & judging.reachable[:, None]
        bins = reliability(score[cases], judging.truth[cases])
        return {
            "calibration": bins,
            "calibration_error": calibration_error(bins),
            "brier": brier(score[cases], judging.truth[cases]),
        }


def _is_constant(values: Array, articles: Array) -> bool:
    seen: dict[int, Any] = {}
    return all(_same(seen.setdefault(article, value), value) for article, value in zip(articles, values, strict=True))


def _same(a: Any, b: Any) -> bool:
    return bool(_plain(a) == _plain(b))


def _is(values: Array, wanted: Any) -> Array:
    return np.array([_same(value, wanted) for value in values], dtype=bool)


def _plain(value: Any) -> Any:
    """Return None for what is missing, and Python's number for numpy's."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
