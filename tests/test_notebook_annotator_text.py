"""The annotator in a blank page: offsets of any script, drawing, hostile content, accessibility."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from browser.place import PLAIN, SCHEME, suggest

from corpus_tools.text.article import Article

pytest_plugins = ("browser.fixtures",)
pytestmark = pytest.mark.slow


SCRIPTS = {
    "emoji": ("🙂 Oh 👩🏽‍🚀👨‍👩‍👧 go 🇳🇪🇫🇷 to Niamey 🎉 now.", ["👩🏽‍🚀", "Niamey", "🎉", "🇳🇪"]),
    "arabic": ("قال 😀 الرئيس إن النيجر شريك مهم، ثم غادر.", ["الرئيس", "النيجر"]),
    "chinese": ("俄罗斯的影响𠀀正在扩大。法国反对。", ["影", "𠀀", "法"]),
    "combining": (
        "Le pre\u0301sident a e\u0301te\u0301 renverse\u0301 a\u0300 Niamey.",
        ["pre\u0301sident", "renverse\u0301"],
    ),
    "crlf": ("One line.\r\n\r\nAnother\r\nline\there\u2028and \x00 there.", ["Another", "line", "here", "there"]),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_words_of_any_script_are_marked_where_they_stand(place, name):
    text, words = SCRIPTS[name]
    spot = place(text)
    for word in words:
        spot.press("PageUp", "PageUp", "Home")
        tokens = spot.widget.session.segments[0]
        start = text.index(word)
        (number,) = [n for n, (low, high) in enumerate(tokens) if low <= start < high]
        forward = "ArrowLeft" if name == "arabic" else "ArrowRight"
        spot.press(*[forward] * number, "2")
    assert [quote for _, quote in spot.quotes] == words


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_mouse_selects_the_same_words(place, name):
    text, words = SCRIPTS[name]
    spot = place(text)
    for word in words:
        spot.go_to(word, select=True)
        spot.press("2")
    assert [quote for _, quote in spot.quotes] == words


def test_the_page_holds_the_text_unit_for_unit(place):
    for text, _ in SCRIPTS.values():
        spot = place(text)
        spot.press("]", "1", "2")
        shown = spot.page.evaluate("document.querySelector('.ctn-text').textContent")
        assert shown == text.replace("\x00", "␀")


def test_nudges_move_single_characters_and_never_empty_the_selection(place):
    spot = place("counter-revolutionaries 🙂🙂 left")
    spot.press(*["Alt+ArrowLeft"] * 30, "1")
    spot.press("Home", *["Alt+Shift+ArrowRight"] * 8, "2")
    spot.press("ArrowRight", "Alt+ArrowRight", "1")
    assert [quote for _, quote in spot.quotes] == ["c", "revolutionaries", "🙂🙂"]


def test_overlaps_are_stacked_lines(place):
    spot = place()
    spot.press("]", "1", "Home", "ArrowRight", "Shift+ArrowRight", "2")
    looks = spot.page.evaluate(
        """() => [...document.querySelectorAll(".ctn-framed")].map((piece) => {
        const style = getComputedStyle(piece);
        return [piece.textContent, style.backgroundImage.split("gradient(").length - 1, style.backgroundPosition]; })"""
    )
    assert [(text, lines) for text, lines, _ in looks] == [("Rain ", 1), ("fell in", 2), (" Niamey.", 1)]
    first, second = looks[1][2].split(", ")
    assert first != second


SENTENCES = "[...document.querySelectorAll('.ctn-sentence')]"


def test_redrawing_touches_only_the_sentence_that_changed(place):
    spot = place()
    spot.page.evaluate(f"() => {SENTENCES}.forEach((item) => {{ item.firstChild.kept = true; }})")
    spot.press("ArrowDown", "]", "1")
    assert spot.quotes
    kept = spot.page.evaluate(f"{SENTENCES}.map((item) => Boolean(item.firstChild.kept))")
    assert kept == [True, False, True, True]


def test_a_long_article_scrolls_inside_and_follows_the_cursor(place):
    spot = place(" ".join(f"Sentence number {n} is here." for n in range(300)))
    spot.press(*["PageDown"] * 30)
    now = spot.page.evaluate("describePlace()")
    assert now["scroll"] > 500 and now["inSight"] and now["page"] == 0


EVIL = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>"


def test_hostile_texts_labels_and_names_are_inert(place):
    codebook = SCHEME.replace('name = "Influence"', f'name = "{EVIL}\u202etxt"').replace("Power of others.", EVIL)
    codebook = codebook.replace('name = "France"', f'name = "{EVIL}"')
    article = Article("evil", f"France {EVIL} \u202e\x00 spoke.", title=EVIL, source=EVIL)
    spot = place(article, codebook=codebook, blind=False)
    spot.press("1", "d", "1", "ArrowRight", "c", *"<b>", "Enter", "?", "Escape", "/", "Escape", "q")
    spot.page.locator(".ctn-queue button").first.wait_for()
    spot.press("Escape", "Home", "s", "h", "t", "1", "/", "Escape")
    page = spot.page
    assert page.evaluate("window.pwned") is None
    assert page.locator(".ctn img, .ctn script").count() == 0
    assert "⟨U+202E⟩" in page.locator(".ctn-labels").inner_text()
    assert page.locator(".ctn h2").inner_text() == EVIL


@pytest.mark.parametrize("light", [True, False])
@pytest.mark.parametrize(
    "keys", [["]", "1", "2"], ["1", "s", "a", "ArrowDown", "Enter"], ["?"], ["/"], ["q"], ["1", "c"]]
)
def test_axe_finds_no_serious_fault(place, bench, light, keys):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="NO ACCESSIBILITY TEST: pip install axe-playwright-python"
    )
    bench.light = light
    try:
        spot = place(suggestions=pd.DataFrame([suggest("a0", PLAIN, "France")]))
        spot.press(*keys)
        time.sleep(0.2)
        results = axe.Axe().run(spot.page)
    finally:
        bench.light = True
    faults = [item for item in results.response["violations"] if item["impact"] in ("serious", "critical")]
    assert not faults, [
        (item["id"], [node["html"][:200] for node in item["nodes"]][:3], item["nodes"][0]["any"][:1]) for item in faults
    ]
