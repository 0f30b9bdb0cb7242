"""The command line: one thin command a verb, no logic.

Exit status: 0 done, 1 the input was bad (said in one line), 2 usage.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import click

from corpus_tools._version import __version__
from corpus_tools.cli import (
    agreement,
    annotate,
    benchmark,
    cache,
    coding,
    evaluate,
    interchange,
    models,
    texts,
    training,
)
from corpus_tools.cli.wording import Verbs
from corpus_tools.text.errors import InputError, InputWarning


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="corpus-tools")
def cli() -> None:
    """From raw articles to framing and stance results that a reviewer cannot knock down."""


for module in (training, evaluate, benchmark, texts, cache, coding, annotate, agreement, interchange, models):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; bad input ends in one line on stderr and status 1."""
    warnings.showwarning = _show_warning
    try:
        cli.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:  # a full disk, a name that is too long, a folder that nobody may enter
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror or error}; check the path, its permissions and the disk", file=sys.stderr)
        sys.exit(1)


def _show_warning(message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
    """Show our own warnings in one line; leave the others to their package."""
    if issubclass(category, InputWarning):
        print(f"warning: {message}", file=sys.stderr)
