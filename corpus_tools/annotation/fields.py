"""The shape of an event's fields: the one check that both the reader of a log and its writer apply.

It runs once for every line of a log, so it is plain code over the parsed dictionary. What needs an article or a
codebook is checked in `corpus_tools.annotation.checks`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from corpus_tools.annotation.identifiers import check_coder_id, is_time
from corpus_tools.annotation.layout import (
    EVENTS,
    FORMAT_VERSION,
    IMPLICIT_HOLDERS,
    MAX_INTEGER,
    RECORD_TYPES,
    SALIENCES,
    STATUSES,
)
from corpus_tools.text.article import check_article_id
from corpus_tools.text.errors import InputError

__all__ = [
    "REPAIR",
    "BadLine",
    "ForeignLine",
    "check_fields",
    "check_version",
    "is_article",
    "is_id",
    "is_link",
    "is_name",
    "is_sha256",
]

_NAME = re.compile(r"[^\W_][\w.:/@ -]{0,199}")


REPAIR = "run `corpus-tools repair`"
"""What to do about a line that stands in a log; of a record that is being written it says nothing."""


class BadLine(Exception):
    """A line that is not a record; `byte` counts from 0 in the line."""

    def __init__(self, what: str, remedy: str = REPAIR, byte: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.byte = byte


class ForeignLine(BadLine):
    """A line that is a sound record, but not one to be read here: of a newer release, or of another coder."""


def check_fields(fields: dict[str, Any]) -> None:
    """Check that the fields, whose version was checked, are an event; keys that are not known pass.

    Raises
    ------
    BadLine
        When a key is missing or has a value that it cannot have.
    """
    try:
        event = fields["event"]
        _check_head(fields, event)
        if event == "retract":
            _check_retract(fields)
        elif event == "status":
            _check_status(fields)
        else:
            _check_record(fields, event)
    except KeyError as error:
        raise BadLine(f"the key {error.args[0]!r} is missing") from error


def check_version(fields: dict[str, Any], *, sealed: bool = True) -> None:
    """Refuse a record of a format version that this release does not read, and say what to do.

    Parameters
    ----------
    fields
        The record.
    sealed
        Whether its checksum fits; a newer record whose checksum does not fit may be a damaged one of ours.
    """
    version = fields.get("v")
    if type(version) is int and version == FORMAT_VERSION:
        return
    if type(version) is int and version > FORMAT_VERSION:
        what = f"record format version {version} is newer than this release"
        remedy = f"update corpus_tools: this release reads version {FORMAT_VERSION}"
        if sealed:
            raise ForeignLine(what, remedy)
        raise BadLine(f"{what}, or the line is damaged", f"{remedy}; or {REPAIR}")
    raise BadLine(f"record format version v={version!r} is unknown", f"this release reads v={FORMAT_VERSION}")


def _check_head(fields: dict[str, Any], event: Any) -> None:
    seq = fields["seq"]
    if type(seq) is not int or not 0 < seq <= MAX_INTEGER:
        raise BadLine(f"seq {seq!r} is not a whole number from 1")
    if event not in EVENTS:
        raise BadLine(f"event {event!r} is unknown", f"known are {', '.join(EVENTS)}")
    if not is_id(fields["event_id"]):
        raise BadLine(f"event_id {fields['event_id']!r} is not an id")
    if not is_time(fields["at"]):
        raise BadLine(f"at {fields['at']!r} is not a time like 2026-11-23T20:00:00.000Z")
    coder = fields["coder"]
    if type(coder) is not str or not _is_coder(coder):
        raise BadLine(f"coder {coder!r} is not a coder id")
    if not _is_text_or_none(fields.get("codebook")):
        raise BadLine(f"codebook {fields['codebook']!r} is not a version")
    if not _is_text_or_none(fields.get("comment")):
        raise BadLine("comment is not text")


def _check_retract(fields: dict[str, Any]) -> None:
    _check_id_and_base(fields, based=True)
    if fields.get("article") is not None:
        _check_article(fields["article"], None)


def _check_status(fields: dict[str, Any]) -> None:
    if fields.get("id") is not None or fields.get("base") is not None:
        raise BadLine("a status is of an article, but this one names an annotation or a base")
    _check_article(fields["article"], fields.get("sha256"))
    if fields["status"] not in STATUSES:
        raise BadLine(f"status {fields['status']!r} is unknown", f"use one of {', '.join(STATUSES)}")
    seconds = fields.get("seconds")
    if seconds is not None and (type(seconds) not in (int, float) or not 0 <= seconds <= MAX_INTEGER):
        raise BadLine(f"seconds {seconds!r} is not a number from 0")


def _check_record(fields: dict[str, Any], event: str) -> None:
    _check_id_and_base(fields, based=event == "revise")
    _check_article(fields["article"], fields["sha256"])
    if type(fields["label"]) is not str or not fields["label"]:
        raise BadLine(f"label {fields['label']!r} is not a label")
    kind = fields["type"]
    if kind == "frame":
        _check_frame(fields)
    elif kind == "stance":
        _check_stance(fields)
    else:
        raise BadLine(f"type {kind!r} is unknown", f"known are {', '.join(RECORD_TYPES)}")
    _check_tail(fields)


def _check_frame(fields: dict[str, Any]) -> None:
    spans, salience = fields["spans"], fields["salience"]
    if type(spans) is not list:
        raise BadLine("spans is not a list")
    for span in spans:
        _check_span(span, "spans")
    if salience is not None and salience not in SALIENCES:
        raise BadLine(f"salience {salience!r} is unknown", f"use {' or '.join(SALIENCES)}")
    if not spans and salience is None:
        raise BadLine(
            "a frame without spans is about the whole article and needs a salience", f"give {' or '.join(SALIENCES)}"
        )
    voice = fields["voice"]
    if voice is not None and not (type(voice) is dict and voice.get("author") is True and "span" not in voice):
        _check_slot(voice, "voice")


def _check_stance(fields: dict[str, Any]) -> None:
    holder = fields["holder"]
    if type(holder) is dict and "implicit" in holder:
        if holder["implicit"] not in IMPLICIT_HOLDERS or "span" in holder or "entity" in holder:
            raise BadLine(
                f"holder {holder!r} is not implicit in a known way", f"use {' or '.join(IMPLICIT_HOLDERS)} alone"
            )
    else:
        _check_slot(holder, "holder")
    _check_slot(fields["target"], "target")
    if type(fields["cue"]) is not list:
        raise BadLine("cue is not a list of spans")
    for span in fields["cue"]:
        _check_span(span, "cue")
    if not _is_text_or_none(fields["expression"]):
        raise BadLine(f"expression {fields['expression']!r} is not text")


def _check_tail(fields: dict[str, Any]) -> None:
    if type(fields["attrs"]) is not dict:
        raise BadLine("attrs is not an object")
    links, decides, confidence = fields["links"], fields["decides"], fields["confidence"]
    if type(links) is not list or not all(map(is_link, links)):
        raise BadLine("links is not a list of objects with type and id")
    if type(decides) is not list or not all(map(is_id, decides)):
        raise BadLine("decides is not a list of annotation ids")
    origin = fields["origin"]
    if type(origin) is not str or not is_name(origin):
        raise BadLine(f"origin {origin!r} is not a name such as manual")
    if confidence is not None and (type(confidence) not in (int, float) or not 0 <= confidence <= 1):
        raise BadLine(f"confidence {confidence!r} is not a number from 0 to 1")
    _ = fields["comment"], fields["codebook"]  # the keys must be there; their values were checked with the head


def _check_id_and_base(fields: dict[str, Any], *, based: bool) -> None:
    base = fields["base"]
    if not is_id(fields["id"]):
        raise BadLine(f"id {fields['id']!r} is not an id")
    if based and not is_id(base):
        raise BadLine(f"base {base!r} is not the id of the event that this one replaces")
    if not based and base is not None:
        raise BadLine(f"base is {base!r}, but this event replaces none")


def _check_article(article: Any, sha256: Any) -> None:
    if type(article) is not str or not is_article(article):
        raise BadLine(f"article {article!r} is not an article id")
    if sha256 is not None and (type(sha256) is not str or not is_sha256(sha256)):
        raise BadLine(f"sha256 {sha256!r} is not 64 hexadecimal digits")


def _check_span(span: Any, name: str) -> None:
    if type(span) is not dict:
        raise BadLine(f"{name} holds {span!r}, which is not a span")
    start, end, quote = span["start"], span["end"], span.get("quote")
    if type(start) is not int or type(end) is not int or start < 0:
        raise BadLine(f"{name} [{start!r}, {end!r}) does not count code points from 0")
    if start >= end:
        raise BadLine(f"{name} [{start}, {end}) is empty", "a span ends after it starts")
    if quote is not None and (type(quote) is not str or len(quote) != end - start):
        raise BadLine(
            f"{name} [{start}, {end}) has {end - start} characters, but not its quote", "offsets count code points"
        )
    if not _is_text_or_none(span.get("prefix")) or not _is_text_or_none(span.get("suffix")):
        raise BadLine(f"{name} [{start}, {end}) has a context that is not text")


def _check_slot(slot: Any, name: str) -> None:
    if type(slot) is not dict:
        raise BadLine(f"{name} is not an object with span and entity")
    span, entity = slot.get("span"), slot.get("entity")
    if span is not None:
        _check_span(span, name)
    if not _is_text_or_none(entity):
        raise BadLine(f"{name} entity {entity!r} is not text")
    if span is None and not entity:
        raise BadLine(f"{name} has neither span nor entity")


def is_id(value: Any) -> bool:
    """Whether the value can name an annotation or an event: 1-200 printable ASCII characters."""
    return type(value) is str and 0 < len(value) <= 200 and value.isascii() and value.isprintable()


def _is_text_or_none(value: Any) -> bool:
    return value is None or type(value) is str


def is_link(value: Any) -> bool:
    """Whether the value is a link to another annotation."""
    return type(value) is dict and is_id(value.get("id")) and is_id(value.get("type"))


# Few distinct values recur on every line of a log, so each is looked at once.
@lru_cache(maxsize=4096)
def is_article(article: str) -> bool:
    """Whether the text can be an article's id."""
    try:
        check_article_id(article)
    except InputError:
        return False
    return True


@lru_cache(maxsize=1024)
def _is_coder(coder: str) -> bool:
    try:
        check_coder_id(coder)
    except InputError:
        return False
    return True


@lru_cache(maxsize=4096)
def is_sha256(value: str) -> bool:
    """Whether the text is a fingerprint."""
    return len(value) == 64 and all(digit in "0123456789abcdef" for digit in value)


@lru_cache(maxsize=1024)
def is_name(value: str) -> bool:
    """Whether the text can name an origin."""
    return _NAME.fullmatch(value) is not None
