"""Where shards lie: a folder, or an object store behind fsspec. On both, what stands under its name is whole.

A `Shelf` knows nothing of parses; it can be pickled, so that the workers of a cluster write where the caller reads.
Names that begin with ``.`` or ``_`` are not part of the data set: readers of Parquet folders leave them out.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from corpus_tools.text.errors import InputError

__all__ = ["FolderShelf", "ObjectShelf", "Shelf", "open_shelf"]

ATOMIC = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "ossfs", "memory"})
"""Protocols under which an object appears as a whole; elsewhere a temporary name and a rename see to it."""

AT_ONCE = 32
"""Objects that are fetched together when a store is opened."""

_SHARD = re.compile(r"[0-9a-f]+-[0-9a-f]+\.parquet")


class Shelf(Protocol):
    """What a store needs of the place where its shards lie.

    Attributes
    ----------
    address : str
        What messages call it.
    """

    address: str

    def list_shards(self) -> list[str]:
        """Names of all shards, sorted."""

    def list_notes(self, folder: str) -> list[str]:
        """Names of the files in a folder beside the shards, for `read`."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes under a name, None where there is nothing."""

    def read_many(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield names and bytes of those that are (still) there."""

    def write(self, name: str, data: bytes) -> None:
        """Put bytes under a name, durably: all of them, or none."""

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""

    def set_aside(self, name: str) -> None:
        """Rename a shard that is damaged to ``_<name>.corrupt``."""


def open_shelf(cache: str | os.PathLike[str], folder: str) -> Shelf:
    """Open the shelf `folder` of a cache: a path, or an address such as ``s3://bucket/parses`` that fsspec knows.

    Raises
    ------
    InputError
        The path is a file, or fsspec cannot open the address.
    """
    if "://" in os.fspath(cache):
        return ObjectShelf(f"{str(cache).rstrip('/')}/{folder}")
    if Path(cache).exists() and not Path(cache).is_dir():
        raise InputError("the cache is a file", where=str(cache), remedy="name a folder, or a path that is free")
    return FolderShelf(Path(cache).resolve() / folder)


class FolderShelf:
    """A folder: each file is written to a temporary name, synced and renamed. Reading needs no right to write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)

    def list_shards(self) -> list[str]:
        """Names of all shards, sorted."""
        there = os.listdir(self.folder) if self.folder.is_dir() else []
        return sorted(name for name in there if _SHARD.fullmatch(name))

    def list_notes(self, folder: str) -> list[str]:
        """Names of the files in a folder beside the shards."""
        return sorted(f"{folder}/{path.name}" for path in (self.folder / folder).glob("[!.]*"))

    def read(self, name: str) -> bytes | None:
        """Return the bytes under a name, None where there is nothing."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def read_many(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield names and bytes of those that are there."""
        return ((name, data) for name in names if (data := self.read(name)) is not None)

    def write(self, name: str, data: bytes) -> None:
        """Put bytes under a name: on disk when this returns."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_durably(path, data)

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        (self.folder / name).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """Rename a shard that is damaged."""
        os.replace(self.folder / name, self.folder / f"_{name}.corrupt")


class ObjectShelf:
    """A prefix in an object store, or a folder of any other file system that fsspec opens.

    An object store puts an object as a whole; what is read is verified against its name in any case.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        _ = self._place  # a wrong address is the caller's error, here

    def __getstate__(self) -> dict[str, str]:
        return {"address": self.address}

    @cached_property
    def _place(self) -> tuple[Any, str]:
        import fsspec

        try:
            files, root = fsspec.core.url_to_fs(self.address)
        except ImportError as error:
            what = f"the package for this kind of address is not installed ({error})"
            raise InputError(what, where=self.address, remedy="pip install s3fs, gcsfs or adlfs, as it says") from error
        except ValueError as error:
            raise InputError(f"no kind of cache ({error})", where=self.address, remedy="give a folder") from error
        return files, root

    def list_shards(self) -> list[str]:
        """Names of all shards, sorted."""
        return [name for name in self._list("") if _SHARD.fullmatch(name)]

    def list_notes(self, folder: str) -> list[str]:
        """Names of the files in a folder beside the shards."""
        return [f"{folder}/{name}" for name in self._list(folder)]

    def read(self, name: str) -> bytes | None:
        """Return the bytes under a name, None where there is nothing."""
        files, root = self._place
        try:
            return bytes(files.cat_file(f"{root}/{name}"))
        except FileNotFoundError:
            return None

    def read_many(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield names and bytes, some fetched together."""
        files, root = self._place
        for first in range(0, len(names), AT_ONCE):
            found = files.cat([f"{root}/{name}" for name in names[first : first + AT_ONCE]], on_error="omit")
            yield from ((PurePosixPath(path).name, bytes(found[path])) for path in sorted(found))

    def write(self, name: str, data: bytes) -> None:
        """Put bytes under a name."""
        files, root = self._place
        protocols = {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)
        path = f"{root}/{name}"
        if protocols & ATOMIC:
            files.pipe_file(path, data)
            return
        temporary = f"{root}/{_temporary_name(name)}"
        files.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
        files.pipe_file(temporary, data)
        files.mv(temporary, path)

    def remove(self, name: str) -> None:
        """Remove an object; nothing happens where there is none."""
        files, root = self._place
        if files.exists(f"{root}/{name}"):
            files.rm_file(f"{root}/{name}")

    def set_aside(self, name: str) -> None:
        """Rename a shard that is damaged."""
        files, root = self._place
        files.mv(f"{root}/{name}", f"{root}/_{name}.corrupt")

    def _list(self, folder: str) -> list[str]:
        files, root = self._place
        files.invalidate_cache()
        try:
            return sorted(PurePosixPath(path).name for path in files.ls(f"{root}/{folder}".rstrip("/"), detail=False))
        except FileNotFoundError:
            return []


def _temporary_name(name: str) -> str:
    return f".{PurePosixPath(name).name[:40]}.{uuid.uuid4().hex}.tmp"


def _write_durably(path: Path, data: bytes) -> None:
    temporary = path.with_name(_temporary_name(path.name))
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
