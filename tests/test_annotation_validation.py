"""Validation: each fault of a folder is one line with file, line and remedy, and bad content never raises."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation import AnnotationStore, Codebook, Event, Frame, Link, Slot, Stance, encode, validate
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

TEXT = "The junta 🇳🇪 refused. The bloc warned the junta of Niger."
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.0"},
        "frame": [{"id": "dialogue"}],
        "stance": [{"id": "oppose", "order": 1}],
        "entity": [{"id": "junta", "name": "Junta"}],
    }
)
CORPUS = Corpus.of([Article("niger", TEXT)])
FRAME = Frame("niger", "dialogue", [Span(4, 9)], voice="author")
STANCE = Stance("niger", "oppose", holder="author", target=Slot(Span(38, 47), "junta"), cue=[Span(31, 37)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = AnnotationStore(tmp_path / "annotations", CORPUS, BOOK)
    with store.writer("ana") as log:
        first = log.add(FRAME)
        log.add(STANCE)
        log.revise(first, replace(FRAME, comment="again"))
        log.status("niger", "done", seconds=5)
    return store.path


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [event.fields for event in AnnotationStore(folder).events("ana")]


def write(folder: Path, lines: list[dict[str, Any]]) -> None:
    """Write lines whose checksums fit: what a program without our checks would write."""
    (folder / "ana.jsonl").write_bytes(b"".join(encode(Event(fields)) for fields in lines))


def test_a_good_folder_has_no_problems(folder: Path) -> None:
    assert validate(folder, CORPUS, BOOK) == []
    assert validate(folder / "ana.jsonl", CORPUS, BOOK) == []
    assert validate(folder) == []


SPAN = {"quote": None, "prefix": None, "suffix": None}


@pytest.mark.parametrize(
    ("line", "change", "message"),
    [
        (1, {"label": "dialog"}, "frame 'dialog' is not in codebook 1.0; did you mean dialogue?"),
        (2, {"label": "support"}, "stance 'support' is not in codebook 1.0; known: oppose"),
        (2, {"expression": "threat"}, "expression 'threat' is not in codebook 1.0; known: none"),
        (2, {"target": {"span": None, "entity": "paris"}}, "target entity 'paris'"),
        (1, {"attrs": {"mood": 1}}, "attribute 'mood'"),
        (1, {"article": "mali"}, "article 'mali' is not in the corpus"),
        (4, {"article": "mali"}, "article 'mali' is not in the corpus"),
        (3, {"sha256": "0" * 64}, "article 'niger' has changed"),
        (1, {"spans": [{"start": 50, "end": 58, **SPAN}]}, "spans [50, 58) goes past the end of the text"),
        (
            1,
            {"spans": [{"start": 4, "end": 9, **SPAN, "quote": "Junta"}]},
            "quotes 'Junta', but the text there is 'junta'",
        ),
        (2, {"cue": [{"start": 4, "end": 9, **SPAN, "suffix": "x"}]}, "cue [4, 9) stands in another context"),
        (2, {"cue": [{"start": 4, "end": 9, **SPAN}]}, "unverified: cue [4, 9) without a quote"),
        (3, {"base": "nowhere"}, "replaces nowhere, which is not in the log"),
        (2, {"seq": 9}, "seq 5 to 8 is missing before this line's seq 9"),
        (2, {"decides": ["x1"]}, "names x1, which no log here has"),
        (2, {"links": [{"type": "realises", "id": "x2"}]}, "names x2, which no log here has"),
        (
            2,
            {"codebook": "0.9", "label": "support"},
            "unverified: stance 'support' is not in codebook 1.0 (the record was",
        ),
    ],
)
def test_each_fault_is_one_line_with_its_place(folder: Path, line: int, change: dict[str, Any], message: str) -> None:
    lines = lines_of(folder)
    lines[line - 1] = {**lines[line - 1], **change}
    write(folder, lines)
    told = [str(problem) for problem in validate(folder, CORPUS, BOOK)]
    # A change of the middle line may leave further traces: its place in the sequence, its place in a chain.
    found = [text for text in told if message in text]
    assert len(found) == 1, told
    assert found[0].startswith(f"{folder / 'ana.jsonl'}:{line}: ")
    assert re.search(r"; \w", found[0]) and "\n" not in found[0]


def test_a_line_that_was_taken_out_is_missed(folder: Path) -> None:
    lines = lines_of(folder)
    write(folder, [lines[0], *lines[2:]])
    (problem,) = validate(folder, CORPUS, BOOK)
    assert (problem.line, problem.severity) == (2, "error")
    assert problem.what == "seq 2 is missing before this line's seq 3"


def test_bad_lines_and_bad_records_are_listed_together(folder: Path) -> None:
    path = folder / "ana.jsonl"
    data = path.read_bytes().split(b"\n")
    data[1] = b"rubbish"
    path.write_bytes(b"\n".join(data) + b'{"v":1')
    problems = validate(folder, CORPUS, BOOK)
    assert [problem.line for problem in problems] == [2, 5]
    assert "not JSON" in problems[0].what and "unfinished" in problems[1].what


def test_a_newer_format_says_what_to_do(folder: Path) -> None:
    path = folder / "ana.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"v":1', b'"v":2', 1))
    (problem,) = validate(folder, CORPUS, BOOK)
    assert problem.line == 1 and "update corpus_tools" in problem.remedy


def test_conflicts_are_problems(folder: Path) -> None:
    lines = lines_of(folder)
    write(folder, [*lines, {**lines[2], "event_id": "other", "seq": 5, "comment": "otherwise"}])
    (problem,) = validate(folder, CORPUS, BOOK)
    assert problem.line == 5 and "changed in two ways (lines 3 and 5)" in problem.what


def test_files_that_are_no_logs(folder: Path) -> None:
    (folder / "my notes.jsonl").write_text("{}\n")
    (folder / "._ana.jsonl").write_text("rubbish")
    (folder / "dir.jsonl").mkdir()
    shutil.copy(folder / "ana.jsonl", folder / "ben.jsonl")
    problems = validate(folder, CORPUS, BOOK)
    by_file = {Path(problem.file).name: problem.what for problem in problems}
    assert set(by_file) == {"my notes.jsonl", "dir.jsonl", "ben.jsonl"}
    assert "the file is the log of 'ben'" in by_file["ben.jsonl"]
    assert "cannot name a file" in by_file["my notes.jsonl"]


def test_the_folders_own_codebook_and_coders_are_used_and_checked(folder: Path) -> None:
    (folder / "codebook.toml").write_text('[codebook]\nversion = "1.0"\n[[frame]]\nid = "other"\n')
    assert any("frame 'dialogue' is not in codebook 1.0" in problem.what for problem in validate(folder))
    (folder / "codebook.toml").write_text("[codebook")
    (folder / "coders.toml").write_text('[[coder]]\nid = "a"\nrole = "boss"\n')
    told = [str(problem) for problem in validate(folder)]
    assert len(told) == 2
    assert told[0].startswith(f"{folder / 'codebook.toml'}: not TOML")
    assert (
        told[1]
        == f"{folder / 'coders.toml'}: [[coder]] 1: role 'boss' is unknown; use one of coder, adjudicator, model"
    )


@pytest.mark.parametrize("name", ["none", "none.jsonl"])
def test_what_is_not_there_is_a_problem(tmp_path: Path, name: str) -> None:
    (problem,) = validate(tmp_path / name)
    assert "no such file" in problem.what


def test_decisions_may_name_what_another_log_has(folder: Path) -> None:
    store = AnnotationStore(folder, CORPUS, BOOK)
    (first, second) = store.annotations("ana")
    with store.writer("gold") as log:
        log.add(replace(FRAME, decides=(first.id,), links=(Link(second.id),)))
    assert validate(folder, CORPUS, BOOK) == []


@given(st.binary(max_size=80), st.integers(0, 10**6), st.integers(0, 40))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_makes_validation_raise(folder: Path, junk: bytes, where: int, cut: int) -> None:
    path = folder / "ana.jsonl"
    good = path.read_bytes()
    place = where % len(good)
    path.write_bytes(good[:place] + junk + good[place + cut :])
    try:
        for problem in validate(folder, CORPUS, BOOK):
            assert "\n" not in str(problem)
    finally:
        path.write_bytes(good)


def test_unknown_keys_of_other_types_do_no_harm(folder: Path) -> None:
    lines = lines_of(folder)
    lines[0] |= {"cue": 3, "holder": "x", "target": []}
    lines[1] |= {"spans": 3, "voice": "x"}
    lines[3] |= {"label": 3, "spans": "x", "type": "frame"}
    write(folder, lines)
    assert validate(folder, CORPUS, BOOK) == []
    assert len(AnnotationStore(folder, CORPUS, BOOK).to_frame()) == 2
