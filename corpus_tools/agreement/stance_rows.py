"""Rows of the agreement table on stances: whether coders find them, and what they say of those that both found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus_tools.agreement.alpha import krippendorff_alpha
from corpus_tools.agreement.coded import ALL, Coding
from corpus_tools.agreement.pairwise import percent_agreement
from corpus_tools.agreement.resampling import ratio_of_sums
from corpus_tools.agreement.rows import Row, RowMaker, commonest, share
from corpus_tools.agreement.triples import StancePair, align_stances, name_slot, slot_overlap
from corpus_tools.annotation.codebook import StanceValue
from corpus_tools.annotation.records import Annotation, Implicit, Slot

__all__ = ["stance_rows"]

Get = Callable[[Annotation], Slot | Implicit | None]
_SLOTS: dict[str, Get] = {"holder": lambda stance: stance.holder, "target": lambda stance: stance.target}


@dataclass(frozen=True)
class _Aligned:
    """The stances of one pair of coders, or of several pairs together."""

    pairs: list[StancePair]
    articles: list[str]
    judged: int
    """Sentences, counted once for each coder of a pair."""

    @property
    def matched(self) -> list[tuple[Annotation, Annotation, str]]:
        """What both found, with the article."""
        return [(p.first, p.second, p.article) for p in self.pairs if p.first is not None and p.second is not None]


def stance_rows(coding: Coding, values: dict[str, StanceValue], version: str, interval: float | None) -> Iterator[Row]:
    """Yield the rows of one version: all pairs of coders together, then each pair where there are several."""
    aligned = {pair: _align(coding, *pair) for pair in coding.pairs}
    groups: dict[Sequence[str], list[_Aligned]] = {coding.coders: list(aligned.values())}
    if len(aligned) > 1:
        groups |= {pair: [found] for pair, found in aligned.items()}
    for coders, parts in groups.items():
        whole = _Aligned(
            [pair for part in parts for pair in part.pairs],
            list(dict.fromkeys(article for part in parts for article in part.articles)),
            sum(part.judged for part in parts),
        )
        make = RowMaker("stance", "sentence", version, coders)
        yield _detection_row(make, whole, interval)
        yield from _value_rows(make, whole, values, interval)
        for slot, get in _SLOTS.items():
            yield from _slot_rows(make, whole, slot, get, interval)


def _align(coding: Coding, first: str, second: str) -> _Aligned:
    articles = [article for article in coding.shared_by((first, second)) if article.sentences is not None]
    pairs = [pair for article in articles for pair in align_stances(article, first, second)]
    count = sum(len(article.sentences.ranges) for article in articles if article.sentences is not None)
    return _Aligned(pairs, [article.id for article in articles], 2 * count)


def _detection_row(make: RowMaker, whole: _Aligned, interval: float | None) -> Row:
    """F1 of finding a stance, `2 matched / all`; its prevalence is stances a sentence."""
    sums = {article: [0, 0] for article in whole.articles}
    for pair in whole.pairs:
        found = 2 - (pair.first, pair.second).count(None)
        sums[pair.article][0] += 2 * (found == 2)
        sums[pair.article][1] += found
    counts = np.array(list(sums.values())).reshape(-1, 2)
    everything = int(counts[:, 1].sum())
    result = ratio_of_sums(counts, interval, n=everything, nothing="no stance was coded")
    return make(ALL, "detection_f1", result, share(everything, whole.judged))


def _value_rows(
    make: RowMaker, whole: _Aligned, values: dict[str, StanceValue], interval: float | None
) -> Iterator[Row]:
    """The value of the matched stances: all values, in their order, and each against the others."""
    coded = [[stance.label for stance in coder] for coder in _sides(whole)]
    options: dict[str, Any] = {"interval": interval, "groups": [article for _, _, article in whole.matched]}
    prevalence = commonest(coded[0] + coded[1])
    yield make(ALL, "value_raw", percent_agreement(coded, **options), prevalence)
    yield make(ALL, "value_alpha", krippendorff_alpha(coded, **options), prevalence)
    order = sorted((v for v in values.values() if v.order is not None), key=lambda v: v.order or 0)
    ranks = {value.id: value.order for value in order}  # what stands outside the order is missing
    ordered = [[ranks.get(label) for label in side] for side in coded]
    result = krippendorff_alpha(ordered, level="ordinal", **options)
    yield make(ALL, "value_alpha_ordinal", result, commonest(ordered[0] + ordered[1]))
    for value in values:
        single = [[label == value for label in side] for side in coded]
        positive = share(sum(map(sum, single)), 2 * len(whole.matched))
        yield make(value, "value_raw", percent_agreement(single, **options), positive)
        yield make(value, "value_alpha", krippendorff_alpha(single, **options), positive)


def _slot_rows(make: RowMaker, whole: _Aligned, slot: str, get: Get, interval: float | None) -> Iterator[Row]:
    """Who holds the matched stances, or what they are about.

    Raw and alpha compare the entities (or implicit voices) of the pairs in which both coders name one; the overlap is
    the mean share of common characters where both mark words.
    """
    named = [[name_slot(get(stance)) for stance in side] for side in _sides(whole)]
    options: dict[str, Any] = {"interval": interval, "groups": [article for _, _, article in whole.matched]}
    prevalence = commonest(named[0] + named[1])
    yield make(ALL, f"{slot}_raw", percent_agreement(named, **options), prevalence)
    yield make(ALL, f"{slot}_alpha", krippendorff_alpha(named, **options), prevalence)
    sums = {article: [0.0, 0.0] for article in whole.articles}
    for first, second, article in whole.matched:
        x, y = get(first), get(second)
        if isinstance(x, Slot) and isinstance(y, Slot) and x.span and y.span:
            sums[article][0] += slot_overlap(x, y)
            sums[article][1] += 1
    counts = np.array(list(sums.values())).reshape(-1, 2)
    both = int(counts[:, 1].sum())
    result = ratio_of_sums(counts, interval, n=both, nothing=f"no {slot} was marked by both coders")
    yield make(ALL, f"{slot}_overlap", result, share(both, len(whole.matched)))


def _sides(whole: _Aligned) -> tuple[list[Annotation], list[Annotation]]:
    return [first for first, _, _ in whole.matched], [second for _, second, _ in whole.matched]
