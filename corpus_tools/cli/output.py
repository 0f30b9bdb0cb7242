"""How commands print: every table as text, JSON or CSV on stdout."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import pandas as pd

PRINTED = "form"
"""What commands call the value of `--format`, which says how to print and is no `format=` of the library."""
Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(command: Command) -> Command:
    """Add `--format text|json|csv` to a command that prints a table."""
    return click.option(
        "--format",
        PRINTED,
        type=click.Choice(["text", "json", "csv"]),
        default="text",
        show_default=True,
        help="How to print.",
    )(command)


def print_table(table: pd.DataFrame, form: str) -> None:
    """Print a table on stdout."""
    if form == "json":
        click.echo(
            json.dumps(json.loads(table.to_json(orient="records", force_ascii=False)), ensure_ascii=False, indent=1)
        )
    elif form == "csv":
        from corpus_tools.reporting.files import to_csv

        click.echo(to_csv(table), nl=False)
    else:
        click.echo(
            table.to_string(index=False, float_format=lambda v: f"{v:.3f}", na_rep="-") if len(table) else "(nothing)"
        )


def print_object(value: Any) -> None:
    """Print plain data as JSON on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))
