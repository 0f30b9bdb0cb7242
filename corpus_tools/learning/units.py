"""Units: what a classifier judges, one row each, with the labels that gold gives them.

`labels` says what is known to hold, `unknown` for which labels nothing is known: a frame coded for the whole article
and on none of its spans leaves the article's sentences unknown for that frame, and an article that nobody finished
coding gives positives but no negatives. With `labels="soft"` a column `shares` says how many of the coders marked the
unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.records import Annotation
from corpus_tools.language.mentions import Mention
from corpus_tools.language.parses import Parses
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.references import ParseReference, ParseSource
from corpus_tools.learning.shares import SHARES, count_shares
from corpus_tools.learning.stance_units import stance_units
from corpus_tools.learning.unit_table import to_units
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

LEVELS = ("sentence", "paragraph", "article")
LABELS = ("decided", "soft")
_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*")


def units(
    corpus: Corpus,
    parses: Parses,
    gold: Gold | None = None,
    *,
    kind: str = "frame",
    level: str = "sentence",
    labels: str = "decided",
    codebook: Codebook | None = None,
) -> pd.DataFrame:
    """Cut a corpus into units and label them.

    Parameters
    ----------
    corpus
        The articles; all of them are cut, annotated or not.
    parses
        Their parses (sentence borders come from here).
    gold
        The decided annotations; None leaves every label unknown.
    kind
        `"frame"`: a unit is a text range with a set of frames. `"stance"`: a unit is a (sentence, holder, target).
    level
        `"sentence"`, `"paragraph"` or `"article"`; stance units are always sentences.
    labels
        `"decided"`: what gold says. `"soft"`: a column `shares` beside it, a mapping from labels to the share of coders
        who marked the unit, of those who finished the article (see `corpus_tools.learning.shares`); frames only.
        `FrameDetector.fit` learns from it.
    codebook
        Gives the mentions of stance units their entities.

    Returns
    -------
    DataFrame
        One row a judgement with the columns of `unit_table.COLUMNS`; `start` and `end` in code points of the article.

    Raises
    ------
    InputError
        When `kind`, `level` or `labels` is not one of the above, or soft labels are asked for where no coder finished
        an article.
    """
    _check_labels(labels, kind, gold)
    if kind == "stance":
        return stance_units(corpus, parses, gold, codebook=codebook)
    if kind != "frame":
        raise InputError(f"the 'kind' parameter of units must be 'frame' or 'stance'. Got {kind!r} instead")
    if level not in LEVELS:
        raise InputError(f"the 'level' parameter of units must be one of {LEVELS}. Got {level!r} instead")
    source = ParseSource(parses=parses)
    rows: list[dict[str, Any]] = []
    for article in corpus:
        rows.extend(_frame_rows(article, source, gold, level))
    made = to_units(rows)
    return made.assign(**{SHARES: [row[SHARES] for row in rows]}) if labels == "soft" else made


def units_from_texts(
    texts: Iterable[str],
    *,
    kind: str | None = None,
    labels: Sequence[Any] | None = None,
    groups: Sequence[Any] | None = None,
    targets: Sequence[Any] | None = None,
    holders: Sequence[Any] | None = None,
    language: str = "en",
    package: str = "lite",
    parses: Parses | None = None,
    cache: Any = None,
) -> pd.DataFrame:
    """Make units of plain strings, one a text; they are parsed when a feature first asks for it.

    Parameters
    ----------
    texts
        The texts, in order.
    kind
        `"frame"` or `"stance"`; None decides by the labels (sets are frames, single values a stance).
    labels
        For each text a set of frames, or one stance value; None where unknown.
    groups
        For each text the group that must not be split between training and test (an article, a source); a text with
        None is a group of its own.
    targets, holders
        For each text a `(start, end)` pair, the name of a topic or entity, or None.
    language, package, cache
        As in `corpus_tools.parse`.
    parses
        Parses at hand for the texts, keyed `text-0`, `text-1`, …, instead of parsing.

    Returns
    -------
    DataFrame
        The columns of `unit_table.COLUMNS`, `level` being `"text"`.

    Examples
    --------
    >>> made = units_from_texts(["Paris fell silent.", "Markets opened."], labels=[{"silence"}, set()])
    >>> made[["unit", "kind", "labels"]].values.tolist()
    [['text-0', 'frame', frozenset({'silence'})], ['text-1', 'frame', frozenset()]]
    """
    listed = list(texts)
    for name, column in (("labels", labels), ("groups", groups), ("targets", targets), ("holders", holders)):
        if column is not None and len(column) != len(listed):
            raise InputError(
                f"'{name}' has {len(column)} elements for {len(listed)} texts", remedy="give one for each text"
            )
    if labels is not None:
        labels = [None if _is_missing(label) else label for label in labels]
    kind = kind or _guess_kind(labels, targets)
    articles = [Article(id=f"text-{i}", text=text) for i, text in enumerate(listed)]
    settings = {"language": language, "package": package, "cache": cache, "progress": False}
    source = ParseSource(parses=parses, corpus=Corpus.of(articles), settings=settings)
    rows = []
    for i, article in enumerate(articles):
        label = _plain_label(labels[i] if labels is not None else None, kind)
        rows.append(
            {
                "unit": article.id,
                "article": article.id,
                "group": article.id if groups is None or _is_missing(groups[i]) else groups[i],
                "kind": kind,
                "level": "text",
                "start": 0,
                "end": len(article.text),
                "text": article.text,
                "labels": label,
                "target": Mention.of(targets[i] if targets is not None else None, article.text),
                "holder": Mention.of(holders[i] if holders is not None else None, article.text),
                "parse": ParseReference(source, article.id, 0, len(article.text)),
                "article_labels": label if isinstance(label, frozenset) else frozenset(),
                "unknown": frozenset() if labels is not None and labels[i] is not None else frozenset(["*"]),
            }
        )
    return to_units(rows)


def _check_labels(labels: str, kind: str, gold: Gold | None) -> None:
    if labels not in LABELS:
        raise InputError(f"the 'labels' parameter of units must be one of {LABELS}. Got {labels!r} instead")
    if labels == "decided":
        return
    if kind != "frame":
        raise InputError("soft labels are of frames only", remedy="use labels='decided' for stances")
    if gold is None or not any(gold.raw.values()):
        raise InputError(
            "soft labels need the coders' own judgements, and no coder finished an article",
            remedy="give store.gold() of a store with coders whose articles have the status done",
        )


def _guess_kind(labels: Sequence[Any] | None, targets: Sequence[Any] | None) -> str:
    known = [label for label in labels or () if label is not None]
    if known:
        return "stance" if isinstance(known[0], str) else "frame"
    return "stance" if targets is not None else "frame"


def _is_missing(value: Any) -> bool:
    """Return whether nothing is known: what pandas leaves in an empty cell says no more than None does."""
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _plain_label(label: Any, kind: str) -> Any:
    if kind == "stance":
        return label
    if isinstance(label, str):
        return frozenset([label])
    return frozenset(label or ())


def _frame_rows(article: Article, source: ParseSource, gold: Gold | None, level: str) -> Iterator[dict[str, Any]]:
    frames = gold.annotations(article=article.id, type="frame") if gold is not None else []
    complete = gold is not None and article.id in set(gold.articles)
    everything = frozenset(a.label for a in frames)
    # a frame that was also coded on spans was looked for in every sentence; one that was not leaves them all open
    loose = everything - {a.label for a in frames if a.spans}
    said = gold.by_coder(article.id, "frame") if gold is not None else {}
    for number, (start, end, text, sentences) in enumerate(_ranges(article, source, level)):
        labels = everything if level == "article" else frozenset(a.label for a in frames if _covers(a, sentences))
        unknown = frozenset(["*"]) if not complete else frozenset() if level == "article" else loose - labels
        yield {
            "unit": f"{article.id}#{level[0]}{number}",
            "article": article.id,
            "group": article.id,
            "kind": "frame",
            "level": level,
            "start": start,
            "end": end,
            "text": text,
            "labels": labels,
            "target": None,
            "holder": None,
            "parse": ParseReference(source, article.id, start, end),
            "article_labels": everything,
            "unknown": unknown,
            SHARES: count_shares(said, covers=partial(_covers, sentences=sentences), whole=level == "article"),
        }


def _ranges(article: Article, source: ParseSource, level: str) -> Iterator[tuple[int, int, str, list[Sentence]]]:
    sentences = source.sentences(article.id)
    if level == "sentence":
        ranges = [(s.start, s.end) for s in sentences]
    elif level == "paragraph":
        ranges = [m.span() for m in _PARAGRAPH.finditer(article.text)]
    else:
        ranges = [(0, len(article.text))]
    for start, end in ranges:
        inside = [s for s in sentences if s.start < end and s.end > start]
        yield start, end, article.text[start:end], inside


def _covers(annotation: Annotation, sentences: Iterable[Sentence]) -> bool:
    """Whether a span of the annotation overlaps at least one word of the sentences."""
    return any(s.words_in(span.start, span.end) for s in sentences for span in annotation.spans)
