"""What the report says about the judged articles: frames, stances and their places, ready for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.render import (
    Highlight,
    LabelStyle,
    Palette,
    SlotMark,
    StanceMark,
    check_url,
    layer_slots,
    make_prefix,
    render_article,
    render_bar,
    render_evidence,
    render_legend,
    render_pieces,
    render_probability,
    render_stance_value,
    render_strip,
    split_text,
)
from corpus_tools.reporting.rows import group_rows, read_highlight, read_stance
from corpus_tools.text.article import Article

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class FrameLine:
    """One frame in one article or over all: how probable, how often."""

    style: LabelStyle
    swatch: Markup
    probability: Markup
    bar: Markup
    count: int
    where: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One frame on one passage, as a row of the table under the article."""

    swatch: Markup
    name: str
    quote: str
    probability: Markup
    evidence: Markup


@dataclass(frozen=True, slots=True)
class Party:
    """A holder or a target: its words, the entity behind them, or that it is implicit."""

    words: str
    entity: str | None = None
    implicit: bool = False

    @property
    def name(self) -> str:
        """The entity's name where there is one, else the words."""
        return self.entity or self.words


@dataclass(frozen=True, slots=True)
class StanceLine:
    """One stance, as a row of the table 'who says what about whom'."""

    article: ArticleView
    number: int
    holder: Party
    target: Party
    label: str
    value: Markup
    sentence: Markup
    probability: Markup
    bar: Markup

    @property
    def anchor(self) -> str:
        """The id of the passage in the article."""
        return f"{self.article.prefix}-s{self.number}"


@dataclass(slots=True)
class ArticleView:
    """One judged article with everything found in it."""

    id: str
    title: str
    meta: list[str]
    url: str | None
    prefix: str
    text: Markup = Markup()
    legend: Markup = Markup()
    lines: list[FrameLine] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    stances: list[StanceLine] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)


class Findings:
    """Everything found in the judged articles.

    Parameters
    ----------
    articles
        The judged articles, in the order of the page.
    detections
        The table of detections; rows of other articles are left out.
    palette
        Looks of the frames.
    thresholds
        Frame to the probability above which it counts as found, as far as known.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        detections: DataFrame,
        *,
        codebook: Codebook,
        palette: Palette,
        thresholds: Mapping[str, float],
    ) -> None:
        self._codebook, self._palette, self._thresholds = codebook, palette, thresholds
        rows = group_rows(detections)
        self.articles = [self._view(article, rows.get(article.id, [])) for article in articles]
        self.stances = [line for view in self.articles for line in view.stances]
        self.lines = self.articles[0].lines if len(self.articles) == 1 else self._sum_frames()

    @property
    def absent(self) -> list[LabelStyle]:
        """The frames of the codebook that were found nowhere."""
        found = {line.style.label for line in self.lines}
        return [style for style in self._palette if style.label not in found]

    @property
    def pairs(self) -> list[tuple[str, str, list[tuple[Markup, int]], int]]:
        """Holder, target, how often which value, how often at all: the most frequent pairs first."""
        counts: dict[tuple[str, str], Counter[str]] = {}
        for line in self.stances:
            counts.setdefault((line.holder.name, line.target.name), Counter())[line.label] += 1
        ranked = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
        return [
            (*names, [(_show_value(label), count) for label, count in by_value.most_common()], by_value.total())
            for names, by_value in ranked
        ]

    def count_articles(self, label: str) -> int:
        """Return in how many judged articles the frame was found."""
        return sum(label in view.scores for view in self.articles)

    def _view(self, article: Article, rows: Sequence[Mapping[str, Any]]) -> ArticleView:
        title, address = article.title or article.id, check_url(article.url)
        view = ArticleView(article.id, title, _describe(article), address, make_prefix(article))
        frames = [read_highlight(row) for row in rows if row["type"] == "frame"]
        found = [row for row in rows if row["type"] == "stance"]
        stances = [read_stance(row, number, self._codebook) for number, row in enumerate(found, 1)]
        view.text = Markup(render_article(article, frames=frames, stances=stances, palette=self._palette, legend=False))
        # The margin lists the frames with their probabilities; the legend need only explain the other signs.
        signs = [replace(mark, label="") for mark in frames]
        view.legend = Markup(render_legend(signs, stances, palette=self._palette))
        for mark in frames:
            view.scores[mark.label] = max(view.scores.get(mark.label, 0.0), mark.score or 0.0)
        view.shares = {label: _share_of_text(frames, label, article.text) for label in view.scores}
        view.lines = self._list_frames(view, frames)
        view.passages = [self._passage(mark, article.text) for mark in sorted(frames, key=self._place)]
        view.stances = [self._stance_line(view, mark, article.text) for mark in stances]
        return view

    def _place(self, mark: Highlight) -> tuple[int, int]:
        return (mark.start or 0, self._palette.position(mark.label))

    def _list_frames(self, view: ArticleView, frames: Sequence[Highlight]) -> list[FrameLine]:
        counts = Counter(mark.label for mark in frames)
        return [
            self._frame_line(label, [score], counts[label], f"{counts[label]} passage{'s' * (counts[label] != 1)}")
            for label, score in sorted(view.scores.items(), key=lambda item: -item[1])
        ]

    def _sum_frames(self) -> list[FrameLine]:
        lines = []
        for style in self._palette:
            scores = [view.scores[style.label] for view in self.articles if style.label in view.scores]
            if scores:
                where = f"in {len(scores)} of {len(self.articles)} articles"
                lines.append(self._frame_line(style.label, scores, len(scores), where, strip=True))
        return sorted(lines, key=lambda line: -line.count)

    def _frame_line(self, label: str, scores: list[float], count: int, where: str, *, strip: bool = False) -> FrameLine:
        style, tick = self._palette[label], self._thresholds.get(label)
        say = f"{style.name}: probability {median(scores):.2f}" + ("" if tick is None else f", threshold {tick:.2f}")
        if strip:
            bar = render_strip(scores, colour=style.colour, tick=tick, describe=say)
        else:
            bar = render_bar(scores[0], colour=style.colour, tick=tick, describe=say)
        chance = Markup(render_probability(median(scores)))
        return FrameLine(style, Markup(style.swatch), chance, Markup(bar), count, where)

    def _passage(self, mark: Highlight, text: str) -> Passage:
        style = self._palette[mark.label]
        quote = "the whole article" if mark.start is None else text[mark.start : mark.end].strip()
        evidence = Markup(render_evidence(mark.evidence, text))
        return Passage(Markup(style.swatch), style.name, quote, Markup(render_probability(mark.score)), evidence)

    def _stance_line(self, view: ArticleView, mark: StanceMark, text: str) -> StanceLine:
        number = mark.number or 0
        sentence = Markup(render_pieces(text, mark.start, mark.end, layer_slots([(number, mark)])).strip())
        bar = Markup(render_bar(mark.score, describe=f"probability {mark.score or 0:.2f}"))
        holder, target = (_name_party(slot) for slot in (mark.holder, mark.target))
        chance = Markup(render_probability(mark.score))
        return StanceLine(view, number, holder, target, mark.label, _show_value(mark.label), sentence, chance, bar)


def _share_of_text(frames: Sequence[Highlight], label: str, text: str) -> float:
    """Share of the characters under a frame, overlaps counted once."""
    spans = [(mark.start or 0, len(text) if mark.end is None else mark.end) for mark in frames if mark.label == label]
    covered = sum(high - low for low, high, members in split_text(0, len(text), spans) if members)
    return covered / len(text) if text else 0.0


def _name_party(slot: SlotMark) -> Party:
    return Party(slot.text, slot.entity, implicit=slot.start is None)


def _show_value(label: str) -> Markup:
    return Markup(render_stance_value(label))


def _describe(article: Article) -> list[str]:
    day = article.published and f"{article.published.day} {article.published:%B %Y}"
    words = f"{len(article.text.split()):,} words"
    name = article.id if article.title else None
    return [part for part in (article.source, day, article.language, words, name) if part]
