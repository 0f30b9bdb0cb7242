"""Common nouns: what they stand for in a codebook, tied together by the codebook's own aliases.

The data is `cues/LANGUAGE_names.toml`: classes of nouns, each with marks. An entity of the codebook belongs to a class
when one of its aliases holds a mark, so that a codebook with "residents" among its aliases gets farmers and students as
well, and one without it gets neither. Countries are tied by name, capital or people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corpus_tools.annotation.codebook import Entity
from corpus_tools.language.naming import fold_word

__all__ = ["PEOPLE", "CommonNouns"]

PEOPLE = ("actor", "collective")
_ISSUES = ("issue", "event")
_STEM = 5  # letters that "Africa" and "African" share
_SHORTEST_END = 6  # letters: "worker" tells what a "metalworker" is, "man" tells little
_SHORTEST_START = 4  # letters before it: a "colleague" is no league


class CommonNouns:
    """The nouns of a language file, tied to the entities of a codebook.

    Attributes
    ----------
    official, speaking, crowd, documents, pointing, endings, things
        As in the file.
    holding : set of str
        Nouns that may hold a stance.
    countries : dict
        Entity by the name, capital or people of a country.
    people, reverse : dict
        Entity by noun; for `reverse` the noun speaks of the end of the entity.
    issues : dict
        By noun the issues that it may be about, the likeliest first.
    abroad : dict
        By noun the issue that it speaks of with the name of one of the countries in `far`: "French soldiers".
    far : set of str
    partners : dict
        By actor the issues whose aliases name it.
    usual : dict
        By issue the side that those who speak of it mostly take: 1 for, -1 against.
    remedies : tuple of str
        Issues of which one is meant by a demand that names none.
    authorities : dict
        By noun the entities of which the most mentioned one is meant.
    definite : set of str
        Names that are one only with an article: "the West".
    bags : dict
        Entity by the words of an alias in any order: "the bloc of West African states" is "the West African bloc".
    spread : list
        Issues whose alias joins a country and a noun, with those parts.
    """

    def __init__(self, entities: Mapping[str, Entity], data: Mapping[str, Any]) -> None:
        self._entities = entities
        self._aliases = {
            e.id: [" ".join(fold_word(w) for w in alias.split()) for alias in (e.name, *e.aliases)]
            for e in entities.values()
        }
        self.official, self.speaking = frozenset(data["official"]), frozenset(data["speaking"])
        self.crowd = frozenset(data.get("crowd", ()))
        self.documents, self.pointing = frozenset(data["documents"]), frozenset(data["pointing"])
        self.endings: tuple[str, ...] = tuple(data["endings"])
        self.things: tuple[str, ...] = tuple(data["things"])
        who = (word for group in data["class"] if group["kind"] != "issue" for word in group["words"])
        self.holding = {*data["holding"], *self.official, *self.speaking, *who}
        aliases = [alias for own in self._aliases.values() for alias in own]
        self.definite = {a.removeprefix("the ") for a in aliases if a.startswith("the ") and a.count(" ") == 1}
        self.countries = dict(self._tie_countries(data["countries"]))
        self.spread = list(self._list_spread())
        self.bags = {
            frozenset(_singular(word) for word in alias.removeprefix("the ").split()): entity
            for entity, own in reversed(self._aliases.items())
            for alias in own
            if alias.removeprefix("the ").count(" ") in (1, 2) and "'" not in alias
        }
        self.people: dict[str, str] = {}
        self.authorities: dict[str, tuple[str, ...]] = {}
        self.issues: dict[str, tuple[str, ...]] = {}
        self.reverse: dict[str, str] = {}
        self.usual: dict[str, int] = {}
        self.remedies: tuple[str, ...] = ()
        self.abroad: dict[str, str] = {}
        self.partners = dict(self._list_partners())
        self.far = {fold_word(n) for group in ("western", "other") for c in data["countries"][group] for n in c}
        for group in data["class"]:
            self._tie_class(group)

    def name_part(self, word: str) -> str:
        """Return a word for looking up parts of aliases: countries, capitals and people become one."""
        return f"@{self.countries[word]}" if word in self.countries else word

    def people_by_ending(self, word: str) -> str | None:
        """Return the entity of the longest noun for people that a compound ends with: "schoolteacher" is a teacher."""
        ends = (word[start:] for start in range(_SHORTEST_START, len(word) - _SHORTEST_END + 1))
        return next((self.people[end] for end in ends if end in self.people), None)

    def titled(self, noun: str, modifiers: Iterable[str]) -> str | None:
        """Return the authority an alias of which is the noun with these modifiers: "the central African bloc"."""
        there = {self._stem(word) for word in modifiers}
        for entity in self.authorities.get(noun, ()) if there else ():
            for words in (set(alias.replace("'s", "").split()) for alias in self._aliases[entity]):
                rest = {self._stem(word) for word in words - {noun, "the", "regional"}}
                if noun in words and rest and rest <= there:
                    return entity
        return None

    def _stem(self, word: str) -> str:
        """What words of one sort share: the entity of a country, else the first letters ("Africa", "African")."""
        return self.name_part(word) if word in self.countries else word[:_STEM]

    def in_any_order(self, words: Iterable[str]) -> str | None:
        """Return the entity all words of one of whose aliases are among the words, the longest alias first."""
        there = {_singular(word) for word in words}
        fits = [bag for bag in self.bags if bag <= there]
        return self.bags[max(fits, key=len)] if fits else None

    def _list_spread(self) -> Iterator[tuple[frozenset[str], str]]:
        for entity, aliases in self._aliases.items():
            for parts in (alias.replace("'s", "").split() for alias in aliases):
                if len(parts) == 2 and any(part in self.countries for part in parts):
                    if self._entities[entity].kind in _ISSUES:
                        yield frozenset(map(self.name_part, parts)), entity

    def _list_partners(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """By actor the issues one of whose aliases names it: "military agreements with France"."""
        for actor in set(self.countries.values()):
            names = {name for name, entity in self.countries.items() if entity == actor}
            own = (e for e, aliases in self._aliases.items() if self._entities[e].kind in _ISSUES)
            issues = tuple(e for e in own if any(_is_with(alias, names) for alias in self._aliases[e]))
            if issues:
                yield actor, issues

    def _tie_countries(self, groups: Mapping[str, list[list[str]]]) -> Iterator[tuple[str, str]]:
        for group, countries in groups.items():
            general = self._marked([f"{group} governments"])
            for names in countries:
                folded = [fold_word(name) for name in names]
                own = self._of_country(folded)
                entity = own or (general[0] if general else None)
                if entity is not None:
                    yield from ((name, entity) for name in folded)

    def _of_country(self, names: list[str]) -> str | None:
        """The actor that bears a country's name or capital; else one that carries it in front ("Sudanese army")."""
        actors = [e.id for e in self._entities.values() if e.kind == "actor"]
        for entity in actors:
            if any(alias.removeprefix("the ") in names for alias in self._aliases[entity]):
                return entity
        for entity in actors:
            if any(alias.startswith((f"{name} ", f"{name}'s ")) for alias in self._aliases[entity] for name in names):
                return entity
        return None

    def _tie_class(self, group: Mapping[str, Any]) -> None:
        members = self._marked(group["marks"])
        if group["kind"] == "issue":
            members = [m for m in members if self._entities[m].kind in _ISSUES]
        else:
            members = [m for m in members if self._entities[m].kind in PEOPLE]
        for word in group["words"] if members else ():
            if group["kind"] == "authority":
                self.authorities.setdefault(word, tuple(members))
            elif group["kind"] == "issue":
                self.issues[word] = tuple(dict.fromkeys((*self.issues.get(word, ()), members[0])))
            else:
                self.people.setdefault(word, members[0])
        if members and group.get("usual"):
            self.usual.setdefault(members[0], group["usual"])
        if members and group.get("remedy"):
            self.remedies = tuple(dict.fromkeys((*self.remedies, members[0])))
        for word in group.get("abroad", ()) if members else ():
            self.abroad.setdefault(word, members[0])
        for word in group.get("reverse", ()) if members else ():
            self.reverse.setdefault(word, members[0])

    def _marked(self, marks: list[str]) -> list[str]:
        """Entities one of whose aliases holds one of the marks as whole words, in the order of marks."""
        found = [
            entity
            for mark in marks
            for entity, aliases in self._aliases.items()
            if any(f" {mark} " in f" {alias.removeprefix('the ')} " or mark == alias for alias in aliases)
        ]
        return list(dict.fromkeys(found))


def _is_with(alias: str, names: set[str]) -> bool:
    """Whether an alias speaks of something with one of the names: "ties with Russia"."""
    return alias.partition(" with ")[2] in names


def _singular(word: str) -> str:
    """Cut the ending of most plurals off, the same way in aliases and in texts."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
