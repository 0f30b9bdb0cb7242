"""The cache from outside: what it holds, and what is pruned."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus_tools.cli import cli
from corpus_tools.language.housekeeping import COLUMNS, list_configurations, prune_cache
from corpus_tools.language.parses import parse
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with one article and one skipped text, parsed in both precisions."""
    for precision in ("exact", "fast"):
        articles = [Article("a", "She can't wait."), Article("b", "\x97")]
        parse(articles, cache=tmp_path, workers=1, progress=False, processors=["tokenize", "mwt"], precision=precision)
    return tmp_path


def make_outdated(cache: Path) -> Path:
    """Turn the last configuration into that of another Stanza."""
    folder = sorted((cache / "parses").iterdir())[-1]
    description = json.loads((folder / "_configuration.json").read_text("utf-8"))
    (folder / "_configuration.json").write_text(json.dumps({**description, "stanza": "1.2.3"}), "utf-8")
    return folder


def test_configurations_are_listed_with_what_they_hold(cache: Path) -> None:
    make_outdated(cache)
    found = list_configurations(cache)
    assert tuple(found.columns) == COLUMNS
    assert sorted(found["precision"]) == ["exact", "fast"]
    assert found[["package", "processors", "articles", "skipped", "words"]].drop_duplicates().values.tolist() == [
        ["lite", "tokenize,mwt", 1, 1, 5]
    ]
    assert (found["bytes"] > 500).all() and found["current"].tolist() == [True, False]


def test_a_damaged_shard_is_counted_as_bytes_only(cache: Path) -> None:
    shard = next(cache.rglob("*.parquet"))
    shard.write_bytes(b"PAR1")
    assert sorted(list_configurations(cache)["articles"]) == [0, 1]


@pytest.mark.parametrize(("everything", "left"), [(False, 1), (True, 0)])
def test_pruning_removes_what_is_not_current_or_everything(cache: Path, everything: bool, left: int) -> None:
    outdated = make_outdated(cache)
    counted = prune_cache(cache, everything=everything, dry_run=True)
    assert len(list_configurations(cache)) == 2, "a dry run leaves everything"
    assert prune_cache(cache, everything=everything) == counted
    assert counted[0] == 2 * (2 - left)
    assert not outdated.exists()
    assert len(list_configurations(cache)) == left
    assert prune_cache(cache, everything=everything) == (0, 0)


def test_pruning_removes_what_was_set_aside_and_old_temporary_files_only(cache: Path) -> None:
    folder = next((cache / "parses").iterdir())
    for name in ("x.parquet.corrupt", ".old.tmp", ".fresh.tmp"):
        (folder / name).write_bytes(b"1234")
    os.utime(folder / ".old.tmp", (time.time() - 7200,) * 2)
    assert prune_cache(cache) == (2, 8)
    assert (folder / ".fresh.tmp").exists()
    assert len(list_configurations(cache)) == 2


def test_quarantine_is_counted_and_released_only_when_asked(cache: Path) -> None:
    folder = next((cache / "parses").iterdir())
    (folder / "_quarantine").mkdir()
    (folder / "_quarantine" / f"{'0' * 64}.json").write_text('{"article": "x", "reason": "it kills"}', "utf-8")
    assert sorted(list_configurations(cache)["quarantined"]) == [0, 1]
    assert prune_cache(cache) == (0, 0)
    assert CliRunner().invoke(cli, ["cache", "prune", str(cache), "--quarantine"]).output.startswith("removed 1 files")
    assert list_configurations(cache)["quarantined"].tolist() == [0, 0]
    (folder / "_quarantine" / "again.json").write_text("{}", "utf-8")
    prune_cache(cache, everything=True)
    assert list((cache / "parses").iterdir()) == []


def test_a_folder_without_parses_is_refused(tmp_path: Path) -> None:
    for function in (list_configurations, prune_cache):
        with pytest.raises(InputError, match="no parses in this folder"):
            function(tmp_path)


def test_the_commands(cache: Path) -> None:
    shown = CliRunner().invoke(cli, ["cache", "show", str(cache), "--format", "json"])
    assert [row["words"] for row in json.loads(shown.output)] == [5, 5]
    make_outdated(cache)
    dry = CliRunner().invoke(cli, ["cache", "prune", str(cache), "--dry-run"])
    assert dry.output.startswith("would remove 2 files")
    assert CliRunner().invoke(cli, ["cache", "prune", str(cache)]).output.startswith("removed 2 files")
