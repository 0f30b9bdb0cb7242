"""Batches: which texts go together, what becomes of them, and how one is parsed in this process.

A batch becomes a shard. Batches are fixed by the corpus alone (articles in order, cut at a bound of characters), and
only the members that are not cached are parsed: an interrupted run resumes at the border of a batch, and ten new
articles cost ten.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus_tools.language.models import Package
from corpus_tools.language.shards import Job, ShardHeader, encode

__all__ = ["BATCH_CHARACTERS", "Done", "Parsed", "count_cores", "parse_jobs", "plan_batches"]

BATCH_CHARACTERS = 64_000
"""Code points of a batch: about twenty news articles, six seconds of work, 160 kB on disk."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of a batch.

    Attributes
    ----------
    shard : bytes or None
        The tables, and the lasting reasons of texts that have none; None where there is neither, or in `written`.
    failed : mapping
        By key, the reasons of texts that failed in a way that need not happen again; they are not kept.
    killers : mapping
        By key, the reasons of texts that killed the process; they go into quarantine.
    written : (str, ShardHeader) or None
        Name and header of the shard, where a worker put it on the store's shelf itself.
    """

    shard: bytes | None = None
    failed: Mapping[str, str] = field(default_factory=dict)
    killers: Mapping[str, str] = field(default_factory=dict)
    written: tuple[str, ShardHeader] | None = None


Done = tuple[list[Job], Parsed]


def plan_batches(jobs: Iterable[Job], done: Container[str]) -> Iterator[list[Job]]:
    """Cut the jobs of a corpus into batches, and leave out what is done or comes twice.

    Parameters
    ----------
    jobs : iterable of Job
        All of the corpus, in its order: the borders must not depend on what is cached.
    done : container of str
        Keys that are answered already; may grow while the plan is consumed.

    Yields
    ------
    list of Job
        Never empty.
    """
    batch: list[Job] = []
    size = 0
    seen: set[str] = set()
    for job in jobs:
        if job.key in seen:
            continue
        seen.add(job.key)
        if batch and size + len(job.text) > BATCH_CHARACTERS:
            yield from _missing(batch, done)
            batch, size = [], 0
        batch.append(job)
        size += len(job.text)
    yield from _missing(batch, done)


def parse_jobs(jobs: Sequence[Job], package: Package, configuration: Mapping[str, Any]) -> Parsed:
    """Parse one batch in this process."""
    from corpus_tools.language.pipeline import analyse

    outcomes = list(zip(jobs, analyse([job.text for job in jobs], package, configuration["precision"]), strict=True))
    tables = [(job, outcome.table) for job, outcome in outcomes if outcome.table is not None]
    lasting = [(job, outcome.reason) for job, outcome in outcomes if outcome.reason is not None and outcome.lasting]
    passing = {job.key: outcome.reason for job, outcome in outcomes if outcome.reason and not outcome.lasting}
    return Parsed(encode(tables, lasting, configuration), passing)


def count_cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _missing(batch: Sequence[Job], done: Container[str]) -> Iterator[list[Job]]:
    missing = [job for job in batch if job.key not in done]
    if missing:
        yield missing
