"""Make the pictures of docs/images: the annotator in light and dark, and the adjudicator, in the real JupyterLab.

python docs/screenshots.py [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser.chromium import start_browser  # noqa: E402
from browser.lab import Lab, start_lab  # noqa: E402

from corpus_tools.annotation.codebook import Codebook  # noqa: E402
from corpus_tools.annotation.store import AnnotationStore  # noqa: E402
from corpus_tools.text.corpus import Corpus  # noqa: E402

SEED = "niger-2023-11-15"
SETUP = """
import corpus_tools as ct
corpus = ct.Corpus.read("seeds/")
store = ct.AnnotationStore("annotations/", corpus=corpus)
""".strip()
ANNOTATE = f"""
ct.Annotator(corpus, store, "annotations/codebook.toml", coder="ana", order=["{SEED}", *corpus.ids])
""".strip()
ADJUDICATE = """
niger = corpus.filter(lambda article: article.id >= "niger-2023-11")
ct.Adjudicator(niger, store, "annotations/codebook.toml", coders=["coder_a", "coder_b"], by="decider")
""".strip()


def prepare(folder: Path) -> None:
    """Copy the demo corpus, and let "ana" have coded the first half of the seed article as the gold has it."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    (folder / "annotations").mkdir()
    for name in ("codebook.toml", "coder_a.jsonl", "coder_b.jsonl"):
        shutil.copy(ROOT / "annotations" / name, folder / "annotations" / name)
    corpus, book = Corpus.read(folder / "seeds"), Codebook.read(folder / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus, book).annotations("gold", article=SEED)
    with AnnotationStore(folder / "annotations", corpus, book).writer("ana") as log:
        for annotation in gold:
            if not annotation.all_spans or annotation.all_spans[0].start < 1000:
                log.add(annotation.record)


def open_widget(lab: Lab, page: Any, name: str, source: str) -> None:
    """Run a notebook of two cells, the second of which shows a widget."""
    lab.write_notebook(name, [SETUP, source])
    lab.open(page, name)
    page.keyboard.press("Control+b")  # the file browser takes a quarter of the width
    lab.run_cell(page, 0)
    lab.run_cell(page, 1)
    page.wait_for_selector(".ctn-pane", timeout=60_000)
    page.locator(".ctn-pane").focus()


def shoot(page: Any, path: Path) -> None:
    """Take the picture when everything has come to rest."""
    page.mouse.move(5, 5)
    time.sleep(1.0)
    page.screenshot(path=path)
    print(f"{path}: {path.stat().st_size // 1024} kB")


def shoot_annotator(lab: Lab, page: Any, path: Path) -> None:
    """Show a stance of the seed article."""
    open_widget(lab, page, "annotate.ipynb", ANNOTATE)
    for key in ("PageDown", *["Shift+Tab"] * 3):
        page.keyboard.press(key)
    shoot(page, path)


def shoot_adjudicator(lab: Lab, page: Any, path: Path) -> None:
    """Show two decisions and the conflict after them."""
    open_widget(lab, page, "adjudicate.ipynb", ADJUDICATE)
    for key in ("1", "2", "1"):
        page.keyboard.press(key)
    shoot(page, path)


def main() -> None:
    """Start JupyterLab once for each theme."""
    images = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for theme, name in (("JupyterLab Light", "annotator-light"), ("JupyterLab Dark", "annotator-dark")):
        with tempfile.TemporaryDirectory() as place, start_browser() as browser:
            folder = Path(place)
            prepare(folder)
            page = browser.new_page(viewport={"width": 1200, "height": 800})
            with start_lab(folder, theme=theme) as lab:
                shoot_annotator(lab, page, images / f"{name}.png")
                if "Light" in theme:
                    shoot_adjudicator(lab, page, images / "adjudicator.png")


if __name__ == "__main__":
    main()
