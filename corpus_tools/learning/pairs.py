"""The view of pairs: embeddings that tell the candidates of one sentence apart.

Where every pair of a sentence's mentions is a candidate, the vector of the sentence is the same for all of them. Here
each has the vectors of its own two mentions as the model reads them in their sentence: what is near a mention, and what
it does, is in them. They are cut down to their principal components, and the products of the two sides' components
stand beside them, since a linear model could not tell else that a holder and a target go together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.extmath import randomized_svd

from corpus_tools.learning.dense import DenseView, find_cache, find_span
from corpus_tools.learning.embeddings import Embeddings, open_embeddings
from corpus_tools.learning.encoder import Request
from corpus_tools.learning.kernel import LEAST, MOST

Array = np.ndarray[Any, Any]
Span = tuple[int, int]
Wanted = Sequence[tuple[str, Span | None, Span | None]]
"""Of each candidate the text, the span of the target and the span of the holder."""

_OF_ALL, _OF_PRODUCTS = 0.25, 2.0
"""Weight of all: at 1 embeddings gained little with a thousand coded stances and did harm with four hundred. And of the
products beside the two sides, whose rows have a length of about 1 before."""
_OF_TOPIC = 0.6
"""Weight of a text's embedding on a topic: less than the words' own."""
_AT_ONCE = 2048
"""So many mentions are asked for at a time: of each only a part of what the model gives is kept."""
_SEED = 0


class PairView(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Embeddings of holder and target of each candidate, and their products, as one dense matrix.

    A mention has the mean over its tokens in the hidden layers from the middle on; a mention without a place, an
    implicit holder for one, has the mean of its text.

    Parameters
    ----------
    model
        Folder of the model; an empty string finds the installed one.
    size
        Principal components of a side, at most.

    Attributes
    ----------
    means_ : list of ndarray
        Mean of the vectors of holders, and of targets.
    axes_ : list of ndarray
        Their principal components, shape (components, values), scaled so that a candidate's row of a side has a length
        of about 1 before all is weighed.
    """

    spans = holders = True
    """A unit has both (see `DenseView`)."""
    curved = False
    name = "embeddings"

    def __init__(self, model: str = "", size: int = 30) -> None:
        self.model = model
        self.size = size

    def fit(self, units: pd.DataFrame, y: Any = None) -> PairView:
        """Learn the principal components of holders and of targets."""
        self.fit_transform(units)
        return self

    def fit_transform(self, units: pd.DataFrame, y: Any = None) -> Array:
        """Learn the principal components and return the units' rows."""
        found, places = self._look_up(self._list_wanted(units), find_cache(units))
        self.means_, self.axes_ = [], []
        for rows in places:
            mean, axes = _find_axes(found[np.unique(rows)], self.size)
            spread = float((((found - mean) @ axes.T)[rows]).std()) or 1.0
            self.means_.append(mean)
            self.axes_.append(axes / (spread * np.sqrt(len(axes))))
        return self._gather(found, places)

    def transform(self, units: pd.DataFrame) -> Array:
        """Return an array of shape (units, values): of the holder, of the target, and their products."""
        return self._gather(*self._look_up(self._list_wanted(units), find_cache(units)))

    def scale(self, raw: Array) -> Array:
        """Turn raw vectors (see `vectors`) into rows as in training."""
        return _join(*(self._project(part, side) for side, part in enumerate(np.split(raw, 2, axis=1))))

    def vectors(self, wanted: Wanted, *, cache: Any = None, keep: bool = True) -> Array:
        """Return the vectors of the holder and of the target side by side, as the model gives them."""
        found, places = self._look_up(wanted, cache, keep=keep)
        return np.concatenate([found[rows] for rows in places], axis=1)

    def spans_of(self, unit: Mapping[Any, Any]) -> tuple[Span | None, Span | None]:
        """Return the spans of target and holder in the unit's text."""
        return find_span(unit, "target"), find_span(unit, "holder")

    def _list_wanted(self, units: pd.DataFrame) -> Wanted:
        rows = units[["text", "start", "target", "holder"]].to_dict("records")
        return [(str(row["text"]), *self.spans_of(row)) for row in rows]

    def _look_up(self, wanted: Wanted, cache: Any = None, *, keep: bool = True) -> tuple[Array, Array]:
        """Return the vectors of the distinct mentions, and which of them are each candidate's holder and target."""
        numbers: dict[Request, int] = {}
        places = [
            [numbers.setdefault(Request(text, span), len(numbers)) for span in (holder, target)]
            for text, target, holder in wanted
        ]
        found = _read_mentions(open_embeddings(self.model or None, cache), list(numbers), keep)
        return found, np.asarray(places, dtype=np.intp).reshape(-1, 2).T

    def _gather(self, found: Array, places: Array) -> Array:
        """Project each mention once, then give every candidate its two."""
        return _join(*(self._project(found, side)[rows] for side, rows in enumerate(places)))

    def _project(self, vectors: Array, side: int) -> Array:
        return np.asarray((vectors - self.means_[side]) @ self.axes_[side].T)


def choose_view(model: str, target: str, *, crowded: bool, curved: bool, count: int) -> DenseView | PairView:
    """Return the view of embeddings that suits units.

    Parameters
    ----------
    model
        Folder of the model; an empty string finds the installed one.
    target
        `"span"`, `"topic"` or `"entity"`, as in `StanceDetector`.
    crowded
        Whether many candidates share a text.
    curved
        Whether the head can take the view `kernel`.
    count
        Number of units.
    """
    if target == "entity" and crowded:
        return PairView(model)
    spans = target != "topic" and not crowded
    return DenseView(
        model,
        spans=spans,
        holders=spans and target == "entity",
        curved=curved and spans and LEAST <= count <= MOST,
        weight=_OF_TOPIC if target == "topic" else 1.0,
    )


def _read_mentions(known: Embeddings, asked: Sequence[Request], keep: bool) -> Array:
    """Return a row for each mention."""
    parts = []
    for first in range(0, max(1, len(asked)), _AT_ONCE):
        vectors = known.vectors(asked[first : first + _AT_ONCE], keep=keep)[:, :2, :-1]
        of_text, of_span = vectors[:, 0], vectors[:, 1]
        # zeros: there is no span, or it stands behind all that the model takes in
        seen = of_span.any(axis=(1, 2), keepdims=True)
        parts.append(np.where(seen, of_span, of_text).reshape(len(vectors), int(np.prod(of_text.shape[1:]))))
    return np.concatenate(parts)


def _find_axes(vectors: Array, most: int) -> tuple[Array, Array]:
    """Return the mean, and the principal components along which vectors differ at all, one at least."""
    mean = vectors.mean(axis=0)
    _, spread, axes = randomized_svd(vectors - mean, min(most, *vectors.shape), random_state=_SEED)
    count = int((spread > spread[0] * 1e-6).sum())
    return mean, axes[: max(1, count)]


def _join(holders: Array, targets: Array) -> Array:
    """Set the two sides and the products of their components side by side."""
    shared = min(holders.shape[1], targets.shape[1])
    products = _OF_PRODUCTS * np.sqrt(shared) * holders[:, :shared] * targets[:, :shared]
    return np.asarray(_OF_ALL * np.concatenate([holders, targets, products], axis=1))
