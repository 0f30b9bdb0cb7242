"""spaCy's JSON, as `Doc.to_json` writes it, one document a line: ``Doc(vocab).from_json(line)`` makes a `DocBin` of it.

Frames are the span group ``frames``, frames of whole articles are categories. spaCy has no relations between spans, so
stances are lost. Its spans begin and end with tokens, and white space is part of no word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Fitted, Item
from corpus_tools.annotation.interchange.labels import read_category, write_category, write_frame
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.strict_json import as_list, as_object, dump_json, load_lines
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.annotation.interchange.tokens import cut_tokens, trim
from corpus_tools.annotation.records import Frame
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

__all__ = ["Spacy"]

_GROUPS = ("frames", "sc")  # ours, and the one that spaCy's span categorizer writes
_NO_PLACE = "a span has a range and a label, nothing else"


class Spacy(Format):
    """spaCy JSON."""

    name = "spacy"
    suffixes = (".jsonl",)
    coders = False
    lacks = dict.fromkeys(
        ("id", "coder", "codebook", "at", "voice", "voice_entity", "attrs", "links", "decides", "origin",
         "confidence", "comment", "extra"),
        _NO_PLACE,
    )  # fmt: skip
    may_lose = {
        "annotation": "when it is a stance, stands on white space alone, or is an article's frame a second time",
        "spans": "white space at the edges belongs to no token, and each span of a frame becomes a frame of its own",
        "salience": "carried for whole articles only",
    }

    def fit_all(self, article: Article, items: Iterable[Item]) -> Iterator[tuple[Item, Fitted]]:
        """Keep frames, each span its own, and a frame of the whole article once."""
        seen: set[str] = set()
        for item, fitted in super().fit_all(article, items):
            record = item.record
            if isinstance(record, Frame) and not record.spans:
                category = write_category(record.salience or "", record.label)
                fitted = "the article has this category already" if category in seen else fitted
                seen.add(category)
            yield item, fitted

    def fit(self, item: Item, article: Article) -> Fitted:
        """Keep a frame, each span its own."""
        record = item.record
        if not isinstance(record, Frame):
            return "spaCy has no relations between spans: no room for a stance"
        if not record.spans:
            return (item,)
        spans = (trim(article.text, span) for span in record.spans)
        pieces = (replace(record, spans=(span,), salience=None) for span in spans if span is not None)
        return tuple(replace(item, record=piece) for piece in pieces) or "it stands on white space alone"

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write one line an article."""
        for document in documents:
            target.stream.write(dump_json(_write_row(document)))

    def read(self, source: Source, reading: Reading) -> None:
        """Read the lines."""
        for member in source.members(self.suffixes):
            for where, row in load_lines(member.data, where=member.where):
                with reading.at(where):
                    _read_row(row, where, reading)


def _write_row(document: Document) -> dict[str, Any]:
    article = document.article
    frames = [item.record for item in document.items if isinstance(item.record, Frame)]
    marks = [(span, frame.label) for frame in frames for span in frame.spans]
    tokens = cut_tokens(article.text, (span for span, _ in marks))
    spans = [{"start": span.start, "end": span.end, "label": write_frame(label), "kb_id": ""} for span, label in marks]
    return {
        "text": article.text,
        "tokens": [{"id": number, "start": token.start, "end": token.end} for number, token in enumerate(tokens)],
        "cats": {write_category(frame.salience or "", frame.label): 1.0 for frame in frames if not frame.spans},
        "spans": {_GROUPS[0]: spans},
        # Keys that spaCy passes over: its own "_" can only be read back where the extension was declared.
        "article": article.id,
        "sha256": article.fingerprint,
    }


def _read_row(row: dict[str, Any], where: str, reading: Reading) -> None:
    article = reading.article(row.get("article"), text=row.get("text"), sha256=row.get("sha256"))
    for group, values in as_object(row.get("spans") or {}, "spans").items():
        for number, value in enumerate(as_list(values, group), 1):
            place = f"{where}, {group} {number}"
            if group not in _GROUPS:
                reading.losses.add("span", f"of the group {group!r}, which holds no frames", place)
                continue
            with reading.at(place):
                span = as_object(value, "the span")
                label = reading.label(span.get("label"))
                if label.kind != "frame":
                    raise InputError(f"{span['label']!r} is no frame", remedy="spaCy's spans can hold frames only")
                found = reading.span(article, span.get("start"), span.get("end"))
                reading.add(Item(Frame(article.id, label.label, (found,))))
    for category, score in as_object(row.get("cats") or {}, "cats").items():
        with reading.at(where):
            if isinstance(score, int | float) and score >= 0.5:
                salience, name = read_category(category)
                reading.add(Item(Frame(article.id, name, salience=salience)))
    if row.get("ents"):
        reading.losses.add("entity", "named entities are no frames", where)
