"""How long somebody worked: time between signs of life, pauses left out."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["LONGEST_PAUSE", "Stopwatch"]

LONGEST_PAUSE = 60.0  # seconds without a key or a click that still count as reading


class Stopwatch:
    """Working time in seconds, as `touch` hears of work.

    Parameters
    ----------
    clock
        Seconds since any fixed moment.

    Examples
    --------
    >>> now = iter([0.0, 20.0, 500.0, 505.0])
    >>> watch = Stopwatch(lambda: next(now))
    >>> for _ in range(3):
    ...     watch.touch()
    >>> watch.seconds
    85.0
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self.seconds = 0.0

    def touch(self) -> None:
        """Count the time since the last sign of life, but no more than a minute of it."""
        now = self._clock()
        self.seconds += min(max(0.0, now - self._last), LONGEST_PAUSE)
        self._last = now

    def restart(self) -> float:
        """Return the seconds worked, and count from 0."""
        worked, self.seconds = self.seconds, 0.0
        return worked
