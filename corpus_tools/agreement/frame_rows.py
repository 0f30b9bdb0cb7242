"""Rows of the agreement table on frames: frame by frame, and the sets of frames that units carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from corpus_tools.agreement.alpha import krippendorff_alpha
from corpus_tools.agreement.coded import ALL, CodedUnit, Coding
from corpus_tools.agreement.distances import jaccard_distance, masi_distance
from corpus_tools.agreement.gwet import gwet_ac1
from corpus_tools.agreement.kappas import cohen_kappa, fleiss_kappa
from corpus_tools.agreement.pairwise import percent_agreement
from corpus_tools.agreement.ratings import Array, encode
from corpus_tools.agreement.resampling import Coefficient
from corpus_tools.agreement.rows import Row, RowMaker, average, share

__all__ = ["frame_rows", "rate_frame", "rate_sets"]

Measure = Callable[..., Coefficient]
_YES_OR_NO = [0.0, 1.0]
OF_FRAMES: dict[str, Measure] = {
    "raw": percent_agreement,
    "alpha": krippendorff_alpha,
    "ac1": lambda ratings, **options: gwet_ac1(ratings, labels=_YES_OR_NO, **options),
    "fleiss_kappa": fleiss_kappa,
}
OF_SETS: dict[str, Measure] = {
    "raw": percent_agreement,
    "alpha_masi": lambda ratings, **options: krippendorff_alpha(ratings, distance=masi_distance, **options),
    "alpha_jaccard": lambda ratings, **options: krippendorff_alpha(ratings, distance=jaccard_distance, **options),
    "fleiss_kappa": fleiss_kappa,
}


def frame_rows(coding: Coding, frames: Sequence[str], version: str, interval: float | None) -> Iterator[Row]:
    """Yield the rows of one version: each frame, their mean, and the sets; pairs of coders have Cohen's kappa."""
    units = coding.units
    options = {"interval": interval, "groups": encode(unit.article for unit in units)}
    sets = rate_sets(units, coding.coders)
    kinds = (
        ("frame", {frame: rate_frame(units, coding.coders, frame) for frame in frames}, OF_FRAMES, _positive),
        ("frame_set", {ALL: sets}, OF_SETS, _nonempty),
    )
    for kind, ratings, measures, prevalence in kinds:
        make = RowMaker(kind, coding.level, version, coding.coders)
        yield from _rows_of(make, measures, ratings, prevalence, options)
        for first, second in coding.pairs:
            places = [coding.coders.index(first), coding.coders.index(second)]
            pair = {label: [rated[place] for place in places] for label, rated in ratings.items()}
            make = RowMaker(kind, coding.level, version, (first, second))
            yield from _rows_of(make, {"cohen_kappa": _cohen}, pair, prevalence, options)


def rate_frame(units: Sequence[CodedUnit], coders: Sequence[str], frame: str) -> Array:
    """Whether each coder saw the frame in each unit: 1, 0, or nan where unknown; shape (coders, units)."""
    return np.array([[_rate(unit, coder, frame) for unit in units] for coder in coders], dtype=float)


def rate_sets(units: Sequence[CodedUnit], coders: Sequence[str]) -> list[list[frozenset[str] | None]]:
    """Return the set of frames that each coder gave each unit; None where it is not wholly known."""
    return [[None if unit.unknown.get(coder) else unit.frames.get(coder) for unit in units] for coder in coders]


def _rate(unit: CodedUnit, coder: str, frame: str) -> float:
    if coder not in unit.frames or frame in unit.unknown[coder]:
        return float("nan")
    return float(frame in unit.frames[coder])


def _cohen(pair: Any, **options: Any) -> Coefficient:
    return cohen_kappa(*pair, **options)


def _rows_of(
    make: RowMaker,
    measures: dict[str, Measure],
    ratings: dict[str, Any],
    prevalence: Callable[[Sequence[Any]], tuple[float, float]],
    options: dict[str, Any],
) -> Iterator[Row]:
    """Yield the measures of every label, and their means over the labels where there are several."""
    collected: dict[str, list[Coefficient]] = {name: [] for name in measures}
    counts = [prevalence(rated) for rated in ratings.values()]
    for (label, rated), count in zip(ratings.items(), counts, strict=True):
        for name, measure in measures.items():
            result = measure(rated, **options)
            collected[name].append(result)
            yield make(label, name, result, share(*count))
    if ALL not in ratings:
        positive, rated_units = (sum(part) for part in zip((0.0, 0.0), *counts, strict=True))
        for name, results in collected.items():
            mean = average(results, options["interval"], n=max((result.n for result in results), default=0))
            yield make(ALL, name, mean, share(positive, rated_units))


def _positive(ratings: Sequence[Array]) -> tuple[float, float]:
    """How many ratings are positive, of how many."""
    table = np.asarray(ratings)
    return float(np.nansum(table)), float((~np.isnan(table)).sum())


def _nonempty(ratings: Sequence[Sequence[frozenset[str] | None]]) -> tuple[float, float]:
    known = [found for own in ratings for found in own if found is not None]
    return float(sum(map(bool, known))), float(len(known))
