"""What an export writes to: a file, a folder or a zip that appears under its name only when it is complete."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from corpus_tools.text.errors import InputError
from corpus_tools.text.writing import replacing, write_whole

__all__ = ["Target", "open_target"]


class Target:
    """Where a format writes: one file (`stream`, and small files beside it), or a folder (`add`)."""

    def __init__(self, stream: IO[bytes] | None, add: Callable[[str, bytes], None]) -> None:
        self._stream = stream
        self.add = add
        """Write a whole file: of a folder by its name, beside a single file by a suffix to that one's name."""

    @property
    def stream(self) -> IO[bytes]:
        """The single file, to be written from its start."""
        if self._stream is None:
            raise TypeError("a folder has no stream")
        return self._stream


@contextmanager
def open_target(path: str | os.PathLike[str], *, folder: bool) -> Iterator[Target]:
    """Open a target; what is written appears under its name only when the block ends well.

    A file replaces one of its name. A folder must be new or empty, so that nothing stale stays beside the export; a
    path that ends in ``.zip`` makes a zip of it.

    Raises
    ------
    InputError
        If the path cannot be written.
    """
    path = Path(path)
    make = _open_file if not folder else _open_zip if path.suffix.lower() == ".zip" else _open_folder
    with make(path) as target:
        yield target


@contextmanager
def _open_file(path: Path) -> Iterator[Target]:
    beside: list[tuple[Path, bytes]] = []
    with replacing(path) as stream:
        yield Target(stream, lambda suffix, data: beside.append((path.with_name(path.name + suffix), data)))
    for other, data in beside:
        write_whole(other, data)


@contextmanager
def _open_zip(path: Path) -> Iterator[Target]:
    with replacing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        names = _Names(path)

        def add(name: str, data: bytes) -> None:
            # A fixed time: the same annotations give the same bytes.
            info = zipfile.ZipInfo(names.take(name))
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)

        yield Target(None, add)


@contextmanager
def _open_folder(path: Path) -> Iterator[Target]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")  # beside it, so that the last step is a rename
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise InputError("is there already and not empty", where=str(path), remedy="give a new folder, or a .zip")
        temporary.mkdir(parents=True)
        names = _Names(path)

        def add(name: str, data: bytes) -> None:
            write_whole(temporary / names.take(name), data)

        yield Target(None, add)
        if path.exists():
            path.rmdir()
        os.replace(temporary, path)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise InputError(what, where=str(path), remedy="give another path") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class _Names:
    """Refuses two names that some file systems hold for one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken: dict[str, str] = {}

    def take(self, name: str) -> str:
        other = self._taken.setdefault(name.casefold(), name)
        if other != name:
            what = f"{other!r} and {name!r} differ only by case, and are one file on some systems"
            raise InputError(what, where=str(self._path), remedy="rename one of the articles")
        return name
