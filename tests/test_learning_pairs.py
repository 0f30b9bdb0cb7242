"""The view of pairs: candidates of one sentence told apart by the embeddings of their holder and target."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from corpus_tools.language.mentions import Mention
from corpus_tools.learning import pairs
from corpus_tools.learning.dense import DenseView
from corpus_tools.learning.embeddings import Embeddings, open_embeddings
from corpus_tools.learning.encoder import Request
from corpus_tools.learning.explain import occlude
from corpus_tools.learning.pairs import PairView, choose_view
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts

pytest_plugins = ("small_world_fixture",)

TEXT = "Anna praised Omar and feared Lena ."
NAMES = ("Anna", "Omar", "Lena")
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "anna", "omar", "lena", "praised", "feared", "and", ".")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The folder of an encoder of three layers and 16 values that was never trained."""
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "vocab.txt").write_text("\n".join([*WORDS, *"abcdefghijklmnopqrstuvwxyz"]), "utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(WORDS) + 26, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.BertModel(config).save_pretrained(folder)
    return str(folder)


def span_of(name, text=TEXT):
    return text.index(name), text.index(name) + len(name)


def candidates(texts=(TEXT,)):
    """Every pair of names of each text, and for each name as a target a holder without a place."""
    rows = [(text, h, t) for text in texts for h in (*NAMES, None) for t in NAMES if h != t]
    made = units_from_texts(
        [text for text, _, _ in rows],
        labels=["support" if h == "Anna" and t == "Omar" else "none" for _, h, t in rows],
        targets=[span_of(t, text) for text, _, t in rows],
        holders=[span_of(h, text) if h else (0, 4) for text, h, _ in rows],
    )
    author = Mention(implicit="author")
    made["holder"] = [m if h else author for m, (_, h, _) in zip(made["holder"], rows, strict=True)]
    return made


# --- the view ---------------------------------------------------------------------------------------------------------


def test_candidates_of_one_sentence_have_rows_of_their_own(model):
    made = candidates()
    rows = PairView(model).fit_transform(made)
    assert len(np.unique(rows.round(5), axis=0)) == len(made) == 9
    assert np.ptp(DenseView(model).fit_transform(made), axis=0).max() == 0, "the text alone tells nothing"


def test_no_candidates_have_no_rows(model):
    view = PairView(model, size=4)
    width = view.fit_transform(candidates()).shape[1]
    assert view.transform(candidates().iloc[:0]).shape == (0, width)


def test_a_row_is_the_holder_the_target_and_their_products(model):
    made = candidates([TEXT, "Lena feared Omar , Anna feared Omar .", "Omar and Lena praised Anna ."])
    view = PairView(model, size=4)
    rows = view.fit_transform(made)
    holder, target, products = np.split(4 * rows, 3, axis=1)
    assert rows.shape == (27, 12)
    assert products == pytest.approx(2 * np.sqrt(4) * holder * target, abs=1e-6)
    for side in (holder, target):
        assert np.square(side).sum(axis=1).mean() == pytest.approx(1, abs=0.2)
    one = made.iloc[:1]
    assert view.transform(one) == pytest.approx(rows[:1], abs=1e-6), "alone as among others"


def test_a_mention_has_its_own_vectors_and_an_implicit_holder_those_of_the_text(model):
    view = PairView(model)
    raw = view.vectors([(TEXT, span_of("Omar"), span_of("Anna")), (TEXT, span_of("Omar"), None)])
    known = open_embeddings(model).vectors([Request(TEXT, span_of(name)) for name in ("Anna", "Omar")])
    of_anna, of_omar = known[:, 1, :-1].reshape(2, -1)
    assert raw.shape == (2, 2 * of_anna.size)
    assert raw[0] == pytest.approx(np.concatenate([of_anna, of_omar]), abs=1e-6)
    assert raw[1] == pytest.approx(np.concatenate([known[0, 0, :-1].ravel(), of_omar]), abs=2e-3)


def test_a_span_behind_all_that_the_model_takes_in_has_the_vector_of_its_text(model):
    text = "a " * 380 + "omar"
    view = PairView(model)
    beyond, whole = view.vectors([(text, (760, 764), None), (text, None, None)])
    assert beyond.any() and beyond == pytest.approx(whole, abs=2e-3)


def test_the_same_units_give_the_same_view(model):
    made = candidates([TEXT, "Lena praised Anna and Omar ."])
    first, second = PairView(model), PairView(model)
    assert (first.fit_transform(made) == second.fit_transform(made)).all()
    assert (first.transform(made) == second.fit(made).transform(made)).all()


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.filterwarnings("error")
def test_few_mentions_give_few_components(model, rows):
    made = candidates().iloc[:rows]
    view = PairView(model)
    found = view.fit_transform(made)
    holders, targets = (len(axes) for axes in view.axes_)
    assert holders == 1, "there is one holder, or there are two, who differ in one direction"
    assert targets == max(1, made["target"].nunique() - 1)
    assert found.shape == (rows, holders + targets + min(holders, targets)) and np.isfinite(found).all()
    assert np.isfinite(view.transform(candidates())).all()


def test_vectors_that_never_differ_say_nothing(model, monkeypatch):
    monkeypatch.setattr(Embeddings, "_encode", lambda self, wanted: {key: np.ones(self.shape, "f2") for key in wanted})
    made = candidates(["Anna feared Lena and Omar and Lena ."])
    assert not PairView(model).fit_transform(made).any()


def test_each_mention_is_asked_for_once_and_not_all_at_a_time(model, monkeypatch):
    made = candidates()
    expected = PairView(model).fit_transform(made)
    asked, vectors = [], Embeddings.vectors

    def count(self, requests, **options):
        asked.append(list(requests))
        return vectors(self, requests, **options)

    monkeypatch.setattr(Embeddings, "vectors", count)
    monkeypatch.setattr(pairs, "_AT_ONCE", 3)
    assert (PairView(model).fit_transform(made) == expected).all()
    assert [len(part) for part in asked] == [3, 1], "three names and the text"


@pytest.mark.parametrize(
    ("target", "crowded", "expected"),
    [
        ("entity", True, PairView("m")),
        ("entity", False, DenseView("m", spans=True, holders=True)),
        ("span", True, DenseView("m")),
        ("span", False, DenseView("m", spans=True)),
        ("topic", True, DenseView("m", weight=0.6)),
        ("topic", False, DenseView("m", weight=0.6)),
    ],
)
def test_only_candidates_that_share_sentences_are_read_as_pairs(target, crowded, expected):
    found = choose_view("m", target, crowded=crowded, curved=True, count=100)
    assert type(found) is type(expected) and found.get_params() == expected.get_params()


# --- detectors --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def detector(world, model):
    made = world.stance_units()
    return StanceDetector(codebook=world.book, features="embeddings", embeddings=model).fit(made)


def test_a_detector_of_candidates_reads_pairs(world, detector):
    made = world.stance_units()
    assert isinstance(detector.features_.dense_, PairView)
    assert made["holder"].map(lambda m: m.implicit is not None).any()
    rows = detector.features_.views(made)["embeddings"]
    assert rows.shape[0] == len(made) and np.isfinite(rows).all()
    again = StanceDetector(**detector.get_params(deep=False)).fit(made)
    pd.testing.assert_frame_equal(again.predict_proba(made), detector.predict_proba(made))


def test_a_saved_detector_predicts_the_same(world, detector, tmp_path):
    made = world.stance_units()
    folder = detector.save(tmp_path / "model")
    loaded = StanceDetector.load(folder)
    pd.testing.assert_frame_equal(loaded.predict_proba(made), detector.predict_proba(made), check_exact=True)
    some = made.iloc[:3]
    pd.testing.assert_frame_equal(loaded.explain(some), detector.explain(some))
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["privacy"]
    assert "principal components" in told and "projection" not in told


def test_words_left_out_lose_what_they_carried(world, detector):
    made = world.stance_units()
    unit = made.iloc[0].to_dict()
    dense = detector.features_.dense_
    weights = detector._weights("support", "embeddings", made.iloc[:1])
    whole = detector.features_.views(made.iloc[:1])["embeddings"][0]
    assert weights.shape == whole.shape
    raw = dense.vectors([(unit["text"], *dense.spans_of(unit))])
    assert dense.scale(raw)[0] == pytest.approx(whole, abs=1e-5)
    pieces = occlude(dense, unit, weights)
    assert pieces and all(unit["start"] <= p["start"] < p["end"] <= unit["end"] for p in pieces)
    assert any(abs(piece["weight"]) > 0 for piece in pieces)
    assert set(detector.explain(made.iloc[:8])["feature"]) > {"embeddings"}


def test_what_is_detected_quotes_its_evidence(world, detector):
    table = detector.detect(world.corpus, world.parses)
    assert len(table)
    for pieces in table["evidence"]:
        assert all(piece["quote"] for piece in pieces)
