"""`parse` and `duplicates`: articles and their parses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpus_tools.cli.options import PACKAGE, ReadOptions, reads_articles
from corpus_tools.cli.output import format_option, print_table


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--cache", required=True, help="Folder of parses, or an address such as s3://bucket/parses.")
@click.option("--language", default="en", show_default=True)
@PACKAGE
@click.option("--workers", default="auto", show_default=True, help="Number of processes, or auto.")
@click.option("--cluster", metavar="ADDRESS|local|slurm", help="Parse on a Dask cluster (extra [dask]).")
@click.option(
    "--precision",
    type=click.Choice(["exact", "fast"]),
    default="exact",
    show_default=True,
    help="fast: bfloat16 or 8-bit integers, a few words in a thousand come out otherwise.",
)
@click.option("--conllu", type=click.Path(path_type=Path), help="Write the parses to this CoNLL-U file too.")
@reads_articles
@format_option
def parse(
    path: Path, cache: str, workers: str, conllu: Path | None, reading: ReadOptions, form: str, **options: Any
) -> None:
    """Parse articles into the cache and print what was parsed."""
    import pandas as pd

    from corpus_tools.language.parses import parse as parse_corpus
    from corpus_tools.text.corpus import Corpus

    number: int | str = int(workers) if workers.isdecimal() else workers
    parses = parse_corpus(Corpus.read(path, **reading), cache=cache, workers=number, **options)
    if conllu is not None:
        parses.to_conllu(conllu)
    rows = [
        {"article": p.article.id, "sentences": len(p.sentences), "words": len(p.tokens), "entities": len(p.entities)}
        for p in parses
    ]
    print_table(pd.DataFrame(rows, columns=["article", "sentences", "words", "entities"]), form)
    for row in parses.skipped.to_dict("records"):
        click.echo(f"skipped {row['article']}: {row['reason']}", err=True)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--threshold", default=0.8, show_default=True, help="Jaccard similarity of word shingles from which a pair counts."
)
@reads_articles
@format_option
def duplicates(path: Path, threshold: float, reading: ReadOptions, form: str) -> None:
    """List near-duplicate articles, which ruin evaluations."""
    from corpus_tools.text.corpus import Corpus

    print_table(Corpus.read(path, **reading).near_duplicates(threshold=threshold), form)


COMMANDS = (parse, duplicates)
