"""The calibrated classifier: scikit-learn's contract, and its two small functions against brute force."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse
from scipy.special import expit
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from corpus_tools.learning.calibrated import CalibratedLinear, best_threshold, fit_sigmoid


@parametrize_with_checks([CalibratedLinear()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def sample(rows=120, seed=0):
    random = np.random.default_rng(seed)
    features = random.normal(size=(rows, 4))
    truth = (features[:, 0] + 0.7 * random.normal(size=rows) > 0.5).astype(int)
    return features, truth


def f1(truth, predicted):
    hits = int((truth & predicted).sum())
    return 2 * hits / (int(truth.sum()) + int(predicted.sum())) if hits else 0.0


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(1, 99), st.booleans()), min_size=1, max_size=25))
def test_threshold_reaches_the_best_f1_of_all_thresholds(rows):
    scores = np.array([row[0] for row in rows]) / 100
    truth = np.array([row[1] for row in rows], dtype=int)
    threshold = best_threshold(scores, truth)
    assert 0 < threshold < 1
    if not truth.any():
        assert threshold == 0.5
        return
    best = max(f1(truth, (scores >= cut).astype(int)) for cut in scores)
    assert f1(truth, (scores >= threshold).astype(int)) == pytest.approx(best)


def test_threshold_lies_between_the_scores_it_separates():
    assert best_threshold(np.array([0.9, 0.8, 0.2, 0.1]), np.array([1, 1, 0, 0])) == pytest.approx(0.5)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), rows=st.integers(4, 60))
def test_sigmoid_minimises_platts_loss(seed, rows):
    random = np.random.default_rng(seed)
    truth = np.r_[0, 1, random.integers(0, 2, rows)].astype(int)
    scores = random.normal(size=len(truth)) + truth
    positive, negative = truth.sum(), len(truth) - truth.sum()
    target = np.where(truth == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(slope, offset):
        line = slope * scores + offset
        return float(-(target * np.log(expit(line)) + (1 - target) * np.log(expit(-line))).sum())

    slope, offset = fit_sigmoid(scores, truth)
    grid = [loss(a, b) for a in np.linspace(1e-6, 6, 25) for b in np.linspace(-6, 6, 25)]
    assert slope > 0
    assert loss(slope, offset) <= min(grid) + 1e-6


def test_probabilities_rise_with_the_scores_and_threshold_is_used_by_nobody_here():
    features, truth = sample()
    model = CalibratedLinear().fit(features, truth)
    scores, positive = model.raw_scores(features), model.predict_proba(features)[:, 1]
    assert (np.diff(positive[np.argsort(scores)]) >= 0).all()
    assert model.predict_proba(features).sum(axis=1) == pytest.approx(1.0)
    assert (model.predict(features) == (positive > 0.5)).all()
    assert 0 < model.threshold_ < 1


def test_calibration_does_not_see_the_rows_it_was_fitted_to():
    """Noise with many features is learned by heart, and the calibration must not believe it."""
    random = np.random.default_rng(1)
    features, truth = random.normal(size=(80, 200)), np.arange(80) % 2
    model = CalibratedLinear(C=100.0).fit(features, truth)
    raw = model.raw_scores(features)
    assert ((raw > 0) == truth).mean() > 0.95
    fresh = random.normal(size=(400, 200))
    assert abs(model.predict_proba(fresh)[:, 1] - 0.5).mean() < 0.15


def test_groups_stay_together_in_the_inner_folds():
    """Each group's rows are copies, so that a split inside a group would look like knowledge."""
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(30), 6)
    features = np.repeat(random.normal(size=(30, 60)), 6, axis=0)
    truth = np.repeat(random.permutation(np.arange(30) % 2), 6)
    split = CalibratedLinear(C=100.0).fit(features, truth)
    whole = CalibratedLinear(C=100.0).fit(features, truth, groups=groups)
    right = {m: ((m.inner_probabilities_ > 0.5) == truth).mean() for m in (split, whole)}
    assert right[split] > 0.95
    assert right[whole] < 0.8


def test_sparse_and_dense_agree_and_fits_repeat():
    features, truth = sample()
    dense = CalibratedLinear(random_state=3).fit(features, truth)
    thin = CalibratedLinear(random_state=3).fit(sparse.csr_matrix(features), truth)
    assert thin.predict_proba(sparse.csr_matrix(features)) == pytest.approx(dense.predict_proba(features), abs=1e-6)
    again = clone(dense).fit(features, truth)
    assert (again.predict_proba(features) == dense.predict_proba(features)).all()
    assert again.threshold_ == dense.threshold_


def test_one_positive_group_still_fits():
    features, truth = sample(rows=30)
    truth[:] = 0
    truth[:2] = 1
    model = CalibratedLinear().fit(features, truth, groups=["g"] * 2 + list(range(28)))
    assert np.isfinite(model.predict_proba(features)).all()
