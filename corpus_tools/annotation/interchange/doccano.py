"""doccano's JSONL: one article a line, with entities, relations and, for whole articles, categories.

Written for projects of the kind "sequence labeling" with relations and overlaps allowed; a further key of a line, such
as ``article``, is kept by doccano as metadata and comes back with its export. Read are the shapes of its own exports:
``entities`` with ids, or ``label`` (also ``labels``) as triples; ``text`` or ``data``; a zip with a file an annotator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from corpus_tools.annotation.coercion import Slot
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.graph import Graph, draw
from corpus_tools.annotation.interchange.items import Document, Fitted, Item, unspecified_holder
from corpus_tools.annotation.interchange.labels import read_category, write_category
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.strict_json import as_list, as_object, dump_json, load_lines
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.annotation.records import Stance
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

__all__ = ["Doccano"]

_NO_ATTRIBUTES = "a mark has a range and a label, nothing else"


class Doccano(Format):
    """doccano JSONL."""

    name = "doccano"
    suffixes = (".jsonl",)
    coders = False
    lacks = {
        "id": "doccano numbers its marks itself",
        "coder": "a mark does not say who made it",
        "codebook": _NO_ATTRIBUTES,
        "at": "a mark does not say when it was made",
        "voice_entity": _NO_ATTRIBUTES,
        "holder_entity": _NO_ATTRIBUTES,
        "target_entity": _NO_ATTRIBUTES,
        "expression": _NO_ATTRIBUTES,
        "attrs": _NO_ATTRIBUTES,
        "links": _NO_ATTRIBUTES,
        "decides": _NO_ATTRIBUTES,
        "origin": _NO_ATTRIBUTES,
        "confidence": _NO_ATTRIBUTES,
        "comment": _NO_ATTRIBUTES,
        "extra": _NO_ATTRIBUTES,
    }
    may_lose = {
        "annotation": "when it is a stance whose target is not marked in the text",
        "salience": "carried for whole articles only; a mark has a range and a label",
        "voice": "carried where words of the text name the speaker",
        "holder": "carried where words of the text name the holder; else it becomes unspecified",
    }

    def fit(self, item: Item, article: Article) -> Fitted:
        """Keep what ranges, labels and relations can say."""
        record = item.record
        if isinstance(record, Stance):
            if record.target.span is None:
                return "a stance needs its target marked in the text"
            if not isinstance(record.holder, Slot) or record.holder.span is None:
                record = unspecified_holder(record)
        else:
            voice = record.voice if isinstance(record.voice, Slot) and record.voice.span and record.spans else None
            record = replace(record, voice=voice, salience=None if record.spans else record.salience)
        return (replace(item, record=record),)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write one line an article."""
        for document in documents:
            drawing = draw(document.items)
            entities = [
                {"id": node.number, "label": node.label, "start_offset": node.span.start, "end_offset": node.span.end}
                for node in drawing.nodes
            ]
            relations = [
                {"id": number, "from_id": link.source, "to_id": link.target, "type": link.role}
                for number, link in enumerate(drawing.links, 1)
            ]
            article = document.article
            row: dict[str, Any] = {"text": article.text, "entities": entities, "relations": relations}
            row["cats"] = [write_category(marks.rest["salience"], marks.label) for marks in drawing.loose]
            target.stream.write(dump_json({**row, "article": article.id, "sha256": article.fingerprint}))

    def read(self, source: Source, reading: Reading) -> None:
        """Read the lines; in a zip with a file an annotator the file's name is the coder."""
        members = list(source.members(self.suffixes))
        for member in members:
            coder = member.stem if len(members) > 1 else None
            for where, row in load_lines(member.data, where=member.where):
                with reading.at(where):
                    _read_row(row, where, coder, reading)


def _read_row(row: dict[str, Any], where: str, coder: str | None, reading: Reading) -> None:
    text = row.get("text", row.get("data"))
    if not isinstance(text, str):
        raise InputError("the line has no text", remedy="export in the format JSONL")
    article = reading.article(row.get("article"), row.get("id"), text=text, sha256=row.get("sha256"))
    graph = Graph(article, coder)
    _read_entities(row, article, graph, where, reading)
    _read_relations(row, graph, where, reading)
    graph.collect(reading)
    for category in as_list(row.get("cats"), "cats"):
        with reading.at(where):
            salience, label = read_category(category)
            reading.add_marks(Marks("frame", label, ANYWHERE, (), (), {"salience": salience}), article, coder=coder)
    for comment in as_list(row.get("Comments"), "Comments"):
        reading.losses.add("comment", "belongs to the document, not to an annotation", f"{where}: {comment!r:.60}")


def _read_entities(row: dict[str, Any], article: Article, graph: Graph, where: str, reading: Reading) -> None:
    entities: Any = next((row[name] for name in ("entities", "label", "labels") if row.get(name)), [])
    for number, entity in enumerate(as_list(entities, "entities"), 1):
        place = f"{where}, entity {number}"
        with reading.at(place):
            key, label, start, end = _entity(entity, number)
            graph.add_node(key, reading.label(label), reading.span(article, start, end), where=place)


def _read_relations(row: dict[str, Any], graph: Graph, where: str, reading: Reading) -> None:
    for number, value in enumerate(as_list(row.get("relations"), "relations"), 1):
        place = f"{where}, relation {number}"
        with reading.at(place):
            relation = as_object(value, "the relation")
            ends = (_key(relation.get("from_id")), _key(relation.get("to_id")))
            graph.add_link(*ends, relation.get("type"), where=place)


def _entity(entity: Any, number: int) -> tuple[int | str, Any, Any, Any]:
    if isinstance(entity, list) and len(entity) == 3:
        return f"number {number}", entity[2], entity[0], entity[1]
    entity = as_object(entity, "the entity")
    key = _key(entity.get("id", f"number {number}"))
    return key, entity.get("label"), entity.get("start_offset"), entity.get("end_offset")


def _key(value: Any) -> int | str:
    if isinstance(value, int | str):
        return value
    raise InputError(f"{value!r} is not the id of an entity", remedy="export again")
