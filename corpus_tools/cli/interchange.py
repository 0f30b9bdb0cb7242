"""`export` and `import`: annotations to other tools and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from corpus_tools.cli.options import ReadOptions, reads_articles
from corpus_tools.cli.output import Command, format_option, print_table

if TYPE_CHECKING:
    from corpus_tools.annotation.interchange.loss import LossReport


def _check_format(context: click.Context, option: click.Parameter, name: str) -> str:
    """Refuse a format that there is not; the list is loaded only here, so that other commands start quickly."""
    from corpus_tools.annotation.interchange.registry import FORMATS

    if name not in FORMATS:
        raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}")
    return name


def _format_name(flag: str) -> Callable[[Command], Command]:
    help = "Such as csv, brat, doccano or cas-xmi; another word lists them all."
    return click.option(flag, "form_name", callback=_check_format, metavar="FORMAT", required=True, help=help)


_CORPUS = click.option("--corpus", type=click.Path(path_type=Path), required=True, help="The articles.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@_format_name("--to")
@_CORPUS
@click.option("--coder", "coders", multiple=True, help="Whose annotations; may be repeated. Default: everybody's.")
@reads_articles
@format_option
def export(
    folder: Path, out: Path, form_name: str, corpus: Path, coders: tuple[str, ...], reading: ReadOptions, form: str
) -> None:
    """Write the annotations of FOLDER to OUT, for another tool; print what its format cannot carry."""
    from corpus_tools.annotation.interchange.exporting import export_annotations
    from corpus_tools.annotation.store import AnnotationStore
    from corpus_tools.text.corpus import Corpus

    store = AnnotationStore(folder)
    report = export_annotations(store, Corpus.read(corpus, **reading), out, format=form_name, coder=coders or None)
    _print_report(report, form)


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@_format_name("--from")
@click.option("--annotations", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
@_CORPUS
@click.option(
    "--coder",
    "coders",
    multiple=True,
    required=True,
    help="Whose annotations they are; NAME=CODER, repeated, where the file has several coders.",
)
@click.option(
    "--unit",
    type=click.Choice(["auto", "codepoint", "utf16"]),
    default="auto",
    show_default=True,
    help="What offsets count.",
)
@click.option("--done", is_flag=True, help="Say that every article of the file was coded completely.")
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@reads_articles
@format_option
def import_(
    path: Path,
    form_name: str,
    annotations: Path,
    corpus: Path,
    coders: tuple[str, ...],
    unit: Literal["auto", "codepoint", "utf16"],
    done: bool,
    dry_run: bool,
    reading: ReadOptions,
    form: str,
) -> None:
    """Read annotations that another tool wrote, all or none; print what of the file is no annotation."""
    from corpus_tools.annotation.codebook import Codebook
    from corpus_tools.annotation.interchange.importing import import_annotations
    from corpus_tools.annotation.store import AnnotationStore
    from corpus_tools.text.corpus import Corpus

    articles, book_file = Corpus.read(corpus, **reading), annotations / "codebook.toml"
    book = Codebook.read(book_file) if book_file.exists() else None
    imported = import_annotations(
        path, articles, format=form_name, coder=_name_coders(coders), codebook=book, unit=unit
    )
    _print_report(imported.report, form)
    if dry_run:
        click.echo(f"{len(imported.items)} annotations would be written to {annotations}", err=True)
        return
    imported.write(AnnotationStore(annotations, corpus=articles, codebook=book), status="done" if done else None)
    click.echo(f"{len(imported.items)} annotations are in {annotations}", err=True)


def _name_coders(coders: tuple[str, ...]) -> str | dict[str, str]:
    if len(coders) == 1 and "=" not in coders[0]:
        return coders[0]
    pairs = [coder.rpartition("=") for coder in coders]
    if not all(name and found and coder for name, found, coder in pairs):
        raise click.UsageError("give --coder once, or as NAME=CODER for each coder of the file")
    return {name: coder for name, _, coder in pairs}


def _print_report(report: LossReport, form: str) -> None:
    if form == "text":
        click.echo(str(report))
        return
    print_table(report.to_frame(), form)
    for note in report.notes:
        click.echo(f"note: {note}", err=True)


COMMANDS = (export, import_)
