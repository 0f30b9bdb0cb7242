"""Train and predict by the official protocol with the public classes, and put the published figures beside.

Nothing here is chosen on a test set: the detectors are those that any user gets, with their defaults.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.evaluation.benchmarks.dataset import Benchmark, Dataset, Part
from corpus_tools.evaluation.benchmarks.gvfc import BENCHMARK as GVFC
from corpus_tools.evaluation.benchmarks.newsmtsc import BENCHMARK as NEWSMTSC
from corpus_tools.evaluation.benchmarks.semeval2016 import BENCHMARK as SEMEVAL
from corpus_tools.learning.folds import deal_groups, split_folds
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError

BENCHMARKS: dict[str, Benchmark] = {b.name: b for b in (NEWSMTSC, SEMEVAL, GVFC)}


@dataclass(frozen=True)
class Answers:
    """What a detector said of the rows of a part: a label for each; `seed` is that of the folds, where there are."""

    part: str
    seed: int
    rows: Part
    predicted: list[str]


def run_benchmark(
    name: str,
    folder: str | Path,
    *,
    features: str = "auto",
    embeddings: str | None = None,
    cache: str | Path | None = None,
    head: str = "auto",
    seed: int = 0,
) -> dict[str, Any]:
    """Run one benchmark.

    Parameters
    ----------
    name
        `"newsmtsc"`, `"semeval2016"` or `"gvfc"`.
    folder
        Where the original files lie.
    features, embeddings, head
        As in `FrameDetector` and `StanceDetector`.
    cache
        Folder of parses and embeddings.
    seed
        The detectors' seed.

    Returns
    -------
    dict
        `benchmark`, `metrics` (percent), `published` (system -> figure), `seconds` (training and prediction, with
        parses and embeddings that were not in the cache), `features`, `rows` and `left_out` (training rows that also
        stand in a test part).
    """
    if name not in BENCHMARKS:
        raise InputError(f"there is no benchmark {name!r}", remedy=f"choose one of {', '.join(BENCHMARKS)}")
    benchmark = BENCHMARKS[name]
    data = benchmark.load(folder)
    begun = time.perf_counter()
    options = {"features": features, "embeddings": embeddings, "head": head, "random_state": seed}
    metrics = score_answers(benchmark, answer_benchmark(benchmark, data, options, cache))
    return {
        "benchmark": name,
        "title": benchmark.title,
        "paper": benchmark.paper,
        "features": features,
        "metrics": {key: round(value, 2) for key, value in metrics.items()},
        "published": dict(benchmark.published),
        "seconds": round(time.perf_counter() - begun, 1),
        "rows": {"train": len(data.train), **{f"test {key}".strip(): len(part) for key, part in data.tests.items()}},
        "left_out": sorted({pair[0] for pair in data.duplicates}) if data.tests else [],
    }


def clean_train(data: Dataset) -> Part:
    """Return the training part without the rows that also stand in a test part."""
    return data.train.without([pair[0] for pair in data.duplicates]) if data.tests else data.train


def units_of(part: Part, kind: str, cache: str | Path | None = None) -> pd.DataFrame:
    """Return the rows of a part as units."""
    return units_from_texts(
        part.texts, kind=kind, labels=part.labels, groups=part.groups, targets=part.targets, cache=cache
    )


def make_detector(benchmark: Benchmark, options: dict[str, Any]) -> Any:
    """Return the detector for a benchmark, with its defaults but for the options."""
    if benchmark.kind == "frame":
        return FrameDetector(exclusive=True, **options)
    return StanceDetector(target=str(benchmark.target), **options)


def answer_benchmark(
    benchmark: Benchmark, data: Dataset, options: dict[str, Any], cache: str | Path | None = None
) -> list[Answers]:
    """Train and predict by the official protocol: each test part, or with each seed all rows out of fold."""
    if benchmark.folds:
        units = units_of(data.train, benchmark.kind, cache)
        return [
            Answers("", seed, data.train, predict_out_of_fold(benchmark, units, data.train, options, seed))
            for seed in benchmark.seeds
        ]
    detector = make_detector(benchmark, options).fit(units_of(clean_train(data), benchmark.kind, cache))
    return [
        Answers(name, 0, part, [str(label) for label in detector.predict(units_of(part, benchmark.kind, cache))])
        for name, part in data.tests.items()
    ]


def score_answers(benchmark: Benchmark, answers: Sequence[Answers]) -> dict[str, float]:
    """Return the official metrics in percent, by name and with the name of the part in front; the mean over seeds."""
    found: dict[str, list[float]] = {}
    for answer in answers:
        for metric, scorer in benchmark.metrics.items():
            name = f"{answer.part}_{metric}".lstrip("_")
            found.setdefault(name, []).append(scorer(answer.rows.labels, answer.predicted))
    return {name: float(np.mean(values)) for name, values in found.items()}


def predict_out_of_fold(
    benchmark: Benchmark, units: pd.DataFrame, part: Part, options: dict[str, Any], seed: int, folds: int | None = None
) -> list[str]:
    """Return a label for each row, from a detector that never saw its group."""
    dealt = deal_groups([(label,) for label in part.labels], part.groups, folds=folds or benchmark.folds, seed=seed)
    predicted = np.empty(len(part), dtype=object)
    for train, test in split_folds(dealt):
        decided = make_detector(benchmark, options).fit(units.iloc[train]).predict(units.iloc[test])
        predicted[test] = decided.idxmax(axis=1) if isinstance(decided, pd.DataFrame) else decided
    return [str(label) for label in predicted]
