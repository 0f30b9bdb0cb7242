"""What must not happen to a cache: a half shard, a lost article, a run that dies of one text."""

from __future__ import annotations

import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import polars
import pytest

from corpus_tools.language import pipeline
from corpus_tools.language.acceleration.sentences import Sentences
from corpus_tools.language.cache import ShelfStore, open_store
from corpus_tools.language.parses import parse
from corpus_tools.language.shards import Job, encode
from corpus_tools.language.tokens import COLUMNS, tabulate
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError, InputWarning

CONFIGURATION = {"schema": 1, "package": "none", "processors": ["tokenize"]}

WRITER = """
import sys
from corpus_tools.language.cache import open_store
from corpus_tools.language.batches import plan_batches
from test_language_robust import CONFIGURATION, jobs, shard_of
store = open_store(sys.argv[1], CONFIGURATION)
print("open", flush=True)
for batch in plan_batches(jobs(), store):
    store.add(shard_of(batch))
print("done", flush=True)
"""
"""The layer of shards alone, as fast as it goes, so that signals meet it in the middle of a write."""


def jobs() -> list[Job]:
    texts = [f"Article {number} says no . " * 800 for number in range(120)]
    return [Job(f"a{number}", f"{number:064x}", text) for number, text in enumerate(texts)]


def shard_of(batch: list[Job], upos: str = "NOUN") -> bytes:
    """A shard of tables that were cut at blanks, not parsed."""
    tables = []
    for job in batch:
        tokens = job.text.split()
        place = -1
        ends = [place := place + 1 + len(token) for token in tokens]
        starts = [end - len(token) for end, token in zip(ends, tokens, strict=True)]
        sentences = Sentences([tokens], [[(token,) for token in tokens]], {"upos": [upos] * len(tokens)})
        tables.append((job, tabulate(sentences, starts, ends, job.text)))
    return encode(tables, [], CONFIGURATION)


def shards_of(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.rglob("*.parquet")}


def start_writer(cache: Path) -> subprocess.Popen[str]:
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n{WRITER}"
    process = subprocess.Popen([sys.executable, "-c", code, str(cache)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "open\n"
    return process


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_and_leave_nothing_half(tmp_path: Path) -> None:
    began = time.monotonic()
    assert start_writer(tmp_path / "whole").wait() == 0
    whole = time.monotonic() - began
    expected = shards_of(tmp_path / "whole")
    assert len(expected) > 20
    luck, kills = random.Random(6), 0
    while True:
        process = start_writer(tmp_path / "killed")
        try:
            assert process.wait(timeout=whole * luck.uniform(0.0, 0.25)) == 0
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        found = shards_of(tmp_path / "killed")
        assert found.items() <= expected.items(), "what has its name is whole"
        if kills > 20:
            assert start_writer(tmp_path / "killed").wait() == 0
            break
    assert kills
    assert shards_of(tmp_path / "killed") == expected


def test_an_attempt_of_another_run_that_differs_raises_the_alarm(tmp_path: Path) -> None:
    batch = jobs()[:2]
    store, other = (open_store(tmp_path, CONFIGURATION) for _ in range(2))
    assert isinstance(store, ShelfStore)
    store.add(shard_of(batch))
    other.add(shard_of(batch))
    store.refresh()  # the same bytes are no alarm
    other._attempts.clear()  # type: ignore[union-attr] - as a process that does not know of the first attempt
    other.add(shard_of(batch, upos="VERB"))
    with pytest.warns(InputWarning, match="two parses of the same articles differ"):
        store.refresh()
    assert store.load(batch[0].key)["upos"][0].as_py() == "NOUN", "the first one counts"


def test_what_another_run_has_done_is_found(tmp_path: Path) -> None:
    store, other = (open_store(tmp_path, CONFIGURATION) for _ in range(2))
    other.add(shard_of(jobs()[:2]))
    assert jobs()[0].key not in store
    store.refresh()  # type: ignore[union-attr]
    assert jobs()[0].key in store


@pytest.mark.parametrize("address", ["memory://robust/{name}", "file://{path}"])
def test_an_object_store_keeps_shards_and_quarantine(tmp_path: Path, address: str) -> None:
    place = address.format(name=tmp_path.name, path=tmp_path)
    batch = jobs()[:3]
    store = open_store(place, CONFIGURATION)
    store.add(shard_of(batch))
    store.quarantine("f" * 64, "bad", "it kills")
    again = open_store(place, CONFIGURATION)
    assert all(job.key in again for job in batch)
    assert again.load(batch[1].key).equals(store.load(batch[1].key))
    assert again.reason("f" * 64) == "it kills"
    # A damaged object is set aside like a damaged file.
    (name,) = again.shelf.list_shards()
    again.shelf.write(name, b"PAR1")
    with pytest.raises(InputError, match="changed or removed"):
        pickle.loads(pickle.dumps(again)).load(batch[0].key)
    with pytest.warns(InputWarning, match="set aside"):
        assert batch[0].key not in open_store(place, CONFIGURATION)


@pytest.mark.parametrize("address", ["nonsense://bucket/x", "s3://bucket/x"])
def test_an_address_that_cannot_be_opened_is_the_callers_error(address: str) -> None:
    try:
        open_store(address, CONFIGURATION)
    except InputError as error:
        assert address in str(error)
    except Exception as error:  # the package for S3 is installed: then it is its own error about the network
        assert address.startswith("s3"), error


def test_ten_megabytes_without_a_paragraph_are_skipped_with_the_reason() -> None:
    parses = parse([Article("huge", "It rains again. " * 640_000), Article("b", "Yes.")], workers=1, progress=False)
    assert parses.ids == ["b"]
    assert "a paragraph of 10240000 characters without a blank line" in parses.skipped["reason"][0]


@pytest.mark.slow
def test_an_article_of_many_pieces_holds_the_memory_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ten megabytes take minutes (benchmarks/memory.py --monsters): the same road with smaller pieces.
    monkeypatch.setattr(pipeline, "PIECE_CHARACTERS", 2_000)
    sizes: list[int] = []
    real = pipeline._run

    def note(engine: object, batch: list[pipeline._Piece]) -> object:
        sizes.append(sum(len(piece.source) for piece in batch))
        return real(engine, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "_run", note)
    text = "\n\n".join(f"Paragraph {number} can't end. " * 5 for number in range(1_500))
    parses = parse([Article("long", text)], workers=1, progress=False, processors=["tokenize", "mwt"])
    assert len(parses["long"].sentences) == 7_500
    assert len(sizes) > 2 and max(sizes) <= pipeline.BATCH_CHARACTERS + 2_000


# ------------------------------------------------------------------------------------------- one data set for readers


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder with two shards, a description, something set aside, and a text in quarantine."""
    cache = tmp_path_factory.mktemp("set")
    store = open_store(cache, CONFIGURATION)
    store.add(shard_of(jobs()[:2]))
    store.add(shard_of(jobs()[2:3]))
    store.quarantine("f" * 64, "bad", "it kills")
    (folder,) = (cache / "parses").iterdir()
    (folder / f"_{'0' * 16}-{'0' * 64}.parquet.corrupt").write_bytes(b"PAR1")
    (folder / ".half.tmp").write_bytes(b"PAR1")
    return folder, 3


def test_pandas_opens_the_folder_itself(data_set: tuple[Path, int]) -> None:
    folder, articles = data_set
    frame = pd.read_parquet(folder)
    assert list(frame.columns) == ["key", "article", *COLUMNS]
    assert frame["article"].nunique() == articles
    assert frame["start"].dtype == "int64" and frame["head"].dtype == "int64"


def test_duckdb_opens_the_files(data_set: tuple[Path, int]) -> None:
    folder, articles = data_set
    described = duckdb.sql(f"describe select * from '{folder}/*.parquet'").fetchall()
    kinds = {name: kind for name, kind, *_ in described}
    assert list(kinds) == ["key", "article", *COLUMNS]
    assert kinds["start"] == "BIGINT" and kinds["lemma"] == "VARCHAR"
    counted = duckdb.sql(f"select article, count(*) from '{folder}/*.parquet' where upos = 'NOUN' group by all")
    assert sorted(counted.fetchall()) == [("a0", 4_000), ("a1", 4_000), ("a2", 4_000)][:articles]


def test_polars_scans_the_files_lazily(data_set: tuple[Path, int]) -> None:
    folder, articles = data_set
    lazy = polars.scan_parquet(folder / "*.parquet")
    assert lazy.collect_schema().names() == ["key", "article", *COLUMNS]
    words = lazy.filter(polars.col("text") == "Article").group_by("article").len().collect()
    assert words.height == articles and set(words["len"]) == {800}
