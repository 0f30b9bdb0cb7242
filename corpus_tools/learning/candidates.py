"""Candidate stances: every pair of a possible holder and a possible target in a sentence.

Holders are mentions of actors and collectives, other nouns for people or bodies where a holder stands (subject, agent,
"according to", "among"), and the two implicit voices. Targets are mentions of any entity or issue of the codebook and
other pronoun-free noun phrases that depend on a predicate. What has no alias of the codebook in it is named as
attribution names it: "a seamstress" is one of the citizens, "the ballot" is about elections. Pairs that hardly ever
are a stance (a plain oblique as holder, slots far apart in the tree, an unspecified holder without a cue above the
target) are not made: they would only bury the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from corpus_tools.language.attribution import Attribution, Scene, name_holder, name_target
from corpus_tools.language.common_nouns import PEOPLE
from corpus_tools.language.mentions import Mention
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.attributed import fits
from corpus_tools.learning.stance_terms import find_cue_predicates, find_path

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


def find_candidates(scene: Scene, attributions: Iterable[Attribution] = ()) -> list[tuple[Mention, Mention]]:
    """Return the (holder, target) pairs of one sentence, those that only attribution reads last.

    Parameters
    ----------
    scene
        The sentence, with what names its mentions (see `corpus_tools.language.attribution.set_scenes`).
    attributions
        What attribution reads in the sentence.
    """
    sentence, nominal = scene.sentence, _noun_phrases(scene)
    holders = [place for place in (_as_holder(scene, m, h) for m, h in nominal) if place is not None]
    targets = [(_as_target(scene, m, t), t) for m, t in nominal if sentence.deprel[t] in _TARGET_RELATIONS]
    spoken = [(h, t) for h, i in holders for t, j in targets if _is_pair(h, t) and _are_near(sentence, i, j)]
    pairs = spoken + [(voice, t) for voice in _IMPLICIT for t, j in targets if _can_speak(sentence, voice, j)]
    read = [(a.holder, a.target) for a in attributions]
    return pairs + [new for new in read if not any(fits(new[0], h) and fits(new[1], t) for h, t in pairs)]


def _as_holder(scene: Scene, mention: Mention, head: int) -> Place | None:
    """Name a mention as a holder; issues and events take no side, nor does a noun for a thing or one out of place."""
    sentence, names = scene.sentence, scene.names
    if sentence.deprel[head] not in _HOLDER_RELATIONS:
        return None
    if mention.entity is not None and names.kind(mention.entity) not in PEOPLE:
        return None
    entity = name_holder(scene, head) or mention.entity
    if entity is None and not _may_hold_unnamed(scene, head):
        return None
    return replace(mention, entity=entity), head


def _may_hold_unnamed(scene: Scene, head: int) -> bool:
    """Whether somebody without an entity stands where a holder usually stands."""
    sentence = scene.sentence
    if sentence.deprel[head] == "obl":
        return sentence.ner[head] != "O" or any(sentence.lemma[i].lower() == "by" for i in sentence.children[head])
    return scene.names.can_hold(sentence, head)


def _as_target(scene: Scene, mention: Mention, head: int) -> Mention:
    return replace(mention, entity=name_target(scene, head) or mention.entity)


def _can_speak(sentence: Sentence, voice: Mention, target: int) -> bool:
    """The author may judge anything; nobody in particular only what a cue governs ("has sparked concern")."""
    return voice.implicit == "author" or any(i in find_cue_predicates(sentence) for i in sentence.ancestors(target)[:3])


def _is_pair(holder: Mention, target: Mention) -> bool:
    return not holder.overlaps(target) and (holder.entity is None or holder.entity != target.entity)


def _are_near(sentence: Sentence, holder: int, target: int) -> bool:
    """Whether the way through the tree from one head to the other has few steps."""
    up, down = find_path(sentence, holder, target)
    return len(up) + len(down) <= _LONGEST_WAY


def _noun_phrases(scene: Scene) -> list[Place]:
    """Mentions of entities, and the core of every other noun phrase but dates, with the position of the head word."""
    sentence, text = scene.sentence, scene.text
    found: list[Place] = []
    taken: set[int] = set()
    for entity, positions in scene.names.names.find(sentence):
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
