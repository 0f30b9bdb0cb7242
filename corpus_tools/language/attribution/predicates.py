"""Predicates: the cues of a sentence, with the side they take once negation and governing verbs have turned it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus_tools.language.attribution.arguments import fill
from corpus_tools.language.cues import Cue, Lexicon
from corpus_tools.language.sentences import Sentence

_CONTENT = {"VERB": "VERB", "NOUN": "NOUN", "ADJ": "ADJ", "PROPN": "NOUN", "AUX": "VERB"}
_PARTICLES = frozenset({"compound:prt", "advmod", "obl", "advcl", "nmod", "ccomp", "xcomp"})
_ANY = "*"  # the lemma of cues that hold of any verb without one of its own
_NONE = frozenset({"no", "little", "neither"})
_SUBJECTS = frozenset({"nsubj", "nsubj:pass"})


@dataclass(frozen=True, slots=True)
class Predicate:
    """A cue in a sentence: the position of its head, all its positions, and how it stands."""

    head: int
    words: tuple[int, ...]
    cue: Cue
    negated: bool
    factuality: str

    @property
    def polarity(self) -> int:
        """The side after negation: who is not against takes no side, who is not for is against."""
        if not self.negated:
            return self.cue.polarity
        deed = bool(self.cue.objects)  # who does not lift a ban is for it
        return 0 if self.cue.polarity < 0 and not deed else -self.cue.polarity


def find_predicates(sentence: Sentence, lexicon: Lexicon) -> list[Predicate]:
    """Return the cues of a sentence in text order."""
    found = []
    for i in range(len(sentence)):
        match = _match(sentence, i, lexicon)
        if match is not None:
            cue, words = match
            objects = [j for j in sentence.children[i] if sentence.deprel[j] == "obj"]
            refused = any(_is_none(sentence, j) for j in {*words, *objects} if j != i)  # "sees no need for X"
            negated = is_negated(sentence, i, lexicon) != refused
            found.append(Predicate(i, words, cue, negated, read_factuality(sentence, i, negated, lexicon)))
    return found


def is_negated(sentence: Sentence, head: int, lexicon: Lexicon) -> bool:
    """Whether a negation, a negative subject, or a verb such as "refuse" turns the predicate."""
    return _turns(sentence, head, lexicon) % 2 == 1


def _turns(sentence: Sentence, head: int, lexicon: Lexicon) -> int:
    negations, nobody = lexicon.sets["negations"], lexicon.sets["nobody"]
    count = 0
    for i in sentence.children[head]:
        word = sentence.text[i].lower()
        if sentence.deprel[i] in ("advmod", "det", "aux", "cc:preconj", "case") and (
            sentence.lemma[i].lower() in negations or word in negations
        ):
            count += 1
        elif word == "longer" and i and sentence.text[i - 1].lower() in negations:
            count += 1
        elif sentence.deprel[i] in _SUBJECTS and _is_nobody(sentence, i, nobody):
            count += 1
    governor = sentence.head[head] - 1
    if governor >= 0 and sentence.deprel[head] in ("xcomp", "ccomp"):
        count += sentence.lemma[governor].lower() in lexicon.sets["turning"]
    return count


def _is_nobody(sentence: Sentence, subject: int, nobody: frozenset[str]) -> bool:
    if sentence.lemma[subject].lower() in nobody or sentence.text[subject].lower() in nobody:
        return True
    return _is_none(sentence, subject)


def _is_none(sentence: Sentence, noun: int) -> bool:
    """Whether a noun has the determiner "no"."""
    return any(
        sentence.deprel[i] in ("det", "advmod", "cc:preconj") and sentence.text[i].lower() in _NONE
        for i in sentence.children[noun]
    )


def read_factuality(sentence: Sentence, head: int, negated: bool, lexicon: Lexicon) -> str:
    """Return `negated`, `possible` (under a modal, a condition or in a question) or `fact`."""
    if negated:
        return "negated"
    for i in (head, *sentence.ancestors(head)):
        for j in sentence.children[i]:
            relation, lemma = sentence.deprel[j], sentence.lemma[j].lower()
            if relation == "aux" and lemma in lexicon.sets["modals"] and i == head:
                return "possible"
            if relation == "mark" and lemma in lexicon.sets["conditions"]:
                return "possible"
        if sentence.deprel[i] in ("ccomp", "acl:relcl", "parataxis", "advcl", "root"):
            break
    return "possible" if sentence.text[-1] == "?" and sentence.deprel[head] == "root" else "fact"


def _match(sentence: Sentence, i: int, lexicon: Lexicon) -> tuple[Cue, tuple[int, ...]] | None:
    prefix, hyphen, rest = sentence.text[i].lower().partition("-")
    if hyphen or sentence.text[i + 1 : i + 2] == ["-"]:
        cue = lexicon.words.get((prefix, "PREFIX"))
        return (cue, (i,)) if cue is not None else None
    tag = _CONTENT.get(sentence.upos[i])
    if tag == "ADJ" and sentence.ner[i] != "O":
        return None  # part of a name: "the Central Bank"
    if tag is None:
        return _match_preposition(sentence, i, lexicon)
    for lemma in _lemmas(sentence, i, tag, lexicon):
        phrase = _match_phrase(sentence, i, lexicon.phrases.get((lemma, tag), ()))
        if phrase is not None:
            return phrase
        word = lexicon.words.get((lemma, tag))
        if word is not None and _is_outdone(sentence, i, word, lexicon):
            continue
        if word is not None and not (word.alone and _has_object(sentence, i)):
            return word, (i,)
    plain = _match_any(sentence, i, tag, lexicon)
    if plain is not None:
        return plain
    if tag == "ADJ" and any(sentence.text[j].lower() in lexicon.sets["excess"] for j in sentence.children[i]):
        return lexicon.words["excessive", "ADJ"], (i,)  # "is too long"
    other = lexicon.words.get((sentence.text[i].lower(), "ADJ"))  # a parser's noun or verb: "is neutral", "are tired"
    described = sentence.deprel[i] == "xcomp" or any(sentence.deprel[j] == "cop" for j in sentence.children[i])
    return (other, (i,)) if other is not None and described else None


def _match_phrase(sentence: Sentence, i: int, cues: Iterable[Cue]) -> tuple[Cue, tuple[int, ...]] | None:
    """Return the phrase that a word begins: of several the first that has a target ("a campaign for", "against")."""
    found = [(cue, words) for cue in cues if (words := _complete(sentence, i, cue)) is not None]
    aimed = (phrase for phrase in found if len(found) > 1 and _has_target(sentence, *phrase))
    return next(aimed, found[0] if found else None)


def _has_target(sentence: Sentence, cue: Cue, words: tuple[int, ...]) -> bool:
    return any(fill(sentence, word, role) for word in words for role in cue.targets)


def _is_self(sentence: Sentence, i: int) -> bool:
    return "Reflex=Yes" in sentence.feats[i]


def _match_any(sentence: Sentence, i: int, tag: str, lexicon: Lexicon) -> tuple[Cue, tuple[int, ...]] | None:
    for cue in lexicon.phrases.get((_ANY, tag), ()):
        words = _complete(sentence, i, cue)
        if words is not None:
            return cue, words
    return None


def _is_outdone(sentence: Sentence, i: int, word: Cue, lexicon: Lexicon) -> bool:
    """Whether a preposition tells the side rather than the verb: "preached against", but "warned against"."""
    found = None if _has_object(sentence, i) else _match_any(sentence, i, word.upos, lexicon)
    return found is not None and not any(found[0].companion in role.markers for role in word.targets)


def _has_object(sentence: Sentence, i: int) -> bool:
    return any(
        sentence.deprel[j] == "obj" and (sentence.upos[j] != "PRON" or _is_self(sentence, j))
        for j in sentence.children[i]
    )


def _lemmas(sentence: Sentence, i: int, tag: str, lexicon: Lexicon) -> list[str]:
    """The lemma, and what a lemmatizer may have missed: "deplor" for "deplored"."""
    lemma, word = sentence.lemma[i].lower(), sentence.text[i].lower()
    if tag != "VERB":
        return [lemma]
    if word in lexicon.irregular:
        return [lemma, lexicon.irregular[word]]
    stems = [word.removesuffix(ending) for ending in ("ed", "d", "ing", "s") if word.endswith(ending)]
    stems += [stem[:-1] for stem in stems if len(stem) > 2 and stem[-1] == stem[-2]]  # "expelled"
    return [
        lemma,
        lemma + "e",
        *stems,
        *(stem + "e" for stem in stems),
        *(s[:-1] + "y" for s in stems if s[-1:] == "i"),
    ]


def _match_preposition(sentence: Sentence, i: int, lexicon: Lexicon) -> tuple[Cue, tuple[int, ...]] | None:
    """Find "is against the deal": a preposition whose noun is the predicate of a copula."""
    if sentence.upos[i] != "ADP" or sentence.deprel[i] != "case":
        return None
    cue = lexicon.words.get((sentence.lemma[i].lower(), "ADP"))
    noun = sentence.head[i] - 1
    if cue is None or not any(sentence.deprel[j] == "cop" for j in sentence.children[noun]):
        return None
    return cue, (i,)


def _complete(sentence: Sentence, i: int, cue: Cue) -> tuple[int, ...] | None:
    """Find the other words of a phrase: its particle or preposition, a noun's own preposition, or an object."""
    below = sentence.children[i]
    if cue.companion is not None:
        predicative = cue.upos == "NOUN" and any(sentence.deprel[j] == "cop" for j in below)
        for j in below:
            if predicative and sentence.deprel[j] == "case" and sentence.lemma[j].lower() == cue.companion:
                return tuple(sorted((i, j)))  # "is at odds with X"
            if sentence.deprel[j] in _PARTICLES:
                for k in (j, *(c for c in sentence.children[j] if sentence.deprel[c] in ("case", "mark"))):
                    if sentence.lemma[k].lower() == cue.companion:
                        return tuple(sorted((i, k)))
        return None
    for j in below:
        if sentence.deprel[j] in ("obj", "nsubj:pass") and sentence.lemma[j].lower() in cue.objects:
            return tuple(sorted((i, j)))
    return None
