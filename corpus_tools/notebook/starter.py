"""A notebook that is ready to code in: what `corpus-tools annotate` opens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus_tools.text.decoding import check_encoding
from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import check_columns
from corpus_tools.text.writing import write_whole

_TITLE = "# Coding as {coder}\n\nRun the cells (Shift+Enter). Every mark is on disk before the widget says *saved*."
_SETUP = """\
import corpus_tools as ct

corpus = ct.Corpus.read({reading})
book = {codebook!r}
store = ct.AnnotationStore({annotations!r}, corpus=corpus, codebook=ct.Codebook.read(book))
parses = ct.parse(corpus, language={language!r}, package={package!r}, cache={cache!r})"""
_CODE = """\
annotator = ct.Annotator(corpus, store, book, coder={coder!r}, parses=parses, order={order!r})
annotator"""


def write_starter(
    path: Path,
    *,
    articles: Path,
    annotations: Path,
    coder: str,
    order: str = "given",
    language: str = "en",
    package: str = "lite",
    cache: Path = Path(".corpus_tools"),
    reading: Mapping[str, Any] | None = None,
) -> Path:
    """Write the notebook, unless it is there already: a coder's own notes in it are not overwritten.

    Parameters
    ----------
    path
        The notebook.
    articles, annotations
        What `Corpus.read` takes, and the folder with `codebook.toml`; kept in the notebook as absolute paths.
    coder, order
        As for `Annotator`.
    language, package, cache
        As for `corpus_tools.parse`.
    reading
        Arguments for `Corpus.read` beside the articles.

    Raises
    ------
    InputError
        When there are no articles or no codebook, or the notebook cannot be written.
    """
    codebook = annotations / "codebook.toml"
    for needed in (articles, codebook):
        if not needed.exists():
            raise InputError("is not there", where=str(needed), remedy="give the articles, and the annotations folder")
    check_encoding((reading or {}).get("encoding", "utf-8"))
    check_columns((reading or {}).get("columns"))
    if path.exists():
        return path
    arguments = [repr(str(articles.resolve())), *(f"{name}={value!r}" for name, value in (reading or {}).items())]
    values = {
        "reading": ", ".join(arguments), "annotations": str(annotations.resolve()), "coder": coder, "order": order,
        "codebook": str(codebook.resolve()), "language": language, "package": package, "cache": str(cache.resolve()),
    }  # fmt: skip
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": _TITLE.format(coder=coder)},
        *(
            {"cell_type": "code", "id": name, "metadata": {}, "source": source.format(**values), "outputs": [],
             "execution_count": None}
            for name, source in (("setup", _SETUP), ("code", _CODE))
        ),
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
