"""The main job on the small world: the five files, nobody judged is trained on, and a run that can be repeated."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil

import pandas as pd
import pytest

from corpus_tools.learning.detections import COLUMNS
from corpus_tools.reporting.files import to_csv
from corpus_tools.reporting.run import run
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)

FILES = ("index.html", "detections.jsonl", "detections.csv", "evaluation.json", "manifest.json")


def do_run(world, out, **more):
    return run(
        world.articles, annotations=world.annotations, out=out, cache=world.cache, folds=3, progress=False, **more
    )


@pytest.fixture(scope="module")
def report(world, tmp_path_factory):
    return do_run(world, tmp_path_factory.mktemp("report") / "deep" / "out", judge=["a00", "a04"])


def strict_json(text):
    def refuse(name):
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def check_figure(figure):
    assert {"value", "low", "high"} <= set(figure)
    if figure["value"] is None:
        assert figure["reason"]
    else:
        assert figure["low"] <= figure["value"] + 1e-9 and figure["value"] <= figure["high"] + 1e-9


@pytest.mark.slow
def test_the_five_files_are_there_and_nothing_half_written(report):
    assert all((report.folder / name).stat().st_size > 0 for name in FILES)
    assert report.files[0] == report.folder / "index.html" and all(file.exists() for file in report.files)
    assert not [file for file in report.folder.iterdir() if file.name.startswith(".") or file.suffix == ".part"]


def test_judged_articles_train_nothing(report, world):
    manifest = strict_json((report.folder / "manifest.json").read_text("utf-8"))
    assert sorted(manifest["judged"]) == ["a00", "a04"] == sorted(report.judged)
    assert not {"a00", "a04"} & set(manifest["training"])
    assert set(manifest["training"]) == set(world.gold.articles) - {"a00", "a04"}
    assert set(report.detections["article"]) <= {"a00", "a04"}
    assert not {"a00", "a04"} & set(pd.read_csv(report.folder / "out_of_fold.csv")["article"])


def test_the_planted_frames_and_stances_are_found(report, world):
    frames = report.detections[report.detections["type"] == "frame"]
    assert set(zip(frames["article"], frames["label"], strict=True)) == {
        (a, label) for a in ("a00", "a04") for label in ("influence", "ballot")
    }
    assert {"oppose", "support"} <= set(report.detections.loc[report.detections["type"] == "stance", "label"])


def test_detections_are_the_same_in_both_files(report, world):
    lines = [strict_json(line) for line in (report.folder / "detections.jsonl").read_text("utf-8").splitlines()]
    with (report.folder / "detections.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(lines) == len(rows) == len(report.detections) > 0
    for line, row in zip(lines, rows, strict=True):
        assert tuple(line) == tuple(row) == COLUMNS
        assert line["quote"] == world.corpus[line["article"]].text[line["start"] : line["end"]]
        assert (int(row["start"]), float(row["score"])) == (line["start"], pytest.approx(line["score"]))
        if line["type"] == "frame":
            assert line["holder"] is None and line["target"] is None and row["holder"] == ""
        else:
            assert set(line["holder"]) == set(line["target"]) == {"start", "end", "quote", "entity", "implicit"}
            assert json.loads(row["target"]) == line["target"], "offsets stay whole numbers"


def test_evaluation_has_the_promised_form(report):
    evaluation = strict_json((report.folder / "evaluation.json").read_text("utf-8"))
    assert evaluation == report.evaluation
    frames, stance = evaluation["frames"], evaluation["stance"]
    figures = [
        frames["macro_f1"],
        frames["micro_f1"],
        *frames["baselines"].values(),
        frames["difference_to_cues"],
        frames["sentence"]["macro_f1"],
    ]
    for figure in (*figures, stance["macro_f1"], stance["detection_f1"], *stance["baselines"].values()):
        check_figure(figure)
    assert (frames["level"], frames["folds"], frames["articles"]) == ("article", 3, 13)
    assert set(frames["baselines"]) == {"majority", "always", "prior", "cues", "tfidf"}
    assert 0 < frames["difference_to_cues"]["p"] <= 1
    assert {"majority", "cues"} <= set(stance["baselines"]), "the contract promises both baselines for stances too"
    for row in frames["per_label"]:
        assert {"label", "support", "precision", "recall", "f1", "cues_f1", "majority_f1", "agreement"} <= set(row)
        assert set(row["agreement"]) == {"alpha", "raw", "reason"}
    assert set(frames["coder_agreement"]) == {"article", "sentence", "by_version"}
    assert 0.8 < frames["coder_agreement"]["article"]["raw"] < 1
    assert frames["calibration"] and {"mean_score", "share_positive", "n"} == set(frames["calibration"][0])
    assert stance["triples"] > 0 and 0 < stance["reachable"] <= 1 and stance["coder_agreement"]
    assert evaluation["warnings"] and all(isinstance(line, str) for line in evaluation["warnings"])


def test_the_manifest_lets_anyone_repeat_the_run(report, world):
    manifest = strict_json((report.folder / "manifest.json").read_text("utf-8"))
    assert {"python", "corpus_tools", "stanza", "torch", "scikit-learn", "pandas"} <= set(manifest["versions"])
    assert manifest["articles"] == {a.id: a.fingerprint for a in world.corpus}
    files = {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest()
        for f in world.annotations.iterdir()
        if f.suffix in (".jsonl", ".toml")
    }
    assert manifest["annotations"] == files
    assert manifest["settings"] == {"folds": 3, "seed": 0, "package": "lite"}
    assert set(manifest["detectors"]["FrameDetector"]["thresholds"]) == {"influence", "ballot"}
    assert manifest["parse"] == json.loads(json.dumps(world.parses.configuration))
    assert manifest["started"].endswith("+00:00") and manifest["seconds"] >= 0 and manifest["command"]


def test_the_page_is_whole_by_itself(report):
    page = (report.folder / "index.html").read_text("utf-8")
    assert (
        "Russian influence" in page
        and "<script src" not in page
        and "http://" not in page.replace("http://www.w3.org/", "")
    )


@pytest.mark.slow
def test_a_second_run_gives_the_same(report, world, tmp_path):
    again = do_run(world, tmp_path / "out", judge=["a00", "a04"])
    assert again.evaluation == report.evaluation
    for name in ("detections.jsonl", "detections.csv", "evaluation.json"):
        assert (tmp_path / "out" / name).read_bytes() == (report.folder / name).read_bytes()


@pytest.mark.slow
def test_without_judge_the_articles_without_gold_are_judged(world, tmp_path):
    report = do_run(world, tmp_path / "out")
    assert report.judged == ["a14"], "the only one that was not finished"
    assert set(report.detections["article"]) == {"a14"}


@pytest.mark.slow
def test_when_all_have_gold_every_article_is_judged_out_of_fold(world, tmp_path):
    shutil.copytree(world.articles, tmp_path / "articles")
    (tmp_path / "articles" / "a14.txt").unlink()
    # The logs speak of a14 too, and a corpus that lacks it would not fit them.
    shutil.copytree(world.annotations, tmp_path / "annotations")
    for log in (tmp_path / "annotations").glob("*.jsonl"):
        log.write_bytes(
            b"".join(line for line in log.read_bytes().splitlines(keepends=True) if b'"article":"a14"' not in line)
        )
    report = run(
        tmp_path / "articles",
        annotations=tmp_path / "annotations",
        out=tmp_path / "out",
        cache=world.cache,
        folds=3,
        progress=False,
    )
    corpus = Corpus.read(tmp_path / "articles")
    assert sorted(report.judged) == sorted(corpus.ids)
    found = report.detections[report.detections["type"] == "frame"]
    assert not found.duplicated(["article", "label", "start"]).any(), (
        "each article is judged once, by the detector that never saw it"
    )
    assert (tmp_path / "out" / "index.html").exists()


def test_an_unknown_article_to_judge_is_refused_before_anything_is_done(world, tmp_path):
    with pytest.raises(InputError, match=r"no article 'a99' to judge.*a00"):
        do_run(world, tmp_path / "out", judge=["a00", "a99"])
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_one_coder_alone_gives_no_agreement_and_no_failure(world, tmp_path):
    shutil.copytree(world.annotations, tmp_path / "annotations")
    (tmp_path / "annotations" / "ben.jsonl").unlink()
    coders = (tmp_path / "annotations" / "coders.toml").read_text("utf-8")
    at = coders.index('[[coder]]\nid = "ben"')
    (tmp_path / "annotations" / "coders.toml").write_text(
        coders[:at] + coders[coders.index('[[coder]]\nid = "gold"') :], "utf-8"
    )
    report = run(
        world.articles,
        annotations=tmp_path / "annotations",
        out=tmp_path / "out",
        judge=["a00"],
        cache=world.cache,
        folds=3,
        progress=False,
    )
    assert "coder_agreement" not in report.evaluation["frames"] and (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(cell):
    table = pd.DataFrame({"quote": [cell, "plain"], "score": [-0.5, 0.5], "evidence": [[], [{"quote": cell}]]})
    head, first, second = csv.reader(io.StringIO(to_csv(table), newline=""))
    assert head == ["quote", "score", "evidence"]
    assert first[:2] == [f"'{cell}", "-0.5"], "numbers stay numbers"
    assert second[0] == "plain" and json.loads(second[2]) == [{"quote": cell}]
