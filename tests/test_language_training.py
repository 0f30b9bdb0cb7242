"""The rooms of the training that need no model: splits, entity files, treebank text, schedule, plan, child process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from corpus_tools.language.training.entities import (
    DEV,
    HELD_OUT,
    TRAIN,
    entity_files,
    entity_spans,
    load_parts,
    part_of,
    read_entities,
    stem_of,
)
from corpus_tools.language.training.environment import MEMORY_SETTINGS, run_in_child
from corpus_tools.language.training.package import train_package
from corpus_tools.language.training.plan import STEPS, Plan, check_plan, only_writer
from corpus_tools.language.training.treebank import Treebank, raw_text, read_words
from corpus_tools.text.errors import InputError

TREE = """\
# newdoc id = d
# newpar
# text = Don't go!
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVB\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\tSpaceAfter=No
4\t!\t!\tPUNCT\t.\t_\t3\tpunct\t_\tSpaceAfter=No

# text = Yes.
1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\tSpaceAfter=No
1.1\tghost\t_\t_\t_\t_\t_\t_\t_\t_
2\t.\t.\tPUNCT\t.\t_\t1\tpunct\t_\t_

# newpar
1\tEnd\tend\tNOUN\tNN\t_\t0\troot\t_\t_
"""


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    folder = tmp_path / "treebank"
    folder.mkdir()
    for part in ("train", "dev"):
        (folder / f"xx-ud-{part}.conllu").write_text(TREE, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("http://a.b/c\tO\n\nNiger\tB-Location\n", [["Niger/B-Location"]], id="url first"),
        pytest.param("Niger\tB-Location\tB-NORP\textra\n", [["Niger/B-Location"]], id="more label columns"),
        pytest.param("Niger\tB-Location\nsaid\n", [["Niger/B-Location", "said/O"]], id="no label"),
        pytest.param("a\tO\r\n\r\nb\tO\r\n", [["a/O"], ["b/O"]], id="carriage returns and an empty line"),
        pytest.param("New York\tB-Location\n", [["New\xa0York/B-Location"]], id="space inside a token"),
        pytest.param("a\tI-Date\nb\tI-Money\n", [["a/B-Date", "b/B-Money"]], id="inside without begin"),
        pytest.param(
            "a\tO\nb\tO\nc\tO\n.\tO\n”\tO\nd\tO\n", [["a/O", "b/O", "c/O", "./O", "”/O"], ["d/O"]], id="closing quote"
        ),
        pytest.param("U\tO\n.\tO\nS\tO\n.\tO\nx\tO\n", [["U/O", "./O", "S/O", "./O"], ["x/O"]], id="early full stop"),
        pytest.param("", [], id="empty"),
    ],
)
def test_entity_files_are_read(tmp_path: Path, content: str, expected: list[list[str]]) -> None:
    path = tmp_path / "a.txt.tsv"
    path.write_bytes(content.encode())
    assert [[f"{token.text}/{token.label}" for token in sentence] for sentence in read_entities(path)] == expected


def test_sentences_are_cut_at_120_tokens(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("word\tO\n" * 250, "utf-8")
    assert [len(sentence) for sentence in read_entities(path)] == [120, 120, 10]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a\tO\nb\tPerson\n", "a.tsv:2: unknown label 'Person'"), (b"a\tO\n\xff\tO\n", "not UTF-8 at byte 4")],
)
def test_bad_entity_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_entities(path)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["B-A", "I-A", "O", "B-A"], [(0, 2, "A"), (3, 4, "A")]),
        (["B-A", "B-A"], [(0, 1, "A"), (1, 2, "A")]),
        (["B-A", "I-B"], [(0, 1, "A"), (1, 2, "B")]),
        (["S-A", "B-B", "I-B", "E-B", "O", "I-B"], [(0, 1, "A"), (1, 4, "B"), (5, 6, "B")]),
        (["O"], []),
    ],
)
def test_labels_become_spans(labels: list[str], expected: list[tuple[int, int, str]]) -> None:
    assert entity_spans(labels) == expected


def test_the_split_is_by_the_name_alone() -> None:
    names = [f"outlet_{i}" for i in range(2000)]
    shares = {part: sum(part_of(name) == part for name in names) / 2000 for part in (TRAIN, DEV, HELD_OUT)}
    assert abs(shares[HELD_OUT] - 1 / 5) < 0.03
    assert abs(shares[DEV] - 4 / 5 / 12) < 0.02
    assert [part_of(name) for name in ("af_afrol_18", "af_allaf_15", "af_afrol_14", "af_afrol_1")] == [
        HELD_OUT, HELD_OUT, DEV, TRAIN,
    ]  # fmt: skip


@pytest.mark.slow
def test_the_newswire_is_split_by_article(shared: Path) -> None:
    folder = shared / "data" / "en_worldwide_newswire"
    names = [part_of(stem_of(path)) for path in entity_files(folder)]
    assert {part: names.count(part) for part in set(names)} == {TRAIN: 779, DEV: 83, HELD_OUT: 213}
    parts = load_parts(folder)
    assert {part: sum(map(len, sentences)) for part, sentences in parts.items()} == COUNTS


COUNTS = {TRAIN: 491769, DEV: 49766, HELD_OUT: 133377}


def test_raw_text_comes_from_the_tokens(treebank: Path) -> None:
    path = Treebank.find(treebank).train
    assert raw_text(path) == "Don't go! Yes.\n\nEnd\n"
    assert raw_text(path, glued=True) == "Don't go!Yes.\n\nEnd\n"
    assert list(read_words(path)) == [["Do", "n't", "go", "!"], ["Yes", "."], ["End"]]


def test_a_treebank_knows_what_it_has(treebank: Path) -> None:
    found = Treebank.find(treebank)
    assert found.has_multiword_tokens
    assert found.has_lemmas
    assert found.test == found.dev
    plain = "1\tkot\t_\tNOUN\t_\t_\t0\troot\t_\t_\n\n"
    found.train.write_text(plain, "utf-8")
    bare = Treebank.find(treebank)
    assert not bare.has_multiword_tokens
    assert not bare.has_lemmas


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("xx-ud-dev.conllu", None, r"no \*dev\*.conllu here"),
        ("yy-ud-train.conllu", TREE, "two files for train: xx-ud-train.conllu and yy-ud-train.conllu"),
    ],
)
def test_an_incomplete_treebank_is_refused(treebank: Path, file: str, content: str | None, message: str) -> None:
    path = treebank / file
    path.write_text(content, "utf-8") if content else path.unlink()
    with pytest.raises(InputError, match=message):
        Treebank.find(treebank)


def test_a_broken_line_is_named(treebank: Path) -> None:
    path = Treebank.find(treebank).train
    path.write_text("1\ta\tb\n", "utf-8")
    with pytest.raises(InputError, match="train.conllu:1: 3 columns instead of 10"):
        raw_text(path)


def test_a_last_round_also_trains_on_the_development_sentences(tmp_path: Path, treebank: Path) -> None:
    plan = replace(_plan(tmp_path), treebank=str(treebank), also_dev=True)
    plan.work.mkdir()
    plain, joined = Treebank.find(treebank), plan.open_treebank()
    assert list(read_words(joined.train)) == [*read_words(plain.train), *read_words(plain.dev)]
    assert (joined.dev, joined.test) == (plain.dev, plain.test)
    assert replace(plan, also_dev=False).open_treebank() == plain


def test_the_child_has_the_memory_settings() -> None:
    told = run_in_child("corpus_tools.language.training.environment:describe", {"n": 1}, threads=2)
    assert told == {"threads": 2, "memory": MEMORY_SETTINGS, "job": {"n": 1}}


def test_bad_input_in_the_child_is_bad_input_here(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no \\*train\\*.conllu here"):
        run_in_child("corpus_tools.language.training.package:run_plan", asdict(_plan(tmp_path)))


def test_the_child_ends_with_its_caller(tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from corpus_tools.language.training.environment import run_in_child
run_in_child("test_language_training:sleep_in_child", {{"file": {str(tmp_path / "pid")!r}}})
"""
    caller = subprocess.Popen([sys.executable, "-c", script])
    pid = _wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    _wait_for(lambda: not _is_running(int(pid)))


def sleep_in_child(job: dict[str, str]) -> None:
    part = Path(job["file"] + ".part")
    part.write_text(str(os.getpid()))
    part.replace(job["file"])
    time.sleep(600)


def test_two_trainings_in_one_folder_are_refused(tmp_path: Path, treebank: Path) -> None:
    work = tmp_path / "out" / "training"
    work.mkdir(parents=True)
    with only_writer(work), pytest.raises(InputError, match=f"process {os.getpid()} is training here"):
        train_package(treebank=treebank, out=tmp_path / "out")


def test_a_training_goes_on_with_the_same_arguments_only(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    plan.work.mkdir()
    check_plan(plan)
    check_plan(plan)
    with pytest.raises(InputError, match="a training with another seed was begun here"):
        check_plan(Plan(**{**asdict(plan), "seed": 2}))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": {"tagger": 3}}, "unknown model 'tagger' in steps; use some of tokenize"),
        ({"vectors": Path("a"), "encoder": Path("b")}, "vectors and encoder are both given"),
    ],
)
def test_wrong_arguments_are_refused(
    treebank: Path, tmp_path: Path, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        train_package(treebank=treebank, out=tmp_path / "out", **arguments)  # type: ignore[arg-type]


def test_vectors_are_reduced_to_their_main_directions() -> None:
    from corpus_tools.language.training.vectors import reduce_vectors

    random = np.random.default_rng(0)
    hidden = random.normal(size=(300, 2)) * [5.0, 2.0]
    axes = np.linalg.qr(random.normal(size=(10, 2)))[0]
    table = reduce_vectors(hidden @ axes.T + 3.0, [1] * 300, 2)
    assert table.shape == (300, 2)
    assert table.std() == pytest.approx(1.0)
    for column in range(2):
        assert abs(np.corrcoef(table[:, column], hidden[:, column])[0, 1]) > 0.99


def _plan(folder: Path) -> Plan:
    return Plan(
        treebank=str(folder), ner=None, out=str(folder), language="en", language_name="English", name="toy",
        vectors=None, encoder=None, start_from=None, steps=STEPS, seed=1,
    )  # fmt: skip


def _wait_for(condition, seconds: float = 60.0):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} seconds in vain")


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_plans_survive_json(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    again = json.loads(json.dumps(asdict(plan)))
    assert Plan(**{**again, "data": tuple(again["data"]), "commands": tuple(again["commands"])}) == plan
