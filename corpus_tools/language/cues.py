"""Cue predicates of stance: a lexicon that is data, one TOML file a language under `cues/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from corpus_tools.text.errors import InputError


@dataclass(frozen=True, slots=True)
class Cue:
    """A predicate that expresses a stance.

    `polarity` is -1 (against), 1 (for) or 0 (taking no side); `holder` and `target` are the dependency relations in
    which they stand.
    """

    lemma: str
    upos: str
    polarity: int
    expression: str
    holder: tuple[str, ...]
    target: tuple[str, ...]


@lru_cache(maxsize=8)
def load_cues(language: str = "en") -> dict[tuple[str, str], Cue]:
    """Load the lexicon of a language, keyed by lemma and part of speech; the first entry of a key counts.

    Raises
    ------
    InputError
        When there is no lexicon for the language.

    Examples
    --------
    >>> load_cues("en")["condemn", "VERB"].polarity
    -1
    """
    file = files("corpus_tools.language") / "cues" / f"{language}.toml"
    if not file.is_file():
        raise InputError(
            f"no stance cues for language {language!r}", remedy="add corpus_tools/language/cues/LANGUAGE.toml"
        )
    cues: dict[tuple[str, str], Cue] = {}
    for group in tomllib.loads(file.read_text("utf-8"))["cue"]:
        for lemma in group["lemmas"]:
            cue = Cue(
                lemma,
                group["upos"],
                group["polarity"],
                group["expression"],
                tuple(group["holder"]),
                tuple(group["target"]),
            )
            cues.setdefault((lemma, cue.upos), cue)
    return cues
