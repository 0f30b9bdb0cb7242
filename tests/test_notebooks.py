"""The notebooks run from a clean kernel, leave nothing behind, and are committed without outputs."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.cell_type != "code" or (not cell.outputs and cell.execution_count is None)


@pytest.fixture(scope="module")
def checkout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the notebooks read, so that nothing they might write ends up in the work tree."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("annotations", "seeds", "notebooks"):
        shutil.copytree(root / folder, copy / folder)
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, checkout: Path) -> None:
    before = {file: file.read_bytes() for file in (checkout / "annotations").rglob("*") if file.is_file()}
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(checkout / "notebooks")}}).execute()
    errors = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert not errors
    assert {file: file.read_bytes() for file in (checkout / "annotations").rglob("*") if file.is_file()} == before
