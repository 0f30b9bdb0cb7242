"""Configurations of evaluations: those that ship are sound, and what is wrong is told in one line with its place."""

from __future__ import annotations

import re
import tomllib
from itertools import chain

import pandas as pd
import pytest
from evaluation_configs import write_config, write_table

from corpus_tools.reporting.evaluations import config
from corpus_tools.reporting.evaluations.checking import Source
from corpus_tools.reporting.evaluations.config import read_config, resolve_config
from corpus_tools.reporting.evaluations.table_file import read_table, units_of_table
from corpus_tools.text.errors import InputError

SHIPPED = (
    "ablation_demo_frames",
    "ablation_demo_stances",
    "ablation_gvfc",
    "demo_frames",
    "demo_stances",
    "gvfc",
    "newsmtsc",
    "semeval2016",
)


@pytest.fixture
def folder(tmp_path):
    write_table(tmp_path)
    return tmp_path


def test_exactly_these_configurations_ship(root):
    assert sorted(path.stem for path in (root / "evaluations").glob("*.toml")) == sorted(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_configuration_is_sound_and_says_what_it_answers(root, tmp_path, name):
    path = root / "evaluations" / f"{name}.toml"
    data = None if "demo" in name else tmp_path
    config = read_config(path, data=data)
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# ") and first.endswith("?") and config.question.endswith("?")
    assert f"corpus-tools evaluate evaluations/{name}.toml" in path.read_text("utf-8")
    assert config.data["licence"]


def test_the_guide_has_every_key_and_its_example_is_sound(root):
    guide = (root / "docs" / "evaluation.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", guide, flags=re.DOTALL).group(1)
    found = resolve_config(tomllib.loads(example), Source("docs/evaluation.md", example), root / "evaluations")
    assert list(found.variants) == ["words", "linguistic"]
    keys = {*config._TOP, *config._EVALUATION, *config._COMMON, *config._COLUMNS, *chain(*config._DATA.values())}
    missing = [key for key in keys - {"language"} if key not in example]
    assert not missing and all(name in guide for name in (*SHIPPED, *config.OUTPUTS))


def test_the_resolved_configuration_resolves_to_itself(folder):
    config = read_config(write_config(folder, more='[[variant]]\nname = "a"\n[[variant]]\nname = "b"\nC = 1.0\n'))
    again = resolve_config(config.to_dict(), Source(config.where), folder)
    assert again == config and list(config.variants) == ["a", "b"]
    shared = {"features": "words", "exclusive": True, "head": "logistic"}
    assert config.variants == {"a": shared, "b": {**shared, "C": 1.0}}


def test_data_stands_in_for_what_the_configuration_names(folder, tmp_path_factory):
    other = write_table(tmp_path_factory.mktemp("elsewhere"), count=12)
    config = read_config(write_config(folder), data=other)
    assert config.path("table").samefile(other)


@pytest.mark.parametrize(
    ("parts", "line", "words"),
    [
        ({"top": 'kind = "frame"\nsede = 1\n'}, 2, ["'sede'", "'seed'"]),
        ({"top": 'kind = "frame"\nseed = "one"\n'}, 2, ["'seed'", "whole number", "'one'", "seed = 5"]),
        ({"top": 'kind = "frame"\nseed = true\n'}, 2, ["'seed'", "whole number"]),
        ({"top": 'kind = "frame"\nseed = -1\n'}, 2, ["'seed'", "between 0 and"]),
        ({"top": 'kind = "frame"\nseed = 99999999999999999999\n'}, 2, ["'seed'", "between 0 and"]),
        ({"top": 'kind = "mood"\n'}, 1, ["'kind'", "'mood'", "stance"]),
        ({"top": 'kind = "frame"\noutputs = ["pdf"]\n'}, 2, ["'pdf'", "latex"]),
        ({"top": "kind = \n"}, 0, ["not TOML", "line 1"]),
        ({"data": ""}, 3, ["[data]", "articles", "benchmark", "table"]),
        ({"data": 'table = "coded.csv"\narticles = "x"\n'}, 3, ["articles and table"]),
        ({"data": 'table = "gone.csv"\n'}, 4, ["gone.csv", "--data"]),
        ({"data": 'table = "coded.csv"\nlevel = "sentence"\n'}, 5, ["'level'", "[data]"]),
        ({"data": 'articles = "."\n'}, 3, ["annotations"]),
        ({"data": 'articles = "."\nannotations = "."\nlevel = "word"\n'}, 6, ["'word'", "paragraph"]),
        ({"data": 'benchmark = "imdb"\ndata = "."\n'}, 4, ["'imdb'", "gvfc"]),
        ({"data": 'benchmark = "gvfc"\n'}, 4, ["--data"]),
        ({"data": 'benchmark = "gvfc"\ndata = "."\nprotocol = "mine"\n'}, 6, ["'mine'", "official"]),
        ({"data": 'table = "coded.csv"\ncolumns = {txt = "headline"}\n'}, 5, ["'txt'", "'text'"]),
        ({"data": 'table = "coded.csv"\ncolumns = {target_start = "a"}\n'}, 5, ["half of a span", "target_end"]),
        ({"detector": "[detector]\nheads = 1\n"}, 8, ["'heads'", "[detector]", "'head'"]),
        ({"detector": "[detector]\nexclusive = 1\n"}, 8, ["'exclusive'", "true or false"]),
        ({"detector": "[detector]\nrandom_state = 1\n"}, 8, ["'random_state'"]),
        ({"evaluation": "[evaluation]\nfolds = 2.5\n"}, 13, ["'folds'", "whole number"]),
        ({"evaluation": "[evaluation]\nslices = 'day'\n"}, 13, ["'slices'", "list of texts"]),
        ({"evaluation": "[evaluation]\nallow_leaks = [['a', 'b', 'c']]\n"}, 13, ["'allow_leaks'", "pairs"]),
        ({"evaluation": "[evaluation]\nconfidence = 95\n"}, 12, ["'confidence'", "0.95"]),
        ({"evaluation": "[evaluation]\nsearch = {C = 1}\n"}, 13, ["'search'", "lists"]),
        ({"more": "[[variant]]\nC = 1.0\n"}, 17, ["no name"]),
        ({"more": '[[variant]]\nname = "a"\n[[variant]]\nname = "a"\n'}, 19, ["two variants", "'a'"]),
        ({"more": '[[variant]]\nname = "a"\n[[variant]]\nname = "b"\nK = 2\n'}, 21, ["'K'", "[variant]"]),
    ],
    ids=lambda value: next(iter(value.values()))[:40].replace("\n", " ") if isinstance(value, dict) else None,
)
def test_what_is_wrong_is_told_with_its_line(folder, parts, line, words):
    path = write_config(folder, **parts)
    with pytest.raises(InputError) as caught:
        read_config(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: " if line else f"{path}: ") and "\n" not in message
    assert caught.value.remedy
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("top", "name", "more", "words"),
    [
        ("stance", "gvfc", "", ["'frame'"]),
        ("frame", "gvfc", "[evaluation]\nfolds = 3\n", ["'folds'", "protocol"]),
        ("stance", "newsmtsc", '[[variant]]\nname = "a"\n[[variant]]\nname = "b"\n', ["test part", "folds"]),
        ("stance", "newsmtsc", '[detector]\ntarget = "topic"\n', ["'target'"]),
    ],
    ids=["kind", "folds", "variants on the test", "target"],
)
def test_the_official_protocol_leaves_no_choice(folder, top, name, more, words):
    path = write_config(
        folder, top=f'kind = "{top}"\n', data=f'benchmark = "{name}"\ndata = "."\n', detector="", evaluation=more
    )
    with pytest.raises(InputError) as caught:
        read_config(path)
    for word in words:
        assert word in str(caught.value)


def test_articles_cannot_be_replaced(folder):
    path = write_config(folder, data='articles = "."\nannotations = "."\n')
    with pytest.raises(InputError, match="--data cannot replace"):
        read_config(path, data=folder)


# --- tables -----------------------------------------------------------------------------------------------------------

ROWS = pd.DataFrame({"t": ["a b", "c d", "e f"], "y": ["x;z", "", "x"], "at": ["0", "2", "1"], "to": ["1", "3", "3"]})


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_the_formats_of_tables_read_alike(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    if suffix == ".jsonl":
        ROWS.to_json(path, orient="records", lines=True)
    elif suffix == ".parquet":
        ROWS.to_parquet(path)
    else:
        ROWS.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
    assert read_table(path).astype(object).to_dict("list") == ROWS.to_dict("list")


@pytest.mark.parametrize(
    ("kind", "separator", "labels"),
    [
        ("frame", ";", [frozenset({"x", "z"}), frozenset(), frozenset({"x"})]),
        ("frame", None, [frozenset({"x;z"}), frozenset(), frozenset({"x"})]),
        ("stance", None, ["x;z", None, "x"]),
    ],
)
def test_labels_of_a_table(kind, separator, labels):
    units = units_of_table(ROWS, kind, {"text": "t", "label": "y"}, where="t.csv", separator=separator)
    assert [None if value != value else value for value in units["labels"]] == labels
    assert units["at"].to_list() == ["0", "2", "1"]  # kept, to group or slice by


def test_spans_of_a_table():
    columns = {"text": "t", "label": "y", "target_start": "at", "target_end": "to"}
    units = units_of_table(ROWS, "stance", columns, where="t.csv")
    assert [(m.start, m.end) for m in units["target"]] == [(0, 1), (2, 3), (1, 3)]


@pytest.mark.parametrize(
    ("columns", "change", "words"),
    [
        ({"text": "gone"}, {}, ["t.csv", "'gone'", "y"]),
        ({"target_start": "at", "target_end": "to"}, {"to": ["9", "3", "3"]}, ["t.csv", "row 1", "[0, 9)"]),
        ({"target_start": "at", "target_end": "to"}, {"at": ["", "2", "1"]}, ["row 1"]),
    ],
)
def test_a_bad_table_is_refused(columns, change, words):
    with pytest.raises(InputError) as caught:
        units_of_table(ROWS.assign(**change), "stance", {"text": "t", "label": "y", **columns}, where="t.csv")
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jsonl", '{"t": 1}\n{"t": \n', ["a.jsonl:2", "JSON"]),
        ("a.jsonl", "[1]\n", ["a.jsonl:1", "object"]),
        ("a.parquet", "not parquet", ["a.parquet"]),
        ("a.csv", "t,y\na,b,c,d\n", ["a.csv", "as many cells"]),
        ("a.csv", "", ["a.csv", "No columns"]),
        ("a.csv", 't,y\n"a,b\n', ["a.csv", "inside string"]),
        ("a.xlsx", "", ["a.xlsx", ".parquet"]),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name)
    for word in words:
        assert word in str(caught.value)
