"""Leaks: texts that are nearly the same, or the very same thing, on both sides of a split.

A detector that has read a wire story in training recognises its copy in the test. Splits are therefore searched for
near-duplicate articles and units, and for units, articles and groups that stand on both sides; what is found is
refused unless it is named. Pairs that only lie in different articles can be kept together with `groups="duplicates"`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.evaluation.overlap import Pair, cut_words, find_copied_parts, find_edited, find_equal
from corpus_tools.text.errors import InputError

__all__ = ["check_leaks", "find_duplicates", "merge_duplicates"]

Array = np.ndarray[Any, Any]
LEAST_WORDS = 8
"""Shorter sentences are not compared: boilerplate such as "He declined to comment." leaks nothing."""
LEAST_WORDS_OF_COPY = 4
"""Whole texts of so many words are compared for being equal: that of a headline is no boilerplate."""
LEAST_WORDS_OF_PART = 20
"""In whole texts of so many words a copied part is looked for."""
_SENTENCES = ("sentence", "missed")
_COLUMNS = ("kind", "a", "b", "similarity", "text")
_SHOWN = 3


def find_duplicates(units: pd.DataFrame) -> pd.DataFrame:
    """Find near-duplicates between different articles, whatever their case and punctuation.

    Two articles, or two units that are whole texts, are a pair where half of the shorter one's runs of five words (20
    words at least) stand in the other; so are two units that share 85% of the longer one's words in the same order (one
    word in seven may be another). Of several equal texts each is paired with the next.

    Returns
    -------
    DataFrame
        `kind` (`"near-duplicate articles"` or `"near-duplicate units"`), `a` and `b` (ids), `similarity` (the share
        that one of these rules is about, exact) and `text` (of `a`), the articles first.
    """
    articles = _pair_articles(units)
    alike = _pair_units(units, {frozenset((row["a"], row["b"])) for row in articles})
    return pd.DataFrame([*articles, *alike], columns=_COLUMNS).astype({"similarity": float})


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
    names = _names_of(units)
    allowed = [row for row in leaking if _is_allowed(_all_names(names, row), ids, pairs)]
    refused = [row for row in leaking if row not in allowed]
    if refused:
        _refuse(refused)
    return {"found": found, "allowed": allowed}


def _is_allowed(sides: tuple[set[Any], set[Any]], ids: set[Any], pairs: set[frozenset[Any]]) -> bool:
    """Return whether either side is named, or both are as a pair: by the unit, its article or its group."""
    a, b = sides
    return bool((a | b) & ids) or any(frozenset((one, other)) in pairs for one in a for other in b)


def _all_names(names: Mapping[Any, set[Any]], row: Mapping[str, Any]) -> tuple[set[Any], set[Any]]:
    a, b = row["a"], row["b"]
    return names.get(a, {a}), names.get(b, {b})


def _names_of(units: pd.DataFrame) -> dict[Any, set[Any]]:
    """Return for each unit and article its own name and those of what it belongs to."""
    columns = [name for name in ("unit", "article", "group") if name in units.columns]
    names: dict[Any, set[Any]] = {}
    for row in units[columns].drop_duplicates().itertuples(index=False, name=None):
        for place, name in enumerate(row[:2]):
            names.setdefault(name, set()).update(row[place:])
    return names


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
        named = codes >= 0  # what has no group shares it with nothing
        first, last = np.full(len(values), np.inf), np.full(len(values), -np.inf)
        np.minimum.at(first, codes[named], numbers[named])
        np.maximum.at(last, codes[named], numbers[named])
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
    """Pair articles of several units by the texts of these, each text once."""
    texts = units.drop_duplicates(["article", "start", "end"]).groupby("article", sort=False)["text"].agg(list)
    joined = {str(name): "\n".join(parts) for name, parts in texts.items() if len(parts) > 1}
    long = {name: text for name, text in joined.items() if len(cut_words(text)) >= LEAST_WORDS_OF_PART}
    return [_row("near-duplicate articles", pair, joined) for pair in find_copied_parts(long)]


def _pair_units(units: pd.DataFrame, known: set[frozenset[Any]]) -> list[dict[str, Any]]:
    """Pair units of different articles; pairs of articles that are known already are not told unit by unit."""
    rows = units[["unit", "article", "level", "text"]].drop_duplicates(["article", "text"])
    texts, articles = (dict(zip(rows["unit"], rows[name], strict=True)) for name in ("text", "article"))
    whole = set(rows["unit"][~rows["level"].isin(_SENTENCES)])
    words = {unit: len(cut_words(text)) for unit, text in texts.items()}
    least = {unit: LEAST_WORDS_OF_COPY if unit in whole else LEAST_WORDS for unit in texts}
    pairs = find_equal({u: t for u, t in texts.items() if words[u] >= least[u]})
    copies = {b for _, b, _ in pairs}  # of equal texts one is compared to the others
    pairs += find_edited({u: t for u, t in texts.items() if words[u] >= LEAST_WORDS and u not in copies})
    pairs += find_copied_parts({u: texts[u] for u in texts if u in whole - copies and words[u] >= LEAST_WORDS_OF_PART})
    told = {frozenset(pair[:2]): pair for pair in reversed(pairs)}
    return [
        _row("near-duplicate units", pair, texts)
        for pair in reversed(told.values())
        if len(between := frozenset(articles[unit] for unit in pair[:2])) == 2 and between not in known
    ]


def _row(kind: str, pair: Pair, texts: Mapping[Any, str]) -> dict[str, Any]:
    a, b, similarity = pair
    return {"kind": kind, "a": a, "b": b, "similarity": similarity, "text": texts[a]}
