"""A coding session without any screen: what is written, undone, resumed and refused."""

from __future__ import annotations

import resource
from contextlib import contextmanager

import pytest
from small_world import CODEBOOK

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.locking import LockedError
from corpus_tools.annotation.records import Frame, Implicit, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.commands import run_command
from corpus_tools.notebook.past import Past
from corpus_tools.notebook.session import Session
from corpus_tools.notebook.suggestions import Suggester, name_record
from corpus_tools.notebook.views import view_article, view_book, view_marks, view_queue, view_status
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

TEXTS = {
    "one": "Rain fell. 🌧️ France rejected Russian influence in Niamey.",
    "two": "Germany demanded free elections.",
    "three": "Nobody spoke.",
}
ID = "id-00000001"


@pytest.fixture
def corpus():
    return Corpus.of(
        [
            Article(name, text, title=f"About {name}", source="Paper", url="https://x.org")
            for name, text in TEXTS.items()
        ]
    )


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text(CODEBOOK, "utf-8")
    return Codebook.read(path)


@pytest.fixture
def begin(tmp_path, corpus, book):
    """Start sessions of one coder; each ends with the next or with the test."""
    running = []

    def start(**options):
        for session in running:
            session.close()
        store = AnnotationStore(tmp_path / "annotations", corpus, book)
        running.append(Session(corpus, store, book, coder="ana", **options))
        return running[-1]

    yield start
    for session in running:
        session.close()


@pytest.fixture
def stored(tmp_path, corpus, book):
    """What another reader of the folder sees."""
    return lambda: AnnotationStore(tmp_path / "annotations", corpus, book)


def span_of(article, words):
    start = TEXTS[article].index(words)
    return [start, start + len(words)]


def command(session, base_rev=10**6, view="v1", **op):
    return run_command(session, op, base_rev=base_rev, view=view)


def add_frame(session, words="France", label="influence", id=ID, **fields):
    record = {"type": "frame", "label": label, "spans": [span_of("one", words)], **fields}
    return command(session, op="add", id=id, article=0, record=record)


def test_a_frame_is_on_disk_when_the_call_returns(begin, stored):
    add_frame(begin())
    (found,) = stored().annotations("ana")
    assert (found.id, found.label, found.spans[0].quote, found.origin) == (ID, "influence", "France", "manual")


def test_a_stance_gets_its_entities_from_the_codebook(begin, stored):
    session = begin()
    record = {
        "type": "stance",
        "label": "oppose",
        "holder": {"span": span_of("one", "France"), "entity": "?"},
        "target": {"span": span_of("one", "Russian influence"), "entity": "?"},
        "cue": [span_of("one", "rejected")],
        "expression": None,
    }
    command(session, op="add", id=ID, article=0, record=record)
    (found,) = stored().annotations("ana")
    assert (found.holder.entity, found.target.entity) == ("france", "russian_influence")
    assert [span.quote for span in (found.holder.span, found.target.span, *found.cue)] == [
        "France",
        "Russian influence",
        "rejected",
    ]


@pytest.mark.parametrize("holder", ["author", "unspecified"])
def test_a_holder_may_be_implicit(begin, stored, holder):
    target = {"span": None, "entity": "elections"}
    record = {"type": "stance", "label": "support", "holder": {"implicit": holder}, "target": target, "cue": []}
    command(begin(), op="add", id=ID, article=0, record=record)
    (found,) = stored().annotations("ana")
    assert found.holder == Implicit(holder) and found.target == Slot(entity="elections")


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ({"op": "dance"}, "unknown"),
        (
            {"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "no", "spans": [[0, 4]]}},
            "not in",
        ),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": []}}, "words"),
        (
            {"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": [[0, 999]]}},
            "end",
        ),
        (
            {"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": [[4, 4]]}},
            "start",
        ),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "label": "ballot", "spans": "0-4"}}, "list"),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "poem", "label": "ballot"}}, "unknown"),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "stance", "label": "oppose", "cue": []}}, "holder"),
        ({"op": "add", "id": ID, "article": 0, "record": {"type": "frame", "sha256": "0"}}, "unknown"),
        ({"op": "add", "id": ID, "article": 9, "record": {}}, "number"),
        ({"op": "add", "id": ID, "article": "one", "record": {}}, "number"),
        ({"op": "add", "id": "../x", "article": 0, "record": {}}, "id"),
        ({"op": "add", "id": 7, "article": 0, "record": {}}, "text"),
        ({"op": "revise", "id": ID, "changes": {"label": "ballot"}}, "gone"),
        ({"op": "accept", "choices": None}, "mapping"),
        ({"op": "skip", "article": 0}, "reason"),
    ],
)
def test_commands_that_do_not_fit_are_refused_and_write_nothing(begin, stored, op, message):
    session = begin()
    before = len(stored().events("ana"))
    with pytest.raises(InputError, match=message):
        command(session, **op)
    assert len(stored().events("ana")) == before


def test_the_same_judgement_is_not_added_twice(begin, stored):
    session = begin()
    add_frame(session)
    assert add_frame(session) is None, "the same command again is silently nothing"
    assert "there already" in add_frame(session, id="id-00000002")
    assert len(stored().annotations("ana")) == 1


def test_revise_changes_only_what_it_names(begin, stored):
    session = begin()
    add_frame(session)
    command(session, op="revise", id=ID, changes={"comment": "why?", "flag": True})
    command(session, op="revise", id=ID, changes={"label": "ballot"})
    (found,) = stored().annotations("ana")
    assert (found.label, found.comment, found.extra["flag"]) == ("ballot", "why?", True)


def test_a_view_that_is_behind_cannot_overwrite(begin):
    session = begin()
    add_frame(session)
    seen = session.ledger.rev
    command(session, view="v2", op="revise", id=ID, changes={"label": "ballot"})
    with pytest.raises(InputError, match="another view"):
        command(session, base_rev=seen, view="v1", op="revise", id=ID, changes={"comment": "late"})
    with pytest.raises(InputError, match="another view"):
        command(session, base_rev=seen, view="v1", op="retract", id=ID)
    command(session, base_rev=seen, view="v2", op="revise", id=ID, changes={"comment": "my own"})
    assert session.annotations[0].record.comment == "my own"


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


@pytest.mark.parametrize(
    ("ops", "article"),
    [
        ([], "one"),
        ([{"op": "open", "article": 2}], "three"),
        ([{"op": "done", "article": 0}], "two"),
        ([{"op": "skip", "article": 0, "reason": "not news"}, {"op": "done", "article": 1}], "three"),
        ([{"op": "open", "article": 2}, {"op": "done", "article": 2}], "one"),
        ([{"op": "done", "article": n} for n in range(3)], "three"),
    ],
)
def test_a_new_session_goes_on_where_the_last_one_was(begin, ops, article):
    session = begin()
    for op in ops:
        command(session, **op)
    assert session.article.id == article
    assert begin().article.id == article


def test_a_late_second_enter_finishes_one_article_only(begin, stored):
    session = begin()
    command(session, op="done", article=0)
    command(session, op="done", article=0)
    assert session.article.id == "two" and stored().statuses("ana") == {"one": "done", "two": "in_progress"}


def test_the_last_article_says_that_it_was_the_last(begin):
    session = begin()
    notes = [command(session, op="done", article=number) for number in range(3)]
    assert notes[:2] == [None, None] and "last one" in notes[2]


def test_seconds_and_reasons_stand_in_the_log(begin, stored):
    now = [100.0]
    session = begin(clock=lambda: now[0])
    now[0] += 30
    add_frame(session)
    now[0] += 500  # a pause counts as a minute
    command(session, op="skip", article=0, reason="a list")
    last = [event for event in stored().events("ana") if event.fields.get("status") == "skipped"][-1]
    assert (last.fields["seconds"], last.fields["comment"]) == (90.0, "a list")


def test_two_sessions_cannot_write_one_log(begin, tmp_path, corpus, book):
    begin()
    with pytest.raises(LockedError, match="is writing to it"):
        Session(corpus, AnnotationStore(tmp_path / "annotations", corpus, book), book, coder="ana")


def test_a_closed_session_says_why_it_takes_nothing(begin):
    session = begin()
    session.close("Replaced.")
    with pytest.raises(InputError, match=r"Replaced\."):
        add_frame(session)


@contextmanager
def full_disk(path):
    """No file may grow beyond the size that this one has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_after_a_full_disk_nothing_is_lost_and_work_goes_on(begin, stored, tmp_path):
    session = begin()
    add_frame(session)
    with full_disk(tmp_path / "annotations" / "ana.jsonl"), pytest.raises(OSError, match="written"):
        add_frame(session, words="Rain", id="id-00000002")
    assert [held.id for held in session.annotations] == [ID]
    add_frame(session, words="Rain", id="id-00000002")
    assert [a.id for a in stored().annotations("ana")] == [ID, "id-00000002"]
    command(session, op="undo")
    command(session, op="undo")
    assert stored().annotations("ana") == []


# --- suggestions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def table():
    pd = pytest.importorskip("pandas")
    start, end = span_of("one", "France rejected Russian influence in Niamey.")
    holder, target = span_of("one", "France"), span_of("one", "Russian influence")
    common = {"article": "one", "start": start, "end": end, "quote": TEXTS["one"][start:end]}
    evidence = [{"start": target[0], "end": target[1], "quote": "Russian influence", "feature": "f", "weight": 1.0}]
    slots = {
        "holder": {"start": holder[0], "end": holder[1], "entity": "france", "implicit": None},
        "target": {"start": target[0], "end": target[1], "entity": "russian_influence", "implicit": None},
    }
    nothing = {"holder": None, "target": None}
    return pd.DataFrame(
        [
            {**common, "type": "frame", "label": "influence", "score": 0.9, "evidence": evidence, **nothing},
            {**common, "type": "stance", "label": "oppose", "score": 0.6, "evidence": [], **slots},
            {**common, "type": "frame", "label": "ballot", "score": 0.2, "evidence": [], **nothing, "article": "two"},
        ]
    )


def test_decisions_about_suggestions_are_logged_with_their_origin(begin, stored, corpus, table):
    session = begin(suggester=Suggester(table, corpus))
    frame, stance = session.suggestions
    assert (frame.score, frame.evidence) == (0.9, (tuple(span_of("one", "Russian influence")),))
    command(session, op="accept", choices={frame.key: ID}, changes={"label": "ballot"})
    command(session, op="reject", key=stance.key)
    (accepted,) = stored().annotations("ana")
    (rejected,) = stored().rejections("ana")
    assert (accepted.label, accepted.origin, accepted.confidence) == ("ballot", "suggestion-edited", 0.9)
    assert (rejected.type, rejected.origin, rejected.holder.span.quote) == ("stance", "suggestion", "France")
    assert session.suggestions == [] and begin(suggester=Suggester(table, corpus)).suggestions == []


def test_undo_opens_suggestions_again(begin, corpus, table):
    session = begin(suggester=Suggester(table, corpus))
    keys = [item.key for item in session.suggestions]
    command(session, op="accept", choices={keys[0]: ID, keys[1]: "id-00000002"})
    assert len(session.annotations) == 2 and session.suggestions == []
    command(session, op="undo")
    assert session.annotations == [] and [item.key for item in session.suggestions] == keys
    command(session, op="reject", key=keys[0])
    command(session, op="undo")
    assert [item.key for item in session.suggestions] == keys


def test_what_is_coded_already_is_not_suggested(begin, corpus, table):
    session = begin(suggester=Suggester(table, corpus))
    add_frame(session, words="France rejected Russian influence in Niamey.")
    assert [item.record.type for item in session.suggestions] == ["stance"]


def test_a_table_of_other_columns_is_refused(begin, corpus, table):
    session = begin(suggester=Suggester(table.drop(columns="label"), corpus))
    assert session.suggestions == [] and "lacks 'label'" in session.suggester.fault
    with pytest.raises(InputError, match="neither a table nor a detector"):
        Suggester(["influence"], corpus)


# --- what a view is told ---------------------------------------------------------------------------------------------


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
