"""What a view of a session is told: offsets, marks, the queue, the labels; and what it is not told."""

from __future__ import annotations

from session_world import ID, TEXTS, add_frame, command
from small_world import CODEBOOK

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.session import Session
from corpus_tools.notebook.views import view_article, view_book, view_marks, view_queue, view_status
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

pytest_plugins = ("session_world_fixture",)


def test_a_blind_view_learns_nothing_of_source_id_or_others(begin, stored):
    with stored().writer("ben") as log:
        log.add(Frame("one", "ballot", [Span(0, 4)]))
    session = begin()
    seen = str([view_article(session, blind=True), view_marks(session), view_queue(session, "", blind=True)])
    assert all(secret not in seen for secret in ("Paper", "x.org", "'one'", "ballot"))
    assert "Paper" in str([view_article(session, blind=False)])
    assert view_queue(session, "paper", blind=True)["rows"] == []


def test_a_view_gets_offsets_in_code_points(begin):
    session = begin()
    add_frame(session)
    (mark,) = view_marks(session)["annotations"]
    (span,) = mark["spans"]
    view = view_article(session, blind=True)
    assert view["text"][slice(*span)] == "France"
    assert [*span] == [view["tokens"][8], view["tokens"][9]]


def test_the_queue_is_searched_in_title_and_text(begin):
    rows = view_queue(begin(), "free ELECTIONS", blind=True)["rows"]
    assert [(row["place"], row["title"], row["state"]) for row in rows] == [(1, "About two", "open")]


def test_progress_and_pace(begin):
    now = [0.0]
    session = begin(clock=lambda: now[0])
    now[0] = 45.0
    command(session, op="done", article=0)
    status = view_status(session)
    assert (status["done"], status["total"], status["finished_here"], status["pace"]) == (1, 3, 1, 80.0)


def test_label_keys_are_unique_and_free(book, root):
    real = Codebook.read(root / "annotations" / "codebook.toml")
    for frames in (view_book(book)["frames"], view_book(real)["frames"]):
        letters = [frame["letter"] for frame in frames if frame["letter"]]
        assert len(set(letters)) == len(letters) and not set(letters) & set("acdefkmnpqrsuvxy")
        assert [frame["key"] for frame in frames] == [str(n) for n in range(1, len(frames) + 1)]


def test_another_codebook_lists_what_was_coded_under_the_old_one(begin, stored, tmp_path):
    session = begin()
    add_frame(session)
    newer = tmp_path / "newer.toml"
    newer.write_text(CODEBOOK.replace('version = "1.0"', 'version = "2.0"'), "utf-8")
    session.reload_book(Codebook.read(newer))
    assert view_status(session)["old"] == {"influence": 1}
    add_frame(session, words="Rain", id="id-00000002")
    assert [a.codebook for a in stored().annotations("ana")] == ["1.0", "2.0"]
    command(session, op="revise", id=ID, changes={"label": "ballot"})
    assert view_status(session)["old"] == {}


def test_a_record_that_was_read_back_is_the_one_that_was_written(begin, stored):
    session = begin()
    stance = Stance("one", "oppose", holder="author", target=Slot(Span(0, 4)), cue=[Span(5, 9)], expression=None)
    session.add(ID, stance)
    assert stored().annotations("ana")[0].record.target.span == Span(0, 4)
    assert "there already" in begin().add("id-00000002", stance)


def test_annotations_on_another_version_of_the_text_are_not_drawn(begin, tmp_path, corpus, book):
    add_frame(begin())
    begin().close()
    changed = Corpus.of([Article("one", "Something else stands here now."), Article("two", TEXTS["two"])])
    session = Session(changed, AnnotationStore(tmp_path / "annotations", changed, book), book, coder="ana")
    try:
        assert view_marks(session)["annotations"] == [] and view_status(session)["orphans"] == 1
        command(session, op="open", article=1)
        assert view_status(session)["orphans"] == 0
    finally:
        session.close()
