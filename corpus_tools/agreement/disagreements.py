"""The units on which coders disagree most: what to talk about at the next meeting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from corpus_tools.agreement.coded import CodedArticle, CodedUnit, Coding
from corpus_tools.agreement.distances import masi_distance
from corpus_tools.agreement.triples import align_stances, group_by_sentence, name_slot
from corpus_tools.annotation.records import Implicit, Slot

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "list_disagreements"]

COLUMNS = ("article", "start", "end", "score", "frame_distance", "stance_distance", "codes", "text")


def list_disagreements(coding: Coding, *, limit: int = 10) -> pd.DataFrame:
    """Return the units with the greatest disagreement, the worst first.

    Parameters
    ----------
    coding
        What was lined up by `corpus_tools.agreement.coded.line_up`.
    limit
        How many at most; units on which all agree are never among them.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`. `frame_distance` is the mean exact MASI distance of the coders' sets of frames,
        `stance_distance` the mean share of stances without a partner of the same value (0 where sentences are not
        compared), both over the pairs of coders; `score` is their sum. `codes` holds for each coder what they said,
        `text` the unit's text, None where the article is not at hand.
    """
    import pandas as pd

    rows = [row for article in coding.articles for row in _judge(article, coding.level)]
    worst = sorted(rows, key=lambda row: -row["score"])[:limit]
    return pd.DataFrame([row for row in worst if row["score"] > 0], columns=list(COLUMNS))


def _judge(article: CodedArticle, level: str) -> Iterator[dict[str, Any]]:
    by_sentence = level == "sentence"
    distances = _stance_distances(article) if by_sentence else {}
    said = _stances_said(article) if by_sentence else {}
    for unit in article.units(level):
        frames, stances = _frame_distance(unit), distances.get(unit.number, 0.0)
        codes = {coder: [*sorted(unit.frames[coder]), *said.get((unit.number, coder), ())] for coder in unit.frames}
        yield {
            "article": article.id,
            "start": unit.start,
            "end": unit.end,
            "score": frames + stances,
            "frame_distance": frames,
            "stance_distance": stances,
            "codes": codes,
            "text": None if article.text is None else article.text[unit.start : unit.end],
        }


def _frame_distance(unit: CodedUnit) -> float:
    pairs = [
        (unit.frames[a] - unit.unknown[b], unit.frames[b] - unit.unknown[a]) for a, b in combinations(unit.frames, 2)
    ]
    return sum(masi_distance(x, y) for x, y in pairs) / len(pairs)


def _stance_distances(article: CodedArticle) -> dict[int, float]:
    """For each sentence with a stance the share without a partner of the same value, averaged over pairs of coders."""
    pairs = list(combinations(article.coders, 2))
    sums: dict[int, float] = defaultdict(float)
    for first, second in pairs:
        agreed: dict[int, int] = defaultdict(int)
        stated: dict[int, int] = defaultdict(int)
        for pair in align_stances(article, first, second):
            found = [stance for stance in (pair.first, pair.second) if stance is not None]
            stated[pair.sentence] += len(found)
            agreed[pair.sentence] += 2 * (len(found) == 2 and found[0].label == found[1].label)
        for sentence, count in stated.items():
            sums[sentence] += 1 - agreed[sentence] / count
    return {sentence: total / len(pairs) for sentence, total in sums.items()}


def _stances_said(article: CodedArticle) -> dict[tuple[int, str], list[str]]:
    """What each coder said of each sentence, such as `france: oppose -> russian_influence`."""
    if article.sentences is None:
        return {}
    return {
        (number, coder): [f"{_show(s.holder, article)}: {s.label} -> {_show(s.target, article)}" for s in stances]
        for coder in article.coders
        for number, stances in group_by_sentence(article.stances[coder], article.sentences).items()
    }


def _show(slot: Slot | Implicit | None, article: CodedArticle) -> str:
    name = name_slot(slot)
    if name is None and isinstance(slot, Slot) and slot.span is not None and article.text is not None:
        return f'"{article.text[slot.span.start : slot.span.end]}"'
    return name or "(nobody)"
