"""The best one-to-one matching of two lists: for spans and for stances alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
U = TypeVar("U")


def match_best(a: Sequence[T], b: Sequence[U], closeness: Callable[[T, U], float]) -> list[tuple[int, int]]:
    """Return the pairs of positions with the greatest sum of closeness; nobody is matched at a closeness of 0.

    Examples
    --------
    >>> match_best([1, 5], [5, 4, 9], lambda x, y: 1 / (1 + abs(x - y)))
    [(0, 1), (1, 0)]
    """
    if not a or not b:
        return []
    scores = np.array([[closeness(x, y) for y in b] for x in a])
    if scores.shape == (1, 1):
        return [(0, 0)] if scores[0, 0] > 0 else []
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(scores, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if scores[i, j] > 0]


def cut_into_clusters(spans: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Yield the positions of the spans that hang together by overlaps; spans of two clusters never overlap."""
    cluster: list[int] = []
    reach = 0
    for i in sorted(range(len(spans)), key=lambda i: spans[i]):
        start, end = spans[i]
        if cluster and start >= reach:
            yield cluster
            cluster = []
        reach = max(reach, end) if cluster else end
        cluster.append(i)
    if cluster:
        yield cluster
