"""Actors and issues: which entity of a codebook a phrase speaks of, also where no alias stands in it.

`EntityNames` finds aliases. This room adds what a reader adds: "a French diplomat" speaks for France, "a spokesperson
for the opposition" for the opposition, "the officers" for the junta that the article is about, "the ballot" is about
elections. What common nouns stand for is data; see `corpus_tools.language.common_nouns`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from corpus_tools.annotation.codebook import Codebook, Entity
from corpus_tools.language.common_nouns import PEOPLE, CommonNouns
from corpus_tools.language.cues import load_words
from corpus_tools.language.modifiers import MODIFIERS, POINTERS, case_of, is_definite, is_specified, noun_words
from corpus_tools.language.naming import EntityNames, fold_word, plain_words
from corpus_tools.language.sentences import Sentence

__all__ = ["ActorNames", "Surroundings", "load_actors"]

_OF = frozenset({"of", "for", "from", "to", "with", "at", "in"})
_SPEAKING_FOR = frozenset({"of", "for", "from", "to"})
_TELLING = frozenset({"nsubj", "nsubj:pass", "obj", "nmod", "nmod:poss", "obl", "amod", "compound"})
_TITLE = 4.0  # mentions that one in the title counts for
_VAGUE = frozenset({"a", "an", "one", "some", "other", "another", "many", "several", "retired", "former"})
_PREFIXES = ("anti", "pro")
_DEEPEST = 4
_LIKELIEST = 2.0
_VOTE = 3.0  # mentions in the article that a word of the same phrase counts for


@dataclass(frozen=True)
class Surroundings:
    """What an article is about: how much each entity is mentioned in it, and the issue spoken of last."""

    counts: Mapping[str, float] = field(default_factory=dict)
    issue: str | None = None
    actor: str | None = None
    """Who was spoken of last where a subject stands: of whom "the official" of the next sentence is one."""


@lru_cache(maxsize=8)
def load_actors(codebook: Codebook | None, language: str = "en") -> ActorNames:
    """Return the names of a codebook in a language, made once."""
    return ActorNames(codebook, language)


class ActorNames:
    """Finds the entity of a codebook that a phrase speaks of.

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

    def survey(self, sentences: Sequence[Sentence], title: str | None = None) -> Surroundings:
        """Weigh the entities of an article by their mentions: those in the title most, the early ones more."""
        counts: dict[str, float] = defaultdict(float)
        for number, sentence in enumerate(sentences):
            for mentioned in self._mentions(sentence).values():
                counts[mentioned] += 2.0 - number / len(sentences)
            for lemma in sentence.lemma:
                issues = self.common.issues.get(fold_word(lemma), ())
                if len(issues) == 1:  # a noun of several issues tells of none
                    counts[issues[0]] += 0.5
        for word in (title or "").replace("\u2019", "'").split():
            entity = self.common.countries.get(fold_word(word.strip(".,:;!?'\"").removesuffix("'s")))
            if entity is not None:
                counts[entity] += _TITLE
        return Surroundings(counts)

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

    def points_back(self, sentence: Sentence, head: int) -> bool:
        """Whether a noun points back to something spoken of before: "the step", "such a move"."""
        before = {sentence.lemma[i].lower() for i in sentence.children[head]}
        return sentence.lemma[head].lower() in self.common.pointing and bool(before & POINTERS)

    def find_remedy(self, around: Surroundings) -> str | None:
        """Return the remedy that an article speaks of most: what is demanded where a demand names no issue."""
        return self._most_mentioned(self.common.remedies, around)

    def last_issue(self, sentence: Sentence) -> str | None:
        """Return the issue or event that a sentence mentions last."""
        found = (self.issue_of(sentence, i, None) for i in reversed(range(len(sentence))))
        return next((issue for issue in found if issue is not None), None)

    def last_actor(self, sentence: Sentence, around: Surroundings) -> str | None:
        """Return the last actor in a sentence that stands where a subject stands."""
        subjects = [i for i in range(len(sentence)) if sentence.deprel[i] in ("nsubj", "nsubj:pass", "obl:agent")]
        found = (self.find_people(sentence, i, around) for i in reversed(subjects) if sentence.upos[i] != "PRON")
        return next((actor for actor in found if self.kind(actor) == "actor"), None)

    def find_people(self, sentence: Sentence, head: int, around: Surroundings | None = None) -> str | None:
        """Return the actor or collective that the phrase with this head word speaks for, or None."""
        found = self._people_of(sentence, head, around or Surroundings(), _DEEPEST)
        if found is None and any(sentence.deprel[i] == "nmod" for i in sentence.children[head]):
            found = self.common.in_any_order(fold_word(sentence.text[i]) for i in noun_words(sentence, head))
        return found if self.kind(found) in PEOPLE else None

    def find_topic(
        self, sentence: Sentence, words: list[int], around: Surroundings | None = None
    ) -> tuple[str | None, int]:
        """Return the entity that a phrase or clause is about, and a sign.

        Parameters
        ----------
        sentence
            Where the words stand.
        words
            Positions, the head first and then breadth first: what is nearest to the head counts most.
        around
            What the article is about.

        Returns
        -------
        entity, sign
            The sign is -1 where the words speak of the end of the entity: "the departure" is about foreign troops.
        """
        head = words[0]
        around = replace(around, actor=None) if around is not None else None  # "the official" of before holds only
        lemma = fold_word(sentence.lemma[head])
        if lemma in self.common.reverse:
            return self.common.reverse[lemma], -1
        prefix, hyphen, rest = lemma.partition("-")
        if hyphen and prefix in _PREFIXES:
            return next(iter(self.common.issues.get(rest, ())), self.common.countries.get(rest)), 1
        if lemma in self.common.abroad and any(fold_word(sentence.text[i]) in self.common.far for i in words[1:]):
            return self.common.abroad[lemma], 1
        verbal = sentence.upos[head] in ("VERB", "AUX")
        own = self._scattered_issue(sentence, words) if verbal else None
        own = own or self.issue_of(sentence, head, around, words)
        own = own or (None if verbal else self.find_people(sentence, head, around))
        return own or self._topic_below(sentence, words, around), 1

    def _topic_below(self, sentence: Sentence, words: list[int], around: Surroundings | None) -> str | None:
        """Return the issue nearest to the head, else the people that the head tells of."""
        for i in words[1:]:
            issue = self.issue_of(sentence, i, around, words)
            if issue is not None:
                return issue
        for i in words[1:]:
            told = sentence.head[i] - 1 == words[0] and sentence.deprel[i] in _TELLING and sentence.upos[i] != "PRON"
            people = self.find_people(sentence, i, around) if told else None
            if people is not None:
                return people
        return None

    def _scattered_issue(self, sentence: Sentence, words: list[int]) -> str | None:
        """Return the issue whose alias is spread over a clause: "Russia is gaining influence"."""
        low = plain_words(sentence)
        there = {self.common.name_part(w) for i in words for w in (low[i], fold_word(sentence.lemma[i]))}
        return next((entity for parts, entity in self.common.spread if parts <= there), None)

    def is_issue(self, sentence: Sentence, words: list[int]) -> bool:
        """Whether words speak of an issue or an event of the codebook."""
        return any(self.issue_of(sentence, i, None) is not None for i in words)

    def issue_of(
        self, sentence: Sentence, position: int, around: Surroundings | None = None, words: Sequence[int] = ()
    ) -> str | None:
        """Return the issue or event that a single word speaks of.

        Of several it is the one that more of `words` speak of, then the one that the article is about.
        """
        entity = self._mentions(sentence).get(position)
        if self.kind(entity) in ("issue", "event"):
            return entity
        if sentence.upos[position] == "PROPN":
            return None
        table, lemma = self.common.issues, fold_word(sentence.lemma[position])
        after = f" {sentence.text[position + 1].lower()}" if position + 1 < len(sentence) else ""
        issues = table.get(lemma + after) or table.get(lemma) or table.get(fold_word(sentence.text[position]), ())
        if len(issues) < 2 or around is None:
            return next(iter(issues), None)
        votes = self._count_votes(sentence, [i for i in words if i != position])
        weight = {issue: around.counts.get(issue, 0) * (_LIKELIEST if issue == issues[0] else 1) for issue in issues}
        return max(issues, key=lambda issue: weight[issue] + _VOTE * votes.get(issue, 0))

    def _count_votes(self, sentence: Sentence, words: Sequence[int]) -> Mapping[str, int]:
        """By issue the words that may speak of it, those of one issue twice."""
        votes: dict[str, int] = defaultdict(int)
        mentioned = self._mentions(sentence)
        for i in words:
            own = self.common.issues.get(fold_word(sentence.lemma[i]), ())
            for issue in own or self.common.partners.get(mentioned.get(i, ""), ()):
                votes[issue] += 2 if len(own) == 1 else 1
        return votes

    # --- people -------------------------------------------------------------------------------------------------------

    def _people_of(self, sentence: Sentence, head: int, around: Surroundings, depth: int) -> str | None:
        mentioned = self._mentions(sentence)
        if head in mentioned:
            return self._specify(mentioned[head], sentence.lemma[head], around)
        lemma = fold_word(sentence.lemma[head])
        official = lemma in self.common.official
        if lemma in self.common.people and not official:
            return self.common.people[lemma]
        modifiers = [i for i in sentence.children[head] if sentence.deprel[i] in MODIFIERS]
        modifiers += [j for i in modifiers for j in sentence.children[i] if sentence.deprel[j] == "compound"]
        near = [i for i in modifiers if sentence.deprel[i] not in ("nmod", "appos")]
        of = [i for i in modifiers if sentence.deprel[i] == "nmod" and case_of(sentence, i) in _OF]
        return (
            self._spoken_for(sentence, [i for i in of if lemma in self.common.speaking and depth], around, depth - 1)
            or self._compounded(sentence, near)
            or self._first_mention(near if official else [], mentioned)
            or self._class_of(
                sentence, near if official else [i for i in near if sentence.deprel[i] != "nmod:poss"], around
            )
            or self._first_mention(of if official else [], mentioned)
            or self._authority(sentence, head, lemma, around)
            or (around.actor if official and _is_known(sentence, head, modifiers) else None)
        )

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

    # --- mentions -----------------------------------------------------------------------------------------------------

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
