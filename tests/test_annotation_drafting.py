"""The quick way of an added record to its line, held to the strict way: the same bytes, and nothing that it refuses."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from corpus_tools.annotation import AnnotationStore, Codebook, Frame, Implicit, Link, Slot, Stance
from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codec import seal
from corpus_tools.annotation.drafting import Unusual, draft_add
from corpus_tools.annotation.entries import Entry
from corpus_tools.annotation.identifiers import IdSource
from corpus_tools.annotation.layout import FORMAT_VERSION
from corpus_tools.annotation.records import Record, payload_of
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

TEXT = "France feared the junta 🇳🇪 of Niger,\r\nand “the bloc” waited \u2028 for its answer in silence."
NIGER = Article("niger", TEXT)
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.1"},
        "frame": [{"id": "dialogue"}],
        "stance": [{"id": "oppose"}],
        "expression": [{"id": "threat"}],
        "entity": [{"id": "france", "name": "France"}],
        "attr": [{"id": "certainty", "values": ["sure"]}],
    }
)
CHECKERS = [Checker(), Checker(Corpus.of([NIGER])), Checker(None, BOOK), Checker(Corpus.of([NIGER]), BOOK)]

SURROGATE = "\ud800"
TEXTS = st.sampled_from(["", "x", "a \u2028 b", '"\\', "🇳🇪", SURROGATE]) | st.text(max_size=8)


class Longer(Span):
    """A span of another class, which may write what it likes."""


@st.composite
def odd_spans(draw: st.DrawFn) -> Span:
    """Spans past the end, with quotes right or wrong, or of another class."""
    start = draw(st.integers(0, len(TEXT) + 2))
    end = start + draw(st.integers(1, 9) | st.just(2**54))
    if end <= len(TEXT) and draw(st.booleans()):
        return Span.of(TEXT, start, end)
    quotes = [draw(st.none() | TEXTS) for _ in range(3)]
    return draw(st.sampled_from([Span, Span, Longer]))(start, end, *quotes)


WHOLE = Span(0, len(TEXT))
SPANS = st.integers(0, len(TEXT) - 10).map(lambda start: Span.of(TEXT, start, start + 9)) | st.just(WHOLE)
ODD_SLOTS = st.builds(Slot, odd_spans(), st.sampled_from([None, "", "france", "mali", SURROGATE]))
ODD_SLOTS |= st.sampled_from([Slot(entity=""), Slot(entity="mali"), Slot(entity=SURROGATE)])
ODD: dict[str, st.SearchStrategy[Any]] = {
    "article": st.sampled_from(["mali", "../x", "", SURROGATE]),
    "label": st.sampled_from(["dialogue", "oppose", "", "unknown", SURROGATE]),
    "sha256": st.sampled_from([NIGER.fingerprint, "a" * 64, "", "x"]),
    "attrs": st.sampled_from([{"certainty": "sure"}, {"x": [1]}]),
    "links": st.just((Link("x1"),)),
    "decides": st.just(("a1",)),
    "origin": st.sampled_from(["suggestion", "", "a\nb", SURROGATE]),
    "confidence": st.sampled_from([0, 0.25, 1, 1.5, -0.5, -0.0]),
    "comment": TEXTS,
    "extra": st.just({"colour": "red"}),
    "spans": st.lists(odd_spans(), max_size=2),
    "voice": ODD_SLOTS,
    "salience": st.sampled_from(["primary", "loud", ""]),
    "holder": ODD_SLOTS | st.sampled_from([Implicit("author"), Implicit("unspecified")]),
    "target": ODD_SLOTS,
    "cue": st.lists(odd_spans(), max_size=2),
    "expression": st.sampled_from(["whisper", "", SURROGATE]),
}
FRAMES = {"spans": st.lists(SPANS, min_size=1, max_size=2), "voice": st.sampled_from([None, Implicit("author")])}
SLOTS = st.builds(Slot, st.none() | SPANS, st.just("france"))
STANCES = {"holder": SLOTS, "target": SLOTS, "cue": st.lists(SPANS, max_size=2), "expression": st.just("threat")}


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A common record, of which up to two parts are odd."""
    kind, label, own = draw(st.sampled_from([(Frame, "dialogue", FRAMES), (Stance, "oppose", STANCES)]))
    fields = {"article": "niger", "label": label} | {name: draw(strategy) for name, strategy in own.items()}
    names = sorted(name for name in ODD if name in kind.__dataclass_fields__)
    odd = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    made: Record = kind(**fields | {name: draw(ODD[name]) for name in odd})
    return made


def draft(record: Any, checker: Checker, seq: int = 1) -> Entry | None:
    try:
        return draft_add(record, seq, "ana", checker, IdSource())
    except Unusual:
        return None


def write_strictly(record: Record, checker: Checker, seq: int = 1, **known: Any) -> Entry | None:
    """What the strict way makes of the record, or None when it refuses it."""
    head = {"v": FORMAT_VERSION, "seq": seq, "event": "add", "event_id": "e", "id": "a", "base": None}
    head |= {"at": "2026-11-23T20:00:00.000Z", "coder": "ana", "codebook": None}
    try:
        return seal(checker.complete({**head, **known, **payload_of(record)}))
    except InputError:
        return None


@given(records(), st.sampled_from(CHECKERS), st.sampled_from([1, 17, 2**53 - 1, 2**53]))
@settings(max_examples=300, deadline=None)
def test_both_ways_write_the_same_and_refuse_the_same(record: Record, checker: Checker, seq: int) -> None:
    quick = draft(record, checker, seq)
    if quick is None:
        return  # the strict way decides
    strict = write_strictly(record, checker, seq, event_id=quick.event_id, id=quick.id, at=quick.at)
    assert strict == quick


def test_both_ways_meet_often_enough_to_tell() -> None:
    """Among the random records above, many go the quick way and many are refused."""
    seen: set[tuple[bool, bool]] = set()

    @given(records(), st.sampled_from(CHECKERS))
    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    def look(record: Record, checker: Checker) -> None:
        seen.add((draft(record, checker) is not None, write_strictly(record, checker) is not None))

    look()
    assert seen == {(True, True), (False, True), (False, False)}


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize(
    "record",
    [
        Frame("niger", "dialogue", [(0, 6), (14, 23)], voice="author"),
        Frame("niger", "dialogue", [Span.of(TEXT, 18, 26)], voice=Slot(Span(0, 6), "france"), sha256=NIGER.fingerprint),
        Frame("niger", "dialogue", salience="present", confidence=0.5, origin="suggestion", comment="\u2028 🇳🇪"),
        Stance("niger", "oppose", holder=Slot((0, 6), "france"), target=Slot(entity="france"), cue=[(7, 13)]),  # type: ignore[arg-type]
        Stance("niger", "oppose", holder="author", target=Slot((14, 23)), expression="threat"),  # type: ignore[arg-type]
    ],
)
def test_the_common_record_goes_the_quick_way(record: Record, checker: Checker) -> None:
    assert draft(record, checker) is not None


@pytest.mark.parametrize(
    "record", [None, {"type": "frame"}, "dialogue", Frame("niger", "dialogue", [(0, 6)], comment="x" * 10**6)]
)
def test_what_is_no_record_or_too_long_does_not(record: Any) -> None:
    assert draft(record, CHECKERS[0]) is None


def test_a_codebook_whose_version_is_no_text_does_not() -> None:
    book = Codebook(version=1.1, frames=dict(BOOK.frames))  # type: ignore[arg-type]
    assert draft(Frame("niger", "dialogue", [(0, 6)]), Checker(None, book)) is None


def test_the_log_of_both_ways_reads_back(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path, CHECKERS[3].corpus, BOOK)
    quick = Frame("niger", "dialogue", [(0, 6)])
    strict = Frame("niger", "dialogue", [(0, 6)], attrs={"certainty": "sure"})
    with store.writer("ana") as log:
        ids = [log.add(record) for record in (quick, strict, quick, strict)]
        log.revise(ids[0], strict)
        log.retract(ids[2])
    assert [(event.seq, event.id) for event in store.events("ana")] == list(enumerate([*ids, ids[0], ids[2]], 1))
    assert [item.id for item in store.annotations()] == [ids[0], ids[1], ids[3]]
    events = [event.event_id for event in store.events("ana")]
    assert events == sorted(events) and len({*events, *ids}) == len(events) + len(ids)


# --- ids --------------------------------------------------------------------------------------------------------------


def test_the_ids_of_events_only_grow_though_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([5 * 10**17, 5 * 10**17, 4 * 10**17, 5 * 10**17 + 10**9])
    monkeypatch.setattr("time.time_ns", lambda: next(times))
    source = IdSource()
    made = [source.make_event() for _ in range(4)]
    ids = [id for event_id, id, _ in made for id in (event_id, id)]
    assert ids == sorted(set(ids))
    first, back, later = "1985-11-05T00:53:20.000Z", "1982-09-04T15:06:40.000Z", "1985-11-05T00:53:21.000Z"
    assert [at for _, _, at in made] == [first, first, back, later]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_makes_other_ids() -> None:
    from corpus_tools.annotation.identifiers import uuid7

    mine = uuid7()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, uuid7().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(read, 100).decode()
    os.close(read), os.close(write)
    assert len(theirs) == len(mine) and theirs[19:] != mine[19:]


def test_threads_that_share_a_writer_lose_and_mix_nothing(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log, ThreadPoolExecutor(4) as pool:
        work = [pool.submit(log.add, Frame("niger", "dialogue", [(0, 6)], comment=str(n))) for n in range(80)]
        ids = {job.result(): str(n) for n, job in enumerate(work)}
    assert {item.id: item.comment for item in store.annotations()} == ids and len(ids) == 80
    assert [event.seq for event in store.events("ana")] == list(range(1, 81))
