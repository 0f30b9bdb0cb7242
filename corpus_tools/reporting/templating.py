"""The templates of the reports, and the page that each HTML report fills: no network, no script, one style sheet."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from corpus_tools._version import __version__
from corpus_tools.render import escape_name, read_styles

__all__ = ["find_template", "fill_page"]


def fill_page(name: str, *, title: str, **values: Any) -> str:
    """Return the page of a template that extends `base.html`.

    Parameters
    ----------
    name
        The template's file.
    title
        Heading of the page; direction controls in it are spelled out, since it also names the browser's window.
    **values
        What the template shows; text is escaped, `Markup` is not.
    """
    styles = Markup(read_styles() + "\n" + _read_page_styles())
    return find_template(name).render(title=Markup(escape_name(title)), version=__version__, styles=styles, **values)


def find_template(name: str) -> Template:
    """Return a template by its file's name; in HTML what it is given is escaped, in Markdown it is not."""
    return _environment().get_template(name)


def _read_page_styles() -> str:
    return (files("corpus_tools.reporting") / "templates" / "page.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("corpus_tools.reporting", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
