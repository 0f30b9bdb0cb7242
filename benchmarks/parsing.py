"""Parsing newswire: the loop that everybody writes, Stanza's own `bulk_process`, and `parse`, in one run.

    python benchmarks/parsing.py ARTICLES [--articles 40] [--rounds 2] [--json benchmarks/results.json]

Every mode runs in a process of its own, which also gives its peak memory (of the largest process, worker or not; the
results that are kept for the comparison are in it: `benchmarks/memory.py` measures a worker alone).
The modes take turns, `--rounds` times, and the best time of each counts, so that a burst of other work on the machine
does not decide. The baselines, and `parse` in one process, are timed with the models loaded. `parse(workers="auto")` is
timed as a user calls it, the start of workers included; `start` is what it takes with nothing to parse. On a few
articles it is most of the time (or "auto" starts none), on a corpus next to nothing: judge it by the whole corpus.

Equality is counted by word against the loop, words of other spans counting as different; `tokens` is the share of words
that stand at the same place with the same form.

On a machine of many cores `--side-by-side` measures what two cores do, sooner: every mode gets two cores of its own and
all run at the same time; the baselines, which do one article after the other, go in pieces whose times are added up.

On a machine that others use too, Stanza's threads wait for each other and the baselines fall far behind: there, compare
with `--baseline-threads 1`, and look at `load`, the load average when the run began.

The floor is what the matrix products of the models alone would take at the rate of a large product on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import queue
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

MODES = ("loop", "bulk", "exact-1", "exact-auto", "fast-1", "fast-auto")
BASELINES = ("loop", "bulk")
PIECES = 6
FLOOR_ARTICLES = 100
COLUMNS = ("lemma", "upos", "xpos", "feats", "head", "deprel", "ner")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of .txt files")
    parser.add_argument("--articles", type=int, help="take so many, spread evenly; all without it")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--baseline-threads", type=int, help="threads of the baselines; Stanza's default without it")
    parser.add_argument("--modes", nargs="*", choices=MODES, default=MODES)
    parser.add_argument(
        "--side-by-side", action="store_true", help="every mode at the same time, on two cores of its own"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--piece", type=int, nargs=2, default=(0, 1), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    first, step = options.piece
    texts = read_texts(options.folder, options.articles)[first::step]
    if options.run:
        run(options.run, texts, options.out)
        return
    options.modes = ["loop", *(mode for mode in MODES[1:] if mode in options.modes)]
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(options, Path(folder))
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


def read_texts(folder: Path, count: int | None) -> list[str]:
    files = sorted(folder.glob("*.txt"))
    if count is not None:
        files = files[:: max(1, len(files) // count)][:count]
    return [path.open(encoding="utf-8", errors="replace", newline="").read() for path in files]


def compare(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    machine = describe_machine()  # before the load is our own
    best: dict[str, dict[str, Any]] = {}
    for _ in range(options.rounds):
        for mode, row in run_modes(options, folder).items():
            if mode not in best or row["seconds"] < best[mode]["seconds"]:
                best[mode] = row
    rows = [row | {"mode": mode, "rate": row["words"] / row["seconds"]} for mode, row in best.items()]
    expected = read_tables(options, folder, "loop")
    for row in rows:
        row["equal"] = equality(expected, read_tables(options, folder, row["mode"]))
        row["ratio"] = row["rate"] / rows[0]["rate"]
    run = {"articles": len(expected), "words": rows[0]["words"], "rounds": options.rounds}
    run["baseline_threads"] = options.baseline_threads or "Stanza's default"
    run["side_by_side"] = options.side_by_side
    return {"machine": machine, "run": run, "rows": rows, "floor": start(options, "floor", folder)}


def run_modes(options: argparse.Namespace, folder: Path) -> dict[str, dict[str, Any]]:
    """Measure every mode, one after the other or each on two cores of its own."""
    free: queue.SimpleQueue[str] = queue.SimpleQueue()
    slots = pair_cores() if options.side_by_side else [""]
    for cores in slots:
        free.put(cores)

    def measure(mode: str, piece: int) -> dict[str, Any]:
        cores = free.get()
        try:
            return start(options, mode, folder, piece=piece, cores=cores)
        finally:
            free.put(cores)

    with ThreadPoolExecutor(len(slots)) as pool:
        running = {
            mode: [pool.submit(measure, mode, piece) for piece in range(pieces_of(options, mode))]
            for mode in options.modes
        }
        return {mode: add_up([future.result() for future in pieces]) for mode, pieces in running.items()}


def pair_cores() -> list[str]:
    """The machine's cores in pairs, as taskset takes them: of a core with two threads only the first."""
    usable = sorted(os.sched_getaffinity(0))
    siblings = {
        core: Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text("ascii").strip()
        for core in usable
    }
    cores = list({siblings[core]: core for core in reversed(usable)}.values())
    return [f"{one},{other}" for one, other in zip(cores[::2], cores[1::2], strict=False)]


def pieces_of(options: argparse.Namespace, mode: str) -> int:
    return PIECES if options.side_by_side and mode in BASELINES else 1


def add_up(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    total = {name: sum(piece[name] for piece in pieces) for name in ("words", "seconds", "start")}
    return total | {"peak_mb": max(piece["peak_mb"] for piece in pieces)}


def read_tables(options: argparse.Namespace, folder: Path, mode: str) -> list[Any]:
    count = pieces_of(options, mode)
    pieces = [pickle.loads((folder / f"{mode}-{piece}.pickle").read_bytes()) for piece in range(count)]
    tables: list[Any] = [None] * sum(map(len, pieces))
    for number, piece in enumerate(pieces):
        tables[number::count] = piece
    return tables


def start(options: argparse.Namespace, mode: str, folder: Path, *, piece: int = 0, cores: str = "") -> dict[str, Any]:
    command = ["taskset", "--cpu-list", cores] if cores else []
    command += [sys.executable, __file__, str(options.folder), "--run", mode]
    command += ["--piece", str(piece), str(pieces_of(options, mode)), "--out", str(folder / f"{mode}-{piece}.pickle")]
    if options.articles is not None:
        command += ["--articles", str(options.articles)]
    threads = options.baseline_threads if mode in BASELINES else 1 if mode[-1] == "1" or mode == "floor" else None
    environment = {**os.environ, **({"OMP_NUM_THREADS": str(threads)} if threads else {})}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{mode}: {json.dumps(found)}", file=sys.stderr, flush=True)
    return found


# ------------------------------------------------------------------------------------------------------------ the modes


def run(mode: str, texts: list[str], out: Path) -> None:
    if mode == "floor":
        from parsing_floor import measure_floor

        print(json.dumps(measure_floor(texts[:: max(1, len(texts) // FLOOR_ARTICLES)])))
        return
    if mode in BASELINES:
        seconds, start_seconds, tables = run_stanza(mode, texts)
    else:
        seconds, start_seconds, tables = run_ours(*mode.split("-"), texts)
    out.write_bytes(pickle.dumps(tables))
    words = sum(len(table) for table in tables)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"words": words, "seconds": seconds, "start": start_seconds, "peak_mb": peak}))


def plain_pipeline() -> Any:
    import stanza

    from corpus_tools.language.models import package_path

    return stanza.Pipeline("en", dir=str(package_path("lite")), package="lite", download_method=None, verbose=False)


def run_stanza(mode: str, texts: list[str]) -> tuple[float, float, list[Any]]:
    from corpus_tools.language.tokens import fold_quotes

    pipeline = plain_pipeline()
    folded = [fold_quotes(text) for text in texts]
    pipeline("Once, so that everything is loaded.")
    began = time.perf_counter()
    if mode == "loop":
        documents = [pipeline(text) for text in folded]
    else:
        chunks = [folded[first : first + 100] for first in range(0, len(folded), 100)]
        documents = [document for chunk in chunks for document in pipeline.bulk_process(chunk)]
    seconds = time.perf_counter() - began
    return seconds, 0.0, [list(rows_of(document)) for document in documents]


def rows_of(document: Any) -> Iterator[tuple[Any, ...]]:
    for sentence in document.sentences:
        for token in sentence.tokens:
            for word in token.words:
                tags = (word.lemma or "", word.upos or "", word.xpos or "", word.feats or "")
                place = (token.start_char, token.end_char, word.id)
                yield (*place, word.text, *tags, word.head, word.deprel or "", token.ner or "")


def run_ours(precision: str, workers: str, texts: list[str]) -> tuple[float, float, list[Any]]:
    from corpus_tools.language.batches import count_cores
    from corpus_tools.language.models import find_package
    from corpus_tools.language.parses import parse
    from corpus_tools.language.pipeline import analyse
    from corpus_tools.text.article import Article

    def once(chosen: list[str]) -> tuple[float, Any]:
        articles = [Article(str(number), text) for number, text in enumerate(chosen)]
        began = time.perf_counter()
        count = workers if workers == "auto" else int(workers)
        parses = parse(articles, workers=count, precision=precision, progress=False)
        return time.perf_counter() - began, parses

    if workers == "1":
        analyse(["Once, so that everything is loaded."], find_package("lite"), precision)
        start_seconds = 0.0
    else:
        # So many batches that every worker pays and starts.
        start_seconds, _ = once([f"{number}. " + " " * 63_000 for number in range(3 * count_cores())])
    seconds, parses = once(texts)
    names = ["start", "end", "word", "form", *COLUMNS]
    tables = [parses[str(number)].tokens[names] if str(number) in parses else None for number in range(len(texts))]
    rows = [[] if table is None else list(table.itertuples(index=False, name=None)) for table in tables]
    return seconds, start_seconds, rows


def equality(expected: list[Any], found: list[Any]) -> dict[str, float]:
    """Share of the loop's words that have the same value at the same span, by column."""
    names = ("tokens", *COLUMNS)
    same = dict.fromkeys(names, 0)
    words = 0
    for one, other in zip(expected, found, strict=True):
        values = {row[:3]: row[3:] for row in other}
        words += len(one)
        for row in one:
            theirs = values.get(row[:3], (None,) * len(names))
            for name, left, right in zip(names, row[3:], theirs, strict=True):
                same[name] += left == right
    return {name: count / words for name, count in same.items()}


def describe_machine() -> dict[str, Any]:
    import stanza
    import torch

    from corpus_tools.language.batches import count_cores

    names = [line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = {"python": platform.python_version(), "torch": torch.__version__, "stanza": stanza.__version__}
    processor = names[0] if names else platform.processor()
    load = round(os.getloadavg()[0], 2)
    return {"processor": processor, "cores": count_cores(), "memory_gib": round(memory, 1), "load": load, **versions}


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def print_table(figures: dict[str, Any]) -> None:
    print(json.dumps(figures["machine"] | figures["run"]))
    print(f"{'mode':10} {'words/s':>8} {'ratio':>6} {'start s':>8} {'peak MB':>8}  equal to the loop, % of words")
    for row in figures["rows"]:
        equal = " ".join(f"{name} {share * 100:.2f}" for name, share in row["equal"].items())
        cells = f"{row['rate']:8.0f} {row['ratio']:6.2f} {row['start']:8.1f} {row['peak_mb']:8.0f}"
        print(f"{row['mode']:10} {cells}  {equal}")
    floor = figures["floor"]
    rates = f"{floor['gflops_float32']:.0f} GFLOPS (float32; bfloat16: {floor['gflops_bfloat16']:.0f})"
    print(f"floor: {floor['words_a_second_at_the_floor']:.0f} words/s on one core at {rates}")
    for name, share in floor["share_of_floor"].items():
        print(f"  {name}: {share * 100:.0f}% of it")


if __name__ == "__main__":
    main()
