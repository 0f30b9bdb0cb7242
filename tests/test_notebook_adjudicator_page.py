"""The adjudicator in a blank page, by keyboard and mouse; the session behind it is real and writes a real gold log."""

from __future__ import annotations

import time

import pytest
from browser.bench import make_keeping
from browser.place import PLAIN, SCHEME

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Frame, Slot, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.adjudicator import Adjudicator
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

pytest_plugins = ("browser.fixtures",)
pytestmark = pytest.mark.slow

CORPUS = Corpus.of([Article("one", PLAIN, title="Rain"), Article("two", "Second article. It rains.")])


def at(words):
    start = PLAIN.index(words)
    return Span(start, start + len(words))


def frame(label, words):
    return Frame("one", label, [at(words)])


def stance(label, cue):
    slots = {"holder": Slot(at("France"), "france"), "target": Slot(at("Russian influence"), "russian_influence")}
    return Stance("one", label, **slots, cue=[at(cue)])


CODED = {
    "ana": [frame("influence", "France rejected"), stance("oppose", "rejected"), frame("ballot", "free elections")],
    "ben": [frame("influence", "rejected Russian"), stance("support", "rejected"), frame("ballot", "free elections")],
}


@pytest.fixture
def desk(bench, tmp_path):
    """An adjudicator on the bench over one article with two conflicts and one agreement, and one with nothing to do."""
    (tmp_path / "codebook.toml").write_text(SCHEME, "utf-8")
    store = AnnotationStore(tmp_path / "logs", CORPUS, Codebook.read(tmp_path / "codebook.toml"))
    for coder, records in CODED.items():
        with store.writer(coder) as log:
            for record in [*records, Frame("two", "ballot", [(0, 6)])]:
                log.add(record)
            for article in ("one", "two"):
                log.status(article, "done")
    book = Codebook.read(tmp_path / "codebook.toml")
    widget = make_keeping(lambda: Adjudicator(CORPUS, store, book, coders=["ana", "ben"], by="gold"))
    page = bench.show(widget)
    yield page, store, bench
    widget.close()
    assert not bench.errors


def gold(store, bench):
    bench.settle()
    return [(a.label, *(span.quote for span in a.all_spans)) for a in store.annotations("gold")]


FRANCE, RUSSIAN = ("influence", "France rejected"), ("influence", "rejected Russian")
OPPOSE, SUPPORT = ((value, "rejected", "France", "Russian influence") for value in ("oppose", "support"))
KEYS = [
    ("one of each", ["1", "2"], [FRANCE, SUPPORT]),
    ("both", ["b"], [FRANCE, RUSSIAN]),
    ("nobody", ["x", "1"], [OPPOSE]),
    ("the agreed", ["g"], [("ballot", "free elections")]),
    ("down, and up", ["ArrowDown", "1", "ArrowUp", "ArrowUp", "2"], [OPPOSE, RUSSIAN]),
    ("undo", ["1", "1", "u"], [FRANCE]),
    ("undo and redo", ["1", "u", "u", "Shift+u"], [FRANCE]),
    ("undo an agreement", ["g", "u"], []),
    ("edit words", ["e", "Shift+ArrowRight", "Enter"], [("influence", "France rejected Russian")]),
    ("edit label", ["e", "2", "Enter"], [("ballot", "France rejected")]),
    ("edit left by Esc", ["e", "2", "Escape", "1"], [FRANCE]),
    ("edit a stance", ["x", "e", "2", *["ArrowRight"] * 3, "c", "Enter"],
     [("support", "influence", "France", "Russian influence")]),
    ("what is not there", ["3", "9", "1"], [FRANCE]),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "expected"), [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
def test_decisions_by_keyboard(desk, keys, expected):
    page, store, bench = desk
    for key in keys:
        bench.press(key)
        bench.settle()
    assert gold(store, bench) == expected


def test_a_whole_article_and_on(desk):
    page, store, bench = desk
    bench.press("Enter")
    assert "3 are left" in page.locator(".ctn-message").inner_text()
    bench.press("1", "1", "g")
    bench.settle()
    bench.press("Enter")
    page.get_by_text("Article 2 of 2").wait_for()
    bench.press("g")
    bench.settle()
    bench.press("Enter")
    bench.settle()
    assert store.statuses("gold") == {"one": "done", "two": "done"}
    assert "0 in all" in page.locator(".ctn-top").inner_text()


def test_by_mouse(desk):
    page, store, bench = desk
    page.locator(".ctn-group").nth(1).locator(".ctn-version button").nth(1).click()
    page.locator(".ctn-group").nth(0).hover()
    page.locator(".ctn-group").nth(0).get_by_role("button", name="all wrong").click()
    page.get_by_role("button", name="Take agreed").click()
    assert gold(store, bench) == [SUPPORT, ("ballot", "free elections")]


def test_a_lag_decides_once_and_no_key_leaks(desk):
    page, store, bench = desk
    bench.hold()
    bench.press("1", "1", "d", "d", "0", "b")
    bench.release()
    assert gold(store, bench) == [FRANCE, OPPOSE, ("ballot", "free elections"), ("ballot", "free elections")]
    assert page.evaluate("window.leaked") == []
    bench.press("Escape", "x")
    assert page.evaluate("window.leaked") == ["x"]


def test_differences_come_first_and_are_named(desk):
    page, _, _ = desk
    heads = page.locator(".ctn-group > .ctn-goto").all_inner_texts()
    assert [" ".join(head.split()) for head in heads] == [
        "conflict differ in spans",
        "conflict differ in label",
        "complete all agree",
    ]
    assert page.locator(".ctn-group").nth(1).locator(".ctn-differs").all_inner_texts() == ["− oppose", "+ support"]


@pytest.mark.parametrize("light", [True, False])
@pytest.mark.parametrize("keys", [["1"], ["e"], ["?"], ["q"]])
def test_axe_finds_no_serious_fault(desk, light, keys):
    reason = "NO ACCESSIBILITY TEST: pip install axe-playwright-python"
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=reason)
    page, _, bench = desk
    page.evaluate(f"document.body.dataset.jpThemeLight = '{str(light).lower()}'")
    bench.press(*keys)
    time.sleep(0.3)
    found = axe.Axe().run(page).response["violations"]
    faults = [item for item in found if item["impact"] in ("serious", "critical")]
    assert not faults, [(item["id"], [node["html"][:200] for node in item["nodes"]][:3]) for item in faults]


def test_an_edit_can_begin_with_the_other_version_and_name_nobody(desk):
    page, store, bench = desk
    bench.press("ArrowDown", "e", "e", "i", "/", *"opp", "Enter", "Enter")
    bench.settle()
    (found,) = store.annotations("gold")
    assert (found.type, found.label, found.holder.implicit) == ("stance", "oppose", "unspecified")


def test_the_codebook_stands_beside_the_versions(desk):
    page, _, bench = desk
    page.locator(".ctn-active .ctn-rules summary").click()
    assert "Power of others." in page.locator(".ctn-active .ctn-rules").inner_text()
    bench.press("r")
    assert "no file" in page.locator(".ctn-message").inner_text()
