"""`validate` and `agreement`: what coders wrote."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from corpus_tools.cli.output import format_option, print_table

CORPUS = click.option("--corpus", type=click.Path(path_type=Path), help="The articles.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@CORPUS
def validate(folder: Path, corpus: Path | None) -> None:
    """Check every record of a folder of annotations: one line a fault."""
    from corpus_tools.annotation.validation import validate as validate_folder
    from corpus_tools.text.corpus import Corpus

    problems = validate_folder(folder, corpus=Corpus.read(corpus) if corpus is not None else None)
    for problem in problems:
        click.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    click.echo(f"{errors} faults, {len(problems) - errors} unverified", err=True)
    if errors:
        sys.exit(1)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@CORPUS
@click.option(
    "--level",
    type=click.Choice(["sentence", "article"]),
    default=None,
    help="Unit for frames; sentence when there is a corpus.",
)
@click.option(
    "--cache", type=click.Path(path_type=Path), default=".corpus_tools", show_default=True, help="Folder of parses."
)
@format_option
def agreement(folder: Path, corpus: Path | None, level: str | None, cache: Path, form: str) -> None:
    """Measure how far the coders agree."""
    from corpus_tools.agreement.table import measure_agreement
    from corpus_tools.annotation.codebook import Codebook
    from corpus_tools.annotation.store import AnnotationStore
    from corpus_tools.language.parses import parse
    from corpus_tools.text.corpus import Corpus

    book = Codebook.read(folder / "codebook.toml")
    articles = Corpus.read(corpus) if corpus is not None else None
    parses = parse(articles, cache=cache) if articles is not None and level != "article" else None
    store = AnnotationStore(folder, corpus=articles, codebook=book)
    chosen = level or ("sentence" if parses is not None else "article")
    print_table(measure_agreement(store, book, parses=parses, level=chosen), form)


COMMANDS = (validate, agreement)
