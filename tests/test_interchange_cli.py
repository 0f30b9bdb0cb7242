"""`corpus-tools export` and `import`."""

from __future__ import annotations

import json

import pytest

from corpus_tools.annotation.records import Frame
from corpus_tools.annotation.store import AnnotationStore


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "niger.txt").write_text("ECOWAS opened talks.")
    store = AnnotationStore(tmp_path / "annotations")
    for coder in ("ana", "ben"):
        with store.writer(coder) as log:
            log.add(Frame("niger", "dialogue", [(7, 19)], voice="author"))
    return tmp_path


@pytest.fixture
def call(call, folder):
    return lambda *arguments: call(*arguments, "--corpus", folder / "articles")


def test_export_prints_what_is_lost(call, folder):
    status, out, err = call("export", folder / "annotations", folder / "x.jsonl", "--to", "doccano", "--coder", "ana")
    assert status == 0 and out.startswith("doccano export: 1 annotations carried; not carried:\n")
    assert "\n  voice  1  carried where words of the text name the speaker  (" in out
    assert json.loads((folder / "x.jsonl").read_text())["entities"][0]["start_offset"] == 7


def test_export_prints_json(call, folder):
    status, out, _ = call(
        "export", folder / "annotations", folder / "x", "--to", "brat", "--coder", "ana", "--format", "json"
    )
    assert status == 0 and {row["what"] for row in json.loads(out)} == {"coder", "at"}


def test_import_writes_or_only_checks(call, folder):
    call("export", folder / "annotations", folder / "x.csv", "--to", "csv")
    arguments = ("import", folder / "x.csv", "--from", "csv", "--annotations", folder / "new")
    status, _, err = call(*arguments, "--coder", "eva")
    assert status == 1 and "annotations by 'ana', 'ben'; say which" in err
    status, out, err = call(*arguments, "--coder", "ana=eva", "--dry-run")
    assert status == 0 and "by 'ben', who was not asked for" in out and "would be written" in err
    assert not (folder / "new").exists()
    status, out, err = call(*arguments, "--coder", "ana=eva", "--coder", "ben=ben", "--done")
    assert (status, out) == (0, "csv import: 2 annotations carried; nothing lost\n") and "2 annotations are in" in err
    store = AnnotationStore(folder / "new")
    assert sorted(store.coders) == ["ben", "eva"] and store.statuses("eva") == {"niger": "done"}


def test_import_names_file_and_line(call, folder):
    (folder / "x.csv").write_text("article,label,start,end,quote\nniger,dialogue,7,19,closed talks\n")
    status, out, err = call(
        "import", folder / "x.csv", "--from", "csv", "--annotations", folder / "new", "--coder", "eva"
    )
    assert (status, out) == (1, "") and "x.csv:2: the offsets [7, 19) quote 'closed talks'" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [("--from", "docano"), ("--from", "csv", "--coder", "a", "--coder", "b"), ("--from", "csv", "--coder", "=b")],
)
def test_wrong_use_is_status_2(call, folder, arguments):
    (folder / "x.csv").write_text("article,label\n")
    assert call("import", folder / "x.csv", "--annotations", folder, *arguments)[0] == 2


def test_remedies_name_the_options_of_the_command(call, folder):
    call("export", folder / "annotations", folder / "x.csv", "--to", "csv")
    arguments = (folder / "x.csv", "--from", "csv", "--annotations", folder / "new", "--coder", "eva")
    status, _, err = call("import", *arguments)
    assert status == 1 and err.endswith("say which to take and whose they are, such as --coder ana=eva\n")
    status, _, err = call("export", folder / "annotations", folder / "y", "--to", "brat")
    assert status == 1 and "export one at a time, with --coder ana" in err
    (folder / "articles" / "niger.txt").write_text("\U0001f600 one two three four")
    (folder / "x.csv").write_text("article,label,start,end\nniger,dialogue,3,6\nniger,dialogue,7,10\n")
    status, _, err = call("import", *arguments)
    assert status == 1 and "pass --unit utf16, or --unit codepoint if the marks are right as they are" in err


def test_articles_in_another_encoding_want_an_option(call, folder):
    (folder / "articles" / "niger.txt").write_bytes(b"caf\xe9 \x92")
    status, _, err = call("export", folder / "annotations", folder / "y", "--to", "csv")
    assert status == 1 and "--encoding cp1252" in err
