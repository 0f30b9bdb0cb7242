"""What a coder did before the kernel started: the steps that undo and redo can still go through, read from the log.

The log has every event but not which of them were undone. An event that puts back what stood before the last step is
taken for its undoing, which comes to the same: the step can be redone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from corpus_tools.annotation.records import Annotation, Event, Record
from corpus_tools.notebook.queue import FINISHED
from corpus_tools.notebook.steps import Change, Judgement, Rejection, Status, Step

__all__ = ["Past"]

KEPT = 200
"""Steps that are remembered; who wants to go back further looks into the log."""


class Past:
    """The steps of a log: `done`, and `undone` after them, each with the last one at the end.

    Parameters
    ----------
    events
        A coder's log in file order.
    version
        The codebook's version. Steps from before it came into use cannot be undone: their labels may be gone.
    key_of
        Names the suggestion that a rejected record was.
    name_label
        Names a record's label for the coder.
    """

    def __init__(
        self,
        events: Iterable[Event],
        version: str | None,
        key_of: Callable[[Record], str],
        name_label: Callable[[Record], str],
    ) -> None:
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self._key_of = key_of
        self._name_label = name_label
        self._records: dict[str, Record | None] = {}
        self._heads: dict[str, str | None] = {}
        self._statuses: dict[str, str] = {}
        for event in events:
            self._take(event, version)

    @staticmethod
    def current_end(steps: list[Step], is_current: Callable[[Record], bool]) -> list[Step]:
        """Return the last steps up to the first, from the end, with a record whose text has changed."""
        kept: list[Step] = []
        for step in reversed(steps[-KEPT:]):
            if not all(is_current(record) for change in step.changes for record in _records(change)):
                break
            kept.insert(0, step)
        return kept

    def _take(self, event: Event, version: str | None) -> None:
        if event.event == "status":
            change = self._take_status(event)
        elif event.event == "reject":
            record = Annotation.of(event.fields).record
            change = Rejection(self._key_of(record), record)
        else:
            change = self._take_judgement(event, version)
        if change is not None:
            self._place(change)

    def _take_status(self, event: Event) -> Change | None:
        """Return the change if an article was finished, or taken up again: the rest the session notes by itself."""
        article, after = str(event.fields["article"]), str(event.fields["status"])
        before = self._statuses.get(article)
        self._statuses[article] = after
        if before == after or not {before, after} & set(FINISHED):
            return None
        return Status(article, before, after, event.fields.get("seconds"), event.fields.get("comment"))

    def _take_judgement(self, event: Event, version: str | None) -> Change | None:
        id = str(event.id)
        before, after = self._records.get(id), None
        if event.event in ("add", "revise"):
            after = Annotation.of(event.fields).record
        in_line = event.fields.get("base") == self._heads.get(id)
        self._heads[id] = event.fields.get("event_id")
        self._records[id] = after
        foreign = after is not None and (event.fields.get("codebook") != version or after.origin == "reanchor")
        if foreign or not in_line:  # another codebook, another text, a merge: nothing before it can be taken back
            self.done.clear()
            self.undone.clear()
            return None
        return Judgement(id, before, after)

    def _place(self, change: Change) -> None:
        if self.done and _reverses(change, self.done[-1].changes[0]):
            self.undone.append(self.done.pop())
        elif self.undone and _repeats(change, self.undone[-1].changes[0]):
            self.done.append(self.undone.pop())
        else:
            self.done.append(self._make_step(change))
            self.undone.clear()

    def _make_step(self, change: Change) -> Step:
        if isinstance(change, Status):
            return Step(change.after, change.article, (change,))
        if isinstance(change, Rejection):
            return Step(f"rejecting {self._name_label(change.record)}", change.record.article, (change,))
        record = change.after or change.before
        assert record is not None, "an event has a record or takes one away"
        name = self._name_label(record)
        return Step(name if change.after else f"deleting {name}", record.article, (change,))


def _records(change: Change) -> list[Record]:
    if isinstance(change, Judgement):
        return [record for record in (change.before, change.after) if record is not None]
    return [change.record] if isinstance(change, Rejection) else []


def _reverses(change: Change, last: Change) -> bool:
    if isinstance(change, Judgement) and isinstance(last, Judgement):
        return (change.id, change.before, change.after) == (last.id, last.after, last.before)
    if isinstance(change, Status) and isinstance(last, Status):
        return (change.article, change.before, change.after) == (last.article, last.after, last.before or "open")
    return False


def _repeats(change: Change, last: Change) -> bool:
    if isinstance(change, Status) and isinstance(last, Status):
        return (change.article, change.after) == (last.article, last.after)
    return change == last
