"""Arguments: the holders and targets of a cue, in the relations that the lexicon names and in those that grammar adds.

Passives, shared subjects of coordinated and controlled verbs, relative clauses, verbs that carry a noun of stance
("voiced concern", "met with indifference"), and nouns that lend their stance to what they belong to ("froze aid to X").
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus_tools.language.attribution.phrases import is_clause, list_coordinated, markers, noun_phrase
from corpus_tools.language.attribution.predicates import Predicate
from corpus_tools.language.attribution.speakers import antecedent, find_speaker, inherited_subject, own_subject, resolve
from corpus_tools.language.cues import Lexicon, Role
from corpus_tools.language.sentences import Sentence

_OWN_SUBTYPES = frozenset({"nsubj:pass", "obl:agent", "acl:relcl", "nmod:poss"})
_BELONGING = frozenset({"to", "of", "with", "for", "against", "from", "in"})
_AUTHORS = frozenset({"by", "among", "from"})
_STOPS = frozenset({";", "\u201d", ":"})
_TIMES = frozenset({"today", "tomorrow", "yesterday", "day", "week", "month", "year", "time", "hour"})


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds a stance: heads in the sentence, or nobody named (`implicit`), or nobody that can be told (neither)."""

    heads: tuple[int, ...] = ()
    implicit: str | None = None


def find_holders(sentence: Sentence, predicate: Predicate, lexicon: Lexicon) -> Holders:
    """Return the holders of a cue, coordinated ones each, pronouns resolved."""
    roles = [role.relation for role in predicate.cue.holders]
    if roles == ["self"]:
        return Holders((predicate.head,))
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
        heads = _inherit(sentence, top, lexicon)
    if not heads and "nsubj" not in roles:
        return Holders(implicit="unspecified")
    return _resolved(sentence, heads, lexicon, None)


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
    noun, carrier = predicate.head, _carrier(sentence, predicate.head, lexicon)
    heads: list[int] = []
    for role in predicate.cue.holders:
        if role.relation == "light":
            if carrier is not None and carrier[1] in ("voice", "react"):
                subject = inherited_subject(sentence, carrier[0])
                heads = [subject] if subject is not None else fill(sentence, carrier[0], Role("obl:agent"))
        else:
            top = carrier[0] if carrier is not None and role.relation.startswith("obl") else noun
            heads = fill(sentence, top, role)
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


def _carrier(sentence: Sentence, noun: int, lexicon: Lexicon) -> tuple[int, str] | None:
    """The verb that carries a noun of stance, and how: voice, meet or raise."""
    verb = sentence.head[noun] - 1
    if verb < 0 or sentence.upos[verb] not in ("VERB", "AUX"):
        return None
    relation, lemma = sentence.deprel[noun], sentence.lemma[verb].lower()
    if relation == "obj" or (relation == "nsubj:pass"):
        kinds = [kind for kind in ("voice", "meet", "raise") if lemma in lexicon.sets[kind]]
        held = fill(sentence, noun, Role("nmod", frozenset({"among", "in", "within"})))
        return (verb, kinds[-1 if held else 0]) if kinds else None
    if relation == "obl" and markers(sentence, noun) & {"with", "by"}:
        if lemma in lexicon.sets["react"] and fill(sentence, verb, Role("obj")) and not is_passive(sentence, verb):
            return verb, "react"
        if lemma in lexicon.sets["meet"]:
            return verb, "meet"
    return None


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
    carrier = _carrier(sentence, predicate.head, lexicon) if predicate.cue.upos == "NOUN" else None
    top = predicate.head
    for role in predicate.cue.targets:
        heads = _fill_target(sentence, top, role, carrier, predicate)
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


def _shape(sentence: Sentence, head: int, predicate: Predicate, lexicon: Lexicon) -> Target:
    if predicate.cue.upos == "ADP" or head in sentence.ancestors(predicate.head):
        return Target(head, tuple(noun_phrase(sentence, head)))  # a noun that is itself the predicate above the cue
    if predicate.cue.expression in ("demand", "concern") and predicate.cue.polarity > 0:
        if sentence.lemma[head].lower() in lexicon.sets["leaving"]:
            leaver = own_subject(sentence, head)
            if leaver is None and sentence.deprel[head] == "xcomp":
                leaver = next(iter(fill(sentence, predicate.head, Role("obj"))), None)
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
    if role.relation == "light":
        if carrier is None or carrier[1] == "voice":
            return []
        verb = carrier[0]
        if carrier[1] == "react":
            return fill(sentence, verb, Role("obj"))[:1]
        return (
            fill(sentence, verb, Role("nsubj:pass")) or fill(sentence, verb, Role("nsubj")) or _modified(sentence, verb)
        )[:1]
    heads = fill(sentence, top, role)
    if predicate.cue.objects and not heads:
        for i in predicate.words:
            if i != top:
                heads = heads or fill(sentence, i, Role("nmod", role.markers)) or fill(sentence, i, Role("nmod:poss"))
    if predicate.cue.upos == "NOUN" and not heads and role.markers:
        below = [j for i in fill(sentence, top, Role("nmod")) for j in fill(sentence, i, Role("nmod", role.markers))]
        verb = sentence.head[top] - 1
        heads = below or ([i for i in fill(sentence, verb, Role("obl", role.markers)) if i > top] if verb >= 0 else [])
    if role.relation == "nsubj" and not heads and sentence.deprel[top] == "amod":  # "is a reliable partner"
        heads = fill(sentence, sentence.head[top] - 1, role) if _is_predicate(sentence, sentence.head[top] - 1) else []
    if role.relation == "obj" and not heads:
        heads = _object_relative(sentence, top)
    if role.relation == "nsubj:pass" and not heads:
        heads = _passive_participle(sentence, top)
    return heads


def _is_predicate(sentence: Sentence, noun: int) -> bool:
    return any(sentence.deprel[i] == "cop" for i in sentence.children[noun])


def _modified(sentence: Sentence, verb: int) -> list[int]:
    return [sentence.head[verb] - 1] if sentence.deprel[verb].startswith("acl") else []


def _object_relative(sentence: Sentence, verb: int) -> list[int]:
    """Find "the deal that they condemned": the noun, where the clause has a subject of its own and no object."""
    if sentence.deprel[verb] == "acl:relcl" and not is_passive(sentence, verb):
        subject = own_subject(sentence, verb)
        if subject is not None and "PronType=Rel" not in sentence.feats[subject]:
            return [sentence.head[verb] - 1]
    return []


def _passive_participle(sentence: Sentence, verb: int) -> list[int]:
    """Find "a deal condemned by both": the noun that a passive participle modifies."""
    if sentence.deprel[verb] == "acl" and is_passive(sentence, verb):
        return [sentence.head[verb] - 1]
    return []


def _follow_object(sentence: Sentence, head: int, predicate: Predicate) -> int:
    """Go from "aid" to those who lose it, from "courage" to those who are praised for it."""
    if sentence.lemma[head].lower() not in predicate.cue.through:
        return head
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
    return None


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


def fill(sentence: Sentence, head: int, role: Role) -> list[int]:
    """Return the dependents of a head that stand in a role."""
    found = []
    for i in sentence.children[head]:
        relation = sentence.deprel[i]
        same = relation == role.relation or (
            relation not in _OWN_SUBTYPES and relation.partition(":")[0] == role.relation
        )
        same = same or (role.relation == "obl" and bool(role.markers) and relation in ("advcl", "acl"))
        if same and (not role.markers or role.markers & markers(sentence, i)):
            found.append(i)
    return found


def is_passive(sentence: Sentence, verb: int) -> bool:
    """Whether a verb is in the passive voice."""
    if "Voice=Pass" in sentence.feats[verb]:
        return True
    return any(sentence.deprel[i] in ("nsubj:pass", "aux:pass") for i in sentence.children[verb])
