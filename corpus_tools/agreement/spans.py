"""Agreement on where spans are: F1 of two coders' spans, exactly matched or by overlap."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

from corpus_tools.agreement.matching import cut_into_clusters, match_best
from corpus_tools.agreement.resampling import Coefficient, ratio_of_sums
from corpus_tools.text.errors import InputError

__all__ = ["span_f1"]

LabelledSpan = tuple[Hashable, int, int, Hashable]
"""(article, start, end, label), half-open."""
MATCHES = ("exact", "overlap")


def span_f1(
    a: Iterable[LabelledSpan],
    b: Iterable[LabelledSpan],
    *,
    match: str = "exact",
    articles: Iterable[Hashable] = (),
    interval: float | None = None,
    seed: int = 0,
) -> Coefficient:
    """Return `2 |A and B| / (|A| + |B|)` over two coders' spans.

    It is symmetric, and the raw agreement on spans: where text is long and spans are few, kappa comes close to it
    (Hripcsak & Rothschild 2005).

    Parameters
    ----------
    a, b
        The coders' spans as (article, start, end, label). Spans match only within an article and a label.
    match
        `"exact"`: both ends are equal. `"overlap"`: at least one character is shared; each span is matched once, so a
        long span never agrees with two short ones, and as many as possible are matched.
    articles
        The articles that were coded; only an interval depends on those in which nobody marked anything.
    interval
        Confidence of a bootstrap interval over articles.
    seed
        Of the bootstrap.

    Returns
    -------
    Coefficient
        `n` counts the spans of both.

    Raises
    ------
    InputError
        When a span is not such a tuple, is empty, or `match` is unknown.

    Examples
    --------
    >>> ana = [("a1", 0, 10, "war"), ("a1", 20, 30, "aid")]
    >>> ben = [("a1", 0, 10, "war"), ("a1", 22, 35, "aid")]
    >>> span_f1(ana, ben).value, span_f1(ana, ben, match="overlap").value
    (0.5, 1.0)
    """
    if match not in MATCHES:
        raise InputError(f"the 'match' parameter must be 'exact' or 'overlap'. Got {match!r} instead")
    first, second = (_by_place(spans) for spans in (a, b))
    sums = {article: [0, 0] for article in articles}  # twice the matched spans, all spans of both coders
    for place in [*first, *(place for place in second if place not in first)]:
        x, y = first.get(place, []), second.get(place, [])
        counts = sums.setdefault(place[0], [0, 0])
        counts[0] += 2 * (_count_exact(x, y) if match == "exact" else _count_overlaps(x, y))
        counts[1] += len(x) + len(y)
    table = np.array(list(sums.values())).reshape(-1, 2)
    return ratio_of_sums(table, interval, n=int(table[:, 1].sum()), nothing="no span was marked", seed=seed)


def _by_place(spans: Iterable[LabelledSpan]) -> dict[tuple[Hashable, Hashable], list[tuple[int, int]]]:
    """Spans by article and label."""
    found: dict[tuple[Hashable, Hashable], list[tuple[int, int]]] = defaultdict(list)
    for span in spans:
        article, start, end, label = check_span(span, "(article, start, end, label)")
        found[article, label].append((start, end))
    return found


def check_span(span: Any, shape: str) -> tuple[Any, int, int, Any]:
    try:
        name, start, end, label = span
        proper = int(start) == start and int(end) == end and 0 <= start < end
    except (TypeError, ValueError) as error:
        raise InputError(f"a span must be {shape}. Got {span!r} instead") from error
    if not proper:
        raise InputError(f"a span must have whole numbers with 0 <= start < end. Got {span!r} instead")
    return name, int(start), int(end), label


def _count_exact(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> int:
    return (Counter(a) & Counter(b)).total()


def _count_overlaps(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> int:
    both = [*a, *b]
    matched = 0
    for cluster in cut_into_clusters(both):
        x = [both[i] for i in cluster if i < len(a)]
        y = [both[i] for i in cluster if i >= len(a)]
        matched += len(match_best(x, y, lambda s, t: float(s[0] < t[1] and t[0] < s[1])))
    return matched
