"""Where shards are kept: in a folder, content addressed and safe against crashes, or in memory for one session.

Layout of a cache folder::

    <cache>/parses/<hash of the configuration>/configuration.json
    <cache>/parses/<hash of the configuration>/<about>-<sha256 of the file>.parquet

A shard is written to a temporary name, synced and renamed: a file under its own name is whole, and its name proves it.
Two runs at once may write the same shard; they write the same bytes. A file whose bytes do not match its name is set
aside as ``*.corrupt`` with a warning, and its articles are parsed again. Two files about the same articles that differ
are reported: parsing is meant to be deterministic. Reading needs no right to write.

As one data set: ``duckdb.sql("select * from '<cache>/parses/<hash>/*.parquet'")``. The column ``article`` is the id
under which a text was parsed first; a text that came back under another id shares its ``key``.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from corpus_tools.language.shards import ShardHeader, decode_header, decode_table, hash_configuration, name_of
from corpus_tools.text.errors import InputError, InputWarning

__all__ = ["FolderStore", "MemoryStore", "Store", "open_store"]

DECODED = 4
"""Shards kept decoded: a walk in corpus order needs one, a comparison of neighbours two."""


class Store(Protocol):
    """What :func:`corpus_tools.language.parses.parse` needs of a place for shards."""

    configuration: dict[str, Any]

    def __contains__(self, key: object) -> bool:
        """Tell whether the key is answered, by a table or by a reason."""

    def reason(self, key: str) -> str | None:
        """Say why there is no table for the key; None if there is one, or the key is unknown."""

    def add(self, data: bytes) -> None:
        """Keep a shard."""

    def load(self, key: str) -> pa.Table:
        """Return the token table under a key."""


def open_store(cache: str | os.PathLike[str] | None, configuration: Mapping[str, Any]) -> FolderStore | MemoryStore:
    """Open the store in the folder `cache`, or one in memory where it is None."""
    return MemoryStore(configuration) if cache is None else FolderStore(cache, configuration)


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
        return self._reasons.get(key)

    def load(self, key: str) -> pa.Table:
        """Return the token table under a key (KeyError where there is none)."""
        name, start, stop = self._places[key]
        table = self._decoded.get(name)
        if table is None:
            table = self._decoded[name] = decode_table(self._read(name))
            while len(self._decoded) > DECODED:
                del self._decoded[next(iter(self._decoded))]
        return table.slice(start, stop - start)

    def _enter(self, name: str, header: ShardHeader) -> None:
        for key, (start, stop) in header.rows.items():
            self._places.setdefault(key, (name, start, stop))
        self._reasons.update(header.skipped)

    def _read(self, name: str) -> bytes:
        raise NotImplementedError

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_decoded": {}}  # decoded tables are heavy and come back by themselves


class MemoryStore(_Index):
    """Shards held as compressed bytes for as long as the parses that refer to them."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        self._shards: dict[str, bytes] = {}

    def add(self, data: bytes) -> None:
        """Keep a shard."""
        header = decode_header(data)
        name = name_of([*header.rows, *header.skipped], data)
        self._shards[name] = data
        self._enter(name, header)

    def _read(self, name: str) -> bytes:
        return self._shards[name]


class FolderStore(_Index):
    """Shards in a folder of the cache; opening it verifies every shard.

    Raises
    ------
    InputError
        `cache` is a file, or its folder belongs to another configuration (which a hash collision would mean).
    """

    def __init__(self, cache: str | os.PathLike[str], configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        if Path(cache).exists() and not Path(cache).is_dir():
            raise InputError("the cache is a file", where=str(cache), remedy="name a folder, or a path that is free")
        self.folder = Path(cache) / "parses" / hash_configuration(configuration)
        self._attempts: dict[str, str] = {}
        for path, data in self._shard_files():
            try:
                if _content_hash(path) != hashlib.sha256(data).hexdigest():
                    raise ValueError("its bytes are not those that were written")
                self._enter(path.name, decode_header(data))
                self._compare_attempts(path.name)
            except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
                self._set_aside(path, error)

    def add(self, data: bytes) -> None:
        """Keep a shard: on disk, under its final name, when this returns."""
        header = decode_header(data)
        name = name_of([*header.rows, *header.skipped], data)
        self.folder.mkdir(parents=True, exist_ok=True)
        description = self.folder / "configuration.json"
        if not description.exists():
            text = json.dumps(self.configuration, indent=1, sort_keys=True) + "\n"
            _write_durably(description, text.encode("utf-8"))
        _write_durably(self.folder / name, data)
        self._enter(name, header)
        self._compare_attempts(name)

    def _read(self, name: str) -> bytes:
        try:
            data = (self.folder / name).read_bytes()
        except FileNotFoundError:
            data = b""
        if _content_hash(Path(name)) != hashlib.sha256(data).hexdigest():
            what = f"the cached shard {name[:16]}... was changed or removed after it was opened"
            raise InputError(what, where=str(self.folder), remedy="call parse() again; it parses what is missing")
        return data

    def _shard_files(self) -> Iterator[tuple[Path, bytes]]:
        if self.folder.is_dir():
            for path in sorted(self.folder.glob("[0-9a-f]*-*.parquet")):
                yield path, path.read_bytes()

    def _compare_attempts(self, name: str) -> None:
        """Warn where the same articles were parsed before with another result; the first file counts."""
        about = name.partition("-")[0]
        first = self._attempts.setdefault(about, name)
        if first != name:
            what = f"two parses of the same articles differ ({first[:24]}... and {name[:24]}...)"
            warnings.warn(f"{self.folder}: {what}; the first is used, please report it", InputWarning, stacklevel=4)

    def _set_aside(self, path: Path, error: Exception) -> None:
        os.replace(path, path.with_name(f"{path.name}.corrupt"))
        what = f"a damaged shard of the parse cache ({error}) was set aside as *.corrupt"
        warnings.warn(f"{path}: {what}; its articles are parsed again", InputWarning, stacklevel=5)


def _content_hash(path: Path) -> str:
    return path.name.removesuffix(".parquet").partition("-")[2]


def _write_durably(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name[:40]}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # Without it the new name may be lost in a power cut although the bytes are on disk.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
