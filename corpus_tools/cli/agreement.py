"""`agreement`: how far coders agree, where they confuse what, and on which units they disagree most."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus_tools.cli.options import CACHE, CORPUS, ReadOptions, read_if_given, reads_articles
from corpus_tools.cli.output import format_option, print_table

if TYPE_CHECKING:
    import pandas as pd


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
    "--coder", "coders", multiple=True, metavar="ID", help="Whom to compare instead of all coders; repeat it."
)
@CACHE
@reads_articles
@format_option
def agreement(
    folder: Path,
    corpus: Path | None,
    level: str | None,
    coders: tuple[str, ...],
    cache: Path,
    reading: ReadOptions,
    form: str,
) -> None:
    """Measure how far the coders agree; show what they confuse and the ten units they disagree on most."""
    from corpus_tools.agreement.coded import line_up
    from corpus_tools.agreement.confusion import count_confusions
    from corpus_tools.agreement.disagreements import list_disagreements
    from corpus_tools.agreement.table import tabulate
    from corpus_tools.annotation.codebook import Codebook
    from corpus_tools.annotation.store import AnnotationStore
    from corpus_tools.language.parses import parse

    book = Codebook.read(folder / "codebook.toml")
    articles = read_if_given(corpus, reading)
    parses = parse(articles, cache=cache) if articles is not None and level != "article" else None
    store = AnnotationStore(folder, corpus=articles, codebook=book)
    chosen = level or ("sentence" if parses is not None else "article")
    coding = line_up(store, corpus=articles, parses=parses, level=chosen, coders=coders or None)
    table = tabulate(coding, book, texts=articles is not None)
    if form == "csv":
        print_table(table, form)
    else:
        _print_all(table, count_confusions(coding), list_disagreements(coding), form)


def _print_all(table: pd.DataFrame, confusion: pd.DataFrame, disagreements: pd.DataFrame, form: str) -> None:
    if form == "json":
        parts = {"table": table, "confusion": confusion, "disagreements": disagreements}
        plain = {name: json.loads(part.to_json(orient="records", double_precision=15)) for name, part in parts.items()}
        click.echo(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    print_table(table.fillna({"reason": ""}), form)
    for (kind, first, second), counts in confusion.groupby(["kind", "first", "second"], sort=False):
        click.echo(f"\nConfusion of {kind}s: {first} (rows) and {second} (columns)")
        square = counts.pivot(index="first_label", columns="second_label", values="n").fillna(0).astype(int)
        click.echo(square.rename_axis(index=None, columns=None).to_string())
    click.echo("\nThe units that coders disagree on most:" if len(disagreements) else "\nNo unit is disputed.")
    for number, row in enumerate(disagreements.to_dict("records"), 1):
        click.echo(f"\n{number}. {row['article']} [{row['start']}, {row['end']}), disagreement {row['score']:.2f}")
        if row["text"]:
            shown = textwrap.shorten(row["text"], 600, placeholder=" …")
            click.echo(textwrap.fill(shown, 110, initial_indent="   ", subsequent_indent="   "))
        for coder, said in row["codes"].items():
            click.echo(f"   {coder}: {'; '.join(said) or '(nothing)'}")


COMMANDS = (agreement,)
