r"""Strict checks of a configuration: an unknown key or a wrong type is told with its line and what would be right.

>>> text = 'seed = "one"\n[data]\narticles = 3\n'
>>> find_line(text, "", "seed"), find_line(text, "data", "articles"), find_line(text, "data", "table")
(1, 3, 2)
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from corpus_tools.text.errors import InputError

__all__ = ["TYPES", "Source", "check_keys", "find_line", "types_of_parameters"]

_HEADER = re.compile(r"^\s*\[+\s*([\w.\"'-]+)\s*\]+")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(check, value))


TYPES: dict[str, Callable[[Any], bool]] = {
    "a text": _is_text,
    "true or false": lambda value: isinstance(value, bool),
    "a whole number": _is_whole,
    "a number": _is_number,
    "a list of texts": _is_list_of(_is_text),
    "a list of numbers": _is_list_of(_is_number),
    "a list of texts or pairs of texts": _is_list_of(
        lambda value: _is_text(value) or (_is_list_of(_is_text)(value) and len(value) == 2)
    ),
    "a table": lambda value: isinstance(value, dict),
    "a table of lists": lambda value: isinstance(value, dict) and all(isinstance(v, list) for v in value.values()),
    "tables": _is_list_of(lambda value: isinstance(value, dict)),
}  # fmt: skip
"""Types of values by the name that errors give them."""


class Source:
    """Where a configuration came from: the name of the file, and its text if there is one, for the lines.

    Parameters
    ----------
    name
        The path of the file.
    text
        Its content; empty where the configuration comes from a manifest.
    """

    def __init__(self, name: str, text: str = "") -> None:
        self.name, self.text = name, text

    def place(self, section: str, key: str, number: int = 0) -> str:
        """Return the file with the line of a key, as far as it is known."""
        line = find_line(self.text, section, key, number)
        return f"{self.name}:{line}" if line else self.name

    def refuse(self, what: str, remedy: str, *, section: str = "", key: str = "", number: int = 0) -> NoReturn:
        """Raise an `InputError` at a key."""
        raise InputError(what, where=self.place(section, key, number), remedy=remedy)


def find_line(text: str, section: str, key: str, number: int = 0) -> int:
    """Return the line of a key in a section of a TOML file, of the section where the key is not there, or 0.

    Parameters
    ----------
    text
        Content of the file.
    section, key
        Name of the table (empty for the top of the file) and of the key in it.
    number
        Which of several tables of this name.
    """
    here, met, found = "", -1 if section else 0, 0
    own = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[.=]") if key else None
    for line, content in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(content)
        if header:
            here = header.group(1)
            met += here == section
            found = line if here == section and met == number else found
        if here == section and met == number and own is not None and own.match(content):
            return line
    if not found and section:  # the table may stand inline in the one above
        above, _, name = section.rpartition(".")
        return find_line(text, above, name)
    return found


def check_keys(
    values: Mapping[str, Any], types: Mapping[str, str], source: Source, section: str, number: int = 0
) -> None:
    """Raise unless every key is one of `types` and its value of the type named there.

    Raises
    ------
    InputError
        With file, line, key and the remedy.
    """  # fmt: skip
    title = f" in [{section}]" if section else ""
    for key, value in values.items():
        if key not in types:
            near = get_close_matches(key, types, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else f"use some of {', '.join(types)}"
            source.refuse(f"there is no key {key!r}{title}", remedy, section=section, key=key, number=number)
        if not TYPES[types[key]](value):
            source.refuse(
                f"{key!r}{title} must be {types[key]}, not {_show(value)}",
                f"write {_EXAMPLES[types[key]].format(key)}",
                section=section, key=key, number=number,
            )  # fmt: skip


def types_of_parameters(kind: type, *, without: Sequence[str] = ()) -> dict[str, str]:
    """Return the parameters of an estimator with the types of their defaults; None stands for a text."""
    names = {bool: "true or false", int: "a whole number", float: "a number"}
    return {
        name: names.get(type(parameter.default), "a text")
        for name, parameter in inspect.signature(kind).parameters.items()
        if name not in without
    }


_EXAMPLES = {
    "a text": '{} = "…"',
    "true or false": "{} = true",
    "a whole number": "{} = 5",
    "a number": "{} = 0.5",
    "a list of texts": '{} = ["…", "…"]',
    "a list of numbers": "{} = [0.5, 1.0]",
    "a list of texts or pairs of texts": '{} = ["…", ["…", "…"]]',
    "a table": "[{}] on a line of its own",
    "a table of lists": "{} = {{C = [1.0, 4.0]}}",
    "tables": "[[{}]] on a line of its own",
}


def _show(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."
