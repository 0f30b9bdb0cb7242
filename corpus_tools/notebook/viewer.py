"""`show`: an article with what was coded in it, as a rich display that needs no kernel afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Annotation, Implicit, Slot
from corpus_tools.render.article import render_article
from corpus_tools.render.dependencies import render_dependencies
from corpus_tools.render.escape import escape_text
from corpus_tools.render.marks import Highlight, SlotMark, StanceMark
from corpus_tools.render.palette import Palette
from corpus_tools.render.styles import read_styles
from corpus_tools.reporting.rows import group_rows, read_highlight, read_stance
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from pandas import DataFrame

    from corpus_tools.language.parses import Parse

__all__ = ["Shown", "show"]


@dataclass(frozen=True, slots=True)
class Shown:
    """HTML that a notebook displays; ``str`` gives it for a report."""

    html: str

    def __str__(self) -> str:
        return self.html

    def _repr_html_(self) -> str:
        return f"<style>{read_styles()}</style>{self.html}"


def show(
    article: Article,
    annotations: Iterable[Annotation] | DataFrame = (),
    parse: Parse | None = None,
    *,
    codebook: Codebook | None = None,
    sentence: int | None = None,
) -> Shown:
    """Return an article with its frames, stances and entities, ready to be displayed.

    Parameters
    ----------
    article
        The text.
    annotations
        What to draw: annotations of a store or gold, or a table of detections; those of other articles are left out.
    parse
        With it named entities are marked.
    codebook
        Names the labels and entities, and gives them the looks that they have in the annotator.
    sentence
        The number of a sentence of the parse, the dependencies of which are drawn below the text.

    Raises
    ------
    InputError
        When an annotation does not lie in the text, or there is no such sentence.

    Examples
    --------
    >>> shown = show(Article("a", "The junta refused."))
    >>> "The junta refused." in str(shown)
    True
    """
    if hasattr(annotations, "columns"):
        frames, stances = _read_table(cast("DataFrame", annotations), article, codebook)
    else:
        items = [item for item in annotations if item.article == article.id]
        frames = [mark for item in items if item.type == "frame" for mark in _mark_frame(item, codebook)]
        stances = [_mark_stance(item, article, codebook) for item in items if item.type == "stance"]
    names = {frame.id: frame.name for frame in codebook.frames.values()} if codebook else {}
    tokens = None if parse is None else parse.tokens
    title = f'<h3 class="ct-title" dir="auto">{escape_text(article.title)}</h3>' if article.title else ""
    drawn = render_article(article, frames=frames, stances=stances, tokens=tokens, palette=Palette(names))
    return Shown(f'<div class="ct">{title}{drawn}{_draw_tree(parse, sentence)}</div>')


def _draw_tree(parse: Parse | None, sentence: int | None) -> str:
    if sentence is None:
        return ""
    if parse is None or not 0 <= sentence < len(parse.sentences):
        count = 0 if parse is None else len(parse.sentences)
        raise InputError(f"there is no sentence {sentence!r} among {count}", where="show", remedy="give parse=, from 0")
    return render_dependencies(parse.sentences[sentence].tokens)


def _read_table(
    table: DataFrame, article: Article, codebook: Codebook | None
) -> tuple[list[Highlight], list[StanceMark]]:
    rows = group_rows(table).get(article.id, [])
    stances = [row for row in rows if row["type"] == "stance"]
    marks = [read_stance(row, number, codebook) for number, row in enumerate(stances, 1)]
    return [read_highlight(row) for row in rows if row["type"] == "frame"], marks


def _mark_frame(item: Annotation, book: Codebook | None) -> list[Highlight]:
    note = None if item.voice is None else f"voice: {_name_slot(item.voice, book)}"
    if not item.spans:
        return [Highlight(None, None, item.label, item.confidence, note=note)]
    return [Highlight(span.start, span.end, item.label, item.confidence, note=note) for span in item.spans]


def _mark_stance(item: Annotation, article: Article, book: Codebook | None) -> StanceMark:
    spans = item.all_spans
    start, end = min((s.start for s in spans), default=0), max((s.end for s in spans), default=len(article.text))
    holder, target = _mark_slot(item.holder, article, book), _mark_slot(item.target, article, book)
    return StanceMark(start, end, item.label, holder, target, item.confidence)


def _mark_slot(slot: Slot | Implicit | None, article: Article, book: Codebook | None) -> SlotMark:
    if isinstance(slot, Slot) and slot.span is not None:
        words = slot.span.slice(article.text)
        return SlotMark(words, slot.span.start, slot.span.end, _name_entity(slot.entity, book))
    return SlotMark(_name_slot(slot, book))


def _name_slot(slot: Slot | Implicit | None, book: Codebook | None) -> str:
    if isinstance(slot, Slot):
        return _name_entity(slot.entity, book) or (slot.span.quote if slot.span and slot.span.quote else "?")
    return "the author" if slot == Implicit("author") else "nobody named"


def _name_entity(entity: str | None, book: Codebook | None) -> str | None:
    return book.entities[entity].name if book and entity in book.entities else entity
