"""How the work of parsing is cut into batches, and when workers pay."""

from __future__ import annotations

from typing import Any

import pytest

from corpus_tools.language import batches, running
from corpus_tools.language.shards import Job


def jobs_of(sizes: list[int]) -> list[Job]:
    return [Job(f"a{number}", f"{number:064x}", "x" * size) for number, size in enumerate(sizes)]


def ids_of(batches: Any) -> list[list[str]]:
    return [[job.article for job in batch] for batch in batches]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([10], [["a0"]]),
        ([60, 40, 1], [["a0", "a1"], ["a2"]]),
        ([500, 1, 1], [["a0"], ["a1", "a2"]]),  # one that is larger than a batch stands alone
        ([60, 50, 60], [["a0"], ["a1"], ["a2"]]),
    ],
)
def test_batches_are_bounded(sizes: list[int], expected: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 100)
    assert ids_of(batches.plan_batches(jobs_of(sizes), set())) == expected


def test_borders_of_batches_do_not_depend_on_what_is_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 100)
    jobs = jobs_of([30] * 20)
    whole = ids_of(batches.plan_batches(jobs, set()))
    for batch in whole:  # any one batch is done, out of order, as with several workers
        done = {job.key for job in jobs if job.article in batch}
        assert ids_of(batches.plan_batches(jobs, done)) == [other for other in whole if other != batch]


@pytest.mark.parametrize(
    ("workers", "characters", "cores", "expected"),
    [
        (1, 10**9, 8, 0),
        (3, 10, 8, 3),
        ("auto", 1_000, 8, 0),
        ("auto", 400_000, 8, 2),
        ("auto", 10**9, 8, 8),
        ("auto", 10**9, 1, 0),
    ],
)
def test_workers_are_started_only_where_they_pay(
    workers: Any, characters: int, cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "count_cores", lambda: cores)
    assert running.count_workers(workers, characters) == expected
