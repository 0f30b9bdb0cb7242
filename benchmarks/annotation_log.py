"""How fast a log is: durable appends, reading, and the table, each beside the barest way in the same run.

    python benchmarks/annotation_log.py [--events 100000] [--rounds 100] [--folder FOLDER]

Appends: `LogWriter.add` of records that are ready, as the lines of the bare loop are, and of records made on the way,
and `LogWriter.add_all` of 25 together, beside a loop that writes as many bytes and calls fsync for each record. They
take turns, round by round, and each is compared with the bare loop of its round, for the speed of a disk changes from
second to second. What `add` takes beyond its fsync is the same on every disk: some 20 us of a processor at work, which
are 70 to 100 us of one that was woken by the disk and finds its caches used by others. Beside the 3 to 5 ms of an fsync
on a laptop's disk that is little; where the disk answers within 350 us, it is what the ratio shows.

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
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson

from corpus_tools.annotation import AnnotationStore, Codebook, Event, Frame, Slot, Stance, encode
from corpus_tools.annotation.folding import fold
from corpus_tools.annotation.identifiers import current_time, uuid7
from corpus_tools.annotation.reading import read_log
from corpus_tools.annotation.records import Record, payload_of
from corpus_tools.annotation.writer import LogWriter
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


def append_bare(file: int, lines: list[bytes]) -> float:
    """Seconds for writing and syncing these lines one by one."""
    start = time.perf_counter()
    for line in lines:
        os.write(file, line)
        os.fsync(file)
    return time.perf_counter() - start


def append_ours(log: LogWriter, records: Iterable[Record]) -> float:
    """Seconds for adding these records one by one."""
    start = time.perf_counter()
    for record in records:
        log.add(record)
    return time.perf_counter() - start


def append_together(log: LogWriter, records: list[Record]) -> float:
    """Seconds for adding these records with one call."""
    start = time.perf_counter()
    log.add_all(records)
    return time.perf_counter() - start


def measure_appends(folder: Path, rounds: int, *, checked: bool, count: int = 25) -> None:
    """Print what each way takes, and how fast it is beside the bare loop of the same round."""
    store = AnnotationStore(folder / "logs", CORPUS, BOOK) if checked else AnnotationStore(folder / "logs")
    records = [make_record(number) for number in range(count)]
    with store.writer("ready") as ready, store.writer("made") as made, store.writer("together") as together:
        ready.add_all(records)
        lines = ready.path.read_bytes().splitlines(keepends=True)
        bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        taken: dict[str, list[float]] = {"bare": [], "ready": [], "made": [], "together": []}
        for _ in range(rounds):
            taken["bare"].append(append_bare(bare, lines))
            taken["ready"].append(append_ours(ready, records))
            taken["made"].append(append_ours(made, map(make_record, range(count))))
            taken["together"].append(append_together(together, records))
        os.close(bare)
    print(f"append, {'with corpus and codebook' if checked else 'without'}, {rounds} rounds of {count}:")
    for name, seconds in taken.items():
        speeds = [one / other for one, other in zip(taken["bare"], seconds, strict=True)]
        low, middle, high = statistics.quantiles(speeds, n=4)
        each = statistics.median(seconds) / count * 1e6
        print(f"  {name}: {each:.0f} us a record, {middle:.2f} of the bare speed [quartiles {low:.2f}, {high:.2f}]")


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
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--folder", help="where to write; a folder on the disk that is to be measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        (folder / "log").mkdir()
        make_log(folder / "log" / "ana.jsonl", arguments.events)
        measure_reading(folder / "log")
        measure_table(folder / "log")
        for checked in (False, True):
            (folder / str(checked)).mkdir()
            measure_appends(folder / str(checked), arguments.rounds, checked=checked)


if __name__ == "__main__":
    main()
