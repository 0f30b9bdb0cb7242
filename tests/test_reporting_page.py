"""The page of the report: its parts in order, whole without a network, safe, and honest about what is missing."""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.reporting.page import find_thresholds, write_page
from corpus_tools.text.article import Article

TEXT = "Western governments fear Russian influence.\n\nECOWAS wants elections. It has sparked concern."
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e"
COLUMNS = ["article", "type", "label", "start", "end", "quote", "score", "evidence", "holder", "target"]
VOID = {"meta", "link", "br", "img", "input", "hr"}

BOOK = Codebook.of({
    "codebook": {"name": "demo", "version": "1.1"},
    "frame": [
        {"id": "russian_influence", "name": "Russian influence"},
        {"id": "democratic_restoration", "name": "Democratic restoration"},
        {"id": "dialogue", "name": "Dialogue and negotiation"},
    ],
    "stance": [{"id": "oppose", "order": 1}, {"id": "support", "order": 3}],
    "entity": [{"id": "western_governments", "name": "Western governments", "kind": "collective"}],
})  # fmt: skip


class Page(HTMLParser):
    """The elements of a page and its visible text; closing tags must match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if attrs.get("id")]


def slot(start=None, end=None, quote=None, entity=None, implicit=None):
    return {"start": start, "end": end, "quote": quote, "entity": entity, "implicit": implicit}


def frame_row(article="a", label="russian_influence", start=0, end=43, score=0.87):
    evidence = [{"start": 25, "end": 42, "quote": "Russian influence", "feature": "word", "weight": 1.5}]
    return [article, "frame", label, start, end, TEXT[start:end], score, evidence, None, None]


def stance_row(article="a", label="oppose", holder=None, target=None):
    holder = holder or slot(0, 19, "Western governments", "western_governments")
    target = target or slot(25, 42, "Russian influence")
    return [article, "stance", label, 0, 43, TEXT[:43], 0.66, [], holder, target]


def table(*rows):
    return pd.DataFrame(list(rows), columns=COLUMNS)


def evaluation(**frames):
    per_label = [
        {
            "label": label, "support": 12, "precision": 0.7, "recall": 0.6,
            "f1": {"value": 0.65, "low": 0.5, "high": 0.8}, "cues_f1": 0.4, "majority_f1": 0.0,
            "agreement": {"alpha": 0.7, "raw": 0.9, "reason": None},
        }
        for label in BOOK.frames
    ]  # fmt: skip
    whole = {
        "macro_f1": {"value": 0.634, "low": 0.561, "high": 0.69}, "articles": 48, "folds": 5, "per_label": per_label,
        "baselines": {"majority": {"value": 0.1, "low": 0.05, "high": 0.15},
                      "cues": {"value": 0.5, "low": 0.4, "high": 0.6}},
        "difference_to_cues": {"value": 0.134, "low": 0.05, "high": 0.21, "p": 0.002},
        "coder_agreement": {"article": {"raw": 0.91, "alpha": 0.74, "n": 48, "reason": None},
                            "by_version": {"1.1": {"raw": 0.92, "alpha": 0.61, "n": 36, "reason": None}}},
        "calibration": [{"mean_score": 0.2, "share_positive": 0.25, "n": 30}],
        "errors": [{"article": "b", "label": "dialogue", "kind": "false positive", "score": 0.93,
                    "text": "The onion talks."}],
    }  # fmt: skip
    return {"frames": whole | frames, "warnings": ["Both coders are passes of one language model."]}


def write(tmp_path, *, articles=None, detections=None, scores=None, manifest=None, title="A report"):
    articles = [Article("a", TEXT, title="Fear")] if articles is None else articles
    page = write_page(
        tmp_path,
        articles=articles,
        detections=table(frame_row(), stance_row()) if detections is None else detections,
        evaluation=evaluation() if scores is None else scores,
        manifest={"command": "corpus-tools run x", "thresholds": {"dialogue": 0.4}} if manifest is None else manifest,
        codebook=BOOK,
        title=title,
    )
    return Page(page.read_text(encoding="utf-8"))


def test_the_page_lands_in_the_folder_or_at_the_path(tmp_path):
    kwargs = {"articles": [], "detections": table(), "evaluation": {}, "manifest": {}, "codebook": BOOK, "title": "T"}
    assert write_page(tmp_path / "report", **kwargs) == tmp_path / "report" / "index.html"
    assert write_page(tmp_path / "own.html", **kwargs) == tmp_path / "own.html"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["index.html", "own.html", "report"]


def test_parts_stand_in_their_order(tmp_path):
    page = write(tmp_path)
    order = [attrs["id"] for tag, attrs in page.elements if tag == "section"]
    assert order == ["summary", "articles", "stances", "shares", "trust", "distrust", "provenance"]
    assert len(page.ids()) == len(set(page.ids()))
    links = [attrs["href"] for _, attrs in page.elements if attrs.get("href")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(page.ids())


def test_the_page_needs_nothing_else_and_runs_nothing(tmp_path):
    page = write(tmp_path)
    assert {tag for tag, _ in page.elements} & {"script", "link", "iframe", "img", "object"} == set()
    assert not re.search(r"https?://|@import|url\(", page.html)
    policies = [attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy"]
    policy = " ".join(policies)
    assert "default-src 'none'" in policy and "script-src" not in policy


@pytest.mark.parametrize(
    "said",
    [
        "Russian influence", "0.87", "1 passage",  # the summary
        "Western governments", "oppose", "0.66",  # who says what
        "48 coded articles, judged in 5 folds", "0.63 (0.56–0.69)", "0.13 (0.05–0.21), p = 0.002",
        "the interval excludes zero", "0.65 (0.50–0.80)", "0.70 / 0.90", "codebook 1.1",
        "The onion talks.", "Both coders are passes of one language model.", "All numbers rest on 48 coded articles",
        "Stances were not evaluated", "corpus-tools run x",
        "Not found: Democratic restoration, Dialogue and negotiation.",
    ],
)  # fmt: skip
def test_the_page_says(tmp_path, said):
    assert said in write(tmp_path).text


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        ({"value": 0.1, "low": -0.02, "high": 0.2, "p": 0.08}, "not shown to beat a word list"),
        ({"value": -0.1, "low": -0.2, "high": -0.02, "p": 0.01}, "prefer the word list"),
        ({"value": 0.1, "low": 0.05, "high": 0.2, "p": 0.0001}, "p < 0.001"),
        ({"value": 0.1}, "without an interval"),
        ({"value": None, "reason": "the codebook has no cues"}, "was made: the codebook has no cues."),
        (None, "No paired comparison with the cue words was made."),
    ],
)
def test_the_verdict_follows_the_interval(tmp_path, difference, verdict):
    assert verdict in write(tmp_path, scores=evaluation(difference_to_cues=difference)).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"detections": table()}, "No frame above its threshold in this article."),
        ({"detections": table(frame_row())}, "No stance was found above its threshold."),
        ({"detections": table(frame_row(article="elsewhere"))}, "No frame above its threshold in this article."),
        ({"articles": [], "detections": table()}, "No article was judged."),
        ({"scores": {}}, "the evaluation holds no macro-F1"),
        ({"scores": {"frames": None, "stance": None, "warnings": None}}, "Stances were not evaluated"),
        ({"scores": {"frames": {"macro_f1": {"value": None, "reason": "too few"}}}}, "evaluated: too few."),
        ({"scores": evaluation(coder_agreement=None)}, "The agreement of the coders was not measured"),
        ({"manifest": {}}, "There is no manifest"),
        ({"scores": evaluation(coder_agreement={"alpha": None, "raw": 1.0, "reason": "one label"})}, "one label"),
    ],
)
def test_what_is_missing_is_said(tmp_path, changes, said):
    assert said in write(tmp_path, **changes).text


def test_stance_evaluation_is_shown(tmp_path):
    stance = {
        "macro_f1": {"value": 0.39, "low": 0.3, "high": 0.5}, "detection_f1": {"value": 0.5, "low": 0.4, "high": 0.6},
        "triples": 312, "reachable": 0.83, "baselines": {"majority": {"value": 0.2, "low": 0.1, "high": 0.3}},
        "per_label": [{"label": "oppose", "support": 140, "precision": 0.5, "recall": 0.4, "f1": {"value": 0.46}}],
        "coder_agreement": {"raw": 0.7, "alpha": 0.5, "n": 312, "by_version": {"1.1": {"alpha": {"value": 0.62}}}},
    }  # fmt: skip
    text = write(tmp_path, scores=evaluation() | {"stance": stance}).text
    assert "312 coded holder–target triples; 83 % of them" in text
    assert "codebook 1.1 – – 0.62" in text
    assert "0.39 (0.30–0.50)" in text and "0.20 (0.10–0.30)" in text


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        (slot(implicit="unspecified"), "nobody named implicit"),
        (slot(implicit="author"), "the article itself implicit"),
        (slot(0, 19, "Western governments", "western_governments"), "Western governments"),
        (slot(entity="nato"), "nato"),
    ],
)
def test_holders(tmp_path, holder, said):
    text = write(tmp_path, detections=table(stance_row(holder=holder))).text
    assert said in text[text.index("Who says what about whom", 200) :]


def test_hostile_content_stays_text(tmp_path):
    hostile = Article("a", HOSTILE + TEXT, title=HOSTILE, source=HOSTILE, url="javascript:alert(3)")
    slots = {"holder": slot(0, 8, HOSTILE, HOSTILE), "target": slot(None, None, HOSTILE, HOSTILE)}
    scores = evaluation(errors=[{"article": HOSTILE, "label": HOSTILE, "kind": HOSTILE, "score": 0.9, "text": HOSTILE}])
    scores["warnings"] = [HOSTILE]
    page = write(
        tmp_path,
        articles=[hostile],
        detections=table(frame_row(label=HOSTILE), stance_row(label=HOSTILE, **slots)),
        scores=scores,
        manifest={HOSTILE: {HOSTILE: [HOSTILE]}, "command": HOSTILE},
        title=HOSTILE,
    )
    assert {tag for tag, _ in page.elements} & {"script", "img"} == set()
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert not [attrs for _, attrs in page.elements if "javascript" in (attrs.get("href") or "")]
    assert "\u202e" not in page.html[: page.html.index("</title>")]


def test_web_addresses_become_links(tmp_path):
    page = write(tmp_path, articles=[Article("a", TEXT, url="https://example.org/x?a=1&b=2")])
    assert ("a", "https://example.org/x?a=1&b=2") in [(tag, attrs.get("href")) for tag, attrs in page.elements]


def test_sixty_articles_are_a_table_of_links_and_folded_texts(tmp_path):
    day = datetime.date(2023, 11, 15)
    articles = [Article(f"a{i}", TEXT, title=f"Title {i}", published=day) for i in range(60)]
    rows = [row for i in range(60) for row in (frame_row(f"a{i}"), stance_row(f"a{i}"))]
    page = write(tmp_path, articles=articles, detections=table(*rows))
    folded = [attrs for tag, attrs in page.elements if tag == "details" and attrs.get("class") == "one"]
    assert len(folded) == 60
    assert not [attrs for attrs in folded if "open" in attrs]
    assert len(page.ids()) == len(set(page.ids()))
    assert "in 60 of 60 articles" in page.text
    assert "60 stances between 1 pairs of holder and target" in page.text


def test_frame_shares_count_text_for_one_article_and_articles_for_several(tmp_path):
    one = table(frame_row(start=0, end=43), frame_row(start=20, end=43))
    assert f"{round(4300 / len(TEXT))} %" in write(tmp_path, detections=one).text
    several = [Article("a", TEXT), Article("b", TEXT)]
    text = write(tmp_path, articles=several, detections=one).text
    assert "1 of 2" in text[text.index("Frame shares", 200) :]


def test_tables_that_were_stored_and_read_again_are_understood(tmp_path):
    stored = table(frame_row(), frame_row(label="dialogue", start=45, end=68)).astype({"score": "float32"})
    stored["start"] = stored["start"].astype("float64")
    stored["holder"] = float("nan")
    stored.loc[1, "evidence"] = float("nan")
    assert "Dialogue and negotiation" in write(tmp_path, detections=stored).text


def test_a_frame_on_the_whole_article_is_said_over_the_text(tmp_path):
    whole = table(frame_row())
    whole["start"] = whole["end"] = float("nan")
    whole["evidence"] = [[]]
    assert "The whole article: RI Russian influence" in write(tmp_path, detections=whole).text


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        ({"thresholds": {"a": 0.4}}, {"a": 0.4}),
        ({"thresholds": {"frames": {"a": 0.4}, "stance": {"b": 0.2}}}, {"a": 0.4}),
        ({"detector": {"thresholds": {"a": 0.4, "b": None}}}, {"a": 0.4}),
        ({"versions": {"python": "3.11"}}, {}),
        ({}, {}),
    ],
)
def test_thresholds_are_found(manifest, found):
    assert find_thresholds(manifest) == found
