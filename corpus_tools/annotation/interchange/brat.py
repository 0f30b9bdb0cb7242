"""brat standoff, written: for each article the text (.txt) and its annotations (.ann), and one annotation.conf.

A frame or stance is an event whose trigger is its anchor, so that holder, target and voice are its arguments. Entities
are normalisations (N), comments notes (#), and a note of the type `CorpusTools` holds, as JSON, what brat has no line
for. brat refuses a mark that runs over a line break or whose fragments touch: such spans are cut at line breaks, and
put together again where nothing but line breaks is between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from corpus_tools.annotation.interchange.brat_reading import BREAKS, join_fragments, read_document
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Fitted, Item
from corpus_tools.annotation.interchange.labels import write_label
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks, to_marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.text.article import Article
from corpus_tools.text.decoding import BOM
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["Brat"]


class Brat(Format):
    """brat standoff."""

    name = "brat"
    quoted = True
    folder = True
    coders = False
    suffixes = (".ann", ".txt")
    lacks = {"coder": "brat has no annotator", "at": "brat has no time"}
    may_lose = {
        "annotation": "when no words of the text stand for it: brat has no labels of documents",
        "spans": "line breaks at the edges of a span, and fragments that touch or overlap, cannot be told apart",
        "cue": "line breaks at the edges of a span, and fragments that touch or overlap, cannot be told apart",
        "voice": "line breaks at the edges of a span cannot be marked",
        "holder": "line breaks at the edges of a span cannot be marked",
        "target": "line breaks at the edges of a span cannot be marked",
    }

    def refuse(self, article: Article) -> str | None:
        """Refuse what no file of plain text can hold."""
        if "\0" in article.text or article.text.startswith(BOM):
            return "its text holds NUL or begins with a byte order mark, which plain text files do not keep"
        return None

    def fit(self, item: Item, article: Article) -> Fitted:
        """Keep what stands on words of the text, as brat will read it."""
        return _fit(item, article.text) or "nothing of it stands on words of the text"

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write two files an article, and the configuration in which all its labels are declared."""
        events: dict[str, None] = {}
        for document in documents:
            article = document.article
            lines = _Lines(article.text, events)
            for item in document.items:
                lines.add(to_marks(item))
            target.add(f"{article.id}.txt", article.text.encode("utf-8"))
            target.add(f"{article.id}.ann", "".join(lines.lines).encode("utf-8"))
        target.add("annotation.conf", _config(events).encode("utf-8"))

    def read(self, source: Source, reading: Reading) -> None:
        """Read each .ann with the .txt beside it; one without a .ann has no annotations."""
        files = {member.name: member for member in source.members(self.suffixes, may_be_empty=True)}
        for name in sorted({name.rpartition(".")[0] for name in files}):
            marks, text = files.get(f"{name}.ann"), files.get(f"{name}.txt")
            if text is None:
                where = next(member.where for member in files.values() if member.name.rpartition(".")[0] == name)
                raise InputError("has no .txt beside it", where=where, remedy="give the folder or zip with both files")
            read_document(name.rpartition("/")[2], text, marks, reading)


def _fit(item: Item, text: str) -> tuple[Item, ...]:
    """Return the item as the reader will see it: every place cut at line breaks and put together again."""
    record = item.record
    changes: dict[str, Any] = {}
    for name in ("spans", "cue"):
        if getattr(record, name, ()):
            changes[name] = join_fragments(text, _fragments(text, getattr(record, name)))
            if not changes[name]:
                return ()
    for name in ("voice", "holder", "target"):
        span = getattr(getattr(record, name, None), "span", None)
        if span is not None:
            places = join_fragments(text, _fragments(text, (span,)))
            if not places:
                return ()
            changes[name] = replace(getattr(record, name), span=places[0])
    fitted = replace(item, record=replace(record, **changes))
    return (fitted,) if to_marks(fitted).role != ANYWHERE else ()


def _fragments(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Cut spans at line breaks, sort the pieces, and join those that touch or overlap, which brat refuses."""
    pieces: list[tuple[int, int]] = []
    for span in spans:
        start = span.start
        for at in range(span.start, span.end + 1):
            if at == span.end or text[at] in BREAKS:
                if start < at:
                    pieces.append((start, at))
                start = at + 1
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


class _Lines:
    """The lines of one .ann file."""

    def __init__(self, text: str, events: dict[str, None]) -> None:
        self.lines: list[str] = []
        self._text = text
        self._events = events
        self._numbers: dict[str, int] = {}
        self._shared: dict[tuple[str, Span, str | None], str] = {}

    def add(self, marks: Marks) -> None:
        """Write a record."""
        rest = dict(marks.rest)
        label = write_label(marks.kind, quote(marks.label, safe=""), marks.role, separator="-")
        self._events[label] = None
        trigger = self._mark(label, marks.anchor)
        arguments = [(role, self._argument(role, span, rest)) for role, span in marks.arguments]
        if marks.role in ("target", "holder", "voice"):
            self._normalise(trigger, rest, marks.role)
        event = self._line("E", f"{label}:{trigger}" + "".join(f" {role}:{mark}" for role, mark in arguments))
        self._notes(event, rest)

    def _line(self, prefix: str, body: str) -> str:
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        name = f"{prefix}{self._numbers[prefix]}"
        self.lines.append(f"{name}\t{body}\n")
        return name

    def _mark(self, label: str, spans: Iterable[Span]) -> str:
        pieces = _fragments(self._text, spans)
        places = ";".join(f"{start} {end}" for start, end in pieces)
        return self._line("T", f"{label} {places}\t" + " ".join(self._text[start:end] for start, end in pieces))

    def _argument(self, role: str, span: Span, rest: dict[str, Any]) -> str:
        entity = (rest.get(role) or {}).get("entity")
        key = (role, span, entity)
        if key not in self._shared:
            self._shared[key] = self._mark(role, (span,))
            self._normalise(self._shared[key], rest, role)
        elif entity is not None and _is_plain(entity):
            rest.pop(role)
        return self._shared[key]

    def _normalise(self, mark: str, rest: dict[str, Any], role: str) -> None:
        entity = (rest.get(role) or {}).get("entity")
        if entity is not None and _is_plain(entity):
            self._line("N", f"Reference {mark} codebook:{entity}\t{entity}")
            rest.pop(role)

    def _notes(self, owner: str, rest: dict[str, Any]) -> None:
        comment = rest.get("comment")
        if comment and comment == comment.strip() and not any(char in BREAKS or char == "\t" for char in comment):
            self._line("#", f"AnnotatorNotes {owner}\t{rest.pop('comment')}")
        if rest:
            # ASCII alone: brat ends a line at more characters than JSON does.
            self._line("#", f"CorpusTools {owner}\t{json.dumps(rest)}")


def _is_plain(entity: str) -> bool:
    return bool(entity) and entity.isprintable() and not any(char.isspace() for char in entity)


def _config(events: Iterable[str]) -> str:
    """Return the annotation.conf: brat shows only what it declares."""
    lines = ["[entities]", "voice", "holder", "target", "", "[relations]", "", "[events]"]
    for label in sorted(events):
        roles = ("voice",) if label.startswith("frame-") else ("holder", "target")
        lines.append(f"{label}\t" + ", ".join(f"{role}?:<ANY>" for role in roles))
    return "\n".join([*lines, "", "[attributes]", ""])
