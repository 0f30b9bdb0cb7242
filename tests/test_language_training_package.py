"""A toy package from a few dozen sentences, end to end: trained, killed and resumed, assembled, loaded, scored."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corpus_tools.language.models import find_package, verify_package
from corpus_tools.language.scoring import score_entities, score_package
from corpus_tools.language.training import train_package
from corpus_tools.text.errors import InputError

pytestmark = pytest.mark.slow

STEPS = {"tokenize": 4, "mwt": 1, "pos": 3, "lemma": 3, "depparse": 3, "ner": 3}
ARTICLES = ["af_afrol_1", "af_afrol_3", "af_afrol_2", "af_afrol_18"]  # train, train, dev, held out


@pytest.fixture(scope="module")
def material(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A treebank of some dozen sentences and four articles."""
    folder = tmp_path_factory.mktemp("material")
    (folder / "treebank").mkdir()
    for part, sentences in (("train", 60), ("dev", 12), ("test", 12)):
        source = shared / "data" / "ud_english_ewt" / f"en_ewt.{part}.conllu"
        blocks = source.read_text("utf-8").split("\n\n")[:sentences]
        (folder / "treebank" / source.name).write_text("\n\n".join(blocks) + "\n\n", "utf-8")
    for kind, end in (("entities", ".txt.tsv"), ("articles", ".txt")):
        (folder / "ner" / kind).mkdir(parents=True)
        for name in ARTICLES:
            source = shared / "data" / "en_worldwide_newswire" / kind / (name + end)
            shutil.copyfile(source, folder / "ner" / kind / source.name)
    return folder


@pytest.fixture(scope="module")
def package(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy package, whose training was killed once on the way."""
    out = tmp_path_factory.mktemp("package")
    script = f"""
from pathlib import Path
from corpus_tools.language.training import train_package
folder = Path({str(material)!r})
train_package(treebank=folder / "treebank", ner=folder / "ner", out=Path({str(out)!r}), name="toy", steps={STEPS!r})
"""
    first = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 300
    while not (out / "training" / "tokenize.done").exists() and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    first.kill()
    errors = first.communicate()[1].decode()
    assert (out / "training" / "tokenize.done").exists(), errors
    before = (out / "training" / "tokenize.pt").stat().st_mtime_ns
    _train(material, out)
    assert (out / "training" / "tokenize.pt").stat().st_mtime_ns == before, "a finished stage was trained again"
    return out


def _train(material: Path, out: Path, **more: object) -> Path:
    deadline = time.monotonic() + 30
    while True:  # the killed caller's child needs a moment to notice
        try:
            return train_package(
                treebank=material / "treebank", ner=material / "ner", out=out, name="toy", steps=STEPS, progress=False,
                commands=("corpus-tools models train …",), data=("A few sentences of EWT, CC BY-SA 4.0.",), **more,
            )  # type: ignore[arg-type]  # fmt: skip
        except InputError as error:
            if "is training here" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_package_is_complete(package: Path) -> None:
    found = find_package(package, "en")
    verify_package(found)
    assert found.processors == ("tokenize", "mwt", "pos", "lemma", "depparse", "ner")
    card = (package / "MODEL_CARD.md").read_text("utf-8")
    for expected in ("CC BY-SA 4.0", "| LAS |", "| raw | all |", "en/depparse/toy.pt", "corpus-tools models train"):
        assert expected in card


def test_stanza_loads_it_and_parses(package: Path) -> None:
    import stanza

    pipeline = stanza.Pipeline("en", dir=str(package), package="toy", download_method=None, verbose=False)
    document = pipeline("Western governments fear Russian influence.")
    words = [word for sentence in document.sentences for word in sentence.words]
    assert words
    for word in words:
        assert word.upos
        assert word.lemma
        assert word.deprel
    assert all(token.ner for sentence in document.sentences for token in sentence.tokens)


def test_the_scores_can_be_taken_again(package: Path, material: Path) -> None:
    table = score_package(package, material / "treebank" / "en_ewt.test.conllu")
    assert list(table.columns) == ["metric", "precision", "recall", "f1", "aligned"]
    kept = pd.read_csv(package / "scores" / "treebank.csv")
    pd.testing.assert_frame_equal(table.round(2), kept, check_dtype=False)
    ours = score_package(package, material / "treebank" / "en_ewt.test.conllu", precision="exact")
    pd.testing.assert_frame_equal(ours, table)
    fast = score_package(package, material / "treebank" / "en_ewt.test.conllu", precision="fast")
    pd.testing.assert_frame_equal(fast[:3], table[:3])  # tokens, sentences and words never change
    entities = score_entities(package, material / "ner")
    assert set(entities["tokens"]) == {"raw", "gold"}
    assert (entities.query("type == 'all'")["gold"] > 10).all()


def test_training_can_start_from_a_package(package: Path, material: Path, tmp_path: Path) -> None:
    from corpus_tools.language.training.vectors import save_pretrain

    words = ["the", "of", "Niger", "said"]
    vectors = save_pretrain(words, np.random.default_rng(0).normal(size=(4, 6)), tmp_path / "vectors.pt")
    out = train_package(
        treebank=material / "treebank", out=tmp_path / "second", name="toy", start_from=package, vectors=vectors,
        steps={**STEPS, "tokenize": 0, "mwt": 0, "lemma": 0}, progress=False,
    )  # fmt: skip
    assert (out / "en" / "pretrain" / "toy.pt").exists()
    assert find_package(out, "en").processors == ("tokenize", "mwt", "pos", "lemma", "depparse")
