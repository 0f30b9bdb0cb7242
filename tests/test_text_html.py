"""HTML pages, read with trafilatura."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import pytest

from corpus_tools.text import Corpus, InputError

PAGE = """<html><head><title>x</title><meta property="og:site_name" content="Lagoon Courier">
<meta property="article:published_time" content="2023-11-15"><link rel="canonical" href="https://example.org/a"></head>
<body><nav><a href="/">Home</a> <a href="/more">More</a></nav><article><h1>The junta refuses</h1>
<p>The junta refused negotiations on Monday, officials said. It was the third refusal in a month.</p>
<p>Regional powers warned of consequences &amp; more 🇳🇪.</p></article><footer>All rights reserved</footer></body></html>
"""


@pytest.fixture
def extractor() -> None:
    pytest.importorskip("trafilatura", reason="needs the extra [web]", exc_type=ImportError)


@pytest.mark.usefixtures("extractor")
def test_the_article_of_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    article = Corpus.read(tmp_path, language="en")["a"]
    assert "The junta refused negotiations on Monday" in article.text
    assert "consequences & more 🇳🇪." in article.text
    assert "Home" not in article.text and "rights" not in article.text
    assert (article.title, article.source, article.language) == ("The junta refuses", "Lagoon Courier", "en")
    assert (article.published, article.url) == (datetime.date(2023, 11, 15), "https://example.org/a")
    assert article == Corpus.read(tmp_path / "a.html", language="en")["a"]


@pytest.mark.usefixtures("extractor")
@pytest.mark.parametrize("page", ["<html></html>", "no markup"])
def test_a_page_without_article_is_refused(tmp_path: Path, page: str) -> None:
    (tmp_path / "a.htm").write_text(page)
    with pytest.raises(InputError, match="a.htm: no article text was found on this page"):
        list(Corpus.read(tmp_path))


def test_without_the_extra_the_error_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)  # what the import system itself does for "not there"
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Text.")
    with pytest.raises(InputError) as caught:
        list(Corpus.read(tmp_path))
    assert 'install it with: pip install "corpus-tools[web]"' in str(caught.value)
    assert Corpus.read(tmp_path, on_error="skip").ids == ["b"]
