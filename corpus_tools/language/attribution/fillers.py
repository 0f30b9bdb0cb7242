"""Fillers: the words and the entity of a holder or target, made of its head in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus_tools.language.actors import ActorNames, Surroundings
from corpus_tools.language.attribution.holders import Holders
from corpus_tools.language.attribution.phrases import (
    clause,
    follows_comma,
    is_clause,
    list_words,
    markers,
    noun_phrase,
)
from corpus_tools.language.attribution.targets import Target
from corpus_tools.language.cues import Lexicon
from corpus_tools.language.mentions import Mention
from corpus_tools.language.sentences import Sentence

_BEHIND = frozenset({"from", "of", "by", "among"})
_OF = frozenset({"of", "to", "on"})
_BESIDE = frozenset({"conj", "cc", "punct", "appos", "parataxis", "case", "cop", "nsubj", "advcl", "mark"})
_NEAR = 9  # words back to what a noun in apposition explains
_LOOSE = frozenset({"PUNCT", "ADP", "CCONJ", "SCONJ"})  # no phrase ends with one


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with all that is needed to read it."""

    sentence: Sentence
    text: str
    lexicon: Lexicon
    names: ActorNames
    around: Surroundings


def read_holders(scene: Scene, holders: Holders, target: set[int]) -> Iterator[tuple[int, Mention]]:
    """Yield each holder's head (-1 for an implicit one) and mention; the words of `target` are not its own."""
    if holders.implicit is not None:
        yield -1, Mention(implicit=holders.implicit)
    for head in holders.heads:
        entity = scene.names.find_people(scene.sentence, head, scene.around)
        if entity is None:
            head = _explained(scene, head)
            entity = scene.names.find_people(scene.sentence, head, scene.around)
        if entity is None and not scene.names.can_hold(scene.sentence, head):
            behind = _find_behind(scene, head)
            if behind is None:
                continue
            head, entity = behind, scene.names.find_people(scene.sentence, behind, scene.around)
        yield head, _mention(scene, _leave_out(scene.sentence, noun_phrase(scene.sentence, head), target), entity)


def name_holder(scene: Scene, head: int) -> str | None:
    """Return the entity of whoever a word stands for, as attribution names a holder."""
    return next((mention.entity for _, mention in read_holders(scene, Holders((head,)), set())), None)


def name_target(scene: Scene, head: int) -> str | None:
    """Return the entity that the phrase or clause of a word is about, as attribution names a target."""
    return read_target(scene, list_target(scene.sentence, Target(head), Holders()))[0].entity


def _explained(scene: Scene, head: int) -> int:
    """Return the noun that a noun in apposition explains where the parser took the second for the subject."""
    sentence = scene.sentence
    if not follows_comma(sentence, head):
        return head
    for i in range(head - 1, max(head - _NEAR, -1), -1):
        placed = any(sentence.deprel[j] == "case" for j in sentence.children[i])
        if sentence.upos[i] in ("NOUN", "PROPN") and sentence.deprel[i] not in ("compound", "flat") and not placed:
            return i if scene.names.can_hold(sentence, i) else head
    return head


def _find_behind(scene: Scene, head: int) -> int | None:
    """Find who stands behind a thing that holds no stance: "a statement from Paris", "fears of allies, who"."""
    sentence = scene.sentence
    stance = scene.lexicon.words.get((sentence.lemma[head].lower(), "NOUN"))
    if stance is None and not scene.names.is_document(sentence, head):
        return None
    for i in noun_phrase(sentence, head)[1:]:
        behind = sentence.deprel[i] == "nmod:poss" or bool(markers(sentence, i) & _BEHIND)
        if behind and sentence.deprel[i].startswith("nmod") and sentence.upos[i] != "PRON":
            if scene.names.can_hold(sentence, i):
                return i
    return None


def list_target(sentence: Sentence, target: Target, holders: Holders) -> list[int]:
    """Return the positions of a target, its head first: a clause or a noun phrase, without what names the holders."""
    head = target.head
    words = target.words or (clause(sentence, head) if is_clause(sentence, head) else noun_phrase(sentence, head))
    inside = {j for i in holders.heads if i in words[1:] for j in list_words(sentence, i)}
    return [i for i in words if i not in inside]


def _leave_out(sentence: Sentence, phrase: list[int], target: set[int]) -> list[int]:
    """Return a holder's words up to its target: of "critics of the junta" the critics."""
    head = phrase[0]
    taken = {sentence.starts[i] for i in target}
    before = [i for i in phrase if i < head and sentence.starts[i] in taken]
    if before:  # of "anti-French protesters" the protesters
        return [i for i in phrase if i > max(before)]
    cut = min((i for i in phrase if i > head and sentence.starts[i] in taken), default=len(sentence))
    return [i for i in phrase if i == head or (i < cut and sentence.starts[i] not in taken)]


def read_target(scene: Scene, words: list[int]) -> tuple[Mention, int]:
    """Return a target's mention, and -1 where its words speak of the end of its entity, else 1."""
    sentence = scene.sentence
    if not scene.names.entities:
        victim = _find_victim(scene, words[0])
        return (_mention(scene, words, None), 1) if victim is None else (_mention(scene, victim, None), -1)
    turned = _read_reversed(scene, words[0])
    if turned is not None:
        return _mention(scene, words, turned), -1
    entity, sign = scene.names.find_topic(sentence, words, scene.around)
    if entity is None and scene.names.points_back(sentence, words[0]):
        entity = scene.around.issue
    if entity is None and not is_clause(sentence, words[0]):  # "guarantees that the convoys will pass"
        beyond = [words[0], *(i for i in list_words(sentence, words[0], _BESIDE) if i not in words)]
        issue, sign = scene.names.find_topic(sentence, beyond, scene.around)
        entity = issue if scene.names.kind(issue) in ("issue", "event") else None
    return _mention(scene, words, entity), sign


def _find_victim(scene: Scene, head: int) -> list[int] | None:
    """Find the name against which a noun goes: who wants X's resignation is against X."""
    sentence = scene.sentence
    if not {sentence.lemma[head].lower(), sentence.text[head].lower()} & scene.lexicon.sets["against"]:
        return None
    for i in sentence.children[head]:
        if sentence.deprel[i] in ("nmod:poss", "nmod") and sentence.upos[i] == "PROPN":
            if sentence.deprel[i] == "nmod:poss" or markers(sentence, i) & _OF:
                return noun_phrase(sentence, i)
    return None


def _read_reversed(scene: Scene, head: int) -> str | None:
    """Return the entity whose end a noun speaks of ("the lifting of the sanctions"), unless the noun is one itself."""
    sentence, names = scene.sentence, scene.names
    if not {sentence.lemma[head].lower(), sentence.text[head].lower()} & scene.lexicon.sets["reversing"]:
        return None
    if names.find_topic(sentence, [head], scene.around)[0] is not None:
        return None
    for i in sentence.children[head]:
        if sentence.deprel[i] in ("nmod", "nmod:poss", "compound") and (
            sentence.deprel[i] != "nmod" or markers(sentence, i) & _OF
        ):
            entity, sign = names.find_topic(sentence, noun_phrase(sentence, i), scene.around)
            if entity is not None and sign > 0:
                return entity
    return None


def _mention(scene: Scene, words: list[int], entity: str | None) -> Mention:
    inside = sorted(words)
    for alias, positions in scene.names.names.find(scene.sentence):
        if alias == entity and words[0] in positions:
            inside = sorted({*inside, *positions})
    while len(inside) > 1 and scene.sentence.upos[inside[-1]] in _LOOSE:
        inside.pop()
    start, end = scene.sentence.starts[inside[0]], scene.sentence.ends[inside[-1]]
    if scene.text[end - 2 : end] in ("'s", "\u2019s"):
        end -= 2  # the words of "the captain's" share one span
    return Mention(start, end, scene.text[start:end], entity)
