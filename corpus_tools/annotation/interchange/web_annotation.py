"""W3C Web Annotation (JSON-LD): a collection with one page; offsets in code points, as its standard says.

A frame or stance is an annotation of its own words, with a `TextPositionSelector` and a `TextQuoteSelector` for every
span. The standard has no roles, so a holder, target or voice is an annotation of its own that links to the stance or
frame and is tagged with the role. What is a word rather than a place (salience, an entity, an implicit holder) is a
tag such as ``salience:primary``. Files of other tools are read too: a position, or a quote that is unique in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Item
from corpus_tools.annotation.interchange.labels import Label, write_label
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks, to_marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.strict_json import as_list, as_object, dump_json, load_json
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span, locate

__all__ = ["WebAnnotation"]

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_URN = "urn:x-corpus-tools"
_NO_PLACE = "the standard has no term for it"
_TAGS = ("salience", "expression", "codebook")
_SLOTS = ("voice", "holder", "target")


class WebAnnotation(Format):
    """W3C Web Annotation."""

    name = "web-annotation"
    quoted = True
    suffixes = (".jsonld", ".json")
    lacks = dict.fromkeys(("attrs", "links", "decides", "origin", "confidence", "extra"), _NO_PLACE)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write one collection."""
        items = [part for document in documents for item in document.items for part in _write_item(item)]
        page = {"id": f"{_URN}:page:1", "type": "AnnotationPage", "startIndex": 0, "items": items}
        head = {"@context": _CONTEXT, "id": f"{_URN}:collection", "type": "AnnotationCollection", "total": len(items)}
        target.stream.write(dump_json({**head, "first": page}, indent=True))

    def read(self, source: Source, reading: Reading) -> None:
        """Read a collection, a page, an array of annotations, or one annotation."""
        for member in source.members(self.suffixes):
            found = _Collected(reading)
            for number, value in enumerate(_annotations(load_json(member.data, where=member.where)), 1):
                where = f"{member.where}, annotation {number}"
                with reading.at(where):
                    found.take(as_object(value, "the annotation"), where)
            found.finish()


# --- writing --------------------------------------------------------------------------------------------------------


def _write_item(item: Item) -> Iterator[dict[str, Any]]:
    marks = to_marks(item)
    name = f"{_URN}:annotation:{quote(item.id or '', safe='')}"
    body = [_body("classifying", write_label(marks.kind, marks.label, marks.role))]
    body += [_body("tagging", f"{key}:{marks.rest[key]}") for key in _TAGS if key in marks.rest]
    spoken = {role for role, _ in marks.arguments}
    for role in _SLOTS:
        if role not in spoken:
            body += [_body("tagging", tag) for tag in _slot_tags(role, marks.rest.get(role, {}))]
    if "comment" in marks.rest:
        body.append(_body("commenting", marks.rest["comment"]))
    yield {**_head(name, item), "body": body, "target": _targets(item.record.article, marks.anchor)}
    for role, span in marks.arguments:
        tags = [role, *_slot_tags(role, marks.rest.get(role, {}))]
        link = {"type": "SpecificResource", "purpose": "linking", "source": name}
        bodies = [*(_body("tagging", tag) for tag in tags), link]
        yield {**_head(f"{name}#{role}", item), "body": bodies, "target": _targets(item.record.article, (span,))}


def _head(name: str, item: Item) -> dict[str, Any]:
    head: dict[str, Any] = {"id": name, "type": "Annotation"}
    if item.coder is not None:
        head["creator"] = {"id": f"{_URN}:coder:{quote(item.coder, safe='')}", "nickname": item.coder}
    return head if item.at is None else {**head, "created": item.at}


def _body(purpose: str, value: str) -> dict[str, Any]:
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": value}


def _slot_tags(role: str, slot: dict[str, Any]) -> Iterator[str]:
    if slot.get("author") or "implicit" in slot:
        yield f"{role}:{slot.get('implicit', 'author')}"
    if "entity" in slot:
        yield f"{role}_entity:{slot['entity']}"


def _targets(article: str, spans: Iterable[Span]) -> list[dict[str, Any]] | str:
    source = f"{_URN}:article:{quote(article, safe='')}"
    targets = []
    for span in spans:
        position = {"type": "TextPositionSelector", "start": span.start, "end": span.end}
        words = {"type": "TextQuoteSelector", "exact": span.quote, "prefix": span.prefix, "suffix": span.suffix}
        targets.append({"type": "SpecificResource", "source": source, "selector": [position, words]})
    return targets or source


# --- reading --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Main:
    """An annotation that is a frame or a stance."""

    label: Label
    article: Article
    spans: tuple[Span, ...]
    where: str
    known: dict[str, Any]
    rest: dict[str, Any]
    arguments: list[tuple[str, Span]] = field(default_factory=list)


@dataclass(slots=True)
class _Part:
    """An annotation that says which role its words play in another one."""

    role: str
    owner: str
    spans: tuple[Span, ...]
    where: str
    rest: dict[str, Any]


class _Collected:
    """The annotations of one file."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.main: dict[str, _Main] = {}
        self.parts: list[_Part] = []

    def take(self, annotation: dict[str, Any], where: str) -> None:
        bodies = [_as_body(value) for value in _many(annotation.get("body", annotation.get("bodyValue")))]
        article, spans = self._places(annotation.get("target"))
        rest, role = _read_tags(bodies)
        owner = next((body.get("source") for body in bodies if body.get("purpose") == "linking"), None)
        if role is not None and isinstance(owner, str):
            self.parts.append(_Part(role, owner, spans, where, rest))
            return
        name = annotation.get("id") if isinstance(annotation.get("id"), str) else where
        if name in self.main:
            raise InputError(f"the id {name!r} occurs twice", remedy="give every annotation its own")
        label = self.reading.label(_label_of(bodies))
        if label.kind == "argument":
            self.reading.losses.add("mark", f"a {label.role} that links to nothing", where)
            return
        known = {"coder": _creator(annotation), "at": annotation.get("created")}
        if str(name).startswith(f"{_URN}:annotation:"):
            known["id"] = unquote(str(name).removeprefix(f"{_URN}:annotation:")) or None
        self.main[str(name)] = _Main(label, article, spans, where, known, rest)

    def finish(self) -> None:
        for part in self.parts:
            with self.reading.at(part.where):
                owner = self.main.get(part.owner)
                if owner is None:
                    raise InputError(f"links to {part.owner!r}, which is not in the file", remedy="export both")
                owner.arguments += [(part.role, span) for span in part.spans]
                owner.rest |= part.rest
        for main in self.main.values():
            with self.reading.at(main.where):
                label = main.label
                role = label.role if main.spans else ANYWHERE
                rest = {**main.rest, **{key: value for key, value in main.known.items() if key == "id" and value}}
                marks = Marks(label.kind, label.label, role, main.spans, tuple(main.arguments), rest)
                self.reading.add_marks(marks, main.article, coder=main.known["coder"], at=main.known["at"])

    def _places(self, target: Any) -> tuple[Article, tuple[Span, ...]]:
        article: Article | None = None
        spans: list[Span] = []
        for value in _many(target):
            resource = {"source": value} if isinstance(value, str) else as_object(value, "the target")
            here = self.reading.article(*_names(resource.get("source", resource.get("id"))))
            if article is not None and here.id != article.id:
                raise InputError("the annotation is on two articles", remedy="make it two annotations")
            article = here
            selectors = [as_object(selector, "the selector") for selector in _many(resource.get("selector"))]
            spans += [self._span(here, selectors)] if selectors else []
        if article is None:
            raise InputError("the annotation has no target", remedy="give it one with a source")
        return article, tuple(spans)

    def _span(self, article: Article, selectors: list[dict[str, Any]]) -> Span:
        position = next((one for one in selectors if one.get("type") == "TextPositionSelector"), None)
        words = next((one for one in selectors if one.get("type") == "TextQuoteSelector"), {})
        exact = words.get("exact")
        if position is not None:
            return self.reading.span(article, position.get("start"), position.get("end"), exact)
        if not isinstance(exact, str):
            raise InputError("the selector has neither position nor quote", remedy="select text by position or quote")
        context = {name: value for name in ("prefix", "suffix") if isinstance(value := words.get(name), str)}
        span = locate(article.text, exact, **context)
        if span is None:
            what = f"the quote {exact[:60]!r} is not in {article.id!r}, or more than once"
            raise InputError(what, remedy="add a TextPositionSelector")
        return span


def _annotations(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    top = as_object(value, "the file")
    page = top.get("first", top)
    return as_list(page["items"], "items") if isinstance(page, dict) and "items" in page else [top]


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _as_body(value: Any) -> dict[str, Any]:
    return {"type": "TextualBody", "value": value} if isinstance(value, str) else as_object(value, "the body")


def _names(source: Any) -> tuple[str, ...]:
    if isinstance(source, dict):
        source = source.get("id")
    if not isinstance(source, str):
        raise InputError("the target has no source", remedy="name the article by its id or file name")
    last = unquote(source.rpartition(":")[2].rpartition("/")[2])
    return unquote(source.removeprefix(f"{_URN}:article:")), last, last.rpartition(".")[0]


def _label_of(bodies: list[dict[str, Any]]) -> Any:
    for purpose in ("classifying", "tagging", None):
        found = [body.get("value") for body in bodies if body.get("purpose") == purpose and "value" in body]
        if found:
            return found[0]
    raise InputError("the annotation has no label", remedy="give it a body with the purpose classifying")


def _read_tags(bodies: list[dict[str, Any]]) -> tuple[dict[str, Any], str | None]:
    """Return what the tags say of a record, and the role if one of them is a role."""
    rest: dict[str, Any] = {}
    role = None
    for body in bodies:
        value = body.get("value")
        if body.get("purpose") == "commenting":
            rest["comment"] = value
        if body.get("purpose") != "tagging" or not isinstance(value, str):
            continue
        key, _, text = value.partition(":")
        slot = key.removesuffix("_entity")
        if value in _SLOTS:
            role = value
        elif key in _TAGS:
            rest[key] = text
        elif slot in _SLOTS:
            said = {"entity": text} if slot != key else {"author": True} if slot == "voice" else {"implicit": text}
            rest[slot] = {**rest.get(slot, {}), **said}
    return rest, role


def _creator(annotation: dict[str, Any]) -> str | None:
    creator = annotation.get("creator")
    if isinstance(creator, dict):
        creator = creator.get("nickname", creator.get("name", creator.get("id")))
    return creator if isinstance(creator, str) else None
