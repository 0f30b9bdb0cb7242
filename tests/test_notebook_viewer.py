"""`show`: what stands in the text stands in the display, and nothing of it is read as HTML."""

from __future__ import annotations

import re

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.viewer import show
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)


def test_the_gold_of_the_seed_is_shown(root):
    corpus, book = Corpus.read(root / "seeds"), Codebook.read(root / "annotations" / "codebook.toml")
    gold = AnnotationStore(root / "annotations", corpus, book).annotations("gold")
    article = corpus["niger-2023-11-15"]
    html = str(show(article, gold, codebook=book))
    own = [item for item in gold if item.article == article.id]
    numbers = {int(number) for number in re.findall(r'id="[^"]*-s(\d+)"', html)}
    assert numbers == set(range(1, 1 + sum(item.type == "stance" for item in own)))
    assert "Russian influence" in html and "The whole article" in html and "ECOWAS" in html


def test_entities_and_dependencies_come_from_the_parse(world):
    parse = next(iter(world.parses))
    shown = show(parse.article, parse=parse, sentence=0)
    assert str(shown).count("<svg") == 1 and "ct-ent" in str(shown)
    assert shown._repr_html_().startswith("<style>")
    with pytest.raises(InputError, match="no sentence 99"):
        show(parse.article, parse=parse, sentence=99)
    with pytest.raises(InputError, match="no sentence 0"):
        show(parse.article, sentence=0)


def test_a_table_of_detections_is_shown_with_its_scores():
    pd = pytest.importorskip("pandas")
    article = Article("x", "France rejected the plan.")
    slots = {
        "holder": {"start": 0, "end": 6, "quote": "France"},
        "target": {"start": 16, "end": 24, "quote": "the plan"},
    }
    rows = [
        {"article": "x", "type": "frame", "label": "influence", "start": 0, "end": 25, "score": 0.62, "evidence": []},
        {
            "article": "x",
            "type": "stance",
            "label": "oppose",
            "start": 0,
            "end": 25,
            "score": 0.71,
            "evidence": [],
            **slots,
        },
        {"article": "y", "type": "frame", "label": "ballot", "start": 0, "end": 99, "score": 0.9, "evidence": []},
    ]
    html = str(show(article, pd.DataFrame(rows)))
    assert "0.62" in html and "0.71" in html and "Ballot" not in html and html.count("ct-holder") >= 1


def test_hostile_texts_are_inert():
    evil = "<script>alert(1)</script>"
    html = str(show(Article("x", f"France {evil}", title=evil)))
    assert "<script" not in html and html.count("&lt;script") >= 2
