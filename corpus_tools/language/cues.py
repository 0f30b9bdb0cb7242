"""Cue predicates of stance: a lexicon that is data, TOML files by language under `cues/`.

`LANGUAGE.toml` holds the predicates, `LANGUAGE_acts.toml` (read before it, may be missing) acts and set phrases,
`LANGUAGE_speech.toml` the words that carry, turn or report a stance, and `LANGUAGE_names.toml` what common nouns stand
for (read by `corpus_tools.language.people` and `corpus_tools.language.actors`). Each file tells its format
at its top; another language is three or four more files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from corpus_tools.text.errors import InputError

__all__ = ["Cue", "Lexicon", "Role", "load_lexicon", "load_words"]

_PLAIN = 2  # strength where the file gives none


class Role(NamedTuple):
    """Where an argument stands: a dependency relation and the case or mark it must have (empty: any)."""

    relation: str
    markers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> Role:
        """Read `"obj"` or `"obl(for, to)"`.

        Examples
        --------
        >>> Role.of("obl(for, to)").relation, sorted(Role.of("obl(for, to)").markers)
        ('obl', ['for', 'to'])
        """
        relation, _, inside = text.partition("(")
        return cls(relation, frozenset(inside.rstrip(")").replace(",", " ").split()))


@dataclass(frozen=True)
class Cue:
    """A predicate that expresses a stance.

    `polarity` is -1 (against), 1 (for) or 0 (taking no side), `strength` 1 (mild) to 3 (strong); `holders` and
    `targets` are the roles in which they stand, the preferred ones first. `companion` is the second word of a cue
    such as "turn down"; `objects` are the words one of which must be the object; `through` are objects that lend the
    stance to what they belong to; with `alone` there must be no object;
    `toward_issue` is the polarity where the target is an issue and not an actor; with `needs` the target must be of one
    of these kinds of entity.
    """

    lemma: str
    upos: str
    polarity: int
    expression: str
    holders: tuple[Role, ...]
    targets: tuple[Role, ...]
    strength: int = _PLAIN
    companion: str | None = None
    objects: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    alone: bool = False
    toward_issue: int | None = None
    needs: frozenset[str] = frozenset()

    @cached_property
    def holder(self) -> tuple[str, ...]:
        """The dependency relations of the holder, without their markers."""
        return tuple(dict.fromkeys(role.relation for role in self.holders))

    @cached_property
    def target(self) -> tuple[str, ...]:
        """The dependency relations of the target, without their markers."""
        return tuple(dict.fromkeys(role.relation for role in self.targets))


@dataclass(frozen=True)
class Lexicon:
    """The cues of a language: `words` by lemma and part of speech, `phrases` (cues with a condition) likewise."""

    words: Mapping[tuple[str, str], Cue]
    phrases: Mapping[tuple[str, str], tuple[Cue, ...]]
    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The sets of `LANGUAGE_speech.toml` by name: verbs of speech, negations, ..."""
    irregular: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=8)
def load_lexicon(language: str = "en") -> Lexicon:
    """Load all cues of a language and the words around them.

    Raises
    ------
    InputError
        When there is no lexicon for the language.

    Examples
    --------
    >>> load_lexicon("en").words["condemn", "VERB"].polarity
    -1
    >>> [cue.companion for cue in load_lexicon("en").phrases["rule", "VERB"]]
    ['out', 'against']
    >>> "say" in load_lexicon("en").sets["speech"]
    True
    """
    words: dict[tuple[str, str], Cue] = {}
    phrases: dict[tuple[str, str], tuple[Cue, ...]] = {}
    for cue in (_cue(group, lemma) for group in _list_groups(language) for lemma in group["lemmas"]):
        key = (cue.lemma, cue.upos)
        if cue.companion is None and not cue.objects:
            words.setdefault(key, cue)
        else:
            phrases[key] = (*phrases.get(key, ()), cue)
    around = dict(load_words(f"{language}_speech"))
    irregular = around.pop("irregular", {})
    return Lexicon(words, phrases, {name: frozenset(values) for name, values in around.items()}, irregular)


@lru_cache(maxsize=24)
def load_words(name: str) -> dict[str, Any]:
    """Read one file of the lexicon, `cues/NAME.toml`.

    Raises
    ------
    InputError
        When there is none.
    """
    file = _file(name)
    if not file.is_file():
        language = name.partition("_")[0]
        raise InputError(
            f"no stance cues for language {language!r}", remedy=f"add corpus_tools/language/cues/{name}.toml"
        )
    return tomllib.loads(file.read_text("utf-8"))


def _list_groups(language: str) -> list[Mapping[str, Any]]:
    """Return the groups of cues, those of set phrases first: they are told by more words."""
    acts = f"{language}_acts"
    return [*(load_words(acts)["cue"] if _file(acts).is_file() else ()), *load_words(language)["cue"]]


def _file(name: str) -> Traversable:
    return files("corpus_tools.language") / "cues" / f"{name}.toml"


def _cue(group: Mapping[str, Any], words: str) -> Cue:
    lemma, _, companion = words.partition(" ")
    return Cue(
        lemma,
        group["upos"],
        group["polarity"],
        group["expression"],
        tuple(map(Role.of, group["holder"])),
        tuple(map(Role.of, group["target"])),
        group.get("strength", _PLAIN),
        companion or None,
        frozenset(group.get("object", ())),
        frozenset(group.get("through", ())),
        group.get("alone", False),
        group.get("toward_issue"),
        frozenset(group.get("needs", ())),
    )
