"""A million small articles through corpus, shards and cache, with the parse stubbed out: what the layer costs.

    python benchmarks/many_articles.py [--sizes 10000 100000 1000000] [--json FILE]

The analysis is replaced by `parse_stubbed`, which gives every text the same table of seventeen words. Everything else
is what `parse` does: reading the articles, batches, encoding shards, a folder of them, the index, a second run. Each
size runs in a process of its own. Times are processor time of that process: a file system that waits is not in.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

WALKED = 10_000
"""Articles whose tables are read back, in order."""

PHASES = ("index", "first run", "second run", "walk")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(options.run, Path(folder))))
        return
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        rows.append(start(size))
        print_row(rows)
        if options.json:
            options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


def start(size: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--run", str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(size: int, folder: Path) -> dict[str, Any]:
    from corpus_tools.language import running
    from corpus_tools.language.parses import parse
    from corpus_tools.text.article import Article
    from corpus_tools.text.corpus import Corpus

    running.parse_jobs = parse_stubbed
    warm = parse(Corpus.of([Article("a", "Once, so that everything is imported.")]), workers=1, progress=False)
    assert len(warm["a"].tokens)
    file = write_articles(folder / "articles.jsonl", size)
    cost: dict[str, float] = {}

    def step(name: str, count: int, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        began = time.process_time()
        found = work(*arguments, **options)
        cost[name] = (time.process_time() - began) / count * 1e6
        return found

    options = {"cache": folder / "cache", "workers": 1, "progress": False}
    corpus = step("index", size, Corpus.read, file)
    step("first run", size, parse, corpus, **options)
    parses = step("second run", size, parse, corpus, **options)
    assert len(parses) == size
    walked = step("walk", min(size, WALKED), walk, parses)
    assert walked == min(size, WALKED)
    shards = list((folder / "cache").rglob("*.parquet"))
    disk = sum(path.stat().st_size for path in shards)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"articles": size, "microseconds": cost, "shards": len(shards), "disk_mb": disk / 1e6, "peak_mb": peak}


def write_articles(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            text = f"Article {number} says that {number % 97} ministers met in Niamey and that nobody refused to do so"
            stream.write(json.dumps({"id": f"a{number}", "text": text}) + "\n")
    return path


def parse_stubbed(jobs: Sequence[Any], package: Any, configuration: Mapping[str, Any]) -> Any:
    """Stand in for the parse: every text has the same words."""
    from corpus_tools.language.batches import Parsed
    from corpus_tools.language.shards import encode

    return Parsed(encode([(job, stub_table()) for job in jobs], [], configuration))


@cache
def stub_table() -> Any:
    from corpus_tools.language.acceleration.sentences import Sentences
    from corpus_tools.language.tokens import tabulate

    text = "Article 1 says that 1 ministers met in Niamey today and that nobody refused to do so"
    tokens, ends, place = text.split(), [], -1
    for token in tokens:
        place += 1 + len(token)
        ends.append(place)
    starts = [end - len(token) for end, token in zip(ends, tokens, strict=True)]
    columns = {"upos": ["NOUN"] * len(tokens), "lemma": tokens}
    return tabulate(Sentences([tokens], [[(token,) for token in tokens]], columns), starts, ends, text)


def walk(parses: Any) -> int:
    count = 0
    for found in parses:
        assert len(found.tokens)
        count += 1
        if count == WALKED:
            break
    return count


def print_row(rows: list[dict[str, Any]]) -> None:
    """Print the last row, under a heading if it is the first."""
    row, cost, first = rows[-1], rows[-1]["microseconds"], rows[0]["microseconds"]
    if len(rows) == 1:
        names = " ".join(f"{name:>16}" for name in PHASES)
        print("microseconds of processor time an article (times the smallest size)")
        print(f"{'articles':>10} {names} {'shards':>7} {'MB':>7} {'peak MB':>8}")
    cells = " ".join(f"{cost[name]:8.1f} ({cost[name] / first[name]:5.2f})" for name in PHASES)
    print(f"{row['articles']:>10} {cells} {row['shards']:>7} {row['disk_mb']:7.1f} {row['peak_mb']:8.0f}", flush=True)


if __name__ == "__main__":
    main()
