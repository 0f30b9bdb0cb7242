"""Parse on many machines: the batches, shards and cache of one machine, by the workers of a Dask cluster.

A worker loads the models once and keeps them. Where it sees the shelf of the cache it puts its shards there itself, and
only their headers come back; otherwise the shards come back and this process keeps them. Either way a shard has the
name that its content gives it, so that an attempt that is repeated writes the same file, and what is there is done.

A batch under which workers die is parsed once more in a child process of a worker, where the text that kills is found
by halving. It goes into quarantine with the reason; the others are parsed without it, and the run ends with a list.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from corpus_tools.language.batches import Done, Parsed, parse_jobs
from corpus_tools.language.cache import ShelfStore, Store, put_shard
from corpus_tools.language.connecting import connect, import_extra
from corpus_tools.language.models import Package, find_package, verify_package
from corpus_tools.language.pipeline import describe_configuration
from corpus_tools.language.shards import Job
from corpus_tools.language.shelves import Shelf
from corpus_tools.language.workers import parse_guarded
from corpus_tools.text.errors import InputError

__all__ = ["run_on_cluster"]

AHEAD = 3
"""Batches that are under way for each thread of the cluster: one is parsed, the others are on their way."""

ROUNDS = 3
"""How often a batch is searched in a child process before the death of the worker around it counts as its fault."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker must know besides the texts.

    Attributes
    ----------
    package : str
        A name, or the path of a folder, for `find_package` on the worker's machine.
    language : str
    processors : tuple of str
    configuration : str
        The caller's, in JSON: a worker with other models or another Stanza refuses.
    shelf : Shelf or None
    token : str
        A file that the caller left on the shelf: a worker that sees it may write there.
    """

    package: str
    language: str
    processors: tuple[str, ...]
    configuration: str
    shelf: Shelf | None
    token: str


@dataclass(frozen=True, slots=True)
class _Attempt:
    batch: list[Job]
    deaths: int = 0  # rounds of it that ended with the death of workers

    def advance(self) -> list[_Attempt]:
        """Return what to try next; nothing where a single text was tried often enough."""
        if self.deaths < ROUNDS:
            return [replace(self, deaths=self.deaths + 1)]
        half = len(self.batch) // 2
        return [_Attempt(part, 1) for part in (self.batch[:half], self.batch[half:]) if half]


def run_on_cluster(
    batches: Iterable[list[Job]], *, cluster: Any, workers: int | str, package: Package, store: Store
) -> Iterator[Done]:
    """Parse batches on a cluster; results come as they are ready.

    Parameters
    ----------
    batches : iterable of list of Job
        Taken only as fast as the cluster parses them.
    cluster, workers
        As in :func:`corpus_tools.language.connecting.connect`.
    package : Package
        Found here; each worker finds its own of the same name and compares the checksums.
    store : Store
        Whose shelf workers may write to.
    """
    verify_package(package)  # here, so that a wrong file is the caller's error and not a worker's
    with _leave_token(store) as token, connect(cluster, workers) as client:
        order = _make_order(package, store, token)
        yield from _Run(client, order).parse(iter(batches))
    if isinstance(store, ShelfStore):
        store.refresh()  # an attempt whose worker died after it had written is compared, too


class _Run:
    """The batches of one call that are under way."""

    def __init__(self, client: Any, order: Order) -> None:
        self._client = client
        self._order = order
        self._name = uuid.uuid4().hex[:8]
        self._count = self._threads = 0
        self._asked = float("-inf")
        self._killed = import_extra("distributed").KilledWorker
        self._ready = import_extra("distributed").as_completed(loop=client.loop)
        self._waiting: dict[Any, _Attempt] = {}

    def parse(self, source: Iterator[list[Job]]) -> Iterator[Done]:
        """Submit batches as room is made, and yield what becomes of them."""
        try:
            while True:
                while len(self._waiting) < self._room() and (batch := next(source, None)) is not None:
                    self._submit(_Attempt(batch))
                if not self._waiting:
                    return
                yield from self._collect(next(self._ready))
        finally:
            self._client.cancel(list(self._waiting))

    def _room(self) -> int:
        """How many batches may be under way; workers come and go, but asking for each batch would cost as much."""
        if time.monotonic() > self._asked + 1.0:
            threads: dict[str, int] = self._client.nthreads()
            self._asked, self._threads = time.monotonic(), sum(threads.values())
        return AHEAD * max(4, self._threads)

    def _submit(self, attempt: _Attempt) -> None:
        self._count += 1
        work: Callable[..., list[Done]] = parse_with_care if attempt.deaths else parse_batch
        name = f"{work.__name__}-{self._name}-{self._count}"
        future = self._client.submit(work, attempt.batch, self._order, key=name, pure=False)
        self._waiting[future] = attempt
        self._ready.add(future)

    def _collect(self, future: Any) -> list[Done]:
        attempt = self._waiting.pop(future)
        try:
            found: list[Done] = future.result()
            return found
        except self._killed:
            following = attempt.advance()
            for part in following:
                self._submit(part)
            return [] if following else [_give_up(attempt.batch)]


def parse_batch(batch: list[Job], order: Order) -> list[Done]:
    """Parse a batch; runs on a worker, which keeps the models."""
    package, configuration = _prepare(replace(order, shelf=None, token=""))
    return [_put(batch, parse_jobs(batch, package, configuration), order)]


def parse_with_care(batch: list[Job], order: Order) -> list[Done]:
    """Parse a batch under which workers died; runs on a worker, which lets a child process do it."""
    package, configuration = _prepare(replace(order, shelf=None, token=""))
    return [_put(jobs, parsed, order) for jobs, parsed in parse_guarded(batch, package, configuration)]


@lru_cache(maxsize=4)
def _prepare(order: Order) -> tuple[Package, Mapping[str, Any]]:
    """Find the package on the worker's machine, and check that it is the caller's."""
    configuration = json.loads(order.configuration)
    package = find_package(order.package, order.language, order.processors)
    verify_package(package)
    here = describe_configuration(package, configuration["precision"])
    differing = sorted(name for name in configuration if here.get(name) != configuration[name])
    if differing:
        what = f"this worker would parse otherwise than the caller: it has other {', '.join(differing)}"
        raise InputError(what, where=os.uname().nodename, remedy="install the same versions and models everywhere")
    return package, configuration


def _put(batch: list[Job], parsed: Parsed, order: Order) -> Done:
    """Put the shard on the shelf where it is the caller's shelf; else it travels."""
    if parsed.shard is None or order.shelf is None or order.shelf.read(order.token) is None:
        return batch, parsed
    return batch, replace(parsed, shard=None, written=put_shard(order.shelf, parsed.shard))


def _give_up(batch: list[Job]) -> Done:
    reason = f"the workers that parsed it died, {ROUNDS} times with a process of its own"
    return batch, Parsed(killers={job.key: reason for job in batch})


def _make_order(package: Package, store: Store, token: str) -> Order:
    name = str(package.folder.resolve()) if package.source == "folder" else package.stanza_name
    configuration = json.dumps(store.configuration)
    shelf = store.shelf if isinstance(store, ShelfStore) else None
    return Order(name, package.language, package.processors, configuration, shelf, token)


@contextmanager
def _leave_token(store: Store) -> Iterator[str]:
    """Leave a file on the shelf of a store while workers parse; the empty string where there is no shelf."""
    if not isinstance(store, ShelfStore):
        yield ""
        return
    token = f".{uuid.uuid4().hex}.tmp"
    store.describe()
    store.shelf.write(token, b"a run is going on")
    try:
        yield token
    finally:
        store.shelf.remove(token)
