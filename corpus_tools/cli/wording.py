"""Remedies in the words of the shell: the library says `unit='utf16'`, and who typed a command reads `--unit utf16`.

>>> import click
>>> command = click.Command("import", params=[click.Option(["--unit"]), click.Option(["--coder", "coders"])])
>>> say_in_shell("pass unit='utf16', or coder={'A': 'ana'}", command)
'pass --unit utf16, or --coder A=ana'
>>> say_in_shell("pass coder={'A': None}", command)
'pass --coder A='
>>> say_in_shell("give coder=, or pass encoding='cp1252'", command)
"give --coder, or pass encoding='cp1252' (encoding= is for Python; this command has no such option)"
"""

from __future__ import annotations

import re
from typing import Any

import click

from corpus_tools.cli.output import PRINTED
from corpus_tools.text.errors import InputError

__all__ = ["Verbs", "say_in_shell"]

_ARGUMENT = re.compile(r"(?<![\w-])([a-z_]+)=(?:'([^']*)'|\{'([^']*)': '?([^'}]*)'?\}|(?=[\s,;]|$))")
"""An argument of a call, as remedies write it: with a text, with a mapping of one text, or by its name alone."""


class Verbs(click.Group):
    """A group of commands whose bad input is told in the words of the shell."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command, and reword the remedy of what was wrong with its input."""
        try:
            return super().invoke(context)
        except InputError as error:
            command = self.commands.get(context.invoked_subcommand or "")
            if command is None or isinstance(command, click.Group) or error.remedy is None:
                raise
            raise InputError(error.what, where=error.where, remedy=say_in_shell(error.remedy, command)) from error


def say_in_shell(remedy: str, command: click.Command) -> str:
    """Return a remedy with the command's own options in place of the arguments of Python that they stand for."""
    options = [option for option in command.params if option.name != PRINTED]
    flags = {flag.removeprefix("--").replace("-", "_"): flag for option in options for flag in option.opts}
    foreign: list[str] = []

    def reword(found: re.Match[str]) -> str:
        name, text, key, value = found.groups()
        if name not in flags:
            foreign.append(f"{name}=")
            return found[0]
        if key is not None:
            return f"{flags[name]} {key}={'' if value == 'None' else value}"
        return flags[name] if text is None else f"{flags[name]} {text}"

    said = _ARGUMENT.sub(reword, remedy)
    if not foreign:
        return said
    verb = "is" if len(set(foreign)) == 1 else "are"
    return f"{said} ({' and '.join(dict.fromkeys(foreign))} {verb} for Python; this command has no such option)"
