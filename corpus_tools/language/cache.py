"""Where shards are kept: on a shelf, content addressed and safe against crashes, or in memory for one session.

Layout of a cache folder (or of the same under an address such as ``s3://bucket/parses``)::

    <cache>/parses/<hash of the configuration>/_configuration.json
    <cache>/parses/<hash of the configuration>/<about>-<sha256 of the file>.parquet
    <cache>/parses/<hash of the configuration>/_quarantine/<key>.json

A shard is written to a temporary name, synced and renamed: a file under its own name is whole, and its name proves it.
Two runs at once may write the same shard; they write the same bytes. A file whose bytes do not match its name is set
aside as ``_*.corrupt`` with a warning, and its articles are parsed again. Two files about the same articles that differ
are reported: parsing is meant to be deterministic. Reading needs no right to write.

A text that killed the process that parsed it is in quarantine, with the reason, and not tried again until
``corpus-tools cache prune --quarantine`` releases it.

The shards are one data set; `docs/scale.md` has its columns and how to query it. The column ``article`` is the id under
which a text was parsed first; a text that came back under another id shares its ``key``.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Protocol

import pyarrow as pa

from corpus_tools.language.shards import ShardHeader, decode_header, decode_table, hash_configuration, name_of
from corpus_tools.language.shelves import Shelf, open_shelf
from corpus_tools.text.errors import InputError, InputWarning

__all__ = ["CONFIGURATION", "QUARANTINE", "MemoryStore", "ShelfStore", "Store", "open_store", "put_shard"]

CONFIGURATION = "_configuration.json"

QUARANTINE = "_quarantine"

DECODED = 4
"""Shards kept decoded: a walk in corpus order needs one, a comparison of neighbours two."""


class Store(Protocol):
    """What :func:`corpus_tools.language.parses.parse` needs of a place for shards.

    Attributes
    ----------
    configuration : dict
    """

    configuration: dict[str, Any]

    def __contains__(self, key: object) -> bool:
        """Tell whether the key is answered, by a table or by a reason."""

    def reason(self, key: str) -> str | None:
        """Say why there is no table for the key; None if there is one, or the key is unknown."""

    def add(self, data: bytes) -> ShardHeader:
        """Keep a shard."""

    def enter(self, name: str, header: ShardHeader) -> None:
        """Take note of a shard that another process put on the shelf."""

    def quarantine(self, key: str, article: str, reason: str) -> None:
        """Keep the reason why a text shall not be tried again."""

    def load(self, key: str) -> pa.Table:
        """Return the token table under a key."""


def open_store(cache: str | os.PathLike[str] | None, configuration: Mapping[str, Any]) -> ShelfStore | MemoryStore:
    """Open the store in the folder or under the address `cache`, or one in memory where it is None."""
    if cache is None:
        return MemoryStore(configuration)
    return ShelfStore(open_shelf(cache, f"parses/{hash_configuration(configuration)}"), configuration)


def put_shard(shelf: Shelf, data: bytes) -> tuple[str, ShardHeader]:
    """Put a shard on a shelf under the name that its content gives it, and return both name and header."""
    header = decode_header(data)
    name = name_of([*header.rows, *header.skipped], data)
    shelf.write(name, data)
    return name, header


class _Index:
    """Which shard answers which key; derived from the shards' own headers."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self.configuration = dict(configuration)
        self._places: dict[str, tuple[str, int, int]] = {}
        self._reasons: dict[str, str] = {}
        self._decoded: dict[str, pa.Table] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._places or key in self._reasons

    def reason(self, key: str) -> str | None:
        """Say why there is no table for the key; None if there is one, or the key is unknown."""
        return None if key in self._places else self._reasons.get(key)

    def load(self, key: str) -> pa.Table:
        """Return the token table under a key (KeyError where there is none)."""
        name, start, stop = self._places[key]
        table = self._decoded.get(name)
        if table is None:
            table = self._decoded[name] = decode_table(self._read(name))
            while len(self._decoded) > DECODED:
                del self._decoded[next(iter(self._decoded))]
        return table.slice(start, stop - start)

    def enter(self, name: str, header: ShardHeader) -> None:
        """Take note of a shard."""
        for key, (start, stop) in header.rows.items():
            self._places.setdefault(key, (name, start, stop))
        self._reasons.update(header.skipped)

    def quarantine(self, key: str, article: str, reason: str) -> None:
        """Keep the reason why a text shall not be tried again."""
        self._reasons[key] = reason

    def _read(self, name: str) -> bytes:
        raise NotImplementedError

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_decoded": {}}  # decoded tables are heavy and come back by themselves


class MemoryStore(_Index):
    """Shards held as compressed bytes for as long as the parses that refer to them."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        self._shards: dict[str, bytes] = {}

    def add(self, data: bytes) -> ShardHeader:
        """Keep a shard."""
        header = decode_header(data)
        name = name_of([*header.rows, *header.skipped], data)
        self._shards[name] = data
        self.enter(name, header)
        return header

    def _read(self, name: str) -> bytes:
        return self._shards[name]


class ShelfStore(_Index):
    """Shards on a shelf of the cache; opening it verifies every shard."""

    def __init__(self, shelf: Shelf, configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        self.shelf = shelf
        self._attempts: dict[str, str] = {}
        self._described = False
        for path in shelf.list_notes(QUARANTINE):
            note = json.loads(shelf.read(path) or b"{}")
            self._reasons[PurePosixPath(path).stem] = note.get("reason", "in quarantine")
        self.refresh()

    def refresh(self) -> None:
        """Take in the shards that other runs, or other attempts, have put on the shelf since; verify each."""
        known = set(self._attempts.values())
        for name, data in self.shelf.read_many([name for name in self.shelf.list_shards() if name not in known]):
            try:
                if _content_hash(name) != hashlib.sha256(data).hexdigest():
                    raise ValueError("its bytes are not those that were written")
                self.enter(name, decode_header(data))
            except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
                self._set_aside(name, error)

    def add(self, data: bytes) -> ShardHeader:
        """Keep a shard: on disk, under its final name, when this returns."""
        self.describe()
        name, header = put_shard(self.shelf, data)
        self.enter(name, header)
        return header

    def describe(self) -> None:
        """Write the configuration beside the shards, once."""
        if not self._described and self.shelf.read(CONFIGURATION) is None:
            text = json.dumps(self.configuration, indent=1, sort_keys=True) + "\n"
            self.shelf.write(CONFIGURATION, text.encode("utf-8"))
        self._described = True

    def enter(self, name: str, header: ShardHeader) -> None:
        """Take note of a shard, and warn where the same articles were parsed before with another result."""
        about = name.partition("-")[0]
        first = self._attempts.setdefault(about, name)
        super().enter(name, header)
        if first != name:
            what = f"two parses of the same articles differ ({first[:24]}... and {name[:24]}...)"
            text = f"{self.shelf.address}: {what}; the first is used, please report it"
            warnings.warn(text, InputWarning, stacklevel=4)

    def quarantine(self, key: str, article: str, reason: str) -> None:
        """Keep the reason why a text shall not be tried again, on the shelf too."""
        super().quarantine(key, article, reason)
        note = json.dumps({"article": article, "reason": reason}) + "\n"
        self.shelf.write(f"{QUARANTINE}/{key}.json", note.encode("ascii"))

    def _read(self, name: str) -> bytes:
        data = self.shelf.read(name) or b""
        if _content_hash(name) != hashlib.sha256(data).hexdigest():
            what = f"the cached shard {name[:16]}... was changed or removed after it was opened"
            raise InputError(what, where=self.shelf.address, remedy="call parse() again; it parses what is missing")
        return data

    def _set_aside(self, name: str, error: Exception) -> None:
        self.shelf.set_aside(name)
        what = f"a damaged shard of the parse cache ({error}) was set aside as _*.corrupt"
        text = f"{self.shelf.address}/{name}: {what}; its articles are parsed again"
        warnings.warn(text, InputWarning, stacklevel=5)


def _content_hash(name: str) -> str:
    return name.removesuffix(".parquet").partition("-")[2]
