"""Fuzz the reader of annotation logs: a million spoilt logs, no crash, and nothing accepted that should not be.

    python benchmarks/fuzz_reader.py [--inputs 1000000] [--seed 0]

Each input is a small log with every kind of event, spoilt in its bytes (bits flipped, bytes put in, taken out or
copied, lines cut, joined and repeated) or in its records, which are then given a checksum that fits. Of each it is
asked that

- reading does not raise, and every line is either a record or named as damage;
- a record out of spoilt bytes says exactly what a sound line had said;
- a record out of spoilt fields can be written again, and is then read as the same;
- reading in batches and line by line say the same, and what was read folds.

Prints how many inputs were read a second, and how many lines were accepted and refused; stops at the first failure
with the seed and number that repeat it.
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from collections import Counter
from typing import Any
from zlib import crc32

import orjson

from corpus_tools.annotation.codec import Event, encode
from corpus_tools.annotation.entries import Entry, make_entry
from corpus_tools.annotation.fields import BadLine
from corpus_tools.annotation.folding import fold
from corpus_tools.annotation.reading import LogContent, parse_own_line, scan_log
from corpus_tools.annotation.records import Annotation, Frame, Slot, Stance, payload_of
from corpus_tools.text.span import Span

HEAD = {"v": 1, "at": "2026-11-23T20:00:00.000Z", "coder": "ana", "codebook": "1.0", "base": None}
SPAN = Span(3, 8, "junta", "The", " of")
VALUES = [
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, 0.5, -0.0, 1e300, "", "x", "../x", "a\x00", "é", "\u2028", "CON",
    "done", "stance", "frame", "add", "retract", "a" * 64, "2026-02-30T20:00:00.000Z", [], {}, [[]], [{}],
    {"x": {"y": 1}}, {"implicit": "author"}, {"author": True}, {"author": 1}, {"span": None, "entity": "x"}, "x" * 300,
]  # fmt: skip


def make_fields() -> list[dict[str, Any]]:
    """A sound log with every kind of event."""
    frame = Frame("niger", "dialogue", [SPAN, (20, 24)], voice="author", sha256="a" * 64, comment="\u2028 🇳🇪")
    stance = Stance(
        "niger", "oppose", holder=Slot(SPAN, "junta"), target="coup", cue=[(30, 36)], attrs={"sure": [1, 0.5]}
    )
    events = [
        {"event": "add", "id": "a1", **payload_of(frame)},
        {"event": "add", "id": "a2", **payload_of(stance)},
        {"event": "revise", "id": "a1", "base": "e1", **payload_of(stance)},
        {"event": "retract", "id": "a2", "base": "e2", "article": "niger", "comment": None},
        {"event": "status", "id": None, "article": "niger", "sha256": None, "status": "done", "seconds": 2.5},
        {"event": "reject", "id": "a3", **payload_of(frame)},
    ]
    return [{**HEAD, "seq": number, "event_id": f"e{number}", **event} for number, event in enumerate(events, 1)]


def spoil_bytes(draw: random.Random, data: bytes) -> bytes:
    """Change a few bytes."""
    spoilt = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 5))):
        place, length = draw.randrange(len(spoilt) + 1), draw.choice((1, 1, 2, 7, 60))
        kind = draw.randrange(6)
        if kind == 0 and place < len(spoilt):
            spoilt[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            spoilt[place:place] = draw.randbytes(length)
        elif kind == 2:
            del spoilt[place : place + length]
        elif kind == 3:
            source = draw.randrange(len(spoilt) + 1)
            spoilt[place:place] = spoilt[source : source + length]
        elif kind == 4:
            spoilt[place : place + 1] = draw.choice(
                (b"\n", b" ", b"\\", b'"', b"}", b"\xef\xbb\xbf", b"\0", b"\xff", b"1", b"e9")
            )
        else:
            lines = bytes(spoilt).split(b"\n")
            lines.insert(draw.randrange(len(lines)), draw.choice(lines))
            spoilt = bytearray(b"\n".join(lines))
    return bytes(spoilt)


def spoil_fields(draw: random.Random, fields: dict[str, Any]) -> dict[str, Any]:
    """Change, add or take out something at any depth."""
    changed: dict[str, Any] = copy.deepcopy(fields)
    place: Any = changed
    while True:
        parts = place.values() if isinstance(place, dict) else place
        inner = [part for part in parts if isinstance(part, dict | list) and part]
        if not inner or draw.random() < 0.3:
            break
        place = draw.choice(inner)
    if isinstance(place, list):
        place[draw.randrange(len(place))] = draw.choice(VALUES)
    elif draw.random() < 0.2:
        del place[draw.choice(list(place))]
    else:
        place[draw.choice([*place, "colour"])] = copy.deepcopy(draw.choice(VALUES))
    return changed


def seal(fields: dict[str, Any]) -> bytes:
    """Write fields, however wrong, with a checksum that fits."""
    body = orjson.dumps(fields)
    return body[:-1] + b',"crc":"%08x"}' % crc32(body)


def read_singly(data: bytes, content: LogContent) -> None:
    """Check that reading line by line says what reading in batches said."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    lines = data[start : data.rfind(b"\n") + 1].split(b"\n")[:-1]
    entries: list[Entry] = []
    damage: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(make_entry(parse_own_line(line, "ana"), line, number))
        except BadLine as fault:
            damage.append((number, fault.what))
    assert entries == content.entries
    assert damage == [(bad.line, bad.what) for bad in content.damage]
    assert len(lines) == len(entries) + len(damage)


def check(data: bytes, sound: dict[bytes, dict[str, Any]], *, only_bytes: bool) -> LogContent:
    """Read a spoilt log and hold the reader to what it promises."""
    content = scan_log(data, "ana.jsonl")
    read_singly(data, content)
    for entry in content.entries:
        if entry.line not in sound:
            fields = entry.fields
            assert not only_bytes or fields in sound.values(), "a spoilt line was accepted"
            encode(Event(fields))  # reads back what it wrote, and compares
            if entry.event in ("add", "revise", "reject"):
                assert Annotation.of(fields).article == fields["article"]
    state = fold(content.entries)
    assert set(state.heads) <= {entry.id for entry in content.entries}
    return content


def fuzz(inputs: int, seed: int = 0) -> Counter[str]:
    """Read that many spoilt logs, and count what became of their lines."""
    fields = make_fields()
    lines = [encode(Event(event))[:-1] for event in fields]
    sound = {line: orjson.loads(line) for line in lines}
    counts: Counter[str] = Counter()
    for number in range(inputs):
        draw = random.Random(f"{seed}:{number}")
        only_bytes = number % 2 == 0
        chosen = draw.sample(lines, 3)
        if only_bytes:
            data = spoil_bytes(draw, b"\n".join(chosen) + b"\n")
        else:
            chosen[draw.randrange(3)] = seal(spoil_fields(draw, draw.choice(fields)))
            data = b"\n".join(chosen) + b"\n"
        try:
            content = check(data, sound, only_bytes=only_bytes)
        except Exception as error:
            raise AssertionError(f"input {number} of seed {seed}: {data!r}") from error
        counts["accepted"] += len(content.entries)
        counts["refused"] += len(content.damage)
        counts["torn"] += content.torn is not None
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    start = time.perf_counter()
    counts = fuzz(arguments.inputs, arguments.seed)
    seconds = time.perf_counter() - start
    print(f"{arguments.inputs:,} inputs in {seconds:.0f} s ({arguments.inputs / seconds:,.0f} a second), no failure")
    print(", ".join(f"{count:,} lines {what}" for what, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
