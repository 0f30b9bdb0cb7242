"""Articles in a Parquet file, one a row; only the columns and row groups that are asked for are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import ColumnChooser, build_article
from corpus_tools.text.sources import Found, Options

__all__ = ["ParquetTable"]

_BATCH = 256  # rows in memory at a time


class ParquetTable:
    """A Parquet file. A scan reads its ids; the texts are checked when they are read."""

    def __init__(self, path: Path, options: Options) -> None:
        self.path = path
        self.options = options
        self.notes: list[str] = []
        self._columns = ColumnChooser(path, options.columns)

    def scan(self, *, thorough: bool) -> Iterator[Found | InputError]:
        """Yield the articles in order, and each fault as an error."""
        try:
            file = self._open()
            chosen = self._columns.choose(self._names(file), str(self.path))
            self._columns.check_used()
        except InputError as error:
            yield error
            return
        self.notes += self._columns.tell()
        columns = None if thorough else [chosen["id"]] if "id" in chosen else []
        for position, record in self._records(file, range(file.metadata.num_rows), columns):
            try:
                if thorough:
                    self._build(record, chosen, position)
                yield Found(self._id(record, chosen, position), position)
            except InputError as error:
                yield error

    def read(self, positions: Iterable[int]) -> Iterator[Article]:
        """Yield the articles at these positions."""
        file = self._open()
        chosen = self._columns.choose(self._names(file), str(self.path))
        for position, record in self._records(file, positions, None):
            yield self._build(record, chosen, position)

    def place(self, position: int) -> str:
        """Return the file and row, from 1."""
        return f"{self.path} row {position + 1}"

    def _open(self) -> Any:
        import pyarrow
        import pyarrow.parquet

        try:
            file = pyarrow.parquet.ParquetFile(self.path, memory_map=True)
        except (pyarrow.ArrowException, OSError) as error:
            what = f"this is not a Parquet file that can be read ({error})"
            raise InputError(what, where=str(self.path), remedy="write it again") from None
        if file.metadata.num_rows == 0:
            raise InputError("the table has no rows", where=str(self.path), remedy="remove it or fill it")
        return file

    @staticmethod
    def _names(file: Any) -> list[str]:
        # pandas leaves its row index as a column of this name.
        return [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]

    def _records(
        self, file: Any, positions: Iterable[int], columns: list[str] | None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        if columns == []:  # nothing to read: numbered ids
            yield from ((position, {}) for position in positions)
            return
        wanted = iter(positions)
        position = next(wanted, None)
        first = 0
        for group in range(file.metadata.num_row_groups):
            after = first + file.metadata.row_group(group).num_rows
            if position is not None and position < after:
                for start, batch in self._batches(file, group, first, columns or self._names(file)):
                    while position is not None and position < start + batch.num_rows:
                        yield position, batch.slice(position - start, 1).to_pylist()[0]
                        position = next(wanted, None)
            first = after

    @staticmethod
    def _batches(file: Any, group: int, first: int, columns: list[str]) -> Iterator[tuple[int, Any]]:
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group], columns=columns):
            yield first, batch
            first += batch.num_rows

    def _id(self, record: dict[str, Any], chosen: dict[str, str], position: int) -> str:
        value = record.get(chosen["id"]) if "id" in chosen else None
        return self._columns.name(value, position + 1, self.place(position), chosen)

    def _build(self, record: dict[str, Any], chosen: dict[str, str], position: int) -> Article:
        id = self._id(record, chosen, position)
        return build_article(record, chosen, id=id, where=self.place(position), language=self.options.language)
