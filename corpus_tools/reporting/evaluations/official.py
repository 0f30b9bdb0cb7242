"""A benchmark by its own split and metric, with intervals: what `corpus-tools benchmark` scores, ready for a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.evaluation.benchmarks.dataset import Benchmark, Scorer
from corpus_tools.evaluation.benchmarks.running import BENCHMARKS, Answers, answer_benchmark, score_answers
from corpus_tools.evaluation.benchmarks.scores import accuracy, favor_against_f1
from corpus_tools.evaluation.intervals import Statistic, bootstrap, group_counts
from corpus_tools.evaluation.metrics import accuracy_of_counts, count_rows, macro_of_counts, to_indicators
from corpus_tools.reporting.evaluations.config import Config

__all__ = ["judge_officially"]

Array = np.ndarray[Any, Any]
_AVERAGED: dict[Scorer, list[str]] = {favor_against_f1: ["AGAINST", "FAVOR"]}
"""Labels that a scorer averages; elsewhere all."""


def judge_officially(config: Config, *, cache: Path | None = None) -> tuple[dict[str, Any], pd.DataFrame]:
    """Run a benchmark with each variant by the official protocol.

    Returns
    -------
    dict, DataFrame
        `metrics` by variant (percent, `{"value", "low", "high"}`, intervals over the groups of the data), `published`,
        `rows`, `left_out`; and the predictions: `variant, part, seed, unit, labels, predicted`.
    """
    benchmark = BENCHMARKS[config.data["benchmark"]]
    data = benchmark.load(config.path("data"))
    figures, tables = {}, []
    for name, parameters in config.detectors.items():
        answers = answer_benchmark(benchmark, data, {**parameters, "random_state": config.seed}, cache)
        figures[name] = _score(benchmark, answers, config)
        tables += [_tabulate(name, answer) for answer in answers]
    document = {
        "protocol": "official",
        "benchmark": benchmark.name,
        "title": benchmark.title,
        "paper": benchmark.paper,
        "unit": "percent",
        "metrics": figures,
        "published": dict(benchmark.published),
        "rows": {"train": len(data.train), **{f"test {key}".strip(): len(part) for key, part in data.tests.items()}},
        "folds": benchmark.folds,
        "seeds": list(benchmark.seeds),
        "left_out": sorted({pair[0] for pair in data.duplicates}) if data.tests else [],
    }
    return document, pd.concat(tables, ignore_index=True)


def _score(benchmark: Benchmark, answers: Sequence[Answers], config: Config) -> dict[str, dict[str, Any]]:
    """Return the official metrics, each with the interval that its counts give."""
    parts: dict[str, list[Answers]] = {}
    for answer in answers:
        parts.setdefault(answer.part, []).append(answer)
    found = {}
    for name, value in score_answers(benchmark, answers).items():
        part = next(part for part in parts if name in [f"{part}_{metric}".lstrip("_") for metric in benchmark.metrics])
        metric = name.removeprefix(part).lstrip("_")
        counts, statistic = _count(benchmark, parts[part], metric)
        interval = bootstrap(counts, statistic, confidence=config.evaluation["confidence"], seed=config.seed)
        low, high = (None if bound is None else 100 * bound for bound in (interval.low, interval.high))
        found[name] = {"value": value, "low": low, "high": high}
    return found


def _count(benchmark: Benchmark, answers: Sequence[Answers], metric: str) -> tuple[Array, Statistic]:
    """Return counts of shape (groups, seeds, 3, labels), and the metric of such counts, the mean over seeds."""
    scorer = benchmark.metrics[metric]
    said = {label for answer in answers for label in (*answer.rows.labels, *answer.predicted)}
    labels = _AVERAGED.get(scorer, sorted(said))
    of_counts = accuracy_of_counts if scorer is accuracy else macro_of_counts
    by_seed = [
        group_counts(
            count_rows(to_indicators(answer.rows.labels, labels), to_indicators(answer.predicted, labels)),
            answer.rows.groups,
        )
        for answer in answers
    ]
    return np.stack(by_seed, axis=1), lambda counts: np.asarray(of_counts(counts).mean(axis=-1))


def _tabulate(variant: str, answer: Answers) -> pd.DataFrame:
    rows = answer.rows
    return pd.DataFrame(
        {
            "variant": variant,
            "part": answer.part,
            "seed": answer.seed,
            "unit": rows.ids,
            "labels": rows.labels,
            "predicted": answer.predicted,
        }
    )
