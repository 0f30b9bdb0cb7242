"""Units of stance: the candidates of a corpus as a table, each with the label of the gold triple that it matches.

A gold triple labels the candidate whose slots it matches best; every other pair of its sentence is `none`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.records import Annotation, Implicit
from corpus_tools.language.mentions import Mention
from corpus_tools.language.parses import Parses
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.candidates import find_candidates
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.references import ParseReference, ParseSource
from corpus_tools.learning.unit_table import to_units
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus


def stance_units(
    corpus: Corpus, parses: Parses, gold: Gold | None = None, *, codebook: Codebook | None = None
) -> pd.DataFrame:
    """Return the candidate stances of a corpus as units of kind `"stance"`.

    With gold, only articles that were finished are cut, since only there a pair without a triple is known to be
    `none`; gold triples that no candidate covers come along as units of their own with `level` `"missed"`, so that an
    evaluation counts them.
    """
    source = ParseSource(parses=parses)
    finished = set(gold.articles) if gold is not None else None
    rows: list[dict[str, Any]] = []
    for article in corpus:
        if finished is None or article.id in finished:
            triples = gold.annotations(article=article.id, type="stance") if gold is not None else None
            rows.extend(_rows(article, source, codebook, triples))
    return to_units(rows)


def _rows(
    article: Article,
    source: ParseSource,
    codebook: Codebook | None,
    triples: list[Annotation] | None,
) -> Iterator[dict[str, Any]]:
    left = {triple.id: triple for triple in triples or ()}
    read = source.attributions(article.id, codebook)
    for scene in source.scenes(article.id, codebook):
        sentence = scene.sentence
        here = [t for t in left.values() if _sentence_of(t, sentence)]
        pairs = find_candidates(scene, read.get(sentence.index, ()))
        matched = match_triples(here, pairs)
        for number, (holder, target) in enumerate(pairs):
            label = _label(number, matched, here, holder, target) if triples is not None else None
            yield _row(article, source, sentence, f"t{number}", holder, target, label)
        for triple in here:
            left.pop(triple.id)
            if triple.id not in {m.id for m in matched.values()}:
                missed = _row(
                    article, source, sentence, f"m{triple.id[-8:]}", *_slots(triple, article.text), triple.label
                )
                yield missed | {"level": "missed"}


def _label(
    number: int, matched: dict[int, Annotation], triples: list[Annotation], holder: Mention, target: Mention
) -> str | None:
    """Label a pair: that of its triple; unknown where it fits one that another pair fits better; else `none`."""
    if number in matched:
        return matched[number].label
    rival = any(_agree(t.holder, holder) and _agree(t.target, target) for t in triples)
    return None if rival else NONE


def match_triples(triples: list[Annotation], pairs: list[tuple[Mention, Mention]]) -> dict[int, Annotation]:
    """Give each gold triple the best candidate: holder and target must overlap in words or share voice or entity.

    Returns
    -------
    dict
        Number of the pair -> triple; a pair takes one triple, the first in order.
    """
    matched: dict[int, Annotation] = {}
    for triple in triples:
        scored = [
            (_agree(triple.holder, holder) + _agree(triple.target, target), -number)
            for number, (holder, target) in enumerate(pairs)
            if number not in matched and _agree(triple.holder, holder) and _agree(triple.target, target)
        ]
        if scored:
            matched[-max(scored)[1]] = triple
    return matched


def _agree(slot: Any, mention: Mention) -> float:
    """How well a gold slot fits a candidate's mention, 0 to 3: same implicit voice, shared characters, same entity."""
    if isinstance(slot, Implicit):
        return 3.0 if mention.implicit == slot.implicit else 0.0
    if slot is None or mention.implicit or slot.span is None or mention.start is None:
        return 0.0
    shared = min(slot.span.end, mention.end or 0) - max(slot.span.start, mention.start)
    if shared <= 0:
        return 0.0
    union = max(slot.span.end, mention.end or 0) - min(slot.span.start, mention.start)
    same = slot.entity is not None and slot.entity == mention.entity
    return float(1.0 + shared / union + (1.0 if same else 0.0))


def _sentence_of(triple: Annotation, sentence: Sentence) -> bool:
    span = triple.target.span if triple.target is not None else None
    return span is not None and sentence.start <= span.start < sentence.end


def _slots(triple: Annotation, text: str) -> tuple[Mention | None, Mention | None]:
    return Mention.of(triple.holder, text), Mention.of(triple.target, text)


def _row(
    article: Article,
    source: ParseSource,
    sentence: Sentence,
    name: str,
    holder: Mention | None,
    target: Mention | None,
    label: str | None,
) -> dict[str, Any]:
    return {
        "unit": f"{article.id}#s{sentence.index}{name}",
        "article": article.id,
        "group": article.id,
        "kind": "stance",
        "level": "sentence",
        "start": sentence.start,
        "end": sentence.end,
        "text": article.text[sentence.start : sentence.end],
        "labels": label,
        "target": target,
        "holder": holder,
        "parse": ParseReference(source, article.id, sentence.start, sentence.end),
        "article_labels": frozenset(),
        "unknown": frozenset(),
    }
