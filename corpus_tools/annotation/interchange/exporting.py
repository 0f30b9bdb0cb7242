"""From a store to a file of another tool."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Fitted, Item
from corpus_tools.annotation.interchange.loss import Losses, LossReport, find_losses
from corpus_tools.annotation.interchange.registry import find_format
from corpus_tools.annotation.interchange.targets import open_target
from corpus_tools.annotation.records import Annotation, payload_of, record_of
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.annotation.gold import Gold
    from corpus_tools.text.corpus import Corpus

__all__ = ["export_annotations"]


def export_annotations(
    source: AnnotationStore | Gold | Iterable[Annotation],
    corpus: Corpus,
    path: str | os.PathLike[str],
    *,
    format: str,
    coder: str | Collection[str] | None = None,
) -> LossReport:
    """Write annotations in the format of another tool.

    Every article of the corpus is written, with or without annotations; filter the corpus to write fewer.

    Parameters
    ----------
    source
        A store, gold, or annotations.
    corpus
        The articles; each annotation is checked against its text before anything is written.
    path
        The file, or for brat and CAS a new folder or a ``.zip``. It appears when it is complete.
    format
        One of `FORMATS`; docs/formats.md says what each of them carries.
    coder
        One coder or several; None for all. Formats that have no place for a coder take one at a time.

    Returns
    -------
    LossReport
        What was not carried: ``str(report)`` for people, ``report.to_frame()`` for pandas.

    Raises
    ------
    InputError
        When an annotation does not fit its article, or the format or the path cannot be used.
    """
    form = find_format(format)
    annotations = _choose(source, coder)
    _check_coders(form, annotations)
    losses = Losses(form.name, "export")
    export = _Export(form, corpus, annotations, losses)
    with open_target(path, folder=form.folder) as target:
        form.write(export.documents(), target)
    return losses.report(export.carried)


class _Export:
    """One export: hands each article with its fitted items to the format, and notes what was lost."""

    def __init__(self, form: Format, corpus: Corpus, annotations: Iterable[Annotation], losses: Losses) -> None:
        self.form = form
        self.corpus = corpus
        self.losses = losses
        self.carried = 0
        self._checker = Checker(corpus)
        self._items: dict[str, list[Item]] = {}
        for annotation in annotations:
            self._items.setdefault(annotation.article, []).append(Item.of(annotation))
        missing = next((name for name in self._items if name not in corpus), None)
        if missing is not None:
            what = f"annotation {self._items[missing][0].id} is on the article {missing!r}, which is not in the corpus"
            raise InputError(what, remedy="give the corpus that holds it, or leave the annotation out")

    def documents(self) -> Iterator[Document]:
        for article in self.corpus:
            items = [self._complete(item) for item in self._items.get(article.id, ())]
            reason = self.form.refuse(article)
            if reason is not None:
                self._leave_out(article, items, reason)
                continue
            kept: list[Item] = []
            for item, fitted in self.form.fit_all(article, items):
                kept += self._note(item, fitted)
            yield Document(article, tuple(kept))

    def _complete(self, item: Item) -> Item:
        fields: dict[str, Any] = {"event": "add", "codebook": item.codebook, **payload_of(item.record)}
        try:
            return replace(item, record=record_of(self._checker.complete(fields)))
        except InputError as error:
            where = f"annotation {item.id} on {item.record.article}"
            raise InputError(error.what, where=where, remedy=error.remedy) from error

    def _leave_out(self, article: Article, items: Iterable[Item], reason: str) -> None:
        self.losses.notes.append(f"the article {article.id!r} was not written: {reason}")
        for item in items:
            self.losses.add("annotation", reason, item.id or "")

    def _note(self, item: Item, fitted: Fitted) -> tuple[Item, ...]:
        """Note what is lost, and return what is to be written."""
        if isinstance(fitted, str):
            self.losses.add("annotation", fitted, item.id or "")
            return ()
        self.carried += 1
        for what in find_losses(item, fitted):
            why = self.form.lacks.get(what) or self.form.may_lose[what]
            self.losses.add(what, why, item.id or "")
        return fitted


def _choose(source: Any, coder: str | Collection[str] | None) -> list[Annotation]:
    if isinstance(source, AnnotationStore):
        return source.annotations(coder)
    annotations = list(source.annotations()) if hasattr(source, "annotations") else list(source)
    if coder is None:
        return annotations
    wanted = {coder} if isinstance(coder, str) else set(coder)
    unknown = sorted(wanted - {annotation.coder for annotation in annotations})
    if unknown:
        raise InputError(f"there are no annotations by {', '.join(unknown)}", remedy="name coders that have some")
    return [annotation for annotation in annotations if annotation.coder in wanted]


def _check_coders(form: Format, annotations: Iterable[Annotation]) -> None:
    coders = sorted({annotation.coder for annotation in annotations})
    if not form.coders and len(coders) > 1:
        what = f"{form.name} cannot tell coders apart, and there are annotations by {', '.join(coders)}"
        raise InputError(what, remedy=f"export one at a time, with coder={coders[0]!r}")
