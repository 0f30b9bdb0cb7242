"""Which articles a filter keeps.

>>> test = Criteria(None, {"topic": {"niger", "mali"}, "published": ("2023-01-01", None)})
>>> test.matches(Article("a", "…", published=datetime.date(2023, 11, 15), extra={"topic": "niger"}))
True
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from typing import Any

from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import FIELDS, parse_date

__all__ = ["Criteria"]

Test = Callable[[Article], bool]


class Criteria:
    """A predicate and conditions on metadata, all of which an article must meet.

    Parameters
    ----------
    predicate : callable, optional
        Article to bool.
    metadata : mapping
        Field or extra key to the value it must have, or to a list, tuple or set of such values. For ``published`` a
        tuple is a range (from, to), both days included, either may be None; days may be ISO strings.

    Raises
    ------
    InputError
        If a day is no date.
    """

    def __init__(self, predicate: Test | None, metadata: Mapping[str, Any]) -> None:
        self._asked = False
        self._unseen = {name for name in metadata if name not in FIELDS}
        self._tests = [_make_test(name, wanted) for name, wanted in metadata.items()]
        if predicate is not None:
            self._tests.append(predicate)

    def matches(self, article: Article) -> bool:
        """Tell whether the article meets every condition."""
        self._asked = True
        if self._unseen:
            self._unseen -= article.extra.keys()
        return all(test(article) for test in self._tests)

    def check_used(self) -> None:
        """Raise if a metadata key was in none of the articles that were asked about: a typo would keep nothing."""
        if self._asked and self._unseen:
            what = f"no article has the metadata {', '.join(sorted(self._unseen))!r}"
            remedy = f"use a field ({', '.join(FIELDS)}) or a key of Article.extra"
            raise InputError(what, where="filter", remedy=remedy)


def _make_test(name: str, wanted: Any) -> Test:
    if name == "published":
        return _make_date_test(wanted)
    get = _getter(name)
    if isinstance(wanted, Collection) and not isinstance(wanted, (str, bytes, Mapping)):
        values = _freeze(wanted)
        return lambda article: _contains(values, get(article))
    return lambda article: bool(get(article) == wanted)


def _make_date_test(wanted: Any) -> Test:
    def day(value: object) -> datetime.date | None:
        return parse_date(value, where="filter published")

    if isinstance(wanted, tuple):
        if len(wanted) != 2:
            raise InputError("published takes a pair (from, to)", where="filter", remedy="use a list for several days")
        first, last = day(wanted[0]) or datetime.date.min, day(wanted[1]) or datetime.date.max
        return lambda article: article.published is not None and first <= article.published <= last
    several = isinstance(wanted, Collection) and not isinstance(wanted, str)
    days = {day(value) for value in wanted} if several else {day(wanted)}
    return lambda article: article.published in days


def _getter(name: str) -> Callable[[Article], Any]:
    if name in FIELDS:
        return lambda article: getattr(article, name)
    return lambda article: article.extra.get(name)


def _freeze(values: Collection[Any]) -> Collection[Any]:
    try:
        return frozenset(values)
    except TypeError:  # lists among them: slower, but equal all the same
        return list(values)


def _contains(values: Collection[Any], value: Any) -> bool:
    try:
        return value in values
    except TypeError:  # an unhashable value equals none of the hashable ones
        return False
