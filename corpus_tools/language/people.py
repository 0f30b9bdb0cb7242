"""People: which actor or collective of a codebook a phrase speaks for, also where no alias stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from corpus_tools.annotation.codebook import Codebook, Entity
from corpus_tools.language.common_nouns import PEOPLE, CommonNouns
from corpus_tools.language.cues import load_words
from corpus_tools.language.modifiers import MODIFIERS, case_of, is_definite, is_specified, noun_words
from corpus_tools.language.naming import EntityNames, fold_word, plain_words
from corpus_tools.language.sentences import Sentence

__all__ = ["PeopleNames", "Surroundings"]

_OF = frozenset({"of", "for", "from", "to", "with", "at", "in"})
_SPEAKING_FOR = frozenset({"of", "for", "from", "to"})
_VAGUE = frozenset({"a", "an", "one", "some", "other", "another", "many", "several", "retired", "former"})
_DEEPEST = 4


@dataclass(frozen=True)
class Surroundings:
    """What an article is about: how much each entity is mentioned in it, and the issue spoken of last."""

    counts: Mapping[str, float] = field(default_factory=dict)
    issue: str | None = None
    actor: str | None = None
    """Who was spoken of last where a subject stands: of whom "the official" of the next sentence is one."""


class PeopleNames:
    """Finds the actor or collective of a codebook that a phrase speaks for.

    Parameters
    ----------
    codebook
        Its entities with kinds and aliases; with None nothing has an entity.
    language
        Whose `cues/LANGUAGE_names.toml` tells what common nouns stand for.
    """

    def __init__(self, codebook: Codebook | None = None, language: str = "en") -> None:
        self.entities: Mapping[str, Entity] = codebook.entities if codebook is not None else {}
        self.names = EntityNames(codebook)
        self.common = CommonNouns(self.entities, load_words(f"{language}_names"))

    def kind(self, entity: str | None) -> str | None:
        """Return the kind of an entity: actor, collective, issue, event, or None where there is none."""
        return self.entities[entity].kind if entity is not None and entity in self.entities else None

    def can_hold(self, sentence: Sentence, head: int) -> bool:
        """Whether a word can stand for somebody who takes sides: a name, a pronoun, a noun for people or bodies."""
        entity = self._mentions(sentence).get(head)
        if entity is not None:
            return self.kind(entity) in PEOPLE
        lemma, word = fold_word(sentence.lemma[head]), fold_word(sentence.text[head])
        if "Date" in sentence.ner[head] or lemma in self.common.documents:
            return False
        if sentence.upos[head] not in ("NOUN", "VERB") or sentence.ner[head] != "O":
            return True
        if lemma in self.common.holding or word in self.common.holding or lemma.endswith(self.common.endings):
            return True
        return not self.entities and not lemma.endswith(self.common.things)

    def is_document(self, sentence: Sentence, head: int) -> bool:
        """Whether a noun speaks for its author: a statement, a report."""
        return fold_word(sentence.lemma[head]) in self.common.documents

    def is_public(self, sentence: Sentence, head: int) -> bool:
        """Whether a word stands for somebody who speaks in public: a mediator, an envoy, a minister."""
        return head >= 0 and fold_word(sentence.lemma[head]) in (self.common.official | self.common.speaking)

    def find_people(self, sentence: Sentence, head: int, around: Surroundings | None = None) -> str | None:
        """Return the actor or collective that the phrase with this head word speaks for, or None."""
        found = self._people_of(sentence, head, around or Surroundings(), _DEEPEST)
        if found is None and any(sentence.deprel[i] == "nmod" for i in sentence.children[head]):
            found = self.common.in_any_order(fold_word(sentence.text[i]) for i in noun_words(sentence, head))
        return found if self.kind(found) in PEOPLE else None

    def _people_of(self, sentence: Sentence, head: int, around: Surroundings, depth: int) -> str | None:
        mentioned = self._mentions(sentence)
        if head in mentioned:
            return self._specify(mentioned[head], sentence.lemma[head], around)
        lemma = fold_word(sentence.lemma[head])
        official = lemma in self.common.official
        named = self._person(sentence, head, lemma)
        if named is not None and not official:
            return named
        modifiers = [i for i in sentence.children[head] if sentence.deprel[i] in MODIFIERS]
        modifiers += [j for i in modifiers for j in sentence.children[i] if sentence.deprel[j] == "compound"]
        near = [i for i in modifiers if sentence.deprel[i] not in ("nmod", "appos")]
        of = [i for i in modifiers if sentence.deprel[i] == "nmod" and case_of(sentence, i) in _OF]
        return (
            self._spoken_for(sentence, [i for i in of if lemma in self.common.speaking and depth], around, depth - 1)
            or self._compounded(sentence, near)
            or self._first_mention(near if official else [], mentioned)
            or named  # "a carpenters' guild" speaks for guilds, not for carpenters
            or self.common.titled(lemma, [fold_word(sentence.lemma[i]) for i in near])
            or self._class_of(
                sentence, near if official else [i for i in near if sentence.deprel[i] != "nmod:poss"], around
            )
            or self._first_mention(of if official else [], mentioned)
            or self._authority(sentence, head, lemma, around)
            or (around.actor if official and _is_known(sentence, head, modifiers) else None)
            or self._crowd(sentence, head, lemma)
        )

    def _person(self, sentence: Sentence, head: int, lemma: str) -> str | None:
        """Whom a noun for people stands for: with the noun before it, by itself, or by the noun that it ends with."""
        before = fold_word(sentence.text[head - 1]) if head else ""
        for noun in (f"{before} {lemma}", lemma, lemma.rpartition("-")[2]):
            if noun in self.common.people:
                return self.common.people[noun]
        return self.common.people_by_ending(lemma) if sentence.upos[head] == "NOUN" else None

    def _crowd(self, sentence: Sentence, head: int, lemma: str) -> str | None:
        """Who "few in Bamako" and "many in the capital" are."""
        placed = any(case_of(sentence, i) in ("in", "on", "at") for i in sentence.children[head])
        return self.common.people.get("people") if placed and lemma in self.common.crowd else None

    def _spoken_for(self, sentence: Sentence, of: list[int], around: Surroundings, depth: int) -> str | None:
        for i in of:
            found = self._people_of(sentence, i, around, depth) if case_of(sentence, i) in _SPEAKING_FOR else None
            if found is not None and self.kind(found) in PEOPLE:
                return found
        return None

    def _compounded(self, sentence: Sentence, near: list[int]) -> str | None:
        """Whom the noun right before tells: "Gabon's opposition leader" speaks for the opposition, not for Gabon."""
        compounds = [i for i in near if sentence.deprel[i] == "compound" and sentence.upos[i] == "NOUN"]
        nouns = (fold_word(sentence.lemma[i]) for i in compounds)
        return next((self.common.people[noun] for noun in nouns if noun in self.common.people), None)

    def _first_mention(self, words: list[int], mentioned: Mapping[int, str]) -> str | None:
        return next((mentioned[i] for i in words if self.kind(mentioned.get(i)) in PEOPLE), None)

    def _class_of(self, sentence: Sentence, words: list[int], around: Surroundings) -> str | None:
        for i in words:
            for word in (fold_word(sentence.lemma[i]), fold_word(sentence.text[i])):
                if word in self.common.people:
                    return self.common.people[word]
                if word in self.common.authorities:
                    return self._most_mentioned(self.common.authorities[word], around)
        return None

    def _authority(self, sentence: Sentence, head: int, lemma: str, around: Surroundings) -> str | None:
        """Return who "the officers" are; "a retired colonel" is nobody in particular."""
        if lemma not in self.common.authorities or any(
            sentence.lemma[i].lower() in _VAGUE for i in sentence.children[head]
        ):
            return None
        return self._most_mentioned(self.common.authorities[lemma], around)

    def _specify(self, entity: str, lemma: str, around: Surroundings) -> str:
        """Turn "the generals" into those whom the article is about."""
        rivals = self.common.authorities.get(fold_word(lemma), ())
        return (self._most_mentioned(rivals, around) or entity) if entity in rivals else entity

    def _most_mentioned(self, entities: tuple[str, ...], around: Surroundings) -> str | None:
        best = max(entities, key=lambda entity: around.counts.get(entity, 0), default=None)
        return best if best is not None and around.counts.get(best, 0) else None

    def _mentions(self, sentence: Sentence) -> Mapping[int, str]:
        """Entity by word position: aliases, and names of countries, capitals and their people."""
        return sentence.remember(("actors", self.names.key), lambda: dict(self._find_mentions(sentence)))

    def _find_mentions(self, sentence: Sentence) -> Iterator[tuple[int, str]]:
        low = plain_words(sentence)
        for i, word in enumerate(low):
            pair = " ".join(low[i : i + 2])
            if pair in self.common.countries:
                yield from ((i, self.common.countries[pair]), (i + 1, self.common.countries[pair]))
            elif word in self.common.countries and sentence.text[i][0].isupper():
                yield i, self.common.countries[word]
        for entity, positions in self.names.find(sentence):
            if len(positions) == 1 and low[positions[0]] in self.common.definite:
                shouted = sentence.text[positions[0]].isupper()  # "the EU"
                if sentence.deprel[positions[0]] in ("amod", "compound", "advmod") and not shouted:
                    continue  # "West African" is not "the West"
                if sentence.text[positions[0]].islower() and "the" not in low[max(0, positions[0] - 3) : positions[0]]:
                    continue  # nor is "a war" "the war"
            yield from ((i, entity) for i in positions)


def _is_known(sentence: Sentence, head: int, modifiers: list[int]) -> bool:
    return is_definite(sentence, head) and not is_specified(sentence, modifiers)
