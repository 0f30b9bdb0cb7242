"""Mean word vectors of plain texts: which words count, how much around a span, and where features take them in."""

from __future__ import annotations

import numpy as np
import pytest

from corpus_tools.language.pieces import Pieces
from corpus_tools.learning.features import BLOCKS, UnitFeatures
from corpus_tools.learning.targets import TargetFeatures
from corpus_tools.learning.units import units_from_texts
from corpus_tools.learning.vectors import WordVectors, load_vectors, text_vectors
from corpus_tools.text.errors import InputError

WORDS, TABLE = {"good": 0, "bad": 1, "plan": 2}, np.eye(3, dtype=np.float32)
VECTORS = WordVectors(WORDS, TABLE)
PIECES = Pieces(
    ("un", "##good", "##s", "sun"), np.array([[0, 4, 0], [4, 0, 0], [0, 0, 2], [9, 9, 9]], dtype=np.float32)
)
TEXT = "Good, bad! Plan…"


def test_a_text_has_the_mean_of_its_known_words():
    (found,) = text_vectors("A good #Plan; good's zzz", [], VECTORS)
    assert found == pytest.approx(np.array([2, 0, 1]) / np.sqrt(5)), "twice good, once plan; marks and case aside"


def test_around_a_span_near_words_weigh_more_and_its_own_do_not_count():
    of_text, around = text_vectors(TEXT, [(10, 15)], VECTORS)
    assert of_text == pytest.approx(np.array([1, 1, 0]) / np.sqrt(2))
    assert around == pytest.approx(np.array([1 / 3, 1 / 2, 0]) / np.hypot(1 / 3, 1 / 2))
    assert text_vectors(TEXT, [(0, 4)], VECTORS)[1] == pytest.approx(
        np.array([0, 1 / 2, 1 / 3]) / np.hypot(1 / 3, 1 / 2)
    )


def test_a_text_of_unknown_words_has_zeros():
    for text in ("", "…", "zzz"):
        assert not np.any(text_vectors(text, [(0, 1)], VECTORS))


@pytest.mark.parametrize(
    ("word", "plain", "by_pieces"),
    [
        ("good", [1, 0, 0], [1, 0, 0]),
        ("#good", [1, 0, 0], [1, 0, 0]),
        ("@good's", [1, 0, 0], [1, 0, 0]),
        ("good’s", [1, 0, 0], [1, 0, 0]),
        ("goods", None, [0.5, 0, 1]),  # a word of the package, and a piece
        ("#goods's", None, [0.5, 0, 1]),
        ("un", None, [0, 4, 0]),
        ("ungood", None, [2, 2, 0]),
        ("un_good", None, [0.5, 2, 0]),  # two parts: "good" begins the second
        ("un’good’s", None, [0.5, 2, 0]),
        ("bad'un", None, [0, 2.5, 0]),
        ("úngóód", None, [2, 2, 0]),
        ("s", None, None),  # no piece begins a word so
        ("goodx", None, None),
        ("goodx'good", None, [1, 0, 0]),  # what cannot be cut says nothing of the rest
        ("好", None, None),
        ("#", None, None),
        ("", None, None),
        ("good" * 1000, None, None),
    ],
)
def test_a_word_is_found_itself_or_by_its_pieces(word, plain, by_pieces):
    for vectors, expected in ((VECTORS, plain), (WordVectors(WORDS, TABLE, PIECES), by_pieces)):
        for found in (vectors.find(word), vectors.find(word)):
            assert (None if found is None else found.tolist()) == expected


@pytest.mark.parametrize(("word", "known"), [("good", True), ("#good", False), ("goods", False), ("un", False)])
def test_whole_words_are_those_of_the_package(word, known):
    assert (WordVectors(WORDS, TABLE, PIECES).find_whole(word) is not None) == known


def test_pieces_of_another_width_are_refused():
    with pytest.raises(InputError, match="vectors of 2 values, the words of 3"):
        WordVectors(WORDS, TABLE, Pieces(("x",), np.ones((1, 2), dtype=np.float32)))


def test_a_sample_reaches_from_the_words_to_the_pieces():
    vectors = WordVectors(WORDS, TABLE, PIECES)
    assert vectors.dimensions == 3 and vectors.sample(3).tolist() == [[1, 0, 0], [0, 4, 0], [9, 9, 9]]
    assert vectors.sample(1).tolist() == [[1, 0, 0]] and vectors.sample(20).shape == (20, 3)


@pytest.mark.parametrize("word", ["feminist", "#feminists", "feminist’s"])
def test_words_that_the_package_lacks_lie_near_words_that_mean_the_same(word):
    vectors = load_vectors()
    near, far = (_cosine(vectors.find(word), vectors.find(other)) for other in ("women", "bank"))
    assert near > 0.5 > far + 0.3


def test_every_word_of_letters_has_a_vector():
    vectors = load_vectors()
    words = ["#prolifeyouth", "don't", "don’t", "unborn", "@hillary_2016", "xqzzj", "cafés"]
    assert [word for word in words if vectors.find(word) is None] == []


def _cosine(one, other):
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)


@pytest.mark.parametrize(("target", "count"), [("topic", 1), ("span", 2), ("entity", 3)])
def test_vectors_stand_last_beside_the_terms_of_targets(target, count):
    texts = ["We love rain.", "We hate snow."]
    spans = ["rain", "snow"] if target == "topic" else [(8, 12), (8, 12)]
    units = units_from_texts(texts, labels=["good", "bad"], targets=spans)
    features = TargetFeatures(target, "words")
    matrix, names = features.fit_views(units)["terms"], features.get_feature_names_out()
    width = features.count_vector_columns()
    assert width == count * load_vectors().dimensions and matrix.shape[1] == len(names)
    assert all(name.startswith("vectors:") for name in names[-width:])
    assert not any(name.startswith("vectors:") for name in [*names[:-width], *features.locate(units.iloc[0])])
    assert abs(features.views(units)["terms"] - matrix).max() < 1e-12 and matrix[:, -width:].nnz > 0


def test_a_target_that_is_not_there_leaves_its_columns_empty():
    units = units_from_texts(["We love rain.", "We hate it."], labels=["good", "bad"], targets=["rain", "snow"])
    rows = TargetFeatures("span", "words").fit_views(units)["terms"][:, -load_vectors().dimensions :]
    assert rows[0].nnz > 0 and rows[1].nnz == 0


def test_frames_take_vectors_with_words_but_not_beside_embeddings():
    units = units_from_texts(["A gun law.", "A bank loan."], kind="frame", labels=["law", "money"])
    plain, beside = UnitFeatures(BLOCKS["words"]), UnitFeatures(BLOCKS["embeddings"])
    wide, narrow = plain.fit_transform(units), beside.fit_transform(units)
    size = load_vectors().dimensions
    assert wide.shape[1] - narrow.shape[1] == size == plain.count_vector_columns() and not beside.count_vector_columns()
    assert np.linalg.norm(wide[:, -size:].toarray(), axis=1) == pytest.approx(0.25)
    assert list(plain.get_feature_names_out()[-size:]) == [f"text_vectors:{i}" for i in range(size)]
