"""Adjudication without any screen: what belongs together, what is decided, and what the gold log says of it."""

from __future__ import annotations

import pytest
from small_world import CODEBOOK

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Implicit, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.adjudication import Adjudication
from corpus_tools.notebook.adjudicator import Adjudicator
from corpus_tools.notebook.pairing import pair_annotations
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

TEXT = "France rejected Russian influence in Mali. Germany demanded free elections. Rain fell."
CORPUS = Corpus.of([Article("one", TEXT), Article("two", "France praised free elections."), Article("three", "Rain.")])


def at(words, article="one"):
    start = CORPUS[article].text.index(words)
    return (start, start + len(words))


def frame(label, words, **fields):
    return Frame("one", label, [at(words)], **fields)


def whole(label, salience="primary"):
    return Frame("one", label, salience=salience)


def stance(label, holder, target, **fields):
    who = Implicit(holder) if holder in ("author", "unspecified") else Slot(at(holder))
    return Stance("one", label, holder=who, target=Slot(at(target)), **fields)


@pytest.fixture
def book(tmp_path):
    (tmp_path / "codebook.toml").write_text(CODEBOOK, "utf-8")
    return Codebook.read(tmp_path / "codebook.toml")


@pytest.fixture
def code(tmp_path, book):
    """Write what coders said about the first article; all finish it."""

    def write(**coded):
        store = AnnotationStore(tmp_path / "annotations", CORPUS, book)
        for coder, records in coded.items():
            with store.writer(coder) as log:
                for record in records:
                    log.add(record)
                log.status("one", "done")
        return store

    return write


def test_the_queue_says_for_whom_an_article_waits(code, book):
    store = code(ana=[frame("influence", "Mali")], ben=[frame("ballot", "Mali")])
    with store.writer("ana") as log:
        log.status("two", "done")
    widget = Adjudicator(CORPUS, store, book, coders=["ana", "ben"], by="gold")
    try:
        rows = widget._answer({"what": "queue", "search": ""})["rows"]
        assert [(row["place"], row["number"] < 0, row["date"]) for row in rows] == [
            (0, False, "1 to decide"),
            (1, True, "waiting for ben"),
        ]
        assert widget._answer({"what": "queue", "search": "praised"})["rows"] == rows[1:]
    finally:
        widget.close()


def test_a_changed_codebook_is_read_without_a_restart(code, book, tmp_path):
    store = code(ana=[frame("influence", "Mali")], ben=[frame("ballot", "Mali")])
    widget = Adjudicator(CORPUS, store, tmp_path / "codebook.toml", coders=["ana", "ben"], by="gold")
    try:
        (tmp_path / "codebook.toml").write_text(CODEBOOK.replace('version = "1.0"', 'version = "1.1"', 1), "utf-8")
        widget.reload()
        group = widget.session.here[0]
        widget.session.take(group.ids, group.ids[:1])
        assert [item.codebook for item in store.annotations("gold")] == ["1.1"]
    finally:
        widget.close()


@pytest.fixture
def begin(book):
    """Start adjudications; each ends with the next or with the test."""
    running = []

    def start(store, coders=("ana", "ben")):
        for former in running:
            former.close()
        running.append(Adjudication(CORPUS, store, book, coders=coders, by="gold"))
        return running[-1]

    yield start
    for session in running:
        session.close()


CLAUSE, PART = "France rejected Russian influence", "rejected Russian influence in Mali"
PAIRS = [
    ("the same", [frame("influence", CLAUSE)], [frame("influence", CLAUSE)], ["complete"]),
    ("other words", [frame("influence", CLAUSE)], [frame("influence", PART)], ["conflict"]),
    ("another label", [frame("influence", CLAUSE)], [frame("ballot", CLAUSE)], ["conflict"]),
    ("another label on other words", [frame("influence", "France")], [frame("ballot", PART)], ["incomplete"] * 2),
    ("apart", [frame("influence", "France")], [frame("influence", "Germany")], ["incomplete"] * 2),
    ("one alone", [frame("influence", CLAUSE)], [], ["incomplete"]),
    ("another voice", [frame("influence", CLAUSE, voice="author")], [frame("influence", CLAUSE)], ["conflict"]),
    ("whole article", [whole("ballot")], [whole("ballot")], ["complete"]),
    ("salience", [whole("ballot")], [whole("ballot", "present")], ["conflict"]),
    ("two whole frames", [whole("ballot")], [whole("influence")], ["incomplete"] * 2),
    ("the closest of two", [frame("influence", CLAUSE)], [frame("influence", "in Mali"), frame("influence", PART)],
     ["conflict", "incomplete"]),
    ("stances", [stance("oppose", "France", "Russian influence")], [stance("oppose", "France", "Russian influence")],
     ["complete"]),
    ("values", [stance("oppose", "France", "Russian influence")], [stance("support", "France", "Russian influence")],
     ["conflict"]),
    ("targets", [stance("oppose", "France", "Russian influence")], [stance("oppose", "France", "Mali")],
     ["incomplete"] * 2),
    ("implicit", [stance("oppose", "author", "Mali")], [stance("oppose", "unspecified", "Mali")], ["incomplete"] * 2),
    ("frame and stance", [frame("influence", "France")], [stance("oppose", "France", "Mali")], ["incomplete"] * 2),
]  # fmt: skip


@pytest.mark.parametrize(("ana", "ben", "states"), [case[1:] for case in PAIRS], ids=[case[0] for case in PAIRS])
def test_what_belongs_together(code, ana, ben, states):
    store = code(ana=ana, ben=ben)
    groups = pair_annotations({coder: store.annotations(coder) for coder in ("ana", "ben")})
    assert sorted(group.state for group in groups) == states
    assert sorted(id for group in groups for id in group.ids) == sorted(a.id for a in store.annotations())


def test_three_coders_make_one_group(code):
    same = [frame("influence", CLAUSE)]
    store = code(ana=same, ben=same, cem=[frame("influence", PART)])
    (group,) = pair_annotations({coder: store.annotations(coder) for coder in ("ana", "ben", "cem")})
    assert group.state == "conflict" and len(group.items) == 3


DECISIONS = [
    ("take one", lambda s, ids: s.take(ids, ids[:1]), [("influence", CLAUSE)], 0),
    ("take the other", lambda s, ids: s.take(ids, ids[1:]), [("influence", PART)], 0),
    ("take both", lambda s, ids: s.take(ids, ids), [("influence", CLAUSE), ("influence", PART)], 0),
    ("both wrong", lambda s, ids: s.reject(ids), [], 1),
    ("edited", lambda s, ids: s.edit(ids, ids[0], {"label": "ballot"}), [("ballot", CLAUSE)], 0),
    ("again", lambda s, ids: (s.take(ids, ids), s.take(ids, ids[:1])), [("influence", CLAUSE)], 0),
    ("undone", lambda s, ids: (s.take(ids, ids), s.undo(), s.take(ids, ids[1:])), [("influence", PART)], 0),
    ("redone", lambda s, ids: (s.take(ids, ids[:1]), s.undo(), s.redo()), [("influence", CLAUSE)], 0),
]


@pytest.mark.parametrize(
    ("act", "gold", "wrong"), [case[1:] for case in DECISIONS], ids=[case[0] for case in DECISIONS]
)
def test_decisions_stand_in_the_gold_log(code, begin, act, gold, wrong):
    store = code(ana=[frame("influence", CLAUSE)], ben=[frame("influence", PART)])
    session = begin(store)
    (group,) = session.here
    act(session, list(group.ids))
    found = store.annotations("gold")
    assert [(a.label, a.spans[0].quote) for a in found] == gold
    assert all(set(a.decides) == set(group.ids) and a.origin == "adjudication" for a in found)
    assert [set(a.decides) for a in store.rejections("gold")] == [set(group.ids)] * wrong
    assert session.left() == 0 == begin(store).left()


def test_an_article_is_done_when_everything_is_decided(code, begin):
    store = code(ana=[frame("influence", CLAUSE), whole("ballot")], ben=[whole("ballot")])
    session = begin(store)
    with pytest.raises(InputError, match="2 decisions are left"):
        session.finish("one")
    assert session.take_complete() == 1 and session.left() == 1
    (alone,) = [group for group in session.here if group.state == "incomplete"]
    session.reject(alone.ids)
    assert "last one" in session.finish("one")
    assert store.statuses("gold") == {"one": "done"}
    session.undo()
    session.undo()
    assert session.left() == 1 and store.statuses("gold")["one"] != "done"


def test_only_what_all_have_finished_is_compared(code, begin, book, tmp_path):
    store = code(ana=[frame("influence", CLAUSE)], ben=[])
    with store.writer("ana") as log:
        log.add(Frame("two", "ballot", [(0, 6)]))
    assert list(begin(store).groups) == ["one"]
    with pytest.raises(InputError, match="finished by all"):
        Adjudication(CORPUS.filter(id="two"), store, book, coders=["ana", "ben"], by="gold")


@pytest.mark.parametrize("coders", [["ana"], ["ana", "ana"], ["ana", "gold"]])
def test_two_coders_and_a_third_are_needed(code, begin, coders):
    with pytest.raises(InputError, match="not at least two others"):
        begin(code(ana=[frame("influence", CLAUSE)], ben=[]), coders)
