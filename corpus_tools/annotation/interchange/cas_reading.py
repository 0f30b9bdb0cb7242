"""A UIMA CAS, read: offsets as the file states them, layers by name, slots as arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from corpus_tools.annotation.interchange.cas_types import ARGUMENT, FEATURES, FRAME, METADATA, STANCE
from corpus_tools.annotation.interchange.labels import ARGUMENTS
from corpus_tools.annotation.interchange.marks import ANYWHERE, Marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Member
from corpus_tools.annotation.interchange.strict_json import as_object, parse_json
from corpus_tools.annotation.layout import MAX_DEPTH
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["KEYS", "check_xml", "find_offsets", "read_view"]

KEYS = {
    "annotationId": "id",
    "codebook": "codebook",
    "codedAt": "at",
    "comment": "comment",
    "salience": "salience",
    "expression": "expression",
}
"""Features that hold, as they are, what `Marks.rest` has under another name or the same."""

_ANCHORS = {"frame": ("spans", "voice"), "stance": ("cue", "target", "holder")}


def check_xml(data: bytes) -> None:
    """Refuse XML that is not well-formed, declares entities, or is nested deeper than 100."""
    _walk(data, lambda name, attributes: None)


def find_offsets(data: bytes) -> dict[Any, tuple[Any, Any]]:
    """Return begin and end of every feature structure by its xmi:id, as the XMI states them."""
    found: dict[Any, tuple[Any, Any]] = {}

    def take(name: str, attributes: dict[str, str]) -> None:
        id = _number(attributes.get("http://www.omg.org/XMI id"))
        if id is not None and "begin" in attributes:
            found[id] = _number(attributes["begin"]), _number(attributes.get("end"))

    _walk(data, take)
    return found


def read_view(cas: Any, offsets: Mapping[Any, tuple[Any, Any]], member: Member, reading: Reading) -> None:
    """Read the frames and stances of a CAS."""
    article, stem = _find_article(cas, member, reading), PurePosixPath(member.name).stem
    # INCEpTION's project export has a folder a document, and in it a file a coder.
    coder = stem if "/" in member.name and stem != article.id else None
    view = _View(article, offsets, reading)
    used: set[int] = set()
    for layer in (FRAME, STANCE):
        if cas.typesystem.contains_type(layer):
            for number, structure in enumerate(cas.select(layer), 1):
                with reading.at(f"{member.where}, {layer.rpartition('.')[2]} {number}"), _distrust():
                    reading.add_marks(view.marks(structure, layer, used), article, coder=coder)
    if cas.typesystem.contains_type(ARGUMENT):
        for structure in cas.select(ARGUMENT):
            if structure.xmiID not in used:
                place = f"{member.where}, {ARGUMENT.rpartition('.')[2]} {structure.xmiID}"
                reading.losses.add("mark", "an argument that no slot links to", place)


@contextmanager
def _distrust() -> Iterator[None]:
    """Turn what a foreign type system may cause, such as a number for a label, into a fault of the file."""
    try:
        yield
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = f"the annotation is malformed ({type(error).__name__}: {error})"
        raise InputError(what, remedy="export it again, with the type system that was imported") from error


class _View:
    """The annotations of one article."""

    def __init__(self, article: Article, offsets: Mapping[Any, tuple[Any, Any]], reading: Reading) -> None:
        self.article = article
        self.offsets = offsets
        self.reading = reading

    def marks(self, structure: Any, layer: str, used: set[int]) -> Marks:
        """Return one frame or stance as marks."""
        known = {name: structure.get(name) for name in FEATURES[layer]}
        kind = "frame" if layer == FRAME else "stance"
        if not isinstance(known["label"], str) or not known["label"]:
            raise InputError(f"the {kind} has no label", remedy="give it one in INCEpTION")
        rest = as_object(parse_json(known["details"], where="details") if known["details"] else {}, "details")
        rest |= {key: known[name] for name, key in KEYS.items() if known.get(name) is not None}
        arguments = self._arguments(structure, rest, used)
        _take_slots(known, rest)
        anchor = self._anchor(structure)
        role = (known["anchor"] or ("spans" if kind == "frame" else "cue")) if anchor else ANYWHERE
        if anchor and role not in _ANCHORS[kind]:
            raise InputError(f"the anchor {role!r} is unknown", remedy=f"use one of {', '.join(_ANCHORS[kind])}")
        return Marks(kind, known["label"], role, anchor, tuple(arguments), rest)

    def _anchor(self, structure: Any) -> tuple[Span, ...]:
        begin, end = self.offsets.get(structure.xmiID, (None, None))
        if begin == end == 0:
            return ()
        return (self.reading.span(self.article, begin, end),)

    def _arguments(self, structure: Any, rest: dict[str, Any], used: set[int]) -> list[tuple[str, Span]]:
        links = structure.get("arguments")
        found = []
        for link in getattr(links, "elements", links) or ():
            role, target = link.get("role"), link.get("target")
            if role not in ARGUMENTS:
                raise InputError(f"the role {role!r} is unknown", remedy=f"use one of {', '.join(ARGUMENTS)}")
            if target is None:
                raise InputError(f"the slot {role} is empty", remedy="fill it or remove it")
            used.add(target.xmiID)
            found.append((role, self.reading.span(self.article, *self.offsets.get(target.xmiID, (None, None)))))
            entity = target.get("entity") if target.type.name == ARGUMENT else None
            if entity is not None:
                rest[role] = {"entity": entity}
        return found


def _take_slots(known: Mapping[str, Any], rest: dict[str, Any]) -> None:
    for slot in ("voice", "holder", "target"):
        if known.get(f"{slot}Entity") is not None:
            rest[slot] = {"entity": known[f"{slot}Entity"]}
        elif known.get(slot) is not None:
            rest[slot] = {"author": known[slot] == "author"} if slot == "voice" else {"implicit": known[slot]}


def _find_article(cas: Any, member: Member, reading: Reading) -> Article:
    names: list[Any] = []
    if cas.typesystem.contains_type(METADATA):
        for structure in cas.select(METADATA):
            names += [structure.get("documentId"), structure.get("documentTitle")]
    parts = PurePosixPath(member.name).parts
    named = [name for name in (*names, *reversed(parts)) if isinstance(name, str)]
    text = cas.sofa_string
    if text is None:
        raise InputError("the CAS has no text", remedy="export it again")
    return reading.article(*(part for name in named for part in (name, name.rpartition(".")[0])), text=text)


def _walk(data: bytes, take: Any) -> None:
    """Parse XML without believing it."""
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise InputError(f"the XML is nested deeper than {MAX_DEPTH}", remedy="export it again")
        take(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*declaration: Any) -> None:
        raise InputError("the XML has a document type, which may hide anything", remedy="export it again")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:  # the second: an encoding that nobody knows
        raise InputError(f"this is not XML ({error})", remedy="export it again") from error


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 16 else None
