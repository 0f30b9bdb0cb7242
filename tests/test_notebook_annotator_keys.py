"""The annotator in a blank page: what every key and the mouse does, and what is in the log then."""

from __future__ import annotations

import pandas as pd
import pytest
from browser.place import PLAIN, SCHEME, suggest

from corpus_tools.text.article import Article

pytest_plugins = ("browser.fixtures",)
pytestmark = pytest.mark.slow


TWO = "Rain fell in Niamey. France rejected Russian influence in Mali."
KEYS = [
    ("one word", ["1"], [("influence", "Rain")]),
    ("a letter", ["ArrowRight", "b"], [("ballot", "fell")]),
    ("extended", ["Shift+ArrowRight", "Shift+ArrowRight", "1"], [("influence", "Rain fell in")]),
    ("backwards", ["End", "ArrowLeft", "Shift+ArrowLeft", "1"], [("influence", "in Niamey")]),
    ("a sentence", ["]", "2"], [("ballot", "Rain fell in Niamey.")]),
    ("two sentences", ["]", "]", "2"], [("ballot", TWO)]),
    ("back a sentence", ["ArrowDown", "[", "[", "2"], [("ballot", TWO)]),
    ("up and down", ["ArrowDown", "ArrowDown", "ArrowUp", "1"], [("influence", "France")]),
    ("shift down", ["Shift+ArrowDown", "1"], [("influence", TWO)]),
    ("a selection, then a step right", ["Shift+ArrowRight", "ArrowRight", "1"], [("influence", "in")]),
    ("palette", ["/", "b", "a", "l", "Enter"], [("ballot", "Rain")]),
    ("palette by arrow", ["/", "ArrowDown", "Enter"], [("ballot", "Rain")]),
    ("palette left by Esc", ["/", "b", "Escape", "1"], [("influence", "Rain")]),
    ("whole article", ["d", "1"], [("influence",)]),
    ("whole article left by Esc", ["d", "Escape", "1"], [("influence", "Rain")]),
    ("the same twice", ["1", "1"], [("influence", "Rain")]),
    ("undo", ["1", "2", "u"], [("influence", "Rain")]),
    ("undo and redo", ["1", "2", "u", "u", "Shift+u"], [("influence", "Rain")]),
    ("delete", ["1", "Delete"], []),
    ("delete and undo", ["1", "Backspace", "u"], [("influence", "Rain")]),
    ("delete what is not there", ["Delete", "ArrowRight", "1"], [("influence", "fell")]),
    ("other words", ["1", "e", "Shift+ArrowRight", "Enter"], [("influence", "Rain fell")]),
    ("another label", ["1", "e", "2"], [("ballot", "Rain")]),
    ("edit left by Esc", ["1", "e", "Shift+ArrowRight", "Escape"], [("influence", "Rain")]),
    ("another piece", ["1", "ArrowRight", "ArrowRight", "+"], [("influence", "Rain", "in")]),
    ("voice", ["1", "ArrowDown", "v"], [("influence", "Rain", "France")]),
    ("tab to it and delete", ["1", "ArrowRight", "2", "PageDown", "Tab", "Tab", "Delete"], [("influence", "Rain")]),
    ("unknown keys", ["z", "0", "9", "F9", "b"], [("ballot", "Rain")]),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "expected"), [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
def test_keys(place, keys, expected):
    spot = place()
    spot.press(*keys)
    assert spot.quotes == expected


STANCES = [
    (["ArrowDown", "Alt+ArrowRight", "Alt+ArrowLeft", "s", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter", "1",
      "ArrowLeft", "ArrowLeft", "Enter", "x", "2", "Enter"],
     ("oppose", "France", "france", "Russian influence", "russian_influence", "rejected", "threat")),
    (["s", "ArrowDown", "Enter", "ArrowRight", "ArrowRight", "Enter", "2", "Enter"],
     ("support", "France", "france", "Russian", None, None, None)),
    (["s", "a", "ArrowDown", "Enter", "1", "Enter"], ("oppose", "author", None, "France", "france", None, None)),
    (["s", "i", "t", "2", "c", "Enter"], ("support", "unspecified", None, "Rain", None, "Rain", None)),
    (["s", "h", "Tab", "Tab", "Tab", "ArrowDown", "t", "2", "Backspace", "Tab", "Tab", "Tab", "1", "Enter"],
     ("oppose", "Rain", None, "France", "france", None, None)),
    (["s", "a", "/", *"elec", "Enter", "2", "Enter"], ("support", "author", None, None, "elections", None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "expected"), STANCES)
def test_stances_by_keyboard(place, keys, expected):
    spot = place()
    spot.press(*keys)
    (found,) = spot.annotations
    holder = getattr(found.holder, "span", None)
    cue = " ".join(span.quote for span in found.cue) or None
    assert expected == (
        found.label,
        holder.quote if holder else found.holder.implicit,
        getattr(found.holder, "entity", None),
        found.target.span.quote if found.target.span else None,
        found.target.entity,
        cue,
        found.expression,
    )


def test_an_unfinished_stance_is_not_kept_and_esc_drops_it(place):
    spot = place()
    spot.press("s", "a", "Enter", "Enter", "Escape")
    assert spot.annotations == [] and "Nothing was changed" in spot.message()
    spot.press("1")
    assert spot.quotes == [("influence", "Rain")]


def test_a_stance_is_changed_and_repeated_with_another_holder(place):
    spot = place()
    spot.press("s", "a", "ArrowDown", "Enter", "1", "Enter", "Shift+s", "i", "Enter")
    assert [(a.holder.implicit, a.label) for a in spot.annotations] == [("author", "oppose"), ("unspecified", "oppose")]
    spot.press("e", "2", "Enter")
    assert sorted(a.label for a in spot.annotations) == ["oppose", "support"]


@pytest.mark.parametrize(
    ("keys", "name", "value"),
    [
        (["1", "c", *"hm", "Enter"], "comment", "hm"),
        (["1", "f"], "extra", {"flag": True}),
        (["1", "f", "f"], "extra", {"flag": False}),
        (["1", "p", *"no", "Enter"], "attrs", {"sure": "no"}),
        (["d", "2", "d", "2"], "salience", "present"),
    ],
)
def test_properties(place, keys, name, value):
    spot = place()
    spot.press(*keys)
    (found,) = spot.annotations
    assert getattr(found, name) == value


def test_done_skip_and_the_queue(place):
    spot = place()
    spot.press("k", *"not news", "Enter")
    spot.bench.settle()
    assert spot.page.locator(".ctn-place").inner_text() == "Article 2 of 2"
    spot.press("q")
    spot.page.locator(".ctn-queue button").first.wait_for()
    spot.press(*"elections", "Enter")
    spot.page.get_by_text("Article 1 of 2").wait_for()
    spot.press("Enter", "u")
    spot.bench.settle()
    assert spot.store.statuses("ana") == {"a0": "skipped", "a1": "in_progress"}
    spot.press("Enter")
    spot.bench.settle()
    assert spot.store.statuses("ana")["a0"] == "done"
    skipped = [event.fields["comment"] for event in spot.store.events("ana") if event.fields.get("status") == "skipped"]
    assert skipped[0] == "not news"


def test_help_names_every_key_and_closes(place):
    spot = place()
    spot.press("?")
    words = spot.page.locator(".ctn-dialog").inner_text()
    assert "Influence" in words and "undo" in words
    spot.press("Escape", "1")
    assert len(spot.annotations) == 1


def test_no_key_leaks_until_esc_gives_them_back(place):
    spot = place()
    spot.press("d", "d", "b", "x", "0", "0", "a", "b", "Shift+Enter", "Tab", "j", "k", "Escape", "Escape")
    assert spot.page.evaluate("window.leaked") == []
    spot.press("Escape", "Escape", "Escape")
    assert spot.page.evaluate("document.activeElement.id") == "notebook"
    spot.press("b", "x")
    assert spot.page.evaluate("window.leaked.slice(-2)") == ["b", "x"]


def test_the_mouse_does_it_all(place):
    spot = place()
    page = spot.page
    spot.go_to("rejected Rus", select=True)
    page.get_by_role("button", name="Influence").click()
    spot.go_to("Germany")
    page.get_by_role("button", name="Stance").click()
    page.locator(".ctn-fill").first.click()
    spot.go_to("free elections", select=True)
    page.locator(".ctn-fill", has_text="target").click()
    page.get_by_role("button", name="2 support").click()
    page.get_by_role("button", name="Keep").click()
    assert spot.quotes == [("influence", "rejected Russian"), ("support", "Germany", "free elections")]
    page.locator(".ctn-active").get_by_role("button", name="delete").click()
    assert len(spot.annotations) == 1
    page.get_by_role("button", name="Undo").click()
    assert len(spot.annotations) == 2


def test_a_stray_drag_changes_nothing_that_is_there(place):
    spot = place()
    spot.press("]", "1")
    before = spot.quotes
    spot.go_to("fell in Niamey. France", select=True)
    spot.go_to("Rain fell", select=True)
    spot.go_to("Mali")
    assert spot.quotes == before


def test_without_snapping_characters_are_selected(place):
    spot = place()
    spot.press("m")
    spot.go_to("jected Rus", select=True)
    spot.press("1")
    assert spot.quotes == [("influence", "jected Rus")]


def test_clicks_go_through_what_lies_over_each_other(place):
    spot = place()
    spot.press("]", "1", "Home", "2")
    chosen = []
    for _ in range(3):
        spot.go_to("Rain")
        chosen.append(spot.message())
    assert set(chosen) == {"Influence", "Ballot"} and chosen[0] == chosen[2]


def test_suggestions_are_accepted_rejected_and_edited(place):
    rows = [suggest("a0", PLAIN, words) for words in ("Rain", "France", "Germany")]
    spot = place(suggestions=pd.DataFrame(rows))
    assert spot.page.locator(".ctn-suggested").count() == 3
    spot.press("Tab", "y", "Tab", "n", "Tab")
    assert "Suggestion" in spot.message()
    spot.press("y", "e", "2")
    made = [(a.label, a.origin, a.confidence) for a in spot.annotations]
    assert made == [("influence", "suggestion", 0.7), ("ballot", "suggestion", 0.7)]
    assert [a.spans[0].quote for a in spot.store.rejections("ana")] == ["France"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["Tab", "e", "2"], ("ballot", "France", "suggestion-edited")),
        (["Tab", "e", "Shift+ArrowRight", "Enter"], ("influence", "France rejected", "suggestion-edited")),
        (["Tab", "e", "Escape", "y"], ("influence", "France", "suggestion")),
    ],
)
def test_a_suggestion_is_edited_before_it_is_accepted(place, keys, expected):
    spot = place(suggestions=pd.DataFrame([suggest("a0", PLAIN, "France")]))
    spot.press(*keys)
    (found,) = spot.annotations
    assert (found.label, found.spans[0].quote, found.origin) == expected


def test_evidence_is_marked_in_the_text_and_named(place):
    start = PLAIN.index("Russian influence")
    row = suggest("a0", PLAIN, "France rejected Russian influence in Mali.")
    row["evidence"] = [{"start": start, "end": start + 17, "weight": 1.0}]
    spot = place(suggestions=pd.DataFrame([row]))
    assert spot.page.locator(".ctn-evidence").all_inner_texts() == ["Russian influence"]
    spot.press("Tab")
    assert "probability 0.70 · because of Russian influence" in spot.page.locator(".ctn-card").first.inner_text()


def test_accept_all_reaches_only_what_is_visible(place):
    text = " ".join(f"Sentence number{n} is here." for n in range(300))
    rows = [suggest("a0", text, f"number{n} is") for n in (1, 2, 299)]
    spot = place(text, suggestions=pd.DataFrame(rows))
    spot.press("Shift+y")
    assert [quote for _, quote in spot.quotes] == ["number1 is", "number2 is"]
    assert "2 visible" in spot.message()


def test_a_changed_codebook_is_loaded_and_lists_what_is_old(place, tmp_path):
    spot = place()
    spot.press("1")
    spot.bench.settle()
    (tmp_path / "codebook.toml").write_text(SCHEME.replace('"1.0"', '"2.0"'), "utf-8")
    spot.press("r")
    spot.page.get_by_text("Coded under an older codebook than 2.0: 1 × influence").wait_for()


def test_the_source_is_hidden_from_a_blind_coder(place):
    article = Article("niger-paper", PLAIN, source="The Paper")
    assert "Paper" not in place(article).page.locator(".ctn").inner_text()
    assert "The Paper" in place(article, blind=False).page.locator(".ctn").inner_text()
