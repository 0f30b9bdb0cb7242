"""The UIMA types of an exported CAS: three span layers that INCEpTION makes of the type system by itself.

INCEpTION takes a type for a span layer if it is directly an annotation and its features are primitive, arrays of
strings, or slots; a slot is an array of links, and a link is a `TOP` with exactly a ``role`` and a ``target``.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from corpus_tools.text.errors import InputError

__all__ = ["ARGUMENT", "FEATURES", "FRAME", "METADATA", "STANCE", "build_type_system", "import_cassis", "link_type"]

FRAME, STANCE, ARGUMENT = "webanno.custom.Frame", "webanno.custom.Stance", "webanno.custom.Argument"
METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"

_COMMON = ("label", "anchor", "comment", "annotationId", "codebook", "codedAt", "details")
FEATURES = {
    FRAME: (*_COMMON, "salience", "voice", "voiceEntity"),
    STANCE: (*_COMMON, "expression", "holder", "holderEntity", "targetEntity"),
    ARGUMENT: ("entity",),
}
_DESCRIPTIONS = {
    FRAME: "A frame on its words; without words, of the whole article, with a salience (primary or present).",
    STANCE: "A stance on the words that express it; holder and target are its arguments.",
    ARGUMENT: "Words that name a speaker, a holder or a target.",
    "label": "Which frame or stance value, by the codebook.",
    "anchor": "What the marked words are, where they are not the frame's or the stance's own: target, holder, voice.",
    "annotationId": "The id of the annotation in corpus_tools; leave it as it is.",
    "details": "What has no feature of its own, as JSON; leave it as it is.",
    "holder": "A holder that no words name: author or unspecified.",
    "voice": "author, where the article itself speaks.",
}


def import_cassis() -> ModuleType:
    """Return the package dkpro-cassis.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module("cassis")
    except ImportError as error:
        what = f"UIMA CAS needs dkpro-cassis, which cannot be imported ({error})"
        raise InputError(what, remedy='install it with: pip install "corpus-tools[cas]"') from error


def link_type(owner: str) -> str:
    """Return the name of the link type of a layer's slots, by INCEpTION's convention."""
    return f"{owner}ArgumentsLink"


def build_type_system(cassis: ModuleType) -> Any:
    """Build the type system."""
    types = cassis.TypeSystem()
    argument = _add_type(types, ARGUMENT)
    for name in (FRAME, STANCE):
        layer = _add_type(types, name)
        link = types.create_type(link_type(name), supertypeName="uima.cas.TOP")
        types.create_feature(link, "role", "uima.cas.String")
        types.create_feature(link, "target", argument)
        types.create_feature(layer, "arguments", "uima.cas.FSArray", elementType=link)
    metadata = types.create_type(METADATA, supertypeName="uima.tcas.DocumentAnnotation")
    for feature in ("documentTitle", "documentId", "documentUri", "collectionId", "documentBaseUri"):
        types.create_feature(metadata, feature, "uima.cas.String")
    types.create_feature(metadata, "isLastSegment", "uima.cas.Boolean")
    return types


def _add_type(types: Any, name: str) -> Any:
    kind = types.create_type(name, supertypeName="uima.tcas.Annotation", description=_DESCRIPTIONS[name])
    for feature in FEATURES[name]:
        types.create_feature(kind, feature, "uima.cas.String", description=_DESCRIPTIONS.get(feature))
    return kind
