r"""Sources that hold many articles a file, one a row: what JSON Lines and CSV share, and these two.

A scan reads the file once and keeps four numbers a row, so that an article is later read by a seek.
Lines end at ``\n`` only: U+2028 and U+0085 are characters of a text.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from corpus_tools.text.article import Article
from corpus_tools.text.decoding import decode, is_bytewise, read_bytes
from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import ColumnChooser, build_article
from corpus_tools.text.sources import Found, Options

__all__ = ["DelimitedTable", "JsonLines"]

_LONGEST_FIELD = 2**31 - 1  # characters; Python's own limit of 131,072 is shorter than some articles
_STRICT_QUOTES = "a cell that contains the separator, a quote or a line break must be quoted, its quotes doubled"


class _Row(NamedTuple):
    offset: int
    length: int
    line: int
    number: int  # of the row in the file, from 1; it names articles that have no id


class _Lines:
    """The decoded lines of a table, counting where they stand."""

    def __init__(self, stream: BinaryIO, encoding: str, where: str) -> None:
        self.offset = 0  # of the byte after the last line
        self.line = 0  # number of the last line
        self._stream = stream
        self._encoding = encoding
        self._where = where

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        data = self._stream.readline()
        if not data:
            raise StopIteration
        start, self.offset, self.line = self.offset, self.offset + len(data), self.line + 1
        return decode(data, encoding=self._encoding, where=self._where, line=self.line, offset=start)


class _LineTable:
    """A table whose rows are runs of lines; subclasses say how to split and parse them."""

    def __init__(self, path: Path, options: Options) -> None:
        self.path = path
        self.options = options
        self.notes: list[str] = []
        # In an encoding of wide units a byte \n may be half a character: such a file is turned into UTF-8 in memory.
        self._encoding = options.encoding if is_bytewise(options.encoding) else "utf-8"
        self._columns = ColumnChooser(path, options.columns)
        self._rows = array("Q")
        self._state: tuple[int, int] | None = None

    def scan(self, *, thorough: bool) -> Iterator[Found | InputError]:
        """Yield the articles in order; every row is parsed, so every fault is found."""
        try:
            with self._open() as stream:
                self._state = self._stat()
                yield from self._scan(stream)
            self._columns.check_used()
        except InputError as error:
            yield error
        self.notes += self._columns.tell()

    def read(self, positions: Iterable[int]) -> Iterator[Article]:
        """Yield the articles at these positions."""
        with self._open() as stream:
            if self._stat() != self._state:
                what = "the file has changed since the corpus was read"
                raise InputError(what, where=str(self.path), remedy="read the corpus again")
            for position in positions:
                row = self._row(position)
                stream.seek(row.offset)
                text = decode(
                    stream.read(row.length),
                    encoding=self._encoding,
                    where=str(self.path),
                    line=row.line,
                    offset=row.offset,
                )
                yield self._build(self._parse(text, row.line), row)

    def place(self, position: int) -> str:
        """Return the file and line."""
        return f"{self.path}:{self._row(position).line}"

    def _scan(self, stream: BinaryIO) -> Iterator[Found | InputError]:
        found = row_count = 0
        for row, record in self._split(_Lines(stream, self._encoding, str(self.path))):
            row_count = row.number
            try:
                if isinstance(record, InputError):
                    raise record
                article = self._build(record, row)
            except InputError as error:
                yield error
                continue
            self._rows.extend(row)
            yield Found(article.id, found)
            found += 1
        if row_count == 0:
            raise InputError("the table has no rows", where=str(self.path), remedy="remove it or fill it")

    def _split(self, lines: _Lines) -> Iterator[tuple[_Row, dict[str, Any] | InputError]]:
        raise NotImplementedError

    def _parse(self, text: str, line: int) -> dict[str, Any]:
        raise NotImplementedError

    def _build(self, record: dict[str, Any], row: _Row) -> Article:
        where = f"{self.path}:{row.line}"
        chosen = self._columns.choose(tuple(record), where)
        value = record.get(chosen["id"]) if "id" in chosen else None
        id = self._columns.name(value, row.number, where, chosen)
        return build_article(record, chosen, id=id, where=where, language=self.options.language)

    def _open(self) -> BinaryIO:
        if not is_bytewise(self.options.encoding):
            text = decode(read_bytes(self.path), encoding=self.options.encoding, where=str(self.path))
            return io.BytesIO(text.encode("utf-8"))
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", where=str(self.path)) from error
        if self.path.stat().st_size == 0:
            stream.close()
            raise InputError("the file is empty", where=str(self.path), remedy="remove it or fill it")
        return stream

    def _stat(self) -> tuple[int, int]:
        stat = self.path.stat()
        return stat.st_size, stat.st_mtime_ns

    def _row(self, position: int) -> _Row:
        return _Row(*self._rows[4 * position : 4 * position + 4])


class JsonLines(_LineTable):
    """One JSON object a line."""

    def _split(self, lines: _Lines) -> Iterator[tuple[_Row, dict[str, Any] | InputError]]:
        number = 0
        while True:
            offset = lines.offset
            try:
                text = next(lines)
                record: dict[str, Any] | InputError = self._parse(text, lines.line) if text.strip() else {}
            except StopIteration:
                return
            except InputError as error:
                record = error
            if record:
                number += 1
                yield _Row(offset, lines.offset - offset, lines.line, number), record

    def _parse(self, text: str, line: int) -> dict[str, Any]:
        import orjson

        where = f"{self.path}:{line}"
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            what = f"this line is not JSON ({error.msg} at character {error.pos})"
            raise InputError(what, where=where, remedy="write one JSON object a line") from None
        if not isinstance(record, dict) or not record:
            what = f"this line is not a JSON object with fields but {type(record).__name__}"
            raise InputError(what, where=where, remedy='write one JSON object a line, such as {"id": …, "text": …}')
        return record


class DelimitedTable(_LineTable):
    """Comma-separated (or tab, semicolon, bar) values with a header line, quoted as RFC 4180 says."""

    def __init__(self, path: Path, options: Options, *, delimiter: str | None = None) -> None:
        super().__init__(path, options)
        self._delimiter = delimiter
        self._header: list[str] = []

    def _split(self, lines: _Lines) -> Iterator[tuple[_Row, dict[str, Any] | InputError]]:
        self._read_header(lines)
        reader = self._make_reader(lines)
        number = 0
        while True:
            offset, line = lines.offset, lines.line + 1
            try:
                cells = _next_cells(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._malformed(error, line) from None  # where the next row begins is no longer certain
            if cells:
                number += 1
                yield _Row(offset, lines.offset - offset, line, number), self._try_name_cells(cells, line)

    def _parse(self, text: str, line: int) -> dict[str, Any]:
        cells = _next_cells(self._make_reader(io.StringIO(text, newline="\n")))
        record = self._try_name_cells(cells, line)
        if isinstance(record, InputError):
            raise record
        return record

    def _read_header(self, lines: _Lines) -> None:
        first = next(lines)
        if self._delimiter is None:
            self._delimiter = max(",;\t|", key=first.count)
            if self._delimiter != ",":
                self.notes.append(f"{self.path.name}: columns separated by {self._delimiter!r}")
        try:
            self._header = _next_cells(self._make_reader(iter([first])))
        except csv.Error as error:
            raise self._malformed(error, 1) from None
        twice = next((name for name in self._header if self._header.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"two columns are called {twice!r}", where=f"{self.path}:1", remedy="rename one of them")

    def _make_reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter or ",", strict=True)

    def _malformed(self, error: csv.Error, line: int) -> InputError:
        what = f"the row that begins here is malformed ({error}) and nothing after it was read"
        return InputError(what, where=f"{self.path}:{line}", remedy=_STRICT_QUOTES)

    def _try_name_cells(self, cells: list[str], line: int) -> dict[str, Any] | InputError:
        if len(cells) == len(self._header):
            return dict(zip(self._header, cells, strict=True))
        what = f"{len(cells)} cells in this row, {len(self._header)} in the header"
        return InputError(what, where=f"{self.path}:{line}", remedy=_STRICT_QUOTES)


def _next_cells(reader: Iterator[list[str]]) -> list[str]:
    # The limit is a setting of the whole process: it is ours only while a row is read.
    limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        return next(reader)
    finally:
        csv.field_size_limit(limit)
