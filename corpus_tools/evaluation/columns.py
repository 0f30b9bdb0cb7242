"""Columns to group or slice units by: their own, their articles' metadata, and a few that follow from the units.

>>> from corpus_tools.learning.units import units_from_texts
>>> units = units_from_texts(["A coup.", "Talks go on."], kind="stance", targets=["the junta", "dialogue"])
>>> find_column(units, "topic").to_list()
['the junta', 'dialogue']
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.records import Slot
from corpus_tools.language.mentions import Mention
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

__all__ = ["find_column", "find_voices"]

_WORD = re.compile(r"\w+")
_LENGTHS = ((10, "up to 10 words"), (20, "11 to 20 words"), (40, "21 to 40 words"))
_FIELDS = ("source", "language", "title", "url")


def find_column(units: pd.DataFrame, name: str, corpus: Corpus | None = None) -> pd.Series[Any]:
    """Return a value for each unit, numbered like the units.

    Parameters
    ----------
    units
        Units; a column of theirs comes first.
    name
        Such a column; `"length"` (words of the unit's text, in four classes); `"topic"` (the name of a stance's
        target); with a corpus `"source"`, `"published"`, `"year"`, `"language"` or a key of the articles' `extra`.
    corpus
        Where the articles' metadata are.

    Raises
    ------
    InputError
        When there is no such column, or the corpus lacks an article.
    """
    if name in units.columns:
        return units[name].map(_name_mention).astype(object)
    if name == "length":
        return units["text"].map(_classify_length).astype(object)
    if name == "topic":
        return units["target"].map(_name_mention).astype(object)
    if corpus is None:
        remedy = f"use one of {list(units.columns)}, length or topic, or give corpus= for the articles' metadata"
        raise InputError(f"the units have no column {name!r}", remedy=remedy)
    values = _read_metadata(corpus, name, set(units["article"]))
    return pd.Series([values[article] for article in units["article"]], index=units.index, dtype=object)


def find_voices(units: pd.DataFrame, gold: Gold) -> pd.Series[Any]:
    """Return whose frames stand in each unit: `author`, `actor` (quoted or reported), `both`, or None without a voice.

    Add it to the units as a column, `units["voice"] = find_voices(units, gold)`, to slice by it.
    """
    by_article: dict[str, list[tuple[int, int, str]]] = {}
    for frame in gold.annotations(type="frame"):
        if frame.voice is not None:
            voice = "actor" if isinstance(frame.voice, Slot) else "author"
            by_article.setdefault(frame.article, []).extend((span.start, span.end, voice) for span in frame.spans)
    rows = zip(units["article"], units["start"], units["end"], strict=True)
    found = [
        {voice for start, end, voice in by_article.get(article, ()) if start < last and end > first}
        for article, first, last in rows
    ]
    named = [(next(iter(voices)) if len(voices) == 1 else "both") if voices else None for voices in found]
    return pd.Series(named, index=units.index, dtype=object, name="voice")


def _read_metadata(corpus: Corpus, name: str, wanted: set[str]) -> dict[str, Any]:
    """Return the value of each wanted article; a field that no article has is an error."""
    values = {article.id: _value_of(article, name) for article in corpus if article.id in wanted}
    lacking = sorted(wanted - set(values))
    if lacking:
        raise InputError(f"the corpus lacks {len(lacking)} articles of the units, the first {lacking[0]!r}")
    if all(value is None for value in values.values()):
        raise InputError(f"no article says its {name!r}", remedy="use a field or a key of the articles' extra")
    return values


def _value_of(article: Article, name: str) -> Any:
    if name in _FIELDS:
        return getattr(article, name)
    if name in ("published", "year"):
        day = article.published
        return None if day is None else day.isoformat() if name == "published" else day.year
    value = article.extra.get(name)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _classify_length(text: str) -> str:
    words = len(_WORD.findall(text))
    return next((name for most, name in _LENGTHS if words <= most), "over 40 words")


def _name_mention(value: Any) -> Any:
    return value.name if isinstance(value, Mention) else value
