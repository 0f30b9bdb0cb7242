"""Targets: whom or what the side that a cue tells is taken toward.

The relations that the lexicon names, and those that grammar adds: relative clauses, passive participles, nouns that
lend their stance to what they belong to ("froze aid to X"), clauses that a parser has missed.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus_tools.language.attribution.arguments import fill, find_carrier, is_passive
from corpus_tools.language.attribution.phrases import is_clause, list_coordinated, markers, noun_phrase
from corpus_tools.language.attribution.predicates import Predicate
from corpus_tools.language.attribution.speakers import antecedent, own_subject
from corpus_tools.language.cues import Lexicon, Role
from corpus_tools.language.sentences import Sentence

_BELONGING = frozenset({"to", "of", "with", "for", "against", "from", "in"})
_AMOUNT = frozenset({"of", "in"})
_OF = frozenset({"of"})
_STOPS = frozenset({";", "\u201d", ":"})
_TIMES = frozenset({"today", "tomorrow", "yesterday", "day", "week", "month", "year", "time", "hour"})


@dataclass(frozen=True, slots=True)
class Target:
    """What a stance is about: the head of its words, and its words."""

    head: int
    words: tuple[int, ...] = ()
    """Head first, where they are not simply what hangs below the head."""
    sign: int = 1
    """-1 where the cue reaches it turned: who wants X to leave is against X."""


def find_targets(sentence: Sentence, predicate: Predicate, lexicon: Lexicon) -> list[Target]:
    """Return the targets of a cue, coordinated ones each; those in the preferred role only."""
    carrier = find_carrier(sentence, predicate.head, lexicon) if predicate.cue.upos == "NOUN" else None
    top, companion = predicate.head, predicate.cue.companion
    aside = () if companion is None else (Role("obl", frozenset({companion})),)
    for role in (*predicate.cue.targets, *aside):
        heads = _fill_target(sentence, top, _narrow(role, companion), carrier, predicate)
        heads = [
            i
            for i in heads
            if not (_asks(sentence, i, lexicon) or _is_time(sentence, i) or _is_beyond(sentence, top, i))
        ]
        if heads:
            heads = [_follow_object(sentence, i, predicate) for i in heads]
            spread = [i for head in dict.fromkeys(heads) for i in list_coordinated(sentence, head)]
            named = [i for i in (_name_what(sentence, i) for i in dict.fromkeys(spread)) if i is not None]
            if named:
                return [_shape(sentence, i, predicate, lexicon) for i in named]
    return _read_on(sentence, predicate)


def _narrow(role: Role, companion: str | None) -> Role:
    """Of "march with" the target stands after "with", not after any other preposition of the entry."""
    return Role(role.relation, frozenset({companion})) if companion in role.markers else role


def _shape(sentence: Sentence, head: int, predicate: Predicate, lexicon: Lexicon) -> Target:
    if predicate.cue.upos == "ADP" or head in sentence.ancestors(predicate.head):
        return Target(head, tuple(noun_phrase(sentence, head)))  # a noun that is itself the predicate above the cue
    if predicate.cue.expression in ("demand", "concern") and predicate.cue.polarity > 0:
        if sentence.lemma[head].lower() in lexicon.sets["leaving"]:
            leaver = own_subject(sentence, head)
            if leaver is None and sentence.deprel[head] == "xcomp":
                told = Role("nsubj:pass" if is_passive(sentence, predicate.head) else "obj")
                leaver = next(iter(fill(sentence, predicate.head, told)), None)
            if leaver is not None and sentence.upos[leaver] != "PRON":
                return Target(leaver, sign=-1)
    return Target(head)


def _read_on(sentence: Sentence, predicate: Predicate) -> list[Target]:
    """Take what follows "warned that" as the clause, where the parser did not see the clause."""
    first = predicate.words[-1] + 1
    if not any(role.relation == "ccomp" for role in predicate.cue.targets) or first + 3 > len(sentence):
        return []
    if sentence.text[first].lower() != "that":
        return []
    stop = next((i for i in range(first, len(sentence)) if sentence.text[i] in _STOPS), len(sentence))
    inside = [i for i in range(first + 1, stop) if sentence.upos[i] != "PUNCT"]
    head = sentence.head_of(inside)
    return [Target(head, (head, *(i for i in inside if i != head)))] if head is not None else []


def _fill_target(
    sentence: Sentence, top: int, role: Role, carrier: tuple[int, str] | None, predicate: Predicate
) -> list[int]:
    if role.relation == "head":
        return [sentence.head[top] - 1]
    if role.relation == "rest":
        return _after_prefix(sentence, top)
    if role.relation == "light":
        return _of_carrier(sentence, carrier)
    heads = fill(sentence, top, role)
    for i in predicate.words if predicate.cue.objects else ():
        if i != top:
            heads = heads or fill(sentence, i, Role("nmod", role.markers)) or fill(sentence, i, Role("nmod:poss"))
    if not heads and predicate.cue.upos == "NOUN" and role.markers:
        heads = _around_noun(sentence, top, role, carrier)
    return heads or _moved(sentence, top, role, predicate)


def _of_carrier(sentence: Sentence, carrier: tuple[int, str] | None) -> list[int]:
    """The target in a role of the verb that carries the noun: "X raised fears", "X was met with anger"."""
    if carrier is None or carrier[1] in ("voice", "hold"):
        return []
    verb, kind = carrier
    if kind == "react":
        return fill(sentence, verb, Role("obj"))[:1]
    return (
        fill(sentence, verb, Role("nsubj:pass")) or fill(sentence, verb, Role("nsubj")) or _modified(sentence, verb)
    )[:1]


def _around_noun(sentence: Sentence, noun: int, role: Role, carrier: tuple[int, str] | None) -> list[int]:
    """A noun's target below a noun between, after "in support of", or below the verb where the parser hung it."""
    heads = [j for i in fill(sentence, noun, Role("nmod")) for j in fill(sentence, i, Role("nmod", role.markers))]
    if not heads and carrier is not None and carrier[1] == "hold":
        heads = fill(sentence, noun, Role("nmod", _OF))
    verb = sentence.head[noun] - 1
    return heads or ([i for i in fill(sentence, verb, Role("obl", role.markers)) if i > noun] if verb >= 0 else [])


def _moved(sentence: Sentence, top: int, role: Role, predicate: Predicate) -> list[int]:
    """A target that stands elsewhere than below the cue."""
    above = sentence.head[top] - 1
    if role.relation == "obl" and predicate.cue.upos == "ADJ" and sentence.deprel[top] == "xcomp":
        return fill(sentence, above, role) or fill(sentence, top, Role("nmod", role.markers))  # "remained neutral on X"
    if role.relation == "obl" and predicate.cue.upos == "ADJ" and sentence.upos[top] == "NOUN":
        return fill(sentence, top, Role("nmod", role.markers))  # a parser's noun: "is leery of X"
    if role.relation == "nsubj" and sentence.deprel[top] == "amod":  # "X is a reliable partner"
        return fill(sentence, above, role) if _is_predicate(sentence, above) else []
    if role.relation == "obj":
        return _object_relative(sentence, top) or _misread_object(sentence, top)
    if role.relation == "xcomp" and predicate.cue.expression == "demand":
        return _told_to(sentence, top, role)
    if role.relation == "nsubj:pass":
        return _passive_participle(sentence, top)
    return []


def _after_prefix(sentence: Sentence, prefix: int) -> list[int]:
    """Find what "anti-" stands before: the same word, or the next one where the parser cut it."""
    if sentence.text[prefix].strip("-").count("-"):
        return [prefix]
    after = [i for i in range(prefix + 1, min(prefix + 3, len(sentence))) if sentence.text[i] != "-"]
    return after[:1]


def _is_predicate(sentence: Sentence, noun: int) -> bool:
    return any(sentence.deprel[i] == "cop" for i in sentence.children[noun])


def _modified(sentence: Sentence, verb: int) -> list[int]:
    return [sentence.head[verb] - 1] if sentence.deprel[verb].startswith("acl") else []


def _told_to(sentence: Sentence, verb: int, role: Role) -> list[int]:
    """Find what somebody is urged to do where the parser hangs it below those who are urged."""
    urged = [i for i in sentence.children[verb] if sentence.deprel[i] in ("obj", "iobj", "obl")]
    told = [j for i in urged for j in sentence.children[i] if j > i and is_clause(sentence, j)]
    return [j for j in told if "to" in markers(sentence, j) & role.markers]


def _object_relative(sentence: Sentence, verb: int) -> list[int]:
    """Find "the deal that they condemned": the noun, where the clause has a subject of its own and no object."""
    if sentence.deprel[verb] == "acl:relcl" and not is_passive(sentence, verb):
        subject = own_subject(sentence, verb)
        if subject is not None and "PronType=Rel" not in sentence.feats[subject]:
            return [sentence.head[verb] - 1]
    return []


def _misread_object(sentence: Sentence, verb: int) -> list[int]:
    """Find the object of "traders cursed ECOWAS" where a parser reads a participle before its noun."""
    noun = sentence.head[verb] - 1
    before = sentence.upos[verb - 1] in ("NOUN", "PROPN") if verb else False
    return [noun] if sentence.deprel[verb] == "amod" and noun > verb and before else []


def _passive_participle(sentence: Sentence, verb: int) -> list[int]:
    """Find "a deal condemned by both": the noun that a passive participle modifies."""
    if sentence.deprel[verb] == "acl" and is_passive(sentence, verb):
        return [sentence.head[verb] - 1]
    return []


def _follow_object(sentence: Sentence, head: int, predicate: Predicate) -> int:
    """Go from "aid" to those who lose it, from "courage" to those who are praised for it."""
    if not predicate.cue.through:
        return head
    if sentence.lemma[head].lower() not in predicate.cue.through:
        near = (*sentence.children[head], *sentence.children[predicate.head])
        amount = (i for i in near if i > head and sentence.lemma[i].lower() in predicate.cue.through)
        inner = next((i for i in amount if markers(sentence, i) & _AMOUNT), None)
        return head if inner is None else _follow_object(sentence, inner, predicate)  # "froze ten millions in aid to X"
    for i in sentence.children[head]:
        if sentence.deprel[i] == "nmod:poss" and sentence.upos[i] != "PRON":
            return i
        if sentence.deprel[i] == "nmod" and markers(sentence, i) & _BELONGING:
            return i
    return next(iter(fill(sentence, predicate.head, Role("obl", frozenset({"to", "for", "with"})))), head)


def _name_what(sentence: Sentence, head: int) -> int | None:
    """A pronoun names no target, but its relative clause's noun does."""
    if sentence.upos[head] != "PRON":
        return head
    if "PronType=Rel" in sentence.feats[head]:
        return antecedent(sentence, head)
    if any(sentence.deprel[i] == "acl:relcl" for i in sentence.children[head]):
        return head
    return _called(sentence, head)


def _called(sentence: Sentence, pronoun: int) -> int | None:
    """Return what something is called in "what they call a blow to X"."""
    verb = sentence.head[pronoun] - 1
    if (
        sentence.text[pronoun].lower() != "what"
        or verb < pronoun
        or sentence.deprel[verb] not in ("ccomp", "acl:relcl")
    ):
        return None
    nouns = (
        i for i in sentence.children[verb] if sentence.deprel[i] in ("obj", "xcomp") and sentence.upos[i] == "NOUN"
    )
    return next(nouns, None)


def _is_beyond(sentence: Sentence, cue: int, head: int) -> bool:
    """Whether a semicolon stands between: no argument crosses it, whatever the parser says."""
    return ";" in sentence.text[min(cue, head) : max(cue, head)]


def _is_time(sentence: Sentence, head: int) -> bool:
    return "Date" in sentence.ner[head] or sentence.upos[head] == "NUM" or sentence.lemma[head].lower() in _TIMES


def _asks(sentence: Sentence, head: int, lexicon: Lexicon) -> bool:
    """Whether the clause is an indirect question ("asked what had been promised")."""
    if not is_clause(sentence, head):
        return False
    first = min([head, *sentence.children[head]])
    return sentence.text[first].lower() in lexicon.sets["questions"]
