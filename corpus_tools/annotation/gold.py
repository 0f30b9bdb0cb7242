"""`Gold`: what adjudication decided, ready for training and evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from corpus_tools.annotation.records import Annotation

__all__ = ["Gold"]


@dataclass(frozen=True)
class Gold:
    """The decided annotations and the articles that are completely decided.

    Attributes
    ----------
    coder : str
        Whose log it is.
    items : tuple of Annotation
        All annotations; each names in `decides` what it decided between.
    articles : tuple of str
        The articles with status done, in the order of the log. Only they can give negative examples.
    """

    coder: str
    items: tuple[Annotation, ...]
    articles: tuple[str, ...]

    def annotations(self, article: str | None = None, type: str | None = None) -> list[Annotation]:
        """Return the annotations of an article, of a type ("frame" or "stance"), or all."""
        return [item for item in self.items if article in (None, item.article) and type in (None, item.type)]

    @property
    def codebook_versions(self) -> tuple[str, ...]:
        """The versions of the codebook under which the decisions were made, sorted."""
        return tuple(sorted({item.codebook for item in self.items if item.codebook is not None}))
