"""The geometry of overlaps: which pieces a text falls into, and which lane under the text a label runs in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Range = tuple[int, int]


def split_text(start: int, end: int, ranges: Sequence[Range]) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Cut ``[start, end)`` at every border of the ranges.

    Yields
    ------
    (start, end, members)
        The pieces in order, gapless; ``members`` are the positions in ``ranges`` of those that cover the piece.

    Examples
    --------
    >>> list(split_text(0, 9, [(2, 6), (4, 8)]))
    [(0, 2, ()), (2, 4, (0,)), (4, 6, (0, 1)), (6, 8, (1,)), (8, 9, ())]
    """
    near = [(number, low, high) for number, (low, high) in enumerate(ranges) if low < end and high > start]
    borders = {start, end, *(low for _, low, _ in near), *(high for _, _, high in near)}
    cuts = sorted(cut for cut in borders if start <= cut <= end)
    for low, high in zip(cuts, cuts[1:], strict=False):
        yield low, high, tuple(number for number, first, last in near if first < high and last > low)


def assign_lanes(spans: Sequence[tuple[int, int, str]], order: Sequence[str]) -> dict[str, int]:
    """Give each label one lane, the lowest in which it never meets another label.

    Parameters
    ----------
    spans
        (start, end, label) of every mark.
    order
        Labels in the order in which they choose.

    Examples
    --------
    >>> assign_lanes([(0, 9, "a"), (5, 12, "b"), (20, 30, "c")], ["a", "b", "c"])
    {'a': 0, 'b': 1, 'c': 0}
    """
    places: dict[str, list[Range]] = {label: [] for label in order}
    for start, end, label in spans:
        places[label].append((start, end))
    lanes: dict[str, int] = {}
    for label in (label for label in order if places[label]):
        blocked = {lanes[other] for other in lanes if _meet(places[label], places[other])}
        lanes[label] = next(lane for lane in range(len(lanes) + 1) if lane not in blocked)
    return lanes


def _meet(some: Sequence[Range], others: Sequence[Range]) -> bool:
    return any(low < last and high > first for low, high in some for first, last in others)
