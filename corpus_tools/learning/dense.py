"""The dense view: embeddings of units, scaled for a linear model, with the words that carried them by occlusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from corpus_tools.language.mentions import Mention
from corpus_tools.learning.embeddings import open_embeddings
from corpus_tools.learning.encoder import Request
from corpus_tools.learning.kernel import KERNEL, KernelMap
from corpus_tools.learning.words import find_name, split_hashtags

Array = np.ndarray[Any, Any]
Span = tuple[int, int]


class DenseView(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Embeddings of units as one dense matrix.

    A unit without a span gives the vector of its text (last layer), hashtags spelt as words. With `spans` the middle
    layers of three vectors are taken: text, target and what stands around the target; with `holders` the same two for
    the holder.

    Parameters
    ----------
    model
        Folder of the model; an empty string finds the installed one.
    spans, holders
        Whether units have targets, and holders.
    curved
        Whether rows become their likeness to the training rows (see `corpus_tools.learning.kernel`).
    weight
        Length of a row on average, where it is not curved.
    """

    def __init__(
        self,
        model: str = "",
        spans: bool = False,
        holders: bool = False,
        curved: bool = False,
        weight: float = 1.0,
    ) -> None:
        self.model = model
        self.spans = spans
        self.holders = holders
        self.curved = curved
        self.weight = weight

    @property
    def name(self) -> str:
        """Name of the view among those of the units."""
        return KERNEL if self.curved else "embeddings"

    def fit(self, units: pd.DataFrame, y: Any = None) -> DenseView:
        """Learn mean and spread of each value."""
        self.fit_transform(units)
        return self

    def fit_transform(self, units: pd.DataFrame, y: Any = None) -> Array:
        """Learn mean and spread of each value and return the units' scaled rows."""
        raw = self._raw(units)
        self.mean_ = raw.mean(axis=0)
        self.scale_ = (raw.std(axis=0) + 1e-6) * np.sqrt(raw.shape[1]) / self.weight
        if self.curved:
            self.map_ = KernelMap().fit((raw - self.mean_) / self.scale_)
        return self.scale(raw)

    def transform(self, units: pd.DataFrame) -> Array:
        """Return an array of shape (units, values), of length about `weight` a row where it is not curved."""
        return self.scale(self._raw(units))

    def scale(self, raw: Array) -> Array:
        """Scale raw vectors, and compare them, as in training."""
        scaled = np.asarray((raw - self.mean_) / self.scale_)
        return self.map_.transform(scaled) if self.curved else scaled

    def _raw(self, units: pd.DataFrame) -> Array:
        columns = ("text", "start", "target", "holder", "parse")
        rows = units[list(columns)].to_dict("records")
        return self.vectors([(str(row["text"]), *self.spans_of(row)) for row in rows], cache=find_cache(units))

    def vectors(
        self, wanted: Sequence[tuple[str, Span | None, Span | None]], *, cache: Any = None, keep: bool = True
    ) -> Array:
        """Return the unscaled vectors of (text, span of the target, span of the holder)."""
        known = open_embeddings(self.model or None, cache)
        if not self.spans:
            of_text = known.vectors([Request(split_hashtags(text)) for text, _, _ in wanted], keep=keep)
            return _flat(of_text[:, :1, -1:])
        of_target = known.vectors([Request(text, target) for text, target, _ in wanted], keep=keep)
        parts = [_flat(of_target[:, :, :-1])]
        if self.holders:
            of_holder = known.vectors([Request(text, holder) for text, _, holder in wanted], keep=keep)
            parts.append(_flat(of_holder[:, 1:, :-1]))
        return np.concatenate(parts, axis=1)

    def spans_of(self, unit: Mapping[Any, Any]) -> tuple[Span | None, Span | None]:
        """Return the spans of target and holder in the unit's text, as far as this view looks from them."""
        if not self.spans:
            return None, None
        return find_span(unit, "target"), find_span(unit, "holder") if self.holders else None


def find_cache(units: pd.DataFrame) -> Any:
    """Return the cache folder that the units' parses were asked to use, None without one."""
    for reference in units["parse"].iloc[:1]:
        return reference.source.settings.get("cache") if reference is not None else None
    return None


def find_span(unit: Mapping[Any, Any], slot: str) -> Span | None:
    """Return where a slot's mention stands in the unit's text: its own span, or where its name first stands."""
    mention: Mention | None = unit[slot]
    if mention is None:
        return None
    if mention.start is not None and mention.end is not None:
        start, end = mention.start - unit["start"], mention.end - unit["start"]
        return (start, end) if 0 <= start < end <= len(unit["text"]) else None
    return find_name(unit["text"], mention.entity) if mention.entity else None


def _flat(vectors: Array) -> Array:
    return np.asarray(vectors.reshape(len(vectors), -1))
