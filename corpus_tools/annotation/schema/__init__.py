"""The JSON Schema of the annotation record, built from the layout that the code itself uses.

After a change of the layout, write what ``python -m corpus_tools.annotation.schema`` prints to ``annotation-v1.json``
in this folder. A test compares the file with the build.
"""

from __future__ import annotations

from typing import Any

from corpus_tools.annotation.layout import (
    EVENTS,
    FORMAT_VERSION,
    IMPLICIT_HOLDERS,
    KEYS,
    MAX_INTEGER,
    REQUIRED,
    SALIENCES,
    STATUSES,
)

__all__ = ["build_schema"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
_NULL: Schema = {"type": "null"}


def build_schema() -> Schema:
    """Build the schema (JSON Schema 2020-12) of one line of a log.

    What it cannot say is checked by the code: that a span ends after it starts and is as long as its quote, the
    checksum, and what needs the article or the codebook.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://corpus-tools.example/schema/annotation-v{FORMAT_VERSION}.json",
        "title": f"corpus_tools annotation event, version {FORMAT_VERSION}",
        "description": "One line of an annotation log. Keys that are not listed are allowed and kept.",
        "oneOf": [_variant(event, kind) for event, kind in KEYS],
        "$defs": _definitions(),
    }


def _variant(event: str, kind: str | None) -> Schema:
    properties = {key: _PROPERTIES[key] for key in KEYS[event, kind]} | {"event": {"const": event}}
    if kind:
        properties |= {"type": {"const": kind}, "base": _ID if event == "revise" else _NULL}
    if event == "status":
        properties |= {"id": _NULL, "base": _NULL}
    if event == "retract":
        properties["article"] = {"anyOf": [_NULL, _PROPERTIES["article"]]}
    variant: Schema = {"title": f"{event} {kind or ''}".strip(), "type": "object", "properties": properties}
    variant["required"] = list(REQUIRED[event, kind])
    if kind == "frame":
        whole = {"properties": {"spans": {"maxItems": 0}}}
        variant |= {"if": whole, "then": {"properties": {"salience": {"enum": list(SALIENCES)}}}}
    return variant


_PROPERTIES: dict[str, Schema] = {
    "v": {"const": FORMAT_VERSION},
    "seq": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_INTEGER,
        "description": "counts within a log; serves to see gaps",
    },
    "event": {"enum": list(EVENTS)},
    "event_id": {**_ID, "description": "names the event; a UUID of version 7"},
    "id": {**_ID, "description": "names the annotation"},
    "base": {**_ID, "description": "the event that this one replaces"},
    "at": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", "description": "UTC"},
    "coder": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
    "codebook": {**_TEXT_OR_NULL, "description": "version of the codebook"},
    "article": {"type": "string", "minLength": 1, "maxLength": 200},
    "sha256": {
        "type": ["string", "null"],
        "pattern": "^[0-9a-f]{64}$",
        "description": "of the article's text in UTF-8",
    },
    "type": {"enum": ["frame", "stance"]},
    "label": {"type": "string", "minLength": 1, "description": "an id of the codebook"},
    "spans": {"type": "array", "items": {"$ref": "#/$defs/span"}, "description": "empty: the whole article"},
    "voice": {"anyOf": [_NULL, {"$ref": "#/$defs/author"}, {"$ref": "#/$defs/slot"}], "description": "null: not coded"},
    "salience": {"enum": [*SALIENCES, None]},
    "expression": {**_TEXT_OR_NULL, "description": "an id of the codebook"},
    "holder": {"anyOf": [{"$ref": "#/$defs/implicit"}, {"$ref": "#/$defs/slot"}]},
    "target": {"$ref": "#/$defs/slot"},
    "cue": {"type": "array", "items": {"$ref": "#/$defs/span"}},
    "attrs": {"type": "object", "description": "what the codebook declares"},
    "links": {"type": "array", "items": {"$ref": "#/$defs/link"}},
    "decides": {"type": "array", "items": _ID, "description": "gold only: the annotations that it chose between"},
    "origin": {"type": "string", "minLength": 1, "maxLength": 200},
    "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "comment": _TEXT_OR_NULL,
    "status": {"enum": list(STATUSES)},
    "seconds": {"type": ["number", "null"], "minimum": 0},
    "crc": {"type": "string", "pattern": "^[0-9a-f]{8}$", "description": "CRC-32 of the line without this key"},
}


def _definitions() -> dict[str, Schema]:
    offset = {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER}
    span: Schema = {"start": offset, "end": {**offset, "minimum": 1}, "quote": _TEXT_OR_NULL, "prefix": _TEXT_OR_NULL}
    span["suffix"] = _TEXT_OR_NULL
    slot: Schema = {
        "type": "object",
        "properties": {"span": {"anyOf": [_NULL, {"$ref": "#/$defs/span"}]}, "entity": _TEXT_OR_NULL},
        "anyOf": [
            {"required": ["span"], "properties": {"span": {"type": "object"}}},
            {"required": ["entity"], "properties": {"entity": {"type": "string", "minLength": 1}}},
        ],
    }
    return {
        "span": {
            "type": "object",
            "properties": span,
            "required": ["start", "end"],
            "description": "half-open, in Unicode code points",
        },
        "slot": slot,
        "author": {"type": "object", "properties": {"author": {"const": True}}, "required": ["author"]},
        "implicit": {
            "type": "object",
            "properties": {"implicit": {"enum": list(IMPLICIT_HOLDERS)}},
            "required": ["implicit"],
        },
        "link": {"type": "object", "properties": {"type": _ID, "id": _ID}, "required": ["type", "id"]},
    }
