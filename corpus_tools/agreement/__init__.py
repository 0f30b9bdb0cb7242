"""How far coders agree: coefficients, distances, spans, and the table of a folder of annotations.

The names below are loaded when they are first used.

>>> from corpus_tools.agreement import krippendorff_alpha, masi_distance
>>> sets = [[frozenset("ab"), frozenset()], [frozenset("a"), frozenset()]]
>>> round(krippendorff_alpha(sets, distance=masi_distance).value, 3)
0.571
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "Coefficient": "resampling",
    "percent_agreement": "pairwise",
    "krippendorff_alpha": "alpha",
    "cohen_kappa": "kappas",
    "fleiss_kappa": "kappas",
    "scott_pi": "kappas",
    "bennett_s": "kappas",
    "brennan_prediger": "kappas",
    "gwet_ac1": "gwet",
    "gwet_ac2": "gwet",
    "jaccard_distance": "distances",
    "masi_distance": "distances",
    "span_f1": "spans",
    "alpha_u": "unitizing",
    "gamma": "gamma_alignment",
    "measure_agreement": "table",
}

__all__ = list(_HOMES)

if TYPE_CHECKING:
    from corpus_tools.agreement.alpha import krippendorff_alpha as krippendorff_alpha
    from corpus_tools.agreement.distances import jaccard_distance as jaccard_distance
    from corpus_tools.agreement.distances import masi_distance as masi_distance
    from corpus_tools.agreement.gamma_alignment import gamma as gamma
    from corpus_tools.agreement.gwet import gwet_ac1 as gwet_ac1
    from corpus_tools.agreement.gwet import gwet_ac2 as gwet_ac2
    from corpus_tools.agreement.kappas import bennett_s as bennett_s
    from corpus_tools.agreement.kappas import brennan_prediger as brennan_prediger
    from corpus_tools.agreement.kappas import cohen_kappa as cohen_kappa
    from corpus_tools.agreement.kappas import fleiss_kappa as fleiss_kappa
    from corpus_tools.agreement.kappas import scott_pi as scott_pi
    from corpus_tools.agreement.pairwise import percent_agreement as percent_agreement
    from corpus_tools.agreement.resampling import Coefficient as Coefficient
    from corpus_tools.agreement.spans import span_f1 as span_f1
    from corpus_tools.agreement.table import measure_agreement as measure_agreement
    from corpus_tools.agreement.unitizing import alpha_u as alpha_u


def __getattr__(name: str) -> Any:
    """Load a public name from its room (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
