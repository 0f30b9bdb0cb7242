"""Candidate stances: every pair of a possible holder and a possible target in a sentence.

Holders are mentions of actors and collectives, other nouns for people or bodies where a holder stands (subject, agent,
"according to", "among"), and the two implicit voices. Targets are mentions of any entity or issue of the codebook and
other pronoun-free noun phrases that depend on a predicate. A gold triple labels the candidate whose slots it matches;
every other pair is `none`. Pairs that hardly ever are a stance (a plain oblique as holder, slots far apart in the
tree, an unspecified holder without a cue above the target) are not made: they would only bury the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.records import Annotation, Implicit
from corpus_tools.language.actors import load_actors
from corpus_tools.language.attribution import Attribution
from corpus_tools.language.mentions import Mention
from corpus_tools.language.naming import EntityNames
from corpus_tools.language.parses import Parses
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.attributed import fits
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.references import ParseReference, ParseSource
from corpus_tools.learning.stance_terms import find_cue_predicates, find_path
from corpus_tools.learning.unit_table import to_units
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus

_NOMINAL = frozenset({"NOUN", "PROPN"})
_HOLDER_RELATIONS = frozenset({"nsubj", "nsubj:pass", "obl", "obl:agent", "nmod", "nmod:poss", "conj", "root", "obj"})
_TARGET_RELATIONS = frozenset(
    {"obj", "nsubj", "nsubj:pass", "obl", "nmod", "xcomp", "ccomp", "conj", "appos", "root", "compound"}
)
_INSIDE = frozenset({"det", "det:predet", "amod", "compound", "flat", "nummod", "nmod:poss", "advmod"})
_LONGEST_COMPLEMENT = 8  # words
_LONGEST_WAY = 7  # steps through the tree
_PARTS = frozenset({"compound", "flat", "flat:name"})
Place = tuple[Mention, int]
"""A mention with the position of its head word."""
_IMPLICIT = (Mention(implicit="author"), Mention(implicit="unspecified"))


def stance_units(
    corpus: Corpus, parses: Parses, gold: Gold | None = None, *, codebook: Codebook | None = None
) -> pd.DataFrame:
    """Return the candidate stances of a corpus as units of kind `"stance"`.

    With gold, only articles that were finished are cut, since only there a pair without a triple is known to be
    `none`; gold triples that no candidate covers come along as units of their own with `level` `"missed"`, so that an
    evaluation counts them.
    """
    source = ParseSource(parses=parses)
    names = EntityNames(codebook)
    finished = set(gold.articles) if gold is not None else None
    rows: list[dict[str, Any]] = []
    for article in corpus:
        if finished is None or article.id in finished:
            triples = gold.annotations(article=article.id, type="stance") if gold is not None else None
            rows.extend(_rows(article, source, names, codebook, triples))
    return to_units(rows)


def find_candidates(
    sentence: Sentence,
    names: EntityNames,
    text: str,
    codebook: Codebook | None = None,
    attributions: Iterable[Attribution] = (),
) -> list[tuple[Mention, Mention]]:
    """Return the (holder, target) pairs of one sentence, those that only attribution reads last.

    Parameters
    ----------
    sentence, text
        The sentence, and its article's text.
    names, codebook
        Give mentions their entities, and entities their kinds.
    attributions
        What attribution reads in the sentence.
    """
    nominal = _noun_phrases(sentence, names, text)
    holders: list[Place] = [(m, h) for m, h in nominal if _can_hold(sentence, m, h, codebook)]
    targets = [(m, t) for m, t in nominal if sentence.deprel[t] in _TARGET_RELATIONS]
    spoken = [(h, t) for h, i in holders for t, j in targets if _is_pair(h, t) and _are_near(sentence, i, j)]
    pairs = spoken + [(voice, t) for voice in _IMPLICIT for t, j in targets if _can_speak(sentence, voice, j)]
    read = [(a.holder, a.target) for a in attributions]
    return pairs + [new for new in read if not any(fits(new[0], h) and fits(new[1], t) for h, t in pairs)]


def _can_hold(sentence: Sentence, mention: Mention, head: int, codebook: Codebook | None) -> bool:
    """Issues and events take no side; actors and collectives may, and what is unknown where a holder usually stands."""
    if sentence.deprel[head] not in _HOLDER_RELATIONS:
        return False
    entity = codebook.entities.get(mention.entity or "") if codebook is not None else None
    if entity is not None:
        return entity.kind in ("actor", "collective")
    if sentence.deprel[head] == "obl":
        return sentence.ner[head] != "O" or any(sentence.lemma[i].lower() == "by" for i in sentence.children[head])
    return load_actors(codebook).can_hold(sentence, head)


def _can_speak(sentence: Sentence, voice: Mention, target: int) -> bool:
    """The author may judge anything; nobody in particular only what a cue governs ("has sparked concern")."""
    return voice.implicit == "author" or any(i in find_cue_predicates(sentence) for i in sentence.ancestors(target)[:3])


def _is_pair(holder: Mention, target: Mention) -> bool:
    return not holder.overlaps(target) and (holder.entity is None or holder.entity != target.entity)


def _are_near(sentence: Sentence, holder: int, target: int) -> bool:
    """Whether the way through the tree from one head to the other has few steps."""
    up, down = find_path(sentence, holder, target)
    return len(up) + len(down) <= _LONGEST_WAY


def _noun_phrases(sentence: Sentence, names: EntityNames, text: str) -> list[Place]:
    """Mentions of entities, and the core of every other noun phrase but dates, with the position of the head word."""
    found: list[Place] = []
    taken: set[int] = set()
    for entity, positions in names.find(sentence):
        head = sentence.head_of(positions)
        if head is not None and sentence.upos[head] in _NOMINAL and sentence.deprel[head] not in _PARTS:
            inside = _stretch(sentence, head) | set(positions)
            taken |= inside
            found.append((_mention(sentence, inside, text, entity), head))
    for head, tag in enumerate(sentence.upos):
        if (
            tag in _NOMINAL
            and sentence.deprel[head] not in _PARTS
            and head not in taken
            and "Date" not in sentence.ner[head]
        ):
            inside = _stretch(sentence, head) - taken
            about, of = _complement(sentence, head, found)
            taken |= inside
            found.append((_mention(sentence, inside | of, text, about), head))
    return sorted(found, key=lambda pair: pair[1])


def _complement(sentence: Sentence, head: int, entities: list[Place]) -> tuple[str | None, set[int]]:
    """Find the entity that a noun is about ("an increase in Russian influence") and the words up to its end."""
    for mention, position in entities:
        if (
            mention.entity
            and sentence.head[position] - 1 == head
            and sentence.deprel[position] == "nmod"
            and position > head
        ):
            last = max(sentence.words_in(mention.start or 0, mention.end or 0))
            if last - head <= _LONGEST_COMPLEMENT:
                return mention.entity, set(range(head, last + 1))
    return None, set()


def _stretch(sentence: Sentence, head: int) -> set[int]:
    """The head with the modifiers that stand right before it, without a break."""
    modifiers = {i for i in sentence.children[head] if sentence.deprel[i] in _INSIDE}
    modifiers |= {
        j
        for i in modifiers
        for j in sentence.children[i]
        if sentence.deprel[j] in _INSIDE or sentence.deprel[j] == "case"
    }
    first = head
    while first - 1 in modifiers:
        first -= 1
    return set(range(first, head + 1))


def _mention(sentence: Sentence, positions: set[int], text: str, entity: str | None) -> Mention:
    start, end = sentence.starts[min(positions)], sentence.ends[max(positions)]
    return Mention(start, end, text[start:end], entity)


def _rows(
    article: Article,
    source: ParseSource,
    names: EntityNames,
    codebook: Codebook | None,
    triples: list[Annotation] | None,
) -> Iterator[dict[str, Any]]:
    left = {triple.id: triple for triple in triples or ()}
    for sentence in source.sentences(article.id):
        here = [t for t in left.values() if _sentence_of(t, sentence)]
        pairs = find_candidates(
            sentence, names, article.text, codebook, source.attributions(article.id, codebook).get(sentence.index, [])
        )
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
