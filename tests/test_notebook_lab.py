"""The annotator in the real JupyterLab: by keyboard, through kernel death, reload, second views and windowing."""

from __future__ import annotations

import time

import pytest
from browser.bench import PATIENCE
from browser.chromium import start_browser
from browser.lab import Lab, count_cells, kill, start_lab
from browser.place import PLAIN, SCHEME
from browser.proxy import lay_wire

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus

pytestmark = pytest.mark.slow

CODE = """
import os, pathlib
import corpus_tools as ct
from corpus_tools.notebook.annotator import Annotator
pathlib.Path("{name}.pid").write_text(str(os.getpid()))
corpus = ct.Corpus.read("articles/")
store = ct.AnnotationStore("{name}/", corpus=corpus)
widget = Annotator(corpus, store, "codebook.toml", coder="ana")
widget
"""
LONG = "\n\n".join(["# A cell to scroll over", *["Some words."] * 60])


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    (folder / "articles").mkdir()
    (folder / "articles" / "one.txt").write_text(PLAIN, "utf-8")
    (folder / "articles" / "two.txt").write_text("Second article. It rains.", "utf-8")
    (folder / "codebook.toml").write_text(SCHEME, "utf-8")
    with start_lab(folder) as started:
        yield started


@pytest.fixture(scope="module")
def browser():
    with start_browser() as started:
        yield started


@pytest.fixture
def notebook(lab, browser, request):
    """Open a notebook whose first cell shows an annotator, and run it."""
    name = request.node.name.removeprefix("test_")[:40]
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)

    def start(*more, address=lab.address):
        lab.write_notebook(f"{name}.ipynb", [CODE.format(name=name), *more])
        Lab(lab.folder, address, lab.token).open(page, f"{name}.ipynb")
        lab.run_cell(page, 0)
        page.wait_for_selector(".ctn-pane")
        return page, lambda: read_store(lab, name)

    start.name = name
    yield start
    page.close()


def read_store(lab, name):
    texts = {file.stem: file.read_text("utf-8") for file in sorted((lab.folder / "articles").iterdir())}
    corpus = Corpus.of([Article(id, text) for id, text in texts.items()])
    return AnnotationStore(lab.folder / name, corpus, Codebook.read(lab.folder / "codebook.toml"))


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def settle(page):
    page.wait_for_selector('.ctn-saved[data-state="saved"]')


def quotes(store):
    return [(a.label, *(span.quote for span in a.all_spans)) for a in store.annotations("ana")]


def test_a_span_and_a_stance_by_keyboard_only(notebook):
    page, stored = notebook("1 + 1", "2 + 2")
    page.locator(".ctn-text").click(position={"x": 8, "y": 12})
    press(page, "]", "1", "ArrowDown", "Alt+ArrowRight", "Alt+ArrowLeft", "s", "ArrowRight", "ArrowRight")
    press(page, "Shift+ArrowRight", "Enter", "1", "ArrowLeft", "ArrowLeft", "Enter", "Enter")
    settle(page)
    assert quotes(stored()) == [
        ("influence", "Rain fell in Niamey."),
        ("oppose", "rejected", "France", "Russian influence"),
    ]


def test_no_key_reaches_the_notebook(notebook):
    page, stored = notebook("1 + 1", "2 + 2", "# Text")
    before = count_cells(page)
    page.locator(".ctn-pane").first.focus()
    for keys in ("dd", "b", "x", "00", "ab", "m", "r", "y"):
        press(page, *keys)
    press(page, "Escape", "Shift+Enter", "Control+Enter", "ArrowDown", "Enter")
    settle(page)
    time.sleep(0.5)
    assert count_cells(page) == before == 4
    assert page.locator(".jp-Dialog").count() == 0
    assert stored().statuses("ana")["one"] == "done"
    press(page, "Escape", "Escape", "Escape", "b")
    page.wait_for_function(f"jupyterapp.shell.currentWidget.content.model.cells.length === {before + 1}")


def test_the_kernel_dies_and_the_work_goes_on(notebook, lab):
    page, stored = notebook("1 + 1")
    page.locator(".ctn-pane").first.focus()
    press(page, "1", "Enter")
    settle(page)
    press(page, "1")
    settle(page)
    kill(lab.folder / f"{notebook.name}.pid")
    press(page, "ArrowRight", "2")
    page.wait_for_selector('.ctn-saved:not([data-state="saved"])')
    assert quotes(stored()) == [("influence", "Rain"), ("influence", "Second")]
    page.locator(".jp-Dialog button").last.click(timeout=30000)
    lab.wait_for_kernel(page)
    lab.run_cell(page, 0)
    page.wait_for_selector('.ctn-saved[data-state="saved"]')
    assert page.locator(".ctn-place").inner_text() == "Article 2 of 2"
    assert page.locator(".ctn-framed").all_inner_texts() == ["Second"]
    page.locator(".ctn-pane").first.focus()
    press(page, "ArrowRight", "2")
    settle(page)
    assert quotes(stored())[-1] == ("ballot", "article")


def test_a_reload_of_the_page_keeps_everything(notebook):
    page, stored = notebook("1 + 1")
    page.locator(".ctn-pane").first.focus()
    press(page, "1", "ArrowDown", "ArrowRight", "s")
    settle(page)
    time.sleep(0.5)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(1).click()
    press(page, "Control+s")
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    page.wait_for_selector(".ctn-pane")
    assert page.locator(".ctn-framed").all_inner_texts() == ["Rain"]
    assert page.locator(".ctn-strip").is_visible()
    page.locator(".ctn-pane").first.focus()
    press(page, "a", "ArrowRight", "Enter", "1", "Enter")
    settle(page)
    assert quotes(stored()) == [("influence", "Rain"), ("oppose", "Russian")]


def test_a_cut_network_loses_nothing_and_writes_nothing_twice(notebook, lab):
    with lay_wire(lab.address) as wire:
        page, stored = notebook("1 + 1", address=wire.address)
        page.locator(".ctn-pane").first.focus()
        press(page, "1")
        settle(page)
        wire.cut()
        press(page, "ArrowRight", "2", "ArrowRight", "1")
        page.wait_for_selector('.ctn-saved[data-state="late"]')
        assert quotes(stored()) == [("influence", "Rain")]
        wire.mend()
        page.wait_for_selector('.ctn-saved[data-state="saved"]')
        assert quotes(stored()) == [("influence", "Rain"), ("ballot", "fell"), ("influence", "in")]
        assert sum(event.event == "add" for event in stored().events("ana")) == 3


def test_two_views_and_windowing(notebook, lab):
    page, stored = notebook("widget", *[LONG] * 12)
    lab.run_cell(page, 1)
    page.wait_for_function("document.querySelectorAll('.ctn-pane').length === 2")
    page.locator(".ctn-pane").nth(0).focus()
    press(page, "1")
    page.wait_for_function("document.querySelectorAll('.ctn-framed').length === 2")
    page.locator(".ctn-pane").nth(1).focus()
    press(page, "ArrowRight", "2")
    page.wait_for_function("document.querySelectorAll('.ctn-framed').length === 4")
    page.locator(".ctn-pane").nth(1).focus()
    press(page, "u")
    page.wait_for_function("document.querySelectorAll('.ctn-framed').length === 2")
    outer = "document.querySelector('.jp-WindowedPanel-outer')"
    page.evaluate(f"{outer}.scrollTop = {outer}.scrollHeight")
    panes = "[...document.querySelectorAll('.ctn-pane')]"
    page.wait_for_function(
        f"{panes}.every((pane) => !pane.checkVisibility() || pane.getBoundingClientRect().bottom < 0)"
    )
    time.sleep(0.5)
    page.evaluate(f"{outer}.scrollTop = 0")
    page.locator(".ctn-pane").first.focus()
    press(page, "Home", "ArrowRight", "ArrowRight", "1")
    settle(page)
    assert quotes(stored()) == [("influence", "Rain"), ("influence", "in")]


def test_a_burst_arrives_once(notebook, lab):
    (lab.folder / "articles" / "zz.txt").write_text(" ".join(f"w{n}" for n in range(120)), "utf-8")
    try:
        page, stored = notebook("1 + 1")
        page.locator(".ctn-pane").first.focus()
        for number in (2, 3):
            press(page, "Enter")
            page.get_by_text(f"Article {number} of 3").wait_for()
        for _ in range(100):
            press(page, "1", "ArrowRight")
        settle(page)
        assert [quote for _, quote in quotes(stored())] == [f"w{n}" for n in range(100)]
    finally:
        (lab.folder / "articles" / "zz.txt").unlink()
