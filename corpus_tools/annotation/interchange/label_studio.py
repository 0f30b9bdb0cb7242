"""Label Studio's JSON: a list of tasks, each with annotations by coders, each with regions, relations and choices.

Offsets are written in UTF-16 units, as its browser counts; its versions differ, so on reading the words of every region
decide. What a region cannot say beside range and label stands in its ``meta``, which Label Studio keeps. Frames of
whole articles are choices without a region. A labeling configuration that shows the export is written beside it, as
``<file>.config.xml``: paste it into the project's settings before importing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import quoteattr

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.graph import Graph, Node, draw
from corpus_tools.annotation.interchange.items import Document, Item
from corpus_tools.annotation.interchange.labels import ARGUMENTS, read_category, write_category
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks
from corpus_tools.annotation.interchange.offsets import count_units
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.strict_json import as_list, as_object, dump_json, load_json
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import CodePoints

__all__ = ["LabelStudio"]

_LABELS, _TEXT, _ARTICLE = "label", "text", "article_frame"  # the names of the tags in the configuration
_REGION = {"from_name": _LABELS, "to_name": _TEXT, "type": "labels"}
_CHOICE = {"from_name": _ARTICLE, "to_name": _TEXT, "type": "choices"}


class LabelStudio(Format):
    """Label Studio JSON."""

    name = "label-studio"
    unit = "utf16"
    quoted = True
    suffixes = (".json",)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write the tasks as one array, an annotation a coder, and the configuration beside it."""
        labels: dict[str, None] = dict.fromkeys(ARGUMENTS)
        choices: dict[str, None] = {}
        mark = b"["
        for number, document in enumerate(documents, 1):
            task = _write_task(number, document, labels, choices)
            target.stream.write(mark + b"\n" + dump_json(task).rstrip(b"\n"))
            mark = b","
        target.stream.write(b"\n]\n" if mark == b"," else b"[]\n")
        target.add(".config.xml", _config(labels, choices).encode("utf-8"))

    def read(self, source: Source, reading: Reading) -> None:
        """Read an array of tasks, or one task."""
        for member in source.members(self.suffixes):
            tasks = load_json(member.data, where=member.where)
            for number, task in enumerate(tasks if isinstance(tasks, list) else [tasks], 1):
                where = f"{member.where}, task {number}"
                with reading.at(where):
                    _read_task(as_object(task, "the task"), where, reading)


def _write_task(number: int, document: Document, labels: dict[str, None], choices: dict[str, None]) -> dict[str, Any]:
    article = document.article
    codec = CodePoints(article.text)
    annotations = []
    for coder, items in document.by_coder().items():
        results = _write_results(items, codec, labels, choices)
        annotations.append({"coder": coder, "result": results, "was_cancelled": False})
    data = {"text": article.text, "article": article.id, "sha256": article.fingerprint}
    return {"id": number, "data": data, "annotations": annotations}


def _write_results(
    items: list[Item], codec: CodePoints, labels: dict[str, None], choices: dict[str, None]
) -> list[dict[str, Any]]:
    drawing = draw(items)
    results = [_write_region(node, codec) for node in drawing.nodes]
    labels |= dict.fromkeys(node.label for node in drawing.nodes)
    for link in drawing.links:
        ends = {"from_id": f"r{link.source}", "to_id": f"r{link.target}"}
        results.append({**ends, "type": "relation", "direction": "right", "labels": [link.role]})
    if drawing.loose:
        names = [_choice(marks) for marks in drawing.loose]
        choices |= dict.fromkeys(names)
        records = [{"kind": marks.kind, "label": marks.label, "rest": marks.rest} for marks in drawing.loose]
        results.append({"id": "c1", **_CHOICE, "value": {"choices": names}, "meta": {"records": records}})
    return results


def _write_region(node: Node, codec: CodePoints) -> dict[str, Any]:
    start, end = count_units(node.span, LabelStudio.unit, codec)
    value = {"start": start, "end": end, "text": node.span.quote, "labels": [node.label]}
    meta = {"meta": {"rest": node.rest}} if node.rest else {}
    return {"id": f"r{node.number}", **_REGION, "value": value, **meta}


def _choice(marks: Marks) -> str:
    return (
        write_category(marks.rest.get("salience", ""), marks.label)
        if marks.kind == "frame"
        else f"stance:{marks.label}"
    )


def _config(labels: Iterable[str], choices: Iterable[str]) -> str:
    """Return a labeling configuration in which every label of the export can be shown."""
    lines = ["<View>", f'  <Labels name="{_LABELS}" toName="{_TEXT}">']
    lines += [f"    <Label value={_attribute(label)}/>" for label in labels]
    lines += ["  </Labels>", "  <Relations>"]
    lines += [f'    <Relation value="{role}"/>' for role in ARGUMENTS]
    lines += ["  </Relations>", f'  <Text name="{_TEXT}" value="$text" granularity="symbol"/>']
    if choices:
        lines.append(f'  <Choices name="{_ARTICLE}" toName="{_TEXT}" choice="multiple">')
        lines += [f"    <Choice value={_attribute(choice)}/>" for choice in choices]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>", ""])


def _attribute(value: str) -> str:
    # XML has no way to write most control characters: they are shown as U+FFFD in the configuration.
    plain = "".join(
        char if char >= " " and char not in "\x7f\ufffe\uffff" or char in "\t\n\r" else "\ufffd" for char in value
    )
    return quoteattr(plain, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _read_task(task: dict[str, Any], where: str, reading: Reading) -> None:
    data = as_object(task.get("data"), "data")
    article = reading.article(data.get("article"), data.get("id"), text=data.get("text"), sha256=data.get("sha256"))
    if task.get("predictions"):
        reading.losses.add("prediction", "a model's, not a coder's", where)
    annotations = task.get("annotations", task.get("completions"))
    for number, value in enumerate(as_list(annotations, "annotations"), 1):
        place = f"{where}, annotation {number}"
        with reading.at(place):
            annotation = as_object(value, "the annotation")
            if annotation.get("was_cancelled") or annotation.get("skipped"):
                reading.losses.add("annotation", "the coder skipped the task", place)
                continue
            _read_results(annotation, article, place, reading)


def _read_results(annotation: dict[str, Any], article: Article, where: str, reading: Reading) -> None:
    coder = _coder(annotation)
    graph = Graph(article, coder)
    for number, value in enumerate(as_list(annotation.get("result"), "result"), 1):
        place = f"{where}, result {number}"
        with reading.at(place):
            result = as_object(value, "the result")
            kind = result.get("type")
            if kind == "relation":
                _read_relation(result, graph, place)
            elif kind == "labels":
                _read_region(result, article, graph, place, reading)
            elif kind == "choices" and "start" not in as_object(result.get("value"), "value"):
                _read_choice(result, article, coder, reading)
            else:
                reading.losses.add("result", f"of the type {kind!r}, which no annotation has", place)
    graph.collect(reading)


def _read_region(result: dict[str, Any], article: Article, graph: Graph, where: str, reading: Reading) -> None:
    value = as_object(result.get("value"), "value")
    span = reading.span(article, value.get("start"), value.get("end"), value.get("text"))
    meta = as_object(result.get("meta") or {}, "meta")
    labels = as_list(value.get("labels"), "labels")
    if len(labels) != 1:
        raise InputError(
            f"the region has {len(labels)} labels", remedy="give it one; further ones are regions of their own"
        )
    rest = as_object(meta.get("rest") or {}, "rest")
    graph.add_node(_id(result.get("id")), reading.label(labels[0]), span, rest=rest, where=where)


def _read_relation(result: dict[str, Any], graph: Graph, where: str) -> None:
    ends = (_id(result.get("from_id")), _id(result.get("to_id")))
    if result.get("direction") == "left":
        ends = (ends[1], ends[0])
    labels = as_list(result.get("labels"), "labels")
    if len(labels) != 1:
        raise InputError(f"the relation has {len(labels)} labels", remedy=f"give it one of {', '.join(ARGUMENTS)}")
    graph.add_link(*ends, labels[0], where=where)


def _read_choice(result: dict[str, Any], article: Article, coder: str | None, reading: Reading) -> None:
    meta = as_object(result.get("meta") or {}, "meta")
    written = [_read_record(value) for value in as_list(meta.get("records"), "records")]
    for choice in as_list(result["value"].get("choices"), "choices"):
        # What is chosen counts; our details help where they are of this choice.
        marks = next((marks for marks in written if _choice(marks) == choice), None)
        if marks is None:
            salience, label = read_category(choice)
            marks = Marks("frame", label, ANYWHERE, (), (), {"salience": salience})
        else:
            written.remove(marks)
        reading.add_marks(marks, article, coder=coder)


def _read_record(value: Any) -> Marks:
    record = as_object(value, "the record")
    kind, label = record.get("kind"), record.get("label")
    if kind not in ("frame", "stance") or not isinstance(label, str):
        raise InputError("the details of a choice are malformed", remedy="leave them as exported")
    return Marks(kind, label, ANYWHERE, (), (), as_object(record.get("rest") or {}, "rest"))


def _coder(annotation: dict[str, Any]) -> str | None:
    """Return who coded: Label Studio's user once it knows one, else the coder that we wrote."""
    user = annotation.get("completed_by")
    if isinstance(user, dict):
        user = user.get("email", user.get("id"))
    coder = annotation.get("coder") if user is None else user
    return None if coder is None else str(coder)


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"{value!r} is not the id of a region", remedy="export again")
    return value
