"""Records for Hugging Face `datasets`: one row an article, its annotations as a list of structs with a fixed schema.

Both files hold the same rows. What may have any keys (`attrs`, `extra`) stands as JSON text, because every row of a
dataset has the same features.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Item
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Member, Source
from corpus_tools.annotation.interchange.strict_json import as_list, as_object, dump_json, load_lines, parse_json
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.annotation.records import payload_of, record_of
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

__all__ = ["DatasetsJsonl", "DatasetsParquet"]

_ARTICLE = ("id", "text", "title", "published", "source", "language", "url", "sha256")
_PLACES = ("spans", "cue")
_SLOTS = ("voice", "holder", "target")
_TEXTS = ("id", "coder", "codebook", "at", "type", "label", "salience", "expression", "origin", "comment")
_BATCH = 500  # articles in a row group


class _Datasets(Format):
    quoted = True

    def _rows(self, documents: Iterable[Document]) -> Iterator[dict[str, Any]]:
        for document in documents:
            article = document.article
            row = {name: getattr(article, name, None) for name in _ARTICLE}
            row["published"] = None if article.published is None else article.published.isoformat()
            row["sha256"] = article.fingerprint
            yield {**row, "annotations": [_write_item(item) for item in document.items]}

    def _read_row(self, row: dict[str, Any], where: str, reading: Reading) -> None:
        with reading.at(where):
            article = reading.article(row.get("id"), text=row.get("text"), sha256=row.get("sha256"))
            for number, annotation in enumerate(as_list(row.get("annotations"), "annotations"), 1):
                with reading.at(f"{where}, annotation {number}"):
                    reading.add(_read_item(as_object(annotation, "the annotation"), article, reading))


class DatasetsJsonl(_Datasets):
    """One JSON object a line; `datasets.load_dataset("json", data_files=...)` reads it."""

    name = "datasets-jsonl"
    suffixes = (".jsonl",)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write one line an article."""
        for row in self._rows(documents):
            target.stream.write(dump_json(row))

    def read(self, source: Source, reading: Reading) -> None:
        """Read the lines."""
        for member in source.members(self.suffixes):
            for where, row in load_lines(member.data, where=member.where):
                self._read_row(row, where, reading)


class DatasetsParquet(_Datasets):
    """A Parquet file; `datasets.load_dataset("parquet", data_files=...)` and pandas read it."""

    name = "datasets-parquet"
    suffixes = (".parquet",)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write row groups of some hundred articles."""
        import pyarrow
        import pyarrow.parquet

        schema = _schema(pyarrow)
        with pyarrow.parquet.ParquetWriter(target.stream, schema) as writer:
            batch: list[dict[str, Any]] = []
            for row in self._rows(documents):
                batch.append(row)
                if len(batch) == _BATCH:
                    writer.write_table(pyarrow.Table.from_pylist(batch, schema))
                    batch = []
            writer.write_table(pyarrow.Table.from_pylist(batch, schema))

    def read(self, source: Source, reading: Reading) -> None:
        """Read the rows, whatever columns beside ours there are."""
        for member in source.members(self.suffixes):
            for number, row in enumerate(_parquet_rows(member, source.limits.total), 1):
                self._read_row(row, f"{member.where} row {number}", reading)


def _write_item(item: Item) -> dict[str, Any]:
    fields = {"id": item.id, "coder": item.coder, "codebook": item.codebook, "at": item.at, **payload_of(item.record)}
    row: dict[str, Any] = {name: fields.get(name) for name in _TEXTS}
    for name in _PLACES:
        row[name] = [_place(span) for span in fields.get(name, ())]
    for name in _SLOTS:
        row[name] = _write_slot(fields.get(name))
    row |= {name: fields[name] for name in ("links", "decides", "confidence")}
    row["attrs"] = json.dumps(fields["attrs"], ensure_ascii=False)
    row["extra"] = json.dumps(dict(item.record.extra), ensure_ascii=False)
    return row


def _place(span: dict[str, Any]) -> dict[str, Any]:
    return {"start": span["start"], "end": span["end"], "text": span["quote"]}


def _write_slot(slot: dict[str, Any] | None) -> dict[str, Any] | None:
    if slot is None:
        return None
    implicit = "author" if slot.get("author") else slot.get("implicit")
    place = _place(slot["span"]) if slot.get("span") else dict.fromkeys(("start", "end", "text"))
    return {"implicit": implicit, "entity": slot.get("entity"), **place}


def _read_item(row: dict[str, Any], article: Article, reading: Reading) -> Item:
    kind = row.get("type")
    if kind not in ("frame", "stance"):
        raise InputError(f"type {kind!r} is unknown", remedy="use frame or stance")
    fields: dict[str, Any] = {"event": "add", "article": article.id, "type": kind, "sha256": article.fingerprint}
    fields |= {name: row.get(name) for name in ("label", "salience", "expression", "confidence", "comment")}
    fields |= {"origin": row.get("origin") or "manual"}
    fields |= {name: as_list(row.get(name), name) for name in ("links", "decides")}
    for name in ("attrs", "extra"):
        text = row.get(name)
        fields[name] = parse_json(text, where=name) if isinstance(text, str) else text
    for name in _PLACES:
        places = as_list(row.get(name), name)
        fields[name] = [_read_place(as_object(place, name), article, reading) for place in places]
    for name in _SLOTS:
        fields[name] = _read_slot(name, row.get(name), article, reading)
    extra = as_object(fields.pop("extra") or {}, "extra")
    unused = ("spans", "voice", "salience") if kind == "stance" else ("cue", "holder", "target", "expression")
    record = record_of({name: value for name, value in fields.items() if name not in unused})
    return Item(replace(record, extra=extra), *(_text(row, name) for name in ("id", "coder", "codebook", "at")))


def _read_place(place: dict[str, Any], article: Article, reading: Reading) -> Any:
    return reading.span(article, place.get("start"), place.get("end"), place.get("text"))


def _read_slot(name: str, slot: Any, article: Article, reading: Reading) -> Any:
    if slot is None:
        return None
    slot = as_object(slot, name)
    if slot.get("implicit") is not None:
        return {"author": True} if name == "voice" else {"implicit": slot["implicit"]}
    span = None if slot.get("start") is None else _read_place(slot, article, reading)
    return {"span": span, "entity": slot.get("entity")}


def _text(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"the {name} {value!r} is not a text", remedy="leave it as exported")
    return value


def _schema(pyarrow: Any) -> Any:
    text, number = pyarrow.string(), pyarrow.int64()
    place = pyarrow.struct([("start", number), ("end", number), ("text", text)])
    slot = pyarrow.struct([("implicit", text), ("entity", text), ("start", number), ("end", number), ("text", text)])
    link = pyarrow.struct([("type", text), ("id", text)])
    columns = [(name, text) for name in _TEXTS] + [(name, pyarrow.list_(place)) for name in _PLACES]
    columns += [(name, slot) for name in _SLOTS]
    columns += [("links", pyarrow.list_(link)), ("decides", pyarrow.list_(text)), ("confidence", pyarrow.float64())]
    columns += [("attrs", text), ("extra", text)]
    annotations = pyarrow.list_(pyarrow.struct(columns))
    return pyarrow.schema([*((name, text) for name in _ARTICLE), ("annotations", annotations)])


def _parquet_rows(member: Member, limit: int) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(member.data))
        groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
        size = sum(group.total_byte_size for group in groups)
        if size > limit:
            what = f"unpacks to {size:,} bytes, more than {limit:,}"
            raise InputError(what, where=member.where, remedy="split it, or raise the limits")
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        what = f"this is not a Parquet file that can be read ({error})"
        raise InputError(what, where=member.where, remedy="write it again") from error
