"""What each set of features adds on the public benchmarks: cross-validation on the training part, never the test.

    python benchmarks/ablation.py newsmtsc --data ../shared/data/newsmtsc [--folds 5] [--cache DIR]

Prints the official metric out of fold with a 95% interval over groups (sentences, tweets, headlines), and the
difference to the set before with its interval on the same draws.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from corpus_tools.evaluation.benchmarks.running import BENCHMARKS, clean_train, predict_out_of_fold, units_of
from corpus_tools.evaluation.intervals import bootstrap, bootstrap_difference, group_counts
from corpus_tools.evaluation.metrics import count_rows, macro_of_counts, to_indicators

AVERAGED = {"semeval2016": ["AGAINST", "FAVOR"]}
"""Labels in the mean; elsewhere all."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(BENCHMARKS))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--sets", default="words,linguistic,embeddings")
    arguments = parser.parse_args()
    benchmark = BENCHMARKS[arguments.name]
    train = clean_train(benchmark.load(arguments.data))
    units = units_of(train, benchmark.kind, arguments.cache)
    labels = AVERAGED.get(arguments.name, sorted(set(train.labels)))
    truth = to_indicators(train.labels, labels)
    before = None
    print(f"{benchmark.title}: mean F1 of {len(labels)} labels, {arguments.folds}-fold on {len(train)} training rows")
    for features in arguments.sets.split(","):
        begun = time.perf_counter()
        options = {"features": features, "random_state": 0}
        predicted = predict_out_of_fold(benchmark, units, train, options, 0, arguments.folds)
        rows = count_rows(truth, to_indicators(predicted, labels))
        counts = group_counts(rows, train.groups)
        figure = bootstrap(counts, macro_of_counts)
        line = f"{features:<12} {show(figure)}"
        if before is not None:
            line += f"   difference {show(bootstrap_difference(counts, before, macro_of_counts))}"
        print(f"{line}   {time.perf_counter() - begun:.0f} s", flush=True)
        before = counts


def show(figure) -> str:
    values = np.array([figure.value, figure.low, figure.high]) * 100
    return f"{values[0]:6.2f} [{values[1]:.2f}, {values[2]:.2f}]"


if __name__ == "__main__":
    main()
