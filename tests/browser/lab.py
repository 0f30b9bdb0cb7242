"""A real JupyterLab for tests: one server, notebooks in it, and what hands can do there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

START = 90.0  # seconds that a cold start may take
IDLE = """(() => { const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === "connected" && kernel.status === "idle"; })()"""


class Lab:
    """A running server over a folder."""

    def __init__(self, folder: Path, address: str, token: str) -> None:
        self.folder = folder
        self.address = address
        self.token = token

    def write_notebook(self, name: str, cells: Sequence[str]) -> None:
        """Write a notebook; a cell that begins with # is markdown."""
        made = [make_cell(number, source) for number, source in enumerate(cells)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        content = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / name).write_text(json.dumps(content), "utf-8")

    def open(self, page: Any, name: str) -> None:
        """Open a notebook and wait until its kernel is idle: a Shift+Enter before that is lost."""
        page.goto(f"{self.address}/lab/tree/{name}?token={self.token}&reset")
        self.wait_for_kernel(page)

    def wait_for_kernel(self, page: Any) -> None:
        """Wait until the kernel of the notebook in front is connected and idle."""
        page.wait_for_function(IDLE, timeout=START * 1000)

    def run_cell(self, page: Any, number: int) -> None:
        """Run a cell by keyboard."""
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(number).click()
        page.keyboard.press("Shift+Enter")
        prompt = f"document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[{number}].textContent"
        page.wait_for_function(f"!{prompt}.includes('[ ]')", timeout=START * 1000)


def make_cell(number: int, source: str) -> dict[str, Any]:
    """One cell of a notebook."""
    common = {"id": f"cell-{number}", "metadata": {}, "source": source}
    if source.startswith("#"):
        return {**common, "cell_type": "markdown"}
    return {**common, "cell_type": "code", "execution_count": None, "outputs": []}


def count_cells(page: Any) -> int:
    """How many cells the notebook has, those out of sight included."""
    return int(page.evaluate("jupyterapp.shell.currentWidget.content.model.cells.length"))


def kill(pid_file: Path) -> None:
    """Kill the kernel that wrote its process id there."""
    os.kill(int(pid_file.read_text()), signal.SIGKILL)


@contextmanager
def start_lab(folder: Path, *, theme: str = "JupyterLab Light") -> Iterator[Lab]:
    """Start JupyterLab over a folder, with no settings but these."""
    pytest.importorskip("jupyterlab", reason="NO JUPYTERLAB TESTS: pip install jupyterlab")
    config = folder / ".jupyter"
    places = {"JUPYTER_CONFIG_DIR": "", "JUPYTERLAB_SETTINGS_DIR": "lab", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    environment = os.environ | {name: str(config / part) for name, part in places.items()}
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        "--port=0",
    ]
    command += ["--IdentityProvider.token=test", f"--ServerApp.root_dir={folder}"]
    settings = config / "lab" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', "utf-8")
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}), "utf-8")
    log = folder / ".jupyter-server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder)
    try:
        yield Lab(folder, find_address(log, server), "test")
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def find_address(log: Path, server: subprocess.Popen[bytes]) -> str:
    """Wait until the server says where it is."""
    until = time.monotonic() + START
    while time.monotonic() < until and server.poll() is None:
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", log.read_text("utf-8", "replace"))
        if found:
            return f"http://127.0.0.1:{found[1]}"
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
