"""The queue of articles: in which order they are coded, which is next, and which a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus_tools.text.errors import InputError

__all__ = ["FINISHED", "Queue"]

FINISHED = ("done", "skipped")


class Queue:
    """Article ids in the order of coding.

    Each article has a number that never changes, so that a view can name an article without knowing its id, which may
    tell the source.

    Parameters
    ----------
    ids
        The articles in order.
    statuses
        How far they are; the mapping is looked at anew each time.

    Raises
    ------
    InputError
        When there is no article.

    Examples
    --------
    >>> statuses = {"a": "done"}
    >>> queue = Queue(["a", "b", "c"], statuses)
    >>> queue.after("a"), queue.after("c"), queue.done
    ('b', 'b', 1)
    >>> statuses.update(b="skipped", c="done")
    >>> queue.after("a") is None
    True
    """

    def __init__(self, ids: Sequence[str], statuses: Mapping[str, str]) -> None:
        if not ids:
            raise InputError("no article is left to code", where="queue", remedy="check filter and order")
        self.statuses = statuses
        self._by_number = list(ids)
        self._numbers = {id: number for number, id in enumerate(ids)}
        self._ids = list(ids)
        self._places = dict(self._numbers)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: object) -> bool:
        return id in self._places

    @property
    def ids(self) -> list[str]:
        """The articles in order."""
        return list(self._ids)

    @property
    def done(self) -> int:
        """How many are done or skipped."""
        return sum(self.statuses.get(id) in FINISHED for id in self._ids)

    def place(self, id: str) -> int:
        """Return the article's place in the order, from 0."""
        return self._places[id]

    def number(self, id: str) -> int:
        """Return the article's unchanging number."""
        return self._numbers[id]

    def named(self, number: int) -> str:
        """Return the article of a number.

        Raises
        ------
        InputError
            When there is none.
        """
        if isinstance(number, int) and 0 <= number < len(self._by_number):
            return self._by_number[number]
        raise InputError(f"there is no article number {number!r} in the queue")

    def after(self, id: str) -> str | None:
        """Return the next article that is neither done nor skipped, from the start again after the last one."""
        start = self._places.get(id, -1) + 1
        return next((i for i in (*self._ids[start:], *self._ids[:start]) if not self._is_finished(i)), None)

    def reorder(self, ids: Sequence[str]) -> None:
        """Put what is unfinished into another order; articles that `ids` does not name follow at the end."""
        finished = [id for id in self._ids if self._is_finished(id)]
        wanted = [id for id in dict.fromkeys(ids) if id in self._places and not self._is_finished(id)]
        rest = [id for id in self._ids if id not in {*finished, *wanted}]
        self._ids = [*finished, *wanted, *rest]
        self._places = {id: place for place, id in enumerate(self._ids)}

    def _is_finished(self, id: str) -> bool:
        return self.statuses.get(id) in FINISHED
