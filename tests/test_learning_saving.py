"""Saved detectors: what is loaded is what was saved, and a file that wants anything else is refused by name."""

from __future__ import annotations

import json
import zipfile

import pandas as pd
import pytest
from skops import io as skops_io
from small_world import PLAIN, PLAIN_LABELS

from corpus_tools.learning.frames import FrameDetector
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


def test_changed_weights_are_noticed(folder):
    change_manifest(folder, checksum=json.loads((folder / "manifest.json").read_text())["checksum"] + 1)
    with pytest.raises(InputError, match="weights differ"):
        FrameDetector.load(folder)


@pytest.mark.parametrize("number", [FORMAT + 1, "1", None])
def test_a_newer_or_unreadable_format_is_refused(folder, number):
    change_manifest(folder, format=number)
    with pytest.raises(InputError, match="format"):
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
        lambda folder: (folder / "manifest.json").write_text('{"format": 1}', "utf-8"),
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
