"""From a record (a CSV row, a JSON object, front matter) to an `Article`: which column is which field.

>>> chosen = choose_columns(["doc_id", "Body", "date", "topic"])
>>> chosen
{'id': 'doc_id', 'text': 'Body', 'published': 'date'}
>>> record = {"doc_id": "001", "Body": "The junta refused.", "date": "2023-11-15", "topic": "niger"}
>>> article = build_article(record, chosen, id="001", where="a.csv:2")
>>> article.published, dict(article.extra)
(datetime.date(2023, 11, 15), {'topic': 'niger'})
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus_tools.text.article import Article, check_article_id
from corpus_tools.text.errors import InputError

__all__ = [
    "FIELDS",
    "GUESSES",
    "ColumnChooser",
    "build_article",
    "check_columns",
    "choose_columns",
    "parse_date",
    "parse_id",
]

FIELDS = ("id", "text", "title", "published", "source", "language", "url")

# Names under which published datasets keep these fields, the most telling first. Compared without case, spaces and
# hyphens as underscores. What is taken by guess is told in `Corpus.notes`.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "id": ("article_id", "doc_id", "document_id", "docid", "uid", "guid"),
    "text": ("body", "content", "article_text", "full_text", "fulltext", "article_body", "article"),
    "title": ("headline", "headlines", "article_title"),
    "published": ("date", "published_at", "publication_date", "date_published", "publish_date", "pub_date", "pubdate"),
    "source": ("outlet", "publisher", "publication", "newspaper", "media", "source_name"),
    "language": ("lang", "language_code"),
    "url": ("link", "article_url", "source_url", "web_url"),
}

_ISO = "write it as YYYY-MM-DD"
_ISO_OR_EXTRA = f"{_ISO}, or pass columns={{'published': None}} to keep the column as an extra"
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?", re.DOTALL)


def check_columns(columns: Mapping[str, str | None] | None) -> Mapping[str, str | None]:
    """Return the mapping from fields to columns if its keys are fields.

    Raises
    ------
    InputError
        Naming the key that is no field.
    """
    for name, column in (columns or {}).items():
        if name not in FIELDS:
            remedy = f"map a field ({', '.join(FIELDS)}) to a column, such as columns={{'text': 'body'}}"
            raise InputError(f"columns has no field {name!r}", remedy=remedy)
        if column is None and name == "text":
            raise InputError("columns maps 'text' to None", remedy="an article needs a text: name its column")
    return columns or {}


def choose_columns(
    available: Collection[str],
    columns: Mapping[str, str | None] | None = None,
    *,
    guesses: Mapping[str, tuple[str, ...]] = GUESSES,
) -> dict[str, str]:
    """Choose for each field the column that holds it.

    Parameters
    ----------
    available : collection of str
        The columns that are there.
    columns : mapping, optional
        Field to column, as the user says; None for a field that is to be left empty.
    guesses : mapping, optional
        Field to the names under which it may be found, if there is none of its own name.

    Returns
    -------
    dict
        Field to column, only for fields that were found.
    """
    columns = columns or {}
    taken = {name for name in columns.values() if name is not None}
    folded = {_fold(name): name for name in reversed(list(available)) if name not in taken}
    chosen: dict[str, str] = {}
    for field in FIELDS:
        if field in columns:
            column = columns[field]
        else:
            candidates = (field, *guesses.get(field, ()))
            column = field if field in available and field not in taken else _first(candidates, folded)
        if column is not None and column in available:
            chosen[field] = column
    return chosen


class ColumnChooser:
    """Choose which column is which field, remember it for each set of columns, and say what was guessed."""

    def __init__(self, path: Path, columns: Mapping[str, str | None]) -> None:
        self._path = path
        self._columns = columns
        self._chosen: dict[tuple[str, ...], dict[str, str]] = {}

    def choose(self, available: Sequence[str], where: str) -> dict[str, str]:
        """Return field to column.

        Raises
        ------
        InputError
            If no column can be the text.
        """
        key = tuple(available)
        if key not in self._chosen:
            chosen = choose_columns(key, self._columns)
            if "text" not in chosen:
                what = f"no column for the text among: {', '.join(key) or 'none'}"
                raise InputError(what, where=where, remedy="pass columns={'text': ...} with the right one")
            self._chosen[key] = chosen
        return self._chosen[key]

    def name(self, value: object, number: int, where: str, chosen: Mapping[str, str]) -> str:
        """Return the id of a row: its own, or the file's stem with the row's number if the table has none."""
        first = next(iter(self._chosen.values()), chosen)
        if "id" in chosen or "id" in first:
            return parse_id(value, where=where)
        return f"{self._path.stem}-{number}"

    def check_used(self) -> None:
        """Raise if a column that the user named was in no row."""
        seen = {column for key in self._chosen for column in key}
        for column in self._columns.values():
            if column is not None and column not in seen and seen:
                remedy = f"choose among: {', '.join(sorted(seen))}"
                raise InputError(f"there is no column {column!r}", where=str(self._path), remedy=remedy)

    def tell(self) -> list[str]:
        """Return what was guessed, as one note or none."""
        guessed: dict[str, str] = {}
        for chosen in self._chosen.values():
            guessed |= {field: f"{field} from {column!r}" for field, column in chosen.items() if field != column}
        for field in self._columns:
            guessed.pop(field, None)
        if self._chosen and not any("id" in chosen for chosen in self._chosen.values()):
            guessed["id"] = f"ids numbered {self._path.stem}-1, ..."
        return [f"{self._path.name}: {', '.join(guessed.values())}"] if guessed else []


def build_article(
    record: Mapping[str, Any],
    chosen: Mapping[str, str],
    *,
    id: str,
    where: str,
    language: str | None = None,
) -> Article:
    """Make an article of a record; the columns that are no field go into `extra`.

    Parameters
    ----------
    record : mapping
        Column to value.
    chosen : mapping
        Field to column, from `choose_columns`.
    id : str
        The article's id.
    where : str
        File and line, for messages.
    language : str, optional
        The language of articles that do not say theirs.

    Raises
    ------
    InputError
        If the text is missing or empty, a date is none, or a value has a type that its field cannot take.
    """
    values = {field: record.get(column) for field, column in chosen.items()}
    used = set(chosen.values())
    try:
        return Article(
            id=id,
            text=_check_text(values.get("text"), where),
            title=_to_string(values.get("title"), "title", where),
            published=parse_date(values.get("published"), where=where, remedy=_ISO_OR_EXTRA),
            source=_to_string(values.get("source"), "source", where),
            language=_to_string(values.get("language"), "language", where) or language,
            url=_to_string(values.get("url"), "url", where),
            extra={column: value for column, value in record.items() if column not in used},
        )
    except InputError as error:
        if error.where is not None and error.where.startswith(where):
            raise
        raise InputError(error.what, where=where, remedy=error.remedy) from None


def parse_date(value: object, *, where: str, remedy: str = _ISO) -> datetime.date | None:
    """Return the day of a date, a datetime or an ISO string (a time after it is dropped); None for nothing.

    Raises
    ------
    InputError
        For anything else: 01/02/2023 is two days, and guessing one of them would falsify a trend.
    """
    if value is None or value == "" or value != value:  # the last is NaN, how tables say "nothing"
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if match:
            return datetime.date.fromisoformat(match[1])
    except ValueError:
        pass  # 2023-02-30: said below like every other value that is no date
    raise InputError(f"{value!r} is not a date", where=where, remedy=remedy)


def parse_id(value: object, *, where: str) -> str:
    """Return the id of a record as a string; a whole number keeps its digits.

    Raises
    ------
    InputError
        If the record has none, or one that is no string (1.0 has lost what it was) or not allowed.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    remedy = "or pass columns={'id': None} to number the articles"
    if not isinstance(value, str):
        what = "the record has no id" if value is None else f"the id {value!r} is not a string"
        raise InputError(what, where=where, remedy=f"store ids as strings, {remedy}")
    try:
        return check_article_id(value)
    except InputError as error:
        raise InputError(error.what, where=where, remedy=f"{error.remedy}, {remedy}") from None


def _fold(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


def _first(candidates: tuple[str, ...], folded: Mapping[str, str]) -> str | None:
    return next((folded[name] for name in candidates if name in folded), None)


def _check_text(value: object, where: str) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise InputError("the article has no text", where=where, remedy="fill it or remove it")
    if not isinstance(value, str):
        raise InputError(f"the text must be a string, got {type(value).__name__}", where=where)
    return value


def _to_string(value: object, field: str, where: str) -> str | None:
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"the {field} must be a string, got {value!r}", where=where)
