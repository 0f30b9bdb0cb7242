"""Leaks: texts that are nearly the same, or the very same thing, on both sides of a split.

A detector that has read a wire story in training recognises its copy in the test. Splits are therefore searched for
near-duplicate articles and units, and for units, articles and groups that stand on both sides; what is found is
refused unless it is named. Pairs that only lie in different articles can be kept together with `groups="duplicates"`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

__all__ = ["check_leaks", "find_duplicates", "merge_duplicates"]

Array = np.ndarray[Any, Any]
LEAST_WORDS = 8
"""Shorter units are not compared: boilerplate such as "He declined to comment." leaks nothing."""
_LEAST_WORDS_OF_ARTICLE = 20
_ARTICLES = {"threshold": 0.8, "shingle": 5}
_UNITS = {"threshold": 0.75, "shingle": 2}  # of a sentence of 20 words, one word changed leaves 17 of 21 pairs of words
_COLUMNS = ("kind", "a", "b", "similarity", "text")
_WORD = re.compile(r"\w+")
_SHOWN = 5


def find_duplicates(units: pd.DataFrame) -> pd.DataFrame:
    """Find near-duplicates between different articles.

    Two articles whose units' texts share 80% of their runs of five words are a pair; else two units of at least
    `LEAST_WORDS` words that share 75% of their pairs of words. Of several equal texts each is paired with the next.

    Returns
    -------
    DataFrame
        `kind` (`"near-duplicate articles"` or `"near-duplicate units"`), `a` and `b` (ids), `similarity` (Jaccard,
        exact) and `text` (of `a`), the articles first.
    """
    articles = _pair_articles(units)
    found = pd.DataFrame([*articles, *_pair_units(units, {(row["a"], row["b"]) for row in articles})], columns=_COLUMNS)
    return found.astype({"similarity": float})


def merge_duplicates(units: pd.DataFrame, groups: str = "article", found: pd.DataFrame | None = None) -> pd.Series[Any]:
    """Return groups that keep near-duplicates together: groups that share one become one, named by the first.

    Parameters
    ----------
    units
        The units.
    groups
        The column that is merged; what shares an article or a `group` is kept together too.
    found
        What `find_duplicates` found, where it was called before.
    """
    first: dict[Any, Any] = {}

    def root(name: Any) -> Any:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    def join(a: Any, b: Any) -> None:
        first[root(b)] = root(a)

    columns = [name for name in dict.fromkeys((groups, "group", "article")) if name in units.columns]
    for row in units[columns].drop_duplicates().itertuples(index=False, name=None):
        for name, value in zip(columns[1:], row[1:], strict=True):
            join((groups, row[0]), (name, value))
    article_of = dict(zip(units["unit"], units["article"], strict=True))
    pairs = find_duplicates(units) if found is None else found
    for kind, a, b in pairs[["kind", "a", "b"]].itertuples(index=False, name=None):
        articles = (a, b) if kind == "near-duplicate articles" else (article_of[a], article_of[b])
        join(("article", articles[0]), ("article", articles[1]))
    names: dict[Any, Any] = {}
    for value in units[groups]:
        names.setdefault(root((groups, value)), value)
    return pd.Series([names[root((groups, value))] for value in units[groups]], index=units.index, dtype=object)


def check_leaks(
    units: pd.DataFrame, numbers: Array, *, allow: Iterable[Any] = (), duplicates: pd.DataFrame | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Refuse a split that leaks.

    Parameters
    ----------
    units
        The units.
    numbers
        For each unit the number of the part that tests it.
    allow
        What is let through: ids of units, articles or groups, or pairs of ids.
    duplicates
        What `find_duplicates` found, where it was called before.

    Returns
    -------
    dict
        `found`: every near-duplicate pair with `parted` (whether the split parts it), and everything that stands on
        both sides; `allowed`: those of it that leak and were let through.

    Raises
    ------
    InputError
        Naming what leaks, or an id in `allow` that nothing has.
    """
    ids, pairs = _read_allowed(allow, units)
    pairs_found = find_duplicates(units) if duplicates is None else duplicates
    found = [*_both_sides(units, numbers), *_mark_parted(pairs_found, units, numbers)]
    leaking = [row for row in found if row["parted"]]
    allowed = [row for row in leaking if {row["a"], row["b"]} & ids or frozenset((row["a"], row["b"])) in pairs]
    refused = [row for row in leaking if row not in allowed]
    if refused:
        _refuse(refused)
    return {"found": found, "allowed": allowed}


def _refuse(leaks: list[dict[str, Any]]) -> None:
    shown = "; ".join(_tell(row) for row in leaks[:_SHOWN])
    more = f"; and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
    kinds = {row["kind"] for row in leaks}
    keep = "keep near-duplicates together with groups='duplicates'"
    if "same group" in kinds:
        keep = "split by the column that keeps them together, such as groups='group'"
    elif kinds & {"same article", "same unit"}:
        keep = "split by a column that keeps articles whole, and give every unit an id of its own"
    raise InputError(
        f"{len(leaks)} {'leak' if len(leaks) == 1 else 'leaks'} across the split: {shown}{more}",
        remedy=f"{keep}, or name what you allow in allow_leaks",
    )


def _tell(row: dict[str, Any]) -> str:
    if row["a"] == row["b"]:
        return f"{row['kind']} {row['a']!r} on both sides"
    text = row["text"] if len(row["text"]) <= 60 else row["text"][:57] + "..."
    return f"{row['kind']} ({row['a']!r}, {row['b']!r}), similarity {row['similarity']:.2f}: {text!r}"


def _read_allowed(allow: Iterable[Any], units: pd.DataFrame) -> tuple[set[Any], set[frozenset[Any]]]:
    """Return the single ids and the pairs; an id that nothing has is a slip of the pen."""
    single, pairs = set(), set()
    for entry in [allow] if isinstance(allow, str) else allow:
        if isinstance(entry, Collection) and not isinstance(entry, str):
            pairs.add(frozenset(entry))
        else:
            single.add(entry)
    known = {value for name in ("unit", "article", "group") if name in units.columns for value in units[name]}
    strange = sorted(map(str, (single | set().union(*pairs)) - known))
    if strange:
        raise InputError(f"allow_leaks names {strange[0]!r}, which no unit, article or group is called")
    return single, pairs


def _both_sides(units: pd.DataFrame, numbers: Array) -> Iterator[dict[str, Any]]:
    """Find units, articles and groups that stand in several parts."""
    for name in ("unit", "article", "group"):
        if name not in units.columns:
            continue
        codes, values = pd.factorize(units[name].astype(object))
        first, last = np.full(len(values), np.inf), np.full(len(values), -np.inf)
        np.minimum.at(first, codes, numbers)
        np.maximum.at(last, codes, numbers)
        for value in np.asarray(values)[first != last]:
            yield {"kind": f"same {name}", "a": value, "b": value, "similarity": 1.0, "text": "", "parted": True}


def _mark_parted(pairs: pd.DataFrame, units: pd.DataFrame, numbers: Array) -> Iterator[dict[str, Any]]:
    if not len(pairs):
        return
    parts = {
        kind: dict(zip(units[name], numbers.tolist(), strict=True))
        for kind, name in (("near-duplicate articles", "article"), ("near-duplicate units", "unit"))
    }
    for row in pairs.to_dict("records"):
        part = parts[row["kind"]]
        yield {**{str(key): value for key, value in row.items()}, "parted": part[row["a"]] != part[row["b"]]}


def _pair_articles(units: pd.DataFrame) -> list[dict[str, Any]]:
    """Pair articles of several units by the texts of these, each text once: candidates share a sentence."""
    texts = units.drop_duplicates(["article", "start", "end"]).groupby("article", sort=False)["text"].agg(list)
    joined = {str(name): "\n".join(parts) for name, parts in texts.items() if len(parts) > 1}
    long = {name: text for name, text in joined.items() if len(_WORD.findall(text)) >= _LEAST_WORDS_OF_ARTICLE}
    return _near("near-duplicate articles", long, _ARTICLES)


def _pair_units(units: pd.DataFrame, known: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """Pair units of different articles; pairs of articles that are known already are not told sentence by sentence."""
    places: dict[tuple[str, ...], dict[str, tuple[str, str]]] = {}
    different = units[["unit", "article", "text"]].drop_duplicates(["article", "text"])
    for unit, article, text in different.itertuples(index=False, name=None):
        words = tuple(_WORD.findall(text.casefold()))
        if len(words) >= LEAST_WORDS:
            places.setdefault(words, {}).setdefault(article, (unit, text))
    rows: list[dict[str, Any]] = []
    article_of: dict[str, str] = {}
    first: dict[str, str] = {}
    for in_articles in places.values():
        listed = list(in_articles.items())
        first[listed[0][1][0]] = listed[0][1][1]
        article_of.update({unit: article for article, (unit, _) in listed})
        for (_, (a, text)), (_, (b, _)) in zip(listed, listed[1:], strict=False):
            rows.append({"kind": "near-duplicate units", "a": a, "b": b, "similarity": 1.0, "text": text})
    rows += _near("near-duplicate units", first, _UNITS)
    between = [row for row in rows if article_of[row["a"]] != article_of[row["b"]]]
    return [row for row in between if not {(article_of[row["a"]], article_of[row["b"]])} & known]


def _near(kind: str, texts: dict[str, str], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pairs that `Corpus.near_duplicates` finds among named texts."""
    names = list(texts)
    if len(names) < 2:
        return []
    pairs = Corpus.of(Article(str(i), texts[name]) for i, name in enumerate(names)).near_duplicates(**settings)
    return [
        {"kind": kind, "a": names[int(a)], "b": names[int(b)], "similarity": similarity, "text": texts[names[int(a)]]}
        for a, b, similarity in pairs.itertuples(index=False)
    ]
