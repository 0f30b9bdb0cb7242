"""Distances of sets of labels, for Krippendorff's alpha over units that carry several labels at once.

>>> from corpus_tools.agreement.alpha import krippendorff_alpha
>>> ana = [frozenset({"war"}), frozenset({"war", "aid"}), frozenset()]
>>> ben = [frozenset({"war"}), frozenset({"war"}), frozenset()]
>>> round(krippendorff_alpha([ana, ben], distance=masi_distance).value, 3)
0.667
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from corpus_tools.text.errors import InputError

__all__ = ["jaccard_distance", "masi_distance"]


def jaccard_distance(x: Iterable[Hashable], y: Iterable[Hashable]) -> float:
    """Return `1 - |x & y| / |x | y|`; two empty sets are equal, so their distance is 0.

    Examples
    --------
    >>> jaccard_distance({"a", "b"}, {"a"}), jaccard_distance(set(), set()), jaccard_distance(set(), {"a"})
    (0.5, 0.0, 1.0)
    """
    a, b = _to_set(x), _to_set(y)
    return 1.0 - len(a & b) / len(a | b) if a | b else 0.0


def masi_distance(x: Iterable[Hashable], y: Iterable[Hashable]) -> float:
    """Return the exact MASI distance, `1 - J * M` (Passonneau 2006, "Measuring agreement on set-valued items").

    J is Jaccard's index. The monotonicity M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they only
    overlap, 0 where they share nothing. Two empty sets have the distance 0, an empty and another one 1. Older nltk
    rounds M to .67 and .33, and what DKPro calls MASI is another measure.

    Examples
    --------
    >>> round(masi_distance({"a", "b"}, {"a", "b", "c", "d"}), 4)
    0.6667
    >>> masi_distance(set(), set()), masi_distance(set(), {"a"})
    (0.0, 1.0)
    """
    a, b = _to_set(x), _to_set(y)
    if a == b:
        return 0.0
    monotonicity = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1.0 - len(a & b) / len(a | b) * monotonicity


def _to_set(labels: Iterable[Hashable]) -> frozenset[Hashable]:
    if isinstance(labels, (str, bytes)) or not isinstance(labels, Iterable):
        raise InputError(f"a set of labels is needed. Got {labels!r} instead", remedy="write frozenset({'a', 'b'})")
    return frozenset(labels)
