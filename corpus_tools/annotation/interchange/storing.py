"""Imported items into a store: checked all, then written, those of a coder all or none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.coercion import Link
from corpus_tools.annotation.interchange.items import Item
from corpus_tools.annotation.layout import STATUSES
from corpus_tools.annotation.records import Record, payload_of, record_of
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.annotation.store import AnnotationStore

__all__ = ["store_items"]

_NAMESPACE = uuid.UUID("6f6b7c1e-4c1b-5e0e-9a43-2f6a6d1c9b10")  # of our own, for ids made from content


def store_items(
    items: Sequence[Item], store: AnnotationStore, *, status: str | None, articles: Iterable[str]
) -> list[str]:
    """Write the items, and return their ids in order; see `Imported.write`."""
    if status is not None and status not in STATUSES:
        raise InputError(f"status {status!r} is unknown", remedy=f"use one of {', '.join(STATUSES)}")
    ids = _choose_ids(items, store)
    records = [_relink(item.record, ids, items) for item in items]
    checker = Checker(store.corpus, store.codebook)
    completed = [record_of(checker.complete(_fields(record))) for record in records]
    _check_logs(store, items, ids, completed)
    coders = list(dict.fromkeys(item.coder or "" for item in items))
    for coder in coders:
        with store.writer(coder) as log:
            own = [number for number, item in enumerate(items) if item.coder == coder]
            log.add_all([completed[number] for number in own], ids=[ids[number] for number in own])
            if status is not None:
                known = store.statuses(coder)
                for article in articles:
                    if known.get(article) != status:
                        log.status(article, status)
    return ids


def _fields(record: Record) -> dict[str, Any]:
    return {"event": "add", "codebook": None, **payload_of(record)}


def _choose_ids(items: Sequence[Item], store: AnnotationStore) -> list[str]:
    owners = {event.id: coder for coder in store.coders for event in store.events(coder) if event.id is not None}
    count: dict[str, int] = {}
    ids = []
    for item in items:
        if item.id is not None and owners.get(item.id, item.coder) == item.coder:
            ids.append(item.id)
            continue
        # Without an id of its own, or with one that is another coder's: an id from the content, the same every time.
        name = _name(item)
        count[name] = count.get(name, 0) + 1
        ids.append(str(uuid.uuid5(_NAMESPACE, f"{name}#{count[name]}")))
    return ids


def _name(item: Item) -> str:
    if item.id is not None:
        return f"{item.coder}/{item.id}"
    payload = orjson.dumps(payload_of(item.record), option=orjson.OPT_SORT_KEYS).decode()
    return f"{item.coder}/{payload}"


def _relink(record: Record, ids: list[str], items: Sequence[Item]) -> Record:
    if not record.links and not record.decides:
        return record
    renamed = {item.id: new for item, new in zip(items, ids, strict=True) if item.id is not None}
    links = tuple(Link(renamed.get(link.id, link.id), link.type) for link in record.links)
    return replace(record, links=links, decides=tuple(renamed.get(name, name) for name in record.decides))


def _check_logs(store: AnnotationStore, items: Sequence[Item], ids: list[str], records: Sequence[Record]) -> None:
    """Refuse what the writer would refuse half-way: an id of the coder's own log that says something else by now."""
    for coder in {item.coder or "" for item in items}:
        known = {event.id for event in store.events(coder)} if coder in store.coders else set()
        live = {annotation.id: annotation for annotation in store.annotations(coder)} if known else {}
        for item, id, record in zip(items, ids, records, strict=True):
            if item.coder != coder or id not in known:
                continue
            if id not in live or payload_of(live[id].record) != payload_of(record):
                what = f"annotation {id} is in the log of {coder!r} already and " + (
                    "says something else" if id in live else "was retracted or rejected"
                )
                raise InputError(what, where=str(store.path), remedy="import it under another coder, or use revise")
