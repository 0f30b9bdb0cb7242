"""The public newswire set: real files as published, CRLF and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_tools.text import CodePoints, Corpus, InputError, Span, locate

RTF = "arg_buenosairestimes_1"


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "en_worldwide_newswire" / "articles"


def test_the_rtf_file_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        Corpus.read(folder)
    assert f"{RTF}.txt: this is an RTF document" in str(caught.value)
    assert "save it as plain text in UTF-8" in str(caught.value) and "on_error='skip'" in str(caught.value)


def test_all_others_read_as_they_stand(folder: Path) -> None:
    corpus = Corpus.read(folder, on_error="skip")
    assert [Path(file).stem for file, _ in corpus.skipped] == [RTF]
    assert len(corpus) == 1094
    for article in corpus:
        data = (folder / f"{article.id}.txt").read_bytes()
        assert article.text.encode() == data.removeprefix(b"\xef\xbb\xbf")


def test_offsets_hold_in_every_article(folder: Path) -> None:
    for article in Corpus.read(folder, on_error="skip"):
        text, middle = article.text, len(article.text) // 2
        span = Span.of(text, middle, middle + 40 if middle + 40 <= len(text) else len(text))
        assert span.quote is not None and span.prefix is not None and span.suffix is not None
        # Some of these pages say a whole passage twice: then there must be no guess.
        certain = text.count(span.prefix + span.quote + span.suffix) == 1
        expected = span if certain else None
        assert locate(text, span.quote, prefix=span.prefix, suffix=span.suffix) == expected
        units = CodePoints(text).to_utf16(span.start)
        assert text.encode("utf-16-le")[2 * units :].decode("utf-16-le").startswith(span.quote)


@pytest.mark.slow
def test_the_newswire_set_holds_the_same_story_more_than_once(folder: Path) -> None:
    pairs = Corpus.read(folder, on_error="skip").near_duplicates()
    assert ("sa_iol_6", "sa_star_13") in set(zip(pairs["a"], pairs["b"], strict=True))
    assert (pairs["similarity"] >= 0.8).all()
