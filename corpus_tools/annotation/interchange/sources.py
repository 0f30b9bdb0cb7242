"""What an import reads from: a file, a folder or a zip, with bounds.

A zip from a stranger may name files outside the folder, or unpack to more than any disk holds. Nothing is ever
unpacked to disk; members are read one at a time, and each of them, their sum and their compression ratio is bounded.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from corpus_tools.text.errors import InputError

__all__ = ["Limits", "Member", "Source"]

_CHUNK = 1 << 20
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a zip may unpack to.

    Attributes
    ----------
    member, total : int
        Bytes of one member, and of all members that are read.
    ratio : int
        Unpacked to packed bytes of a member, asked of members over 1 MiB.
    members : int
        Entries.
    """

    member: int = 256 << 20
    total: int = 1 << 30
    ratio: int = 200
    members: int = 100_000


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name in the source, where it is for messages, and its bytes."""

    name: str
    where: str
    data: bytes

    @property
    def stem(self) -> str:
        """The name without folders and without its last suffix."""
        return PurePosixPath(self.name).stem


class Source:
    """A file, a folder or a zip that an importer reads from.

    Parameters
    ----------
    path
        The path; a zip is known by its first bytes.
    limits
        Bounds of what a zip may unpack to.

    Raises
    ------
    InputError
        If there is nothing at the path.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits | None = None) -> None:
        self.path = Path(path)
        self.limits = limits or Limits()
        if not self.path.exists():
            raise InputError("no such file or folder", where=str(path), remedy="check the path")

    def members(self, suffixes: Iterable[str], *, may_be_empty: bool = False) -> Iterator[Member]:
        """Yield the files with these suffixes in the order of their names; a single file whatever its name.

        Raises
        ------
        InputError
            If there is none, a file is empty or cannot be read, or a zip breaks its bounds.
        """
        wanted = tuple(suffixes)
        found = False
        for member in self._all(wanted):
            found = True
            if not member.data and not may_be_empty:
                raise InputError("the file is empty", where=member.where, remedy="export it again")
            yield member
        if not found:
            what = f"holds no file that ends in {' or '.join(wanted)}"
            raise InputError(what, where=str(self.path), remedy="give the export itself")

    def _all(self, wanted: tuple[str, ...]) -> Iterator[Member]:
        if self.path.is_dir():
            for file in sorted(self.path.rglob("*")):
                name = file.relative_to(self.path).as_posix()
                if _is_wanted(name, wanted) and file.is_file() and not file.is_symlink():
                    yield Member(name, str(file), _read(file))
            return
        with self.path.open("rb") as stream:
            is_zip = stream.read(4) == _ZIP
        if is_zip:
            with self.path.open("rb") as stream:
                yield from _Zip(self.limits).read(stream, str(self.path), "", wanted)
        else:
            yield Member(self.path.name, str(self.path), _read(self.path))


class _Zip:
    """Reads zips within one budget; a zip in a zip is opened once, as INCEpTION's project exports need it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.read_bytes = 0

    def read(self, stream: IO[bytes], where: str, folder: str, wanted: tuple[str, ...]) -> Iterator[Member]:
        try:
            with zipfile.ZipFile(stream) as archive:
                for info in self._entries(archive, where):
                    place = f"{where}!{info.filename}"
                    if _is_wanted(info.filename, wanted):
                        yield Member(folder + info.filename, place, self._unpack(archive, info, place))
                    elif info.filename.lower().endswith(".zip") and not folder:
                        inner = io.BytesIO(self._unpack(archive, info, place))
                        yield from self.read(inner, place, f"{info.filename}/", wanted)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise InputError(f"the zip cannot be read ({error})", where=where, remedy="export it again") from error

    def _entries(self, archive: zipfile.ZipFile, where: str) -> list[zipfile.ZipInfo]:
        entries = archive.infolist()
        if len(entries) > self.limits.members:
            what = f"the zip has {len(entries):,} entries, more than {self.limits.members:,}"
            raise InputError(what, where=where, remedy="export fewer documents at a time")
        seen: set[str] = set()
        for info in entries:
            _check_name(info, where)
            if info.filename in seen:
                raise InputError(f"the zip has two entries {info.filename!r}", where=where, remedy="export it again")
            seen.add(info.filename)
        files = (info for info in entries if not info.is_dir())
        return sorted(files, key=lambda info: info.filename)

    def _unpack(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> bytes:
        # The sizes that the directory states are not believed: bytes are counted as they come.
        limits, parts, size = self.limits, [], 0
        with archive.open(info) as stream:
            while part := stream.read(_CHUNK):
                parts.append(part)
                size += len(part)
                self.read_bytes += len(part)
                if size > limits.member:
                    _refuse_bomb(f"unpacks to more than {limits.member:,} bytes", where)
                if size > _CHUNK and size > limits.ratio * max(info.compress_size, 1):
                    _refuse_bomb(f"unpacks to more than {limits.ratio} times its size", where)
                if self.read_bytes > limits.total:
                    _refuse_bomb(f"unpacks, with those before it, to more than {limits.total:,} bytes", where)
        return b"".join(parts)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(file), remedy="check the path") from error


def _is_wanted(name: str, wanted: tuple[str, ...]) -> bool:
    parts = PurePosixPath(name).parts
    return name.lower().endswith(wanted) and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _check_name(info: zipfile.ZipInfo, where: str) -> None:
    name = info.filename
    parts = name.split("/")
    outside = name.startswith("/") or "\\" in name or ":" in parts[0] or ".." in parts or "\0" in info.orig_filename
    if outside:
        raise InputError(f"the zip names {name!r}, outside its folder", where=where, remedy="do not trust this file")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise InputError(f"the zip holds a link {name!r}", where=where, remedy="pack the files themselves")


def _refuse_bomb(what: str, where: str) -> NoReturn:
    raise InputError(what, where=where, remedy="unpack it yourself if you trust it, and give the folder")
