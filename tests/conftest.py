"""Fixtures that every test may ask for."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus_tools.cli import main

ROOT = Path(__file__).resolve().parent.parent

# jsonschema does without it; with it, each process that imports jsonschema compiles 38 grammars of addresses, for a
# format that no schema here asks for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_collection_finish() -> None:
    """Keep what was imported and collected, which stays until the end, out of every later garbage collection."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let it go at the end, or libraries in C++ report it as leaked."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with public data that lies beside the project and is never committed."""
    folder = Path(os.environ.get("CORPUS_TOOLS_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no public data at {folder}: set CORPUS_TOOLS_SHARED to the folder that holds data/")
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process; return (status, stdout, stderr)."""
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # main() sets its own; put it back afterwards

    def run(*arguments: object) -> tuple[int, str, str]:
        status = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        done = capsys.readouterr()
        return status, done.out, done.err

    return run
