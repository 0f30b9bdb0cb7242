"""UIMA CAS for INCEpTION, as XMI and as JSON: one file an article, and the type system that makes the layers.

Offsets count UTF-16 units, as in Java. A frame or stance is a span annotation on its own words whose slot feature
``arguments`` links the words of its holder, target or voice; what no words stand for is an annotation of no width at
the beginning of the text. Needs the extra ``[cas]``. Reading takes the offsets from the file itself and not from
dkpro-cassis, which lets one inside a surrogate pair pass with a warning.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

from corpus_tools.annotation.interchange.cas_reading import KEYS, check_xml, find_offsets, read_view
from corpus_tools.annotation.interchange.cas_types import (
    ARGUMENT,
    FEATURES,
    FRAME,
    METADATA,
    STANCE,
    build_type_system,
    import_cassis,
    link_type,
)
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Fitted, Item
from corpus_tools.annotation.interchange.marks import Marks, to_marks
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Member, Source
from corpus_tools.annotation.interchange.strict_json import as_object, load_json
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["CasJson", "CasXmi"]

_TYPES_FILE = "TypeSystem.xml"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Cas(Format):
    unit = "utf16"
    folder = True
    coders = False
    lacks = {"coder": "a CAS is one coder's; INCEpTION names the coder in the file's name"}

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write one CAS an article, and the type system."""
        cassis = import_cassis()
        types = build_type_system(cassis)
        for document in documents:
            cas = _Writer(cassis, types, document.article).write(document.items)
            target.add(f"{document.article.id}{self.suffixes[0]}", self._dump(cas))
        target.add(_TYPES_FILE, types.to_xml().encode("utf-8"))

    def _dump(self, cas: Any) -> bytes:
        raise NotImplementedError


class CasXmi(_Cas):
    """UIMA CAS XMI (XML 1.0)."""

    name = "cas-xmi"
    suffixes = (".xmi",)
    may_lose = {"annotation": "when its article or its label holds a character that XML 1.0 does not have"}

    def refuse(self, article: Article) -> str | None:
        """Refuse a text that XML cannot hold."""
        found = _NOT_XML.search(article.text)
        return None if found is None else f"its text holds U+{ord(found[0]):04X}, which XML 1.0 does not have"

    def fit(self, item: Item, article: Article) -> Fitted:
        """Keep everything whose label XML can hold; other texts that it cannot hold go into the details."""
        found = _NOT_XML.search(item.record.label)
        return (item,) if found is None else f"its label holds U+{ord(found[0]):04X}, which XML 1.0 does not have"

    def read(self, source: Source, reading: Reading) -> None:
        """Read every .xmi, with the type system that lies in its folder, else with ours."""
        cassis = import_cassis()
        members = list(source.members((*self.suffixes, _TYPES_FILE.lower())))
        types = {_folder(member): member for member in members if member.name.lower().endswith(_TYPES_FILE.lower())}
        for member in members:
            if member not in types.values():
                with reading.at(member.where):
                    check_xml(member.data)
                    system = _load_types(cassis, types.get(_folder(member), types.get(".")))
                    cas = _load(
                        lambda data, ts=system: cassis.load_cas_from_xmi(BytesIO(data), ts, lenient=True), member
                    )
                    read_view(cas, find_offsets(member.data), member, reading)

    def _dump(self, cas: Any) -> bytes:
        return bytes(cas.to_xmi().encode("utf-8"))


class CasJson(_Cas):
    """UIMA CAS JSON 0.4, which brings its type system along."""

    name = "cas-json"
    suffixes = (".json",)

    def read(self, source: Source, reading: Reading) -> None:
        """Read every .json."""
        cassis = import_cassis()
        for member in source.members(self.suffixes):
            with reading.at(member.where):
                value = as_object(load_json(member.data, where=member.where), "the file")
                cas = _load(lambda data: cassis.load_cas_from_json(data.decode("utf-8-sig"), lenient=True), member)
                structures = value.get("%FEATURE_STRUCTURES")
                listed = structures if isinstance(structures, list) else []
                offsets = {fs.get("%ID"): (fs.get("begin"), fs.get("end")) for fs in listed if isinstance(fs, dict)}
                read_view(cas, offsets, member, reading)

    def _dump(self, cas: Any) -> bytes:
        return bytes(cas.to_json(pretty_print=True).encode("utf-8"))


class _Writer:
    """Makes the CAS of one article."""

    def __init__(self, cassis: ModuleType, types: Any, article: Article) -> None:
        self.types = types
        self.cas = cassis.Cas(types)
        self.cas.sofa_string = article.text
        self.cas.sofa_mime = "text/plain"
        self._shared: dict[tuple[Span, str | None], Any] = {}
        known = {"documentId": article.id, "documentTitle": article.id}
        self.cas.add(types.get_type(METADATA)(begin=0, end=len(article.text), language=article.language, **known))

    def write(self, items: Iterable[Item]) -> Any:
        for item in items:
            marks = to_marks(item).split()
            self._add(marks, FRAME if marks.kind == "frame" else STANCE)
        return self.cas

    def _add(self, marks: Marks, layer: str) -> None:
        rest = dict(marks.rest)
        links = [self._link(layer, role, span, rest) for role, span in marks.arguments]
        features = _take_features(marks, layer, rest)
        array = self.types.get_type("uima.cas.FSArray")(elements=links) if links else None
        begin, end = (marks.anchor[0].start, marks.anchor[0].end) if marks.anchor else (0, 0)
        self.cas.add(self.types.get_type(layer)(begin=begin, end=end, arguments=array, **features))

    def _link(self, layer: str, role: str, span: Span, rest: dict[str, Any]) -> Any:
        entity = (rest.get(role) or {}).get("entity")
        if entity is not None and _NOT_XML.search(entity) is None:
            rest.pop(role)
        else:
            entity = None
        if (span, entity) not in self._shared:
            argument = self.types.get_type(ARGUMENT)(begin=span.start, end=span.end, entity=entity)
            self.cas.add(argument)
            self._shared[span, entity] = argument
        return self.types.get_type(link_type(layer))(role=role, target=self._shared[span, entity])


def _take_features(marks: Marks, layer: str, rest: dict[str, Any]) -> dict[str, str]:
    """Move what has a feature of its own out of the rest; what remains is the feature ``details``."""
    features = {"label": marks.label}
    if marks.role in ("target", "holder", "voice"):
        features["anchor"] = marks.role
    for slot in ("voice", "holder", "target"):
        known = rest.get(slot, {})
        if f"{slot}Entity" in FEATURES[layer] and _is_plain(known.get("entity")):
            features[f"{slot}Entity"] = known["entity"]
            rest.pop(slot)
        elif "implicit" in known or known.get("author"):
            features[slot] = known.get("implicit", "author")
            rest.pop(slot)
    for name, key in KEYS.items():
        if name in FEATURES[layer] and _is_plain(rest.get(key)):
            features[name] = rest.pop(key)
    return {**features, "details": json.dumps(rest)} if rest else features


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and _NOT_XML.search(value) is None


def _folder(member: Member) -> str:
    return str(PurePosixPath(member.name).parent)


def _load_types(cassis: ModuleType, member: Member | None) -> Any:
    if member is None:
        return build_type_system(cassis)
    check_xml(member.data)
    return _load(lambda data: cassis.load_typesystem(BytesIO(data)), member)


def _load(load: Any, member: Member) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of types that we do not need, and of offsets that we check ourselves
            return load(member.data)
    except Exception as error:  # the parser meets a stranger's file: whatever it says is about that file
        what = f"this is not a CAS that can be read ({type(error).__name__}: {error})"
        raise InputError(what, where=member.where, remedy="export it again, with its type system") from error
