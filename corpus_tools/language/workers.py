"""Worker processes of our own: started fresh, with their share of the cores, and replaced when they die.

A worker runs ``python -m corpus_tools.language.worker``. It never imports the caller's ``__main__``, so this works from
a script without guard, from standard input and from a notebook. A message is a line that names a size, then as many
bytes; nothing is pickled.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from typing import IO, Any

from corpus_tools.language.batches import Done, Parsed, count_cores
from corpus_tools.language.models import Package, verify_package
from corpus_tools.language.shards import Job

__all__ = ["KEEP_MEMORY", "THREADS", "parse_guarded", "run_in_workers", "search_path"]

KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16",
}
"""Memory of a parsing process. glibc keeps what was freed: without that torch spends its time asking for pages
again. oneDNN keeps a compiled layer for each of the last few shapes of batches, not for the last thousand."""

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Variables that cap the threads of a process."""


class _Died(RuntimeError):
    """The worker process was killed in the middle of a batch, most likely for its memory."""


def run_in_workers(
    batches: Iterable[list[Job]], *, count: int, package: Package, configuration: Mapping[str, Any]
) -> Iterator[Done]:
    """Parse batches in `count` processes; results come as they are ready.

    A batch that kills its worker is halved until the text that does it stands alone, and that text goes into
    quarantine with the reason. The workers end with the generator, whichever way it ends.
    """
    verify_package(package)  # here, so that a wrong file is the caller's error and not a worker's
    source = iter(batches)
    free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    workers = [_Worker(package, configuration, threads=max(1, count_cores() // count)) for _ in range(count)]
    for worker in workers:
        free.put(worker)
    pool = ThreadPoolExecutor(count, thread_name_prefix="corpus-tools-worker")
    running: dict[Future[list[Done]], None] = {}
    try:
        while True:
            while len(running) < count + 1 and (batch := next(source, None)) is not None:
                running[pool.submit(_serve, free, batch)] = None
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                del running[future]
                yield from future.result()
    finally:
        for worker in workers:
            worker.stop()
        pool.shutdown(wait=True, cancel_futures=True)


def parse_guarded(batch: list[Job], package: Package, configuration: Mapping[str, Any]) -> list[Done]:
    """Parse a batch in a process of its own, so that a text that kills is found and this process lives on."""
    worker = _Worker(package, configuration, threads=1)
    try:
        return _parse_or_isolate(worker, batch)
    finally:
        worker.stop()


def search_path() -> str:
    """Return the PYTHONPATH with which a process finds the same packages, wherever this one found them."""
    return os.pathsep.join(path or os.getcwd() for path in sys.path)


def _serve(free: queue.SimpleQueue[_Worker], batch: list[Job]) -> list[Done]:
    worker = free.get()
    try:
        return _parse_or_isolate(worker, batch)
    finally:
        free.put(worker)


def _parse_or_isolate(worker: _Worker, batch: list[Job]) -> list[Done]:
    """Parse a batch; one that kills is parsed again without the texts that do it.

    The others go together again, so that the bytes of their shard do not depend on how the killers were found.
    """
    pieces = list(_parse_or_halve(worker, batch))
    if len(pieces) == 1:
        return pieces
    killers = [(jobs, parsed) for jobs, parsed in pieces if parsed.killers]
    others = [job for jobs, parsed in pieces for job in jobs if not parsed.killers]
    try:
        return [*killers, (others, worker.parse(others))] if others else killers
    except _Died:  # no single text kills, but all together do
        return pieces


def _parse_or_halve(worker: _Worker, batch: list[Job]) -> Iterator[Done]:
    try:
        yield batch, worker.parse(batch)
    except _Died as death:
        if len(batch) == 1:
            yield batch, Parsed(killers={batch[0].key: str(death)})
            return
        half = len(batch) // 2
        yield from _parse_or_halve(worker, batch[:half])
        yield from _parse_or_halve(worker, batch[half:])


class _Worker:
    """One process, started when it is first needed and again after it died."""

    def __init__(self, package: Package, configuration: Mapping[str, Any], *, threads: int) -> None:
        self.configuration = configuration
        self._settings = {**asdict(package), "folder": str(package.folder.resolve())}
        self._environment = {**os.environ, **KEEP_MEMORY, **dict.fromkeys(THREADS, str(threads))}
        self._environment["PYTHONPATH"] = search_path()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def parse(self, batch: Sequence[Job]) -> Parsed:
        """Send a batch and wait for the shard."""
        try:
            sink, source = self._pipes()
            send(sink, json.dumps([asdict(job) for job in batch]).encode("ascii"))
            failed = json.loads(receive(source))
            return Parsed(receive(source), failed)
        except (EOFError, BrokenPipeError) as error:
            code = self._end()
            if code is None or code >= 0 or self._stopped:
                # Not the text's fault: without this, every article would be skipped one by one.
                raise RuntimeError(f"a worker process ended with status {code}; its message is on stderr") from error
            raise _Died(f"the worker process was killed (signal {-code})") from error

    def stop(self) -> None:
        """End the process at once; what it was doing is lost, what was received is not."""
        self._stopped = True
        self._end()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None and not self._stopped:
            command = [sys.executable, "-P", "-m", "corpus_tools.language.worker"]
            # Its own session: Ctrl-C ends this process, and the worker then ends with its standard input.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment, start_new_session=True
            )
            if self._process.stdin is not None:
                send(self._process.stdin, json.dumps([self._settings, dict(self.configuration)]).encode("ascii"))
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise EOFError("the worker was stopped")
        return self._process.stdin, self._process.stdout

    def _end(self) -> int | None:
        """End the process and return its exit status, negative for a signal that was not ours."""
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            return process.wait(timeout=0 if self._stopped else 5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def send(stream: IO[bytes], data: bytes) -> None:
    """Write one message: its size as a line, then its bytes."""
    stream.write(f"{len(data)}\n".encode("ascii"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read one message; EOFError where the other side is gone."""
    size = stream.readline()
    if not size:
        raise EOFError
    data = stream.read(int(size))
    if len(data) < int(size):
        raise EOFError
    return data
