"""How fast agreement is: alpha and its intervals beside the obvious way, and the table of the demo corpus.

    python benchmarks/agreement.py [--cache FOLDER]

Prints, for alpha over 100,000 units and 5 coders, the time beside that of the package `krippendorff` in the same run;
for an interval over articles the time beside that of measuring every resample afresh; and the time of the table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np

from corpus_tools.agreement import gwet_ac1, krippendorff_alpha, measure_agreement
from corpus_tools.agreement.resampling import DRAWS
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import parse
from corpus_tools.text.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent


def measure(call: Callable[[], Any], repeats: int = 3) -> float:
    """The least processor time of some repeats, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def make_ratings(coders: int, units: int) -> np.ndarray[Any, Any]:
    """Ratings from 1 to 5 that mostly agree, one in ten missing."""
    random = np.random.default_rng(0)
    truth = random.integers(1, 6, units)
    ratings = np.where(random.random((coders, units)) < 0.8, truth, random.integers(1, 6, (coders, units)))
    return np.where(random.random((coders, units)) < 0.1, np.nan, ratings.astype(float))


def compare_packages() -> None:
    ratings = make_ratings(5, 100_000)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        ours = measure(lambda: krippendorff_alpha(ratings, level=level))  # noqa: B023 - called at once
        theirs = measure(lambda: krippendorff.alpha(ratings, level_of_measurement=level))  # noqa: B023
        bounded = measure(lambda: krippendorff_alpha(ratings, level=level, interval=0.95))  # noqa: B023
        print(f"100,000 x 5 {level:9s} {ours:.3f} s, {theirs / ours:.1f} times as fast as krippendorff; "
              f"with an interval {bounded:.3f} s")  # fmt: skip
    listed = [[None if np.isnan(v) else int(v) for v in row] for row in ratings]
    print(f"100,000 x 5 lists     {measure(lambda: krippendorff_alpha(listed)):.3f} s")
    print(f"100,000 x 5 AC1       {measure(lambda: gwet_ac1(ratings)):.3f} s")


def compare_intervals() -> None:
    ratings, groups = make_ratings(2, 2_000), np.arange(2_000) // 20
    ours = measure(lambda: krippendorff_alpha(ratings, interval=0.95, groups=groups))
    random = np.random.default_rng(0)

    def recompute(draws: int = 20) -> None:
        for _ in range(draws):
            chosen = random.integers(0, 100, 100)
            krippendorff_alpha(ratings[:, (chosen[:, None] * 20 + np.arange(20)).ravel()])

    afresh = measure(recompute) * DRAWS / 20
    print(f"interval of 2,000 units in 100 articles: {ours * 1000:.1f} ms, {afresh / ours:.0f} times as fast as afresh")


def measure_table(cache: Path) -> None:
    corpus = Corpus.read(ROOT / "seeds")
    parses = parse(corpus, cache=cache)
    book = Codebook.read(ROOT / "annotations" / "codebook.toml")
    store = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book)
    table = measure_agreement(store, book, parses=parses)
    seconds = measure(lambda: measure_agreement(store, book, parses=parses))
    bare = measure(lambda: measure_agreement(store, book, parses=parses, interval=None))
    print(f"table of the demo corpus: {len(table)} figures with intervals in {seconds:.2f} s; without in {bare:.2f} s")


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--cache", type=Path, default=ROOT / ".corpus_tools", help="folder of parses")
    chosen = reader.parse_args()
    compare_packages()
    compare_intervals()
    measure_table(chosen.cache)
