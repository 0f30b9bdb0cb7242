"""The one exception for bad input, and its warning.

>>> str(InputError("byte 0x92 at offset 17 is not UTF-8", where="a.txt", remedy="pass encoding='cp1252'"))
"a.txt: byte 0x92 at offset 17 is not UTF-8; pass encoding='cp1252'"
"""

from __future__ import annotations

__all__ = ["InputError", "InputWarning"]


class InputError(ValueError):
    """Something that came from outside is wrong: a file, an id, an offset, an argument.

    Parameters
    ----------
    what : str
        What is wrong.
    where : str, optional
        The file, or ``file:line``, or the name of the thing.
    remedy : str, optional
        What to do about it.

    Notes
    -----
    ``str(error)`` is ``where: what; remedy`` on a single line, ready for a terminal.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        # The message is the only positional argument, so that the error survives pickling between processes.
        super().__init__(_join_on_one_line(what, where, remedy))
        self.what = what
        self.where = where
        self.remedy = remedy


class InputWarning(UserWarning):
    """Input that was accepted, but of which the user should know something."""


def _join_on_one_line(what: str, where: str | None, remedy: str | None) -> str:
    message = what if where is None else f"{where}: {what}"
    if remedy is not None:
        message = f"{message}; {remedy}"
    return " ".join(message.splitlines())
