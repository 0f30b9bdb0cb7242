"""The wheel carries everything that the main job needs, and does it outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CARRIED = (
    "corpus_tools/language/packages/lite/MANIFEST.json",
    "corpus_tools/language/packages/lite/resources.json",
    *(
        f"corpus_tools/language/packages/lite/en/{p}/lite.pt"
        for p in ("tokenize", "mwt", "pos", "lemma", "depparse", "ner", "pretrain")
    ),
    "corpus_tools/annotation/schema/annotation-v1.json",
    "corpus_tools/language/cues/en.toml",
    "corpus_tools/language/pieces/lite-en.npz",
    "corpus_tools/notebook/annotator.js",
    "corpus_tools/notebook/annotator.css",
    "corpus_tools/notebook/parts/keys.js",
    "corpus_tools/render/assets/article.css",
    "corpus_tools/reporting/templates/page.html",
    "corpus_tools/py.typed",
)
SEED = "niger-2023-11-15"
DATA = (".json", ".toml", ".css", ".html", ".js", ".svg", ".pt", ".npz", ".md")


def pip(*arguments, cwd):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel of a copy of the tree, since a build leaves files behind."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(root / "corpus_tools", tree / "corpus_tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tree / name)
    out = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", out, tree, cwd=out)
    (file,) = out.glob("corpus_tools-*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def test_the_wheel_carries_what_the_code_reads(root, wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert not set(CARRIED) - names
    package = root / "corpus_tools"
    there = {
        f"corpus_tools/{file.relative_to(package).as_posix()}"
        for file in package.rglob("*")
        if file.suffix in (".py", *DATA)
    }
    assert not there - names, "a file of the tree that the wheel lacks"
    assert not [name for name in names if name.startswith(("tests", "seeds", "annotations", "notebooks", "benchmarks"))]


def test_the_models_in_the_wheel_are_small(wheel):
    with zipfile.ZipFile(wheel) as archive:
        size = sum(info.file_size for info in archive.infolist() if "/packages/lite/" in info.filename)
    assert size <= 30 * 2**20


def run_outside(installed, folder, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONPATH": str(installed)}
    code = "import sys, corpus_tools, corpus_tools.cli as c; print(corpus_tools.__file__, file=sys.stderr); c.main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_commands_are_there(installed, tmp_path):
    assert (installed / "bin" / "corpus-tools").exists()
    done = run_outside(installed, tmp_path, "models", "path", "lite")
    assert done.returncode == 0 and Path(done.stdout.strip()).is_relative_to(installed)


def choose_articles(gold: Path, most: int = 20, each: int = 4) -> set[str]:
    """Articles of the gold log, the seed first, so that every frame is in as many as can be had, the rarest first."""
    frames, done = defaultdict(set), set()
    for line in gold.read_text("utf-8").splitlines():
        event = json.loads(line)
        if event.get("type") == "frame":
            frames[event["label"]].add(event["article"])
        if event["event"] == "status" and event["status"] == "done":
            done.add(event["article"])
    chosen = {SEED}
    for round_ in range(1, each + 1):
        for label in sorted(frames, key=lambda name: (len(frames[name]), name)):
            usable = frames[label] & done - {SEED}
            lacking = round_ - len(usable & chosen)
            weight = {a: -sum(a in others for others in frames.values()) for a in usable}
            chosen |= set(sorted(usable - chosen, key=lambda a: (weight[a], a))[: max(0, lacking)])
    rest = sorted(done - chosen)
    assert len(chosen) <= most, "the frames of the demo corpus overlap enough for twenty articles"
    return chosen | set(rest[: most - len(chosen)])


def test_the_main_job_runs_outside_the_checkout(root, installed, tmp_path):
    (tmp_path / "seeds").mkdir()
    shutil.copytree(root / "annotations", tmp_path / "annotations")
    chosen = choose_articles(root / "annotations" / "gold.jsonl")
    for name in chosen:
        shutil.copy(root / "seeds" / f"{name}.txt", tmp_path / "seeds")
    for log in (tmp_path / "annotations").glob("*.jsonl"):  # what was coded in the other articles stays behind
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(line for line in lines if json.loads(line)["article"] in chosen))
    assert len(list((tmp_path / "seeds").iterdir())) == 20
    done = run_outside(
        installed,
        tmp_path,
        "run",
        "seeds",
        "--annotations",
        "annotations",
        "--out",
        "report",
        "--judge",
        SEED,
        "--folds",
        "2",
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0].startswith(str(installed)), "the installed copy ran, not the checkout"
    for name in ("index.html", "detections.jsonl", "detections.csv", "evaluation.json", "manifest.json"):
        assert (tmp_path / "report" / name).stat().st_size > 0
    manifest = json.loads((tmp_path / "report" / "manifest.json").read_text("utf-8"))
    assert manifest["judged"] == [SEED] and SEED not in manifest["training"] and len(manifest["training"]) >= 18
