"""The check of `fields` for many records at once, column by column.

A log has a hundred thousand records that are alike, and asking one question of a column of values ("are they all
text?") costs a fraction of asking it of each value. `are_sound` says yes only where `check_fields` passes every record.
Where it says no, a record may be wrong or only unusual: the caller then asks for each, and learns what is wrong. A test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter, lt, sub
from typing import Any

from corpus_tools.annotation.fields import BadLine, check_fields, is_article, is_id, is_link, is_name, is_sha256
from corpus_tools.annotation.identifiers import are_times
from corpus_tools.annotation.layout import FORMAT_VERSION, IMPLICIT_HOLDERS, KEYS, MAX_INTEGER, RECORD_EVENTS, SALIENCES

__all__ = ["HEAD", "are_sound", "read_columns"]

Fields = dict[str, Any]
Columns = Mapping[str, Sequence[Any]]

HEAD = ("v", "seq", "event", "event_id", "id", "base", "at", "coder", "article", "crc")
"""The keys that every event has, as this release writes it."""
_NAMES_AND_REPLACES = {  # by event: whether it names an annotation, and whether it replaces an event
    ("add", True, False),
    ("reject", True, False),
    ("revise", True, True),
    ("retract", True, True),
    ("status", False, False),
}
_FRAME = tuple(key for key in KEYS["add", "frame"] if key not in HEAD)
_STANCE = tuple(key for key in KEYS["add", "stance"] if key not in HEAD)
_SPAN = ("start", "end", "quote", "prefix", "suffix")
_SLOT = ("span", "entity")
_READERS = {keys: itemgetter(*keys) for keys in (HEAD, _FRAME, _STANCE, _SPAN, _SLOT)}


def read_columns(records: Iterable[Fields], keys: tuple[str, ...]) -> Columns:
    """Turn records, at least one, into columns; a key that one of them lacks raises KeyError."""
    return dict(zip(keys, zip(*map(_READERS[keys], records), strict=True), strict=True))


def are_sound(records: Sequence[Fields], heads: Columns, coder: str) -> bool:
    """Whether all records are events of this coder, in the version that this release reads.

    Parameters
    ----------
    records
        At least one.
    heads
        Their columns for the keys of `HEAD`.
    coder
        Whose log it is.

    Returns
    -------
    bool
        True: `check_fields` passes each of them, and none is nested deeper than `MAX_DEPTH`. False: ask for each.

    Raises
    ------
    KeyError, TypeError, AttributeError
        Where a key is missing, or a value is of a kind that cannot even be asked: ask for each.
    """
    frames: list[Fields] = []
    stances: list[Fields] = []
    others: list[Fields] = []
    homes = {"frame": frames, "stance": stances}
    for fields in records:
        (homes[fields["type"]] if fields["event"] in RECORD_EVENTS else others).append(fields)
    return (
        _are_heads(heads, coder)
        and all(map(_is_sound, others))
        and (not frames or _are_frames(frames))
        and (not stances or _are_stances(stances))
    )


def _are_heads(columns: Columns, coder: str) -> bool:
    versions, seqs, ids, bases = columns["v"], columns["seq"], columns["id"], columns["base"]
    named, based = [id is not None for id in ids], [base is not None for base in bases]
    given = [*columns["event_id"], *filter(None, ids), *filter(None, bases)]
    return (
        set(columns["coder"]) == {coder}
        and _are(int, versions)
        and set(versions) == {FORMAT_VERSION}
        and _are(int, seqs)
        and min(seqs) > 0
        and max(seqs) <= MAX_INTEGER
        and set(zip(columns["event"], named, based, strict=True)) <= _NAMES_AND_REPLACES
        and len(given) == len(ids) + sum(named) + sum(based)
        and _are_ids(given)
        and _are(str, columns["at"])
        and are_times(columns["at"])
        and all(map(is_article, set(columns["article"])))
    )


def _is_sound(fields: Fields) -> bool:
    """Whether a retraction or a status, of which there are few, passes the check of one record."""
    try:
        check_fields(fields)
    except BadLine:
        return False
    return _are_flat(fields.values())


def _are_frames(records: Sequence[Fields]) -> bool:
    columns = read_columns(records, _FRAME)
    spans, voices, saliences = columns["spans"], columns["voice"], columns["salience"]
    slots = [voice for voice in voices if voice is not None and not (len(voice) == 1 and voice.get("author") is True)]
    return (
        _are_records(records, columns)
        and _are(list, spans)
        and set(saliences) <= {None, *SALIENCES}
        and all(own or salience for own, salience in zip(spans, saliences, strict=True))
        and _are_spans([*chain.from_iterable(spans), *_spans_of(slots)])
    )


def _are_stances(records: Sequence[Fields]) -> bool:
    columns = read_columns(records, _STANCE)
    holders, cues = columns["holder"], columns["cue"]
    implicit = [holder["implicit"] for holder in holders if "implicit" in holder]
    slots = [*columns["target"], *(holder for holder in holders if len(holder) != 1)]
    return (
        _are_records(records, columns)
        and _are(list, cues)
        and _are(dict, holders)
        and len(implicit) + len(slots) == 2 * len(records)
        and set(implicit) <= {*IMPLICIT_HOLDERS}
        and _are_texts_or_none(columns["expression"])
        and _are_spans([*chain.from_iterable(cues), *_spans_of(slots)])
    )


def _are_records(records: Sequence[Fields], columns: Columns) -> bool:
    """Whether what frames and stances have in common is right."""
    attrs, labels = columns["attrs"], columns["label"]
    usual = len(HEAD) + len(columns)
    extra = (v for fields in records if len(fields) > usual for key, v in fields.items() if key not in columns)
    return (
        all(map(is_sha256, set(columns["sha256"]) - {None}))
        and _are(str, labels)
        and "" not in labels
        and _are(dict, attrs)
        and _are_flat(chain(extra, *map(dict.values, filter(None, attrs))))
        and _are(list, columns["links"])
        and all(is_link(link) and len(link) == 2 for link in chain.from_iterable(columns["links"]))
        and _are(list, columns["decides"])
        and all(map(is_id, chain.from_iterable(columns["decides"])))
        and all(map(is_name, set(columns["origin"])))
        and _are_confidences(columns["confidence"])
        and _are_texts_or_none(columns["comment"])
        and _are_texts_or_none(columns["codebook"])
    )


def _spans_of(slots: Sequence[Any]) -> list[Any]:
    """Return the spans of slots; raise TypeError where something is not a slot and nothing else."""
    if not slots:
        return []
    columns = read_columns(slots, _SLOT)
    entities = columns["entity"]
    filled = all(span is not None or entity for span, entity in zip(columns["span"], entities, strict=True))
    if not (_are(dict, slots) and set(map(len, slots)) == {len(_SLOT)} and _are_texts_or_none(entities) and filled):
        raise TypeError("not a slot")
    return [span for span in columns["span"] if span is not None]


def _are_spans(spans: Sequence[Any]) -> bool:
    if not spans:
        return True
    columns = read_columns(spans, _SPAN)
    starts, ends, quotes = columns["start"], columns["end"], columns["quote"]
    return (
        _are(dict, spans)
        and set(map(len, spans)) == {len(_SPAN)}
        and _are(int, starts)
        and _are(int, ends)
        and min(starts) >= 0
        and all(map(lt, starts, ends))
        and all(map(_are_texts_or_none, (quotes, columns["prefix"], columns["suffix"])))
        and _have_lengths(quotes, list(map(sub, ends, starts)))
    )


def _have_lengths(quotes: Sequence[str | None], lengths: Sequence[int]) -> bool:
    if None not in quotes:
        return list(map(len, quotes)) == lengths  # type: ignore[arg-type]
    return all(quote is None or len(quote) == length for quote, length in zip(quotes, lengths, strict=True))


def _are_confidences(values: Iterable[Any]) -> bool:
    given = [value for value in values if value is not None]
    return set(map(type, given)) <= {int, float} and all(0 <= value <= 1 for value in given)


def _are(kind: type, values: Iterable[Any]) -> bool:
    return set(map(type, values)) == {kind}


def _are_texts_or_none(values: Iterable[Any]) -> bool:
    return set(map(type, values)) <= {str, type(None)}


def _are_flat(values: Iterable[Any]) -> bool:
    return not {dict, list} & set(map(type, values))


def _are_ids(values: Sequence[Any]) -> bool:
    joined = "".join(values)
    lengths = set(map(len, values))
    return joined.isascii() and joined.isprintable() and min(lengths) > 0 and max(lengths) <= 200
