"""The contract of a format.

To add a format, write one file with one subclass of `Format` and name it in `registry.py`. The subclass says what it
carries in three places that must agree: `lacks` and `may_lose` (the loss report and docs/formats.md speak from them),
`fit` (what of an annotation the format can hold), and `write` with `read` (they must return what `fit` let through).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from corpus_tools.annotation.interchange.items import Document, Fitted, Item, Unit, strip
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Source
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.text.article import Article

__all__ = ["Format"]


class Format:
    """What a format is and can.

    Attributes
    ----------
    name : str
        The name by which users ask for it.
    unit : {"codepoint", "utf16"}
        What its offsets count, by its documentation.
    quoted : bool
        Whether it repeats the annotated words, so that every offset can be verified against them.
    folder : bool
        Whether it is a folder of files (or a zip of them) rather than one file.
    coders : bool
        Whether one file can hold several coders.
    suffixes : tuple of str
        The names of files that `read` looks for in a folder or zip.
    lacks : mapping of str to str
        Parts of an annotation that it never carries, and why.
    may_lose : mapping of str to str
        Parts that it carries in most cases, and when not.
    """

    name: ClassVar[str]
    unit: ClassVar[Unit] = "codepoint"
    quoted: ClassVar[bool] = False
    folder: ClassVar[bool] = False
    coders: ClassVar[bool] = True
    suffixes: ClassVar[tuple[str, ...]]
    lacks: ClassVar[Mapping[str, str]] = {}
    may_lose: ClassVar[Mapping[str, str]] = {}

    def refuse(self, article: Article) -> str | None:
        """Say why the format cannot hold this text at all; None if it can."""
        return None

    def fit(self, item: Item, article: Article) -> Fitted:
        """Return what of an item the format can hold: one item or several pieces, or why it can hold nothing."""
        return (item,)

    def fit_all(self, article: Article, items: Iterable[Item]) -> Iterator[tuple[Item, Fitted]]:
        """Yield each item with what of it goes over; formats in which items compete override this."""
        for item in items:
            yield item, self.fit(strip(item, self.lacks), article)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write the documents, whose items have been fitted."""
        raise NotImplementedError

    def read(self, source: Source, reading: Reading) -> None:
        """Read what `write` or the tool itself wrote, and hand every item to `reading`."""
        raise NotImplementedError
