r"""CSV and TSV: one row an annotation, every part of it in a column, safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return. Such cells get an
apostrophe in front, as do those that begin with apostrophes before one of these, so that reading takes exactly one off.

>>> guard("=1+1"), guard("'=1+1"), unguard(guard("'=1+1"))
("'=1+1", "''=1+1", "'=1+1")

Spans stand as ``[512,560)``, several with a space between; no spreadsheet takes that for a date or a time.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar

from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Fitted, Item
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Member, Source
from corpus_tools.annotation.interchange.strict_json import as_list, parse_json
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.annotation.records import Frame, Record, Stance
from corpus_tools.text.article import Article
from corpus_tools.text.decoding import decode_utf8
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["COLUMNS", "Csv", "Tsv", "guard", "unguard"]

COLUMNS = (
    "id", "coder", "codebook", "at", "article", "sha256", "type", "label", "spans", "quote", "voice", "voice_entity",
    "voice_quote", "salience", "holder", "holder_entity", "holder_quote", "target", "target_entity", "target_quote",
    "cue", "cue_quote", "expression", "attrs", "links", "decides", "origin", "confidence", "comment", "extra",
)  # fmt: skip

_GUARDED = re.compile(r"'*[=+\-@\t\r]")
_SPAN = re.compile(r"\[(\d{1,15}),(\d{1,15})\)")
_PAIRS = re.compile('(?:"")*')
_JOIN = " ... "  # between the quotes of several spans; it is compared, never split
_JSON = ("attrs", "links", "decides", "extra")
_QUOTING = "a cell that holds the separator, a quote or a line break must be quoted, its quotes doubled"


def guard(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it and does not run it."""
    return f"'{cell}" if _GUARDED.match(cell) else cell


def unguard(cell: str) -> str:
    """Return what was guarded."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


class Csv(Format):
    """Comma-separated values, quoted as RFC 4180 says."""

    name = "csv"
    quoted = True
    suffixes = (".csv",)
    may_lose = {"annotation": "when a cell of it would hold NUL, which readers of tables refuse"}
    delimiter: ClassVar[str] = ","

    def fit(self, item: Item, article: Article) -> Fitted:
        """Keep everything."""
        nul = next((name for name, cell in _cells(item).items() if "\0" in cell), None)
        return (item,) if nul is None else f"its {nul} holds NUL, which readers of tables refuse"

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write a header and one row an item."""
        text = io.TextIOWrapper(target.stream, encoding="utf-8", newline="", write_through=True)
        rows = csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n")
        rows.writerow(COLUMNS)
        for document in documents:
            for item in document.items:
                cells = _cells(item)
                rows.writerow([guard(cells.get(name, "")) for name in COLUMNS])
        text.detach()

    def read(self, source: Source, reading: Reading) -> None:
        """Read the rows; columns may be missing or in another order, and those of others are passed over."""
        for member in source.members(self.suffixes):
            header: list[str] = []
            for line, cells in self._rows(member):
                if not header:
                    header = _check_header(cells, member.where)
                    for name in [name for name in header if name not in (*COLUMNS, "start", "end")]:
                        reading.losses.add("column", "no part of an annotation", name)
                    continue
                with reading.at(f"{member.where}:{line}"):
                    if len(cells) != len(header):
                        what = f"{len(cells)} cells in this row, {len(header)} in the header"
                        raise InputError(what, remedy=_QUOTING)
                    _read_row(dict(zip(header, map(unguard, cells), strict=True)), reading)
            if not header:
                raise InputError("the table has no header", where=member.where, remedy="export it again")

    def _rows(self, member: Member) -> list[tuple[int, list[str]]]:
        """Return the rows that are not empty, each with the line that it begins on."""
        text = decode_utf8(member.data, where=member.where)
        head = text.partition("\n")[0]
        # Spreadsheets of many countries save "CSV" with semicolons.
        delimiter = max((self.delimiter, ";", "\t"), key=lambda mark: (head.count(mark), mark == self.delimiter))
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        found, line = [], 1
        limit = csv.field_size_limit(len(text) + 1)  # a setting of the whole process, put back below
        try:
            for cells in rows:
                if cells:
                    found.append((line, cells))
                line = rows.line_num + 1
        except csv.Error as error:
            what = f"the row that begins here is malformed ({error})"
            raise InputError(what, where=f"{member.where}:{line}", remedy=_QUOTING) from error
        finally:
            csv.field_size_limit(limit)
        return found


class Tsv(Csv):
    """Tab-separated values; cells that hold a tab or a line break are quoted as in CSV."""

    name = "tsv"
    suffixes = (".tsv",)
    delimiter = "\t"


def _cells(item: Item) -> dict[str, str]:
    record = item.record
    cells: dict[str, str | None] = {
        "id": item.id, "coder": item.coder, "codebook": item.codebook, "at": item.at, "article": record.article,
        "sha256": record.sha256, "type": record.type, "label": record.label, "origin": record.origin,
        "comment": record.comment, "confidence": None if record.confidence is None else repr(record.confidence),
    }  # fmt: skip
    values = (dict(record.attrs), [asdict(link) for link in record.links], list(record.decides), dict(record.extra))
    cells |= {name: _json(value) for name, value in zip(_JSON, values, strict=True)}
    if isinstance(record, Frame):
        cells |= _list_cells("spans", "quote", record.spans) | _slot_cells("voice", record.voice)
        cells["salience"] = record.salience
    else:
        cells |= _slot_cells("holder", record.holder) | _slot_cells("target", record.target)
        cells |= _list_cells("cue", "cue_quote", record.cue)
        cells["expression"] = record.expression
    # An empty cell says None; an empty text, which is something else, is spelled as a pair of quotes.
    return {
        name: f'{value}""' if _PAIRS.fullmatch(value) else value for name, value in cells.items() if value is not None
    }


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None


def _list_cells(name: str, quote: str, spans: tuple[Span, ...]) -> dict[str, str | None]:
    if not spans:
        return {}
    return {name: _places(spans), quote: _quote(spans)}


def _slot_cells(name: str, slot: Slot | Implicit | None) -> dict[str, str | None]:
    if isinstance(slot, Implicit):
        return {name: slot.implicit}
    if slot is None:
        return {}
    place = {name: _places((slot.span,)), f"{name}_quote": _quote((slot.span,))} if slot.span else {}
    return {**place, f"{name}_entity": slot.entity}


def _quote(spans: Iterable[Span]) -> str | None:
    words = _JOIN.join(span.quote or "" for span in spans)
    return None if "\0" in words else words


def _places(spans: Iterable[Span]) -> str:
    return " ".join(f"[{span.start},{span.end})" for span in spans)


def _check_header(cells: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"two columns are called {twice!r}", where=f"{where}:1", remedy="rename one of them")
    missing = [name for name in ("article", "label") if name not in header]
    if missing:
        remedy = f"the first row names the columns: {', '.join(COLUMNS[:9])}, …"
        raise InputError(f"there is no column {' or '.join(missing)}", where=f"{where}:1", remedy=remedy)
    return header


def _read_row(row: dict[str, str], reading: Reading) -> None:
    cells: dict[str, str | None] = {name: _value(cell) for name, cell in row.items()}
    article = reading.article(cells["article"], sha256=cells.get("sha256"))
    common: dict[str, Any] = {name: _parse(cells.get(name), name) for name in _JSON}
    common |= {name: as_list(common[name], name) for name in ("links", "decides")}
    common |= {"origin": cells.get("origin") or "manual", "comment": cells.get("comment")}
    common["confidence"] = _number(cells.get("confidence"))
    kind, label = cells.get("type") or ("stance" if cells.get("target") else "frame"), cells["label"] or ""
    record: Record
    if kind == "frame":
        spans = _spans(cells, "spans", "quote", article, reading) or _range(cells, article, reading)
        voice = _slot(cells, "voice", article, reading)
        record = Frame(article.id, label, spans, voice=voice, salience=cells.get("salience"), **common)
    elif kind == "stance":
        holder, target = (_slot(cells, name, article, reading) for name in ("holder", "target"))
        cue = _spans(cells, "cue", "cue_quote", article, reading)
        if holder is None or not isinstance(target, Slot):
            raise InputError("a stance needs a holder and a target", remedy="fill both, or their entities")
        expression = cells.get("expression")
        record = Stance(article.id, label, holder=holder, target=target, cue=cue, expression=expression, **common)
    else:
        raise InputError(f"type {kind!r} is unknown", remedy="use frame or stance")
    reading.add(Item(record, *(cells.get(name) for name in ("id", "coder", "codebook", "at"))))


def _value(cell: str) -> str | None:
    if cell == "":
        return None
    return cell[2:] if _PAIRS.fullmatch(cell) else cell


def _parse(cell: str | None, name: str) -> Any:
    return None if cell is None else parse_json(cell, where=name)


def _number(cell: str | None) -> float | None:
    try:
        return None if cell is None else float(cell)
    except ValueError as error:
        raise InputError(f"confidence {cell!r} is not a number", remedy="give a number from 0 to 1") from error


def _spans(cells: dict[str, str | None], name: str, quote: str, article: Article, reading: Reading) -> tuple[Span, ...]:
    cell = cells.get(name)
    if cell is None:
        return ()
    places = [_SPAN.fullmatch(part) for part in cell.split(" ")]
    if not all(places):
        raise InputError(f"{name} {cell!r} is not a list of spans", remedy="write them like [512,560) [570,580)")
    pairs = [(int(match[1]), int(match[2])) for match in places if match]
    return reading.spans(article, pairs, cells.get(quote), joined=_JOIN)


def _range(cells: dict[str, str | None], article: Article, reading: Reading) -> tuple[Span, ...]:
    """Take the columns start and end of tables that were made by hand."""
    pair = [cells.get(name) for name in ("start", "end")]
    if pair == [None, None]:
        return ()
    start, end = (int(cell) if cell and cell.isdecimal() and len(cell) < 16 else None for cell in pair)
    return (reading.span(article, start, end, cells.get("quote")),)


def _slot(cells: dict[str, str | None], name: str, article: Article, reading: Reading) -> Slot | Implicit | None:
    cell, entity = cells.get(name), cells.get(f"{name}_entity")
    if cell is None:
        return None if entity is None else Slot(entity=entity)
    if not cell.startswith("["):
        return Implicit(cell)
    spans = _spans(cells, name, f"{name}_quote", article, reading)
    if len(spans) != 1:
        raise InputError(
            f"{name} {cell!r} has more than one span", remedy="give one; coordinated ones are one row each"
        )
    return Slot(spans[0], entity)
