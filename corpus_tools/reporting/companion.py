"""The second process of the main job: started while the first still imports, so that neither waits for the other.

The process is loky's, which joblib brings: it does not import the caller's ``__main__``. This module imports nothing
heavy, or it would itself be what is waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

Ask = Callable[..., Callable[[], Any]]
_HERE: list[Ask] = []


@contextmanager
def companion() -> Iterator[Ask]:
    """Have a second process, the one at hand or a new one, as a function that hands it a function and its arguments.

    What comes back waits for the result when it is called. On one core there is no second process, and it is then that
    the function is called.
    """
    from joblib import cpu_count
    from joblib.externals.loky import ProcessPoolExecutor

    if _HERE or cpu_count() < 2:
        yield _HERE[-1] if _HERE else partial
        return
    with ExitStack() as ending:
        executor = ProcessPoolExecutor(max_workers=1)
        ending.callback(executor.shutdown, wait=False, kill_workers=True)
        executor.submit(_import_judging)
        _HERE.append(lambda function, *arguments: executor.submit(function, *arguments).result)
        ending.callback(_HERE.pop)
        yield _HERE[-1]


def _import_judging() -> None:
    import corpus_tools.reporting.judging  # noqa: F401
