"""The frozen-cues baseline: a frame is present where one of the codebook's cue expressions occurs.

What every reviewer asks first: does the classifier do better than the word list? `CueDetector` answers with the same
methods as `FrameDetector`, so that an evaluation can put both side by side. It learns nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.mentions import Mention
from corpus_tools.learning.attributed import same
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.references import ParseReference


class CueDetector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Spot the cues of a codebook's frames, as whole words, whatever their case.

    Parameters
    ----------
    codebook
        Its frames' `cues`.
    """

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook

    def fit(self, units: pd.DataFrame, y: Any = None) -> CueDetector:
        """Do nothing but name the labels; present so that an evaluation can treat it as a detector."""
        self.labels_ = list(self.codebook.frames)
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return the share `n / (n + 1)` for n cues found: 0 without a cue, rising with each."""
        counts = {
            frame.id: [len(places) for places in find_cues(units["text"], frame.cues)]
            for frame in self.codebook.frames.values()
        }
        found = pd.DataFrame(counts, index=units.index)
        return found / (found + 1)

    def predict(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return an indicator table: 1 where at least one cue occurs."""
        return self.decide(self.predict_proba(units))

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn scores of units into decisions: a cue was found or not."""
        return scores.gt(0).astype("int64")

    def decide_articles(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn the highest scores of articles into decisions: a cue occurs anywhere or not."""
        return self.decide(scores)


class CueStanceDetector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Believe the rules: a candidate has the value that attribution reads for its holder and target, else `none`.

    Parameters
    ----------
    codebook
        Gives the attribution its names; none is needed.
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self.codebook = codebook

    def fit(self, units: pd.DataFrame, y: Any = None) -> CueStanceDetector:
        """Do nothing; present so that an evaluation can treat it as a detector."""
        self.classes_ = np.array(["mixed", NONE, "neutral", "oppose", "support"])
        return self

    def predict(self, units: pd.DataFrame) -> Any:
        """Return a value or `none` for each unit, shape (units,)."""
        columns = zip(units["parse"], units["holder"], units["target"], strict=True)
        return np.array([self._read(*row) for row in columns], dtype=object)

    def _read(self, parse: ParseReference | None, holder: Mention | None, target: Mention | None) -> str:
        for sentence in parse.sentences() if parse is not None else ():
            for a in parse.attributions(sentence, self.codebook) if parse is not None else ():
                if same(a.holder, holder) and same(a.target, target):
                    return a.value
        return NONE


class MajorityDetector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Say for every label what most training units, or articles, say: the floor of any comparison."""

    def fit(self, units: pd.DataFrame, y: Any = None) -> MajorityDetector:
        """Count labels over units and over articles."""
        self.labels_ = sorted({label for labels in units["labels"] for label in labels})
        articles = units.drop_duplicates("article")["article_labels"]
        self.unit_share_ = {
            label: float(np.mean([label in known for known in units["labels"]])) for label in self.labels_
        }
        self.article_share_ = {label: float(np.mean([label in known for known in articles])) for label in self.labels_}
        return self

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return the share of training units with each label, the same for every unit."""
        return _constant(self.unit_share_, units.index)

    def predict(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return the majority decision of each label for every unit."""
        return self.decide(self.predict_proba(units))

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Return what most training units say, whatever the scores."""
        return _constant(self.unit_share_, scores.index).gt(0.5).astype("int64")

    def decide_articles(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Return what most training articles say, whatever the scores."""
        return _constant(self.article_share_, scores.index).gt(0.5).astype("int64")


def _constant(shares: dict[str, float], index: Any) -> pd.DataFrame:
    return pd.DataFrame({label: np.full(len(index), share) for label, share in shares.items()}, index=index)


def find_cues(texts: Iterable[str], cues: tuple[str, ...]) -> list[list[tuple[int, int]]]:
    """Return for each text where cues stand in it: whole words, whatever their case, the longest of several.

    Examples
    --------
    >>> find_cues(["Wagner’s men", "Wagnerian"], ("wagner", "wagner's men"))
    [[(0, 12)], []]
    """
    if not cues:
        return [[] for _ in texts]
    longest_first = sorted(map(_straighten, cues), key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)
    return [[match.span() for match in pattern.finditer(_straighten(str(text)))] for text in texts]


def _straighten(text: str) -> str:
    """Make apostrophes alike, one character for one, so that places stay what they are."""
    return text.replace("’", "'")
