"""What a reader fills: it finds articles, checks offsets, labels and records, and collects every fault.

Nothing is imported in part. A reader works through the whole file; faults are collected, and the driver raises the
first with their number. So a reader never has to undo anything, and a user sees how much is wrong at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.codec import Event, encode
from corpus_tools.annotation.identifiers import is_time
from corpus_tools.annotation.interchange.items import Item, Unit
from corpus_tools.annotation.interchange.labels import Label, read_label
from corpus_tools.annotation.interchange.loss import Losses
from corpus_tools.annotation.interchange.marks import Marks, from_marks
from corpus_tools.annotation.interchange.offsets import Offsets, Text
from corpus_tools.annotation.layout import FORMAT_VERSION, KEYS
from corpus_tools.annotation.records import payload_of, record_of
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

if TYPE_CHECKING:
    from corpus_tools.text.corpus import Corpus

__all__ = ["Reading"]

_KEPT = 64  # articles in memory at a time


class Reading:
    """One pass over a file in one unit of offsets.

    Attributes
    ----------
    corpus, codebook
        What the file is held to; the codebook may be None.
    offsets : Offsets
        The unit of this pass.
    losses : Losses
        What the file holds that no annotation can.
    items : list of Item
        What was read, with spans that have quote and context.
    articles : dict of str to None
        The articles that the file names, in order.
    faults : list of InputError
        What was wrong, in the order of the file.
    """

    def __init__(self, corpus: Corpus, codebook: Codebook | None, unit: Unit, losses: Losses) -> None:
        self.corpus = corpus
        self.codebook = codebook
        self.offsets = Offsets(unit)
        self.losses = losses
        self.items: list[Item] = []
        self.articles: dict[str, None] = {}
        self.faults: list[InputError] = []
        self._checker = Checker(corpus, codebook)
        self._texts: dict[str, tuple[Article, Text]] = {}
        self._by_fingerprint: dict[str, str | None] | None = None
        self._ids: set[tuple[str, str | None]] = set()

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        """Collect a fault of what is read inside, with its place."""
        try:
            yield
        except InputError as error:
            place = where if error.where is None or error.where in where else f"{where}: {error.where}"
            self.faults.append(InputError(error.what, where=place, remedy=error.remedy))

    def article(self, *names: object, text: object = None, sha256: object = None) -> Article:
        """Return the article that a file speaks of, by one of its names, else by its text.

        Raises
        ------
        InputError
            If the corpus has no such article, or it says something else there.
        """
        named = [name for name in names if isinstance(name, str) and name]
        if text is not None and not isinstance(text, str):
            raise InputError(f"the text is not a text but {type(text).__name__}", remedy="give the article's text")
        known = [name for name in named if name in self.corpus]
        found = next((name for name in known if text is None or self._load(name)[0].text == text), None)
        if found is None and text is not None:
            found = self._find_text(text)
        if found is None and known:
            raise InputError(
                _difference(self._load(known[0])[0], text or ""), remedy="give the corpus that was exported"
            )
        if found is None:
            what = f"the article {named[0]!r} is not in the corpus" if named else "this text is not in the corpus"
            raise InputError(what, remedy="give the corpus that was exported, with the same ids and texts")
        article = self._load(found)[0]
        if sha256 is not None and sha256 != article.fingerprint:
            what = f"the article {found!r} has another text than the one that was annotated (sha256)"
            raise InputError(what, remedy="give the corpus that was exported")
        self.articles.setdefault(found)
        return article

    def span(self, article: Article, start: object, end: object, quote: object = None) -> Span:
        """Return a verified span; see `Offsets.span`."""
        if quote is not None and not isinstance(quote, str):
            raise InputError(f"the quote {quote!r} is not a text", remedy="give the words, or leave them out")
        return self.offsets.span(article.id, self._load(article.id)[1], start, end, quote)

    def spans(
        self, article: Article, places: Sequence[tuple[object, object]], quote: str | None, *, joined: str
    ) -> tuple[Span, ...]:
        """Return the verified spans of one mark; see `Offsets.spans`."""
        return self.offsets.spans(article.id, self._load(article.id)[1], places, quote, joined=joined)

    def label(self, text: object, *, separator: str = ":") -> Label:
        """Return what the label of a mark says; see `read_label`."""
        return read_label(text, self.codebook, separator=separator)

    def add_marks(self, marks: Marks, article: Article, *, coder: str | None = None, **known: Any) -> None:
        """Take a record that is drawn as marks."""
        self.add(replace(from_marks(marks, article.id), coder=coder, **known))

    def add(self, item: Item) -> None:
        """Take an item: complete its spans, and hold it to the corpus, the codebook and the record format.

        Raises
        ------
        InputError
            If the annotation could not be stored.
        """
        record = item.record
        clash = sorted(set(record.extra) & set(KEYS["add", record.type]))
        if clash:
            raise InputError(f"extra holds {', '.join(clash)}, which the record sets", remedy="use other keys")
        if item.at is not None and not is_time(item.at):
            raise InputError(f"{item.at!r} is not a time like 2026-11-23T20:00:00.000Z", remedy="leave it out")
        fields = {"event": "add", "codebook": item.codebook, **payload_of(record)}
        fields = self._checker.complete(fields)
        encode(Event({**_HEAD, "id": item.id or "e", **fields}))
        if item.id is not None:
            if (item.id, item.coder) in self._ids:
                raise InputError(f"the id {item.id!r} occurs twice", remedy="give every annotation its own id")
            self._ids.add((item.id, item.coder))
        self.items.append(replace(item, record=record_of(fields)))

    def _load(self, id: str) -> tuple[Article, Text]:
        if id not in self._texts:
            if len(self._texts) >= _KEPT:
                self._texts.clear()
            article = self.corpus[id]
            self._texts[id] = (article, Text(article.text))
        return self._texts[id]

    def _find_text(self, text: str) -> str | None:
        if self._by_fingerprint is None:
            self._by_fingerprint = {}
            for article in self.corpus:
                twice = article.fingerprint in self._by_fingerprint
                self._by_fingerprint[article.fingerprint] = None if twice else article.id
        try:
            return self._by_fingerprint.get(Article("x", text).fingerprint)
        except InputError as error:
            raise InputError(error.what, remedy=error.remedy) from error


_HEAD: Mapping[str, Any] = {
    "v": FORMAT_VERSION, "seq": 1, "event_id": "e", "base": None, "at": "2000-01-01T00:00:00.000Z", "coder": "x",
}  # fmt: skip
"""What a line has beside its record; stands in while an item is checked."""


def _difference(article: Article, text: str) -> str:
    pairs = enumerate(zip(article.text, text, strict=False))
    at = next((at for at, (here, there) in pairs if here != there), min(len(article.text), len(text)))
    here, there = article.text[at : at + 20], text[at : at + 20]
    hint = ""
    if article.text.replace("\r\n", "\n") == text.replace("\r\n", "\n"):
        hint = " (only the line ends differ: the tool changed them)"
    return f"the text of {article.id!r} differs from the corpus at character {at}: {there!r}, not {here!r}{hint}"
