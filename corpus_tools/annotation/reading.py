"""Reading a log: its bytes become events, and everything that is wrong with it is found with line and byte.

A reader never writes and never waits for a writer. A line counts when its line feed is there: what follows the last
line feed is a record that is being written or that was torn by a crash, and is left out with a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus_tools.annotation.codec import Event, parse_line
from corpus_tools.annotation.entries import Entry, make_entry, paused_collector, read_entries
from corpus_tools.annotation.fields import BadLine, ForeignLine
from corpus_tools.annotation.identifiers import check_coder_id
from corpus_tools.text.decoding import is_special
from corpus_tools.text.errors import InputError

__all__ = ["BOM", "Damage", "LogContent", "check_log_name", "list_logs", "parse_own_line", "read_log", "scan_log"]

BOM = b"\xef\xbb\xbf"
_BATCH = 64  # measured: fewer lines cost more calls, more lines leave the processor's cache


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that is no record: its number from 1, the byte of the file, what is wrong and what to do."""

    line: int
    byte: int
    what: str
    remedy: str


@dataclass(slots=True)
class LogContent:
    """What the bytes of a log hold.

    Attributes
    ----------
    name : str
        The file's name, for messages.
    entries : list of Entry
        The good lines in file order.
    damage : list of Damage
        The bad lines.
    torn : int or None
        The byte from which on an unfinished last line stands.
    """

    name: str
    entries: list[Entry] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    torn: int | None = None

    def events(self) -> list[Event]:
        """Return the good events in file order."""
        return [Event(entry.fields, entry.number) for entry in self.entries]

    def refuse_damage(self) -> None:
        """Raise an InputError that names the first bad line, if there is one."""
        if self.damage:
            first = self.damage[0]
            more = f" (and {len(self.damage) - 1} more bad lines)" if len(self.damage) > 1 else ""
            raise InputError(
                f"{first.what} (byte {first.byte}){more}", where=f"{self.name}:{first.line}", remedy=first.remedy
            )


def list_logs(folder: Path) -> list[Path]:
    """Return the logs of a folder by name; hidden files, such as other systems leave behind, are none."""
    return sorted(path for path in folder.glob("*.jsonl") if not path.name.startswith("."))


def check_log_name(path: Path) -> str:
    """Return the coder whose log the file is, or raise an InputError when its name is no coder's."""
    remedy = "name it <coder>.jsonl, or keep it elsewhere"
    if path.suffix != ".jsonl":
        raise InputError("is not a .jsonl file", where=str(path), remedy=remedy)
    try:
        return check_coder_id(path.stem)
    except InputError as error:
        raise InputError(error.what, where=str(path), remedy=remedy) from error


def read_log(path: Path) -> LogContent:
    """Read a log file; one that does not exist is empty.

    Raises
    ------
    InputError
        When it cannot be read; what is wrong inside it is in the content's `damage`.
    """
    if is_special(path):
        raise InputError("is not a regular file", where=str(path), remedy="give a plain file")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), remedy="check the file") from error
    return scan_log(data, path.name)


@paused_collector()
def scan_log(data: bytes, name: str) -> LogContent:
    r"""Take the bytes of a log apart.

    Lines end at ``\n`` alone: U+2028, U+0085 and the like belong to the records in which they stand. A byte order mark
    is passed over at the start of the file.
    """
    content = LogContent(name)
    start = len(BOM) if data.startswith(BOM) else 0
    end = data.rfind(b"\n") + 1
    if max(end, start) < len(data):
        content.torn = max(end, start)
    lines = data[start:end].split(b"\n")[:-1]
    coder = name.removesuffix(".jsonl")
    for first in range(0, len(lines), _BATCH):
        batch = lines[first : first + _BATCH]
        entries = read_entries(batch, first + 1, coder)
        if entries is None:
            _scan_singly(content, batch, first + 1, start, coder)
        else:
            content.entries += entries
        start += sum(map(len, batch)) + len(batch)
    return content


def parse_own_line(line: bytes, coder: str) -> dict[str, Any]:
    """Return the fields of a line of a coder's log, or raise `BadLine`."""
    fields = parse_line(line)
    if fields["coder"] != coder:
        what = f"the record is by {fields['coder']!r}, but the file is the log of {coder!r}"
        raise ForeignLine(what, "move it to its coder's file")
    return fields


def _scan_singly(content: LogContent, lines: list[bytes], number: int, start: int, coder: str) -> None:
    """Read lines one by one; `start` is the byte at which the first stands."""
    for offset, line in enumerate(lines):
        try:
            content.entries.append(make_entry(parse_own_line(line, coder), line, number + offset))
        except BadLine as error:
            content.damage.append(Damage(number + offset, start + error.byte, error.what, error.remedy))
        start += len(line) + 1
