"""The annotator in a blank page: nothing acknowledged is lost and nothing is done twice, whatever happens."""

from __future__ import annotations

import resource
import time

import pytest
from browser.bench import make_keeping

pytest_plugins = ("browser.fixtures",)
pytestmark = pytest.mark.slow


def test_saved_shows_only_when_the_log_has_it_and_a_lag_labels_once(place):
    spot = place()
    spot.bench.hold()
    spot.press("1", "1", "1")
    assert spot.page.locator(".ctn-saved").text_content() == "… Saving 1"
    assert spot.page.locator(".ctn-pending").count() == 1
    assert spot.store.annotations("ana") == []
    spot.bench.release()
    assert spot.quotes == [("influence", "Rain")]
    assert spot.page.locator(".ctn-saved").text_content() == "✓ Saved"
    assert spot.page.locator(".ctn-pending").count() == 0


def test_a_late_enter_does_not_skip_an_article(place):
    spot = place("One here.", "Two here.", "Three here.")
    spot.bench.hold()
    spot.press("Enter", "Enter")
    spot.bench.release()
    assert spot.store.statuses("ana") == {"a0": "done", "a1": "in_progress"}


@pytest.mark.parametrize("lost", ["false", "++sent % 5 === 3"])
def test_a_burst_of_commands_arrives_once_each_and_in_order(place, lost):
    spot = place(" ".join(f"w{n}" for n in range(120)))
    spot.page.evaluate(f"() => {{ let sent = 0; window.model.lose = (content) => {lost}; }}")
    for _ in range(100):
        spot.press("1", "ArrowRight")
    spot.page.evaluate("() => { window.model.lose = () => false; }")
    assert [quote for _, quote in spot.quotes] == [f"w{n}" for n in range(100)]
    assert [event.event for event in spot.store.events("ana")].count("add") == 100


def test_one_lost_command_is_sent_again_once_however_many_follow(place):
    spot = place(" ".join(f"w{n}" for n in range(60)))
    spot.page.evaluate(
        """() => {
            window.tried = [];
            window.model.lose = ({ seq }) => window.tried.push(seq) === 2;
        }"""
    )
    spot.bench.hold()
    for _ in range(40):
        spot.press("1", "ArrowRight")
    spot.bench.release()
    assert [quote for _, quote in spot.quotes] == [f"w{n}" for n in range(40)]
    tried = spot.page.evaluate("window.tried")
    assert tried == [*range(1, 41), *range(2, 41)]


def test_a_full_disk_is_said_and_nothing_typed_is_lost(place):
    spot = place()
    spot.press("1")
    spot.bench.settle()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((spot.folder / "ana.jsonl").stat().st_size, hard))
    try:
        spot.press("ArrowRight", "2", "ArrowRight", "1")
        spot.page.wait_for_selector('.ctn-saved[data-state="stopped"]')
        said = spot.page.locator(".ctn-saved").inner_text()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "2 not saved" in said and "File too large" in said
    spot.page.get_by_role("button", name="Try again").click()
    assert spot.quotes == [("influence", "Rain"), ("ballot", "fell"), ("influence", "in")]


def test_what_the_store_refuses_is_said_in_words(place):
    spot = place()
    spot.page.evaluate("() => { window.model.get('scheme').frames[0].id = 'gone'; }")
    spot.press("/", *"influ", "Enter")
    assert "'gone' is not in codebook 1.0" in spot.message()
    assert spot.page.locator(".ctn-message.ctn-error").count() == 1


def test_a_fault_of_our_own_is_said_too(place):
    spot = place()
    queue, spot.widget.session.queue = spot.widget.session.queue, None
    spot.press("1")
    assert "AttributeError" in spot.message()
    spot.widget.session.queue = queue


def test_a_detector_that_fails_does_not_stop_the_coding(place):
    class Broken:
        def detect(self, corpus, parses):
            raise ZeroDivisionError("no units")

    spot = place(suggestions=Broken())
    assert "ZeroDivisionError: no units" in spot.page.locator(".ctn-notice").inner_text()
    spot.press("1")
    assert spot.quotes == [("influence", "Rain")]


def test_two_views_show_one_state(place):
    spot = place()
    spot.page.evaluate("() => { window.mount('two'); }")
    spot.press("1")
    spot.bench.settle()
    assert spot.page.locator(".ctn-framed").all_inner_texts() == ["Rain", "Rain"]
    spot.page.locator(".ctn-pane").nth(1).focus()
    spot.press("ArrowRight", "2", "u", "u")
    spot.bench.settle()
    assert spot.page.locator(".ctn-framed").count() == 0


def test_a_view_that_comes_back_is_where_it_was(place):
    spot = place(" ".join(f"Sentence number {n} is here." for n in range(200)))
    spot.press(*["PageDown"] * 14, "s", "ArrowRight", "Enter")
    time.sleep(0.4)
    before = spot.page.evaluate("describePlace()")
    spot.page.evaluate("() => { window.unmount(); document.getElementById('one').replaceChildren(); }")
    spot.page.evaluate("() => { window.unmount = window.mount('one'); }")
    time.sleep(0.4)
    assert spot.page.evaluate("describePlace()") == before and before["scroll"] > 100
    spot.page.locator(".ctn-pane").focus()
    spot.press("ArrowRight", "Enter", "1", "Enter")
    assert len(spot.annotations) == 1


def test_making_the_widget_again_ends_the_old_one_in_words(place):
    spot = place()
    spot.press("1")
    spot.bench.settle()
    newer = make_keeping(spot.make)
    try:
        assert len(newer.marks["annotations"]) == 1
        spot.press("2")
        assert "replaced" in spot.message()
        assert len(spot.annotations) == 1
    finally:
        newer.close()
