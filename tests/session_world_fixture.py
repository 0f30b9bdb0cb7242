"""Fixtures of the session tests; a module asks for them with `pytest_plugins = ("session_world_fixture",)`."""

from __future__ import annotations

import pytest
from session_world import TEXTS
from small_world import CODEBOOK

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.session import Session
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus


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
