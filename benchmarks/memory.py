"""Whether memory is flat: the peak of a worker over a corpus and over ten times as much, and over monstrous articles.

    python benchmarks/memory.py ARTICLES [--articles 100] [--monsters] [--json FILE]

Every row is a process of its own that parses batch by batch, as a worker does and with a worker's settings of the
allocator, and keeps no result. `--articles` is the size of the small corpus; the large one has ten times as many other
articles, and where the folder has not so many, they come again with another first sentence. The monsters are one
article of 10 MB in paragraphs, one sentence of 20,000 words, and 1 MB without punctuation.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CORPORA = ("once", "ten times")
MONSTERS = ("10 MB", "20,000 words", "1 MB unpunctuated")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of .txt files")
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--monsters", action="store_true", help="parse the monsters, too: ten minutes or more")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(measure(options.run, options.folder, options.articles)))
        return
    rows = [start(options, name) for name in (*CORPORA, *(MONSTERS if options.monsters else ()))]
    print_table(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


def start(options: argparse.Namespace, name: str) -> dict[str, Any]:
    from corpus_tools.language.workers import KEEP_MEMORY, THREADS

    command = [sys.executable, __file__, str(options.folder), "--articles", str(options.articles), "--run", name]
    environment = {**os.environ, **KEEP_MEMORY, **dict.fromkeys(THREADS, "1")}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(name: str, folder: Path, count: int) -> dict[str, Any]:
    from corpus_tools.language.batches import parse_jobs, plan_batches
    from corpus_tools.language.models import find_package
    from corpus_tools.language.pipeline import describe_configuration
    from corpus_tools.language.shards import Job, decode_header

    package = find_package("lite")
    configuration = describe_configuration(package)
    jobs = (Job(f"a{number}", f"{number:064x}", text) for number, text in enumerate(texts_of(name, folder, count)))
    words = articles = 0
    reasons: list[str] = []
    began = time.perf_counter()
    for batch in plan_batches(jobs, set()):
        parsed = parse_jobs(batch, package, configuration)
        header = decode_header(parsed.shard or b"")
        words, articles = words + header.words, articles + len(batch)
        reasons += [*header.skipped.values(), *parsed.failed.values()]
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"name": name, "articles": articles, "words": words, "seconds": seconds, "peak_mb": peak, "skipped": reasons}


def texts_of(name: str, folder: Path, count: int) -> Iterator[str]:
    files = sorted(folder.glob("*.txt"))
    if name in CORPORA:
        yield from take(files, count, 1 if name == "once" else 10)
        return
    source = [path.read_text("utf-8", "replace") for path in files]
    bare = " ".join(word.strip('.,;:?!"').lower() or "x" for text in source for word in text.split())
    while len(bare) < 1_000_000:
        bare = f"{bare} {bare}"
    if name == "10 MB":
        joined = "\n\n".join(source)
        yield "\n\n".join([joined] * (10_000_000 // len(joined) + 1))[:10_000_000]
    elif name == "20,000 words":
        yield " ".join(bare.split()[:20_000])
    else:
        yield bare[:1_000_000]


def take(files: list[Path], count: int, times: int) -> Iterator[str]:
    """Yield so many articles, spread evenly; the small corpus is a part of the large one."""
    large = files[:: max(1, len(files) // (10 * count))]
    spread = large if times > 1 else large[::10]
    for number in range(count * times):
        text = spread[number % len(spread)].read_text("utf-8", "replace")
        yield text if number < len(spread) else f"This is copy {number // len(spread)}.\n\n{text}"


def print_table(rows: list[dict[str, Any]]) -> None:
    print(f"{'what':18} {'articles':>8} {'words':>9} {'seconds':>8} {'peak MB':>8}  skipped")
    for row in rows:
        cells = f"{row['articles']:8} {row['words']:9} {row['seconds']:8.1f} {row['peak_mb']:8.0f}"
        print(f"{row['name']:18} {cells}  {'; '.join(row['skipped'])[:120]}")
    once, often = rows[0]["peak_mb"], rows[1]["peak_mb"]
    print(f"ten times the corpus: {often / once - 1:+.1%} of the peak")


if __name__ == "__main__":
    main()
