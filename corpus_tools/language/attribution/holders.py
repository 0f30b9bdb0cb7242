"""Holders: who takes the side that a cue tells.

The subject or agent that the lexicon names, the subject that coordinated and controlled verbs share, the owner of a
noun of stance or the subject of the verb that carries it, whoever is quoted or reported, or nobody named.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus_tools.language.attribution.arguments import fill, find_carrier, is_passive
from corpus_tools.language.attribution.phrases import list_coordinated
from corpus_tools.language.attribution.predicates import Predicate
from corpus_tools.language.attribution.speakers import find_speaker, inherited_subject, own_subject, resolve
from corpus_tools.language.cues import Lexicon, Role
from corpus_tools.language.sentences import Sentence

_STRONG = 3
_FELT = frozenset({"evaluation", "concern"})
_MOVED = frozenset({"nsubj", "nsubj:pass"})
_AUTHORS = frozenset({"by", "among", "from"})


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds a stance: heads in the sentence, or nobody named (`implicit`), or nobody that can be told (neither)."""

    heads: tuple[int, ...] = ()
    implicit: str | None = None


def find_holders(sentence: Sentence, predicate: Predicate, lexicon: Lexicon) -> Holders:
    """Return the holders of a cue, coordinated ones each, pronouns resolved."""
    roles = [role.relation for role in predicate.cue.holders]
    if roles == ["self"]:
        return Holders((_bearer_of_name(sentence, predicate.head),))
    if roles == ["bearer"]:
        return Holders((_bearer(sentence, predicate.head),))
    if roles == ["speaker"]:
        speaker = find_speaker(sentence, predicate.head, lexicon)
        return _resolved(sentence, [speaker] if speaker is not None else [], lexicon, "author")
    if roles == ["sayer"]:
        sayer = find_speaker(sentence, predicate.head, lexicon)
        return _resolved(sentence, [sayer] if sayer is not None else [], lexicon, None)
    if predicate.cue.upos == "NOUN":
        return _noun_holders(sentence, predicate, lexicon)
    top = sentence.head[predicate.head] - 1 if predicate.cue.upos == "ADP" else predicate.head
    heads = [i for role in predicate.cue.holders for i in fill(sentence, top, role)][:1]
    if not heads and "nsubj" in roles and not is_passive(sentence, top):
        heads = fill(sentence, top, Role("nsubj:pass"))[:1]
    if not heads and "nsubj" in roles and not is_passive(sentence, top):
        heads = _inherit(sentence, top, lexicon)
    if not heads and is_passive(sentence, top) and _is_felt(predicate, lexicon):
        return Holders(implicit="unspecified")
    if not heads and "nsubj" not in roles:
        return Holders(implicit="unspecified")
    return _resolved(sentence, heads, lexicon, None)


def _is_felt(predicate: Predicate, lexicon: Lexicon) -> bool:
    """Whether a passive without agent still tells that somebody feels so: "was condemned", not "was postponed"."""
    judges = predicate.cue.lemma in lexicon.sets["judging"] | lexicon.sets["receiving"]
    return predicate.cue.expression in _FELT and (judges or predicate.cue.strength >= _STRONG)


def _bearer(sentence: Sentence, prefix: int) -> int:
    """The noun that a word with a prefix modifies, over the adjectives between them."""
    above = sentence.ancestors(prefix)
    return next((i for i in above if sentence.upos[i] in ("NOUN", "PROPN")), above[0] if above else prefix)


def _bearer_of_name(sentence: Sentence, noun: int) -> int:
    """Who is called a critic or a friend: "Abuja, a critic of X", "Abuja is a critic of X", else the critic."""
    if sentence.deprel[noun] == "appos":
        return sentence.head[noun] - 1
    subject = own_subject(sentence, noun)
    named = subject is not None and any(sentence.deprel[i] == "cop" for i in sentence.children[noun])
    return subject if named and subject is not None else noun


def _resolved(sentence: Sentence, heads: list[int], lexicon: Lexicon, implicit: str | None) -> Holders:
    if not heads:
        return Holders(implicit=implicit)
    found = [resolve(sentence, i, lexicon) for head in heads for i in list_coordinated(sentence, head)]
    known = [i for head in found if head is not None for i in list_coordinated(sentence, head)]
    return Holders(tuple(dict.fromkeys(known)))


def _inherit(sentence: Sentence, verb: int, lexicon: Lexicon) -> list[int]:
    """The subject that a verb takes over from the clause above."""
    governor = sentence.head[verb] - 1
    if governor >= 0 and sentence.deprel[verb] == "xcomp":
        objects = fill(sentence, governor, Role("obj")) + fill(sentence, governor, Role("nsubj:pass"))
        if objects and sentence.lemma[governor].lower() in lexicon.sets["steering"]:
            return objects[:1]
    subject = inherited_subject(sentence, verb)
    if subject is not None:
        return [subject]
    if governor >= 0 and sentence.deprel[verb] == "advcl":  # "statements were issued by Paris, all calling for calm"
        return fill(sentence, governor, Role("obl:agent"))[:1]
    return []


def _noun_holders(sentence: Sentence, predicate: Predicate, lexicon: Lexicon) -> Holders:
    noun, carrier = predicate.head, find_carrier(sentence, predicate.head, lexicon)
    heads: list[int] = []
    held = carrier is not None and carrier[1] == "hold"
    for role in predicate.cue.holders:
        if held and role.relation != "light":
            continue
        if role.relation == "light":
            if carrier is not None and carrier[1] in ("voice", "react", "hold"):
                subject = inherited_subject(sentence, carrier[0])
                heads = [subject] if subject is not None else fill(sentence, carrier[0], Role("obl:agent"))
        else:
            top = carrier[0] if carrier is not None and role.relation.startswith("obl") else noun
            heads = fill(sentence, top, role)
            if not heads and role.relation == "nmod" and sentence.deprel[noun] in _MOVED:
                heads = fill(sentence, sentence.head[noun] - 1, Role("obl", role.markers))  # "fears persist among X"
            if carrier is not None and carrier[1] == "voice" and role.relation == "nmod:poss":
                heads = [i for i in heads if sentence.upos[i] != "PRON"]  # "has shown its commitment": the subject's
            if not heads and role.relation == "nmod":  # "criticism of the junta by rights groups"
                below = fill(sentence, noun, Role("nmod"))
                heads = [j for i in below for j in fill(sentence, i, Role("nmod", role.markers & _AUTHORS))]
        if heads:
            return _resolved(sentence, heads[:1], lexicon, None)
    if sentence.deprel[noun] == "root" and own_subject(sentence, noun) is None:
        return Holders()
    return Holders(implicit="unspecified")
