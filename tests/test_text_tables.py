"""Articles in JSON Lines, CSV, TSV and Parquet."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_tools.text import Article, Corpus, InputError


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


JSON_ROW = '{"doc_id": "001", "Body": "One 🇳🇪\\r\\n", "Date": "2023-11-15", "outlet": "LC", "n": [1]}\n'
CSV_ROW = 'doc_id,Body,Date,outlet,n\n001,"One 🇳🇪\r\n",2023-11-15,LC,[1]\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", JSON_ROW),
        ("a.ndjson", "\ufeff\n" + JSON_ROW.rstrip("\n")),
        ("a.csv", CSV_ROW),
        ("a.csv", "\ufeff" + CSV_ROW + "\n\n"),
        ("a.tsv", CSV_ROW.replace(",", "\t")),
        ("a.csv", CSV_ROW.replace(",", ";")),
    ],
)
def test_columns_are_guessed_and_told(
    tmp_path: Path, name: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = Corpus.read(write(tmp_path, name, content))
    article = corpus["001"]
    assert (article.text, article.published) == ("One 🇳🇪\r\n", datetime.date(2023, 11, 15))
    assert (article.source, list(article.extra)) == ("LC", ["n"])
    note = f"{name}: id from 'doc_id', text from 'Body', published from 'Date', source from 'outlet'"
    assert corpus.notes[-1] == note
    assert capsys.readouterr().err == f"corpus_tools: {'; '.join(corpus.notes)}\n"


def test_a_column_of_a_field_s_own_name_needs_no_note(tmp_path: Path) -> None:
    corpus = Corpus.read(write(tmp_path, "a.csv", "id,text,body\n1,One,B\n"))
    assert (corpus.notes, corpus["1"].text, corpus["1"].extra) == ([], "One", {"body": "B"})


def test_named_columns_win_over_guesses(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "id,text,summary,date\n1,long,short,then\n")
    article = Corpus.read(path, columns={"text": "summary", "published": None})["1"]
    assert (article.text, article.published) == ("short", None)
    assert article.extra == {"text": "long", "date": "then"}


def test_rows_without_ids_are_numbered(tmp_path: Path) -> None:
    corpus = Corpus.read(write(tmp_path, "news.csv", "text\nOne\nTwo\n"))
    assert corpus.ids == ["news-1", "news-2"]
    assert corpus.notes == ["news.csv: ids numbered news-1, ..."]
    assert Corpus.read(write(tmp_path, "x.csv", "id,text\n9,One\n"), columns={"id": None}).ids == ["x-1"]


def test_ids_stay_what_they_are(tmp_path: Path) -> None:
    path = write(
        tmp_path, "a.jsonl", '{"id": "001", "text": "a"}\n{"id": 1, "text": "b"}\n{"id": "1e3", "text": "c"}\n'
    )
    assert Corpus.read(path).ids == ["001", "1", "1e3"]


def test_json_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    text = "one\u2028two\x85three\u2029"
    corpus = Corpus.read(write(tmp_path, "a.jsonl", f'{{"id": "a", "text": "{text}"}}\r\n{{"id":"b","text":"x"}}'))
    assert (corpus["a"].text, corpus.ids) == (text, ["a", "b"])


def test_each_json_object_may_have_its_own_keys(tmp_path: Path) -> None:
    lines = '{"id": "a", "body": "A"}\n{"id": "b", "text": "B", "late": 1}\n'
    corpus = Corpus.read(write(tmp_path, "a.jsonl", lines))
    assert [(article.text, dict(article.extra)) for article in corpus] == [("A", {}), ("B", {"late": 1})]


def test_an_article_longer_than_the_limit_of_the_csv_module_is_read(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    corpus = Corpus.read(write(tmp_path, "a.csv", f"id,text\na,{'x' * (limit + 1)}\n"))
    assert len(corpus["a"].text) == limit + 1
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_wide_encodings(tmp_path: Path, name: str) -> None:
    # U+0A0A and U+010A: in UTF-16 a byte 0x0A that is no line feed.
    content = '{"id": "a", "text": "Ċ ਊ\\n"}\n' if name == "a.jsonl" else 'id,text\na,"Ċ ਊ\n"\n'
    content = content.replace(",", "\t") if name == "a.tsv" else content
    corpus = Corpus.read(write(tmp_path, name, content.encode("utf-16")), encoding="utf-16")
    assert [article.text for article in corpus] == ["Ċ ਊ\n"] == [corpus["a"].text]


@pytest.mark.parametrize(
    ("name", "content", "where", "message"),
    [
        ("a.jsonl", b"", "", "the file is empty"),
        ("a.jsonl", b"\n\n", "", "the table has no rows"),
        ("a.jsonl", b'{"id": "a", "text": "x"}\n{"id": "b"\n', ":2", "not JSON"),
        ("a.jsonl", b'\n{"id": "a", "text": NaN}\n', ":2", "not JSON"),
        ("a.jsonl", b'{"id": "a", "text": "\\ud83d"}\n', ":1", "not JSON"),
        ("a.jsonl", b"[1, 2]\n", ":1", "not a JSON object with fields but list"),
        ("a.jsonl", b'{"id": "a", "text": "x"}\n{"id": "b", "text": "\xe9"}\n', ":2", "byte 0xe9 at offset 46"),
        ("a.jsonl", b'{"id": "a", "headline": "x"}\n', ":1", "no column for the text among: id, headline"),
        ("a.jsonl", b'{"id": "a", "text": ""}\n', ":1", "has no text"),
        ("a.jsonl", b'{"id": "a", "text": 7}\n', ":1", "the text must be a string, got int"),
        ("a.jsonl", b'{"id": 1.0, "text": "x"}\n', ":1", "the id 1.0 is not a string"),
        ("a.jsonl", b'{"id": true, "text": "x"}\n', ":1", "the id True is not a string"),
        ("a.jsonl", b'{"id": "a", "text": "x"}\n{"text": "y"}\n', ":2", "the record has no id"),
        ("a.jsonl", b'{"id": "../x", "text": "x"}\n', ":1", "starts with a dot"),
        ("a.jsonl", b'{"id": "a", "text": "x", "published": 2023}\n', ":1", "2023 is not a date"),
        ("a.jsonl", b'{"id": "a", "text": "x"}\n\n{"id": "a", "text": "x"}\n', ":3", "second time, first in {path}:1"),
        ("a.csv", b"id,text\n", "", "the table has no rows"),
        ("a.csv", b"id,summary\na,x\n", ":2", "no column for the text among: id, summary"),
        ("a.csv", b"id,text,text\na,x,y\n", ":1", "two columns are called 'text'"),
        ("a.csv", b'id,text\na,"two\nlines"\nb\n', ":4", "1 cells in this row, 2 in the header"),
        ("a.csv", b'id,text\na,x\nb,"open\n\n', ":3", "malformed"),
        (
            "a.csv",
            b"id,text,date\na,x,01/02/2023\n",
            ":2",
            "'01/02/2023' is not a date; write it as YYYY-MM-DD, or pass",
        ),
        ("a.csv", b"id,text\na,x\nb,caf\xe9\n", ":3", "byte 0xe9 at offset 17"),
        ("a.csv", b"id,text\na,x\0y\n", ":2", "binary file"),
        ("a.csv", b"id,text\na,\n", ":2", "has no text"),
        ("a.csv", b"PK\x03\x04xlsx", "", "zip archive"),
        ("a.parquet", b"not parquet", "", "not a Parquet file"),
    ],
)
def test_a_bad_table_is_refused_with_file_and_line(
    tmp_path: Path, name: str, content: bytes, where: str, message: str
) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(InputError) as caught:
        Corpus.read(path)
    assert str(caught.value).startswith(f"{path}{where}: ")
    assert message.format(path=path) in str(caught.value)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_named_column_that_is_nowhere_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, '{"id": "a", "text": "x"}' if name == "a.jsonl" else "id,text\na,x\n")
    if name == "a.parquet":
        pd.DataFrame({"id": ["a"], "text": ["x"]}).to_parquet(path)
    with pytest.raises(InputError, match="there is no column 'day'; choose among: id, text"):
        Corpus.read(path, columns={"published": "day"})


def test_a_table_that_changed_since_is_not_read_at_wrong_places(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "id,text\na,One\n")
    corpus = Corpus.read(path)
    write(tmp_path, "a.csv", "id,text\nbb,Other\n")
    with pytest.raises(InputError, match="has changed since the corpus was read; read the corpus again"):
        list(corpus)


def make_parquet(path: Path, rows: int = 700) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "article_id": [f"{row:04}" for row in range(rows)],
            "content": [f"Text {row} 🇳🇪\r\n" for row in range(rows)],
            "date": pd.Timestamp("2023-11-15 10:00"),
            "lang": [None, "en"] * (rows // 2),
            "n": range(rows),
        },
        index=range(5, rows + 5),
    )
    frame.to_parquet(path, row_group_size=300)
    return frame


def test_parquet_is_read_over_its_row_groups(tmp_path: Path) -> None:
    frame = make_parquet(tmp_path / "a.parquet")
    corpus = Corpus.read(tmp_path / "a.parquet", language="fr")
    assert [article.text for article in corpus] == list(frame["content"])
    assert corpus.ids == list(frame["article_id"])
    last = corpus["0699"]
    assert (last.published, last.language, last.extra) == (datetime.date(2023, 11, 15), "en", {"n": 699})
    assert corpus["0000"].language == "fr"
    some = corpus.filter(id=["0299", "0300", "0555"])
    assert [article.extra["n"] for article in some] == [299, 300, 555]
    note = "a.parquet: id from 'article_id', text from 'content', published from 'date', language from 'lang'"
    assert corpus.notes == [note]


def test_parquet_without_ids_is_numbered(tmp_path: Path) -> None:
    pd.DataFrame({"text": ["One", "Two"]}).to_parquet(tmp_path / "a.parquet")
    assert [(article.id, article.text) for article in Corpus.read(tmp_path / "a.parquet")] == [
        ("a-1", "One"),
        ("a-2", "Two"),
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": [1.0], "text": ["x"]}, "a.parquet row 1: the id 1.0 is not a string"),
        ({"id": ["a", "a"], "text": ["x", "y"]}, "a.parquet row 2: the article id 'a' is used a second time"),
        ({"id": ["a", None], "text": ["x", "y"]}, "a.parquet row 2: the record has no id"),
        ({"id": ["a", "b"], "text": ["x", None]}, "a.parquet row 2: the article has no text"),
        ({"id": [], "text": []}, "a.parquet: the table has no rows"),
        ({"id": ["a"], "summary": ["x"]}, "a.parquet: no column for the text among: id, summary"),
    ],
)
def test_a_bad_parquet_table_is_refused_with_file_and_row(
    tmp_path: Path, columns: dict[str, list[object]], message: str
) -> None:
    pd.DataFrame(columns).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError) as caught:
        list(Corpus.read(tmp_path / "a.parquet"))
    assert message in str(caught.value)


def test_skipping_in_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a", "b"], "text": [None, "y"]}).to_parquet(tmp_path / "a.parquet")
    corpus = Corpus.read(tmp_path / "a.parquet", on_error="skip")
    assert (corpus.ids, corpus.skipped) == (["b"], [(f"{tmp_path}/a.parquet row 1", "the article has no text")])


HOSTILE = st.text(st.sampled_from("a ,;\t|\"'\r\n\u2028\x85🇳ếا"), min_size=1, max_size=30).map(lambda text: "x" + text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=5), bom=st.booleans())
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
def test_whatever_a_text_says_it_comes_back(tmp_path: Path, name: str, texts: list[str], bom: bool) -> None:
    path = tmp_path / name
    frame = pd.DataFrame({"id": [f"i{row}" for row in range(len(texts))], "text": texts})
    if name == "a.parquet":
        frame.to_parquet(path)
    elif name == "a.jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            # quoting all: Python's writer leaves a lone \r unquoted where lines end in \n
            writer = csv.writer(file, delimiter="," if name == "a.csv" else "\t", quoting=csv.QUOTE_ALL)
            writer.writerows([["id", "text"], *frame.itertuples(index=False)])
    corpus = Corpus.read(path)
    assert [article.text for article in corpus] == texts
    assert [corpus[id].text for id in reversed(corpus.ids)] == texts[::-1]
    assert list(corpus) == [Article(f"i{row}", text) for row, text in enumerate(texts)]
