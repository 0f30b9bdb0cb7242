"""brat standoff, read: one .ann file with its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from corpus_tools.annotation.interchange.labels import ARGUMENTS, Label
from corpus_tools.annotation.interchange.marks import Marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Member
from corpus_tools.annotation.interchange.strict_json import as_object, parse_json
from corpus_tools.text.article import Article
from corpus_tools.text.decoding import decode_utf8
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["BREAKS", "join_fragments", "read_document"]

BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Where brat, with Python's `str.splitlines`, ends a line."""

_LINE = re.compile(r"([TREANM#*][A-Za-z]*\d*)\t(.*)", re.DOTALL)
_PLACES = re.compile(r"(\S+) (\d{1,15} \d{1,15}(?:;\d{1,15} \d{1,15})*)")
_ROLE = re.compile(r"([^:\s]*?)\d*:(\S+)")


def join_fragments(text: str, fragments: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """Return the spans of fragments; those with nothing but line breaks between them are one span."""
    spans: list[tuple[int, int]] = []
    for start, end in fragments:
        between = text[spans[-1][1] : start] if spans else ""
        if between and all(char in BREAKS for char in between):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(Span.of(text, start, end) for start, end in spans)


@dataclass(slots=True)
class _Mark:
    label: str
    spans: tuple[Span, ...]
    where: str
    entity: str | None = None


@dataclass(slots=True)
class _Event:
    label: str
    trigger: str
    arguments: list[tuple[str, str]]
    where: str
    rest: dict[str, Any] = field(default_factory=dict)


class _Parser:
    """The lines of one file, by kind."""

    def __init__(self, article: Article, reading: Reading) -> None:
        self.article = article
        self.reading = reading
        self.marks: dict[str, _Mark] = {}
        self.events: dict[str, _Event] = {}
        self.late: list[tuple[str, str, str, str]] = []  # lines about others, which may stand before them

    def parse(self, line: str, where: str) -> None:
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(f"this is no line of brat ({line[:40]!r})", remedy="write ID, tab, content")
        name, body = match[1], match[2]
        if name != "*" and (name in self.marks or name in self.events):
            raise InputError(f"the id {name!r} occurs twice", remedy="give every line its own id")
        kind = name[0]
        if kind == "T":
            self.marks[name] = self._mark(body, where)
        elif kind == "E":
            self.events[name] = self._event(body, where)
        elif kind in "RNA#M":
            self.late.append((kind, name, body, where))
        else:
            self.reading.losses.add("relation", "an equivalence (*) is no part of an annotation", where)

    def _mark(self, body: str, where: str) -> _Mark:
        head, _, words = body.partition("\t")
        match = _PLACES.fullmatch(head)
        if match is None:
            raise InputError(f"{head[:60]!r} is no mark", remedy="write TYPE START END, further fragments after a ;")
        pairs = [tuple(map(int, place.split(" "))) for place in match[2].split(";")]
        places = [(start, end) for start, end in pairs]
        spans = self.reading.spans(self.article, places, words, joined=" ")
        joined = join_fragments(self.article.text, ((span.start, span.end) for span in spans))
        return _Mark(match[1], joined, where)

    def _event(self, body: str, where: str) -> _Event:
        head, *arguments = body.split() or [""]
        label, _, trigger = head.rpartition(":")
        found = [_ROLE.fullmatch(argument) for argument in arguments]
        if not label or not all(found):
            raise InputError(f"{body[:60]!r} is no event", remedy="write TYPE:TRIGGER ROLE:ID …")
        return _Event(label, trigger, [(match[1].lower(), match[2]) for match in found if match], where)

    def finish(self) -> None:
        """Attach what stands on lines of its own, and make the records."""
        owners = {event.trigger for event in self.events.values()}
        used = {target for event in self.events.values() for _, target in event.arguments}
        for name, mark in self.marks.items():
            label = self._label(mark.label, mark.where)
            if label is not None and label.kind != "argument" and name not in owners:
                self.events[name] = _Event(mark.label, name, [], mark.where)
            elif label is not None and name not in owners | used:
                self.reading.losses.add("mark", f"a {mark.label} that no event has", mark.where)
        for kind, name, body, where in self.late:
            with self.reading.at(where):
                self._attach(kind, name, body, where)
        for event in self.events.values():
            with self.reading.at(event.where):
                self._record(event)

    def _label(self, text: str, where: str) -> Label | None:
        with self.reading.at(where):
            return self._read_label(text)
        return None

    def _read_label(self, text: str) -> Label:
        label = self.reading.label(text, separator="-")
        return label._replace(label=unquote(label.label))

    def _attach(self, kind: str, name: str, body: str, where: str) -> None:
        head, _, tail = body.partition("\t")
        parts = head.split(" ")
        if kind == "N" and len(parts) == 3 and parts[1] in self.marks:
            self.marks[parts[1]].entity = parts[2].partition(":")[2]
        elif kind == "#" and len(parts) == 2 and parts[1] in self.events:
            rest = self.events[parts[1]].rest
            rest |= self._note(parts[0], tail, where)
        elif kind == "#" and parts[-1] in self.marks:
            self.reading.losses.add("comment", "a note on an argument, not on an annotation", where)
        elif kind in "AMR":
            self.reading.losses.add("attribute" if kind != "R" else "relation", "no part of an annotation here", where)
        else:
            raise InputError(f"{name} names nothing that is there ({head[:60]!r})", remedy="export it again")

    def _note(self, kind: str, tail: str, where: str) -> dict[str, Any]:
        if kind == "CorpusTools":
            return as_object(parse_json(tail, where=where), "the note")
        return {"comment": tail}

    def _record(self, event: _Event) -> None:
        trigger = self.marks.get(event.trigger)
        if trigger is None or trigger.label != event.label:
            what = f"the event {event.label!r} has no trigger of its type"
            raise InputError(what, remedy="its first part names a T line of the same type")
        label = self._read_label(event.label)
        if label.kind == "argument":
            raise InputError(f"an event cannot be a {label.role}", remedy="make it a plain mark")
        rest = dict(event.rest)
        if label.role in ("target", "holder", "voice") and trigger.entity is not None:
            rest[label.role] = {"entity": trigger.entity}
        arguments = []
        for role, name in event.arguments:
            arguments += self._argument(role, name, rest, event.where)
        marks = Marks(label.kind, label.label, label.role, trigger.spans, tuple(arguments), rest)
        self.reading.add_marks(marks, self.article)

    def _argument(self, role: str, name: str, rest: dict[str, Any], where: str) -> list[tuple[str, Span]]:
        if name in self.events:  # an event as an argument: its words
            name = self.events[name].trigger
        mark = self.marks.get(name)
        if mark is None:
            raise InputError(f"the argument {role}:{name} is no mark", remedy="export it again")
        if role not in ARGUMENTS:
            self.reading.losses.add("relation", f"{role!r} is no part of a frame or a stance", where)
            return []
        if mark.entity is not None:
            rest[role] = {"entity": mark.entity}
        return [(role, span) for span in mark.spans]


def read_document(name: str, text: Member, marks: Member | None, reading: Reading) -> None:
    """Read one article: its text must be the corpus' own, and every mark must say the words that it stands on."""
    article = None
    with reading.at(text.where):
        article = reading.article(name, text=decode_utf8(text.data, where=text.where))
    if article is None or marks is None:
        return
    parser = _Parser(article, reading)
    for number, line in enumerate(decode_utf8(marks.data, where=marks.where).split("\n"), 1):
        if line.strip():
            where = f"{marks.where}:{number}"
            with reading.at(where):
                parser.parse(line.removesuffix("\r"), where)
    parser.finish()
