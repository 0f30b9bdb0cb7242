"""Which frames a sentence, and through its sentences an article, carries: `FrameDetector`.

One binary classifier a label over shared features. Probabilities are calibrated and thresholds tuned inside the
training data, with articles kept whole, once for units and once for articles (an article's score is the highest of
its units' scores).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.parses import Parses
from corpus_tools.learning.calibrated import CalibratedLinear
from corpus_tools.learning.detections import frame_rows, to_detections
from corpus_tools.learning.detector import Detector
from corpus_tools.learning.encoder import is_configured
from corpus_tools.learning.explain import explain_units
from corpus_tools.learning.features import BLOCKS, UnitFeatures
from corpus_tools.learning.heads import EXCLUSIVE_HEADS
from corpus_tools.learning.label_heads import LABEL_HEADS, LabelHeads
from corpus_tools.learning.one_label import OneLabelHead
from corpus_tools.learning.references import list_fingerprints
from corpus_tools.learning.retraining import Memory
from corpus_tools.learning.supervision import find_known, order_labels
from corpus_tools.learning.units import units as cut_units
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]


class FrameDetector(Detector):
    """Detector of frames over a table of units: several a unit, or exactly one.

    Parameters
    ----------
    codebook
        Gives labels their order, cues and aliases; none is needed.
    features
        `"words"` (no parse needed), `"linguistic"`, `"embeddings"` (needs the extra `embeddings`; beside the terms of
        a parse at hand, or beside words), or `"auto"`: embeddings where the user configured them (by the parameter or
        the environment variable `CORPUS_TOOLS_EMBEDDINGS`), else linguistic.
    exclusive
        Whether every unit has exactly one label; then one softmax gives the probabilities of all labels, and the most
        probable one is predicted.
    head
        With `exclusive` `"logistic"`, `"svm"`, `"few_shot"`, `"one_vs_rest"`, or `"auto"`: of the first three the one
        with the best macro-F1 inside the training data (see `LinearHead`). Else one classifier a label: `"logistic"`
        (which is `"auto"`), `"svm"`, `"few_shot"`, `"best"` (for each label the best of these inside the training
        data) or `"chain"` (see `LabelHeads`); what they are worth on the demo corpus is in `docs/learning.md`.
    embeddings
        Folder of the model of embeddings; None takes that of the environment, or an installed one.
    C
        Inverse strength of the penalty of the labels' classifiers; with `exclusive` the head chooses its own.
    random_state
        Seed of the inner folds.

    Attributes
    ----------
    labels_ : list of str
    models_ : dict of str to CalibratedLinear
    thresholds_, article_thresholds_ : dict of str to float
        Probabilities from which a unit, or an article, counts as positive.
    training_articles_ : list of str
    training_hashes_ : dict of str to str
        The sha256 of each training article's text.
    """

    def __init__(
        self,
        codebook: Codebook | None = None,
        *,
        features: str = "auto",
        exclusive: bool = False,
        head: str = "auto",
        embeddings: str | None = None,
        C: float = 4.0,
        random_state: int = 0,
    ) -> None:
        self.codebook = codebook
        self.features = features
        self.exclusive = exclusive
        self.head = head
        self.embeddings = embeddings
        self.C = C
        self.random_state = random_state

    def fit(self, units: pd.DataFrame, y: Any = None) -> FrameDetector:
        """Learn from units with known `labels`.

        A column `shares` (see `corpus_tools.learning.units.units` with `labels="soft"`) is learned from where it is
        there: how many coders said a label counts, while thresholds are tuned to what was decided. A column `weight`
        says how much each unit counts; with `exclusive` neither is read, and a warning says so. Where an article
        carries a label and nobody said in which sentence, the sentences are learned from together (see
        `corpus_tools.learning.bags`).

        Raises
        ------
        InputError
            When no unit has a label, or no label occurs in enough groups.
        """
        heads = EXCLUSIVE_HEADS if self.exclusive else LABEL_HEADS
        self._check_options(features=("auto", *BLOCKS), head=("auto", *heads))
        known = units[find_known(units)]
        labels = order_labels(known, self.codebook)
        if not labels:
            raise InputError("no unit carries a label", remedy="give units that were coded, with labels")
        dense = self.features == "embeddings" or (self.features == "auto" and is_configured(self.embeddings))
        model = (self.embeddings or "") if dense else None
        self.features_ = UnitFeatures(self._blocks(known), self.codebook, embeddings=model)
        views = self.features_.fit_views(known)
        self.head_: LabelHeads | OneLabelHead
        if self.exclusive:
            self.head_ = OneLabelHead(self.head, self.random_state)
        else:
            self.head_ = LabelHeads("logistic" if self.head == "auto" else self.head, self.C, self.random_state)
        self.head_.fit(views, known, labels)
        self._memory: Memory | None = Memory(known, views)
        return self._take_over(known)

    def partial_fit(self, units: pd.DataFrame) -> FrameDetector:
        """Learn from more units, or from units that were coded anew, in a fraction of the time of `fit`.

        Vocabulary, calibration and thresholds stay as the last `fit` found them, and the weights are fitted to all
        units that were given since: the result is nearly that of `fit` as long as few articles have come. A label that
        was too rare before is learned as soon as it is not. With `head="chain"` everything but the vocabulary is
        learned again, which takes longer. Without an earlier `fit` this is one.

        Raises
        ------
        InputError
            When the detector was loaded from a file: no training text is saved, so there is nothing to add to.
        """
        if not hasattr(self, "features_"):
            return self.fit(units)
        if self._memory is None:
            raise InputError(
                "a loaded detector does not remember what it was trained on", remedy="fit a new one with all units"
            )
        more = units[find_known(units)]
        if not len(more):
            return self
        memory = self._memory.join(more, self.features_.views(more))
        self.head_.refit(memory.views, memory.units, order_labels(memory.units, self.codebook))
        self._memory = memory
        return self._take_over(memory.units)

    def predict_proba(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return calibrated probabilities: one row a unit, one column a label."""
        check_is_fitted(self)
        if not len(units):
            return pd.DataFrame(columns=self.labels_, index=units.index, dtype=float)
        scores = self.head_.predict_proba(self.features_.views(units))
        return pd.DataFrame(scores, index=units.index, columns=self.labels_)

    def predict(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return an indicator table: one row a unit, one column a label."""
        return self.decide(self.predict_proba(units))

    def decide(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn probabilities of units into decisions: the thresholds, or with `exclusive` the most probable label."""
        return self.head_.decide(scores)

    def decide_articles(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Turn the highest probabilities of articles into decisions by the articles' own thresholds."""
        return scores.ge(pd.Series(self.article_thresholds_)[self.labels_]).astype("int64")

    def predict_articles(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return an indicator table with one row an article, judged by its highest unit score."""
        return self.decide_articles(self.score_articles(units))

    def score_articles(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each article, in order of appearance, the highest probability of its units."""
        return highest_by_article(self.predict_proba(units), units)

    def detect(self, corpus: Corpus, parses: Parses) -> pd.DataFrame:
        """Find frames in the sentences of a corpus.

        Returns
        -------
        DataFrame
            Detections (columns as in `corpus_tools.learning.detections`), one row a sentence and label above the
            threshold.
        """
        found = cut_units(corpus, parses, kind="frame", level="sentence")
        if not len(found):
            return to_detections([])
        scores = self.predict_proba(found)
        chosen = self.decide(scores)
        positive = chosen.any(axis=1).to_numpy()
        evidence = explain_units(self, found[positive]) if positive.any() else pd.DataFrame()
        return to_detections(frame_rows(found[positive], scores[positive], chosen[positive], evidence))

    @property
    def models_(self) -> dict[str, CalibratedLinear]:
        """The classifier of each label that was learned; none with `exclusive`."""
        return self.head_.models_ if isinstance(self.head_, LabelHeads) else {}

    def weights(self, label: str) -> dict[str, Array] | None:
        """Return the weights of each view's features for a label, None where the label was not learned."""
        return self.head_.weights(label)

    def explain(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return for each unit, label and contributing words an exact share of the score (see `learning.explain`)."""
        return explain_units(self, units)

    def _blocks(self, units: pd.DataFrame) -> tuple[str, ...]:
        if self.features == "words" or (self.features == "embeddings" and (units["level"] == "text").all()):
            return BLOCKS[self.features]
        return BLOCKS["linguistic"]

    def _take_over(self, known: pd.DataFrame) -> FrameDetector:
        """Take what the head tuned, and note what was learned from."""
        self.labels_ = self.head_.labels_
        self.thresholds_ = self.head_.thresholds_
        self.article_thresholds_ = self.head_.article_thresholds_
        self.training_hashes_ = list_fingerprints(known)
        self.training_articles_ = list(self.training_hashes_)
        return self


def highest_by_article(scores: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return for each article, in order of appearance, the highest score of its units."""
    return scores.groupby(units["article"].to_numpy(), sort=False).max()
