"""The head of units with exactly one label: a `LinearHead` over the labels that occur often enough."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from corpus_tools.learning.heads import LinearHead, Views
from corpus_tools.learning.label_heads import MIN_GROUPS, warn_of_few
from corpus_tools.learning.shares import SHARES
from corpus_tools.learning.supervision import describe_counts
from corpus_tools.text.errors import InputError, InputWarning

Array = np.ndarray[Any, Any]


class OneLabelHead(BaseEstimator):  # type: ignore[misc]
    """Exactly one label a unit; one softmax gives the probabilities of all, and the most probable one is predicted.

    Parameters
    ----------
    head, random_state
        As in `LinearHead`.

    Attributes
    ----------
    labels_ : list of str
    linear_ : LinearHead
        Of the labels that were learned.
    thresholds_, article_thresholds_ : dict of str to float
        0.5 throughout; the most probable label is taken.
    """

    def __init__(self, head: str = "auto", random_state: int = 0) -> None:
        self.head = head
        self.random_state = random_state

    def fit(self, views: Views, units: pd.DataFrame, labels: Sequence[str]) -> OneLabelHead:
        """Fit to views of the same rows as `units`, with the one label that each of these has.

        Raises
        ------
        InputError
            When a unit has several labels, or fewer than two labels occur often enough; names them and their numbers.
        """
        unread = [name for name in (SHARES, "weight") if name in units]
        if unread:
            text = f"exclusive=True learns from the decided labels alone; the column {unread[0]!r} is not read"
            warnings.warn(text, InputWarning, stacklevel=3)
        truth, counts = self._count(units, labels)
        learned = [label for label, count in counts.items() if count >= self._least]
        for label in self.labels_:
            if label not in learned:
                warn_of_few(label, counts[label], self._least)
        if len(learned) < 2:
            raise InputError(
                f"fewer than two labels occur in {self._least} articles each ({describe_counts(counts)})",
                remedy="code more articles",
            )
        rows = np.flatnonzero(np.isin(truth, learned))
        part = {name: matrix[rows] for name, matrix in views.items()}
        groups = units["group"].to_numpy(dtype=object)[rows].tolist()
        self.linear_ = LinearHead(self.head, self.random_state).fit(part, truth[rows].astype(str), groups)
        return self

    def refit(self, views: Views, units: pd.DataFrame, labels: Sequence[str]) -> OneLabelHead:
        """Fit the weights again to other rows of the same features; what was chosen and tuned stays.

        Where a label now occurs often enough that was not learned before, everything is fitted again.
        """
        truth, counts = self._count(units, labels)
        classes = self.linear_.classes_.astype(object)
        if any(count >= self._least and label not in classes for label, count in counts.items()):
            return self.fit(views, units, labels)
        rows = np.flatnonzero(np.isin(truth, classes))
        self.linear_.refit({name: matrix[rows] for name, matrix in views.items()}, truth[rows].astype(str))
        return self

    def predict_proba(self, views: Views) -> Array:
        """Return probabilities, shape (rows, labels), in the order of `labels_`."""
        scores = pd.DataFrame(self.linear_.predict_proba(views), columns=self.linear_.classes_)
        return scores.reindex(columns=self.labels_, fill_value=0.0).to_numpy()

    def weights(self, label: str) -> dict[str, Array] | None:
        """Return the weights of each view's features for a label, None where the label was not learned."""
        if label not in self.linear_.classes_:
            return None
        return {view: self.linear_.weights(label, view) for view in self.linear_.widths_}

    def hints(self, label: str, views: Views) -> dict[str, Array]:
        """Return nothing: no label is a hint to another here."""
        return {}

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn probabilities into decisions: the most probable label."""
        chosen = np.zeros(scores.shape, dtype="int64")
        chosen[np.arange(len(scores)), scores.to_numpy().argmax(axis=1)] = 1
        return pd.DataFrame(chosen, index=scores.index, columns=scores.columns)

    @property
    def _least(self) -> int:
        """In how many groups a label must occur to be learned."""
        return 1 if self.head == "few_shot" else MIN_GROUPS

    def _count(self, units: pd.DataFrame, labels: Sequence[str]) -> tuple[Array, dict[str, int]]:
        """Take over the labels; return that of each unit, and in how many groups each label occurs."""
        self.labels_ = list(labels)
        self.thresholds_ = self.article_thresholds_ = dict.fromkeys(self.labels_, 0.5)
        truth, groups = _read_labels(units), units["group"].to_numpy(dtype=object)
        return truth, {label: len(set(groups[truth == label])) for label in self.labels_}


def _read_labels(units: pd.DataFrame) -> Array:
    """Return the one label of each unit, None where it has none."""
    several = units["labels"].map(len) > 1
    if several.any():
        raise InputError(
            f"{int(several.sum())} units have several labels, and exclusive=True allows one",
            where=str(units["unit"][several].iloc[0]),
            remedy="give each unit one label, or use exclusive=False",
        )
    return np.array([next(iter(labels), None) for labels in units["labels"]], dtype=object)
