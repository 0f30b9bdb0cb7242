"""How the command line is told to read articles: encoding, columns, and what a faulty one does."""

from __future__ import annotations

import json
import shutil

import click
import pytest

from corpus_tools.cli import cli
from corpus_tools.cli.wording import Verbs
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)

ROWS = "nr;texte;titre\n7;Le Président a parlé à Niamey.;Un discours\n8;Personne n'a répondu.;\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "articles.csv"
    path.write_bytes(ROWS.replace(";", ",").encode("cp1252"))
    return path


def test_a_table_of_other_columns_in_another_encoding(call, table):
    wanted = ["--columns", "id=nr", "--columns", "text=texte", "--columns", "title="]
    status, out, err = call("duplicates", table, "--encoding", "cp1252", *wanted, "--format", "json")
    assert (status, json.loads(out)) == (0, []), err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "--encoding cp1252"),
        (["--encoding", "cp1252"], "--columns text=..."),
        (["--encoding", "cp1252", "--columns", "words=texte"], "--columns text=body"),
        (["--encoding", "klingon"], "unknown encoding 'klingon'"),
    ],
)
def test_remedies_name_options_that_there_are(call, table, given, said):
    status, out, err = call("duplicates", table, *given)
    assert (status, out) == (1, "") and said in err and "for Python" not in err


def groups(group):
    yield group
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from groups(command)


def test_every_group_of_commands_says_remedies_in_the_words_of_the_shell():
    assert [group.name for group in groups(cli) if not isinstance(group, Verbs)] == []


def test_a_remedy_within_a_group_names_the_option_of_its_command():
    def refuse(depth):
        raise InputError("too deep", remedy="score it without depth=, or pass columns={'text': 'body'}")

    options = [click.Option(["--depth"]), click.Option(["--columns", "depth_columns"], expose_value=False)]
    inner = Verbs("inner", commands={"dig": click.Command("dig", params=options, callback=refuse)})
    with pytest.raises(InputError, match="without --depth, or pass --columns text=body$"):
        Verbs("outer", commands={"inner": inner}).main(["inner", "dig"], standalone_mode=False)


@pytest.mark.parametrize("pair", ["texte", "=texte", "text=a text=b"])
def test_columns_are_pairs_each_once(call, table, pair):
    given = [word for part in pair.split() for word in ("--columns", part)]
    status, _, err = call("duplicates", table, *given)
    assert status == 2 and "--columns" in err


@pytest.fixture
def spoilt(copy):
    (copy / "articles" / "zz.txt").write_bytes("Le Président a parlé.".encode("cp1252"))
    return copy


# What `run` leaves out, the next test sees too.
RUN = pytest.param("run", marks=pytest.mark.slow)


@pytest.mark.parametrize("command", ["validate", "agreement", "export", "import", "train", RUN, "parse", "detect"])
def test_every_command_that_reads_articles_can_leave_a_faulty_one_out(call, spoilt, world, command):
    articles, annotations, skip = spoilt / "articles", spoilt / "annotations", ["--on-error", "skip"]
    if command == "detect":
        call("train", articles, "--annotations", annotations, "--out", spoilt / "m", "--cache", world.cache, *skip)
    if command == "import":
        call("export", annotations, spoilt / "x.csv", "--to", "csv", "--corpus", articles, *skip)
        shutil.copytree(annotations, spoilt / "own", ignore=shutil.ignore_patterns("*.jsonl"))
    cache = ["--cache", world.cache]
    arguments = {
        "validate": [annotations, "--corpus", articles],
        "agreement": [annotations, "--corpus", articles, *cache],
        "export": [annotations, spoilt / "out.csv", "--to", "csv", "--corpus", articles, "--coder", "ana"],
        "import": [spoilt / "x.csv", "--from", "csv", "--annotations", spoilt / "own", "--corpus", articles,
                   "--dry-run", *(f"--coder={name}={name}" for name in ("ana", "ben", "gold"))],
        "train": [articles, "--annotations", annotations, "--out", spoilt / "model", *cache],
        "run": [articles, "--annotations", annotations, "--out", spoilt / "report", *cache],
        "parse": [articles, *cache, "--workers", 1],
        "detect": [spoilt / "m", articles, *cache],
    }  # fmt: skip
    status, _, err = call(command, *arguments[command])
    if command not in ("validate", "import"):  # they read an article when a record is about it
        assert status == 1 and "zz.txt" in err and "on_error" not in err
    status, _, err = call(command, *arguments[command], *skip)
    assert status == 0 and "1 left out, the first" in err, err


def test_the_report_tells_what_was_left_out(call, spoilt, world):
    given = ["--annotations", spoilt / "annotations", "--out", spoilt / "report", "--cache", world.cache]
    assert call("run", spoilt / "articles", *given, "--on-error", "skip")[0] == 0
    manifest = json.loads((spoilt / "report" / "manifest.json").read_text("utf-8"))
    assert [row["file"].split(":")[0] for row in manifest["left_out"]] == ["zz.txt"]
    assert "1 faulty articles were left out" in (spoilt / "report" / "index.html").read_text("utf-8")


@pytest.mark.parametrize("command", ["validate", "agreement"])
def test_options_for_articles_want_articles(call, world, command):
    status, _, err = call(command, world.annotations, "--encoding", "cp1252")
    assert status == 2 and "--corpus" in err


def test_the_notebook_of_annotate_reads_as_the_command_was_told(call, world, tmp_path):
    notebook = tmp_path / "n.ipynb"
    given = [world.articles, "--annotations", world.annotations, "--coder", "ana", "--notebook", notebook, "--no-open"]
    assert call("annotate", *given, "--encoding", "cp1252", "--columns", "text=body")[0] == 0
    again = call("annotate", *given, "--encoding", "utf-8")
    assert again[0] == 0 and "is there already" in again[2]
    assert call("annotate", *given, "--encoding", "klingon")[0] == 1
    source = json.loads(notebook.read_text("utf-8"))["cells"][1]["source"]
    assert f"Corpus.read({str(world.articles.resolve())!r}, encoding='cp1252', columns={{'text': 'body'}})" in source


def test_what_must_be_utf8_is_not_asked_for_its_encoding(call, world, tmp_path):
    (tmp_path / "marks.csv").write_bytes("article,type\ncafé,frame\n".encode("cp1252"))
    given = ["--from", "csv", "--annotations", tmp_path, "--corpus", world.articles, "--coder", "ana"]
    status, _, err = call("import", tmp_path / "marks.csv", *given)
    assert status == 1 and "0xe9" in err and "this format is text in UTF-8" in err and "encoding" not in err
