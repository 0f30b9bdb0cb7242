"""The annotator in a blank page, under clumsy hands: keys held down, drags that end anywhere, the mouse alone."""

from __future__ import annotations

import pandas as pd
import pytest
from browser.place import PLAIN, SCHEME, suggest

pytest_plugins = ("browser.fixtures",)
pytestmark = pytest.mark.slow

FOUR = [f"Article {number} is here." for number in range(4)]


def hold(spot, key, times=6):
    """Hold a key down: the browser repeats it."""
    for _ in range(times):
        spot.page.keyboard.down(key)
        spot.bench.settle()
    spot.page.keyboard.up(key)


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_enter_held_down_finishes_one_article(place):
    spot = place(*FOUR)
    hold(spot, "Enter")
    assert spot.store.statuses("ana") == {"a0": "done", "a1": "in_progress"}


def test_enter_held_down_in_a_palette_only_chooses(place):
    spot = place(*FOUR)
    spot.press("/")
    hold(spot, "Enter")
    assert spot.quotes == [("influence", "Article")] and spot.store.statuses("ana") == {"a0": "in_progress"}


@pytest.mark.parametrize(("key", "left"), [("Delete", 2), ("u", 2), ("1", 3)])
def test_a_key_held_down_does_its_work_once(place, key, left):
    spot = place()
    spot.press("]", "1", "2", "ArrowLeft", "1")
    hold(spot, key)
    assert len(spot.annotations) == left


def test_a_letter_held_down_does_not_write_into_what_it_opens(place):
    spot = place()
    spot.press("1")
    hold(spot, "c")
    assert spot.page.locator(".ctn-input").input_value() == ""
    spot.press("Escape")


def test_arrows_held_down_go_on(place):
    spot = place()
    hold(spot, "ArrowRight", times=4)
    spot.press("1")
    assert spot.quotes == [("influence", ".")]


def test_a_drag_may_begin_and_end_beside_the_text(place):
    spot = place("Rain fell in Niamey.\n\nGermany demanded free elections.")
    page = spot.page
    first, last = page.evaluate("findWords('fell')"), page.evaluate("findWords('Germany demanded')")
    side, pane = page.locator(".ctn-side").bounding_box(), page.locator(".ctn-pane").bounding_box()
    drag(page, first["start"], (side["x"] + 40, first["start"][1]))
    spot.press("1")
    drag(page, last["end"], (pane["x"] + 6, last["end"][1]))
    spot.press("2")
    drag(page, first["end"], (first["end"][0] - 30, 2))  # out of the widget, over its upper edge
    spot.press("2")
    assert spot.quotes[:2] == [("influence", "fell in Niamey."), ("ballot", "Germany demanded")]
    assert spot.quotes[2][1].endswith("fell")
    assert page.evaluate("getSelection().isCollapsed")


def test_two_clicks_select_a_word_and_three_the_sentence(place):
    spot = place()
    where = spot.page.evaluate("findWords('rejected')")
    spot.page.mouse.dblclick(where["start"][0] + 4, where["start"][1])
    spot.press("1")
    spot.page.mouse.click(where["start"][0] + 4, where["start"][1], click_count=3)
    spot.press("2")
    assert spot.quotes == [("influence", "rejected"), ("ballot", "France rejected Russian influence in Mali.")]


def test_all_that_keys_do_to_marks_the_mouse_does_too(place):
    spot = place(PLAIN, suggestions=pd.DataFrame([suggest("a0", PLAIN, "Germany")]))
    page = spot.page

    def click(name, within=".ctn"):
        page.locator(within).get_by_role("button", name=name, exact=True).first.click()

    page.locator(".ctn-whole").get_by_role("button").last.click()
    page.locator(".ctn-labels").get_by_role("button", name="Ballot").click()
    spot.go_to("rejected Russian", select=True)
    page.locator(".ctn-labels").get_by_role("button", name="Influence").click()
    page.locator(".ctn-side summary").click()
    mine = ".ctn-side details .ctn-card:has-text('rejected Russian')"
    page.locator(mine).hover()
    spot.go_to("France")
    for name in ("voice", "flag"):
        page.locator(mine).hover()
        click(name, mine)
    spot.go_to("in Mali", select=True)
    page.locator(mine).hover()
    click("+ words", mine)
    page.locator(mine).hover()
    click("more…", mine)
    page.locator(".ctn-options li").first.click()
    click("Accept visible")
    click("Comment")
    spot.press(*"odd", "Enter")
    assert spot.message() == "The comment on the article is in the log."
    made = {a.spans[0].quote if a.spans else "": a for a in spot.annotations}
    assert set(made) == {"", "rejected Russian", "Germany"}
    frame = made["rejected Russian"]
    assert [span.quote for span in frame.spans] == ["rejected Russian", "in Mali"]
    assert frame.voice.span.quote == "France" and frame.extra["flag"] and frame.attrs == {"sure": "yes"}
    assert [e.fields["comment"] for e in spot.store.events("ana") if e.event == "status"][-1] == "odd"


def test_the_mouse_ends_an_edit(place):
    spot = place()
    spot.press("1", "e", "Shift+ArrowRight")
    spot.page.get_by_role("button", name="Keep").click()
    assert spot.quotes == [("influence", "Rain fell")]
    spot.press("d", "1", "Shift+Tab", "Tab")
    assert len(spot.annotations) == 2


def test_forty_labels_leave_the_codebook_in_sight(place):
    frame = '[[frame]]\nid = "f{0}"\nname = "Frame number {0}"\ndefinition = "Number {0}."\n'
    more = "".join(frame.format(number) for number in range(40))
    spot = place(codebook=SCHEME.replace("[[stance]]", more + "[[stance]]", 1))
    spot.press("/", *"number 37", "Enter")
    assert spot.quotes == [("f37", "Rain")]
    inside = """(name) => {
      const [side, box] = [".ctn-side", name].map((found) => document.querySelector(found).getBoundingClientRect());
      return box.top >= side.top && box.bottom <= side.bottom; }"""
    assert spot.page.evaluate(inside, ".ctn-card") and spot.page.evaluate(inside, ".ctn-definition")


def test_the_queue_shows_where_one_is(place):
    spot = place(*FOUR)
    spot.press("Enter")
    spot.bench.settle()
    spot.press("q")
    spot.page.locator(".ctn-queue [aria-current]").wait_for()
    assert spot.page.locator(".ctn-queue [aria-current] .ctn-row-title").inner_text().startswith("2.")


def test_no_key_of_the_help_covers_another(place):
    spot = place()
    spot.press("?")
    boxes = spot.page.evaluate(
        """() => [...document.querySelectorAll(".ctn-help kbd")].map((key) => {
        const box = key.getBoundingClientRect();
        return [key.scrollWidth <= Math.ceil(box.width), box.left, box.right, box.top]; })"""
    )
    assert all(fits for fits, *_ in boxes)
    neighbours = [(a, b) for a, b in zip(boxes, boxes[1:], strict=False) if a[3] == b[3] and b[1] > a[1]]
    assert neighbours and all(a[2] <= b[1] for a, b in neighbours)


@pytest.mark.parametrize(("name", "words"), [("Skip", "not news"), ("Queue", "rains"), ("Comment", "odd")])
def test_a_button_that_asks_gets_the_next_keys(place, name, words):
    spot = place()
    spot.page.get_by_role("button", name=name, exact=True).click()
    spot.press(*words)
    assert spot.page.locator(".ctn-input").input_value() == words
    spot.press("Escape", "1")
    assert len(spot.annotations) == 1
