"""Identifiers and times: version-7 UUIDs of our own, coder ids by allow-list, timestamps in UTC."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from corpus_tools.text.errors import InputError

__all__ = ["IdSource", "are_times", "check_coder_id", "current_time", "is_time", "to_time", "uuid7"]

_CODER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_TIME_MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z"))


class IdSource:
    """Makes UUIDs of version 7 (RFC 9562) that only grow, and the time to the millisecond; for one thread at a time.

    The 60 bits of a moment, which counts 4,096ths of a millisecond, fill the UUID's time and what follows its version
    (section 6.2, method 3); when the clock is set back, the count goes on from the last moment. The other 62 bits are
    random, and drawn once: no two ids of one source have the same moment, and no two sources the same bits.
    """

    def __init__(self) -> None:
        self._moment = 0
        self._second, self._written = -1, ""
        draw = f"{1 << 63 | secrets.randbits(62):x}"
        self._tail = f"-{draw[:4]}-{draw[4:]}"

    def make_id(self) -> str:
        """Return a new id."""
        return self._write(self._advance(time.time_ns()))

    def make_event(self) -> tuple[str, str, str]:
        """Return two new ids, the first the smaller, and the time now: at one stroke, for a coder waits."""
        now = time.time_ns()
        if now // 1_000_000_000 != self._second:
            self._second = now // 1_000_000_000
            self._written = _write_second(self._second)
        moment = self._advance(now)
        millisecond = str(1000 + now // 1_000_000 % 1000)[1:]
        return self._write(moment), self._write(self._advance(now)), f"{self._written}.{millisecond}Z"

    def _advance(self, now: int) -> int:
        self._moment = moment = max(self._moment + 1, (now << 12) // 1_000_000)
        return moment

    def _write(self, moment: int) -> str:
        digits = moment.to_bytes(8).hex()
        return f"{digits[1:9]}-{digits[9:13]}-7{digits[13:]}{self._tail}"


class _Shared:
    """The source of the process, and what guards it. A forked child needs its own: it knows not who held the lock."""

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self.source, self.lock = IdSource(), threading.Lock()


_shared = _Shared()


def uuid7() -> str:
    """Return a new UUID of version 7 (RFC 9562): ordered by time, and strictly growing within a process.

    A clock that is set back does not matter: time stands still until the clock has caught up.

    Examples
    --------
    >>> first, second = uuid7(), uuid7()
    >>> first < second, first[14]
    (True, '7')
    """
    with _shared.lock:
        return _shared.source.make_id()


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


def _write_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


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
