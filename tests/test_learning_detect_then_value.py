"""Detection and value in one classifier: scikit-learn's contract, and what the two decisions are for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.utils.estimator_checks import parametrize_with_checks

from corpus_tools.learning.detect_then_value import DetectThenValue


@parametrize_with_checks([DetectThenValue()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def sample(rows=600, seed=0):
    """Feature 0 says that there is a stance, feature 1 which one; stances are rare, and `mixed` is rarer still."""
    random = np.random.default_rng(seed)
    there = random.random(rows) < 0.12
    side = random.choice(["oppose", "support", "mixed"], size=rows, p=[0.5, 0.4, 0.1])
    place = {"oppose": -2.0, "support": 2.0, "mixed": 0.0}
    features = np.column_stack([3.0 * there, [place[s] for s in side]]) + 0.5 * random.normal(size=(rows, 2))
    return features, np.where(there, side, "none")


def test_rare_values_are_found():
    features, labels = sample()
    model = DetectThenValue().fit(features, labels, groups=[i // 5 for i in range(len(labels))])
    fresh, truth = sample(seed=1)
    predicted = model.predict(fresh)
    assert (predicted == truth).mean() > 0.9
    assert set(predicted) == {"none", "oppose", "support", "mixed"}
    assert 0.02 <= model.threshold_ <= 0.9


def test_probabilities_add_up_and_follow_the_classes():
    features, labels = sample()
    model = DetectThenValue().fit(features, labels)
    scores = model.predict_proba(features)
    assert scores.sum(axis=1) == pytest.approx(np.ones(len(labels)))
    assert list(model.classes_) == ["mixed", "none", "oppose", "support"]
    stances = scores[labels != "none"]
    assert stances[:, 1].mean() < 0.5 < scores[labels == "none"][:, 1].mean()


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["oppose", "support"] * 10, ["oppose", "support"]),  # nothing to detect: the value alone
        (["none", "oppose"] * 10, ["none", "oppose"]),  # one value: detection alone
    ],
)
def test_one_of_the_two_decisions_is_enough(labels, classes):
    features = np.array([[float(label == classes[0]), 1.0] for label in labels])
    model = DetectThenValue(C=100.0).fit(features, np.array(labels))
    assert list(model.predict(features)) == labels
    assert list(model.classes_) == classes


def test_weights_add_detection_and_value():
    features, labels = sample()
    model = DetectThenValue().fit(features, labels)
    oppose, support, none = (model.weights(label) for label in ("oppose", "support", "none"))
    assert oppose[0] > 1 and support[0] > 1 and none[0] < -1  # that there is a stance
    assert oppose[1] < -0.5 and support[1] > 0.5  # which one


def test_features_that_a_part_lacks_change_nothing():
    generator = np.random.default_rng(3)
    dense = generator.normal(size=(80, 30)) * (generator.random((80, 30)) < 0.2)
    labels = np.array(["none", "none", "oppose", "support"])[np.arange(80) % 4]
    dense[labels != "none", 12:] = 0.0  # no row with a value has these
    sparse_fit, dense_fit = (DetectThenValue().fit(X, labels) for X in (sparse.csr_matrix(dense), dense))
    for label in sparse_fit.classes_:
        assert sparse_fit.weights(label) == pytest.approx(dense_fit.weights(label), abs=1e-3)
    assert not sparse_fit.value_.coef_[:, 12:].any()
    assert sparse_fit.predict_proba(dense) == pytest.approx(dense_fit.predict_proba(dense), abs=1e-3)
