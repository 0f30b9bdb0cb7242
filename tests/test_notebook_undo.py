"""Undo and redo: over articles, over restarts, and where they end."""

from __future__ import annotations

from session_world import ID, TEXTS, add_frame, command
from small_world import CODEBOOK

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.past import Past
from corpus_tools.notebook.session import Session
from corpus_tools.notebook.suggestions import name_record
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus

pytest_plugins = ("session_world_fixture",)


def test_undo_and_redo_go_back_and_forth_over_articles(begin, stored):
    session = begin()
    add_frame(session)
    command(session, op="revise", id=ID, changes={"label": "ballot"})
    command(session, op="done", article=0)
    command(
        session, op="add", id="id-00000002", article=1, record={"type": "frame", "label": "ballot", "spans": [[0, 7]]}
    )
    command(session, op="retract", id="id-00000002")

    def state():
        store = stored()
        return session.article.id, {(a.id, a.label) for a in store.annotations("ana")}, store.statuses("ana").get("one")

    both, second = {(ID, "ballot"), ("id-00000002", "ballot")}, {(ID, "ballot")}
    story = [
        ("two", second, "done"),
        ("two", both, "done"),
        ("two", second, "done"),
        ("one", second, "in_progress"),
        ("one", {(ID, "influence")}, "in_progress"),
        ("one", set(), "in_progress"),
    ]
    assert state() == story[0]
    for expected in story[1:]:
        assert "Undone" in command(session, op="undo")
        assert state() == expected
    assert "nothing more" in command(session, op="undo")
    for expected in [*story[-2::-1]]:
        assert "Redone" in command(session, op="redo")
        labels, status = state()[1:]
        assert (labels, status) == expected[1:]
    assert "nothing to redo" in command(session, op="redo")


def test_undo_and_redo_go_on_after_a_restart(begin, stored):
    session = begin()
    add_frame(session)
    command(session, op="revise", id=ID, changes={"label": "ballot"})
    command(session, op="done", article=0)
    command(session, op="undo")
    session = begin()
    assert "Undone" in command(session, op="undo")
    assert [(a.id, a.label) for a in stored().annotations("ana")] == [(ID, "influence")]
    session = begin()
    assert "Redone" in command(session, op="redo") and "Redone: done" in command(session, op="redo")
    assert [a.label for a in stored().annotations("ana")] == ["ballot"] and stored().statuses("ana")["one"] == "done"
    session = begin()
    for _ in range(3):
        assert "Undone" in command(session, op="undo")
    assert "nothing more" in command(session, op="undo") and stored().annotations("ana") == []
    command(session, op="redo")
    command(session, op="retract", id=ID)
    assert begin().ledger.next_redo is not None  # a deletion that undoes the last step comes back by redo


def test_undo_after_a_restart_stops_at_another_codebook(begin, tmp_path):
    add_frame(begin())
    path = tmp_path / "codebook.toml"
    path.write_text(CODEBOOK.replace('version = "1.0"', 'version = "1.1"', 1), "utf-8")
    session = begin()
    session.reload_book(Codebook.read(path))
    add_frame(session, words="Rain", id="id-00000002")
    assert session.ledger.next_undo is not None
    newer = Past(AnnotationStore(tmp_path / "annotations").events("ana"), "1.1", name_record, session.name_label)
    older = Past(AnnotationStore(tmp_path / "annotations").events("ana"), "1.0", name_record, session.name_label)
    assert [step.changes[0].id for step in newer.done] == ["id-00000002"] and older.done == []


def test_undo_after_a_restart_stops_at_another_text(begin, tmp_path, corpus, book):
    add_frame(begin())
    begin().close()
    changed = Corpus.of([Article("one", "Another text. " + TEXTS["one"]), *list(corpus)[1:]])
    store = AnnotationStore(tmp_path / "annotations", changed, book)
    session = Session(changed, store, book, coder="ana")
    assert session.ledger.next_undo is None
    session.close()


def test_a_new_deed_ends_redo(begin):
    session = begin()
    add_frame(session)
    command(session, op="undo")
    add_frame(session, words="Rain", id="id-00000002")
    assert session.ledger.next_redo is None
