"""When a layer may replace Stanza's: the code that it stands for must be the code that it was written for.

A digest of the source of every function that a layer replaces or imitates is kept here. Where the installed Stanza has
other code, or the loaded model is of another make, the layer steps aside: Stanza's own processor does that part, and a
warning says so. The result is then slower, and never another.
"""

from __future__ import annotations

import hashlib
import inspect
import linecache
from functools import cache
from importlib import import_module
from itertools import takewhile
from typing import Any

__all__ = ["StepsAside", "check_sources", "digest", "require"]


class StepsAside(Exception):
    """The reason why a layer leaves its part to Stanza."""


def require(condition: Any, reason: str) -> None:
    """Step aside where the condition does not hold."""
    if not condition:
        raise StepsAside(reason)


def check_sources(expected: dict[str, str]) -> None:
    """Step aside where a function's source is not what it was.

    Parameters
    ----------
    expected : dict
        By dotted name (``module:Class.method``), the digest of the source.
    """
    for name, known in expected.items():
        try:
            found = digest(name)
        except (ImportError, AttributeError, OSError, TypeError) as error:
            raise StepsAside(f"{name} cannot be inspected ({error})") from error
        require(found == known, f"{name} is not the code that the layer was written for")


@cache
def digest(name: str) -> str:
    """Return 12 digits of the sha256 of the source of ``module:function`` or of all functions of ``module:Class``."""
    module, _, path = name.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    functions = _functions_of(found) if inspect.isclass(found) else [found]
    sources = [_source_of(function) for function in functions]
    return hashlib.sha256("\n".join(sources).encode("utf-8")).hexdigest()[:12]


def _functions_of(kind: type) -> list[Any]:
    values = [getattr(value, "__func__", value) for value in vars(kind).values()]
    return [value for value in values if inspect.isfunction(value)]


def _source_of(function: Any) -> str:
    """Return the lines of a function: from its first to the next that is not indented more than it.

    The standard library parses the whole file for every function, and what the compiler notes of last lines differs
    from one Python to the next.
    """
    lines = linecache.getlines(inspect.getfile(function))
    if not inspect.isfunction(function) or not lines:
        raise OSError("there is no source")
    lines = [line.rstrip() for line in lines[function.__code__.co_firstlineno - 1 :]]
    start = next(number for number, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def ")))
    margin = _indent(lines[0])
    inside = takewhile(lambda line: not line or _indent(line) > margin or line.lstrip()[0] in ")]}", lines[start + 1 :])
    return "\n".join([*lines[: start + 1], *inside]).rstrip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
