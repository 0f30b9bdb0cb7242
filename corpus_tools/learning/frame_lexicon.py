"""Frames before anything is coded: `FrameLexicon` reads the codebook and suggests.

A list of cue words misses most of what coders call a frame and finds much that they do not. Here the codebook's cues
are only a part of what is asked for: a sentence speaks for a frame when it is like the frame's cues, definition and
examples (`corpus_tools.learning.likeness`), more than it is like any other frame, and the more so when the sentences
around it do too. No label is needed; how far that is above the cues alone is in `docs/learning.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from corpus_tools.annotation.codebook import Codebook, FrameLabel
from corpus_tools.language.parses import Parses
from corpus_tools.learning.detections import EVIDENCE, frame_rows, to_detections
from corpus_tools.learning.lexicon import find_cues
from corpus_tools.learning.likeness import Likeness
from corpus_tools.learning.units import units as cut_units
from corpus_tools.learning.words import find_words
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
_RIVAL = 0.5
"""Share of the likeness to the most alike other frame that is taken away."""
_STEEPNESS = 1.2
"""Of the curve from standard deviations to probabilities."""


class FrameLexicon(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Suggest the frames of a codebook in texts that nobody has coded.

    Parameters
    ----------
    codebook
        Its frames' cues, names, definitions, inclusions and examples.
    rate
        The share of units that carry a frame, as you expect it. Sets the level of the probabilities and how much is
        suggested, not the order.
    context
        What the neighbouring units, and the mean of the article, add to a unit's own likeness.
    package, language
        The Stanza package whose word vectors serve; an empty `package` goes without them.

    Attributes
    ----------
    labels_ : list of str
    thresholds_ : dict of str to float
        Probabilities from which a unit is suggested: those that the share `rate` of the fitted units reaches.
    """

    def __init__(
        self,
        codebook: Codebook,
        *,
        rate: float = 0.06,
        context: float = 0.5,
        package: str = "lite",
        language: str = "en",
    ) -> None:
        self.codebook = codebook
        self.rate = rate
        self.context = context
        self.package = package
        self.language = language

    def fit(self, units: pd.DataFrame, y: Any = None) -> FrameLexicon:
        """Learn from units what is usual in them; labels are not looked at.

        Raises
        ------
        InputError
            When there are no units, the codebook has no frames, or `rate` is no share.
        """
        if not 0 < self.rate < 1:
            raise InputError(f"the 'rate' parameter of FrameLexicon must lie between 0 and 1. Got {self.rate} instead")
        if not self.codebook.frames or not any(text.strip() for text in _texts(units)):
            missing = "units to read" if self.codebook.frames else "frames in the codebook"
            raise InputError(f"there are no {missing}", remedy="give units with text, and a codebook with frames")
        self.labels_ = list(self.codebook.frames)
        described = [_describe(frame) for frame in self.codebook.frames.values()]
        self.likeness_ = Likeness(self.package, self.language).fit(_texts(units), described)
        scores = self._raw_scores(units)
        self.scales_ = np.maximum(scores.std(axis=0), 1e-9)
        steep = _STEEPNESS * scores / self.scales_
        self.offsets_ = np.array([_offset(column, self.rate) for column in steep.T])
        reached = np.quantile(self._to_probabilities(scores), 1 - self.rate, axis=0)
        self.thresholds_ = dict(zip(self.labels_, reached.tolist(), strict=True))
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each unit and frame a probability: their mean over the fitted units is `rate`.

        The units of an article should come together: they are each other's context.
        """
        check_is_fitted(self)
        found = self._to_probabilities(self._raw_scores(units)) if len(units) else np.zeros((0, len(self.labels_)))
        return pd.DataFrame(found, index=units.index, columns=self.labels_)

    def predict(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return an indicator table: one row a unit, one column a frame."""
        return self.decide(self.predict_proba(units))

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn probabilities of units into decisions by the thresholds."""
        return scores.ge(pd.Series(self.thresholds_)[self.labels_]).astype("int64")

    def decide_articles(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn the highest probabilities of articles into decisions: a unit is suggested or not."""
        return self.decide(scores)

    def detect(self, corpus: Corpus, parses: Parses) -> pd.DataFrame:
        """Suggest frames in the sentences of a corpus (columns as in `corpus_tools.learning.detections`)."""
        found = cut_units(corpus, parses, kind="frame", level="sentence")
        if not len(found):
            return to_detections([])
        scores = self.predict_proba(found)
        chosen = self.decide(scores)
        rows = chosen.any(axis=1).to_numpy()
        kept, explained = found[rows], self._explain(found, chosen)
        return to_detections(frame_rows(kept, scores[rows], chosen[rows], explained))

    def explain(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each unit and frame what the score loses when a word is left out.

        Returns
        -------
        DataFrame
            Columns `unit, label, feature, start, end, quote, weight`; `feature` is `cue` for the words of a cue of the
            frame and `word` for others; one row `context` without a place holds what other units and the interplay
            of words add, so that the weights of a unit and frame add up to its score before it became a probability.
        """
        check_is_fitted(self)
        return self._explain(units, pd.DataFrame(1, index=units.index, columns=self.labels_))

    def _raw_scores(self, units: pd.DataFrame) -> Array:
        return self._add_context(self._own_scores(_texts(units)), units)

    def _own_scores(self, texts: list[str]) -> Array:
        """Return the likeness of texts to each frame beyond a share of that to the most alike other frame."""
        alike = self.likeness_.measure(texts)
        if alike.shape[1] < 2:
            return alike
        ranked = np.sort(alike, axis=1)
        rival = np.where(alike == ranked[:, -1:], ranked[:, -2:-1], ranked[:, -1:])
        return np.asarray(alike - _RIVAL * rival)

    def _add_context(self, own: Array, units: pd.DataFrame) -> Array:
        order = np.lexsort((units["start"].to_numpy(), pd.factorize(units["article"])[0]))
        sorted_own = pd.DataFrame(own[order])
        grouped = sorted_own.groupby(units["article"].to_numpy()[order], sort=False)
        near = (grouped.shift(1).fillna(0.0) + grouped.shift(-1).fillna(0.0)) / 2
        added = np.empty_like(own)
        added[order] = self.context * (near + grouped.transform("mean")).to_numpy()
        return np.asarray(own + added)

    def _to_probabilities(self, scores: Array) -> Array:
        return np.asarray(expit(_STEEPNESS * scores / self.scales_ - self.offsets_))

    def _explain(self, units: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
        scores = self._raw_scores(units)
        cues = {frame.id: find_cues(units["text"], frame.cues) for frame in self.codebook.frames.values()}
        rows: list[dict[str, Any]] = []
        for position, unit in enumerate(units.to_dict("records")):
            asked = [i for i, label in enumerate(self.labels_) if wanted.iloc[position][label]]
            if not asked:
                continue
            words, lost = self._leave_words_out(str(unit["text"]))
            for i in asked:
                label = self.labels_[i]
                kinds = ["cue" if _inside(word, cues[label][position]) else "word" for word in words]
                rows += _evidence_rows(unit, label, words, kinds, lost[:, i], float(scores[position, i]))
        return pd.DataFrame(rows, columns=list(EVIDENCE)).astype(
            {"start": "int64", "end": "int64", "weight": "float64"}
        )

    def _leave_words_out(self, text: str) -> tuple[list[tuple[int, int]], Array]:
        """Return the words' places, and what each frame's score loses without each: shape (words, frames)."""
        words = [(start, end) for word, start, end in find_words(text) if word[-1].isalnum()]
        own = self._own_scores([text, *(text[:start] + text[end:] for start, end in words)])
        return words, own[0] - own[1:]


def _describe(frame: FrameLabel) -> str:
    """All that the codebook says for a frame. What it excludes is left out: that speaks with the frame's own words."""
    return " ".join([frame.name, frame.definition, frame.include, *frame.examples, *frame.cues])


def _texts(units: pd.DataFrame) -> list[str]:
    return [str(text) for text in units["text"]]


def _offset(scores: Array, rate: float) -> float:
    """Return what must be taken from the scores for their mean probability to be `rate`."""
    return float(brentq(lambda offset: expit(scores - offset).mean() - rate, scores.min() - 20, scores.max() + 20))


def _inside(word: tuple[int, int], places: list[tuple[int, int]]) -> bool:
    return any(start <= word[0] and word[1] <= end for start, end in places)


def _evidence_rows(
    unit: dict[Any, Any], label: str, words: list[tuple[int, int]], kinds: list[str], lost: Array, whole: float
) -> list[dict[str, Any]]:
    common = {"unit": unit["unit"], "label": label}
    rows = [
        {
            **common,
            "feature": kind,
            "start": start + unit["start"],
            "end": end + unit["start"],
            "quote": str(unit["text"])[start:end],
            "weight": float(weight),
        }
        for (start, end), kind, weight in zip(words, kinds, lost, strict=True)
    ]
    rest = whole - float(lost.sum())
    return [*rows, {**common, "feature": "context", "start": -1, "end": -1, "quote": "", "weight": rest}]
