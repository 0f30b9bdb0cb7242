"""What happens to files behind a session's back: nothing acknowledged is lost, and nothing is said of another text."""

from __future__ import annotations

import shutil

import pytest
from small_world import CODEBOOK

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.logfile import LogWriteError
from corpus_tools.annotation.records import Frame
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.annotator import Annotator
from corpus_tools.notebook.session import Session
from corpus_tools.notebook.tokens import segment
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

pytest_plugins = ("small_world_fixture",)

TEXT = "Rain fell in Niamey."


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "the-paper-1.txt").write_text(TEXT, "utf-8")
    (tmp_path / "codebook.toml").write_text(CODEBOOK, "utf-8")
    return tmp_path


@pytest.fixture
def session(folder):
    corpus, book = Corpus.read(folder / "articles"), Codebook.read(folder / "codebook.toml")
    begun = Session(corpus, AnnotationStore(folder / "logs", corpus, book), book, coder="ana")
    yield begun
    begun.close()


def mark(session, number, start, end):
    session.add(f"id-0000000{number}", Frame("the-paper-1", "influence", [Span(start, end)]))


def stored(folder):
    return [span.quote for found in AnnotationStore(folder / "logs").annotations("ana") for span in found.spans]


def test_a_log_that_was_deleted_is_written_anew_and_goes_on(session, folder):
    mark(session, 1, 0, 4)
    (folder / "logs" / "ana.jsonl").unlink()
    mark(session, 2, 5, 9)
    assert stored(folder) == ["Rain", "fell"]
    assert "written anew" in session.ledger.notice
    assert [path.name for path in (folder / "logs").iterdir() if path.name != ".ana.jsonl.lock"] == ["ana.jsonl"]


def test_a_folder_that_was_deleted_is_made_again(session, folder):
    mark(session, 1, 0, 4)
    shutil.rmtree(folder / "logs")
    session.reload_book(session.book)
    mark(session, 2, 5, 9)
    assert stored(folder) == ["Rain", "fell"]


def test_a_folder_that_was_moved_is_waited_for(session, folder):
    mark(session, 1, 0, 4)
    (folder / "logs").rename(folder / "elsewhere")
    for _ in range(2):
        with pytest.raises(LogWriteError, match="the log is gone; put the file back"):
            mark(session, 2, 5, 9)
    assert not (folder / "logs").exists()
    (folder / "elsewhere").rename(folder / "logs")
    mark(session, 2, 5, 9)
    assert stored(folder) == ["Rain", "fell"]


def test_a_log_that_lacks_what_was_saved_is_refused_until_it_is_back(session, folder):
    log = folder / "logs" / "ana.jsonl"
    mark(session, 1, 0, 4)
    mark(session, 2, 5, 9)
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    for _ in range(2):
        with pytest.raises(LogWriteError, match="lacks marks that were saved"):
            mark(session, 3, 10, 12)
    log.write_bytes(whole)
    mark(session, 3, 10, 12)
    assert stored(folder) == ["Rain", "fell", "in"]


def test_what_another_program_appended_is_taken_in(session, folder):
    mark(session, 1, 0, 4)
    session.ledger.close()
    with AnnotationStore(folder / "logs").writer("ana") as log:
        log.add(Frame("the-paper-1", "ballot", [Span(5, 9, "fell")]))
    mark(session, 2, 10, 12)
    assert stored(folder) == ["Rain", "fell", "in"] and len(session.annotations) == 3


def test_offsets_into_another_text_than_the_one_shown_are_refused(session, folder):
    (folder / "articles" / "the-paper-1.txt").write_text(f"New: {TEXT}", "utf-8")
    session.ledger.use(AnnotationStore(folder / "logs", session.corpus, session.book))  # forgets the text it knew
    with pytest.raises(InputError, match="has changed"):
        mark(session, 1, 0, 4)
    assert stored(folder) == []


def test_a_message_to_a_blind_coder_names_no_article(folder):
    def complain(blind):
        widget = Annotator(corpus, AnnotationStore(folder / "logs"), book, coder="ana", blind=blind)
        said = widget._hide(f"{folder}/articles/the-paper-1.txt: cannot be read; see 'the-paper-1', not the-paper-12")
        widget.close()
        return said

    corpus, book = Corpus.read(folder / "articles"), Codebook.read(folder / "codebook.toml")
    assert complain(True) == "this article: cannot be read; see 'this article', not the-paper-12"
    assert "articles/the-paper-1.txt" in complain(False)


def test_a_parse_of_another_text_does_not_cut_this_one(world):
    article = next(iter(world.corpus))
    changed = type(article)(article.id, f"New here. {article.text}")
    assert segment(changed, world.parses) == segment(changed, None)


def test_an_empty_corpus_is_refused_and_leaves_no_log(folder):
    corpus = Corpus.read(folder / "articles").filter(id="none")
    with pytest.raises(InputError, match="no article is left to code"):
        Annotator(corpus, AnnotationStore(folder / "logs"), Codebook.read(folder / "codebook.toml"), coder="ana")
    assert not (folder / "logs").exists()
