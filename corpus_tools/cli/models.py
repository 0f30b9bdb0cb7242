"""`models`: list, locate, download, score and train Stanza packages, and make pieces of words for them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from corpus_tools.cli.output import format_option, print_table
from corpus_tools.cli.wording import Verbs


@click.group(cls=Verbs)
def models() -> None:
    """Stanza packages: the embedded one, Stanza's own, and those that you train."""


@models.command("list")
@format_option
def list_models(form: str) -> None:
    """List the packages that are there."""
    import pandas as pd

    from corpus_tools.language.models import list_packages

    rows = [
        {"package": p.name, "language": p.language, "processors": " ".join(p.processors), "folder": str(p.folder)}
        for p in list_packages()
    ]
    print_table(pd.DataFrame(rows), form)


@models.command()
@click.argument("package", default="lite")
@click.option("--language", default="en", show_default=True)
def path(package: str, language: str) -> None:
    """Print the folder that `stanza.Pipeline(dir=…)` takes."""
    from corpus_tools.language.models import package_path

    click.echo(package_path(package, language))


@models.command()
@click.argument("language")
def download(language: str) -> None:
    """Fetch Stanza's own default package of a language."""
    from corpus_tools.language.downloads import download as fetch

    click.echo(fetch(language))


@models.command()
@click.option("--treebank", type=click.Path(path_type=Path), required=True, help="Folder of a UD treebank.")
@click.option("--ner", type=click.Path(path_type=Path), help="Folder of articles with named entities.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the package.")
@click.option("--language", default="en", show_default=True)
@click.option("--vectors", type=click.Path(path_type=Path), help="Word vectors in Stanza's form.")
@click.option("--encoder", type=click.Path(path_type=Path), help="Folder of a transformer to distil vectors from.")
@click.option("--start-from", type=click.Path(path_type=Path), help="A package whose weights are the start.")
@click.option(
    "--steps", multiple=True, metavar="MODEL=N", help="Steps of one model, such as pos=4000; may be repeated."
)
@click.option("--also-dev", is_flag=True, help="Train on the development sentences too (a last round).")
def train(
    treebank: Path,
    ner: Path | None,
    out: Path,
    language: str,
    vectors: Path | None,
    encoder: Path | None,
    start_from: Path | None,
    steps: tuple[str, ...],
    also_dev: bool,
) -> None:
    """Train a package with Stanza's own models; call again to resume."""
    from corpus_tools.language.training.package import train_package

    pairs = [entry.partition("=") for entry in steps]
    if not all(number.isdecimal() for _, _, number in pairs):
        raise click.BadParameter("write --steps as MODEL=N, such as pos=4000")
    chosen = {name: int(number) for name, _, number in pairs} or None
    package = train_package(
        treebank=treebank, ner=ner, out=out, language=language, vectors=vectors, encoder=encoder,
        start_from=start_from, steps=chosen, also_dev=also_dev,
        commands=(shlex.join(["corpus-tools", *sys.argv[1:]]),),
    )  # fmt: skip
    click.echo(package)


@models.command()
@click.option("--vectors", type=click.Path(path_type=Path), required=True, help="The package's word vectors.")
@click.option("--treebank", type=click.Path(path_type=Path), required=True, help="Folder of a UD treebank.")
@click.option("--ner", type=click.Path(path_type=Path), help="Folder of articles with named entities.")
@click.option(
    "--encoder", type=click.Path(path_type=Path), required=True, help="Folder of the transformer of the vectors."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File of the pieces, LANGUAGE/pieces.npz.")
def pieces(vectors: Path, treebank: Path, ner: Path | None, encoder: Path, out: Path) -> None:
    """Make the pieces of words that give a package's unknown words vectors."""
    from corpus_tools.language.training.pieces import train_pieces

    click.echo(train_pieces(treebank=treebank, ner=ner, vectors=vectors, encoder=encoder, out=out))


@models.command()
@click.argument("treebank_file", type=click.Path(path_type=Path))
@click.option("--package", default="lite", show_default=True, help="Name or folder of the package.")
@click.option("--language", default="en", show_default=True)
@click.option("--ner", type=click.Path(path_type=Path), help="Folder of articles with named entities.")
@click.option(
    "--precision",
    type=click.Choice(["exact", "fast"]),
    help="Score what `parse` makes in this precision, not Stanza itself; entities are always Stanza's.",
)
@format_option
def score(treebank_file: Path, package: str, language: str, ner: Path | None, precision: str | None, form: str) -> None:
    """Score a package on a treebank file from raw text, and on held-out entities."""
    from corpus_tools.language.models import package_path
    from corpus_tools.language.scoring import score_entities, score_package

    folder = package_path(package, language)
    print_table(score_package(folder, treebank_file, language=language, precision=precision), form)
    if ner is not None:
        print_table(score_entities(folder, ner, language=language), form)


COMMANDS = (models,)
