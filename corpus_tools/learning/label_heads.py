"""Heads for several labels a unit: one calibrated classifier a label, independent or in a chain.

With `best` every label takes the kind of classifier that does best in its own inner folds.

In a chain a label's classifier also sees how probable the labels before it are. Of the training rows these
probabilities are out of fold: a label that was learned by heart would otherwise look like a perfect hint.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator

from corpus_tools.learning.bags import learn_from_bags, raise_together
from corpus_tools.learning.calibrated import CalibratedLinear, best_f1, best_threshold
from corpus_tools.learning.heads import Views, join_views
from corpus_tools.learning.linear import MODELS
from corpus_tools.learning.supervision import Lesson, describe_counts, read_lesson
from corpus_tools.text.errors import InputError, InputWarning

Array = np.ndarray[Any, Any]
BEST, CHAIN = "best", "chain"
LABEL_HEADS = (*MODELS, CHAIN, BEST)
MIN_GROUPS = 3
"""A label with positives in fewer articles is not learned: nothing could be tuned inside the training data."""
_LEAD = 0.01
"""F1 by which another classifier must lead over the logistic one to be taken: the best of close figures is luck."""
_MOST = 1 - 1e-9
"""A label that was not learned stays under its threshold, 1, also where every unit has it."""


class LabelHeads(BaseEstimator):  # type: ignore[misc]
    """Several labels a unit, or none.

    Parameters
    ----------
    head
        `"logistic"`, `"svm"`, `"few_shot"`: independent classifiers of that kind; `"best"`: for each label the one of
        them whose out-of-fold scores reach the highest F1, inside the training data; `"chain"`: logistic ones, from
        the most frequent label to the rarest, each seeing those before it.
    C
        Inverse strength of the penalty.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    labels_ : list of str
    models_ : dict of str to CalibratedLinear
        Of the labels that were learned, in the order of the chain.
    priors_ : dict of str to float
        The share of positives, which is the score of a label that was not learned.
    thresholds_, article_thresholds_ : dict of str to float
        Probabilities from which a unit, or an article, counts as positive.
    widths_ : dict of str to int
        View -> number of its features.
    """

    def __init__(self, head: str = "logistic", C: float = 4.0, random_state: int = 0) -> None:
        self.head = head
        self.C = C
        self.random_state = random_state

    def fit(self, views: Views, units: pd.DataFrame, labels: Sequence[str]) -> LabelHeads:
        """Fit to views of the same rows as `units`, with what these say about each label.

        Raises
        ------
        InputError
            When no label occurs in `MIN_GROUPS` groups; names the labels and their numbers.
        """
        self.labels_ = list(labels)
        self.widths_ = {name: int(matrix.shape[1]) for name, matrix in views.items()}
        self.models_: dict[str, CalibratedLinear] = {}
        self.priors_: dict[str, float] = {}
        self.thresholds_ = dict.fromkeys(self.labels_, 1.0)
        self.article_thresholds_ = dict.fromkeys(self.labels_, 1.0)
        lessons = {label: read_lesson(units, label) for label in self.labels_}
        matrix = join_views(views)
        hints = np.zeros((matrix.shape[0], 0))
        for label in self._order(lessons):
            self._fit_label(label, lessons[label], self._widen(matrix, hints))
            if self.head == CHAIN and label in self.models_:
                hints = np.column_stack([hints, self._out_of_fold(label, lessons[label], self._widen(matrix, hints))])
        if not self.models_:
            counts = {label: lesson.positive_groups for label, lesson in lessons.items()}
            raise InputError(
                f"no label occurs in {MIN_GROUPS} articles and is absent from another ({describe_counts(counts)})",
                remedy="code more articles before training",
            )
        return self

    def refit(self, views: Views, units: pd.DataFrame, labels: Sequence[str]) -> LabelHeads:
        """Fit the weights again to other rows of the same features; what was tuned stays.

        A label that had no model is fitted whole, and so is a chain: its hints must be out of fold again.
        """
        if self.head == CHAIN:
            return self.fit(views, units, labels)
        self.labels_ = list(labels)
        matrix = join_views(views)
        for label in self.labels_:
            lesson = read_lesson(units, label)
            if label not in self.models_:
                self.thresholds_[label] = self.article_thresholds_[label] = 1.0
                self._fit_label(label, lesson, matrix, quiet=True)
            elif not lesson.is_one_sided:
                self._refit_label(label, lesson, matrix)
        return self

    def predict_proba(self, views: Views) -> Array:
        """Return calibrated probabilities, shape (rows, labels), in the order of `labels_`."""
        matrix = join_views(views)
        found = self._walk(matrix)
        rows = matrix.shape[0]
        return np.column_stack(
            [found[label] if label in found else np.full(rows, self.priors_[label]) for label in self.labels_]
        )

    def weights(self, label: str) -> dict[str, Array] | None:
        """Return the weights of each view's features for a label, None where the label was not learned."""
        if label not in self.models_:
            return None
        flat = self.models_[label].coef_.ravel()
        borders = np.cumsum(list(self.widths_.values()))
        return dict(zip(self.widths_, np.split(flat[: borders[-1]], borders[:-1]), strict=True))

    def hints(self, label: str, views: Views) -> dict[str, Array]:
        """Return what each label before this one in the chain adds to its score, shape (rows,) each."""
        if self.head != CHAIN or label not in self.models_:
            return {}
        found = self._walk(join_views(views))
        own = self.models_[label].coef_.ravel()[sum(self.widths_.values()) :]
        return {before: found[before] * weight for before, weight in zip(self.models_, own, strict=False)}

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn probabilities of units into decisions by the thresholds."""
        return scores.ge(pd.Series(self.thresholds_)[list(scores.columns)]).astype("int64")

    def _order(self, lessons: Mapping[str, Lesson]) -> Iterable[str]:
        """Return the labels as given, in a chain the most frequent first: what is best learned helps the others."""
        if self.head != CHAIN:
            return self.labels_
        return sorted(self.labels_, key=lambda label: -lessons[label].positive_groups)

    def _fit_label(self, label: str, lesson: Lesson, matrix: Any, *, quiet: bool = False) -> None:
        self.priors_[label] = min(float(lesson.shares.mean()) if len(lesson.rows) else 0.0, _MOST)
        if lesson.positive_groups < MIN_GROUPS or lesson.is_one_sided:
            if not quiet:
                warn_of_few(label, lesson.positive_groups, MIN_GROUPS)
            return
        rows = _take_rows(matrix, lesson.rows)
        kinds = {BEST: MODELS, CHAIN: MODELS[:1]}.get(self.head, (self.head,))
        model, shares = self._choose([self._learn(kind, lesson, rows) for kind in kinds], lesson)
        self.priors_[label] = float(shares.mean())
        self.models_[label] = model
        self.thresholds_[label] = model.threshold_
        best = pd.Series(model.inner_probabilities_).groupby(lesson.articles, sort=False).max()
        carried = pd.Series(lesson.carried).groupby(lesson.articles, sort=False).first()
        self.article_thresholds_[label] = best_threshold(best.to_numpy(), carried.to_numpy())

    def _learn(self, kind: str, lesson: Lesson, rows: Any) -> tuple[CalibratedLinear, Array]:
        """Fit one kind of classifier; return it with the shares that it learned from."""

        def fit(decided: Array, shares: Array) -> CalibratedLinear:
            model = CalibratedLinear(C=self.C, model=kind, random_state=self.random_state)
            return model.fit(rows, decided, groups=lesson.groups, shares=shares, weights=lesson.weights)

        if (lesson.bags >= 0).any():
            return learn_from_bags(fit, lesson)
        return fit(lesson.decided, lesson.shares), lesson.shares

    def _choose(
        self, learned: Sequence[tuple[CalibratedLinear, Array]], lesson: Lesson
    ) -> tuple[CalibratedLinear, Array]:
        """Return the first, or the one whose out-of-fold scores are clearly better against what was decided."""
        judged = lesson.bags < 0
        taken, highest = learned[0], -1.0
        for model, shares in learned if len(learned) > 1 else ():
            quality = best_f1(model.inner_probabilities_[judged], lesson.decided[judged])
            if quality > highest + (_LEAD if highest >= 0 else 0.0):
                taken, highest = (model, shares), quality
        return taken

    def _refit_label(self, label: str, lesson: Lesson, matrix: Any) -> None:
        rows, model = _take_rows(matrix, lesson.rows), self.models_[label]
        shares = lesson.shares
        inside = lesson.bags >= 0
        if inside.any():
            shares = np.where(inside, raise_together(model.predict_proba(rows)[:, 1], lesson.bags), shares)
        model.refit(rows, shares, weights=lesson.weights)

    def _out_of_fold(self, label: str, lesson: Lesson, matrix: Any) -> Array:
        """Return the label's probabilities of all rows, those of its own training rows out of fold."""
        found = self._probabilities(label, matrix)
        found[lesson.rows] = self.models_[label].inner_probabilities_
        return found

    def _probabilities(self, label: str, matrix: Any) -> Array:
        return np.asarray(self.models_[label].predict_proba(matrix)[:, 1])

    def _walk(self, matrix: Any) -> dict[str, Array]:
        """Return the probabilities of every learned label, in the order in which they were learned."""
        found: dict[str, Array] = {}
        for label in self.models_:
            hints = np.column_stack([np.zeros((matrix.shape[0], 0)), *found.values()])
            found[label] = self._probabilities(label, self._widen(matrix, hints))
        return found

    def _widen(self, matrix: Any, hints: Array) -> Any:
        if self.head != CHAIN or not hints.shape[1]:
            return matrix
        return sparse.csr_matrix(sparse.hstack([matrix, sparse.csr_matrix(hints)]))


def _take_rows(matrix: Any, rows: Array) -> Any:
    """Return rows, without a copy where it is all of them; `rows` rise and none comes twice."""
    return matrix if len(rows) == matrix.shape[0] else matrix[rows]


def warn_of_few(label: str, count: int, needed: int) -> None:
    """Warn that a label is not learned."""
    text = f"label {label!r} is not learned: {count} articles carry it, {needed} are needed"
    warnings.warn(text, InputWarning, stacklevel=5)
