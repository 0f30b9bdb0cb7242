"""`validate` and `repair`: what coders wrote."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from corpus_tools.cli.options import CORPUS, ReadOptions, read_if_given, reads_articles


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@CORPUS
@reads_articles
def validate(folder: Path, corpus: Path | None, reading: ReadOptions) -> None:
    """Check every record of a folder of annotations: one line a fault."""
    from corpus_tools.annotation.validation import validate as validate_folder

    problems = validate_folder(folder, corpus=read_if_given(corpus, reading))
    for problem in problems:
        click.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    click.echo(f"{errors} faults, {len(problems) - errors} unverified", err=True)
    if errors:
        sys.exit(1)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def repair(path: Path) -> None:
    """Repair a damaged log, or all logs of a folder; nothing is lost, and every step is told."""
    from corpus_tools.annotation.repair import repair as repair_logs

    steps = repair_logs(path)
    for step in steps:
        click.echo(str(step))
    left = sum(not step.done for step in steps)
    click.echo(f"{len(steps) - left} steps, {left} left to decide" if steps else "nothing to repair", err=True)
    if left:
        sys.exit(1)


COMMANDS = (validate, repair)
