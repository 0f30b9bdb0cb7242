"""An article as HTML: what is drawn where, and that no text can become markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_tools.render import Evidence, Highlight, Palette, SlotMark, StanceMark, render_article
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

TEXT = "Western governments fear Russian influence in West Africa. ECOWAS has threatened to intervene."
FEAR = (0, 58)
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> javascript:alert(3) \' " & \u202eevil\u202c </div>'


class Page(HTMLParser):
    """Collects what a browser would see: elements with attributes, and the text outside of tooltips."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, str]] = []
        self.reading: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.elements.append((tag, names))
        self.open.append((tag, names.get("class", "")))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, f"<{opened}> closed by </{tag}>"

    def handle_data(self, data):
        classes = [cls for _, cls in self.open]
        if any("ct-text" in cls for cls in classes) and not any("ct-tip" in cls for cls in classes):
            self.reading.append(data)

    @property
    def text(self) -> str:
        return "".join(self.reading)

    def having(self, cls: str) -> list[dict[str, str]]:
        return [attrs for _, attrs in self.elements if cls in attrs.get("class", "").split()]


def stance(**changes) -> StanceMark:
    fields = {
        "start": 0, "end": 58, "label": "oppose", "score": 0.9,
        "holder": SlotMark("Western governments", 0, 19, "Western governments"),
        "target": SlotMark("Russian influence", 25, 42, "Russian influence in Africa"),
    }  # fmt: skip
    return StanceMark(**(fields | changes))


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "",
        "😀 emoji 👩‍👩‍👧 before and after 🇳🇪 flags",
        "قال المتحدث إن النفوذ الروسي يتزايد.",
        "尼日尔军方拒绝谈判。",
        "e\u0301 combining\tand tabs\n\n  two spaces  ",
        HOSTILE,
    ],
)
def test_reading_text_is_the_articles_text(text):
    spans = [(start, end) for start in range(0, len(text), 5) for end in range(start + 1, len(text) + 1, 7)]
    frames = [Highlight(start, end, f"f{start % 3}") for start, end in spans]
    assert Page(render_article(Article("a", text), frames=frames)).text == text


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 40), st.sampled_from("abc")), max_size=8),
)
def test_any_spans_over_any_text_keep_the_text(text, drawn):
    frames = [
        Highlight(low, high, label, 0.5, (Evidence(low, high, 1.0),))
        for low, high, label in drawn
        if low < high <= len(text)
    ]
    stances = [
        StanceMark(mark.start, mark.end, "support", SlotMark("x", mark.start, mark.end), SlotMark("nobody"))
        for mark in frames[:2]
    ]
    assert Page(render_article(Article("a", text), frames=frames, stances=stances)).text == text


def test_control_characters_become_visible_one_for_one():
    assert Page(render_article(Article("a", "a\x00b\x1bc\x85d"))).text == "a␀b␛c\ufffdd"


def test_hostile_content_stays_text_everywhere():
    article = Article("a", HOSTILE)
    marked = Highlight(0, 20, HOSTILE, 0.5, (Evidence(0, 8, 1.0, HOSTILE),), note=HOSTILE)
    frames = [marked, Highlight(None, None, HOSTILE)]
    stances = [StanceMark(0, 20, HOSTILE, SlotMark(HOSTILE, 0, 8, HOSTILE), SlotMark(HOSTILE))]
    tokens = pd.DataFrame({"start": [0], "end": [8], "ner": [f"S-{HOSTILE}"]})
    page = Page(render_article(article, frames=frames, stances=stances, tokens=tokens))
    tags = {tag for tag, _ in page.elements}
    assert tags <= {"div", "span", "p", "b", "bdi", "a", "ul", "li"}
    names = {name for _, attrs in page.elements for name in attrs}
    assert not [name for name in names if name.startswith("on") or name in ("href", "src")]
    assert page.text == HOSTILE


def test_direction_controls_in_names_are_spelled_out():
    html = render_article(Article("a", TEXT), frames=[Highlight(0, 5, "gpj\u202eexe")])
    assert "\u202e" not in html
    assert "⟨U+202E⟩" in html


def test_overlapping_labels_get_lanes_and_identical_spans_share_a_passage():
    frames = [Highlight(*FEAR, "fear", 0.4), Highlight(*FEAR, "russia", 0.9), Highlight(30, 70, "africa", 0.6)]
    page = Page(render_article(Article("a", TEXT), frames=frames))
    passages = page.having("ct-seg")
    assert [passage["data-frames"] for passage in passages] == ["2", "3", "1"]
    assert page.having("ct-text")[0]["style"] == "--ct-lanes:3"
    assert passages[1]["style"].count("calc(") == 3
    assert [codes["data-codes"] for codes in page.having("ct-codes")] == ["FE RU", "AF"]
    assert "--ct-tint:var(--ct-c1)" in passages[0]["style"], "the tint is that of the most probable frame"


def test_labels_that_never_meet_share_a_lane():
    frames = [Highlight(0, 10, "one"), Highlight(10, 20, "two"), Highlight(30, 40, "three")]
    assert Page(render_article(Article("a", TEXT), frames=frames)).having("ct-text")[0]["style"] == "--ct-lanes:1"


def test_every_passage_is_reached_by_keyboard_and_described_by_its_own_tooltip():
    frames = [Highlight(*FEAR, "russia", 0.874, (Evidence(20, 24, 1.9),)), Highlight(59, 94, "force", 0.998)]
    html = render_article(Article("a", TEXT), frames=frames, stances=[stance()])
    page = Page(html)
    tips = [tip["id"] for tip in page.having("ct-tip")]
    assert [passage["aria-describedby"] for passage in page.having("ct-seg")] == tips
    assert len(set(tips)) == 2
    assert all(passage["tabindex"] == "0" for passage in page.having("ct-seg"))
    assert "probability 0.87" in html
    assert "probability &gt;0.99" in html
    assert re.search(r'because of <bdi class="ct-word">fear</bdi> <span class="ct-weight">\+1.9', html)
    assert "Western governments" in html and "Russian influence in Africa" in html


def test_slots_carry_the_numbers_of_their_stances_and_an_anchor_leads_to_the_passage():
    stances = [stance(), stance(label="mixed", target=SlotMark("West Africa", 46, 57))]
    page = Page(render_article(Article("a", TEXT), stances=stances, prefix="x"))
    reading = [slot for slot in page.having("ct-slot") if slot["data-n"] != "1" or "ct-target" in slot["class"]]
    assert [slot["data-n"] for slot in page.having("ct-holder")][0] == "1,2"
    assert {slot["data-n"] for slot in reading} >= {"1", "2", "1,2"}
    assert {attrs["id"] for tag, attrs in page.elements if tag == "a"} == {"x-s1", "x-s2"}


def test_evidence_is_bold_and_named_entities_show_their_type():
    tokens = pd.DataFrame(
        {"start": [46, 51, 59], "end": [50, 57, 65], "ner": ["B-LOC", "E-LOC", "S-ORG"]},
    )
    html = render_article(Article("a", TEXT), frames=[Highlight(*FEAR, "f", 0.5, (Evidence(20, 24),))], tokens=tokens)
    assert '<b class="ct-ev ct-open ct-close">fear</b>' in html
    assert [entity["data-type"] for entity in Page(html).having("ct-ent")][:2] == ["LOC", "ORG"]


def test_the_legend_names_what_occurs_and_nothing_else():
    palette = Palette({"russia": "Russian influence", "talks": "Dialogue"})
    html = render_article(Article("a", TEXT), frames=[Highlight(0, 5, "russia")], palette=palette)
    legend = html[html.index("ct-legend") :]
    assert "Russian influence" in legend
    assert "Dialogue" not in legend and "holder" not in legend
    assert "ct-legend" not in render_article(Article("a", TEXT), legend=False)


@pytest.mark.parametrize(
    "marks",
    [
        {"frames": [Highlight(90, 900, "f")]},
        {"frames": [Highlight(5, 5, "f")]},
        {"frames": [Highlight(-1, 5, "f")]},
        {"frames": [Highlight(None, 5, "f")]},
        {"frames": [Highlight(0, 5, "f", 0.5, (Evidence(4, 400),))]},
        {"stances": [stance(holder=SlotMark("x", 3, 400))]},
    ],
)
def test_offsets_outside_the_text_are_refused(marks):
    with pytest.raises(InputError, match=r"article a: .* does not lie in the text of 94 characters"):
        render_article(Article("a", TEXT), **marks)
