"""Modifiers: what stands around a noun and tells whose, which or how known it is."""

from __future__ import annotations

from corpus_tools.language.sentences import Sentence

__all__ = ["MODIFIERS", "POINTERS", "case_of", "is_definite", "is_specified", "noun_words"]

MODIFIERS = frozenset({"amod", "compound", "nmod:poss", "nmod", "flat", "nmod:desc", "appos"})
POINTERS = frozenset({"the", "this", "such", "that"})


def is_specified(sentence: Sentence, modifiers: list[int]) -> bool:
    """Whether modifiers tell whose official is meant: any but a plain adjective, as in "the new leader"."""
    return any(sentence.deprel[i] != "amod" or sentence.ner[i] != "O" for i in modifiers)


def noun_words(sentence: Sentence, head: int) -> list[int]:
    """Return a noun with its modifiers and those of the nouns that it is of."""
    found = [head]
    for i in found:
        found += [j for j in sentence.children[i] if sentence.deprel[j] in MODIFIERS and j not in found]
    return found


def is_definite(sentence: Sentence, head: int) -> bool:
    """Whether a noun speaks of somebody known: "the official", or a bare plural, "officials"."""
    before = {sentence.lemma[i].lower() for i in sentence.children[head] if sentence.deprel[i] == "det"}
    return bool(before & POINTERS) or (not before and "Number=Plur" in sentence.feats[head])


def case_of(sentence: Sentence, position: int) -> str | None:
    """The preposition of a noun, or None."""
    for i in sentence.children[position]:
        if sentence.deprel[i] == "case":
            return sentence.lemma[i].lower()
    return None
