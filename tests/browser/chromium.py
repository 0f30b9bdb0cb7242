"""A browser for tests: Debian's or the user's Chromium, one a test module."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The path of a Chromium: that of CORPUS_TOOLS_CHROMIUM, or the first one on the path."""
    named = os.environ.get("CORPUS_TOOLS_CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def start_browser(**options: Any) -> Iterator[Any]:
    """Start a browser, or skip the test and say loudly what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TESTS: pip install playwright")
    path = find_chromium()
    if path is None:
        pytest.skip("NO BROWSER TESTS: there is no Chromium; apt-get install chromium, or set CORPUS_TOOLS_CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS), **options)
        try:
            yield browser
        finally:
            browser.close()
