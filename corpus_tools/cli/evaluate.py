"""`evaluate`: judge detectors as a small file says, or repeat an evaluation from its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus_tools.cli.options import CACHE, PLAIN_FORMAT
from corpus_tools.cli.output import print_object

if TYPE_CHECKING:
    from corpus_tools.reporting.evaluations.job import Outcome
    from corpus_tools.reporting.evaluations.rerun import Rerun

_SHOWN = 20


@click.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@click.option("--rerun", "manifest", type=click.Path(path_type=Path), help="A manifest.json to repeat and compare.")
@click.option("--data", type=click.Path(path_type=Path), help="Where the benchmark's files, or the table, lie.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for page, tables, model card and manifest.")
@click.option(
    "--base", type=click.Path(path_type=Path), help="With --rerun: the folder of the configuration, if moved."
)
@CACHE
@PLAIN_FORMAT
def evaluate(
    config: Path | None,
    manifest: Path | None,
    data: Path | None,
    out: Path | None,
    base: Path | None,
    cache: Path,
    form: str,
) -> None:
    """Evaluate as CONFIG (a TOML file such as evaluations/demo_frames.toml) says; see docs/evaluation.md."""
    from corpus_tools.reporting.evaluations.config import read_config
    from corpus_tools.reporting.evaluations.files import write_evaluation
    from corpus_tools.reporting.evaluations.job import run_evaluation
    from corpus_tools.reporting.evaluations.rerun import rerun

    if (config is None) == (manifest is None):
        raise click.UsageError("give either CONFIG or --rerun MANIFEST")
    if manifest is not None:
        repeated = rerun(manifest, data=data, base=base, cache=cache)
        outcome = repeated.outcome
    elif config is not None:
        if base is not None:
            raise click.UsageError("--base goes with --rerun; a configuration's paths are relative to its own folder")
        outcome = run_evaluation(read_config(config, data=data), cache=cache)
    if out is not None:
        for path in write_evaluation(outcome, out):
            click.echo(f"wrote {path}", err=True)
    _print(outcome, form)
    if manifest is not None:
        _compare(repeated)


def _print(outcome: Outcome, form: str) -> None:
    from corpus_tools.reporting.evaluations.terminal import render_text

    if form == "json":
        print_object(outcome.document)
    else:
        click.echo(render_text(outcome.document))


def _compare(repeated: Rerun) -> None:
    """Say whether the rerun is the same; a difference ends in status 1."""
    if not repeated.differences:
        rows = len(repeated.outcome.predictions)
        click.echo(f"identical: {repeated.compared} figures and {rows} predictions, to the last bit", err=True)
        return
    for line in repeated.differences[:_SHOWN]:
        click.echo(f"differs: {line}", err=True)
    if len(repeated.differences) > _SHOWN:
        click.echo(f"… and {len(repeated.differences) - _SHOWN} more", err=True)
    changed = "; ".join(repeated.versions)
    why = f"the likely reason: {changed}" if changed else "the versions are the same: look at the machine"
    click.echo(f"{len(repeated.differences)} of {repeated.compared} figures differ; {why}", err=True)
    raise SystemExit(1)


COMMANDS = (evaluate,)
