"""The fixtures `world`, made once a session, and `copy`; ask by `pytest_plugins = ("small_world_fixture",)`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_world import PLAIN, UNFINISHED, World, gold_records, make_texts, write_codebook, write_log

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import parse
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world; its parses also hold the plain texts as `text-0`, `text-1`, …"""
    folder = tmp_path_factory.mktemp("world")
    texts = make_texts()
    articles, annotations, cache = folder / "articles", folder / "annotations", folder / "cache"
    articles.mkdir()
    for name, text in texts.items():
        (articles / f"{name}.txt").write_text(text, "utf-8")
    book = Codebook.read(write_codebook(annotations))
    corpus = Corpus.read(articles)
    assert {article.id: article.text for article in corpus} == texts
    store = AnnotationStore(annotations, corpus, book)
    records = gold_records(texts)
    done = [name for name in texts if name != UNFINISHED]
    write_log(store, "ana", records, done)
    write_log(store, "ben", [r for r in records if r.article not in ("a00", "a03")], done)
    write_log(store, "gold", records, done)
    everything = Corpus.of([*corpus, *(Article(f"text-{i}", text) for i, text in enumerate(PLAIN))])
    parses = parse(everything, package="lite", cache=cache, workers=1, progress=False)
    assert not len(parses.skipped)
    return World(articles, annotations, cache, corpus, book, store, store.gold(), parses)


@pytest.fixture
def copy(world: World, tmp_path: Path) -> Path:
    """The small world's folders as one's own, to be spoilt."""
    for name in ("articles", "annotations"):
        shutil.copytree(getattr(world, name), tmp_path / name)
    return tmp_path
