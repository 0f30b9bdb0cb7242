"""Arguments: the words that stand in a role below a cue, and the verb that carries a noun of stance.

The relations are those that the lexicon names; `holders` and `targets` add what grammar adds.
"""

from __future__ import annotations

from corpus_tools.language.attribution.phrases import markers
from corpus_tools.language.cues import Lexicon, Role
from corpus_tools.language.sentences import Sentence

_OWN_SUBTYPES = frozenset({"nsubj:pass", "obl:agent", "acl:relcl", "nmod:poss"})


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
    """Whether a verb is in the passive voice: by its form or its auxiliary, whatever a parser calls the subject."""
    if any(sentence.deprel[i] == "aux:pass" for i in sentence.children[verb]):
        return True
    return "Voice=Pass" in sentence.feats[verb] and "VerbForm=Fin" not in sentence.feats[verb]


def find_carrier(sentence: Sentence, noun: int, lexicon: Lexicon) -> tuple[int, str] | None:
    """The verb that carries a noun of stance, and how: voice, meet, raise, react or hold."""
    verb = sentence.head[noun] - 1
    if verb < 0 or sentence.upos[verb] not in ("VERB", "AUX"):
        return None
    relation, lemma = sentence.deprel[noun], sentence.lemma[verb].lower()
    if relation == "obj" or (relation == "nsubj:pass"):
        kinds = [kind for kind in ("voice", "meet", "raise") if lemma in lexicon.sets[kind]]
        held = fill(sentence, noun, Role("nmod", frozenset({"among", "in", "within"})))
        alone = not any(sentence.deprel[i] in ("nmod", "acl") for i in sentence.children[noun]) and relation == "obj"
        return (verb, kinds[-1 if held or alone else 0]) if kinds else None
    if relation == "obl" and markers(sentence, noun) & {"in", "out"} and lemma not in lexicon.sets["meet"]:
        return verb, "hold"  # "marched in support of X"
    if relation == "obl" and markers(sentence, noun) & {"with", "by"}:
        if lemma in lexicon.sets["react"] and fill(sentence, verb, Role("obj")) and not is_passive(sentence, verb):
            return verb, "react"
        if lemma in lexicon.sets["meet"]:
            return verb, "meet"
    return None
