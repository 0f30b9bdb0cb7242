"""A widget over some texts on the bench, hands to use it, and what another reader finds in its log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from small_world import CODEBOOK

from browser.bench import Bench, make_keeping
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Annotation
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.annotator import Annotator
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus

PLAIN = (
    "Rain fell in Niamey. France rejected Russian influence in Mali. Nobody spoke.\n\nGermany demanded free elections."
)
SCHEME = (
    CODEBOOK
    + """
[[expression]]
id = "demand"
[[expression]]
id = "threat"
[[attr]]
id = "sure"
values = ["yes", "no"]
"""
)


def suggest(article: str, text: str, words: str) -> dict[str, Any]:
    """One row of a table of suggestions."""
    start = text.index(words)
    place = {"article": article, "start": start, "end": start + len(words), "quote": words}
    return {
        **place,
        "type": "frame",
        "label": "influence",
        "score": 0.7,
        "evidence": [],
        "holder": None,
        "target": None,
    }


class Place:
    """A widget over some texts on the bench, and what another reader finds in its folder."""

    def __init__(self, bench: Bench, folder: Path, texts: Any, codebook: str = SCHEME, **options: Any) -> None:
        articles = [text if isinstance(text, Article) else Article(f"a{n}", text) for n, text in enumerate(texts)]
        path = folder / "codebook.toml"
        path.write_text(codebook, "utf-8")
        self.folder, self.bench, self.book = folder / "annotations", bench, Codebook.read(path)
        self.corpus = Corpus.of(articles)
        self.make = lambda: Annotator(self.corpus, self.store, path, coder="ana", **options)
        self.widget = make_keeping(self.make)
        self.page = bench.show(self.widget)

    @property
    def store(self) -> AnnotationStore:
        return AnnotationStore(self.folder, self.corpus, self.book)

    @property
    def annotations(self) -> list[Annotation]:
        self.bench.settle()
        return self.store.annotations("ana")

    @property
    def quotes(self) -> list[tuple[str | None, ...]]:
        return [(a.label, *(span.quote for span in a.all_spans)) for a in self.annotations]

    def press(self, *keys: str) -> None:
        self.bench.press(*keys)

    def message(self) -> str:
        self.bench.settle()
        return str(self.page.locator(".ctn-message").inner_text())

    def go_to(self, words: str, *, select: bool = False) -> None:
        """Put the cursor on words, or select them, as a mouse without snapping would."""
        spot = self.page.evaluate("(words) => findWords(words)", words)
        (left, top), (right, bottom) = spot["start"], spot["end"]
        if not select:
            self.page.mouse.click(left + 2, top)
            return
        self.page.mouse.move(left + 0.5, top)
        self.page.mouse.down()
        self.page.mouse.move(right - 0.5, bottom, steps=3)
        self.page.mouse.up()
