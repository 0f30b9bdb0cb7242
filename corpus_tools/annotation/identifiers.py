"""Identifiers and times: version-7 UUIDs of our own, coder ids by allow-list, timestamps in UTC."""

from __future__ import annotations

import os
import re
import threading
import time
from datetime import UTC, datetime
from functools import lru_cache

from corpus_tools.text.errors import InputError

__all__ = ["check_coder_id", "current_time", "is_time", "uuid7"]

_CODER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


class _Uuid7:
    """The generator's memory: the last millisecond and the last random part, so that ids only grow in a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = -1
        self._millisecond = 0
        self._random = 0

    def __call__(self) -> str:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if os.getpid() != self._pid or now > self._millisecond:
                # A forked child starts afresh: it must not continue its parent's random part.
                self._millisecond = max(now, self._millisecond)
                self._random = int.from_bytes(os.urandom(9), "big") >> 1  # 71 of 74 bits: room to count up
                self._pid = os.getpid()
            else:
                self._random += 1 + int.from_bytes(os.urandom(4), "big")
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
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def is_time(value: object) -> bool:
    """Whether the value is a timestamp as `current_time` writes it.

    Examples
    --------
    >>> is_time("2026-11-23T20:00:00.000Z"), is_time("2026-13-23T20:00:00.000Z"), is_time("yesterday")
    (True, False, False)
    """
    if type(value) is not str or len(value) != 24 or value[10] != "T" or value[23] != "Z" or value[19] != ".":
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


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
