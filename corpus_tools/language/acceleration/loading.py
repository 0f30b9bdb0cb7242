"""Loading a pipeline: what Stanza imports or builds beside the models waits until somebody asks for it.

A worker's start is most of the time that a short corpus takes, and most of the start were libraries that no model of
the pipeline uses.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["imported_when_used", "without_compiler"]


@contextmanager
def imported_when_used(*names: str) -> Iterator[None]:
    """Let ``import NAME`` inside return a module that is imported at the first use of anything in it.

    A module that is already there, or not installed, is left as it is. Afterwards an import is an import again.
    """
    specs = [importlib.util.find_spec(name) for name in names if name not in sys.modules]
    waiting = [_Waiting(spec) for spec in specs if spec is not None]
    sys.modules.update({module.__name__: module for module in waiting})
    try:
        yield
    finally:
        for module in waiting:
            _remove(module)


class _Waiting(ModuleType):
    """Stands for a module that is not imported yet. What asks every module where it is from gets its answer."""

    def __init__(self, spec: ModuleSpec) -> None:
        super().__init__(spec.name)
        self.__spec__, self.__file__ = spec, spec.origin

    def __getattr__(self, attribute: str) -> Any:
        _remove(self)
        return getattr(importlib.import_module(self.__name__), attribute)


def _remove(module: _Waiting) -> None:
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]


@contextmanager
def without_compiler() -> Iterator[None]:
    """Keep torch from importing its compiler, which takes longer than the models and which nothing here uses.

    torch wraps what must not be compiled in a function that asks the compiler to leave it alone. For a while it is
    called as it stands inside. Where a version of torch has it otherwise, nothing is done.
    """
    from torch.optim import Optimizer

    wrapped = Optimizer.add_param_group
    Optimizer.add_param_group = getattr(wrapped, "__wrapped__", wrapped)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Optimizer.add_param_group = wrapped  # type: ignore[method-assign]
