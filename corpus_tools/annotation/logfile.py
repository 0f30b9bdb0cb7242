"""A log file on disk: locked by one process, appended to durably, never rewritten.

`LogFile.append` returns when the bytes are on disk, or raises and leaves the file as it was. What it knows of the file
(identity and length) is checked before each append, so that a file that was replaced, linked elsewhere or written to
by another program is noticed instead of damaged.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from corpus_tools.annotation.locking import Lock
from corpus_tools.text.errors import InputError

__all__ = ["LogFile", "LogWriteError", "sync_folder"]

_OPEN = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class LogWriteError(OSError):
    """The record was not written, and nothing half-written stays."""


class LogFile:
    """One log, open for appending and locked against every other writer.

    Parameters
    ----------
    path
        The file; it is created where there is none.

    Raises
    ------
    LockedError
        When somebody else has it open; the error names the process.
    InputError
        When it is not a regular file, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._name = os.fspath(path)
        self._fd = -1
        self._poison: str | None = None
        self._pid = os.getpid()
        self._lock = Lock(path)
        try:
            self._fd = self._open()
        except BaseException:
            self._lock.release()
            raise
        mine = os.fstat(self._fd)
        self._identity, self._size = (mine.st_dev, mine.st_ino), mine.st_size

    def read(self) -> bytes:
        """Return the bytes of the whole file."""
        data = bytearray()
        while len(data) < self._size:
            part = os.pread(self._fd, min(self._size - len(data), 1 << 24), len(data))
            if not part:
                self._refuse_changed("is shorter than it was")
            data += part
        return bytes(data)

    def append(self, data: bytes) -> None:
        """Append the bytes and return when they are on disk.

        Raises
        ------
        LogWriteError
            When the disk is full or failing, or the file changed under the writer. The file is then as it was before.
        """
        self._check()
        try:
            self._write(data)
            self._sync()
        except BaseException:  # a keyboard interrupt too must not leave a record that nobody acknowledged
            self._cut_back()
            raise
        self._size += len(data)

    def move_tail(self, start: int) -> Path:
        """Move everything from byte `start` to ``<file>.torn`` beside the log, and cut the log there."""
        self._check()
        torn = self.path.with_name(self.path.name + ".torn")
        tail = self.read()[start:]
        fd = os.open(torn, _OPEN, 0o666)
        try:
            if os.write(fd, tail + b"\n") != len(tail) + 1:
                raise self._error(errno.ENOSPC, f"the torn line does not fit into {torn.name}", "make room and repeat")
            os.fsync(fd)
        finally:
            os.close(fd)
        sync_folder(self.path.parent)
        # Only now that the bytes are safe elsewhere may they go from here.
        self._size = start
        self._cut_back()
        return torn

    def restore(self) -> bool:
        """Write a file that was deleted, not one that was moved, anew from the open handle; say whether it was."""
        if self._fd < 0 or os.fstat(self._fd).st_nlink or os.path.lexists(self.path):
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.restored")
        with open(fresh, "wb") as file:
            file.write(self.read())
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.path)
        sync_folder(self.path.parent)
        return True

    def close(self) -> None:
        """Close the file and let others write; a forked child only lets go of its copy."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._lock.release(owner=os.getpid() == self._pid)

    def __enter__(self) -> LogFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.close()

    def _open(self) -> int:
        new = not self.path.exists()
        try:
            fd = os.open(self.path, _OPEN, 0o666)
        except OSError as error:
            what = (
                "is a symbolic link"
                if error.errno == errno.ELOOP
                else f"cannot be opened for writing ({error.strerror})"
            )
            raise InputError(what, where=str(self.path), remedy="give a plain file that you may write") from error
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise InputError("is not a regular file", where=str(self.path), remedy="give a plain file")
            if new:
                os.fsync(fd)
                sync_folder(self.path.parent)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _check(self) -> None:
        if self._fd < 0:
            raise self._error(errno.EBADF, "the writer is closed", "open a new one with store.writer(...)")
        if self._poison:
            raise self._error(errno.EIO, self._poison, "open a new writer, which checks the file, and repeat")
        if os.getpid() != self._pid:
            raise self._error(errno.EPERM, "the writer belongs to the parent process", "open one in this process")
        try:
            there = os.lstat(self._name)
        except OSError:
            self._refuse_changed("was moved or deleted")
        if (there.st_dev, there.st_ino) != self._identity:
            self._refuse_changed("was replaced by another file")
        if there.st_size != self._size:
            self._refuse_changed(f"has {there.st_size} bytes instead of {self._size}: somebody else wrote to it")

    def _refuse_changed(self, what: str) -> NoReturn:
        self._poison = f"the file {what}"
        raise self._error(
            errno.ESTALE,
            f"nothing was written: the file {what}",
            "open a new writer, which checks the file, and repeat",
        )

    def _write(self, data: bytes) -> None:
        try:
            written = os.write(self._fd, data)
        except OSError as error:
            raise self._error(error.errno, f"nothing was written ({error.strerror})", "make room and repeat") from error
        if written != len(data):
            # A full disk takes what fits and reports success; only the length tells.
            what = f"only {written} of {len(data)} bytes fitted and were taken back"
            raise self._error(errno.ENOSPC, what, "make room and repeat")

    def _sync(self) -> None:
        try:
            os.fsync(self._fd)
        except OSError as error:
            # The kernel reports a lost write once and calls the next fsync a success (measured), so this handle
            # can never again say that something is on disk.
            self._poison = f"an earlier fsync failed ({error.strerror})"
            what = f"the record could not be made safe on disk ({error.strerror})"
            raise self._error(error.errno, what, "check the disk, open a new writer and repeat") from error

    def _cut_back(self) -> None:
        """Restore the length before a failed append."""
        try:
            os.ftruncate(self._fd, self._size)
            os.fsync(self._fd)
        except OSError as error:
            self._poison = f"a failed append could not be taken back ({error.strerror})"

    def _error(self, number: int | None, what: str, remedy: str) -> LogWriteError:
        return LogWriteError(number or errno.EIO, f"{what}; {remedy}", str(self.path))


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
