"""Folding: from events to the state in which they leave the annotations.

Each event names the one that it replaces (`base`), so the events of an annotation form a chain, and its last event is
its state. After two machines worked on one log and git merged them, a chain may fork. Then nothing is thrown away: the
state is the branch with the highest sequence number, a retraction giving way to a judgement, and the fork is listed as
a conflict until the coder decides it. The result does not depend on the order of the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import ge
from typing import Any

from corpus_tools.annotation.entries import Entry, paused_collector, rank

__all__ = ["Conflict", "State", "entries_until", "fold", "same_judgement"]

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
    heads : dict of str to Entry
        The last event of each annotation by its id, retractions included, in the order of their first occurrence.
    statuses : dict of str to Entry
        The last status event of each article.
    rejected : list of Entry
        The suggestions that were rejected.
    open_ends : dict of str to list of Entry
        For annotations in conflict: the last events of all branches that are open.
    conflicts : list of Conflict
        See there.
    lost_bases : list of Entry
        Events that replace an event that is not in the log.
    repeated : list of Entry
        Further copies of one event, as merges may leave them; they count once.
    """

    heads: dict[str, Entry] = field(default_factory=dict)
    statuses: dict[str, Entry] = field(default_factory=dict)
    rejected: list[Entry] = field(default_factory=list)
    open_ends: dict[str, list[Entry]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    lost_bases: list[Entry] = field(default_factory=list)
    repeated: list[Entry] = field(default_factory=list)

    def live(self) -> Iterator[Entry]:
        """Iterate over the last events of the annotations that are not retracted."""
        return (entry for entry in self.heads.values() if entry.event != "retract")


@paused_collector()
def fold(entries: Collection[Entry]) -> State:
    """Fold the events of one log, in any order."""
    state = State()
    seqs = [entry.seq for entry in entries]
    if any(map(ge, seqs, seqs[1:])):  # only after a merge; the log of one machine is in order
        entries = sorted(entries, key=rank)
    known = {entry.event_id: entry for entry in entries}
    if len(known) < len(entries):
        known = _settle_repetitions(state, entries)
    heads = state.heads
    tangled: set[str] = set()
    for entry in known.values():
        event, key = entry.event, entry.id
        if event == "status":
            state.statuses[entry.article or ""] = entry
        elif event == "reject" or key is None:
            state.rejected.append(entry)
        else:
            head = heads.get(key)
            if (head is None) if event == "add" else (head is not None and head.event_id == entry.base):
                heads[key] = entry
            else:  # not simply the next of its chain: the whole chain is looked at below
                heads.setdefault(key, entry)
                tangled.add(key)
    if tangled:
        _untangle(state, known, tangled)
    state.conflicts.sort(key=lambda conflict: (conflict.id or "", conflict.kind, conflict.event_ids))
    return state


def entries_until(entries: Collection[Entry], moment: str) -> list[Entry]:
    """Return the entries that were there at a moment, given as records give their times.

    An event was there when it had been written and so had all that it replaces: a clock that was set back does not
    tear a chain apart.
    """
    later = [entry for entry in entries if entry.at > moment]
    followers: dict[str, list[Entry]] = {}
    for entry in entries if later else ():
        if entry.base is not None:
            followers.setdefault(entry.base, []).append(entry)
    left_out = set(later)
    while later:
        new = [entry for entry in followers.get(later.pop().event_id, ()) if entry not in left_out]
        left_out.update(new)
        later += new
    return [entry for entry in entries if entry not in left_out]


def _settle_repetitions(state: State, entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return one content for each event id; the same line twice is harmless, two contents are a conflict."""
    contents: dict[str, list[Entry]] = {}
    for entry in entries:
        seen = contents.setdefault(entry.event_id, [])
        if any(entry.line == other.line or entry.fields == other.fields for other in seen):
            state.repeated.append(entry)
        else:
            seen.append(entry)
    winners = sorted((max(seen, key=rank) for seen in contents.values()), key=rank)
    for winner in winners:
        event_id = winner.event_id
        if len(contents[event_id]) > 1:
            state.conflicts.append(Conflict(_coder(winner), winner.id, "event", (event_id,), event_id))
    return {winner.event_id: winner for winner in winners}


def same_judgement(one: Fields, other: Fields) -> bool:
    """Whether two events say the same, whenever and in whatever order they were written."""
    names = (one.keys() | other.keys()) - _CIRCUMSTANCES
    return all(name in one and name in other and one[name] == other[name] for name in names)


def _coder(entry: Entry) -> str:
    return str(entry.fields["coder"])


# --- forks ------------------------------------------------------------------------------------------------------------


def _untangle(state: State, known: Mapping[str, Entry], tangled: set[str]) -> None:
    chains: dict[str, list[Entry]] = {key: [] for key in tangled}
    for entry in known.values():
        if entry.id in chains and entry.event in ("add", "revise", "retract"):
            chains[entry.id].append(entry)
    for key, chain in chains.items():
        state.heads[key] = _fold_chain(state, key, sorted(chain, key=rank))


def _fold_chain(state: State, key: str, chain: list[Entry]) -> Entry:
    """Return the event that counts, and note what is wrong with the chain."""
    names = {entry.event_id for entry in chain}
    state.lost_bases += [entry for entry in chain if entry.base is not None and entry.base not in names]
    replaced = {entry.base for entry in chain}
    ends = [entry for entry in chain if entry.event_id not in replaced]
    circling = _unreached(chain, ends)
    if circling:
        _note(state, key, "cycle", circling, ends[-1] if ends else chain[-1])
    if not ends:
        return chain[-1]
    siblings = Counter(entry.base for entry in chain)
    # A branch that was retracted after it had forked off is closed; a retraction that itself forks is a voice.
    open_ends = [end for end in ends if end.event != "retract" or siblings[end.base] > 1]
    chosen = max(open_ends or ends, key=lambda end: (end.event != "retract", rank(end)))
    if len(open_ends) > 1 and not _agree(open_ends):
        state.open_ends[key] = open_ends
        _note(state, key, "fork", open_ends, chosen)
    return chosen


def _unreached(chain: list[Entry], ends: list[Entry]) -> list[Entry]:
    """Return the events to which no way leads back from the ends: they replace each other, or themselves."""
    by_id = {entry.event_id: entry for entry in chain}
    reached: set[str] = set()
    for end in ends:
        step: Entry | None = end
        while step is not None and step.event_id not in reached:
            reached.add(step.event_id)
            step = by_id.get(step.base or "")
    return [entry for entry in chain if entry.event_id not in reached]


def _note(state: State, key: str, kind: str, ends: list[Entry], chosen: Entry) -> None:
    ids = tuple(sorted(end.event_id for end in ends))
    live = chosen.event_id if chosen.event != "retract" else None
    state.conflicts.append(Conflict(_coder(chosen), key, kind, ids, live))


def _agree(ends: list[Entry]) -> bool:
    if all(end.event == "retract" for end in ends):
        return True
    first = ends[0].fields
    return all(end.event != "retract" and same_judgement(end.fields, first) for end in ends)
