"""Entries: the lines of a log with their heads read, which is all that folding needs.

The fields of a line are parsed again when somebody asks for them. So a log of any length is held as its bytes and a few
texts a line, and not as a tree of objects each: that is far smaller, and leaves the garbage collector nothing to do.
"""

from __future__ import annotations

import gc
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count, repeat
from operator import itemgetter
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from corpus_tools.annotation.columns import HEAD, are_sound, read_columns
from corpus_tools.annotation.layout import MAX_LINE

__all__ = ["Entry", "make_entry", "make_from", "paused_collector", "rank", "read_entries"]


class Entry(NamedTuple):
    """A good line of a log.

    Attributes
    ----------
    seq, at, event_id, crc, event, id, base, article, type
        Fields of the record; None where it has none.
    number : int
        The number of the line in its file, from 1; 0 while it is in no file.
    line : bytes
        The line without its line feed, checked.
    """

    seq: int
    at: str
    event_id: str
    crc: str
    event: str
    id: str | None
    base: str | None
    article: str | None
    type: str | None
    number: int
    line: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """All fields of the record, parsed afresh."""
        fields: dict[str, Any] = orjson.loads(self.line)
        return fields


make_from = partial(tuple.__new__, Entry)
"""Makes an entry of the tuple of its fields: quicker than `Entry._make`, which is Python."""

_IN_HEAD = Entry._fields[: Entry._fields.index("type")]

rank = itemgetter(slice(4))
"""What orders entries that nothing else orders: the sequence first, for a clock may go back."""


def make_entry(fields: Mapping[str, Any], line: bytes, number: int = 0) -> Entry:
    """Make the entry of a line from its fields."""
    return make_from((*map(fields.get, Entry._fields[:-2]), number, line))


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the garbage collector while many objects are made of which none can be part of a cycle.

    Else it looks through everything that the process holds again and again, which took a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_entries(lines: list[bytes], number: int, coder: str) -> list[Entry] | None:
    """Read lines that are all as this release writes them: several times quicker than line by line.

    Parameters
    ----------
    lines
        At least one, without line feeds. A hundred or so are quickest: they stay in the processor's cache.
    number
        The number of the first in its file.
    coder
        Whose log it is.

    Returns
    -------
    list of Entry or None
        None when a line is wrong or only unusual; `codec.parse_line` tells which, and takes what is merely unusual.
    """
    try:
        records = list(map(orjson.loads, lines))
        # Bytes that come out again as they went in hold no duplicate keys, no big integers, no NaN.
        regular = list(map(orjson.dumps, records, repeat(None), repeat(orjson.OPT_STRICT_INTEGER))) == lines
        heads = read_columns(records, HEAD)
        if not (regular and max(map(len, lines)) < MAX_LINE and are_sound(records, heads, coder)):
            return None
        if not _have_checksums(lines, heads["crc"]):
            return None
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError):  # what cannot even be asked
        return None
    columns = [heads[key] for key in _IN_HEAD]
    types = [fields.get("type") for fields in records]
    return list(map(make_from, zip(*columns, types, count(number), lines)))


def _have_checksums(lines: Sequence[bytes], stored: Sequence[Any]) -> bool:
    """Whether each line ends with the checksum of what stands before it."""
    sums = [crc32(b"}", crc32(line[:-18])) for line in lines]  # 18: of ,"crc":"00000000"}
    return set(map(len, stored)) == {8} and struct.pack(f">{len(sums)}I", *sums).hex() == "".join(stored)
