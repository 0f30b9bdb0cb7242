"""Confusion between coders: what one said where another said something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus_tools.agreement.coded import CodedUnit, Coding
from corpus_tools.agreement.triples import align_stances
from corpus_tools.annotation.records import Annotation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "NOTHING", "count_confusions"]

COLUMNS = ("kind", "first", "second", "first_label", "second_label", "n")
NOTHING = "(none)"


def count_confusions(coding: Coding) -> pd.DataFrame:
    """Count, for each pair of coders, which label of the one meets which label of the other.

    Frames that both gave a unit meet themselves. What only one gave meets every frame that only the other gave, or
    `"(none)"` where there is no such frame; units without any frame are `"(none)"` on both sides. Stances are those of
    the aligned triples, and `"(none)"` is a stance that only one coder found.

    Parameters
    ----------
    coding
        What was lined up by `corpus_tools.agreement.coded.line_up`.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`, most frequent first within kind and pair; `kind` is `frame` or `stance`.
    """
    import pandas as pd

    rows = []
    for first, second in coding.pairs:
        shared = [unit for unit in coding.units if first in unit.frames and second in unit.frames]
        met = {
            "frame": Counter(pair for unit in shared for pair in _meet(unit, first, second)),
            "stance": Counter(_stance_labels(coding, first, second)),
        }
        for kind, counts in met.items():
            ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            rows += [(kind, first, second, *labels, n) for labels, n in ordered]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _meet(unit: CodedUnit, first: str, second: str) -> Iterator[tuple[str, str]]:
    a, b = unit.frames[first], unit.frames[second]
    only_a, only_b = sorted(a - b - unit.unknown[second]), sorted(b - a - unit.unknown[first])
    yield from ((label, label) for label in sorted(a & b))
    if only_a and only_b:
        yield from ((x, y) for x in only_a for y in only_b)
    else:
        yield from ((x, NOTHING) for x in only_a)
        yield from ((NOTHING, y) for y in only_b)
    if not a and not b:
        yield NOTHING, NOTHING


def _stance_labels(coding: Coding, first: str, second: str) -> Iterator[tuple[str, str]]:
    for article in coding.shared_by((first, second)):
        for pair in align_stances(article, first, second):
            yield _label(pair.first), _label(pair.second)


def _label(stance: Annotation | None) -> str:
    return NOTHING if stance is None else stance.label
