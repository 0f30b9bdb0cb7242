"""The parse cache: what is there is not parsed again, what is damaged is, and nothing is half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from corpus_tools.language import batches, running, shelves
from corpus_tools.language import cache as cache_room
from corpus_tools.language.models import find_package
from corpus_tools.language.parses import Parses, parse
from corpus_tools.language.pipeline import describe_configuration
from corpus_tools.language.shards import Job, decode_header, encode, hash_configuration, key_of
from corpus_tools.language.tokens import COLUMNS
from corpus_tools.language.workers import send
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError, InputWarning

TEXTS = {f"a{number}": f"Article {number} can't wait. Niamey said “no” {number} times." for number in range(8)}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the articles that were really parsed, in order; the real work is done."""
    ids: list[str] = []
    real = running.parse_jobs

    def note(jobs: Any, *rest: Any) -> Any:
        ids.extend(job.article for job in jobs)
        return real(jobs, *rest)

    monkeypatch.setattr(running, "parse_jobs", note)
    return ids


def parse_texts(texts: dict[str, str], cache: Path | None, **options: Any) -> Parses:
    options = {"processors": ["tokenize", "mwt"], "workers": 1, "progress": False} | options
    return parse([Article(name, text) for name, text in texts.items()], cache=cache, **options)


def shards_of(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.parquet"))


def test_second_run_parses_nothing_and_gives_the_same(tmp_path: Path, parsed: list[str]) -> None:
    first = parse_texts(TEXTS, tmp_path)
    assert parsed == list(TEXTS)
    second = parse_texts(TEXTS, tmp_path)
    assert parsed == list(TEXTS)
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    assert len(shards_of(tmp_path)) == 1


def test_memory_and_folder_give_the_same(tmp_path: Path) -> None:
    pd.testing.assert_frame_equal(parse_texts(TEXTS, None).to_frame(), parse_texts(TEXTS, tmp_path).to_frame())


def test_second_run_loads_neither_torch_nor_stanza(tmp_path: Path) -> None:
    parse_texts(TEXTS, tmp_path)
    code = (
        "import sys; from corpus_tools.language.parses import parse; from corpus_tools.text.article import Article;"
        f"parses = parse([Article(n, t) for n, t in {TEXTS!r}.items()], cache={str(tmp_path)!r},"
        "processors=['tokenize', 'mwt']);"
        "print(sum(len(p.tokens) for p in parses), {'torch', 'stanza'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    words = sum(len(found.tokens) for found in parse_texts(TEXTS, tmp_path))
    assert done.stdout.strip() == f"{words} set()"
    assert done.stderr == "", "no progress bar where nothing is to be done"


def test_progress_goes_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parse_texts(TEXTS, tmp_path, progress=True)
    output = capsys.readouterr()
    assert output.out == ""
    assert "8/8" in output.err


def test_new_articles_cost_only_themselves(tmp_path: Path, parsed: list[str]) -> None:
    parse_texts({name: TEXTS[name] for name in list(TEXTS)[:5]}, tmp_path)
    parsed.clear()
    parses = parse_texts(TEXTS, tmp_path)
    assert parsed == list(TEXTS)[5:]
    assert parses.ids == list(TEXTS)


def test_one_text_under_two_ids_is_parsed_once(tmp_path: Path, parsed: list[str]) -> None:
    parses = parse_texts({"first": TEXTS["a0"], "second": TEXTS["a0"]}, tmp_path)
    assert parsed == ["first"]
    pd.testing.assert_frame_equal(parses["first"].tokens, parses["second"].tokens)
    assert parses["second"].article.id == "second"


def test_what_can_never_be_parsed_is_not_tried_again(tmp_path: Path, parsed: list[str]) -> None:
    texts = {"blank": " \n", "controls": "\x85\x80", "good": "Yes."}
    parse_texts(texts, tmp_path)
    assert parsed == ["controls", "good"]
    again = parse_texts(texts, tmp_path)
    assert parsed == ["controls", "good"]
    assert again.skipped["article"].tolist() == ["blank", "controls"]


def test_passing_failures_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus_tools.language import pipeline

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_run", lambda *_: (_ for _ in ()).throw(MemoryError("no memory")))
        assert parse_texts({"a": "Yes."}, tmp_path).skipped["reason"].tolist() == ["MemoryError: no memory"]
    assert parse_texts({"a": "Yes."}, tmp_path).ids == ["a"]


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "rename"])
def test_a_damaged_shard_is_set_aside_and_parsed_again(tmp_path: Path, parsed: list[str], damage: str) -> None:
    before = parse_texts(TEXTS, tmp_path).to_frame()
    (shard,) = shards_of(tmp_path)
    data = bytearray(shard.read_bytes())
    if damage == "flip":
        data[len(data) // 3] ^= 4
    if damage == "rename":
        shard = shard.rename(shard.with_name(shard.name.replace(".parquet", "0.parquet")))
    shard.write_bytes({"cut": data[:-7], "empty": b""}.get(damage, bytes(data)))
    parsed.clear()
    with pytest.warns(InputWarning, match="damaged shard.*set aside"):
        after = parse_texts(TEXTS, tmp_path)
    assert parsed == list(TEXTS)
    pd.testing.assert_frame_equal(after.to_frame(), before)
    assert [path.name for path in tmp_path.rglob("*.corrupt")] == [f"_{shard.name}.corrupt"]


def test_a_shard_that_changes_under_open_parses_is_noticed(tmp_path: Path) -> None:
    parses = parse_texts(TEXTS, tmp_path)
    (shard,) = shards_of(tmp_path)
    shard.write_bytes(shard.read_bytes() + b"x")
    with pytest.raises(InputError, match="changed or removed after it was opened.*parse\\(\\) again"):
        _ = parses["a0"].tokens
    shard.unlink()
    with pytest.raises(InputError, match="changed or removed"):
        _ = parses["a1"].tokens


def test_a_text_that_changes_under_open_parses_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Before it.", "utf-8")
    parses = parse(Corpus.read(folder), processors=["tokenize"], workers=1, progress=False)
    assert len(parses["a"].tokens) == 3
    (folder / "a.txt").write_text("After this, now.", "utf-8")
    with pytest.raises(InputError):
        _ = parses["a"].tokens


def test_configurations_do_not_mix(tmp_path: Path, parsed: list[str]) -> None:
    parse_texts({"a": "Yes."}, tmp_path, processors=["tokenize"])
    parse_texts({"a": "Yes."}, tmp_path, processors=["tokenize", "mwt"])
    assert parsed == ["a", "a"]
    folders = sorted((tmp_path / "parses").iterdir())
    assert len(folders) == 2
    for folder in folders:
        assert hash_configuration(json.loads((folder / "_configuration.json").read_text("utf-8"))) == folder.name


def test_keys_depend_on_text_and_on_every_part_of_the_configuration() -> None:
    configuration = parse_texts({"a": "Yes."}, None).configuration
    assert {"schema", "stanza", "language", "models", "processors", "options"} <= configuration.keys()
    hashes = {hash_configuration(configuration)}
    for part in configuration:
        hashes.add(hash_configuration({**configuration, part: "other"}))
    assert len(hashes) == len(configuration) + 1
    assert key_of("0" * 64, min(hashes)) != key_of("1" * 64, min(hashes)) != key_of("1" * 64, max(hashes))


def test_cache_must_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(InputError, match="the cache is a file"):
        parse_texts(TEXTS, tmp_path / "file")


def test_reading_needs_no_right_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parse_texts(TEXTS, tmp_path)

    def refuse(*_: Any) -> None:
        raise AssertionError("a run that has everything wrote something")

    monkeypatch.setattr(shelves, "_write_durably", refuse)
    assert len(parse_texts(TEXTS, tmp_path)) == len(TEXTS)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        parse_texts(TEXTS, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_two_attempts_that_differ_raise_the_alarm(tmp_path: Path) -> None:
    before = parse_texts(TEXTS, tmp_path).to_frame()
    configuration = parse_texts(TEXTS, tmp_path).configuration
    jobs = [Job(name, key_of(Article(name, text).fingerprint, hash_configuration(configuration)), text)
            for name, text in TEXTS.items()]  # fmt: skip
    store = cache_room.open_store(tmp_path, configuration)
    tables = [(job, store.load(job.key)) for job in jobs]
    with pytest.warns(InputWarning, match="two parses of the same articles differ"):
        store.add(encode([(job, table.slice(0, table.num_rows - 1)) for job, table in tables], [], configuration))
    store.add(encode(tables, [], configuration))  # the same bytes again are no alarm
    with pytest.warns(InputWarning, match="two parses of the same articles differ"):
        after = parse_texts(TEXTS, tmp_path).to_frame()
    assert len(after) in (len(before), len(before) - len(TEXTS)), "one of the two, never a mixture"


def test_shards_are_one_parquet_data_set(tmp_path: Path) -> None:
    parses = parse_texts(TEXTS, tmp_path)
    table = pq.read_table(shards_of(tmp_path)[0])
    assert table.column_names == ["key", "article", *COLUMNS]
    assert table.num_rows == len(parses.to_frame())
    assert set(table["article"].to_pylist()) == set(TEXTS)


@pytest.mark.parametrize("reader", ["duckdb", "polars", "pandas"])
def test_the_data_set_opens_as_it_is(tmp_path: Path, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library: Any = pytest.importorskip(reader)
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 100)  # several shards
    expected = parse_texts(TEXTS, tmp_path).to_frame()
    folder = shards_of(tmp_path)[0].parent
    assert len(shards_of(tmp_path)) > 1
    if reader == "duckdb":
        found = library.sql(f"select * from '{folder}/*.parquet'").df()
    elif reader == "polars":
        found = library.read_parquet(folder / "*.parquet").to_pandas()
    else:
        found = pd.concat([library.read_parquet(path) for path in shards_of(tmp_path)])
    assert list(found.columns) == ["key", "article", *COLUMNS]
    order = ["article", "token", "word"]
    found, expected = (frame.sort_values(order, ignore_index=True) for frame in (found, expected))
    pd.testing.assert_frame_equal(found[["article", *COLUMNS]], expected, check_dtype=False)


def test_encoding_is_deterministic_and_holds_only_reasons_if_need_be() -> None:
    job = Job("a", "0" * 64, "\x85")
    data = encode([], [(job, "no words in the text")], {"schema": 1})
    assert data == encode([], [(job, "no words in the text")], {"schema": 1})
    assert decode_header(data).skipped == {"0" * 64: "no words in the text"}
    assert decode_header(data).rows == {}


PROGRAM = """
import sys
from corpus_tools.language import batches
from corpus_tools.language.parses import parse
from corpus_tools.text.article import Article
batches.BATCH_CHARACTERS = 1_500
texts = {f"a{n}": f"Article {n} can't wait. Niamey said no {n} times. " * 20 for n in range(6)}
parses = parse([Article(n, t) for n, t in texts.items()], cache=sys.argv[1], workers=int(sys.argv[2]), progress=False)
print(len(parses))
"""


def run_program(cache: Path, workers: int) -> subprocess.Popen[str]:
    # From standard input: there is no __main__ that a worker could import.
    process = subprocess.Popen(
        [sys.executable, "-", str(cache), str(workers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(PROGRAM)
    process.stdin.close()
    return process


def finish(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    output = process.stdout.read()
    assert process.wait(timeout=300) == 0
    return output.strip()


@pytest.mark.slow
def test_killed_run_resumes_and_ends_with_the_same_bytes_with_workers_too(tmp_path: Path) -> None:
    assert finish(run_program(tmp_path / "whole", 1)) == "6"
    expected = {path.name: path.read_bytes() for path in shards_of(tmp_path / "whole")}
    assert len(expected) == 6
    for workers in (1, 2):
        cache = tmp_path / f"killed{workers}"
        process = run_program(cache, workers)
        deadline = time.monotonic() + 120
        while not shards_of(cache) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert finish(run_program(cache, workers)) == "6"
        assert {path.name: path.read_bytes() for path in shards_of(cache)} == expected


@pytest.mark.slow
def test_two_runs_at_once_on_one_cache(tmp_path: Path) -> None:
    both = [run_program(tmp_path, 1), run_program(tmp_path, 1)]
    assert [finish(process) for process in both] == ["6", "6"]
    assert len(shards_of(tmp_path)) == 6
    assert [path.name for path in tmp_path.rglob("*.tmp")] == []


@pytest.mark.slow
def test_a_worker_whose_caller_is_gone_ends_without_a_word(tmp_path: Path) -> None:
    package = find_package("lite", "en", ["tokenize", "mwt"])
    settings = {**asdict(package), "folder": str(package.folder)}
    batch = [{"article": "a", "key": "0" * 64, "text": "One."}]
    command = [sys.executable, "-m", "corpus_tools.language.worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.close()  # what the death of the caller does
        send(process.stdin, json.dumps([settings, describe_configuration(package)]).encode("ascii"))
        send(process.stdin, json.dumps(batch).encode("ascii"))
        complaint = process.stderr.read().decode()
        assert (process.wait(timeout=120), complaint) == (0, "")


@pytest.mark.slow
def test_a_text_that_kills_its_worker_is_skipped_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A real worker process and a real signal: only the trigger is planted, in a module that Python imports first.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "if 'corpus_tools.language.worker' in ' '.join(sys.orig_argv):\n"
        "    from corpus_tools.language import batches\n"
        "    real = batches.parse_jobs\n"
        "    def deadly(jobs, *rest):\n"
        "        if any('poison' in job.text for job in jobs): os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return real(jobs, *rest)\n"
        "    batches.parse_jobs = deadly\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    parses = parse_texts({"a": "One.", "bad": "poison", "b": "Two."}, tmp_path / "cache", workers=2)
    assert parses.ids == ["a", "b"]
    assert parses.skipped.values.tolist() == [["bad", "the worker process was killed (signal 9)"]]
