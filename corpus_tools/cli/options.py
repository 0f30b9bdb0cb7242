"""Options that several commands have, each with one name, one default and one help text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from corpus_tools.text.corpus import Corpus

__all__ = [
    "ANNOTATIONS",
    "CACHE",
    "CORPUS",
    "PACKAGE",
    "PLAIN_FORMAT",
    "ReadOptions",
    "read_if_given",
    "reads_articles",
]

ANNOTATIONS = click.option(
    "--annotations",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder with codebook.toml and the coders' logs.",
)
CACHE = click.option(
    "--cache", type=click.Path(path_type=Path), default=".corpus_tools", show_default=True, help="Folder of parses."
)
CORPUS = click.option("--corpus", type=click.Path(path_type=Path), help="The articles.")
PACKAGE = click.option(
    "--package", default="lite", show_default=True, help="Stanza package: lite (embedded) or default."
)
PLAIN_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)

ReadOptions = Mapping[str, Any]
"""How articles are read: arguments of `Corpus.read` that differ from its defaults."""


def reads_articles(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--encoding`, `--columns` and `--on-error` to a command, which gets what they say as one `reading`."""

    @click.option("--encoding", help="Encoding of text files.  [default: utf-8]")
    @click.option(
        "--columns",
        multiple=True,
        metavar="FIELD=COLUMN",
        callback=_split_columns,
        help="Column of a field, such as text=body; repeat it. Nothing after = leaves the field empty.",
    )
    @click.option(
        "--on-error", type=click.Choice(["raise", "skip"]), help="What a faulty article does.  [default: raise]"
    )
    @functools.wraps(command)
    def gather(*arguments: Any, encoding: Any, columns: Any, on_error: Any, **options: Any) -> Any:
        given = {"encoding": encoding, "columns": columns, "on_error": on_error}
        told = {name: value for name, value in given.items() if value is not None and value != {}}
        return command(*arguments, reading=told, **options)

    return gather


def read_if_given(path: Path | None, reading: ReadOptions) -> Corpus | None:
    """Read the articles of an optional `--corpus`; to say how to read them without it is a mistake."""
    from corpus_tools.text.corpus import Corpus

    if path is None and reading:
        raise click.UsageError("--encoding, --columns and --on-error are about articles: give --corpus, too")
    return None if path is None else Corpus.read(path, **reading)


def _split_columns(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not field or not equals:
            raise click.BadParameter(f"{pair!r} is not FIELD=COLUMN")
        if field in found:
            raise click.BadParameter(f"{field!r} is named twice")
        found[field] = column or None
    return found
