"""In which order articles are coded: each function returns article ids, all of those of the corpus unless it says so.

>>> from corpus_tools.text.article import Article
>>> texts = {"a": "Rain.", "b": "A coup.", "c": "Coups, coups."}
>>> corpus = Corpus.of([Article(name, text) for name, text in texts.items()])
>>> order_by_query(corpus, r"coups?")
['c', 'b']
>>> order_at_random(corpus, seed=1) == order_at_random(corpus, seed=1)
True
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parses

__all__ = ["choose_order", "order_at_random", "order_by_disagreement", "order_by_query", "order_by_uncertainty"]

ORDERS = ("given", "random", "uncertainty", "disagreement", "query")


def choose_order(
    order: str | Sequence[str],
    corpus: Corpus,
    store: AnnotationStore,
    *,
    seed: int = 0,
    detector: Any = None,
    parses: Parses | None = None,
    query: str | None = None,
    coders: Collection[str] | None = None,
) -> list[str]:
    """Return the ids in the order that is named, or the given ids that the corpus has.

    Raises
    ------
    InputError
        When the name is unknown, or what the order needs is missing.
    """
    if not isinstance(order, str):
        return _check_ids(order, corpus)
    if order == "given":
        return corpus.ids
    if order == "random":
        return order_at_random(corpus, seed=seed)
    if order == "uncertainty":
        return order_by_uncertainty(corpus, _need(parses, "parses", order), _need(detector, "detector", order))
    if order == "disagreement":
        return order_by_disagreement(corpus, store, coders)
    if order == "query":
        return order_by_query(corpus, _need(query, "query", order))
    raise InputError(f"order {order!r} is unknown", remedy=f"use one of {', '.join(ORDERS)}, or a list of ids")


def order_at_random(corpus: Corpus, *, seed: int = 0) -> list[str]:
    """Return the articles shuffled; the same seed gives the same order."""
    ids = corpus.ids
    random.Random(seed).shuffle(ids)
    return ids


def order_by_query(corpus: Corpus, query: str) -> list[str]:
    """Return only the articles in which a regular expression matches (whatever the case), most matches first.

    Raises
    ------
    InputError
        When it is no regular expression.
    """
    try:
        pattern = re.compile(query, re.IGNORECASE)
    except re.error as error:
        remedy = "write it as Python's re takes it"
        raise InputError(f"the query is no regular expression ({error})", where=query, remedy=remedy) from None
    counts = {article.id: sum(1 for _ in pattern.finditer(article.text)) for article in corpus}
    return sorted((id for id, count in counts.items() if count), key=lambda id: -counts[id])


def order_by_disagreement(corpus: Corpus, store: AnnotationStore, coders: Collection[str] | None = None) -> list[str]:
    """Return the articles by the share of judgements that not all coders made, the largest first.

    A judgement is a label on the words where it begins and ends. Articles that fewer than two coders touched follow at
    the end. Without `coders` these are all whose role is coder.
    """
    names = list(coders or (c.id for c in store.coders.values() if c.role == "coder"))
    counts: dict[str, Counter[tuple[Any, ...]]] = {}
    touched: dict[str, set[str]] = {}
    for found in store.annotations(names):
        spans = tuple(sorted((span.start, span.end) for span in found.all_spans))
        counts.setdefault(found.article, Counter())[found.type, found.label, spans] += 1
        touched.setdefault(found.article, set()).add(found.coder)
    shares = {id: _share_alone(counts[id]) for id, who in touched.items() if len(who) > 1}
    return sorted(corpus.ids, key=lambda id: -shares.get(id, -1.0))


def order_by_uncertainty(corpus: Corpus, parses: Parses, detector: Any) -> list[str]:
    """Return the articles about which a detector knows least, each of the first ones unlike those before it.

    Parameters
    ----------
    corpus, parses
        The articles.
    detector
        Fitted, with ``predict_proba(units)``: see `corpus_tools.learning.active.rank`, whose strategy `"diverse"` over
        articles this is.
    """
    from corpus_tools.learning.active import rank
    from corpus_tools.learning.units import units

    book = getattr(detector, "codebook", None)
    table = units(corpus, parses, kind=_kind_of(detector), level="sentence", codebook=book)
    ranked = rank(detector, table, "diverse", level="article")["article"].tolist()
    return list(dict.fromkeys([*ranked, *corpus.ids]))


def _kind_of(detector: Any) -> str:
    """Return what a detector judges: stances where it has a target, else frames."""
    return "stance" if hasattr(detector, "target") else "frame"


def _share_alone(counts: Counter[tuple[Any, ...]]) -> float:
    return sum(count == 1 for count in counts.values()) / len(counts)


def _check_ids(ids: Sequence[str], corpus: Corpus) -> list[str]:
    unknown = [id for id in ids if id not in corpus]
    if unknown:
        raise InputError(f"article {unknown[0]!r} of the order is not in the corpus", remedy="give ids of the corpus")
    return list(dict.fromkeys(ids))


def _need(value: Any, name: str, order: str) -> Any:
    if value is None:
        raise InputError(f"the order {order!r} needs {name}", remedy=f"give {name}=...")
    return value
