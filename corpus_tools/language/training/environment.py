"""Training runs in a child process: its own memory settings, its own random numbers, its own threads.

With glibc's defaults a training on a CPU spends its time handing memory back to the kernel and fetching it again; the
settings that stop this must stand in the environment before the process starts. Stanza's datasets draw from the global
random generators, which are not ours to seed in the caller's process. So the caller stays as it was and a child does
the work. The child reads its job from standard input and ends itself when that pipe closes, so that killing the caller
leaves nothing behind that goes on writing.

>>> run_in_child("corpus_tools.language.training.environment:describe", {"threads": 1})["threads"]
1
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from corpus_tools.text.errors import InputError

MEMORY_SETTINGS = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),  # keep large blocks on the heap …
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),  # … and the heap in the process
    "MALLOC_TOP_PAD_": str(256 << 20),
}
BAD_INPUT = 65  # EX_DATAERR


def run_in_child(target: str, job: Mapping[str, Any], *, threads: int = 1, locks: Sequence[int] = ()) -> Any:
    """Call a function in a child process that is set up for training, and return what it returns.

    Parameters
    ----------
    target : str
        ``"package.module:function"``; called with the job.
    job : mapping
        What the function gets; it and the result must survive JSON.
    threads : int
        Threads of the child's numeric libraries.
    locks : sequence of int
        File descriptors with locks that the child is to hold too, until it ends.

    Raises
    ------
    InputError
        The function raised one.
    RuntimeError
        The child failed otherwise; its traceback stands on stderr.
    """
    command = [sys.executable, "-m", __name__, target]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=training_environment(threads), text=True,
        pass_fds=locks,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()  # and leave it open: its end tells the child that we are gone
        answer = child.stdout.read()
        code = child.wait()
    if code == BAD_INPUT:
        raise InputError(json.loads(answer))
    if code:
        raise RuntimeError(f"the training process ended with status {code}; see its message above")
    return json.loads(answer)


def training_environment(threads: int) -> dict[str, str]:
    """Return this process's environment with the settings for training; what the user set stays."""
    paths = os.pathsep.join(path for path in sys.path if path)
    capped = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    return {**MEMORY_SETTINGS, **os.environ, **capped, "PYTHONPATH": paths, "TOKENIZERS_PARALLELISM": "false"}


def describe(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings a child runs under."""
    settings = {name: os.environ.get(name) for name in MEMORY_SETTINGS}
    return {"threads": int(os.environ.get("OMP_NUM_THREADS", "0")), "memory": settings, "job": dict(job)}


def main(target: str) -> int:
    """Run the job on standard input; the result goes to standard output, everything else to standard error."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a trainer prints must not mix with the answer
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_caller, daemon=True).start()
    module, _, name = target.partition(":")
    try:
        result = getattr(import_module(module), name)(job)
    except InputError as error:
        json.dump(str(error), answer)
        answer.close()
        return BAD_INPUT
    json.dump(result, answer)
    answer.close()
    return 0


def _end_with_caller() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stderr.flush()
    os._exit(code)  # not sys.exit: the thread that waits for the caller holds the lock of standard input
