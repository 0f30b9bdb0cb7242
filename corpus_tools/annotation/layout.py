"""The layout of an annotation record: format version, key order, vocabulary and limits.

Everything that reads, writes, checks or describes records takes these names from here.
"""

from __future__ import annotations

__all__ = [
    "EVENTS",
    "FORMAT_VERSION",
    "IMPLICIT_HOLDERS",
    "KEYS",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "MAX_LINE",
    "RECORD_EVENTS",
    "RECORD_TYPES",
    "REQUIRED",
    "SALIENCES",
    "STATUSES",
]

# The version of the record format, an integer that only grows. It is raised when an older reader would misunderstand
# a new record: a key that changes its meaning, a key that becomes required, a new kind of event. A new optional key
# needs no new version, because readers keep keys that they do not know.
#
# To raise it:
# 1. keep today's `KEYS` and checks under today's number, and add the new ones under the new number;
# 2. let the decoder accept both numbers, and turn an old record into the new shape where it is read (never on disk:
#    no line of a log is ever rewritten);
# 3. let writers write the new number only;
# 4. store a log of the old version among the test fixtures and read it in a test, for ever;
# 5. keep the checksum as it is (CRC-32, the last key), so that older releases can tell a newer record from a damaged
#    one;
# 6. build the JSON Schema of the new version beside the old one, and say in the changelog what changed and why.
FORMAT_VERSION = 1

EVENTS = ("add", "revise", "retract", "reject", "status")
RECORD_EVENTS = ("add", "revise", "reject")  # those that carry a record
RECORD_TYPES = ("frame", "stance")
SALIENCES = ("primary", "present")
IMPLICIT_HOLDERS = ("author", "unspecified")
STATUSES = ("open", "in_progress", "done", "skipped")

MAX_LINE = 1_000_000  # bytes, line feed included
MAX_DEPTH = 100  # nested arrays and objects
MAX_INTEGER = 2**53 - 1  # beyond it JavaScript and many JSON readers round silently

_HEAD = ("v", "seq", "event", "event_id", "id", "base", "at", "coder", "codebook", "article")
_TAIL = ("attrs", "links", "decides", "origin", "confidence", "comment", "crc")
_FRAME = (*_HEAD, "sha256", "type", "label", "spans", "voice", "salience", *_TAIL)
_STANCE = (*_HEAD, "sha256", "type", "label", "expression", "holder", "target", "cue", *_TAIL)

KEYS: dict[tuple[str, str | None], tuple[str, ...]] = {
    **{(event, "frame"): _FRAME for event in RECORD_EVENTS},
    **{(event, "stance"): _STANCE for event in RECORD_EVENTS},
    ("retract", None): (*_HEAD, "comment", "crc"),
    ("status", None): (*_HEAD, "sha256", "status", "seconds", "comment", "crc"),
}

# What a reader insists on. Where an event says little by design, what it may leave out counts as null.
REQUIRED: dict[tuple[str, str | None], tuple[str, ...]] = {
    **{variant: keys for variant, keys in KEYS.items() if variant[1]},
    ("retract", None): ("v", "seq", "event", "event_id", "id", "base", "at", "coder", "crc"),
    ("status", None): ("v", "seq", "event", "event_id", "at", "coder", "article", "status", "crc"),
}
