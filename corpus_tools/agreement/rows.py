"""The shape of the agreement table, and what its rows are made of."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus_tools.agreement.coded import ALL
from corpus_tools.agreement.resampling import Coefficient, summarise

COLUMNS = (
    "kind",
    "level",
    "version",
    "coders",
    "label",
    "measure",
    "value",
    "low",
    "high",
    "n",
    "prevalence",
    "reason",
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes the rows of one kind of thing, of one version of the codebook, for the same coders."""

    kind: str
    level: str
    version: str
    coders: Sequence[str]

    def __call__(self, label: str, measure: str, result: Coefficient, prevalence: float | None) -> Row:
        """Return the row of one figure."""
        return {
            "kind": self.kind,
            "level": self.level,
            "version": self.version,
            "coders": "+".join(self.coders),
            "label": label,
            "measure": measure,
            "value": result.value,
            "low": result.low,
            "high": result.high,
            "n": result.n,
            "prevalence": prevalence,
            "reason": result.reason,
        }


def average(results: Sequence[Coefficient], interval: float | None, *, n: int) -> Coefficient:
    """Return the mean over labels, with an interval over the means of their resamples."""
    known = [result for result in results if result.value is not None]
    if not known:
        return Coefficient(None, "no label has a value", n=n)
    drawn = [result.draws for result in known if result.draws is not None]
    draws = None
    if interval is not None and len(drawn) == len(known):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a resample in which no label has a value gives nan
            draws = np.nanmean(drawn, axis=0)
    mean = summarise(float(np.mean([result.value for result in known])), draws, interval, n=n)
    if len(known) == len(results):
        return mean
    reason = f"mean of the {len(known)} of {len(results)} labels that have a value"
    return Coefficient(mean.value, reason, mean.low, mean.high, n, draws=mean.draws)


def share(count: float, total: float) -> float | None:
    """Return a prevalence; None where there is nothing."""
    return count / total if total else None


def commonest(values: Iterable[Any]) -> float | None:
    """Return the share of the commonest value."""
    listed = [value for value in values if value is not None]
    return share(max(map(listed.count, set(listed)), default=0), len(listed))


__all__ = ["ALL", "COLUMNS", "Row", "RowMaker", "average", "commonest", "share"]
