"""Prodigy's JSONL: one article and annotator a line, with tokens, spans, relations and chosen options.

``token_start`` and ``token_end`` count tokens, and ``token_end`` is the span's **last** token, not the one after it.
What a span cannot say beside range and label stands in its key ``rest``, which Prodigy hands through. Frames of whole
articles are options that were accepted.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.graph import Drawing, Graph, draw
from corpus_tools.annotation.interchange.items import Document, Item
from corpus_tools.annotation.interchange.labels import read_category, write_category
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.strict_json import as_list, as_object, dump_json, load_lines
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.annotation.interchange.tokens import Token, cut_tokens
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

__all__ = ["Prodigy"]


class Prodigy(Format):
    """Prodigy JSONL."""

    name = "prodigy"
    quoted = True
    suffixes = (".jsonl",)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write one line for an article and coder; an article without annotations has one line."""
        for document in documents:
            for coder, items in (document.by_coder() or {None: []}).items():
                target.stream.write(dump_json(_write_row(document.article, coder, items)))

    def read(self, source: Source, reading: Reading) -> None:
        """Read the lines; those that were rejected or ignored are reported."""
        for member in source.members(self.suffixes):
            for where, row in load_lines(member.data, where=member.where):
                with reading.at(where):
                    _read_row(row, where, reading)


def _write_row(article: Article, coder: str | None, items: list[Item]) -> dict[str, Any]:
    drawing = draw(items)
    tokens = cut_tokens(article.text, (node.span for node in drawing.nodes))
    spans = _write_spans(drawing, tokens)
    row: dict[str, Any] = {
        "text": article.text,
        "meta": {"article": article.id, "sha256": article.fingerprint},
        "tokens": [
            {"text": article.text[token.start : token.end], "start": token.start, "end": token.end, "id": number,
             "ws": token.ws}
            for number, token in enumerate(tokens)
        ],
        "spans": list(spans.values()),
        "relations": [_write_relation(spans[link.source], spans[link.target], link.role) for link in drawing.links],
    }  # fmt: skip
    if drawing.loose:
        options = [_write_option(number, marks) for number, marks in enumerate(drawing.loose, 1)]
        row |= {"options": options, "accept": [option["id"] for option in options]}
    if coder is not None:
        row |= {"_annotator_id": coder, "answer": "accept"}
    return row


def _write_spans(drawing: Drawing, tokens: list[Token]) -> dict[int, dict[str, Any]]:
    first = {token.start: number for number, token in enumerate(tokens)}
    last = {token.end: number for number, token in enumerate(tokens)}
    spans = {}
    for node in drawing.nodes:
        place = {"start": node.span.start, "end": node.span.end, "label": node.label, "id": node.number}
        place |= {"token_start": first[node.span.start], "token_end": last[node.span.end]}
        spans[node.number] = {**place, "rest": node.rest} if node.rest else place
    return spans


def _write_relation(head: dict[str, Any], child: dict[str, Any], role: str) -> dict[str, Any]:
    ends = {
        name: {key: value for key, value in span.items() if key != "rest"}
        for name, span in (("head_span", head), ("child_span", child))
    }
    return {"head": head["token_end"], "child": child["token_end"], **ends, "label": role}


def _write_option(number: int, marks: Marks) -> dict[str, Any]:
    shown = write_category(marks.rest["salience"], marks.label) if marks.kind == "frame" else f"stance:{marks.label}"
    return {"id": f"{shown}#{number}", "text": shown, "kind": marks.kind, "label": marks.label, "rest": marks.rest}


def _read_row(row: dict[str, Any], where: str, reading: Reading) -> None:
    meta = row.get("meta") if isinstance(row.get("meta"), dict) else {}
    article = reading.article((meta or {}).get("article"), text=row.get("text"), sha256=(meta or {}).get("sha256"))
    if row.get("answer", "accept") != "accept":
        reading.losses.add("line", f"its answer is {row['answer']!r}", where)
        return
    coder = row.get("_annotator_id", row.get("_session_id"))
    if coder is not None and not isinstance(coder, str):
        raise InputError(f"the annotator {coder!r} is not a text", remedy="export again")
    graph = Graph(article, coder)
    places = _read_spans(row, article, graph, where, reading)
    for number, value in enumerate(as_list(row.get("relations"), "relations"), 1):
        place = f"{where}, relation {number}"
        with reading.at(place):
            relation = as_object(value, "the relation")
            head, child = (_find(relation.get(f"{end}_span"), places) for end in ("head", "child"))
            graph.add_link(head, child, relation.get("label"), where=place)
    graph.collect(reading)
    _read_options(row, article, coder, where, reading)


def _read_spans(
    row: dict[str, Any], article: Article, graph: Graph, where: str, reading: Reading
) -> dict[Hashable, list[Hashable]]:
    """Take the spans, and return their keys by place and label."""
    places: dict[Hashable, list[Hashable]] = {}
    tokens = as_list(row.get("tokens"), "tokens")
    for number, value in enumerate(as_list(row.get("spans"), "spans")):
        place = f"{where}, span {number + 1}"
        with reading.at(place):
            span = as_object(value, "the span")
            key = _key(span, number)
            words = _read_tokens(span, tokens)
            found = reading.span(article, span.get("start"), span.get("end"), words)
            rest = as_object(span.get("rest") or {}, "rest")
            graph.add_node(key, reading.label(span.get("label")), found, rest=rest, where=place)
            places.setdefault(_place_of(span), []).append(key)
    return places


def _read_tokens(span: dict[str, Any], tokens: list[Any]) -> str | None:
    """Return the words that the span's tokens spell, after checking that they are its tokens."""
    first, last = span.get("token_start"), span.get("token_end")
    if not tokens or first is None or last is None:
        return None
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < len(tokens):
        raise InputError(f"the tokens {first!r} to {last!r} are not in the line", remedy="token_end is the last token")
    chosen = [as_object(token, "the token") for token in tokens[first : last + 1]]
    if (chosen[0].get("start"), chosen[-1].get("end")) != (span.get("start"), span.get("end")):
        what = f"the tokens {first} to {last} do not span [{span.get('start')}, {span.get('end')})"
        raise InputError(what, remedy="token_end is the last token, not the one after it")
    if any(not isinstance(token.get("text"), str) for token in chosen):
        return None
    words = "".join(token["text"] + (" " if token.get("ws") else "") for token in chosen)
    return words[:-1] if chosen[-1].get("ws") else words


def _key(span: dict[str, Any], number: int) -> Hashable:
    key = span.get("id")
    return key if isinstance(key, int | str) and not isinstance(key, bool) else f"span {number + 1}"


def _place_of(span: dict[str, Any]) -> Hashable:
    return tuple(str(span.get(name)) for name in ("start", "end", "label"))


def _find(end: Any, places: dict[Hashable, list[Hashable]]) -> Hashable:
    """Find the span that a relation ends in: by its id if it has one, else by its place and label."""
    span = as_object(end, "an end of the relation")
    here = places.get(_place_of(span), [])
    key = span.get("id")
    if isinstance(key, int | str) and key in here:
        return key
    if len(here) != 1:
        what = f"the relation ends in {len(here)} spans [{span.get('start')}, {span.get('end')}) {span.get('label')!r}"
        raise InputError(what, remedy="give every span an id, or remove its double")
    return here[0]


def _read_options(row: dict[str, Any], article: Article, coder: str | None, where: str, reading: Reading) -> None:
    options = {}
    for value in as_list(row.get("options"), "options"):
        option = as_object(value, "the option")
        options[str(option.get("id"))] = option
    for accepted in as_list(row.get("accept"), "accept"):
        with reading.at(where):
            option = options.get(str(accepted), {})
            if option.get("kind") in ("frame", "stance") and isinstance(option.get("label"), str):
                rest = as_object(option.get("rest") or {}, "rest")
                marks = Marks(option["kind"], option["label"], ANYWHERE, (), (), rest)
            else:
                salience, label = read_category(accepted)
                marks = Marks("frame", label, ANYWHERE, (), (), {"salience": salience})
            reading.add_marks(marks, article, coder=coder)
