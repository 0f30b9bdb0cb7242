"""`annotate`: open JupyterLab on a notebook that is ready to code in."""

from __future__ import annotations

from pathlib import Path

import click

from corpus_tools.cli.options import PACKAGE, ReadOptions, reads_articles


@click.command()
@click.argument("articles", type=click.Path(path_type=Path))
@click.option("--annotations", type=click.Path(path_type=Path), required=True, help="Folder with codebook.toml.")
@click.option("--coder", required=True, help="Whose log is written.")
@click.option("--order", type=click.Choice(["given", "random"]), default="given", show_default=True)
@PACKAGE
@click.option("--language", default="en", show_default=True)
@click.option("--notebook", type=click.Path(path_type=Path), help="The file.  [default: annotate-CODER.ipynb]")
@click.option("--open/--no-open", "opened", default=True, show_default=True, help="Start JupyterLab on it.")
@reads_articles
def annotate(
    articles: Path,
    annotations: Path,
    coder: str,
    order: str,
    package: str,
    language: str,
    notebook: Path | None,
    opened: bool,
    reading: ReadOptions,
) -> None:
    """Code articles in JupyterLab."""
    import subprocess
    import sys

    from corpus_tools.annotation.identifiers import check_coder_id
    from corpus_tools.notebook.starter import write_starter

    check_coder_id(coder)
    path = notebook or Path(f"annotate-{coder}.ipynb")
    if path.exists():
        click.echo(f"{path} is there already and is kept as it is, with what it says of articles", err=True)
    write_starter(
        path, articles=articles, annotations=annotations, coder=coder,
        order=order, package=package, language=language, reading=reading,
    )  # fmt: skip
    click.echo(path)
    if opened:
        raise SystemExit(subprocess.run([sys.executable, "-m", "jupyterlab", str(path)], check=False).returncode)


COMMANDS = (annotate,)
