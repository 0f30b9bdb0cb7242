"""From a path to the sources in it, and from sources to an index of articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from corpus_tools.text.article import Article
from corpus_tools.text.decoding import is_special
from corpus_tools.text.errors import InputError
from corpus_tools.text.parquet import ParquetTable
from corpus_tools.text.sources import HtmlFile, Options, Source, TextFile
from corpus_tools.text.tables import DelimitedTable, JsonLines

__all__ = ["KINDS", "Index", "OnError", "Skipped", "Slot", "build_index", "open_sources", "read_slots"]

KINDS = ("txt", "jsonl", "csv", "tsv", "parquet", "html")

_SUFFIXES = {
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".html": "html",
    ".htm": "html",
}
_MAKERS: dict[str, Callable[[Path, Options], Source]] = {
    "txt": TextFile,
    "jsonl": JsonLines,
    "csv": DelimitedTable,
    "tsv": lambda path, options: DelimitedTable(path, options, delimiter="\t"),
    "parquet": ParquetTable,
    "html": HtmlFile,
}

OnError = Literal["raise", "skip"]


class Slot(NamedTuple):
    """Where an article can be read."""

    source: Source
    position: int


class Skipped(NamedTuple):
    """A file, or file and line, that was left out, and why."""

    file: str
    reason: str


Index = dict[str, Slot]


def open_sources(path: str | Path, format: str | None, options: Options) -> tuple[list[Source], list[str]]:
    """Return the sources at a path, in the order of their names, and notes on what was left out.

    Raises
    ------
    InputError
        If there is nothing at the path, or nothing that can be read.
    """
    if format is not None and format not in KINDS:
        raise InputError(f"unknown format {format!r}", remedy=f"use one of {', '.join(KINDS)}")
    path = Path(path)
    if path.is_dir():
        return _open_folder(path, format, options)
    if not path.is_file():
        what = "is not a regular file" if path.exists() else "no such file or folder"
        raise InputError(what, where=str(path), remedy="check the path")
    kind = format or _SUFFIXES.get(path.suffix.lower())
    if kind is None:
        what = f"the kind of this file cannot be told from its suffix {path.suffix!r}"
        remedy = f"pass format= one of {', '.join(KINDS)}, or rename it, such as to {path.stem}.txt"
        raise InputError(what, where=str(path), remedy=remedy)
    return [_MAKERS[kind](path, options)], []


def build_index(sources: Iterable[Source], on_error: OnError) -> tuple[Index, list[Skipped]]:
    """Scan the sources and return where each article can be read, in order.

    Raises
    ------
    InputError
        The first fault, unless `on_error` is ``"skip"``; or if no article is left.
    """
    if on_error not in ("raise", "skip"):
        raise InputError(f"on_error must be 'raise' or 'skip', got {on_error!r}")
    index: Index = {}
    skipped: list[Skipped] = []
    for found in _scan_all(sources, index, thorough=on_error == "skip"):
        if on_error == "raise":
            raise found
        skipped.append(Skipped(found.where or "", found.what))
    return index, skipped


def read_slots(slots: Iterable[Slot]) -> Iterator[Article]:
    """Yield the articles of these slots; neighbours in one source are read in one go."""
    run: list[int] = []
    source: Source | None = None
    for slot in slots:
        if source is not None and slot.source is not source:
            yield from source.read(run)
            run = []
        source = slot.source
        run.append(slot.position)
    if source is not None:
        yield from source.read(run)


def _scan_all(sources: Iterable[Source], index: Index, *, thorough: bool) -> Iterator[InputError]:
    for source in sources:
        for found in source.scan(thorough=thorough):
            if isinstance(found, InputError):
                yield found
            elif found.id in index:
                yield _say_duplicate(found.id, index[found.id], Slot(source, found.position))
            else:
                index[found.id] = Slot(source, found.position)


def _say_duplicate(id: str, first: Slot, second: Slot) -> InputError:
    what = f"the article id {id!r} is used a second time, first in {first.source.place(first.position)}"
    return InputError(what, where=second.source.place(second.position), remedy="rename one of the two")


def _open_folder(folder: Path, format: str | None, options: Options) -> tuple[list[Source], list[str]]:
    visible = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    folders = [entry.name for entry in visible if entry.is_dir()]
    files = [entry for entry in visible if not entry.is_dir()]
    kinds = [(entry, _SUFFIXES.get(entry.suffix.lower())) for entry in files if not is_special(entry)]
    wanted = [(entry, kind) for entry, kind in kinds if kind is not None and format in (None, kind)]
    if not wanted:
        hint = f"; it has folders: {_list(folders)}" if folders else ""
        what = f"no articles in this folder{hint}"
        raise InputError(what, where=str(folder), remedy=f"put files there that end in {', '.join(_SUFFIXES)}")
    sources = [_MAKERS[kind](entry, options) for entry, kind in wanted]
    known = {entry for entry, _ in wanted}
    others = [entry.name for entry in files if entry not in known]
    notes = [f"{folder}: files of other kinds not read: {_list(others)}"] if others else []
    return sources, notes + ([f"{folder}: folders not read: {_list(folders)}"] if folders else [])


def _list(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
