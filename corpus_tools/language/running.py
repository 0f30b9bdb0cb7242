"""Who parses what the cache does not have: this process, workers of our own, or a cluster."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tqdm.auto import tqdm

from corpus_tools.language.batches import Done, Parsed, count_cores, parse_jobs, plan_batches
from corpus_tools.language.cache import Store
from corpus_tools.language.models import Package
from corpus_tools.language.shards import Job
from corpus_tools.text.errors import InputError

__all__ = ["count_workers", "fill_store"]

Runner = Callable[[Iterable[list[Job]]], Iterator[Done]]

WORTH_A_WORKER = 150_000
"""Code points that pay for starting a worker (it takes about five seconds to load torch and the models)."""


def fill_store(
    store: Store,
    jobs: Iterable[Job],
    package: Package,
    *,
    workers: int | str = "auto",
    cluster: Any = None,
    progress: bool = True,
) -> dict[str, str]:
    """Parse what the store does not have, batch by batch; each batch is kept as soon as it is done.

    Parameters
    ----------
    store : Store
        Where shards go.
    jobs : iterable of Job
        All of the corpus; read twice, so it must be re-iterable.
    package, workers, cluster, progress
        As in :func:`corpus_tools.language.parses.parse`.

    Returns
    -------
    dict
        The reasons, by key, of texts that failed in a way that is not kept.
    """
    check_workers(workers)
    articles, cached, characters = _survey(jobs, store)
    failures: dict[str, str] = {}
    if not articles:
        return failures
    batches = plan_batches((job for job in jobs if job.text.strip()), store)
    # There are no more batches than articles, so more workers than these would have nothing to do.
    count = min(count_workers(workers, characters), articles)
    run = _choose_runner(store, package, workers, cluster, count)
    started, words = time.monotonic(), 0
    with tqdm(total=articles, desc="parsing", unit=" articles", disable=not progress, file=sys.stderr) as bar:
        for batch, parsed in run(batches):
            words += _keep(store, batch, parsed)
            failures.update(parsed.failed)
            bar.set_postfix_str(f"{words / (time.monotonic() - started):,.0f} words/s, {cached} cached", refresh=False)
            bar.update(len(batch))
    return failures


def count_workers(workers: int | str, characters: int) -> int:
    """How many worker processes to start; 0 means that this process does the work itself.

    ``"auto"`` starts one for each usable core, but none that the amount of text does not pay for.
    """
    if workers != "auto":
        return 0 if int(workers) <= 1 else int(workers)
    paid = characters // WORTH_A_WORKER
    count = min(count_cores(), paid)
    return count if count > 1 else 0


def check_workers(workers: int | str) -> None:
    """Refuse what is neither a number of processes nor "auto"."""
    right = workers == "auto" or (isinstance(workers, int) and not isinstance(workers, bool) and workers >= 1)
    if not right:
        raise InputError(f"workers must be 'auto' or a number from 1, got {workers!r}")


def _survey(jobs: Iterable[Job], store: Store) -> tuple[int, int, int]:
    """How many distinct texts are to be parsed and how many are cached, and the characters of the first."""
    sizes = {job.key: 0 if job.key in store else len(job.text) for job in jobs if job.text.strip()}
    missing = sum(1 for size in sizes.values() if size)
    return missing, len(sizes) - missing, sum(sizes.values())


def _keep(store: Store, batch: Sequence[Job], parsed: Parsed) -> int:
    """Keep what became of a batch; returns the words."""
    for job in batch:
        if job.key in parsed.killers:
            store.quarantine(job.key, job.article, parsed.killers[job.key])
    if parsed.written is not None:
        store.enter(*parsed.written)
        return parsed.written[1].words
    return 0 if parsed.shard is None else store.add(parsed.shard).words


def _choose_runner(store: Store, package: Package, workers: int | str, cluster: Any, count: int) -> Runner:
    if cluster is not None:
        from corpus_tools.language.cluster import run_on_cluster

        return partial(run_on_cluster, cluster=cluster, workers=workers, package=package, store=store)
    if count:
        from corpus_tools.language.workers import run_in_workers

        return partial(run_in_workers, count=count, package=package, configuration=store.configuration)
    return partial(_run_here, package=package, configuration=store.configuration)


def _run_here(batches: Iterable[list[Job]], *, package: Package, configuration: Mapping[str, Any]) -> Iterator[Done]:
    for batch in batches:
        yield batch, parse_jobs(batch, package, configuration)
