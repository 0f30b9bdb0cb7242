"""The corpus itself: lazy, re-iterable, filterable, a table."""

from __future__ import annotations

import datetime
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corpus_tools.text import Article, Corpus, InputError


@pytest.fixture
def corpus() -> Corpus:
    def make(id: str, day: int | None, **fields: Any) -> Article:
        published = None if day is None else datetime.date(2023, 11, day)
        return Article(id, f"Text {id}.", published=published, **fields)

    return Corpus.of(
        [
            make("a", 1, source="LC", extra={"topic": "niger", "tags": ["x"]}),
            make("b", 15, source="MW", extra={"topic": "mali"}),
            make("c", 30, source="LC", language="fr"),
            make("d", None, extra={"topic": "niger", "id": "other"}),
        ]
    )


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, "abcd"),
        ({"source": "LC"}, "ac"),
        ({"source": None}, "d"),
        ({"source": ["LC", None]}, "acd"),
        ({"topic": "niger"}, "ad"),
        ({"topic": {"niger", "mali"}}, "abd"),
        ({"topic": None}, "c"),
        ({"topic": "niger", "source": "LC"}, "a"),
        ({"tags": {"x"}}, ""),
        ({"tags": [["x"]]}, "a"),
        ({"published": ("2023-11-01", "2023-11-15")}, "ab"),
        ({"published": (datetime.date(2023, 11, 2), None)}, "bc"),
        ({"published": (None, "2023-11-14")}, "a"),
        ({"published": (None, None)}, "abc"),
        ({"published": "2023-11-15"}, "b"),
        ({"published": datetime.date(2023, 11, 15)}, "b"),
        ({"published": ["2023-11-01", "2023-11-30"]}, "ac"),
        ({"published": None}, "d"),
        ({"id": "b"}, "b"),
        ({"id": ["d", "a", "unknown"]}, "ad"),
        ({"id": ["a", "b"], "source": "LC"}, "a"),
        ({"language": "xx"}, ""),
    ],
)
def test_filter_by_metadata(corpus: Corpus, metadata: dict[str, Any], expected: str) -> None:
    assert corpus.filter(**metadata).ids == list(expected)
    assert [article.id for article in corpus.filter(**metadata)] == list(expected)


def test_filters_add_up(corpus: Corpus) -> None:
    kept = corpus.filter(lambda article: article.id != "a").filter(topic="niger")
    assert (len(kept), kept.ids, "d" in kept, "a" in kept) == (1, ["d"], True, False)
    assert corpus.filter(source="none").filter(unheard="x").ids == []


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"topik": "niger"}, "no article has the metadata 'topik'"),
        ({"published": "soon"}, "filter published: 'soon' is not a date"),
        ({"published": ("2023-01-01",)}, "published takes a pair (from, to)"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(corpus: Corpus, metadata: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        len(corpus.filter(**metadata))
    assert message in str(caught.value)


def test_access_by_id(corpus: Corpus) -> None:
    assert corpus["b"].text == "Text b."
    assert "b" in corpus and "x" not in corpus
    with pytest.raises(KeyError, match="no article 'bb' in this corpus; did you mean 'b'"):
        corpus["bb"]
    with pytest.raises(KeyError, match="no article 'b'"):
        corpus.filter(source="LC")["b"]


def test_a_corpus_can_be_iterated_again_and_twice_at_once(corpus: Corpus) -> None:
    for some in (corpus, corpus.filter(source="LC")):
        pairs = [(one.id, two.id) for one in some for two in some]
        ids = [article.id for article in some]
        assert pairs == [(one, two) for one in ids for two in ids]


def test_of_takes_an_iterator_and_refuses_an_id_used_twice() -> None:
    def make() -> Iterator[Article]:
        yield from (Article("a", "x"), Article("b", "y"))

    assert Corpus.of(make()).ids == ["a", "b"] == [article.id for article in Corpus.of(make())]
    with pytest.raises(InputError, match="article 3: the article id 'a' is used a second time, first in article 1"):
        Corpus.of([*make(), Article("a", "z")])
    assert len(Corpus.of([])) == 0 and list(Corpus.of([]).filter(topic="x")) == []


def test_texts_are_read_when_asked_and_not_held(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"Old {name}.")
    corpus = Corpus.read(tmp_path)
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"New {name}.")
    assert [article.text for article in corpus] == ["New a.", "New b.", "New c."]
    (tmp_path / "a.txt").unlink()
    assert (len(corpus), corpus.ids, corpus["b"].text) == (3, ["a", "b", "c"], "New b.")
    with pytest.raises(InputError, match="a.txt: cannot be read"):
        list(corpus)


def test_a_filter_asks_each_article_once_however_often_it_is_used(corpus: Corpus) -> None:
    asked: list[str] = []

    def keep(article: Article) -> bool:
        asked.append(article.id)
        return article.source == "LC"

    kept = corpus.filter(keep)
    assert asked == []
    assert (len(kept), kept.ids, [article.id for article in kept]) == (2, ["a", "c"], ["a", "c"])
    assert asked == ["a", "b", "c", "d"]


def test_to_frame(corpus: Corpus) -> None:
    frame = corpus.to_frame()
    columns = ["id", "text", "title", "published", "source", "language", "url"]
    assert list(frame.columns) == [*columns, "topic", "tags", "extra.id"]
    assert frame["published"].dtype.kind == "M" and list(frame["published"].isna()) == [False, False, False, True]
    assert list(frame["id"]) == list("abcd")
    assert frame.loc[3, "extra.id"] == "other" and frame["title"].isna().all()
    empty = Corpus.of([]).to_frame()
    assert list(empty.columns) == columns and list(empty.dtypes) == list(frame[columns].dtypes)
    assert pd.concat([frame, frame]).shape == (8, 10)


def test_a_corpus_travels_between_processes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    (tmp_path / "b.jsonl").write_text('{"id": "b", "text": "x"}\n')
    corpus = Corpus.read(tmp_path)
    assert list(pickle.loads(pickle.dumps(corpus))) == list(corpus)


def test_its_repr_reads_nothing(corpus: Corpus) -> None:
    kept = corpus.filter(source="LC")
    assert repr(corpus) == "<Corpus of 4 articles>"
    assert repr(kept) == "<Corpus: a filter over 4 articles, not yet read>"
    assert len(kept) == 2 and repr(kept) == "<Corpus of 2 articles>"
