"""Loading a pipeline: Stanza gives each model an optimizer, and the first one would load torch's compiler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["without_compiler"]


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
