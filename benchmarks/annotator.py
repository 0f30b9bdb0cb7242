"""How long a keystroke takes in the annotator, in milliseconds: 2,000 words with 300 annotations, and with none.

    python benchmarks/annotator.py [--words 2000] [--annotations 300]

A keystroke is measured in the page from the key event until the page is laid out anew. "until saved" adds the way to
Python, the append, the fsync and the way back (through Playwright, which is slower than JupyterLab's websocket).
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser.bench import Bench, make_keeping  # noqa: E402
from browser.chromium import start_browser  # noqa: E402

from corpus_tools.annotation.codebook import Codebook  # noqa: E402
from corpus_tools.annotation.records import Frame, Slot, Stance  # noqa: E402
from corpus_tools.annotation.store import AnnotationStore  # noqa: E402
from corpus_tools.notebook.annotator import Annotator  # noqa: E402
from corpus_tools.text.article import Article  # noqa: E402
from corpus_tools.text.corpus import Corpus  # noqa: E402
from corpus_tools.text.span import Span  # noqa: E402

MEASURE = """async ([key, shift, times]) => {
  const pane = document.querySelector(".ctn-pane"), taken = [];
  for (let turn = 0; turn < times; turn += 1) {
    const event = new KeyboardEvent("keydown", { key, shiftKey: shift, bubbles: true, cancelable: true });
    const start = performance.now();
    pane.dispatchEvent(event);
    await null; await null; // the redraw waits in a microtask
    document.body.getBoundingClientRect(); // lay out
    taken.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return taken;
}"""
KEYS = {"→": ("ArrowRight", False), "Shift →": ("ArrowRight", True), "↓": ("ArrowDown", False), "Tab": ("Tab", False)}


def make_corpus(words: int, seed: int = 0) -> Corpus:
    chance = random.Random(seed)
    vocabulary = ["".join(chance.choices("aeioubdgklmnrst", k=chance.randint(2, 10))) for _ in range(400)]
    sentences, count = [], 0
    while count < words:
        size = chance.randint(8, 30)
        sentences.append(" ".join(chance.choices(vocabulary, k=size)).capitalize() + ".")
        count += size
    paragraphs = [" ".join(sentences[turn : turn + 5]) for turn in range(0, len(sentences), 5)]
    return Corpus.of([Article("long", "\n\n".join(paragraphs))])


def annotate(store: AnnotationStore, corpus: Corpus, book: Codebook, number: int, seed: int = 0) -> None:
    chance = random.Random(seed)
    size = len(corpus["long"].text)

    def span() -> Span:
        start = chance.randrange(size - 200)
        return Span(start, start + chance.randint(5, 150))

    with store.writer("ana") as log:
        for turn in range(number):
            if turn % 3:
                log.add(Frame("long", chance.choice(list(book.frames)), [span()]))
            else:
                label = chance.choice(list(book.stances))
                log.add(Stance("long", label, holder=Slot(span()), target=Slot(span()), cue=[span()]))


def measure(browser: Any, words: int, number: int, book: Codebook) -> dict[str, list[float]]:
    corpus = make_corpus(words)
    with tempfile.TemporaryDirectory() as folder:
        store = AnnotationStore(folder, corpus, book)
        annotate(store, corpus, book, number)
        widget = make_keeping(lambda: Annotator(corpus, store, book, coder="ana"))
        bench = Bench(browser)
        page = bench.show(widget)
        taken = {name: page.evaluate(MEASURE, [key, shift, 60]) for name, (key, shift) in KEYS.items()}
        page.keyboard.press("Home")
        taken["label"], taken["until saved"] = [], []
        for turn in range(30):
            page.evaluate(MEASURE, ["ArrowDown", False, 1])
            start = time.perf_counter()
            taken["label"] += page.evaluate(MEASURE, [str(turn % 8 + 1), False, 1])
            bench.settle()
            taken["until saved"].append((time.perf_counter() - start) * 1000)
        widget.close()
        page.close()
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=2000)
    parser.add_argument("--annotations", type=int, default=300)
    options = parser.parse_args()
    book = Codebook.read(ROOT / "annotations" / "codebook.toml")
    with start_browser() as browser:
        full = measure(browser, options.words, options.annotations, book)
        empty = measure(browser, options.words, 0, book)
    print(f"{options.words} words: milliseconds with {options.annotations} annotations, with none, and the ratio")
    print(f"{'key':12} {'median':>7} {'95 %':>7} {'worst':>7} {'none':>7} {'ratio':>6}")
    for name, taken in full.items():
        middle, none = statistics.median(taken), statistics.median(empty[name])
        high = statistics.quantiles(taken, n=20)[-1]
        print(f"{name:12} {middle:7.1f} {high:7.1f} {max(taken):7.1f} {none:7.1f} {middle / none:6.1f}")


if __name__ == "__main__":
    main()
