"""Actors and issues: which entity of a codebook a phrase speaks of, also where no alias stands in it.

`EntityNames` finds aliases. This room adds what a reader adds: "a French diplomat" speaks for France, "a spokesperson
for the opposition" for the opposition, "the officers" for the junta that the article is about, "the ballot" is about
elections. What common nouns stand for is data; see `corpus_tools.language.common_nouns`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.modifiers import POINTERS, case_of
from corpus_tools.language.naming import fold_word, plain_words
from corpus_tools.language.people import PeopleNames, Surroundings
from corpus_tools.language.sentences import Sentence

__all__ = ["ActorNames", "Surroundings", "load_actors"]

_TELLING = frozenset({"nsubj", "nsubj:pass", "obj", "nmod", "nmod:poss", "obl", "amod", "compound"})
_TITLE = 4.0  # mentions that one in the title counts for
_PREFIXES = ("anti", "pro")
_LIKELIEST = 2.0
_VOTE = 3.0  # mentions in the article that a word of the same phrase counts for


@lru_cache(maxsize=8)
def load_actors(codebook: Codebook | None, language: str = "en") -> ActorNames:
    """Return the names of a codebook in a language, made once."""
    return ActorNames(codebook, language)


class ActorNames(PeopleNames):
    """Finds the entity of a codebook that a phrase speaks of, people, issues and events.

    The parameters are those of `PeopleNames`.
    """

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
        after = [fold_word(word) for word in sentence.text[position + 1 : position + 3]]
        phrases = (" ".join((lemma, *after[:count])) for count in (2, 1, 0))
        issues = next((table[phrase] for phrase in phrases if phrase in table), None)
        issues = issues or table.get(fold_word(sentence.text[position]), ())
        if len(issues) < 2 or around is None:
            return next(iter(issues), None)
        votes = self._count_votes(sentence, [i for i in words if i != position])
        issues = tuple(dict.fromkeys((*issues, *self._with_partner(sentence, words))))
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

    def _with_partner(self, sentence: Sentence, words: Sequence[int]) -> Iterator[str]:
        """Issues named by the actor that stands after "with": "the deal with Moscow" is about ties with Russia."""
        mentioned = self._mentions(sentence)
        for i in words:
            if i in mentioned and case_of(sentence, i) == "with":
                yield from self.common.partners.get(mentioned[i], ())
