"""A head for stances toward topics: one model a topic, and one of all topics that helps where a topic has few rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from corpus_tools.learning.heads import LinearHead, Views
from corpus_tools.learning.tuning import fit_temperature, macro_f1_of, smooth

Array = np.ndarray[Any, Any]
_LEAST_ROWS = 30
"""A topic with fewer rows, or with only one label, has no model of its own."""
_SHARES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
_USUAL_SHARE, _EARNED = 0.3, 0.01
"""The shared head's share, unless another gains so much macro-F1: the inner folds are fewer rows, where the best of a
few close shares is luck, and what they like best was worse on the next fold than the same share every time."""


class TopicHead(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear heads a topic, beside one shared head.

    Parameters
    ----------
    head
        As in `LinearHead`, but that `"auto"` is `"one_vs_rest"`: with a few hundred rows a topic it is steadier than
        support vectors.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    classes_ : ndarray of shape (labels,)
    shared_ : LinearHead
    own_ : dict of str to LinearHead
        Topic -> its own head.
    share_ : float
        Weight of the shared head's log-probabilities where a topic has its own head; elsewhere it is 1.
    """

    def __init__(self, head: str = "auto", random_state: int = 0) -> None:
        self.head = head
        self.random_state = random_state

    def fit(self, views: Views, y: Any, groups: Sequence[Any] | None, topics: Sequence[str]) -> TopicHead:
        """Fit to views of the same rows, with a label and a topic each."""
        labels, names = np.asarray(y), np.asarray(topics, dtype=object)
        head = "one_vs_rest" if self.head == "auto" else self.head
        self.shared_ = LinearHead(head, self.random_state).fit(views, labels, groups)
        self.classes_ = self.shared_.classes_
        self.own_: dict[str, LinearHead] = {}
        own = np.zeros((len(labels), len(self.classes_)))
        known = np.zeros(len(labels), dtype=bool)
        for topic in dict.fromkeys(topics):
            rows = np.flatnonzero(names == topic)
            if len(rows) >= _LEAST_ROWS and len(np.unique(labels[rows])) > 1:
                part = {name: matrix[rows] for name, matrix in views.items()}
                inside = [groups[i] for i in rows.tolist()] if groups is not None else None
                model = LinearHead(head, self.random_state).fit(part, labels[rows], inside)
                self.own_[str(topic)] = model
                own[rows] = self._spread(model, log_softmax(model.inner_scores_, axis=1))
                known[rows] = True
        self._tune(labels, own, known)
        return self

    def predict_proba(self, views: Views, topics: Sequence[str]) -> Array:
        """Return probabilities, shape (rows, labels), in the order of `classes_`."""
        check_is_fitted(self)
        scores = log_softmax(self.shared_.scores(views), axis=1)
        names = np.asarray(topics, dtype=object)
        for topic, model in self.own_.items():
            rows = np.flatnonzero(names == topic)
            if len(rows):
                part = {name: matrix[rows] for name, matrix in views.items()}
                own = self._spread(model, log_softmax(model.scores(part), axis=1))
                scores[rows] = self.temperature_ * (self.share_ * scores[rows] + (1 - self.share_) * own)
        return np.asarray(softmax(scores, axis=1))

    def weights(self, label: Any, view: str, topic: str) -> Array:
        """Return what each feature of a view adds to the score of a label on a topic, beyond the mean of labels."""
        model = self.own_.get(topic)
        if model is None:
            return self.shared_.weights(label, view)
        own = (
            model.weights(label, view)
            if label in model.classes_
            else -sum(model.weights(other, view) for other in model.classes_)
        )
        return np.asarray(
            self.temperature_ * (self.share_ * self.shared_.weights(label, view) + (1 - self.share_) * own)
        )

    def _spread(self, model: LinearHead, scores: Array) -> Array:
        """Give log-probabilities over a topic's labels a column for every label; those it never had are unlikely."""
        wide = np.full((len(scores), len(self.classes_)), -6.0)
        wide[:, np.searchsorted(self.classes_, model.classes_)] = scores
        return wide

    def _tune(self, y: Array, own: Array, known: Array) -> None:
        """Choose how much the shared head says, on the out-of-fold scores of the rows whose topic has its own."""
        self.share_, self.temperature_ = 1.0, 1.0
        if not known.any():
            return
        shared = log_softmax(self.shared_.inner_scores_, axis=1)
        mixed = {s: (s * shared + (1 - s) * own)[known] for s in _SHARES}
        by_share = smooth({(s,): macro_f1_of(scores, y[known], self.classes_) for s, scores in mixed.items()})
        best = max(by_share, key=lambda key: by_share[key])
        self.share_ = best[0] if by_share[best] > by_share[(_USUAL_SHARE,)] + _EARNED else _USUAL_SHARE
        self.temperature_ = fit_temperature(mixed[self.share_], np.searchsorted(self.classes_, y[known]))
