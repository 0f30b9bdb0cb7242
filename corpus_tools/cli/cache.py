"""`cache show` and `cache prune`: what the parse cache holds, and making room."""

from __future__ import annotations

from pathlib import Path

import click

from corpus_tools.cli.output import format_option, print_table
from corpus_tools.cli.wording import Verbs


@click.group(cls=Verbs)
def cache() -> None:
    """Show or prune a folder of parses."""


@cache.command()
@click.argument("folder", type=click.Path(path_type=Path))
@format_option
def show(folder: Path, form: str) -> None:
    """List the configurations in FOLDER: package, precision, articles, words, bytes, and whether they are current."""
    from corpus_tools.language.housekeeping import list_configurations

    print_table(list_configurations(folder), form)


@cache.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Remove the parses that are current, too.")
@click.option("--quarantine", is_flag=True, help="Release the texts that killed their process: they are tried again.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and leave it.")
def prune(folder: Path, everything: bool, quarantine: bool, dry_run: bool) -> None:
    """Remove what no run would read: parses of other versions or models, damaged shards, left-over files."""
    from corpus_tools.language.housekeeping import prune_cache

    removed, size = prune_cache(folder, everything=everything, quarantine=quarantine, dry_run=dry_run)
    click.echo(f"{'would remove' if dry_run else 'removed'} {removed} files, {size / 1e6:.1f} MB")


COMMANDS = (cache,)
