"""Phrases: the words that belong to a head, and the heads that are coordinated with it."""

from __future__ import annotations

from collections.abc import Collection

from corpus_tools.language.sentences import Sentence

_NOT_IN_NOUN_PHRASE = frozenset(
    {"conj", "cc", "punct", "acl:relcl", "acl", "appos", "parataxis", "case", "cop", "nsubj", "advcl", "mark"}
)
_NOT_IN_CLAUSE = frozenset({"mark", "punct", "cc", "case", "discourse"})


def list_words(sentence: Sentence, head: int, leave_out: Collection[str] = ()) -> list[int]:
    """Return the head and everything below it, breadth first, without the dependents of `head` in `leave_out`."""
    found = [head]
    seen = {head}
    queue = [i for i in sentence.children[head] if sentence.deprel[i] not in leave_out]
    while queue:
        found += queue
        seen.update(queue)
        queue = [j for i in queue for j in sentence.children[i] if j not in seen]
    return found


def noun_phrase(sentence: Sentence, head: int) -> list[int]:
    """Return the words of the phrase around a noun, head first; clauses and coordinated nouns are left out."""
    words = list_words(sentence, head, _NOT_IN_NOUN_PHRASE)
    return [head, *(i for i in words[1:] if not _in_clause(sentence, i, head))]


def clause(sentence: Sentence, head: int) -> list[int]:
    """Return the words of the clause below its head, head first, without its conjunction."""
    words = list_words(sentence, head, _NOT_IN_CLAUSE)
    beside = {j for i in sentence.children[head] if _stands_alone(sentence, i) for j in list_words(sentence, i)}
    return [i for i in words if i not in beside]


def is_clause(sentence: Sentence, head: int) -> bool:
    """Whether the head is a predicate: a finite or infinite verb, or a nominal with a copula."""
    below = [sentence.deprel[i] for i in sentence.children[head]]
    return sentence.upos[head] in ("VERB", "AUX") or "cop" in below or "nsubj" in below or "nsubj:pass" in below


def list_coordinated(sentence: Sentence, head: int) -> list[int]:
    """Return a head and the heads coordinated with it, in text order."""
    found = [head]
    parts = (head, *(i for i in sentence.children[head] if i == head - 1 and sentence.deprel[i] == "compound"))
    below = [j for i in parts for j in sentence.children[i] if sentence.deprel[j] == "conj" and j > head]
    if len(below) == 1 and _explains(sentence, below[0]):
        return found
    for i in below:
        if is_clause(sentence, i) == is_clause(sentence, head):
            split_name = i == found[-1] + 1 and sentence.upos[i] == "PROPN"  # "Burkina", "Faso"
            if not split_name and not (is_clause(sentence, head) and _stands_alone(sentence, i)):
                found.append(i)
    return [*found, *_hung_higher(sentence, head)]


def _hung_higher(sentence: Sentence, noun: int) -> list[int]:
    """Find nouns that a parser coordinates with the verb above: "pleaded for patience and for talks"."""
    cases = markers(sentence, noun)
    if not cases or sentence.head[noun] == 0:
        return []
    beside = sentence.children[sentence.head[noun] - 1]
    nouns = [i for i in beside if i > noun and sentence.deprel[i] == "conj" and sentence.upos[i] in ("NOUN", "PROPN")]
    return [i for i in nouns if cases & markers(sentence, i)]


def _explains(sentence: Sentence, noun: int) -> bool:
    """Whether a noun that a parser coordinates explains the one before it: "the lawyers, a team of six, ..."."""
    joined = any(sentence.deprel[i] == "cc" for i in sentence.children[noun])
    return not joined and follows_comma(sentence, noun)


def follows_comma(sentence: Sentence, noun: int) -> bool:
    """Whether a noun has an indefinite article right after a comma."""
    first = next((i for i in sentence.children[noun] if sentence.deprel[i] == "det"), 0)
    return first > 0 and "Definite=Ind" in sentence.feats[first] and sentence.text[first - 1] == ","


def _stands_alone(sentence: Sentence, i: int) -> bool:
    """Whether a coordinated clause has a subject of its own, or turns back to the tense of the main clause."""
    if sentence.deprel[i] in ("parataxis", "advcl") and _has_subject(sentence, i):
        return sentence.deprel[i] == "parataxis"
    if sentence.deprel[i] != "conj":
        return False
    marked = any(sentence.deprel[j] == "mark" for j in sentence.children[i])
    return not marked and (
        _has_subject(sentence, i) or _is_past(sentence, i) > _is_past(sentence, sentence.head[i] - 1)
    )


def _has_subject(sentence: Sentence, i: int) -> bool:
    return any(sentence.deprel[j] in ("nsubj", "nsubj:pass") for j in sentence.children[i])


def _is_past(sentence: Sentence, i: int) -> bool:
    below = (i, *(j for j in sentence.children[i] if sentence.deprel[j] in ("aux", "aux:pass", "cop")))
    return any("Tense=Past" in sentence.feats[j] and "VerbForm=Fin" in sentence.feats[j] for j in below)


def markers(sentence: Sentence, head: int) -> set[str]:
    """Return the case markers and conjunctions of a head, as lemmas and as written, in lower case."""
    found = set()
    for i in sentence.children[head]:
        if sentence.deprel[i] in ("case", "mark"):
            found |= {sentence.lemma[i].lower(), sentence.text[i].lower()}
    return found


def _in_clause(sentence: Sentence, position: int, top: int) -> bool:
    while position != top:
        if sentence.deprel[position] in ("acl:relcl", "acl", "advcl", "parataxis", "appos"):
            return True
        position = sentence.head[position] - 1
        if position < 0:
            return False
    return False
