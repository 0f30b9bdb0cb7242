"""Parsing on a Dask cluster: the bytes of the serial run, whoever dies; a text that kills is found and listed."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from corpus_tools.cli import cli
from corpus_tools.language import batches, connecting
from corpus_tools.language import cluster as room
from corpus_tools.language.cache import QUARANTINE, open_store
from corpus_tools.language.connecting import connect
from corpus_tools.language.housekeeping import list_configurations, prune_cache
from corpus_tools.language.models import find_package
from corpus_tools.language.parses import Parses, parse
from corpus_tools.language.pipeline import describe_configuration
from corpus_tools.language.shards import Job
from corpus_tools.language.workers import search_path
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

distributed = pytest.importorskip("distributed")

TEXTS = {f"a{number}": f"Article {number} can't wait. Niamey said “no” {number} times." for number in range(8)}

PLANT = """
import os, signal, sys
if any(part in " ".join(sys.orig_argv) for part in ("spawn_main", "corpus_tools.language.worker")):
    from corpus_tools.language import batches
    real = batches.parse_jobs
    def deadly(jobs, *rest):
        for job in jobs:
            marker = job.text.partition("once:")[2]
            if "poison" in job.text or (marker and not os.path.exists(marker)):
                if marker:
                    open(marker, "x").close()
                os.kill(os.getpid(), signal.SIGKILL)
        return real(jobs, *rest)
    batches.parse_jobs = deadly
"""
"""Real worker processes and real signals: only the trigger is planted, in a module that Python imports first."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two workers on this machine, which some texts kill."""
    folder = tmp_path_factory.mktemp("plant")
    (folder / "sitecustomize.py").write_text(PLANT, "utf-8")
    sys.path.insert(0, str(folder))
    try:
        with connect("local", 2) as client:
            yield client
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 120)


def parse_texts(texts: dict[str, str], cache: Any, **options: Any) -> Parses:
    options = {"processors": ["tokenize", "mwt"], "progress": False} | options
    return parse([Article(name, text) for name, text in texts.items()], cache=cache, **options)


def shards_of(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.rglob("*.parquet")}


@pytest.mark.slow
def test_the_bytes_are_those_of_the_serial_run(client: Any, tmp_path: Path) -> None:
    serial = parse_texts(TEXTS, tmp_path / "serial", workers=1)
    assert len(shards_of(tmp_path / "serial")) == 4
    spread = parse_texts(TEXTS, tmp_path / "spread", cluster=client)
    assert shards_of(tmp_path / "spread") == shards_of(tmp_path / "serial")
    pd.testing.assert_frame_equal(spread.to_frame(), serial.to_frame())
    assert list((tmp_path / "spread").rglob("*.tmp")) == []
    # What is there is done: nobody is asked, not even whether there is a cluster.
    assert parse_texts(TEXTS, tmp_path / "spread", cluster="tcp://127.0.0.1:1").ids == list(TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["memory", "object store of this process", "object store of all"])
def test_other_places_for_shards_hold_the_same(client: Any, tmp_path: Path, kind: str) -> None:
    addresses = {"object store of this process": "memory://parses", "object store of all": f"file://{tmp_path}/objects"}
    address = addresses.get(kind)
    expected = parse_texts(TEXTS, tmp_path / "serial", workers=1)
    found = parse_texts(TEXTS, address, cluster=client)
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame())
    if address is not None:
        again = parse_texts(TEXTS, address, cluster="tcp://127.0.0.1:1")
        pd.testing.assert_frame_equal(again.to_frame(), expected.to_frame())
    if kind == "object store of all":
        assert shards_of(tmp_path / "objects") == shards_of(tmp_path / "serial")


@pytest.mark.slow
def test_a_text_that_kills_its_worker_at_the_first_attempt_is_parsed(client: Any, tmp_path: Path) -> None:
    marker = tmp_path / "died"
    texts = TEXTS | {"deadly": f"It kills once:{marker}"}
    spread = parse_texts(texts, tmp_path / "spread", cluster=client)
    assert marker.exists(), "a worker died"
    assert spread.ids == list(texts)
    parse_texts(texts, tmp_path / "serial", workers=1)
    assert shards_of(tmp_path / "spread") == shards_of(tmp_path / "serial")


@pytest.mark.slow
def test_a_text_that_always_kills_is_found_and_put_in_quarantine(client: Any, tmp_path: Path) -> None:
    texts = {"bad": "poison", **{name: TEXTS[name] for name in ("a0", "a1")}}
    spread = parse_texts(texts, tmp_path / "spread", cluster=client)
    assert spread.ids == ["a0", "a1"]
    assert spread.skipped.values.tolist() == [["bad", "the worker process was killed (signal 9)"]]
    # A second run tries nothing, and says the same; the table of the cache counts it; it can be released.
    again = parse_texts(texts, tmp_path / "spread", cluster="tcp://127.0.0.1:1")
    assert again.skipped.values.tolist() == spread.skipped.values.tolist()
    assert list_configurations(tmp_path / "spread")["quarantined"].tolist() == [1]
    assert prune_cache(tmp_path / "spread", quarantine=True)[0] == 1
    assert parse_texts(texts, tmp_path / "spread", workers=1).ids == list(texts)


@pytest.mark.slow
def test_workers_that_die_at_random_change_nothing(client: Any, tmp_path: Path) -> None:
    from distributed.chaos import KillWorker

    texts = {name: text * 3 for name, text in TEXTS.items()}
    began = time.monotonic()
    parse_texts(texts, tmp_path / "calm", cluster=client)
    # As many deaths as the machine bears: a worker must live long enough to load torch.
    client.register_plugin(KillWorker(delay=max(6.0, 2 * (time.monotonic() - began))), name="chaos")
    try:
        parse_texts(texts, tmp_path / "chaos", cluster=client)
    finally:
        client.unregister_worker_plugin("chaos")
    assert shards_of(tmp_path / "chaos") == shards_of(tmp_path / "calm")
    assert list((tmp_path / "chaos").rglob(f"{QUARANTINE}/*")) == []


# -------------------------------------------------------------------------------------------- what needs no cluster


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r'"corpus-tools\[dask\]"'):
        parse_texts(TEXTS, None, cluster="local")


def test_an_address_where_nobody_answers_or_nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE", 1.0)
    with pytest.raises(InputError, match="no cluster answers"):
        parse_texts(TEXTS, None, cluster="tcp://127.0.0.1:1")
    options: dict[str, Any] = {"n_workers": 0, "host": "127.0.0.1", "protocol": "tcp", "dashboard_address": None}
    with distributed.LocalCluster(**options) as empty, pytest.raises(InputError, match="no worker.*dask worker"):
        parse_texts(TEXTS, None, cluster=empty.scheduler_address)


def test_the_command_takes_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE", 1.0)
    (tmp_path / "a.txt").write_text("She can't wait.", "utf-8")
    command = ["parse", str(tmp_path / "a.txt"), "--cache", str(tmp_path / "cache")]
    failed = CliRunner().invoke(cli, [*command, "--cluster", "tcp://127.0.0.1:1"])
    assert isinstance(failed.exception, InputError) and "cluster 'tcp://127.0.0.1:1'" in str(failed.exception)
    with pytest.raises(InputError, match="no cluster answers.*local, slurm, or the address"):
        parse_texts(TEXTS, None, cluster="slrum")


def test_a_worker_with_other_models_refuses() -> None:
    package = find_package("lite", "en", ["tokenize"])
    configuration = describe_configuration(package)
    order = room._make_order(package, open_store(None, configuration), "")
    assert room._prepare(order)[0] == package
    other = replace(order, configuration=json.dumps({**configuration, "stanza": "0.1"}))
    with pytest.raises(InputError, match="it has other stanza; install the same versions"):
        room._prepare(other)


def test_a_batch_is_halved_only_after_it_was_tried_with_care() -> None:
    jobs = [Job(str(number), "0" * 64, "One.") for number in range(3)]
    attempt, deaths = room._Attempt(jobs), []
    while len(following := attempt.advance()) == 1:
        (attempt,) = following
        deaths.append(attempt.deaths)
    assert deaths == [1, 2, 3]
    assert [[job.article for job in part.batch] for part in following] == [["0"], ["1", "2"]]
    assert room._Attempt(jobs[:1], room.ROUNDS).advance() == []
    assert set(room._give_up(jobs[:1])[1].killers) == {"0" * 64}


# ------------------------------------------------------------------------------------------------------------- Slurm


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for `sbatch` and `scancel` that run a job on this machine; the script is what Slurm would get."""
    programs = tmp_path / "bin"
    programs.mkdir()
    job = tmp_path / "job.sh"
    lines = {
        "sbatch": f'cp "$1" {job}; setsid bash {job} > {tmp_path}/log 2>&1 & echo Submitted batch job $!',
        "scancel": 'kill -- "-$1"',
    }
    for name, line in lines.items():
        (programs / name).write_text(f"#!/bin/bash\n{line}\n", "utf-8")
        (programs / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", search_path())
    return tmp_path


@pytest.mark.slow
def test_slurm_is_asked_for_jobs_that_parse(slurm: Path, tmp_path: Path) -> None:
    import dask

    pytest.importorskip("dask_jobqueue")
    job = {"cores": 1, "processes": 1, "memory": "4GB", "walltime": "01:00:00", "interface": "lo"}
    with dask.config.set({f"jobqueue.slurm.{name}": value for name, value in job.items()}):
        spread = parse_texts(TEXTS, tmp_path / "spread", cluster="slurm", workers=1)
    assert spread.ids == list(TEXTS)
    script = (slurm / "job.sh").read_text("utf-8")
    assert "#SBATCH -t 01:00:00" in script and "export MALLOC_TRIM_THRESHOLD_=" in script
    parse_texts(TEXTS, tmp_path / "serial", workers=1)
    assert shards_of(tmp_path / "spread") == shards_of(tmp_path / "serial")


def test_slurm_needs_a_number_and_a_description() -> None:
    pytest.importorskip("dask_jobqueue")
    with pytest.raises(InputError, match="number of workers on Slurm is not known"):
        parse_texts(TEXTS, None, cluster="slurm")
    with pytest.raises(InputError, match="jobqueue.yaml"):
        parse_texts(TEXTS, None, cluster="slurm", workers=2)
