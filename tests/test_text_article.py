"""Articles, their ids, and the error for bad input."""

from __future__ import annotations

import copy
import datetime
import hashlib
import pickle

import pytest

from corpus_tools.text import Article, InputError, InputWarning, check_article_id


@pytest.mark.parametrize(
    "id",
    [
        "niger-2023-11-15",
        "001",
        "a.b_c d",
        "résumé",
        "re\u0301sume\u0301",
        "हिन्दी",
        "中文-1",
        "عربي",
        "x" * 200,
        "console",
        "-dash",
    ],
)
def test_good_ids(id: str) -> None:
    assert check_article_id(id) == id
    assert Article(id, "text").id == id


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (".", "starts with a dot"),
        ("..", "starts with a dot"),
        (".hidden", "starts with a dot"),
        ("../x", "starts with a dot"),
        ("a..b", "contains '..'"),
        ("a/b", "contains '/'"),
        ("/etc/passwd", "contains '/'"),
        ("a\\b", "contains '\\\\'"),
        ("C:x", "contains ':'"),
        ("a\0b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\u202eb", "U+202E"),
        ("a\udc80", "U+DC80"),
        ("CON", "Windows device"),
        ("nul.txt", "Windows device"),
        ("com1", "Windows device"),
        ("LPT9 .x", "Windows device"),
        ("x" * 201, "201 characters"),
        ("<b>", "contains '<'"),
        (7, "is not a string but int"),
        (None, "is not a string but NoneType"),
    ],
)
def test_bad_ids(id: str, message: str) -> None:
    for call in (lambda: check_article_id(id), lambda: Article(id, "text")):
        with pytest.raises(InputError) as caught:
            call()
        assert message in str(caught.value)


def test_the_fingerprint_is_the_sha256_of_the_text() -> None:
    text = "N’Djamena 🇹🇩\r\n"
    assert Article("a", text).fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_equal_articles_hash_alike_though_extra_holds_a_list() -> None:
    one, two = (Article("a", "text", extra={"tags": ["x"]}) for _ in range(2))
    assert one == two and hash(one) == hash(two)
    assert one != Article("a", "text", extra={"tags": ["y"]})
    assert len({one, two, Article("a", "other")}) == 2


def test_an_article_is_immutable_and_does_not_share_the_caller_s_mapping() -> None:
    extra = {"topic": "niger"}
    article = Article("a", "text", extra=extra)
    extra["topic"] = "mali"
    assert article.extra["topic"] == "niger"
    with pytest.raises(TypeError):
        article.extra["topic"] = "chad"  # type: ignore[index]
    with pytest.raises(AttributeError):
        article.text = "x"  # type: ignore[misc]


def test_an_article_travels_between_processes() -> None:
    article = Article("a", "text", published=datetime.date(2023, 11, 15), extra={"k": 1})
    assert pickle.loads(pickle.dumps(article)) == article
    assert copy.deepcopy(article) == article


def test_a_datetime_becomes_its_day() -> None:
    article = Article("a", "text", published=datetime.datetime(2023, 11, 15, 23, 59))
    assert type(article.published) is datetime.date


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": b"bytes"}, "text must be a str, got bytes"),
        ({"text": "half \ud83d"}, "half a surrogate pair at character 5"),
        ({"published": "2023-11-15"}, "published must be a date or None"),
        ({"title": 7}, "title must be a str or None, got 7"),
    ],
)
def test_wrong_fields_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match="article 'a'") as caught:
        Article(**{"id": "a", "text": "text"} | fields)  # type: ignore[arg-type]
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InputError("bad"), "bad"),
        (InputError("bad", where="a.txt:3"), "a.txt:3: bad"),
        (InputError("bad", remedy="mend it"), "bad; mend it"),
        (InputError("two\nlines\r\n", where="a\u2028b", remedy="x"), "a b: two lines ; x"),
    ],
)
def test_an_error_is_one_line(error: InputError, expected: str) -> None:
    assert str(error) == expected
    assert isinstance(error, ValueError)


def test_an_error_keeps_its_parts_between_processes() -> None:
    error = pickle.loads(pickle.dumps(InputError("bad", where="a.txt:3", remedy="mend it")))
    assert (str(error), error.what, error.where, error.remedy) == ("a.txt:3: bad; mend it", "bad", "a.txt:3", "mend it")


def test_the_warning_is_a_user_warning() -> None:
    assert issubclass(InputWarning, UserWarning)
