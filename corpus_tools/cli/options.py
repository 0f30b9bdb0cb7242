"""Options that several commands have, each with one name, one default and one help text."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["ANNOTATIONS", "CACHE", "CORPUS", "PACKAGE", "PLAIN_FORMAT"]

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
