"""Reading .txt files and folders: headers, encodings, and every kind of bad input."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from corpus_tools.text import Corpus, InputError
from corpus_tools.text.reading import Skipped

NOVEMBER = datetime.date(2023, 11, 15)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_one(folder: Path, content: str | bytes, **options: object) -> object:
    return next(iter(Corpus.read(write(folder, "a.txt", content), **options)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "text", "published"),
    [
        ("Plain.\n", "Plain.\n", None),
        (" date 2023-11-15 In the midst\n\n", "In the midst\n\n", NOVEMBER),
        (" date 2023-11-15  Two spaces", " Two spaces", NOVEMBER),
        (" date 2023-11-15\nBelow.", "Below.", NOVEMBER),
        ("date 2023-11-15 No leading space", "date 2023-11-15 No leading space", None),
        (" dated 2023-11-15 text", " dated 2023-11-15 text", None),
        ("Later: date 2023-11-15 x", "Later: date 2023-11-15 x", None),
        ("---\npublished: 2023-11-15\n---\n\nText.\n", "Text.\n", NOVEMBER),
        ("---\npublished: 2023-11-15\n---\nText.", "Text.", NOVEMBER),
        ("---\ndate: 2023-11-15T10:00:00Z\n---\n\n\n Two blank.", "\n Two blank.", NOVEMBER),
        ('---\r\npublished: "2023-11-15"\r\n---\r\n\r\nCRLF\r\nstays.\r\n', "CRLF\r\nstays.\r\n", NOVEMBER),
        ("---\npublished:\n---\nText", "Text", None),
        ("---\n---\nText", "Text", None),
        ("--- a dash begins", "--- a dash begins", None),
        ("----\nA rule.", "----\nA rule.", None),
        ("\n---\na: b\n---\nNot at the top.", "\n---\na: b\n---\nNot at the top.", None),
        ("\ufeffAfter a BOM.\r\n", "After a BOM.\r\n", None),
        ("\ufeff date 2023-11-15 After a BOM.", "After a BOM.", NOVEMBER),
        ("\ufeff\ufeffOne BOM only.", "\ufeffOne BOM only.", None),
        ("e\u0301 \u2028 \x85 🇳🇪\r lone CR", "e\u0301 \u2028 \x85 🇳🇪\r lone CR", None),
    ],
)
def test_the_text_begins_after_the_header_and_is_else_untouched(
    tmp_path: Path, content: str, text: str, published: datetime.date | None
) -> None:
    article = read_one(tmp_path, content)
    assert (article.text, article.published, article.id) == (text, published, "a")  # type: ignore[attr-defined]


def test_front_matter_fills_the_fields_as_written_and_the_rest_is_extra(tmp_path: Path) -> None:
    lines = ["title: 1984", "source: 'Lagoon: Courier'", "language: no", "url: http://x.org/a", "topic: niger"]
    lines += ["synthetic: true", "id: other", "text: a key", "7: seven"]
    article = Corpus.read(write(tmp_path, "a.txt", "\n".join(["---", *lines, "---", "Text."])), language="en")["a"]
    assert (article.title, article.source, article.language) == ("1984", "Lagoon: Courier", "no")
    assert (article.text, article.url) == ("Text.", "http://x.org/a")
    assert article.extra == {"topic": "niger", "synthetic": True, "id": "other", "text": "a key", "7": "seven"}


def test_columns_and_language_apply_to_front_matter(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "---\nheading: H\ntitle: T\n---\nText.")
    article = Corpus.read(path, columns={"title": "heading"}, language="fr")["a"]
    assert (article.title, article.language, article.extra) == ("H", "fr", {"title": "T"})


@pytest.mark.parametrize(
    ("content", "where", "message"),
    [
        (b"", "", "the file is empty"),
        (b" \n\t\r\n", "", "has no text"),
        (b" date 2023-11-15 ", "", "has no text"),
        (b"---\ntitle: x\n---\n\n", "", "has no text"),
        (b"\xef\xbb\xbf", "", "has no text"),
        (b" date 2023-02-30 Text", ":1", "'2023-02-30' is not a date"),
        (b" date 15.11.2023 Text", ":1", "'15.11.2023' is not a date; write it as YYYY-MM-DD"),
        (b"---\ntitle: x\npublished: soon\n---\nText", ":3", "'soon' is not a date"),
        (b"---\ntitle: x\npublished: 2023-02-30\n---\nText", ":3", "day is out of range"),
        (b"---\na: 1\nb: c: d\n---\nText", ":3", "mapping values are not allowed"),
        (b"---\nx: 'open\n---\nText", ":3", "front matter cannot be parsed"),
        (b"---\n- a\n- list\n---\nText", ":2", "does not consist of 'key: value' lines"),
        (b"---\ntitle: [1]\n---\nText", "", "the title must be a string, got [1]"),
        (b"---\ntitle: x\nText without end", ":1", "never closed"),
        (b"line\ncaf\xe9", ":2", "byte 0xe9 at offset 8 is not valid utf-8"),
        (b"\xef\xbb\xbfcaf\xe9", ":1", "byte 0xe9 at offset 6 is not valid utf-8"),
        (b"a\xed\xa0\xbd", ":1", "byte 0xed at offset 1 is not valid utf-8"),  # half a surrogate pair
        (b"a\nb\0c", ":2", "binary file (NUL at character 3"),
        (b"\x89PNG\r\n\x1a\n\0\0", "", "binary file (byte 0x00 at offset 8)"),
        (b"\xff\xfea\0b\0", "", "byte 0xff at offset 0 begins the byte order mark of utf-16; pass encoding='utf-16'"),
        (b"{\\rtf1\\ansi", "", "RTF document, not plain text; save it as plain text in UTF-8"),
        (b"PK\x03\x04docx", "", "zip archive"),
        (b"%PDF-1.7", "", "this is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "", "old Office document"),
        (b"\x1f\x8b\x08", "", "gzip-compressed"),
    ],
)
def test_a_bad_text_is_refused_with_file_and_line(tmp_path: Path, content: bytes, where: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_one(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path / 'a.txt'}{where}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("cp1252", "café ’"),
        ("latin-1", "café"),
        ("utf-16", "café 🇳🇪\r\n"),
        ("utf-16-le", "\ufeffcafé"),
        ("utf-8-sig", "café"),
        ("gb18030", "中文\n"),
    ],
)
def test_encoding_overrides(tmp_path: Path, encoding: str, content: str) -> None:
    article = read_one(tmp_path, content.encode(encoding), encoding=encoding)
    assert article.text == content.removeprefix("\ufeff")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "utf-99"}, "unknown encoding 'utf-99'"),
        ({"encoding": "hex"}, "unknown encoding 'hex'"),
        ({"format": "docx"}, "unknown format 'docx'; use one of txt, jsonl"),
        ({"columns": {"txt": "body"}}, "columns has no field 'txt'"),
        ({"columns": {"text": None}}, "an article needs a text"),
        ({"on_error": "ignore"}, "on_error must be 'raise' or 'skip', got 'ignore'"),
    ],
)
def test_wrong_arguments_are_refused(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_one(tmp_path, "Text.", **options)
    assert message in str(caught.value)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b.txt", "a.TXT", "c-1.txt"):
        write(tmp_path, name, name)
    corpus = Corpus.read(str(tmp_path))
    assert corpus.ids == ["a", "b", "c-1"]
    assert [article.text for article in corpus] == ["a.TXT", "b.txt", "c-1.txt"]
    assert corpus.notes == [] and capsys.readouterr().err == ""


def test_a_folder_may_mix_kinds_and_says_what_it_did_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "b.txt", "Text.")
    write(tmp_path, "a.csv", "id,text\n001,One\n")
    write(tmp_path, "c.jsonl", '{"id": "x", "body": "Two"}\n')
    write(tmp_path, "README.md", "# Read me")
    write(tmp_path, ".hidden.txt", "Hidden.")
    (tmp_path / "more").mkdir()
    corpus = Corpus.read(tmp_path)
    assert [(article.id, article.text) for article in corpus] == [("001", "One"), ("b", "Text."), ("x", "Two")]
    assert [note.split(": ", 1)[1] for note in corpus.notes] == [
        "files of other kinds not read: README.md",
        "folders not read: more",
        "text from 'body'",
    ]
    assert capsys.readouterr().err == f"corpus_tools: {'; '.join(corpus.notes)}\n"
    assert Corpus.read(tmp_path, format="txt").ids == ["b"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "no articles in this folder; put files there that end in .txt"),
        (["README.md", "sub/"], "no articles in this folder; it has folders: sub"),
        (["a.txt", "a.html"], "the article id 'a' is used a second time, first in {folder}/a.html"),
        (["..b.txt"], "no articles in this folder"),
        (["a..b.txt"], "contains '..'"),
        (["nul.txt"], "Windows device; rename the file"),
        (["a\\b.txt"], "contains '\\\\'"),
    ],
)
def test_a_bad_folder_is_refused(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).mkdir() if name.endswith("/") else write(tmp_path, name, "Text.")
    with pytest.raises(InputError) as caught:
        Corpus.read(tmp_path)
    assert message.format(folder=tmp_path) in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_file_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:
        file.write(b"Text.")
    with pytest.raises(InputError, match="U\\+DCE9") as caught:
        Corpus.read(tmp_path)
    str(caught.value).encode()  # can be printed


def test_a_missing_path_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder; check the path"):
        Corpus.read(tmp_path / "none")
    with pytest.raises(InputError, match="cannot be told from its suffix '.doc'; pass format="):
        Corpus.read(write(tmp_path, "a.doc", "Text."))
    assert Corpus.read(write(tmp_path, "b.text", "Text."), format="txt")["b"].text == "Text."
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(InputError, match="is not a regular file"):
        Corpus.read(tmp_path / "pipe.txt")


def test_on_error_skip_leaves_out_what_is_faulty_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a.txt", "Good.")
    write(tmp_path, "b.txt", b"caf\xe9")
    write(tmp_path, "c.txt", "")
    write(tmp_path, "d.jsonl", '{"id": "a", "text": "again"}\n{"id": "e", "text": "Fine."}\nnot json\n')
    corpus = Corpus.read(tmp_path, on_error="skip")
    assert corpus.ids == ["a", "e"] and len(list(corpus)) == 2
    assert corpus.skipped == [
        Skipped(f"{tmp_path}/b.txt:1", "byte 0xe9 at offset 3 is not valid utf-8"),
        Skipped(f"{tmp_path}/c.txt", "the file is empty"),
        Skipped(f"{tmp_path}/d.jsonl:1", f"the article id 'a' is used a second time, first in {tmp_path}/a.txt"),
        Skipped(f"{tmp_path}/d.jsonl:3", corpus.skipped[3].reason),
    ]
    assert "not JSON" in corpus.skipped[3].reason
    assert "4 left out, the first" in capsys.readouterr().err


def test_on_error_skip_with_nothing_left_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "c.txt", "")
    with pytest.raises(InputError, match="all 1 articles are faulty"):
        Corpus.read(tmp_path, on_error="skip")


def test_the_seed_reads_as_it_stands(root: Path) -> None:
    data = (root / "seeds" / "niger-2023-11-15.txt").read_bytes()
    article = Corpus.read(root / "seeds")["niger-2023-11-15"]
    assert article.published == NOVEMBER
    assert b" date 2023-11-15 " + article.text.encode() == data


def test_every_seed_has_text_and_a_date(root: Path) -> None:
    articles = list(Corpus.read(root / "seeds"))
    assert all(article.published and article.text == article.text.lstrip("-\n") for article in articles)
