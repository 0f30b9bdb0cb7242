"""Gold: what is the same between coders, how far they agree, what adjudication or a count makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpus_tools.annotation import Annotation, AnnotationStore, Frame, Gold, Implicit, Slot, Stance, merge_states
from corpus_tools.annotation.cases import gather_cases, is_same_decision, is_same_thing, measure_overlap
from corpus_tools.annotation.records import Record
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

CODERS = """
[[coder]]
id = "ana"
[[coder]]
id = "ben"
[[coder]]
id = "eve"
[[coder]]
id = "machine"
role = "model"
[[coder]]
id = "gold"
role = "adjudicator"
"""
WHOLE = Frame("niger", "dialogue", salience="primary")


def frame(label: str, *spans: tuple[int, int], article: str = "niger", **more: Any) -> Frame:
    return Frame(article, label, spans, **more) if spans else Frame(article, label, salience="primary", **more)


def stance(label: str, target: Any, holder: Any = "author", **more: Any) -> Stance:
    return Stance(
        "niger", label, holder=holder, target=Slot(Span(*target)) if isinstance(target, tuple) else target, **more
    )


def item(record: Record, coder: str = "ana", id: str = "a1") -> Annotation:
    from corpus_tools.annotation.identifiers import current_time
    from corpus_tools.annotation.records import payload_of

    fields = {"id": id, "coder": coder, "codebook": "1.0", "at": current_time(), "event_id": f"e-{coder}-{id}"}
    return Annotation.of({"event": "add", "v": 1, "seq": 1, "base": None, "crc": "", **fields, **payload_of(record)})


# --- what is the same -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "thing", "decision"),
    [
        (frame("x", (0, 5)), frame("x", (4, 9)), True, True),
        (frame("x", (0, 5)), frame("x", (5, 9)), False, False),
        (frame("x", (0, 5)), frame("y", (4, 9)), True, False),
        (frame("x", (0, 2), (20, 25)), frame("x", (5, 9), (24, 30)), True, True),
        (frame("x", (0, 5)), frame("x", (0, 5), article="mali"), False, False),
        (frame("x"), frame("x"), True, True),
        (frame("x"), frame("y"), True, False),
        (frame("x"), frame("x", (0, 5)), False, False),
        (stance("oppose", (0, 5)), stance("oppose", (3, 9)), True, True),
        (stance("oppose", (0, 5)), stance("support", (3, 9)), True, False),
        (stance("oppose", (0, 5)), stance("oppose", (5, 9)), False, False),
        (stance("oppose", (0, 5)), frame("oppose", (0, 5)), False, False),
        (stance("oppose", (0, 5)), stance("oppose", (0, 5), Implicit("unspecified")), False, False),
        (stance("oppose", (0, 5)), stance("oppose", (0, 5), "france"), False, False),
        (stance("oppose", (0, 5), Span(9, 12)), stance("oppose", (0, 5), Span(11, 20)), True, True),
        (stance("oppose", (0, 5), Span(9, 12)), stance("oppose", (0, 5), Span(12, 20)), False, False),
        (stance("oppose", (0, 5), Slot(Span(9, 12), "f")), stance("oppose", (0, 5), Slot(Span(2, 4), "f")), True, True),
        (stance("oppose", (0, 5), Span(9, 12)), stance("oppose", (0, 5), "fr"), False, False),
        (stance("oppose", "coup"), stance("oppose", "coup"), True, True),
        (stance("oppose", "coup"), stance("oppose", "vote"), False, False),
        (stance("oppose", Slot(Span(0, 5), "coup")), stance("oppose", Slot(Span(8, 9), "coup")), False, False),
        (stance("oppose", Slot(Span(0, 5), "coup")), stance("oppose", "coup"), True, True),
    ],
)  # fmt: skip
def test_what_two_coders_mean_by_one_thing(one: Record, other: Record, thing: bool, decision: bool) -> None:
    for a, b in ((item(one), item(other)), (item(other), item(one))):
        assert is_same_thing(a, b) is thing
        assert is_same_decision(a, b) is decision


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (frame("x", (0, 10)), frame("x", (5, 10)), 0.5),
        (frame("x", (0, 10), (5, 20)), frame("x", (0, 20)), 1.0),  # spans that overlap count once
        (frame("x"), frame("x"), 1.0),
        (stance("oppose", (0, 4), cue=[(10, 14)]), stance("oppose", (0, 4)), 0.5),
    ],
)
def test_how_much_two_annotations_share(one: Record, other: Record, share: float) -> None:
    assert measure_overlap(item(one), item(other)) == measure_overlap(item(other), item(one)) == share


def cases_of(*said: list[Record]) -> list[tuple[str, dict[str, str]]]:
    """The state of each case, and who said what; the coders are a, b, c."""
    names = "abc"[: len(said)]
    by_coder = {
        name: [item(record, name, f"{name}{number}") for number, record in enumerate(records)]
        for name, records in zip(names, said, strict=True)
    }
    cases = gather_cases(by_coder)
    placed = [found.id for case in cases for found in case.by_coder.values()]
    assert sorted(placed) == sorted(found.id for items in by_coder.values() for found in items)
    return [(case.state, {coder: found.label for coder, found in case.by_coder.items()}) for case in cases]


def test_cases_and_their_states() -> None:
    assert cases_of([frame("x", (0, 9))], [frame("x", (2, 9))]) == [("agreement", {"a": "x", "b": "x"})]
    assert cases_of([frame("x", (0, 9))], []) == [("incomplete", {"a": "x"})]
    assert cases_of([frame("x", (0, 9))]) == [("incomplete", {"a": "x"})]
    assert cases_of([frame("x", (0, 9))], [frame("y", (2, 9))]) == [("conflict", {"a": "x", "b": "y"})]
    # Two frames on one sentence are no conflict where the other coder has one of them.
    both = [frame("x", (0, 9)), frame("y", (0, 9))]
    assert cases_of(both, [frame("y", (0, 9))]) == [("incomplete", {"a": "x"}), ("agreement", {"a": "y", "b": "y"})]
    assert cases_of(both, both) == [("agreement", {"a": "x", "b": "x"}), ("agreement", {"a": "y", "b": "y"})]
    # The closest find each other; a coder has one annotation in a case.
    split = [frame("x", (0, 4)), frame("x", (5, 20))]
    assert cases_of([frame("x", (0, 20))], split) == [("agreement", {"a": "x", "b": "x"}), ("incomplete", {"b": "x"})]
    assert cases_of([frame("x", (0, 9))], [frame("x", (0, 9))], [frame("y", (0, 9))]) == [
        ("conflict", {"a": "x", "b": "x", "c": "y"})
    ]
    assert cases_of([stance("oppose", (0, 4))], [stance("support", (1, 4))], []) == [
        ("conflict", {"a": "oppose", "b": "support"})
    ]


# --- the store --------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    (tmp_path / "coders.toml").write_text(CODERS)
    return AnnotationStore(tmp_path)


def write(store: AnnotationStore, coder: str, *records: Record, done: tuple[str, ...] = ("niger",)) -> list[str]:
    with store.writer(coder) as log:
        ids = [log.add(record) for record in records]
        for article in done:
            log.status(article, "done")
    return ids


def test_gold_is_counted(store: AnnotationStore) -> None:
    a = write(store, "ana", frame("x", (0, 9)), frame("y", (20, 30)), frame("z", (40, 50)), WHOLE)
    b = write(store, "ben", frame("x", (0, 8)), frame("y", (20, 30)), WHOLE)
    c = write(store, "eve", frame("x", (2, 20)), frame("w", (21, 30)), WHOLE)
    write(store, "machine", frame("x", (0, 9)), done=("niger", "mali"))
    unanimous, majority = store.gold("unanimous"), store.gold("majority")
    assert [(found.label, found.decides) for found in unanimous.items] == [
        ("dialogue", (a[3], b[2], c[2])),
        ("x", (a[0], b[0], c[0])),
    ]
    assert [(found.label, found.decides) for found in majority.items][2:] == [("y", (a[1], b[1], c[1]))]
    assert unanimous.items[1].spans == (Span(0, 9),)  # ana's shares most with the others
    assert (majority.coder, majority.articles, {found.coder for found in majority.items}) == (
        "majority",
        ("niger",),
        {"majority"},
    )
    assert majority.annotations(article="niger", type="frame") == list(majority.items)


def test_only_who_finished_an_article_has_a_say(store: AnnotationStore) -> None:
    write(store, "ana", frame("x", (0, 9)), frame("x", (0, 9), article="mali"), done=("niger", "mali"))
    write(store, "ben", frame("x", (0, 9)), done=())
    write(store, "eve", done=("niger",))
    gold = store.gold("majority")
    assert gold.articles == ("niger",) and gold.items == ()  # one of two is no majority
    assert {coder: len(items) for coder, items in gold.by_coder("niger").items()} == {"ana": 1, "eve": 0}
    assert gold.by_coder("mali", "stance") == {"ana": []} and gold.by_coder("sudan") == {}
    with store.writer("eve") as log:
        log.status("niger", "open")
    assert store.gold("unanimous").articles == ()


def test_gold_keeps_what_every_coder_said(store: AnnotationStore) -> None:
    (one, two) = write(store, "ana", frame("x", (0, 9)), stance("oppose", (20, 25)))
    (other,) = write(store, "ben", frame("y", (0, 9)))
    write(store, "eve", done=())
    write(store, "gold", frame("x", (0, 9), decides=(one, other)), stance("support", (20, 25), decides=(two,)), WHOLE)
    gold = store.gold()
    assert isinstance(gold, Gold) and gold.coder == "gold"
    table = gold.to_frame()
    assert table.label.tolist() == ["x", "support", "dialogue"]
    assert table.decides.tolist() == [(one, other), (two,), ()]
    assert table.coders.tolist() == [("ana", "ben")] * 3
    assert table.label_ana.fillna("-").tolist() == ["x", "oppose", "-"]
    assert table.label_ben.fillna("-").tolist() == ["y", "-", "-"]
    assert "label_eve" not in table and table.start.isna().tolist() == [False, False, True]
    assert str(table.end.dtype) == "Int64"


def test_the_table_of_no_gold(store: AnnotationStore) -> None:
    write(store, "gold")
    assert store.gold().to_frame().columns.tolist()[:4] == ["id", "article", "type", "label"]


def test_a_named_coder_is_gold(store: AnnotationStore) -> None:
    write(store, "ben", frame("y", (0, 9)))
    gold = store.gold("ben")
    assert (gold.coder, [found.label for found in gold.items], gold.articles) == ("ben", ["y"], ("niger",))
    with pytest.raises(InputError, match="no coder 'zoe'"):
        store.gold("zoe")


def test_merge_states_and_decisions(store: AnnotationStore) -> None:
    both, only, clash, wrong, voice = (
        frame("x", (0, 9)), frame("x", (20, 29)), frame("x", (40, 49)), frame("x", (60, 69)), frame("x", (80, 89)),
    )  # fmt: skip
    a = write(store, "ana", both, only, clash, wrong, voice)
    b = write(store, "ben", both, frame("y", (40, 49)), wrong, frame("x", (80, 88), voice="author"))
    table = merge_states(store)
    assert table.state.tolist() == ["agreement", "incomplete", "conflict", "agreement", "agreement"]
    assert table.labels.tolist() == [("x",), ("x",), ("x", "y"), ("x",), ("x",)]
    assert table.coders.tolist()[1:3] == [("ana",), ("ana", "ben")] and table.missing.tolist()[1] == ("ben",)
    assert table.ids.tolist()[0] == (a[0], b[0])
    assert table.differs.tolist() == [(), (), (), (), ("spans", "voice")]
    assert table.decision.isna().all() and table.start.tolist() == [0, 20, 40, 60, 80]

    with store.writer("gold") as log:
        log.add(frame("x", (0, 9), decides=(a[0], b[0])))
        log.reject(frame("x", (20, 29), decides=(a[1],)))
        log.add(frame("z", (40, 49), decides=(a[2], b[1])))
        log.add(frame("x", (80, 89)))  # says the same, without naming them
    table = merge_states(store)
    assert table.decision.fillna("-").tolist() == ["accepted", "rejected", "both wrong", "-", "accepted"]
    assert table.gold_label.tolist() == [("x",), (), ("z",), (), ("x",)]
    with store.writer("gold") as log:
        log.status("niger", "done")
    assert merge_states(store).decision.tolist()[3] == "both wrong"  # finished without it
    assert merge_states(store, gold=None).decision.isna().all()
    assert merge_states(store, article="mali").empty
    assert merge_states(store, coders=["ana", "machine"]).state.tolist() == ["incomplete"] * 5


def test_merge_states_without_an_adjudicator(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    write(store, "ana", WHOLE)
    table = merge_states(store)
    assert table.state.tolist() == ["incomplete"] and table.start.isna().all()


def test_the_demo_corpus(root: Path) -> None:
    """The seeds were adjudicated: each case is decided, and counted gold is close to what adjudication said."""
    store = AnnotationStore(root / "annotations")
    table = merge_states(store)
    assert set(table.state) == {"agreement", "incomplete", "conflict"}
    assert set(table.decision) == {"accepted", "rejected", "both wrong"}
    frames = table[table.type == "frame"]
    assert (frames[frames.state == "agreement"].decision == "accepted").all()
    unanimous = {id for found in store.gold("unanimous").items for id in found.decides}
    assert unanimous == {id for ids in table[table.state == "agreement"].ids for id in ids}
