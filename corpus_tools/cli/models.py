"""`models`: list, locate, download, score and train Stanza packages."""

from __future__ import annotations

import click

from corpus_tools.cli.output import format_option, print_table


@click.group()
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


COMMANDS = (models,)
