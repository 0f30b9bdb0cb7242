"""Model packages: found, described, verified; assembled from trained files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpus_tools.language import models
from corpus_tools.language.downloads import stanza_resources
from corpus_tools.text.errors import InputError

ALL = ("tokenize", "mwt", "pos", "lemma", "depparse", "ner")
LITE = models.EMBEDDED / "lite"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A private copy of the embedded package."""
    return Path(shutil.copytree(LITE, tmp_path / "mine"))


@pytest.fixture
def no_stanza_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which Stanza has downloaded nothing."""
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(tmp_path / "stanza"))
    return tmp_path / "stanza"


def test_embedded_package_is_complete() -> None:
    package = models.find_package("lite", "en")
    assert package.processors == ALL
    assert (package.name, package.language, package.source) == ("lite", "en", "embedded")
    models.verify_package(package)
    assert models.package_path("lite") == LITE


def test_embedded_manifest_names_every_file_with_size_and_sha256() -> None:
    manifest = json.loads((LITE / "MANIFEST.json").read_text("utf-8"))
    there = {path.relative_to(LITE).as_posix() for path in [*LITE.rglob("*.pt"), LITE / "resources.json"]}
    assert manifest["files"].keys() == there
    for name, entry in manifest["files"].items():
        data = (LITE / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_embedded_models_do_not_tell_where_they_were_trained() -> None:
    import torch

    for file in models.find_package("lite").models:
        config = torch.load(LITE / file, weights_only=True).get("config", {})
        assert not [value for value in config.values() if isinstance(value, str) and "/" in value], file


def test_list_packages_begins_with_the_embedded_one(no_stanza_models: Path) -> None:
    assert [(package.name, package.language) for package in models.list_packages()] == [("lite", "en")]
    assert models.list_packages("xx") == []
    assert models.list_packages("en")[0].bytes == sum(path.stat().st_size for path in LITE.rglob("*.pt"))


@pytest.mark.parametrize(
    ("package", "language", "processors", "words"),
    [
        ("nope", "en", None, ["no model package 'nope'", "lite", "default"]),
        ("../lite", "en", None, ["no model package '../lite'"]),
        ("lite", "fr", None, ["no models for language 'fr'", "only for en", 'package="default"']),
        ("lite", "en", ["tokenize", "sentiment"], ["no processor 'sentiment'", "depparse"]),
        ("default", "en", None, ["not on this machine", "corpus-tools models download en", 'package="lite"']),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    package: str, language: str, processors: list[str] | None, words: list[str], no_stanza_models: Path
) -> None:
    with pytest.raises(InputError) as caught:
        models.find_package(package, language, processors)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_processors_are_chosen_in_running_order_with_only_their_files() -> None:
    package = models.find_package("lite", "en", ["mwt", "tokenize"])
    assert package.processors == ("tokenize", "mwt")
    assert package.models == ("en/tokenize/lite.pt", "en/mwt/lite.pt")
    assert models.find_package("lite", "en", ["ner"]).processors == ("tokenize", "ner")


def test_shared_vectors_are_a_dependency_and_listed_once() -> None:
    package = models.find_package("lite")
    assert package.models.count("en/pretrain/lite.pt") == 1
    assert "pretrain" not in package.processors


def test_changed_model_file_is_refused(copied: Path) -> None:
    assert models.package_path(copied) == copied
    file = copied / "en" / "lemma" / "lite.pt"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"en/lemma/lite\.pt is not the one that belongs to package 'lite'"):
        models.package_path(copied)
    models.write_manifest(copied)
    assert models.package_path(copied) == copied


def test_missing_model_file_and_unlisted_model_file_are_refused(copied: Path) -> None:
    manifest = json.loads((copied / "MANIFEST.json").read_text("utf-8"))
    del manifest["files"]["en/pos/lite.pt"]
    (copied / "MANIFEST.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match=r"does not name en/pos/lite\.pt"):
        models.package_path(copied)
    (copied / "en" / "mwt" / "lite.pt").unlink()
    with pytest.raises(InputError, match=r"en/mwt/lite\.pt is missing"):
        models.package_path(copied)


@pytest.mark.parametrize("text", ["{", "[]", '{"manifest": 2, "files": {}}', '{"manifest": 1, "files": {"a": 1}}'])
def test_unreadable_manifest_is_refused(copied: Path, text: str) -> None:
    (copied / "MANIFEST.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match="unreadable manifest"):
        models.package_path(copied)


def test_unreadable_resources_are_refused(copied: Path) -> None:
    (copied / "resources.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match=r"resources\.json: not JSON"):
        models.package_path(copied)


def test_downloaded_models_are_verified_by_stanzas_own_checksums(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied / "MANIFEST.json").unlink()  # as Stanza leaves a folder
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(copied))
    assert models.package_path("default") == copied
    assert [package.name for package in models.list_packages("en")] == ["lite", "default"]
    with (copied / "en" / "mwt" / "lite.pt").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(InputError, match="checksum differs.*models download en"):
        models.package_path("default")


def test_stanza_resources_is_stanzas_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    from stanza.resources import common

    if "STANZA_RESOURCES_DIR" not in os.environ:
        assert str(stanza_resources()) == common.DEFAULT_MODEL_DIR
    monkeypatch.setenv("STANZA_RESOURCES_DIR", "/elsewhere")
    assert stanza_resources() == Path("/elsewhere")


def test_download_without_network_names_both_ways_out(no_stanza_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError) as caught:
        models.download("en")
    assert "models download en" in str(caught.value) and 'package="lite"' in str(caught.value)
    assert not [path for path in no_stanza_models.rglob("*") if path.suffix == ".pt"]


def test_finding_and_verifying_imports_neither_torch_nor_stanza() -> None:
    code = (
        "import sys; from corpus_tools.language import models; models.package_path(); models.list_packages();"
        "models.find_package().checksums(); print(sorted({'torch', 'stanza'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_assemble_lays_out_a_package_that_stanza_loads(tmp_path: Path) -> None:
    import torch

    source = {kind: LITE / "en" / kind / "lite.pt" for kind in ("tokenize", "mwt", "pos", "pretrain")}
    folder = models.assemble(source, tmp_path / "made", name="small", language_name="English")
    models.verify_package(models.find_package(folder))
    resources = json.loads((folder / "resources.json").read_text("utf-8"))["en"]
    assert resources["pos"]["small"]["dependencies"] == [{"model": "pretrain", "package": "small"}]
    assert "dependencies" not in resources["tokenize"]["small"]
    assert resources["packages"]["small"] == {"tokenize": "small", "mwt": "small", "pos": "small"}
    weights = torch.load(folder / "en" / "pos" / "small.pt", weights_only=True)["model"].values()
    assert {value.dtype for value in weights} == {torch.float16}
    vectors = torch.load(folder / "en" / "pretrain" / "small.pt", weights_only=True)["emb"]
    assert vectors.dtype == torch.float32

    import stanza

    pipeline = stanza.Pipeline("en", dir=str(folder), package="small", download_method=None, verbose=False)
    words = pipeline("They left Niger.").sentences[0].words
    assert [word.upos for word in words] == ["PRON", "VERB", "PROPN", "PUNCT"]


def test_assemble_keeps_full_precision_on_request(tmp_path: Path) -> None:
    import torch

    checkpoint = torch.load(LITE / "en" / "tokenize" / "lite.pt", weights_only=True)
    checkpoint["model"] = {name: value.float() for name, value in checkpoint["model"].items()}
    torch.save(checkpoint, tmp_path / "tokenizer.pt")
    folder = models.assemble({"tokenize": tmp_path / "tokenizer.pt"}, tmp_path / "made", half=False)
    stored = torch.load(folder / "en" / "tokenize" / "lite.pt", weights_only=True)["model"]
    assert {value.dtype for value in stored.values()} == {torch.float32}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"tokenise": "tokenize"}, "unknown processor 'tokenise'"),
        ({"tokenize": "nothing"}, "no file for 'tokenize'"),
        ({"mwt": "mwt"}, "needs a tokenizer"),
        (
            {"tokenize": "tokenize", "pos": "pos"},
            "the pos model was trained with word vectors; add the 'pretrain' file",
        ),
        ({"tokenize": "pretrain"}, "not a model that Stanza saved"),
    ],
)
def test_assemble_refuses_with_a_remedy(source: dict[str, str], message: str, tmp_path: Path) -> None:
    files = {kind: LITE / "en" / name / "lite.pt" for kind, name in source.items()}
    with pytest.raises(InputError, match=message):
        models.assemble(files, tmp_path / "made")
    assert not (tmp_path / "made" / "MANIFEST.json").exists()
