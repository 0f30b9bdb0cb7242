"""The command line: each verb on small inputs, wrong usage, and the program as a process of its own."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys

import pytest
from small_world import write_codebook

from corpus_tools.annotation.records import Frame
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.cli import main
from corpus_tools.learning.detections import COLUMNS

pytest_plugins = ("small_world_fixture",)


@pytest.fixture(scope="module")
def model(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "frames"
    try:
        main(
            [
                "train",
                str(world.articles),
                "--annotations",
                str(world.annotations),
                "--out",
                str(folder),
                "--cache",
                str(world.cache),
            ]
        )
    except SystemExit as stop:
        assert not stop.code
    return folder


def test_validate_sound_annotations(call, world):
    status, out, err = call("validate", world.annotations, "--corpus", world.articles)
    assert (status, out) == (0, "") and err.splitlines()[-1].startswith("0 faults, 0 unverified")


def test_validate_without_a_corpus_says_what_is_unverified(call, tmp_path):
    write_codebook(tmp_path)
    with AnnotationStore(tmp_path).writer("ana") as log:
        log.add(Frame("a", "ballot", [(0, 3)]))
    status, out, err = call("validate", tmp_path)
    assert status == 0 and "ana.jsonl:1: unverified" in out and err.startswith("0 faults, ")


def test_parse_prints_a_row_an_article_and_writes_conllu(call, world, tmp_path):
    status, out, _ = call(
        "parse",
        world.articles,
        "--cache",
        world.cache,
        "--format",
        "json",
        "--conllu",
        tmp_path / "all.conllu",
        "--workers",
        1,
    )
    rows = json.loads(out)
    assert status == 0 and [row["article"] for row in rows] == world.corpus.ids
    assert all(row["sentences"] >= 2 and row["words"] > 8 for row in rows)
    assert (tmp_path / "all.conllu").read_text("utf-8").count("\n\n") == sum(row["sentences"] for row in rows)


def test_duplicates(call, world, copy):
    shutil.copy(copy / "articles" / "a00.txt", copy / "articles" / "zz.txt")
    status, out, _ = call("duplicates", copy / "articles", "--format", "json")
    assert status == 0 and [(row["a"], row["b"]) for row in json.loads(out) if row["similarity"] == 1] == [
        ("a00", "zz")
    ]


def test_detect_with_a_saved_model(call, world, model):
    status, out, _ = call("detect", model, world.articles, "--cache", world.cache, "--format", "json")
    rows = json.loads(out)
    assert status == 0 and rows and set(rows[0]) == set(COLUMNS)
    assert all(row["quote"] == world.corpus[row["article"]].text[row["start"] : row["end"]] for row in rows)
    status, out, _ = call("detect", model, world.articles, "--cache", world.cache, "--format", "csv")
    assert status == 0 and len(list(csv.DictReader(io.StringIO(out)))) == len(rows)


def test_train_and_detect_stances(call, world, tmp_path):
    folder = tmp_path / "stances"
    more = ("--annotations", world.annotations, "--cache", world.cache)
    status, out, _ = call("train", world.articles, *more, "--out", folder, "--kind", "stance")
    assert (status, out) == (0, f"saved: {folder}\n")
    status, out, _ = call("detect", folder, world.articles, "--cache", world.cache, "--format", "json")
    assert status == 0 and {row["type"] for row in json.loads(out)} == {"stance"}


def test_models(call):
    status, out, _ = call("models", "path", "lite")
    assert status == 0 and out.strip().endswith("lite")
    status, out, _ = call("models", "list", "--format", "json")
    assert status == 0 and "lite" in {row["package"] for row in json.loads(out)}


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["run", "--help"], ["models", "--help"]])
def test_help_and_version(call, arguments):
    status, out, err = call(*arguments)
    assert status == 0 and out and not err


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run"],
        ["run", "x"],
        ["run", "x", "--annotations", "y"],
        ["agreement", "x", "--level", "word"],
        ["agreement", "x", "--format", "xml"],
        ["parse", "x"],
        ["run", "x", "--annotations", "y", "--out", "z", "--folds", "many"],
        ["train", "x", "--annotations", "y", "--out", "z", "--kind", "mood"],
        ["validate", "--wrong"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(call, arguments):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "") and "Error:" in err and "Traceback" not in err


def process(*arguments):
    code = "from corpus_tools.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=500, check=False
    )


def test_a_process_ends_with_status_1_and_one_line(tmp_path):
    done = process("duplicates", tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and str(tmp_path) in done.stderr


def test_python_m_is_a_way_in():
    done = subprocess.run(
        [sys.executable, "-m", "corpus_tools", "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "corpus-tools" in done.stdout


def test_a_reader_that_goes_away_is_no_error(world):
    """`corpus-tools validate … | head -0`"""
    code = f"from corpus_tools.cli import main; main(['agreement', {str(world.annotations)!r}, '--format', 'json'])"
    command = f'{sys.executable} -c "{code}" | head -c 1'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


@pytest.mark.slow
def test_the_main_job_as_a_process(world, tmp_path):
    done = process(
        "run",
        world.articles,
        "--annotations",
        world.annotations,
        "--out",
        tmp_path / "out",
        "--judge",
        "a00",
        "--cache",
        world.cache,
        "--folds",
        3,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(str(tmp_path / "out" / "index.html"))
    assert "frames found" in done.stdout and "stances found" in done.stdout
    assert "parsing" in done.stderr, "progress goes to stderr"
