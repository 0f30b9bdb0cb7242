"""Folding: from events to the state in which they leave the annotations.

Each event names the one that it replaces (`base`), so the events of an annotation form a chain, and its last event is
its state. After two machines worked on one log and git merged them, a chain may fork. Then nothing is thrown away: the
state is the branch with the highest sequence number, a retraction giving way to a judgement, and the fork is listed as
a conflict until the coder decides it. The result does not depend on the order of the lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Conflict", "State", "fold", "same_judgement"]

Fields = dict[str, Any]

# What may differ between two events that say the same: the circumstances, not the judgement.
_CIRCUMSTANCES = frozenset(("seq", "event_id", "at", "crc", "event", "base"))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more events that claim one place.

    Attributes
    ----------
    coder : str
        Whose log it is.
    id : str or None
        The annotation; None for an event without one.
    kind : str
        `fork`: two events replace the same one, or two add the same annotation, and differ; `event`: one event id has
        two contents; `cycle`: events that replace each other.
    event_ids : tuple of str
        The last events of the branches, or the one event with two contents.
    chosen : str or None
        The event that counts until the conflict is decided; None when all branches are retracted.
    """

    coder: str
    id: str | None
    kind: str
    event_ids: tuple[str, ...]
    chosen: str | None


@dataclass(slots=True)
class State:
    """The state of one log.

    Attributes
    ----------
    heads : dict of str to fields
        The last event of each annotation by its id, retractions included, in the order of their first occurrence.
    statuses : dict of str to fields
        The last status event of each article.
    rejected : list of fields
        The suggestions that were rejected.
    open_ends : dict of str to list of fields
        For annotations in conflict: the last events of all branches that are open.
    conflicts : list of Conflict
        See there.
    lost_bases : list of fields
        Events that replace an event that is not in the log.
    repeated : list of fields
        Further copies of one event, as merges may leave them; they count once.
    """

    heads: dict[str, Fields] = field(default_factory=dict)
    statuses: dict[str, Fields] = field(default_factory=dict)
    rejected: list[Fields] = field(default_factory=list)
    open_ends: dict[str, list[Fields]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    lost_bases: list[Fields] = field(default_factory=list)
    repeated: list[Fields] = field(default_factory=list)

    def live(self) -> Iterator[Fields]:
        """Iterate over the last events of the annotations that are not retracted."""
        return (fields for fields in self.heads.values() if fields["event"] != "retract")


def fold(events: Collection[Fields]) -> State:
    """Fold the events of one log, in any order."""
    state = State()
    known = {fields["event_id"]: fields for fields in events}
    if len(known) < len(events):
        known = _settle_repetitions(state, events)
    heads, statuses = state.heads, state.statuses
    tangled: set[str] = set()
    for fields in known.values():
        event = fields["event"]
        if event == "status":
            article = fields["article"]
            if article not in statuses or _rank(statuses[article]) < _rank(fields):
                statuses[article] = fields
        elif event == "reject":
            state.rejected.append(fields)
        else:
            key = fields["id"]
            head = heads.get(key)
            if (head is None) if event == "add" else (head is not None and head["event_id"] == fields["base"]):
                heads[key] = fields
            else:  # not simply the next of its chain: the whole chain is looked at below
                heads.setdefault(key, fields)
                tangled.add(key)
    if tangled:
        _untangle(state, known, tangled)
    state.conflicts.sort(key=lambda conflict: (conflict.id or "", conflict.kind, conflict.event_ids))
    return state


def _settle_repetitions(state: State, events: Iterable[Fields]) -> dict[str, Fields]:
    """Return one content for each event id; the same line twice is harmless, two contents are a conflict."""
    contents: dict[str, list[Fields]] = {}
    for fields in events:
        seen = contents.setdefault(fields["event_id"], [])
        if fields in seen:
            state.repeated.append(fields)
        else:
            seen.append(fields)
    chosen = {event_id: max(seen, key=_rank) for event_id, seen in contents.items()}
    for event_id, seen in contents.items():
        if len(seen) > 1:
            winner = chosen[event_id]
            state.conflicts.append(Conflict(winner["coder"], winner.get("id"), "event", (event_id,), event_id))
    return chosen


def same_judgement(one: Fields, other: Fields) -> bool:
    """Whether two events say the same, whenever and in whatever order they were written."""
    names = (one.keys() | other.keys()) - _CIRCUMSTANCES
    return all(name in one and name in other and one[name] == other[name] for name in names)


def _rank(fields: Fields) -> tuple[Any, ...]:
    """Order events that nothing else orders: by sequence, for a clock may go back."""
    return fields["seq"], fields["at"], fields["event_id"], fields["crc"]


# --- forks ------------------------------------------------------------------------------------------------------------


def _untangle(state: State, known: Mapping[str, Fields], tangled: set[str]) -> None:
    chains: dict[str, list[Fields]] = {key: [] for key in tangled}
    for fields in known.values():
        if fields.get("id") in chains and fields["event"] in ("add", "revise", "retract"):
            chains[fields["id"]].append(fields)
    for key, chain in chains.items():
        state.heads[key] = _fold_chain(state, key, sorted(chain, key=_rank))


def _fold_chain(state: State, key: str, chain: list[Fields]) -> Fields:
    """Return the event that counts, and note what is wrong with the chain."""
    names = {fields["event_id"] for fields in chain}
    state.lost_bases += [fields for fields in chain if fields["base"] is not None and fields["base"] not in names]
    replaced = {fields["base"] for fields in chain}
    ends = [fields for fields in chain if fields["event_id"] not in replaced]
    circling = _unreached(chain, ends)
    if circling:
        _note(state, key, "cycle", circling, ends[-1] if ends else chain[-1])
    if not ends:
        return chain[-1]
    siblings: dict[str | None, int] = {}
    for fields in chain:
        siblings[fields["base"]] = siblings.get(fields["base"], 0) + 1
    # A branch that was retracted after it had forked off is closed; a retraction that itself forks is a voice.
    open_ends = [end for end in ends if end["event"] != "retract" or siblings[end["base"]] > 1]
    chosen = max(open_ends or ends, key=lambda end: (end["event"] != "retract", _rank(end)))
    if len(open_ends) > 1 and not _agree(open_ends):
        state.open_ends[key] = open_ends
        _note(state, key, "fork", open_ends, chosen)
    return chosen


def _unreached(chain: list[Fields], ends: list[Fields]) -> list[Fields]:
    """Return the events to which no way leads back from the ends: they replace each other, or themselves."""
    by_id = {fields["event_id"]: fields for fields in chain}
    reached: set[str] = set()
    for end in ends:
        step: Fields | None = end
        while step is not None and step["event_id"] not in reached:
            reached.add(step["event_id"])
            step = by_id.get(step["base"])
    return [fields for fields in chain if fields["event_id"] not in reached]


def _note(state: State, key: str, kind: str, ends: list[Fields], chosen: Fields) -> None:
    ids = tuple(sorted(end["event_id"] for end in ends))
    live = chosen["event_id"] if chosen["event"] != "retract" else None
    state.conflicts.append(Conflict(chosen["coder"], key, kind, ids, live))


def _agree(ends: list[Fields]) -> bool:
    if all(end["event"] == "retract" for end in ends):
        return True
    return all(end["event"] != "retract" and same_judgement(end, ends[0]) for end in ends)
