"""Heads: views joined or weighed, exact weights, few rows, rare labels; topics with and without their own head."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from corpus_tools.learning import heads
from corpus_tools.learning.heads import LinearHead
from corpus_tools.learning.topic_head import TopicHead
from corpus_tools.learning.tuning import fit_temperature, inner_folds, macro_f1_of
from corpus_tools.text.errors import InputError


def make(rows=90, labels="abc", noise=0.3, seed=0):
    """A sparse view that tells labels apart by one column each, and a dense one that does so less well."""
    random = np.random.default_rng(seed)
    y = np.array([labels[i % len(labels)] for i in range(rows)])
    codes = np.searchsorted(sorted(labels), y)
    terms = np.eye(len(labels))[codes] + noise * random.random((rows, len(labels)))
    dense = np.eye(len(labels))[codes] @ random.normal(size=(len(labels), 5)) + random.normal(size=(rows, 5))
    return {"terms": sparse.csr_matrix(terms), "embeddings": dense}, y


@pytest.mark.parametrize("head", ["auto", "logistic", "svm", "few_shot", "one_vs_rest"])
@pytest.mark.parametrize("names", [("terms",), ("terms", "embeddings")])
def test_probabilities_are_of_one_softmax_and_follow_the_labels(head, names):
    views, y = make()
    views = {name: views[name] for name in names}
    model = LinearHead(head).fit(views, y)
    scores = model.predict_proba(views)
    assert scores.shape == (90, 3) and scores.sum(axis=1) == pytest.approx(1.0)
    assert (model.classes_[scores.argmax(axis=1)] == model.predict(views)).all()
    assert (model.predict(views) == y).mean() > 0.9


@pytest.mark.parametrize("many", [10_000, 50])
def test_weights_add_up_to_the_scores(monkeypatch, many):
    """Joined on few rows, apart on many; what the features add is the score less the mean over labels either way."""
    monkeypatch.setattr(heads, "_MANY", many)
    views, y = make()
    model = LinearHead("logistic").fit(views, y)
    assert model.joint_ is (many > 90)
    scores = model.scores(views)
    for label in model.classes_:
        added = sum(views[name] @ model.weights(label, name) for name in views)
        centred = (scores - scores.mean(axis=1, keepdims=True))[:, list(model.classes_).index(label)]
        assert np.ptp(centred - added) == pytest.approx(0, abs=1e-6), "a constant of the intercepts is left"


def test_a_view_of_noise_gets_no_weight(monkeypatch):
    monkeypatch.setattr(heads, "_MANY", 50)
    views, y = make(rows=300)
    views["embeddings"] = np.random.default_rng(1).normal(size=(300, 40))
    model = LinearHead().fit(views, y)
    assert model.shares_["embeddings"] < 0.5 < model.shares_["terms"]


@pytest.mark.parametrize("counts", [(1, 1), (2, 1, 1), (30, 1), (40, 2, 1, 1)])
def test_very_few_rows_of_a_label_are_no_error(counts):
    y = np.array([label for label, count in zip("abcd", counts, strict=False) for _ in range(count)])
    views = {"terms": sparse.csr_matrix(np.eye(4)[[ord(label) - ord("a") for label in y]])}
    model = LinearHead().fit(views, y)
    assert sorted(model.classes_) == sorted(set(y)) and (model.predict(views) == y).mean() > 0.8
    assert np.isfinite(model.predict_proba(views)).all()


@pytest.mark.parametrize(("head", "labels"), [("chain", "ab"), ("auto", "aa")])
def test_what_cannot_be_fitted_is_refused(head, labels):
    with pytest.raises(InputError):
        LinearHead(head).fit({"terms": sparse.eye(2, format="csr")}, list(labels))


def test_groups_stay_whole_in_the_inner_folds():
    y, groups = np.array(list("abababababab")), [i // 3 for i in range(12)]
    folds = inner_folds(y, groups, seed=0)
    assert len(folds) == 3
    for train, test in folds:
        assert not {groups[i] for i in train} & {groups[i] for i in test}
    assert inner_folds(y, [0] * 12, seed=0) == []


def test_macro_f1_and_temperature_by_hand():
    scores = np.array([[2.0, 1.0], [2.0, 1.0], [1.0, 2.0]])
    assert macro_f1_of(scores, np.array(["a", "b", "b"]), np.array(["a", "b"])) == pytest.approx(2 / 3)
    truth = np.array([0] * 9 + [1])
    flat = np.tile([1.0, 0.0], (10, 1))
    factor = fit_temperature(flat, truth)
    assert np.exp(log_softmax(flat * factor, axis=1))[0, 0] == pytest.approx(0.9, abs=1e-3)


def test_two_fits_are_the_same():
    views, y = make()
    first, second = (LinearHead(random_state=3).fit(views, y).predict_proba(views) for _ in range(2))
    assert (first == second).all()


# --- topics -----------------------------------------------------------------------------------------------------------


def topical(rows=160):
    """What speaks for a label on one topic speaks against it on the other."""
    random = np.random.default_rng(0)
    topics = ["rain", "snow"] * (rows // 2)
    sign = np.array([1 if topic == "rain" else -1 for topic in topics])
    word = random.choice([-1, 1], size=rows)
    y = np.where(sign * word > 0, "favor", "against")
    matrix = np.column_stack([word == 1, word == -1, sign == 1, sign == -1]).astype(float)
    return {"terms": sparse.csr_matrix(matrix)}, y, topics


@pytest.mark.parametrize("labels", ["ab", "abc"])
def test_one_label_against_the_rest_is_logistic_regression_of_each(labels):
    views, y = make(labels=labels)
    model = LinearHead("one_vs_rest").fit({"terms": views["terms"]}, y)
    for row, label in enumerate(model.classes_):
        alone = LogisticRegression(
            C=2.0, class_weight="balanced", solver="liblinear", dual=True, tol=1e-8, max_iter=100_000
        ).fit(views["terms"], y == label)
        factor = model.factors_["terms"]
        assert model.coef_["terms"][row] == pytest.approx(factor * alone.coef_[0], abs=0.05 * factor)
        assert model.intercept_["terms"][row] == pytest.approx(factor * alone.intercept_[0], abs=0.05 * factor)


def test_topics_are_told_one_label_against_the_rest_unless_asked_otherwise():
    views, y = make()
    topics = ["a", "b"] * 45
    for asked, taken in (("auto", "one_vs_rest"), ("svm", "svm")):
        model = TopicHead(asked).fit(views, y, None, topics)
        assert {head.head_ for head in (model.shared_, *model.own_.values())} == {taken}


def test_a_topic_has_its_own_head():
    views, y, topics = topical()
    model = TopicHead().fit(views, y, None, topics)
    assert set(model.own_) == {"rain", "snow"} and model.share_ < 0.5
    assert (model.classes_[model.predict_proba(views, topics).argmax(axis=1)] == y).all()
    rain, snow = (model.weights("favor", "terms", topic) for topic in ("rain", "snow"))
    assert rain[0] > 0 > snow[0]


def test_an_unknown_or_rare_topic_takes_the_shared_head():
    views, y, topics = topical()
    rare = [*topics[:-4], "hail", "hail", "hail", "hail"]
    model = TopicHead().fit(views, y, None, rare)
    assert "hail" not in model.own_
    shared = model.shared_.predict_proba(views)
    for name in ("hail", "never seen"):
        assert model.predict_proba(views, [name] * len(y)) == pytest.approx(shared)
    assert (model.weights("favor", "terms", "hail") == model.shared_.weights("favor", "terms")).all()


def test_a_topic_without_a_label_finds_it_unlikely():
    views, y, topics = topical()
    three = np.where((np.arange(len(y)) % 7 == 0) & (np.array(topics) == "rain"), "none", y)
    model = TopicHead().fit(views, three, None, topics)
    column = list(model.classes_).index("none")
    of_snow = np.array(topics) == "snow"
    assert model.predict_proba(views, topics)[of_snow, column].max() < 0.3
