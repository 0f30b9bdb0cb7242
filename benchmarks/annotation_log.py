"""How fast a log is: durable appends, reading, and the table, each beside the barest way in the same run.

    python benchmarks/annotation_log.py [--events 100000] [--rounds 15] [--folder FOLDER]

Appends: `LogWriter.add`, and `LogWriter.add_all` of 200 at once, beside a loop that writes the same bytes and calls
fsync for each record; the three take turns, round by round, for the speed of a disk changes from second to second. What
`add` takes beyond its fsync is 50 to 100 us of a processor that has just been woken, whatever the disk: a small part of
the 3 to 5 ms that a fsync takes on a laptop's disk, nearly half where the disk answers within 130 us.

Reading: a log is read, every line checked, and folded, beside `orjson.loads` over its lines, once with the results
kept, as any reader must, and once with them thrown away. Memory is what the process holds more than before, at its
peak. The table is `AnnotationStore.to_frame`, the log unread and read.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from corpus_tools.annotation import AnnotationStore, Codebook, Event, Frame, Slot, Stance, encode
from corpus_tools.annotation.folding import fold
from corpus_tools.annotation.identifiers import current_time, uuid7
from corpus_tools.annotation.reading import read_log
from corpus_tools.annotation.records import Record, payload_of
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

TEXT = "France feared Russian influence in the region, and the junta of Niger refused to talk to the bloc. " * 40
CORPUS = Corpus.of([Article("niger", TEXT)])
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.1"},
        "frame": [{"id": "russian_influence"}],
        "stance": [{"id": "oppose", "order": 1}],
        "expression": [{"id": "concern"}],
        "entity": [{"id": "france", "name": "France"}, {"id": "influence", "name": "Russian influence"}],
    }
)


def make_record(number: int) -> Record:
    """Two frames, then a stance, as coders make them."""
    start = number % 30 * 99
    if number % 3 < 2:
        return Frame("niger", "russian_influence", [(start, start + 46)], voice="author")
    holder, target = Slot((start, start + 6), "france"), Slot((start + 14, start + 31), "influence")  # type: ignore[arg-type]
    return Stance("niger", "oppose", holder=holder, target=target, cue=[(start + 7, start + 13)], expression="concern")


# --- appending --------------------------------------------------------------------------------------------------------


def append_ours(folder: Path, count: int, *, checked: bool, together: bool = False) -> float:
    """Seconds for so many appends, one by one or with one call."""
    store = AnnotationStore(folder, CORPUS, BOOK) if checked else AnnotationStore(folder)
    with store.writer("ana") as log:
        start = time.perf_counter()
        if together:
            log.add_all(make_record(number) for number in range(count))
        else:
            for number in range(count):
                log.add(make_record(number))
        return time.perf_counter() - start


def append_bare(path: Path, lines: list[bytes]) -> float:
    """Seconds for writing and syncing these lines one by one."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    start = time.perf_counter()
    for line in lines:
        os.write(fd, line)
        os.fsync(fd)
    seconds = time.perf_counter() - start
    os.close(fd)
    return seconds


def measure_appends(folder: Path, rounds: int, *, checked: bool) -> None:
    count, ratios, ours, bare, together = 200, [], [], [], []
    for number in range(rounds):
        home = folder / f"{checked}-{number}"
        ours.append(append_ours(home, count, checked=checked))
        together.append(append_ours(folder / f"{checked}-{number}-together", count, checked=checked, together=True))
        lines = (home / "ana.jsonl").read_bytes().splitlines(keepends=True)
        bare.append((append_bare(home / "a", lines) + append_bare(home / "b", lines)) / 2)
        ratios.append(bare[-1] / ours[-1])
    best = min(bare) / min(ours)
    what = "with corpus and codebook" if checked else "without"
    print(
        f"append, {what}: {min(ours) / count * 1e6:.0f} us, bare {min(bare) / count * 1e6:.0f} us (best rounds): "
        f"{best:.2f} of the bare speed; by round {statistics.median(ratios):.2f} "
        f"[{min(ratios):.2f}, {max(ratios):.2f}]; "
        f"add_all: {min(together) / count * 1e6:.0f} us a record, {min(bare) / min(together):.1f} times the bare speed"
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def make_log(path: Path, events: int) -> None:
    """A log of annotations with quotes and contexts, of which one in ten is a revision."""
    last: dict[str, Any] = {}
    text = Article("niger", TEXT)
    with path.open("wb") as file:
        for number in range(1, events + 1):
            fields = {"v": 1, "seq": number, "event": "add", "event_id": uuid7(), "id": uuid7(), "base": None}
            fields |= {"at": current_time(), "coder": "ana", "codebook": "1.1", **payload_of(make_record(number))}
            fields |= {"article": f"article-{number // 40:05d}", "sha256": text.fingerprint}
            if number % 10 == 0:
                fields |= {"event": "revise", "id": last["id"], "base": last["event_id"]}
            last = fields
            file.write(encode(Event(quote(fields))))


def quote(fields: dict[str, Any]) -> dict[str, Any]:
    """Fill in quotes and contexts, wherever spans stand."""
    for value in fields.values():
        places = value if isinstance(value, list) else [value.get("span")] if isinstance(value, dict) else []
        for span in filter(None, places):
            known = Span.of(TEXT, span["start"], span["end"])
            span |= {"quote": known.quote, "prefix": known.prefix, "suffix": known.suffix}
    return fields


def measure(call: Callable[[], Any], repeats: int = 7) -> float:
    """Seconds of processor time of the best of some repeats: others may use the machine too."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
        del result
    return min(times)


def read(path: Path) -> Any:
    content = read_log(path)
    content.refuse_damage()
    return content, fold(content.entries)


def measure_reading(folder: Path) -> None:
    path = folder / "ana.jsonl"
    size = path.stat().st_size / 1e6
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = read(path)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    del held
    kept = measure(lambda: [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]])
    dropped = measure(lambda: sum(len(orjson.loads(line)) for line in path.read_bytes().split(b"\n")[:-1]))
    ours = measure(lambda: read(path))
    print(
        f"read, check and fold {size:.0f} MB: {ours:.2f} s = {ours / kept:.2f} of orjson.loads with its results kept "
        f"({kept:.2f} s), {ours / dropped:.2f} of it with them thrown away ({dropped:.2f} s); "
        f"memory {peak:.0f} MB at the peak = {peak / size:.1f} times the file"
    )


def measure_table(folder: Path) -> None:
    AnnotationStore(folder).to_frame()  # pandas is loaded
    store = AnnotationStore(folder)
    cold, warm = measure(lambda: AnnotationStore(folder).to_frame()), measure(store.to_frame)
    objects, count = measure(store.annotations, 3), len(store.annotations())
    print(f"to_frame of {count:,} annotations: {cold:.2f} s from the file, {warm:.2f} s when that was read")
    print(f"annotations() of them, as objects: {objects:.2f} s when that was read")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", help="where to write; a folder on the disk that is to be measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        (folder / "log").mkdir()
        make_log(folder / "log" / "ana.jsonl", arguments.events)
        measure_reading(folder / "log")
        measure_table(folder / "log")
        for checked in (False, True):
            measure_appends(folder, arguments.rounds, checked=checked)


if __name__ == "__main__":
    main()
