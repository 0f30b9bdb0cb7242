"""Rows of the agreement table on spans: where coders mark the frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus_tools.agreement.coded import ALL, CodedArticle, Coding
from corpus_tools.agreement.resampling import Coefficient
from corpus_tools.agreement.rows import Row, RowMaker, share
from corpus_tools.agreement.spans import span_f1
from corpus_tools.agreement.unitizing import unitize

__all__ = ["span_rows"]

Marked = tuple[str, int, int, str]


def span_rows(coding: Coding, frames: Sequence[str], version: str, interval: float | None) -> Iterator[Row]:
    """Yield the rows of one version: F1 of each pair of coders, and alpha_u of all; only articles with their text."""
    for first, second in coding.pairs:
        articles = [article for article in coding.shared_by((first, second)) if article.text]
        make = RowMaker("span", "span", version, (first, second))
        for label, chosen in _choices(frames):
            a, b = (_spans(articles, coder, chosen) for coder in (first, second))
            covered = _coverage(articles, (first, second), chosen)
            for match in ("exact", "overlap"):
                result = span_f1(a, b, match=match, articles=[x.id for x in articles], interval=interval)
                yield make(label, f"f1_{match}", result, covered)
    articles = [article for article in coding.shared_by(coding.coders) if article.text]
    yield from _unitizing_rows(RowMaker("span", "span", version, coding.coders), articles, frames, interval)


def _unitizing_rows(
    make: RowMaker, articles: list[CodedArticle], frames: Sequence[str], interval: float | None
) -> Iterator[Row]:
    units = [
        (article, (coder, start, end, frame))
        for coder in make.coders
        for article, start, end, frame in _join(_spans(articles, coder, frames))
    ]
    whole, by_label = unitize(
        [unit for _, unit in units],
        length={article.id: len(article.text or "") for article in articles},
        groups=[article for article, _ in units],
        coders=make.coders,
        interval=interval,
    )
    nothing = Coefficient(None, "no unit was marked")
    for label, chosen in _choices(frames):
        result = whole if label == ALL else by_label.get(label, nothing)
        yield make(label, "alpha_u", result, _coverage(articles, make.coders, chosen))


def _choices(frames: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    return [*((frame, [frame]) for frame in frames), (ALL, frames)]


def _spans(articles: list[CodedArticle], coder: str, frames: Sequence[str]) -> list[Marked]:
    """The coder's spans, each once."""
    found = (
        (article.id, span.start, span.end, a.label)
        for article in articles
        for a in article.frames[coder]
        if a.label in frames
        for span in a.spans
    )
    return list(dict.fromkeys(found))


def _join(spans: list[Marked]) -> list[Marked]:
    """Join one coder's overlapping spans of one label: to the text they are one unit."""
    joined: list[Marked] = []
    for article, start, end, label in sorted(spans, key=lambda s: (s[0], s[3], s[1], s[2])):
        last = joined[-1] if joined else None
        if last is not None and (last[0], last[3]) == (article, label) and start < last[2]:
            joined[-1] = (article, last[1], max(end, last[2]), label)
        else:
            joined.append((article, start, end, label))
    return joined


def _coverage(articles: list[CodedArticle], coders: Sequence[str], frames: Sequence[str]) -> float | None:
    """Share of the text that lies in spans: the mean over coders, summed over frames."""
    covered = sum(end - start for coder in coders for _, start, end, _ in _join(_spans(articles, coder, frames)))
    return share(covered, len(coders) * sum(len(article.text or "") for article in articles))
