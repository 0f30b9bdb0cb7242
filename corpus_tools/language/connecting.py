"""Find or start the Dask cluster that parses: this machine, Slurm, an address, or what the caller has already.

Nothing here is imported before a cluster is asked for: Dask is the extra ``[dask]``.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from corpus_tools.language.batches import count_cores
from corpus_tools.language.workers import KEEP_MEMORY, THREADS, search_path
from corpus_tools.text.errors import InputError

__all__ = ["PATIENCE", "connect", "import_extra"]

PATIENCE = 60.0
"""Seconds within which a cluster that runs already, or on this machine, must show a worker."""

OURS = {"distributed.scheduler.allowed-failures": 1}
"""Settings of Dask for clusters that are started here: the second death of a worker under a batch starts the search."""


@contextmanager
def connect(cluster: Any, workers: int | str = "auto") -> Iterator[Any]:
    """Yield a ``distributed.Client`` of a cluster that has at least one worker, or will have.

    Parameters
    ----------
    cluster : str, distributed.Client or a cluster of Dask
        ``"local"``: worker processes on this machine. ``"slurm"``: jobs, as the section ``jobqueue: slurm`` of Dask's
        configuration describes them. Any other string: the address of a scheduler. A client or cluster that the caller
        made is used and left as it is.
    workers : int or "auto"
        How many workers to start, where they are started here; ``"auto"`` is one a core, and not known for Slurm.

    Raises
    ------
    InputError
        Dask is not installed, the address does not answer, or nobody works there.
    """
    distributed = import_extra("distributed")
    with ExitStack() as stack:
        if isinstance(cluster, distributed.Client):
            yield cluster
            return
        if cluster == "local":
            count = count_cores() if workers == "auto" else int(workers)
            cluster = stack.enter_context(_start_here(distributed, count))
        elif cluster == "slurm":
            cluster = stack.enter_context(_start_slurm(workers))
        client = stack.enter_context(_open_client(distributed, cluster))
        if not _is_queued(cluster):
            _wait_for_worker(client, cluster)
        yield client


def import_extra(name: str) -> Any:
    """Import a package of the extra ``[dask]``, or say which command installs it."""
    try:
        return import_module(name)
    except ImportError as error:
        remedy = 'install it: pip install "corpus-tools[dask]"'
        raise InputError(f"a cluster needs the package {name!r} ({error})", remedy=remedy) from error


def _open_client(distributed: Any, cluster: Any) -> Any:
    try:
        return distributed.Client(cluster, set_as_default=False, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        remedy = "use local, slurm, or the address of a scheduler that runs, such as tcp://10.0.0.1:8786"
        raise InputError(f"no cluster answers ({error})", where=f"cluster {cluster!r}", remedy=remedy) from error


def _wait_for_worker(client: Any, cluster: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        what = f"the cluster has no worker, and none came within {PATIENCE:.0f} s"
        raise InputError(what, where=f"cluster {cluster!r}", remedy="start one: dask worker ADDRESS") from error


def _is_queued(cluster: Any) -> bool:
    """Tell whether workers may have to wait in a queue, for hours."""
    return hasattr(cluster, "job_script")


@contextmanager
def _start_here(distributed: Any, count: int) -> Iterator[Any]:
    """Start a scheduler in this process, and workers that never import the caller's ``__main__``.

    ``distributed.LocalCluster`` would start its workers by `multiprocessing`, which imports it.
    """
    dask = import_extra("dask")
    with dask.config.set(OURS):
        scheduler = distributed.LocalCluster(
            n_workers=0, host="127.0.0.1", protocol="tcp", dashboard_address=":0", silence_logs=logging.CRITICAL
        )
    with scheduler, _worker_processes(scheduler.scheduler_address, count):
        yield scheduler


@contextmanager
def _worker_processes(address: str, count: int) -> Iterator[None]:
    command = [sys.executable, "-P", "-m", "distributed.cli.dask_worker", address, "--nworkers", str(count)]
    command += ["--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", "--death-timeout", str(int(PATIENCE))]
    variables = {
        **os.environ,
        **KEEP_MEMORY,
        **dict.fromkeys(THREADS, str(max(1, count_cores() // count))),
        "PYTHONPATH": search_path(),
        "DASK_LOGGING__DISTRIBUTED": "critical",
    }
    # Its own session: Ctrl-C ends this process, and the workers are then ended by it.
    process = subprocess.Popen(command, env=variables, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _start_slurm(workers: int | str) -> Iterator[Any]:
    """Ask Slurm for workers, and for others when theirs end (a job has a wall time, a corpus has none)."""
    if workers == "auto":
        what = "the number of workers on Slurm is not known"
        raise InputError(what, remedy="say workers=N (--workers N); docs/scale.md has a recipe")
    dask, jobqueue = import_extra("dask"), import_extra("dask_jobqueue")
    exports = [f"export {name}={value}" for name, value in KEEP_MEMORY.items()]
    before = [*dask.config.get("jobqueue.slurm.job-script-prologue", []), *exports]
    with dask.config.set(OURS):
        try:
            cluster = jobqueue.SLURMCluster(job_script_prologue=before)
        except ValueError as error:
            remedy = "describe a job in ~/.config/dask/jobqueue.yaml; docs/scale.md has a recipe"
            raise InputError(f"Dask does not know what to ask of Slurm ({error})", remedy=remedy) from error
    with cluster:
        cluster.adapt(minimum=int(workers), maximum=int(workers))
        yield cluster
