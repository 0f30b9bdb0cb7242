"""Where the time goes: what each processor takes for a word, in Stanza's loop and in `parse`, on one core.

    python benchmarks/parsing_profile.py ARTICLES [--articles 100] [--functions 0]

Both run in one process with one thread, models loaded. `rest` is, in `parse`, folding quotes, cutting batches and
making tables. `--functions N` prints the N functions of `parse` that take most themselves, by cProfile.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parsing import plain_pipeline, read_texts
from parsing_floor import clock, clock_layers

NAMES = ("tokenize", "mwt", "pos", "lemma", "depparse", "ner")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of .txt files")
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--functions", type=int, default=0)
    options = parser.parse_args()
    texts = read_texts(options.folder, options.articles)
    columns = {"loop": profile_loop(texts)}
    for precision in ("exact", "fast"):
        columns[precision] = profile_parse(texts, precision, options.functions)
    print(f"{'µs a word':10}" + "".join(f"{name:>16}" for name in columns))
    for row in (*NAMES, "rest", "all"):
        shares = [(column.get(row, 0), column.get(row, 0) / column["all"]) for column in columns.values()]
        print(f"{row:10}" + "".join(f"{f'{spent:9.1f} {share:6.1%}':>16}" for spent, share in shares))


def profile_loop(texts: list[str]) -> dict[str, float]:
    from corpus_tools.language.tokens import fold_quotes

    pipeline = plain_pipeline()
    spent: dict[str, float] = {}
    for name in NAMES:
        clock(pipeline.processors[name], "process", name, spent)
    folded = [fold_quotes(text) for text in texts]
    pipeline(folded[0])
    return share_out(lambda: sum(pipeline(text).num_words for text in folded), spent)


def profile_parse(texts: list[str], precision: str, functions: int) -> dict[str, float]:
    from corpus_tools.language.models import find_package
    from corpus_tools.language.pipeline import analyse, load_engine

    package = find_package("lite")
    engine = load_engine(package, precision)
    spent: dict[str, float] = {}
    clock(engine._tokenizing, "run", "tokenize", spent)
    if engine._expanding is not None:
        clock(engine._expanding, "run", "mwt", spent)
    clock_layers(engine, spent)

    def work() -> int:
        outcomes = analyse(texts, package, precision)
        return sum(outcome.table.num_rows for outcome in outcomes if outcome.table is not None)

    analyse(texts[:1], package, precision)
    if functions:
        profiler = cProfile.Profile()
        profiler.runcall(work)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(functions)
    return share_out(work, spent)


def share_out(work: Callable[[], int], spent: dict[str, float]) -> dict[str, float]:
    """Do the work, and return microseconds a word by processor, for the rest, and for all of it."""
    spent.clear()
    began = time.perf_counter()
    words = work()
    seconds: dict[str, Any] = dict(spent)
    seconds["all"] = time.perf_counter() - began
    seconds["rest"] = seconds["all"] - sum(spent.values())
    return {name: value / words * 1e6 for name, value in seconds.items()}


if __name__ == "__main__":
    from corpus_tools.language.workers import KEEP_MEMORY, THREADS

    settings = {**KEEP_MEMORY, **dict.fromkeys(THREADS, "1")}
    if any(os.environ.get(name) != value for name, value in settings.items()):
        os.environ.update(settings)  # they count from the start of a process
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
