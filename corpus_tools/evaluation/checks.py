"""What `evaluate` is asked, checked before anything is split or learned: one clear word instead of a late surprise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.unit_table import COLUMNS
from corpus_tools.text.errors import InputError

__all__ = ["MAX_SEED", "check_request"]

_OF_KIND = {"frame": FrameDetector, "stance": StanceDetector}
MAX_SEED = 2**32 - 2**20
"""What numpy's generators take, with room for the seeds that are derived from it."""
_TOLD = 40


def check_request(
    detector: Any,
    units: pd.DataFrame,
    *,
    folds: Any,
    confidence: Any,
    baselines: Any,
    search: Any,
    curve: Any,
    random_state: Any,
) -> None:
    """Raise unless detector and units can go together and the options are what they should be.

    Raises
    ------
    InputError
        Naming the unit, the column or the parameter.
    """
    kind = check_units(units)
    _check_detector(detector, kind)
    _check_labels(units, kind)
    if not _is_whole(folds):
        _refuse("folds", "a whole number of at least 2", folds)
    if not _is_number(confidence) or not 0 < confidence < 1:
        _refuse("confidence", "a number between 0 and 1, such as 0.95", confidence)
    if not _is_whole(random_state) or not 0 <= random_state <= MAX_SEED:
        _refuse("random_state", f"a whole number from 0 to {MAX_SEED}", random_state)
    if isinstance(baselines, str):
        _refuse("baselines", f"a list of names, such as [{baselines!r}]", baselines)
    if not isinstance(curve, Collection) or not all(map(_is_number, curve)):
        _refuse("curve", "a list of shares, such as [0.5, 1.0]", curve)
    for name, values in (search or {}).items():
        if isinstance(values, str) or not isinstance(values, Sequence):
            _refuse("search", f"lists of values, such as {{{name!r}: [{values!r}]}}", search)


def check_units(units: Any) -> str:
    """Return the one kind of the units.

    Raises
    ------
    InputError
        When it is no table of units, empty, or of both kinds.
    """
    if not isinstance(units, pd.DataFrame):
        _refuse("units", "a DataFrame as ct.units or ct.units_from_texts returns", units)
    missing = [name for name in COLUMNS if name not in units.columns]
    if missing:
        raise InputError(
            f"the units have no column {missing[0]!r}", remedy="make them with ct.units or ct.units_from_texts"
        )
    if not len(units):
        raise InputError("there are no units to evaluate", remedy="give units that were made with gold")
    kinds = sorted(map(str, set(units["kind"])))
    if len(kinds) > 1 or kinds[0] not in _OF_KIND:
        raise InputError(
            f"units of kind {kinds} cannot be evaluated together", remedy="give frames or stances, not both"
        )
    return kinds[0]


def _check_detector(detector: Any, kind: str) -> None:
    if isinstance(detector, type) or not all(hasattr(detector, name) for name in ("fit", "get_params")):
        _refuse("detector", "a detector, such as ct.FrameDetector()", detector)
    for other, of_kind in _OF_KIND.items():
        if isinstance(detector, of_kind) and other != kind:
            raise InputError(
                f"a {type(detector).__name__} cannot judge units of kind {kind!r}",
                remedy=f"evaluate a {_OF_KIND[kind].__name__}, or give units of kind {other!r}",
            )


def _check_labels(units: pd.DataFrame, kind: str) -> None:
    """Raise at the first label that is no text, or no set of texts."""
    right = "a text, or None where it is unknown" if kind == "stance" else "a set of texts, or None where it is unknown"
    for unit, labels in zip(units["unit"], units["labels"], strict=True):
        one_or_none = isinstance(labels, str) if kind == "stance" else _is_set_of_texts(labels)
        if not (one_or_none or labels is None or labels is pd.NA or (isinstance(labels, float) and labels != labels)):
            raise InputError(f"the labels are {_show(labels)}", where=str(unit), remedy=f"give {right}")


def _is_set_of_texts(value: Any) -> bool:
    return isinstance(value, (set, frozenset)) and all(isinstance(label, str) for label in value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _refuse(name: str, wanted: str, got: Any) -> None:
    raise InputError(f"the '{name}' parameter of evaluate must be {wanted}. Got {_show(got)} instead")


def _show(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _TOLD else shown[: _TOLD - 3] + "..."
