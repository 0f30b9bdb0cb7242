"""The style sheet of everything that `render` draws."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from corpus_tools.render.palette import build_underlines

_SHEETS = ("colours.css", "article.css", "charts.css", "dependencies.css")


@cache
def read_styles() -> str:
    """Return the CSS to put once into a page (in a ``style`` element) for the output of the render functions."""
    folder = files("corpus_tools.render") / "assets"
    sheets = [(folder / name).read_text(encoding="utf-8") for name in _SHEETS]
    return "\n".join((*sheets, build_underlines()))
