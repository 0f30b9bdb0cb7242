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
MOST_UNCERTAIN = 3  # judgements of an article whose uncertainty counts: one odd sentence is not an article
MOST_DIVERSE = 200  # articles chosen for being unlike each other; nobody codes more before the next training


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
        Fitted, with ``predict_proba(units)``.

    Notes
    -----
    The uncertainty of a probability p is 1 - abs(2 p - 1); an article's is the mean of its three highest. The next
    article is the one for which uncertainty times (1 - the greatest cosine similarity of its words to an article
    chosen before) is greatest, so that one event told ten times is not coded ten times.
    """
    doubts = _measure_doubts(corpus, parses, detector)
    ranked = sorted(corpus.ids, key=lambda id: -doubts.get(id, 0.0))
    return _spread(corpus, ranked, doubts)


def _measure_doubts(corpus: Corpus, parses: Parses, detector: Any) -> dict[str, float]:
    import numpy as np

    from corpus_tools.learning.units import units

    table = units(corpus, parses, kind="frame", level="sentence")
    if not len(table):
        return {}
    scores = np.asarray(detector.predict_proba(table), dtype=float)
    doubt = (1.0 - np.abs(2.0 * scores - 1.0)).max(axis=1)
    highest: dict[str, list[float]] = {}
    for article, value in zip(table["article"], doubt, strict=True):
        highest.setdefault(str(article), []).append(float(value))
    return {id: sum(sorted(values)[-MOST_UNCERTAIN:]) / MOST_UNCERTAIN for id, values in highest.items()}


def _spread(corpus: Corpus, ranked: list[str], doubts: dict[str, float]) -> list[str]:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = {article.id: article.text for article in corpus}
    words = TfidfVectorizer(min_df=1, token_pattern=r"(?u)\b\w+\b").fit_transform(texts[id] for id in ranked)
    worth = np.array([doubts.get(id, 0.0) for id in ranked])
    likeness = np.zeros(len(ranked))
    chosen: list[int] = []
    for _ in range(min(MOST_DIVERSE, len(ranked))):
        gain = worth * (1.0 - likeness)
        gain[chosen] = -1.0
        best = int(gain.argmax())
        chosen.append(best)
        likeness = np.maximum(likeness, (words @ words[best].T).toarray().ravel())
    return [ranked[i] for i in chosen] + [id for i, id in enumerate(ranked) if i not in set(chosen)]


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
