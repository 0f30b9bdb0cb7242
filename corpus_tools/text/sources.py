"""Where articles come from: the protocol of a source, and the sources that hold one article a file.

A source names its articles cheaply (`scan`) and reads them when asked (`read`); it never holds their texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from corpus_tools.text.article import Article, check_article_id
from corpus_tools.text.decoding import read_text, refuse_other_kinds
from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import build_article, choose_columns, parse_date
from corpus_tools.text.headers import Header, split_header

__all__ = ["Found", "HtmlFile", "Listed", "Options", "Source", "TextFile"]

# Front matter is written for us, not found in the wild: only the usual second name of the date is guessed.
_FRONT_MATTER_GUESSES = {"published": ("date",)}
_BODY = "\0text"  # a name that no key of a front matter can have: YAML refuses NUL
_INSTALL = 'pip install "corpus-tools[web]"'


@dataclass(frozen=True)
class Options:
    """How to read: the encoding, field to column, the language of articles that do not say theirs."""

    encoding: str = "utf-8"
    columns: Mapping[str, str | None] = field(default_factory=dict)
    language: str | None = None


class Found(NamedTuple):
    """An article that a scan found: its id and its position in the source."""

    id: str
    position: int


class Source(Protocol):
    """What every source can do."""

    notes: list[str]

    def scan(self, *, thorough: bool) -> Iterator[Found | InputError]:
        """Yield the articles in order, and each fault as an error; thorough: as if every article had been read."""

    def read(self, positions: Iterable[int]) -> Iterator[Article]:
        """Yield the articles at these positions, which ascend."""

    def place(self, position: int) -> str:
        """Return the file, or file and line, of an article."""


class Listed:
    """Articles that are in memory already."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.notes: list[str] = []
        self._articles = articles

    def scan(self, *, thorough: bool) -> Iterator[Found | InputError]:
        """Yield every article."""
        return (Found(article.id, position) for position, article in enumerate(self._articles))

    def read(self, positions: Iterable[int]) -> Iterator[Article]:
        """Yield the articles at these positions."""
        return (self._articles[position] for position in positions)

    def place(self, position: int) -> str:
        """Return the place in the list, from 1."""
        return f"article {position + 1}"


class _File:
    """One article in one file; its id is the stem of the file's name."""

    def __init__(self, path: Path, options: Options) -> None:
        self.path = path
        self.options = options
        self.notes: list[str] = []

    def scan(self, *, thorough: bool) -> Iterator[Found | InputError]:
        """Yield the article; its name and first bytes are checked in any case."""
        try:
            self._check_start()
            if thorough:
                self._load()
            yield Found(self.path.stem, 0)
        except InputError as error:
            yield error

    def read(self, positions: Iterable[int]) -> Iterator[Article]:
        """Yield the article."""
        return (self._load() for _ in positions)

    def place(self, position: int) -> str:
        """Return the file."""
        return str(self.path)

    def _check_start(self) -> None:
        try:
            check_article_id(self.path.stem)
            with self.path.open("rb") as file:
                head = file.read(64)
        except InputError as error:
            raise InputError(error.what, where=repr(str(self.path))[1:-1], remedy="rename the file") from None
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", where=str(self.path)) from error
        refuse_other_kinds(head, self.options.encoding, str(self.path))

    def _load(self) -> Article:
        raise NotImplementedError


class TextFile(_File):
    """A .txt file: plain, with a date prefix, or with front matter."""

    def _load(self) -> Article:
        header = split_header(read_text(self.path, encoding=self.options.encoding), where=str(self.path))
        # A file's id is its name and its text is what follows; keys "id" and "text" are extras like any other.
        columns = {**self.options.columns, "id": None, "text": None}
        chosen = choose_columns(header.values, columns, guesses=_FRONT_MATTER_GUESSES)
        record = {**self._restore_strings(header, chosen), _BODY: header.text}
        chosen["text"] = _BODY
        return build_article(record, chosen, id=self.path.stem, where=str(self.path), language=self.options.language)

    def _restore_strings(self, header: Header, chosen: Mapping[str, str]) -> dict[str, Any]:
        record = dict(header.values)
        for key in chosen.values():
            if record[key] is not None and isinstance(header.written.get(key), str):
                record[key] = header.written[key]
        if "published" in chosen:
            key = chosen["published"]
            record[key] = parse_date(record[key], where=f"{self.path}:{header.lines.get(key, 1)}")
        return record


class HtmlFile(_File):
    """An HTML page, of which trafilatura extracts the article."""

    def _load(self) -> Article:
        page = _extract(read_text(self.path, encoding=self.options.encoding), str(self.path))
        chosen = {name: name for name in page if name != "author"}
        return build_article(page, chosen, id=self.path.stem, where=str(self.path), language=self.options.language)


def _extract(html: str, where: str) -> dict[str, Any]:
    try:
        from trafilatura import extract
    except ImportError as error:
        what = f"reading HTML needs trafilatura, which cannot be imported ({error})"
        raise InputError(what, where=where, remedy=f"install it with: {_INSTALL}") from None
    found = extract(html, output_format="json", with_metadata=True, include_comments=False)
    if found is None:
        what = "no article text was found on this page"
        raise InputError(what, where=where, remedy="save its text as a .txt file, or leave it out with on_error='skip'")
    page = json.loads(found)
    # Its "source" is the address; it also knows the day of reading, which would make two readings differ.
    names = {"text": "text", "title": "title", "published": "date", "source": "source-hostname", "url": "source"}
    author = {"author": page["author"]} if page.get("author") else {}
    return {field: page.get(name) for field, name in names.items()} | author
