"""How well attributed stances agree with coded ones: same sentence, same entities, same value.

Two triples of a sentence agree in a slot when both speak of one entity of the codebook; where the coded slot has no
entity, when their words overlap; an implicit holder agrees with the same implicit holder. Triples are paired one to
one, as many as possible, and counted by article, so that intervals resample articles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus_tools.annotation.records import Annotation
from corpus_tools.evaluation.intervals import bootstrap
from corpus_tools.language.mentions import Mention
from corpus_tools.language.parses import Parses

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Triple", "list_errors", "score_triples", "triples_of_annotations", "triples_of_table"]

Array = np.ndarray[Any, Any]
Fits = Callable[["Triple", "Triple"], bool]


@dataclass(frozen=True)
class Triple:
    """A stance in a sentence of an article; `cue` is what expresses it, for reading."""

    article: str
    sentence: int
    holder: Mention
    target: Mention
    value: str
    cue: str = ""


def triples_of_table(found: pd.DataFrame, articles: Collection[str] | None = None) -> list[Triple]:
    """Read the table of `attribute`, all of it or some articles."""
    columns = [found[name].tolist() for name in ("article", "sentence", "holder", "target", "label", "cue_quote")]
    return [
        Triple(article, int(sentence), Mention(**holder), Mention(**target), label, cue)
        for article, sentence, holder, target, label, cue in zip(*columns, strict=True)
        if articles is None or article in articles
    ]


def triples_of_annotations(
    annotations: Iterable[Annotation], parses: Parses, articles: Collection[str] | None = None
) -> list[Triple]:
    """Read coded stances; a stance belongs to the sentence in which its target begins."""
    borders: dict[str, list[tuple[int, int, int]]] = {}
    triples = []
    for a in annotations:
        if a.type != "stance" or a.target is None or a.target.span is None or a.article not in parses:
            continue
        if articles is not None and a.article not in articles:
            continue
        if a.article not in borders:
            borders[a.article] = [(s.start, s.end, s.index) for s in parses[a.article].sentences]
        text = parses.corpus[a.article].text
        holder, target = Mention.of(a.holder, text), Mention.of(a.target, text)
        start = a.target.span.start
        sentence = next((number for begin, end, number in borders[a.article] if begin <= start < end), None)
        if sentence is not None and holder is not None and target is not None:
            triples.append(
                Triple(a.article, sentence, holder, target, a.label, " / ".join(c.quote or "" for c in a.cue))
            )
    return triples


def score_triples(
    found: Iterable[Triple], gold: Iterable[Triple], articles: Collection[str], *, seed: int = 0
) -> pd.DataFrame:
    """Return precision, recall and F1 of the whole triple and by slot.

    Parameters
    ----------
    found, gold
        What is judged, and what it is judged by.
    articles
        All articles that were read, those without any stance included; they are what the intervals resample.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row a measure: `triple` (holder, target and value), `pair` (holder and target), `holder`, `target`,
        `target and value`, `holder and value`, `sentence` (a sentence with any stance). Columns: `measure, precision,
        recall, f1, low, high, found, gold, matched`; `low` and `high` bound F1 (percentile interval over articles).
    """
    import pandas as pd

    ours, theirs = _by_sentence(found), _by_sentence(gold)
    rows = []
    for measure, fits in MEASURES.items():
        counts = {article: np.zeros(3) for article in articles}
        for key in {*ours, *theirs}:
            if key[0] in counts:
                counts[key[0]] += _count(ours.get(key, []), theirs.get(key, []), fits)
        rows.append({"measure": measure, **_summarise(np.array([counts[article] for article in articles]), seed)})
    return pd.DataFrame(rows)


def list_errors(found: Iterable[Triple], gold: Iterable[Triple]) -> list[tuple[str, Triple | None, Triple | None]]:
    """Return each disagreement as (kind, found, gold).

    The kinds are `wrong value`, `wrong holder`, `wrong target` (of triples that agree in all else), `missed` and
    `invented`; a triple is in one of them.
    """
    ours, theirs = _by_sentence(found), _by_sentence(gold)
    errors: list[tuple[str, Triple | None, Triple | None]] = []
    for key in sorted({*ours, *theirs}):
        mine, coded = list(ours.get(key, [])), list(theirs.get(key, []))
        for kind, fits in _KINDS.items():
            pairs = _pair(mine, coded, fits)
            if kind:
                errors += [(kind, mine[i], coded[j]) for i, j in pairs.items()]
            mine = [t for i, t in enumerate(mine) if i not in pairs]
            coded = [t for j, t in enumerate(coded) if j not in pairs.values()]
        errors += [("invented", t, None) for t in mine] + [("missed", None, t) for t in coded]
    return errors


def same_slot(found: Mention, gold: Mention) -> bool:
    """Whether a slot names the coded entity or voice, or overlaps the coded words where those have no entity."""
    if gold.implicit or found.implicit:
        return gold.implicit == found.implicit
    if gold.entity is not None:
        return found.entity == gold.entity
    if None in (found.start, found.end, gold.start, gold.end):
        return False
    return bool(found.start < gold.end and gold.start < found.end)  # type: ignore[operator]


def _holder(a: Triple, b: Triple) -> bool:
    return same_slot(a.holder, b.holder)


def _target(a: Triple, b: Triple) -> bool:
    return same_slot(a.target, b.target)


def _value(a: Triple, b: Triple) -> bool:
    return a.value == b.value


def _all(*tests: Fits) -> Fits:
    return lambda a, b: all(test(a, b) for test in tests)


MEASURES: Mapping[str, Fits] = {
    "triple": _all(_holder, _target, _value),
    "pair": _all(_holder, _target),
    "target and value": _all(_target, _value),
    "holder and value": _all(_holder, _value),
    "holder": _holder,
    "target": _target,
    "sentence": lambda a, b: True,
}
_KINDS: Mapping[str, Fits] = {
    "": MEASURES["triple"],
    "wrong value": MEASURES["pair"],
    "wrong holder": MEASURES["target and value"],
    "wrong target": MEASURES["holder and value"],
}


def _by_sentence(triples: Iterable[Triple]) -> dict[tuple[str, int], list[Triple]]:
    grouped: dict[tuple[str, int], list[Triple]] = defaultdict(list)
    for triple in triples:
        grouped[triple.article, triple.sentence].append(triple)
    return grouped


def _count(found: list[Triple], gold: list[Triple], fits: Fits) -> Array:
    if fits is MEASURES["sentence"]:
        return np.array([bool(found and gold), bool(found), bool(gold)], dtype=float)
    return np.array([len(_pair(found, gold, fits)), len(found), len(gold)], dtype=float)


def _pair(found: list[Triple], gold: list[Triple], fits: Fits) -> dict[int, int]:
    """Pair as many triples as possible one to one (augmenting paths): number in `found` -> number in `gold`."""
    partner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j, coded in enumerate(gold):
            if j not in tried and fits(found[i], coded):
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    for i in range(len(found)):
        place(i, set())
    return {i: j for j, i in partner.items()}


def _summarise(per_article: Array, seed: int) -> dict[str, Any]:
    """Scores of (matched, found, gold) by article."""
    matched, made, coded = (int(n) for n in per_article.sum(axis=0))
    f1 = bootstrap(per_article, _f1, seed=seed)
    return {
        "precision": matched / made if made else None,
        "recall": matched / coded if coded else None,
        "f1": f1.value,
        "low": f1.low,
        "high": f1.high,
        "found": made,
        "gold": coded,
        "matched": matched,
    }


def _f1(counts: Array) -> Array:
    matched, found, gold = counts[:, 0], counts[:, 1], counts[:, 2]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * matched / (found + gold))
