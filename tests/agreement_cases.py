"""The published cases of agreement as ratings, and what of ours each of their measures names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from corpus_tools.agreement import (
    Coefficient,
    alpha_u,
    bennett_s,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    jaccard_distance,
    krippendorff_alpha,
    masi_distance,
    percent_agreement,
    scott_pi,
)
from corpus_tools.agreement.unitizing import unit_distance
from corpus_tools.agreement.weights import agreement_weights

LEVELS = ("nominal", "ordinal", "interval", "ratio")
OF_MANY = {
    "alpha": krippendorff_alpha,
    "percent": percent_agreement,
    "fleiss": fleiss_kappa,
    "ac1": gwet_ac1,
    "ac2": lambda ratings, **options: gwet_ac2(ratings, weights="quadratic", **options),
    "brennan": brennan_prediger,
}
OF_TWO = {
    "cohen": cohen_kappa,
    "linear": lambda a, b, **options: cohen_kappa(a, b, weights="linear", **options),
    "scott": scott_pi,
    "bennett": bennett_s,
}
CORRECTED = {name: call for name, call in OF_MANY.items() if name != "percent"}


def to_ratings(case: dict[str, Any]) -> list[list[Any]]:
    """Coders x units from any layout of the cases."""
    data, kind = case["data"], case["kind"]
    if kind == "table2":
        cells = [
            (a, b)
            for a, row in zip(data["categories"], data["table"], strict=True)
            for b, n in zip(data["categories"], row, strict=True)
            for _ in range(n)
        ]
        return [list(coder) for coder in zip(*cells, strict=True)]
    if kind == "triples":
        coders = list(dict.fromkeys(c for c, _, _ in data["triples"]))
        units = list(dict.fromkeys(u for _, u, _ in data["triples"]))
        known = {(c, u): label for c, u, label in data["triples"]}
        return [[known.get((c, u)) for u in units] for c in coders]
    rows = data["ratings"]
    if kind == "sets":
        rows = [[None if cell is None else frozenset(cell) for cell in row] for row in rows]
    return rows if data["layout"] == "coders_x_units" else [list(coder) for coder in zip(*rows, strict=True)]


def rounded_masi(x: frozenset[str], y: frozenset[str]) -> float:
    """Old nltk's, with .67 and .33."""
    part = 1.0 if x == y else 0.67 if x <= y or y <= x else 0.33 if x & y else 0.0
    return 1 - (1 - jaccard_distance(x, y)) * part


def dkpro_set(x: frozenset[str], y: frozenset[str]) -> float:
    """DKPro's distance by steps."""
    return 0.0 if x == y else 1 / 3 if x <= y or y <= x else 2 / 3 if x & y else 1.0


SET_DISTANCES: dict[str, Callable[[Any, Any], float]] = {
    "set:jaccard": jaccard_distance,
    "set:masi": masi_distance,
    "set:masi_nltk_067_033": rounded_masi,
    "set:dkpro_set": dkpro_set,
    "set:dkpro_masi": lambda x, y: jaccard_distance(x, y) * dkpro_set(x, y),
}


def irrcac_distance(weights: str) -> Callable[[float, float], float]:
    scores = np.arange(1, 6)
    table = 1 - agreement_weights(weights, scores)
    return lambda x, y: float(table[int(x) - 1, int(y) - 1])


def alpha_of(ratings: list[list[Any]], expected: dict[str, Any]) -> Coefficient:
    level = expected["level"]
    if level in LEVELS:
        return krippendorff_alpha(ratings, level=level)
    if level in SET_DISTANCES:
        return krippendorff_alpha(ratings, distance=SET_DISTANCES[level])
    return krippendorff_alpha(ratings, distance=irrcac_distance(level.removeprefix("irrcac_weights:")))


def only(ratings: list[list[Any]], category: Any) -> list[list[Any]]:
    """One category against all others."""
    return [[None if v is None else v == category for v in row] for row in ratings]


OF_RATINGS: dict[str, Callable[[list[list[Any]], dict[str, Any], Any], float | None]] = {
    "percent_agreement": lambda r, e, c: percent_agreement(r).value,
    "percent_agreement_sets": lambda r, e, c: percent_agreement(r).value,
    "krippendorff_alpha": lambda r, e, c: alpha_of(r, e).value,
    "alpha_observed_disagreement": lambda r, e, c: alpha_of(r, e).observed,
    "alpha_expected_disagreement": lambda r, e, c: alpha_of(r, e).expected,
    "cohen_kappa": lambda r, e, c: cohen_kappa(*r, labels=c).value,
    "cohen_expected_agreement": lambda r, e, c: cohen_kappa(*r, labels=c).expected,
    "weighted_kappa": lambda r, e, c: cohen_kappa(*r, labels=c, weights=e["weights"]).value,
    "fleiss_kappa": lambda r, e, c: fleiss_kappa(r).value,
    "fleiss_kappa_missing": lambda r, e, c: fleiss_kappa(r).value,
    "fleiss_observed_agreement": lambda r, e, c: fleiss_kappa(r).observed,
    "fleiss_expected_agreement": lambda r, e, c: fleiss_kappa(r).expected,
    "fleiss_kappa_category": lambda r, e, c: fleiss_kappa(only(r, e["category"])).value,
    "randolph_kappa": lambda r, e, c: brennan_prediger(r).value,
    "scott_pi": lambda r, e, c: scott_pi(*r).value,
    "scott_pi_category": lambda r, e, c: scott_pi(*only(r, e["category"])).value,
    "bennett_s": lambda r, e, c: bennett_s(*r, categories=c).value,
    "gwet_ac1": lambda r, e, c: gwet_ac1(r, labels=c).value,
    "gwet_ac2": lambda r, e, c: gwet_ac2(r, labels=c, weights=e["weights"]).value,
}


def compute(case: dict[str, Any], expected: dict[str, Any], cases: dict[str, Any]) -> Any:
    """Return our value (or values) of an expectation; KeyError where we have no such measure."""
    measure, data = expected["measure"], case["data"]
    if case["kind"] in ("coding", "table2", "triples", "sets"):
        return OF_RATINGS[measure](to_ratings(case), expected, data.get("categories"))
    return OTHERS[measure](data, expected, cases)


def _interval(data: dict[str, Any], confidence: float, cases: dict[str, Any]) -> list[float | None]:
    found = krippendorff_alpha(to_ratings(cases[data["use"]]), level=data["level"], interval=confidence)
    return [found.low, found.high]


def _leave_one_out(data: dict[str, Any], expected: dict[str, Any], cases: dict[str, Any]) -> float:
    ratings = to_ratings(cases[data["use"]])
    without = [row[:5] + row[6:] for row in ratings]
    return krippendorff_alpha(ratings).value - krippendorff_alpha(without).value  # type: ignore[operator]


def _marked(data: dict[str, Any], category: str | None = None) -> Iterator[tuple[str, int, int, str]]:
    for unit in data["units"]:
        if category in (None, unit["category"]):
            start = unit["offset"] - data["begin"]
            yield unit["annotator"], start, start + unit["length"], unit["category"]


OTHERS: dict[str, Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], Any]] = {
    "jaccard_distance": lambda d, e, _: [jaccard_distance(*pair) for pair in d["pairs"]],
    "masi_distance": lambda d, e, _: [masi_distance(*pair) for pair in d["pairs"]],
    "mean_jaccard_distance": lambda d, e, _: float(np.mean([jaccard_distance(*p) for p in d["jaccard_pairs"]])),
    "mean_masi_similarity": lambda d, e, _: float(np.mean([1 - masi_distance(*p) for p in d["masi_pairs"]])),
    "alpha_u": lambda d, e, _: alpha_u(_marked(d), length=d["length"]).value,
    "alpha_u_category": lambda d, e, _: alpha_u(_marked(d, e["category"]), length=d["length"]).value,
    "krippendorff_unit_distance": lambda d, e, _: [unit_distance(tuple(x), tuple(y)) for x, y in d["pairs"]],
    "bootstrap_percentile_ci95": lambda d, e, cases: _interval(d, 0.95, cases),
    "bootstrap_percentile_ci99": lambda d, e, cases: _interval(d, 0.99, cases),
    "leave_unit_6_out_dfbeta": _leave_one_out,
}
