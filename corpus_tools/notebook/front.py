"""The part that runs in the browser: one ES module and one style sheet, put together from the files beside this one.

A widget loads exactly one module and no network is there to fetch others from, so the parts are plain scripts without
imports, set one after the other before the module that uses them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from corpus_tools.render.styles import read_styles

__all__ = ["read_module", "read_sheet"]

PARTS = {
    "annotator": "offsets page outbox text cursor keys items draft dialogs side desk stances marking".split(),
    "adjudicator": "offsets page outbox text cursor keys items dialogs side desk groups".split(),
}
"""What each module is made of, in order: a part may use those before it."""


@cache
def read_module(name: str) -> str:
    """Return the ES module of a widget: the parts, then ``<name>.js`` with its one export."""
    folder = files("corpus_tools.notebook")
    parts = [folder / "parts" / f"{part}.js" for part in PARTS[name]]
    return "\n".join(file.read_text(encoding="utf-8") for file in (*parts, folder / f"{name}.js"))


@cache
def read_sheet() -> str:
    """Return the style sheet of both widgets, the renderer's colours and lines first."""
    return read_styles() + (files("corpus_tools.notebook") / "annotator.css").read_text(encoding="utf-8")
