"""Saved detectors: what is loaded is what was saved, and a file that wants anything else is refused by name."""

from __future__ import annotations

import json
import zipfile

import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from skops import io as skops_io
from small_world import PLAIN, PLAIN_LABELS

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.probes import PROBES
from corpus_tools.learning.saving import FORMAT, saved_type
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)


class Foreign:
    """A type that no detector holds."""

    def __init__(self):
        self.value = 1


@pytest.fixture(scope="module")
def frames(world):
    return FrameDetector(world.book, features="words", C=2.0).fit(world.frame_units())


@pytest.fixture
def folder(frames, tmp_path):
    return frames.save(tmp_path / "model")


def test_frames_round_trip(world, tmp_path):
    made = world.frame_units()
    model = FrameDetector(world.book, C=2.0, random_state=3).fit(made)
    expected = model.predict_proba(made)
    loaded = FrameDetector.load(model.save(tmp_path / "new" / "model"))
    pd.testing.assert_frame_equal(loaded.predict_proba(made), expected, check_exact=True)
    pd.testing.assert_frame_equal(loaded.predict(made), model.predict(made))
    pd.testing.assert_frame_equal(loaded.predict_articles(made), model.predict_articles(made))
    pd.testing.assert_frame_equal(loaded.explain(made), model.explain(made))
    pd.testing.assert_frame_equal(loaded.detect(world.corpus, world.parses), model.detect(world.corpus, world.parses))
    assert loaded.get_params(deep=False) == model.get_params(deep=False)
    assert loaded.training_articles_ == model.training_articles_


@pytest.mark.parametrize("features", ["words", "linguistic"])
def test_stances_round_trip(world, tmp_path, features):
    made = world.stance_units()
    model = StanceDetector(codebook=world.book, features=features).fit(made)
    loaded = StanceDetector.load(model.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(loaded.predict_proba(made), model.predict_proba(made), check_exact=True)
    assert (loaded.predict(made) == model.predict(made)).all()
    pd.testing.assert_frame_equal(loaded.detect(world.corpus, world.parses), model.detect(world.corpus, world.parses))
    assert saved_type(tmp_path / "model") == "StanceDetector"


def test_without_a_codebook(tmp_path):
    made = units_from_texts(PLAIN, labels=PLAIN_LABELS, targets=["plan"] * 16)
    model = StanceDetector(target="topic", features="words").fit(made)
    loaded = StanceDetector.load(model.save(tmp_path))
    assert loaded.codebook is None and loaded.target == "topic"
    pd.testing.assert_frame_equal(loaded.predict_proba(made), model.predict_proba(made), check_exact=True)


def test_saving_over_another_detector_leaves_nothing_of_it(frames, tmp_path):
    frames.save(tmp_path)
    made = units_from_texts(PLAIN, labels=PLAIN_LABELS, targets=["plan"] * 16)
    StanceDetector(target="topic", features="words").fit(made).save(tmp_path)
    assert StanceDetector.load(tmp_path).codebook is None


def test_saving_takes_nothing_from_the_detector_in_memory(world, tmp_path):
    frames = FrameDetector(world.book, features="words").fit(world.frame_units())
    before = {label: set(vars(model)) for label, model in frames.models_.items()}
    first = frames.save(tmp_path / "one")
    assert {label: set(vars(model)) for label, model in frames.models_.items()} == before
    loaded = FrameDetector.load(first)
    again = FrameDetector.load(loaded.save(tmp_path / "two"))
    pd.testing.assert_frame_equal(again.predict_proba(world.frame_units()), frames.predict_proba(world.frame_units()))


def test_manifest_says_what_made_it(world, frames, folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["format"] == FORMAT and manifest["type"] == "FrameDetector" and manifest["codebook"] == "1.0"
    assert manifest["parameters"] == {
        "features": "words",
        "exclusive": False,
        "head": "auto",
        "embeddings": None,
        "C": 2.0,
        "random_state": 0,
    }
    assert set(manifest["versions"]) >= {"python", "corpus_tools", "stanza", "torch", "scikit-learn", "pandas"}
    assert set(manifest["training_articles"]) == set(world.corpus.ids)


def test_a_foreign_object_is_refused_by_the_name_of_its_type(folder):
    parts = {"models_": {}, "labels_": [], "extra": Foreign()}
    skops_io.dump(parts, folder / "model.skops")
    with pytest.raises(InputError, match=r"model\.skops.*Foreign.*do not load it"):
        FrameDetector.load(folder)


def rename_type(node, old, module, name):
    """Rename every object of the type `old` in a tree of JSON; return how many there were."""
    children = list(node.values() if isinstance(node, dict) else node if isinstance(node, list) else [])
    own = isinstance(node, dict) and node.get("__class__") == old
    if own:
        node.update({"__class__": name, "__module__": module})
    return own + sum(rename_type(child, old, module, name) for child in children)


@pytest.mark.parametrize(("module", "name"), [("posix", "system"), ("subprocess", "Popen"), ("builtins", "eval")])
def test_a_schema_that_names_something_dangerous_is_refused(folder, module, name):
    file = folder / "model.skops"
    with zipfile.ZipFile(file) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    schema = json.loads(members["schema.json"])
    assert rename_type(schema, "TfidfVectorizer", module, name)
    members["schema.json"] = json.dumps(schema).encode("utf-8")
    with zipfile.ZipFile(file, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    with pytest.raises(InputError, match=rf"{module}\.{name}"):
        FrameDetector.load(folder)


def change_manifest(folder, **changes):
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


@pytest.mark.parametrize("name", ["model.skops", "codebook.json"])
def test_a_file_that_is_another_is_noticed(frames, folder, tmp_path, name):
    other = FrameDetector(Codebook.of({"codebook": {"version": "2"}}), features="words", C=8.0)
    other.fit(units_from_texts(PLAIN, labels=[{label} for label in PLAIN_LABELS])).save(tmp_path / "other")
    (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(InputError, match=rf"{name}.*not the file that was saved"):
        FrameDetector.load(folder)


@pytest.mark.parametrize("changed", [{"scikit-learn": "0.1"}, {}])
def test_other_predictions_of_the_probes_are_refused_with_what_changed(folder, changed):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["probes"][0][0] += 0.01
    change_manifest(folder, probes=manifest["probes"], versions={**manifest["versions"], **changed})
    said = r"what changed: scikit-learn from 0\.1 to \d" if changed else "what changed: no version"
    with pytest.raises(InputError, match=rf"predicts otherwise.*by 0\.01\).*{said}"):
        FrameDetector.load(folder)


def test_the_probes_notice_vectorizers_that_count_otherwise(folder, monkeypatch):
    transform = TfidfVectorizer.transform
    monkeypatch.setattr(TfidfVectorizer, "transform", lambda self, documents: 1.1 * transform(self, documents))
    with pytest.raises(InputError, match="predicts otherwise"):
        FrameDetector.load(folder)


def test_the_manifest_has_hashes_of_texts_and_files_and_the_metrics(world, frames, tmp_path):
    folder = frames.save(tmp_path / "model", metrics={"macro_f1": {"value": 0.5, "low": 0.4, "high": 0.6}})
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["training_articles"] == {article.id: article.fingerprint for article in world.corpus}
    assert manifest["metrics"]["macro_f1"]["high"] == 0.6
    assert manifest["features"] == ["tokens", "subwords", "text_vectors"]
    assert set(manifest["sha256"]) == {"model.skops", "codebook.json"}
    assert len(manifest["probes"]) == PROBES and len(manifest["probes"][0]) == len(frames.labels_)


def test_no_training_sentence_is_saved_but_the_vocabulary_is(world, folder):
    with zipfile.ZipFile(folder / "model.skops") as archive:
        kept = b"\n".join(archive.read(name) for name in archive.namelist())
    kept += b"\n".join(file.read_bytes() for file in folder.glob("*.json"))
    sentences = set(world.frame_units()["text"])
    assert not [text for text in sentences if " ".join(text.lower().split()[:3]).encode() in kept.lower()]
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["privacy"]
    assert b"onions" in kept and "vocabulary" in told and "embeddings" not in told


# The slow two hold heads of the kinds that the fast two, and the tests above, save each alone.
@pytest.mark.parametrize(
    "head", ["svm", "few_shot", *(pytest.param(name, marks=pytest.mark.slow) for name in ("chain", "best"))]
)
def test_every_head_round_trips(world, tmp_path, head):
    made = world.frame_units()
    model = FrameDetector(world.book, features="words", head=head).fit(made)
    loaded = FrameDetector.load(model.save(tmp_path))
    pd.testing.assert_frame_equal(loaded.predict_proba(made), model.predict_proba(made), check_exact=True)
    pd.testing.assert_frame_equal(loaded.predict(made), model.predict(made))
    pd.testing.assert_frame_equal(loaded.predict_articles(made), model.predict_articles(made))
    pd.testing.assert_frame_equal(loaded.explain(made), model.explain(made))


@pytest.mark.parametrize("head", ["auto", "logistic", "svm", "few_shot"])
@pytest.mark.parametrize("kind", ["frame", "topic", "span"])
@pytest.mark.slow
def test_every_head_of_one_label_round_trips(tmp_path, kind, head):
    targets = {"frame": None, "topic": ["plan"] * 16, "span": [(t.index("plan"), t.index("plan") + 4) for t in PLAIN]}
    labels = [{label} for label in PLAIN_LABELS] if kind == "frame" else PLAIN_LABELS
    made = units_from_texts(PLAIN, labels=labels, targets=targets[kind])
    empty = FrameDetector(exclusive=True) if kind == "frame" else StanceDetector(target=kind)
    model = empty.set_params(features="words", head=head).fit(made)
    loaded = type(model).load(model.save(tmp_path))
    pd.testing.assert_frame_equal(loaded.predict_proba(made), model.predict_proba(made), check_exact=True)
    pd.testing.assert_frame_equal(loaded.explain(made), model.explain(made))


def test_a_loaded_detector_cannot_go_on_learning(world, folder):
    with pytest.raises(InputError, match="does not remember"):
        FrameDetector.load(folder).partial_fit(world.frame_units())


@pytest.mark.parametrize(
    ("number", "remedy"), [(FORMAT + 1, "update"), (FORMAT - 1, "train the detector again"), ("1", ""), (None, "")]
)
def test_another_or_unreadable_format_is_refused(folder, number, remedy):
    change_manifest(folder, format=number)
    with pytest.raises(InputError, match=f"format {number}.*{remedy}"):
        FrameDetector.load(folder)


def test_another_kind_is_refused(folder):
    with pytest.raises(InputError, match="holds a FrameDetector, not a StanceDetector"):
        StanceDetector.load(folder)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{", "utf-8"),
        lambda folder: (folder / "manifest.json").write_text("[1]", "utf-8"),
        lambda folder: (folder / "manifest.json").write_text(f'{{"format": {FORMAT}}}', "utf-8"),
        lambda folder: (folder / "model.skops").unlink(),
        lambda folder: (folder / "model.skops").write_bytes(b"not a zip"),
    ],
    ids=["no manifest", "broken manifest", "manifest is a list", "manifest lacks keys", "no weights", "broken weights"],
)
def test_a_damaged_folder_is_bad_input(folder, damage):
    damage(folder)
    with pytest.raises(InputError, match="model"):
        FrameDetector.load(folder)


def test_an_unfitted_detector_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        FrameDetector().save(tmp_path / "model")
    assert not (tmp_path / "model").exists()
