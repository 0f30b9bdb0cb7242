"""The program of a worker process, ``python -m corpus_tools.language.worker``; the room `workers` speaks to it.

First message: the package and the configuration. Then, for each batch: a JSON list of jobs comes in, and two messages
go out, the reasons of texts that failed (JSON) and the shard (Parquet). The process ends with its standard input.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from corpus_tools.language.batches import parse_jobs
from corpus_tools.language.models import Package
from corpus_tools.language.shards import Job
from corpus_tools.language.workers import receive, send


def main() -> None:
    """Serve batches until standard input ends, or nobody reads the answers."""
    # Whatever a library prints must not end up between the messages: printing goes to stderr.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        _serve(sys.stdin.buffer, answers)
    except EOFError:
        return
    except BrokenPipeError:
        # The caller is gone. Point the pipe elsewhere, or its last flush complains when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    settings, configuration = json.loads(receive(requests))
    package = _package_from(settings)
    _cap_threads()
    while True:
        batch = [Job(**job) for job in json.loads(receive(requests))]
        parsed = parse_jobs(batch, package, configuration)
        send(answers, json.dumps(dict(parsed.failed)).encode("ascii"))
        send(answers, parsed.shard or b"")


def _package_from(settings: dict[str, Any]) -> Package:
    lists = {name: tuple(settings[name]) for name in ("processors", "models")}
    return Package(**{**settings, **lists, "folder": Path(settings["folder"])})


def _cap_threads() -> None:
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


if __name__ == "__main__":
    main()
