"""Files that appear under their name only when they are complete: a reader sees the old one or the new one, no half."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from corpus_tools.text.decoding import is_special
from corpus_tools.text.errors import InputError

__all__ = ["replacing", "write_whole"]


def write_whole(path: Path, content: bytes | str) -> Path:
    """Write a file in one go; text in UTF-8, its line ends as they are.

    Raises
    ------
    InputError
        When the path cannot be written; what stood there still does.
    """
    with replacing(path) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)
    return path


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a stream whose bytes take the place of the file when the block ends well, and are on disk then.

    Raises
    ------
    InputError
        When the path cannot be written, or is a folder or a device; what stood there still does.
    """
    # The same folder, so that the last step is a rename; our process id, so that two writers do not meet.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.is_dir() or is_special(path):
            what = "is a folder" if path.is_dir() else "is not a regular file"
            raise InputError(what, where=str(path), remedy="give the name of a file")
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise InputError(what, where=str(path), remedy="give another path") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
