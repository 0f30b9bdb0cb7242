"""Evaluations from configurations: what they find, what they write, and that a rerun is the same to the last bit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings

import pandas as pd
import pytest
from evaluation_configs import FRAMES, FULL, TWO, read_json, write_config, write_headlines, write_table

from corpus_tools.cli import main
from corpus_tools.evaluation.benchmarks.running import run_benchmark
from corpus_tools.reporting.evaluations.config import read_config
from corpus_tools.reporting.evaluations.inputs import hash_table
from corpus_tools.reporting.evaluations.job import run_evaluation
from corpus_tools.reporting.evaluations.page import render_evaluation
from corpus_tools.reporting.evaluations.rerun import compare_manifests
from corpus_tools.reporting.evaluations.table_file import read_table
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)

FILES = {"index.html", "evaluation.json", "table.tex", "MODEL_CARD.md", "predictions.parquet", "manifest.json"}


@pytest.fixture
def call(call):
    return lambda *arguments: call("evaluate", *arguments)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    write_table(folder)
    return run_evaluation(read_config(write_config(folder, evaluation=FULL, more=TWO)), progress=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with a table, its configuration and, under `out`, what an evaluation of it wrote."""
    folder = tmp_path_factory.mktemp("written")
    write_table(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warnings, "showwarning", warnings.showwarning)
        try:
            main(["evaluate", str(write_config(folder)), "--out", str(folder / "out")])
        except SystemExit as stop:
            assert not stop.code
    return folder


@pytest.fixture
def copy(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy")


# --- what is found ----------------------------------------------------------------------------------------------------


def test_variants_are_judged_on_the_same_folds_and_compared_to_the_first(outcome):
    document = outcome.document
    assert list(document["variants"]) == ["mild", "a|b_<i>&{\\}"]
    assert [(row["a"], row["b"]) for row in document["variant_comparisons"]] == [("a|b_<i>&{\\}", "mild")]
    row = document["variant_comparisons"][0]
    values = [figures["macro_f1"]["value"] for figures in document["variants"].values()]
    assert row["difference"]["value"] == pytest.approx(values[1] - values[0]) and 0 < row["p"] <= row["p_holm"] <= 1
    units = [part["unit"].to_list() for _, part in outcome.predictions.groupby("variant")]
    assert units[0] == units[1] and len(units[0]) == document["units"] == 24


def test_what_the_configuration_asks_for_is_there(outcome):
    document = outcome.document
    assert set(document["systems"]) == {"detector", "majority", "prior", "tfidf"}
    assert [row["share"] for row in document["learning_curve"]] == [0.5, 1.0]
    assert [row["value"] for row in document["slices"]] == ["o0", "o1"]
    assert document["confidence"] == 0.9 and document["labels"] == list(FRAMES)


def test_no_text_leaves_with_predictions_or_manifest(outcome):
    shown = outcome.predictions.to_csv() + json.dumps(outcome.manifest)
    assert "Envoys" not in shown and "<b>" not in shown


@pytest.mark.slow
def test_the_official_protocol_has_the_figures_of_the_benchmark_command(tmp_path):
    write_headlines(tmp_path)
    path = write_config(
        tmp_path, data='benchmark = "gvfc"\ndata = "."\n', detector='[detector]\nfeatures = "words"\n', evaluation=""
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the file is not the published one
        found = run_evaluation(read_config(path), progress=False).document["metrics"]["detector"]
        alone = run_benchmark("gvfc", tmp_path, features="words")["metrics"]
    assert {name: round(figure["value"], 2) for name, figure in found.items()} == alone
    for figure in found.values():
        assert figure["low"] <= figure["value"] <= figure["high"] and figure["high"] > figure["low"]


@pytest.mark.parametrize(
    ("kind", "detector"),
    [("frame", 'features = "words"\n'), ("stance", 'features = "words"\n')],
    ids=["frame", "stance"],
)
def test_articles_with_annotations(world, tmp_path, kind, detector):
    data = f'articles = "{world.articles}"\nannotations = "{world.annotations}"\n'
    more = "[evaluation]\nfolds = 3\nallow_leaks = []\ngroups = 'duplicates'\n"
    path = write_config(
        tmp_path, top=f'kind = "{kind}"\n', data=data, detector=f"[detector]\n{detector}", evaluation=more
    )
    found = run_evaluation(read_config(path), cache=world.cache, progress=False)
    assert found.document["macro_f1"]["value"] > 0.5 and found.document["coder_agreement"]
    assert {name.split("/")[0] for name in found.manifest["inputs"]} == {"articles", "annotations", "package"}
    assert render_evaluation(found.document, found.manifest).count("<section") >= 5


def test_a_planted_leak_is_refused_by_name_and_let_through_by_name(tmp_path):
    rows = read_table(write_table(tmp_path))
    copied = "Envoys of nine countries held talks behind closed doors on the war and its many causes and consequences"
    rows.loc[[1, 11], "headline"] = [copied, copied.replace("nine", "ten")]
    rows.to_csv(tmp_path / "coded.csv", index=False)
    evaluation = '[evaluation]\nscheme = "leave-one-out"\ngroups = "outlet"\nallow_leaks = [{}]\n'
    with pytest.raises(InputError, match=r"1 leak .*'text-1', 'text-11'.*allow_leaks"):
        run_evaluation(read_config(write_config(tmp_path, evaluation=evaluation.format(""))), progress=False)
    config = read_config(write_config(tmp_path, evaluation=evaluation.format('["text-1", "text-11"]')))
    found = run_evaluation(config, progress=False)
    assert [(row["a"], row["b"]) for row in found.document["leaks"]["allowed"]] == [("text-1", "text-11")]
    assert "1 found, of which 1 leak across the split" in render_evaluation(found.document, found.manifest)


# --- what is written --------------------------------------------------------------------------------------------------


def test_every_file_is_written_and_nothing_half(written):
    assert {path.name for path in (written / "out").iterdir()} == FILES
    document, manifest = (read_json(written / "out" / name) for name in ("evaluation.json", "manifest.json"))
    table = pd.read_parquet(written / "out" / "predictions.parquet")
    assert manifest["predictions"] == {"rows": len(table), "sha256": hash_table(table)}
    assert document["macro_f1"] == manifest["metrics"]["macro_f1"] and manifest["base"] == ".."


def test_outputs_are_chosen(call, tmp_path):
    write_table(tmp_path)
    path = write_config(tmp_path, top='kind = "frame"\noutputs = ["csv", "json"]\n')
    status, out, _ = call(path, "--out", tmp_path / "out", "--format", "json")
    assert status == 0 and json.loads(out)["macro_f1"]["value"] > 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "predictions.csv",
        "evaluation.json",
        "manifest.json",
    }


def damage(file, key, value):
    """Put something else under a key of a manifest."""
    file.write_text(json.dumps({**read_json(file), key: value}), "utf-8")


# --- rerun ------------------------------------------------------------------------------------------------------------


def test_a_rerun_is_identical(call, copy):
    status, out, err = call("--rerun", copy / "out" / "manifest.json")
    assert status == 0 and "identical: " in err and "24 predictions" in err and "macro-F1" in out


@pytest.mark.slow
def test_a_rerun_in_a_process_with_another_order_of_sets_is_identical(copy):
    command = [sys.executable, "-m", "corpus_tools", "evaluate", "--rerun", str(copy / "out" / "manifest.json")]
    for seed in ("1", "2"):
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed})
        assert done.returncode == 0 and "identical: " in done.stderr, done.stderr


def test_a_rerun_elsewhere_needs_the_folder_of_the_configuration(call, copy, tmp_path):
    manifest = shutil.copy(copy / "out" / "manifest.json", tmp_path / "manifest.json")
    status, _, err = call("--rerun", manifest)
    assert status == 1 and "coded.csv" in err
    status, _, err = call("--rerun", manifest, "--base", copy)
    assert status == 0 and "identical: " in err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: write_table(f, count=26), ["table/coded.csv changed"]),
        (lambda f: (f / "coded.csv").unlink(), ["coded.csv"]),
        (lambda f: (f / "out" / "manifest.json").write_text("{}"), ["manifest.json", "not the manifest"]),
        (lambda f: (f / "out" / "manifest.json").write_text("{"), ["manifest.json", "JSON"]),
        (lambda f: (f / "out" / "manifest.json").unlink(), ["manifest.json", "cannot be read"]),
        *(
            (lambda f, k=key, v=value: damage(f / "out" / "manifest.json", k, v), ["manifest.json", f"{key!r}"])
            for key in ("config", "versions", "inputs", "metrics", "predictions") for value in (None, 7, "x", [1])
        ),
        (lambda f: damage(f / "out" / "manifest.json", "config", {}), ["manifest.json", "'kind'"]),
        (lambda f: damage(f / "out" / "manifest.json", "inputs", {}), ["table/coded.csv is new"]),
    ],
)  # fmt: skip
def test_a_rerun_on_other_inputs_is_refused(call, copy, spoil, words):
    spoil(copy)
    status, out, err = call("--rerun", copy / "out" / "manifest.json")
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert status == 1 and out == "" and len(lines) == 1
    for word in words:
        assert word in lines[0], lines[0]


def test_other_figures_are_listed_with_the_likely_reason(call, copy):
    file = copy / "out" / "manifest.json"
    manifest = read_json(file)
    manifest["metrics"]["macro_f1"]["value"] += 1e-12
    manifest["predictions"]["sha256"] = "0" * 64
    manifest["versions"]["scikit-learn"] = "0.1"
    file.write_text(json.dumps(manifest), "utf-8")
    status, _, err = call("--rerun", file)
    assert status == 1 and "identical" not in err
    for word in (
        "differs: macro_f1.value: ",
        "differs: predictions: ",
        "2 of ",
        "likely reason: scikit-learn 0.1 then",
    ):
        assert word in err, err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: None, []),
        (lambda m: m["metrics"]["labels"].append("new"), ["labels[2]: only now"]),
        (lambda m: m["metrics"].pop("brier"), ["brier: only then"]),
        (lambda m: m["metrics"].update(brier=None), ["brier: "]),
    ],
)
def test_differences_are_named_by_their_path(outcome, change, said):
    new = json.loads(json.dumps(outcome.manifest))
    change(new)
    found = list(compare_manifests(outcome.manifest, new))
    assert len(found) == len(said) and all(line.startswith(start) for line, start in zip(found, said, strict=True))


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [[], ["a.toml", "--rerun", "m.json"], ["a.toml", "--base", "."], ["a.toml", "--format", "csv"]],
    ids=str,
)
def test_wrong_usage_is_status_2(call, arguments):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "") and "Traceback" not in err


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"top": 'kind = "frame"\nsede = 1\n'}, ["config.toml:2", "'seed'"]),
        ({"detector": '[detector]\nfeatures = "wrods"\nexclusive = true\n'}, ["config.toml", "'wrods'", "words"]),
        ({"evaluation": '[evaluation]\nscheme = "random"\n'}, ["config.toml", "'random'", "leave-one-out"]),
        ({"evaluation": '[evaluation]\ngroups = "moon"\n'}, ["config.toml", "'moon'"]),
        ({"evaluation": '[evaluation]\nfolds = 3\ngroups = "headline"\n'}, ["config.toml", "leak", "allow_leaks"]),
        ({"evaluation": '[evaluation]\nsearch = {K = [1]}\n'}, ["config.toml", "'K'"]),
    ],
    ids=["key", "features", "scheme", "groups", "leak", "search"],
)  # fmt: skip
def test_bad_input_is_one_line_and_status_1(call, tmp_path, parts, words):
    write_table(tmp_path)
    status, out, err = call(write_config(tmp_path, **parts), "--out", tmp_path / "out")
    lines = [line for line in err.splitlines() if not line.endswith((" …", " s")) and not line.startswith("warning")]
    assert status == 1 and out == "" and len(lines) == 1 and lines[0].startswith("error: "), err
    for word in words:
        assert word in lines[0], lines[0]
    assert not (tmp_path / "out").exists()
