"""Bad input on the command line: it ends in one line that says what, where and what to do, and status 1."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from small_world import CODEBOOK

from corpus_tools.annotation.codec import Event, decode, encode
from corpus_tools.learning.saving import FORMAT

pytest_plugins = ("small_world_fixture",)


def check_refusal(done, *words):
    """Status 1 and, besides the progress of `run`, one line on stderr that names what and where."""
    status, out, err = done
    lines = [line for line in err.splitlines() if not line.endswith((" …", " s"))]
    assert status == 1 and out == ""
    assert len(lines) == 1 and lines[0].startswith("error: "), err
    for word in words:
        assert word in lines[0], (word, lines[0])


def empty_folder(folder):
    shutil.rmtree(folder / "articles")
    (folder / "articles").mkdir()


def binary_file(folder):
    (folder / "articles" / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))


def wrong_encoding(folder):
    (folder / "articles" / "latin.txt").write_bytes("Le Président a parlé à Niamey.".encode("cp1252"))


def empty_article(folder):
    (folder / "articles" / "void.txt").write_text("", "utf-8")


BAD_ARTICLES = {
    "no such folder": (lambda folder: shutil.rmtree(folder / "articles"), ["articles"]),
    "empty folder": (empty_folder, ["articles"]),
    "binary file": (binary_file, ["picture.txt"]),
    "wrong encoding": (wrong_encoding, ["latin.txt", "0xe9"]),
    "empty article": (empty_article, ["void.txt"]),
}


@pytest.mark.parametrize("fault", BAD_ARTICLES)
@pytest.mark.parametrize("command", ["run", "parse", "duplicates"])
def test_bad_articles(call, copy, world, fault, command):
    spoil, words = BAD_ARTICLES[fault]
    spoil(copy)
    more = {
        "run": ["--annotations", copy / "annotations", "--out", copy / "out", "--cache", world.cache],
        "parse": ["--cache", world.cache], "duplicates": [],
    }[command]  # fmt: skip
    check_refusal(call(command, copy / "articles", *more), *words)
    assert not (copy / "out").exists()


def test_two_articles_with_one_id(call, tmp_path):
    file = tmp_path / "articles.jsonl"
    file.write_text('{"id":"a","text":"One."}\n{"id":"b","text":"Two."}\n{"id":"a","text":"Three."}\n', "utf-8")
    check_refusal(call("duplicates", file), "articles.jsonl:3", "'a'", "1")


def test_an_id_that_leaves_the_folder(call, tmp_path):
    file = tmp_path / "articles.jsonl"
    file.write_text('{"id":"../../etc/passwd","text":"One."}\n', "utf-8")
    check_refusal(call("duplicates", file), "articles.jsonl:1", "../../etc/passwd")


def change_line(file, number, **changes):
    """Rewrite one record of a log with changed keys and a sound checksum, as a careless script would."""
    lines = file.read_bytes().splitlines(keepends=True)
    event = decode(lines[number - 1], where="test")
    lines[number - 1] = encode(Event({**event.fields, **changes}))
    file.write_bytes(b"".join(lines))


SPAN = {"start": 5, "end": 100_000, "quote": None, "prefix": None, "suffix": None}
BAD_RECORDS = {
    "unknown article": ({"article": "nowhere"}, ["'nowhere'"]),
    "unknown label": ({"label": "influenza"}, ["'influenza'"]),
    "offset past the end": ({"spans": [SPAN]}, ["past the end"]),
    "changed text": ({"sha256": "0" * 64}, ["changed"]),
}


@pytest.mark.parametrize("fault", BAD_RECORDS)
def test_validate_names_file_and_line_of_a_bad_record(call, copy, fault):
    changes, words = BAD_RECORDS[fault]
    change_line(copy / "annotations" / "gold.jsonl", 1, **changes)
    status, out, err = call("validate", copy / "annotations", "--corpus", copy / "articles")
    faults = [line for line in out.splitlines() if "unverified" not in line]
    assert (
        status == 1 and len(faults) == 1 and "gold.jsonl:1: " in faults[0] and all(word in faults[0] for word in words)
    )
    assert err.startswith("1 faults") and "; " in faults[0], "a remedy is given"


@pytest.mark.parametrize("fault", BAD_RECORDS)
def test_run_refuses_a_bad_record(call, copy, world, fault):
    """A main job must not train on gold that does not fit its articles or its codebook."""
    changes, words = BAD_RECORDS[fault]
    change_line(copy / "annotations" / "gold.jsonl", 1, **changes)
    done = call(
        "run",
        copy / "articles",
        "--annotations",
        copy / "annotations",
        "--out",
        copy / "out",
        "--cache",
        world.cache,
        "--folds",
        3,
    )
    check_refusal(done, "gold.jsonl:1", *words)


@pytest.mark.parametrize("command", ["run", "train", "agreement", "validate"])
def test_a_torn_line_in_the_middle_is_named(call, copy, world, command):
    file = copy / "annotations" / "gold.jsonl" if command != "agreement" else copy / "annotations" / "ana.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:40] + b"\n"
    file.write_bytes(b"".join(lines))
    arguments = {
        "run": [copy / "articles", "--annotations", copy / "annotations", "--out", copy / "out"],
        "train": [copy / "articles", "--annotations", copy / "annotations", "--out", copy / "out"],
        "agreement": [copy / "annotations"], "validate": [copy / "annotations"],
    }[command]  # fmt: skip
    status, out, err = call(command, *arguments)
    assert status == 1 and f"{file.name}:2" in out + err and "Traceback" not in err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: shutil.rmtree(folder), ["annotations"]),
        (lambda folder: (folder / "codebook.toml").unlink(), ["codebook.toml"]),
        (lambda folder: (folder / "codebook.toml").write_text(CODEBOOK + "\n[[frame]\n", "utf-8"), ["codebook.toml"]),
        (lambda folder: (folder / "coders.toml").unlink(), ["adjudicator"]),
        (lambda folder: (folder / "gold.jsonl").unlink(), ["gold"]),
    ],
    ids=["no folder", "no codebook", "broken codebook", "no roles", "no gold"],
)
@pytest.mark.parametrize("command", ["run", "train"])
def test_bad_folders_of_annotations(call, copy, world, command, spoil, words):
    spoil(copy / "annotations")
    folders = [copy / "articles", "--annotations", copy / "annotations", "--cache", world.cache, "--out", copy / "out"]
    done = call(command, *folders)
    check_refusal(done, *words)


def test_an_unknown_article_to_judge(call, world, tmp_path):
    done = call(
        "run",
        world.articles,
        "--annotations",
        world.annotations,
        "--out",
        tmp_path / "out",
        "--judge",
        "a99",
        "--cache",
        world.cache,
    )
    check_refusal(done, "'a99'", "a00")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("folds", [0, 1, 50])
def test_folds_that_cannot_be_made(call, world, tmp_path, folds):
    folders = [world.articles, "--annotations", world.annotations, "--cache", world.cache, "--out", tmp_path / "out"]
    status, out, err = call("run", *folders, "--folds", folds)
    assert status in (1, 2) and not out and "fold" in err and "Traceback" not in err


@pytest.mark.parametrize("workers", ["many", "0", "-2", "1.5"])
def test_a_wrong_number_of_workers(call, world, workers):
    status, out, err = call("parse", world.articles, "--cache", world.cache, "--workers", workers)
    assert status in (1, 2) and not out and "workers" in err and workers in err


def test_an_unknown_package(call, world):
    check_refusal(
        call("parse", world.articles, "--cache", world.cache, "--package", "no-such-package"), "no-such-package"
    )
    check_refusal(call("models", "path", "no-such-package"), "no-such-package")


def test_a_folder_that_is_no_model(call, world, tmp_path):
    check_refusal(call("detect", tmp_path, world.articles, "--cache", world.cache), str(tmp_path))


MANIFEST = {"format": FORMAT, "type": "FrameDetector", "parameters": {}, "versions": {}, "sha256": {}}
MANIFEST |= {"training_articles": {}, "probes": []}


@pytest.mark.parametrize(
    "change", [{"type": "Cobbler"}, {"sha256": 3}, {"training_articles": []}, {"parameters": None}]
)
def test_a_manifest_that_is_no_detectors_is_refused(call, world, tmp_path, change):
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST | change), "utf-8")
    check_refusal(call("detect", tmp_path, world.articles, "--cache", world.cache), str(tmp_path))


TREE = b"1\tRain\train\tNOUN\tNN\t_\tq\troot\t_\t_\n\n"


@pytest.mark.parametrize(
    ("command", "content"),
    [
        (["evaluate"], b"a=" + b"[" * 5_000),
        (["evaluate"], "kind = 'frame'".encode("utf-16")),
        (["evaluate", "--rerun"], b"[" * 200_000),
        (["models", "score"], b"\xf8\xff"),
        (["models", "score"], TREE),
        (["models", "score"], TREE.replace(b"1\t", b"one\t")),
        (["import", "--from", "brat", "--coder", "eva"], b"T1\tinfluence 0 4\tRain\n"),
    ],
    ids=["deep TOML", "UTF-16", "deep JSON", "no text", "no head", "no number", "marks without a text"],
)
def test_files_of_the_wrong_kind(call, world, tmp_path, command, content):
    (tmp_path / "given").write_bytes(content)
    folders = ["--annotations", tmp_path, "--corpus", world.articles] if command[0] == "import" else []
    check_refusal(call(*command, tmp_path / "given", *folders), str(tmp_path / "given"))


@pytest.mark.parametrize("command", ["duplicates", "validate"])
def test_pipes_are_not_waited_for(call, copy, world, command):
    os.mkfifo(copy / "articles" / "pipe.txt")
    os.mkfifo(copy / "annotations" / "eva.jsonl")
    if command == "duplicates":
        assert call(command, copy / "articles")[0] == 0
    else:
        status, out, _ = call(command, copy / "annotations", "--corpus", copy / "articles")
        assert status == 1 and "eva.jsonl: is not a regular file" in out


@pytest.mark.parametrize("name", ["x" * 300, "file/x"])
def test_names_that_no_file_can_have_end_in_one_line(call, copy, world, name):
    (copy / "file").touch()
    path = copy / name
    articles, annotations = copy / "articles", copy / "annotations"
    check_refusal(call("duplicates", path), str(path))
    check_refusal(call("validate", annotations, "--corpus", path), str(path))
    check_refusal(call("repair", path), str(path))
    check_refusal(call("export", annotations, path, "--to", "csv", "--corpus", articles), str(path))
    check_refusal(call("export", annotations, path, "--to", "brat", "--coder", "ana", "--corpus", articles), str(path))
    check_refusal(call("parse", articles, "--cache", world.cache, "--conllu", path), str(path))
    starter = ("annotate", articles, "--annotations", annotations, "--coder", "eva", "--no-open", "--notebook", path)
    check_refusal(call(*starter), str(path))


def test_output_into_a_file(call, world, tmp_path):
    (tmp_path / "out").write_text("in the way", "utf-8")
    done = call(
        "train", world.articles, "--annotations", world.annotations, "--out", tmp_path / "out", "--cache", world.cache
    )
    check_refusal(done, "out")
