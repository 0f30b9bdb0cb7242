"""The lock of a log: one process, and one writer of it, has the log open for writing."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from corpus_tools.text.errors import InputError

__all__ = ["Lock", "LockedError"]


class LockedError(InputError):
    """Another process, or another writer of this one, has the log open for writing."""


class Lock:
    """An exclusive lock beside the log: ``.<log>.lock`` holds the owner's process id and is gone when nobody writes."""

    def __init__(self, log: Path) -> None:
        self.path = log.with_name(f".{log.name}.lock")
        self._fd = self._acquire(log)

    def _acquire(self, log: Path) -> int:
        while True:
            fd = self._open(log)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_same_file(fd, self.path):
                    os.ftruncate(fd, 0)
                    os.write(fd, f"{os.getpid()}\n".encode())
                    return fd
                os.close(fd)  # its owner removed it between our open and our lock: it guards nothing any more
            except OSError as error:
                owner = _read_owner(fd) if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
                os.close(fd)
                if owner is None:
                    raise InputError(
                        f"cannot be locked ({error.strerror})", where=str(log), remedy="use a local disk"
                    ) from error
                raise LockedError(
                    f"process {owner} is writing to it", where=str(log), remedy="close that writer first"
                ) from error

    def _open(self, log: Path) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            raise InputError(
                f"cannot be locked ({error.strerror})", where=str(log), remedy="check the folder's permissions"
            ) from error

    def release(self, *, owner: bool = True) -> None:
        """Remove the lock file while it is still held, so that nobody can hold a lock on a file that is gone."""
        if owner and _is_same_file(self._fd, self.path):
            self.path.unlink(missing_ok=True)
        os.close(self._fd)


def _read_owner(fd: int) -> str:
    """Return the process id in a lock file; an owner who has just come may not have written it yet."""
    owner = ""
    for _ in range(50):
        owner = os.pread(fd, 32, 0).decode(errors="replace").strip()
        if owner.isdecimal() and _is_alive(int(owner)):
            break
        time.sleep(0.001)
    return owner or "?"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):  # no such process, as after a crash
        return False
    return True


def _is_same_file(fd: int, path: Path) -> bool:
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    mine = os.fstat(fd)
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
