"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
