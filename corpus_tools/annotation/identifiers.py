"""Identifiers and times: version-7 UUIDs of our own, coder ids by allow-list, timestamps in UTC."""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from corpus_tools.text.errors import InputError

__all__ = ["are_times", "check_coder_id", "current_time", "is_time", "to_time", "uuid7"]

_CODER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_TIME_MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z"))


class _Uuid7:
    """The generator's memory: the last millisecond and the last random part, so that ids only grow in a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = -1
        self._millisecond = 0
        self._random = 0
        self._draw = random.Random()  # of its own, seeded by the system: nobody's `random.seed` reaches it

    def __call__(self) -> str:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if os.getpid() != self._pid:
                # A forked child starts afresh: it must not continue its parent's random numbers.
                self._draw.seed()
                self._pid = os.getpid()
                self._random = self._draw.getrandbits(71)
            if now > self._millisecond:
                self._millisecond = now
                self._random = self._draw.getrandbits(71)  # of 74 bits: room to count up
            else:
                self._random += 1 + self._draw.getrandbits(32)
            return _format(self._millisecond, self._random)


def _format(millisecond: int, random: int) -> str:
    high, low = random >> 62, random & (2**62 - 1)
    number = (millisecond & (2**48 - 1)) << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_generate = _Uuid7()


def uuid7() -> str:
    """Return a new UUID of version 7 (RFC 9562): ordered by time, and strictly growing within a process.

    A clock that is set back does not matter: the last millisecond is kept until the clock has passed it.

    Examples
    --------
    >>> first, second = uuid7(), uuid7()
    >>> first < second, first[14]
    (True, '7')
    """
    return _generate()


def current_time() -> str:
    """Return the time now in UTC with milliseconds, such as ``2026-11-23T20:00:00.000Z``."""
    return _to_text(datetime.now(UTC))


def is_time(value: object) -> bool:
    """Whether the value is a timestamp as `current_time` writes it.

    Examples
    --------
    >>> is_time("2026-11-23T20:00:00.000Z"), is_time("2026-13-23T20:00:00.000Z"), is_time("yesterday")
    (True, False, False)
    """
    if type(value) is not str or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def are_times(values: Sequence[str]) -> bool:
    """Whether all texts are timestamps as `current_time` writes them; quicker than asking for each."""
    if set(map(len, values)) != {24}:
        return False
    joined, count = "".join(values), len(values)
    # The marks at their places leave Python's parser only this one of the many forms of ISO 8601 that it takes.
    if any(joined[place::24] != mark * count for place, mark in _TIME_MARKS):
        return False
    try:
        deque(map(datetime.fromisoformat, values), maxlen=0)
    except ValueError:
        return False
    return True


def to_time(value: datetime | str) -> str:
    """Return a moment as records give their times.

    Raises
    ------
    InputError
        When it is no moment, or its time zone is not said.

    Examples
    --------
    >>> to_time("2026-11-23T21:30+01:00")
    '2026-11-23T20:30:00.000Z'
    """
    remedy = "give a datetime with a time zone, or a text like 2026-11-23T20:00:00.000Z"
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        utc = moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None
    except (ValueError, OverflowError):
        utc = None
    if utc is None:
        remedy = "give a datetime with a time zone, or a text like 2026-11-23T20:00:00.000Z"
        raise InputError(f"{value!r} is no moment of a known time zone", remedy=remedy)
    return _to_text(utc)


def _to_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


@lru_cache(maxsize=1024)
def check_coder_id(coder: str) -> str:
    """Return the coder's id, or raise when it could not name a file everywhere.

    Raises
    ------
    InputError
        Unless it is 1-64 of the ASCII letters, digits and ``. _ -``, begins with a letter or digit, does not end with
        a dot and is no device name of Windows.

    Examples
    --------
    >>> check_coder_id("coder_a")
    'coder_a'
    """
    remedy = "use 1-64 letters a-z, digits and . _ -, beginning with a letter or digit"
    if not isinstance(coder, str) or not _CODER_ID.fullmatch(coder) or coder.endswith("."):
        raise InputError(f"coder id {coder!r} cannot name a file", remedy=remedy)
    if coder.split(".")[0].lower() in _DEVICES:
        raise InputError(f"coder id {coder!r} is a device name on Windows", remedy="choose another")
    return coder
