"""Fixtures of the page tests; a module asks for them with `pytest_plugins = ("browser.fixtures",)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.bench import Bench
from browser.chromium import start_browser
from browser.place import PLAIN, Place


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with start_browser() as started:
        yield started


@pytest.fixture(scope="module")
def bench(browser: Any) -> Bench:
    return Bench(browser)


@pytest.fixture
def place(bench: Bench, tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Make places: an annotator over the given texts (or two plain ones), shown on the bench."""
    made: list[Place] = []

    def make(*texts: Any, **options: Any) -> Place:
        made.append(Place(bench, tmp_path, texts or (PLAIN, "Second article. It rains."), **options))
        return made[-1]

    yield make
    for item in made:
        item.widget.close()
    assert not bench.errors
