"""The ready notebook: written once, with paths that hold anywhere, and running from a clean kernel."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from corpus_tools.notebook.starter import write_starter
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)


def test_names_with_quotes_and_braces_stay_strings(tmp_path):
    odd = tmp_path / "it's {odd}"
    odd.mkdir()
    (odd / "codebook.toml").write_text("", "utf-8")
    path = write_starter(tmp_path / "n.ipynb", articles=odd, annotations=odd, coder="ana")
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    compile(source, "cells", "exec")
    assert repr(str(odd.resolve())) in source


def test_a_notebook_that_is_there_is_kept(world, tmp_path):
    path = tmp_path / "n.ipynb"
    path.write_text("mine", "utf-8")
    assert write_starter(path, articles=world.articles, annotations=world.annotations, coder="ana") == path
    assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize("missing", ["articles", "annotations"])
def test_what_is_missing_is_named(world, tmp_path, missing):
    places = {"articles": world.articles, "annotations": world.annotations} | {missing: tmp_path / "nowhere"}
    with pytest.raises(InputError, match="nowhere"):
        write_starter(tmp_path / "n.ipynb", **places, coder="ana")
    assert not (tmp_path / "n.ipynb").exists()


@pytest.mark.slow
def test_it_runs_and_holds_the_coders_log(world, tmp_path):
    own = tmp_path / "annotations"  # the world is everybody's, and a new coder's log stays
    shutil.copytree(world.annotations, own)
    command = ["annotate", str(world.articles), "--annotations", str(own), "--coder", "eva", "--no-open"]
    done = subprocess.run(
        [sys.executable, "-m", "corpus_tools", *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "annotate-eva.ipynb\n"), done.stderr
    notebook = nbformat.read(tmp_path / "annotate-eva.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = notebook.cells[-1].outputs[0].data
    assert "application/vnd.jupyter.widget-view+json" in shown, json.dumps(shown)[:300]


def test_a_coder_that_is_no_file_name_is_refused(world, tmp_path):
    command = ["annotate", str(world.articles), "--annotations", str(world.annotations), "--coder", "../eva"]
    done = subprocess.run(
        [sys.executable, "-m", "corpus_tools", *command, "--no-open"], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "../eva" in done.stderr
    assert not Path(tmp_path / "annotate-../eva.ipynb").exists()
