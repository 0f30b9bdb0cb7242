"""One kind of judgement from units to detections, and both kinds side by side.

Frames and stances know nothing of each other, so where there are two cores the stances have a process of their own
while this one sees to the frames (see `corpus_tools.reporting.companion`).
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.gold import Gold
from corpus_tools.evaluation.evaluate import Evaluation, evaluate
from corpus_tools.language.parses import Parses
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units
from corpus_tools.reporting.companion import companion
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus

Made = TypeVar("Made")


@dataclass
class Judgement:
    """What one kind came to.

    Attributes
    ----------
    kind : str
        `"frame"` or `"stance"`.
    detector : FrameDetector or StanceDetector
        Fitted to all training articles.
    evaluation : Evaluation
        Out of fold, over the training articles.
    detections : DataFrame
        Of the judged articles.
    warnings : list of Warning
        What was warned of on the way.
    """

    kind: str
    detector: Any
    evaluation: Evaluation
    detections: pd.DataFrame
    warnings: list[Warning] = field(default_factory=list)


@dataclass(frozen=True)
class Material:
    """What both kinds are judged from; it can be pickled.

    `judged` are the articles that nothing is learned from; where it is empty, every article with gold is judged out
    of fold.
    """

    corpus: Corpus
    parses: Parses
    gold: Gold
    codebook: Codebook
    judged: frozenset[str]
    folds: int = 5
    seed: int = 0

    @property
    def training(self) -> Corpus:
        """The articles with gold that are not judged."""
        return self.corpus.filter(partial(_is_in, frozenset(self.gold.articles) - self.judged))


def judge_side_by_side(
    material: Material, meanwhile: Callable[[], Made], *, progress: bool = True
) -> tuple[dict[str, Judgement], Made]:
    """Return the judgement of each kind, by kind, and what is made meanwhile, of which neither needs to know.

    Raises
    ------
    InputError
        When too little is coded to train or to evaluate.
    """
    with companion() as ask:
        stances = ask(judge, "stance", material, progress)
        frames, made = judge("frame", material, progress), meanwhile()
        found = [frames, stances()]
    for judgement in found:
        for warning in judgement.warnings:
            warnings.warn(warning, stacklevel=3)
    return {judgement.kind: judgement for judgement in found}, made


def judge(kind: str, material: Material, progress: bool) -> Judgement:
    """Evaluate a detector of one kind out of fold, fit it to all training articles and let it judge."""
    from threadpoolctl import threadpool_limits

    step, m = Steps(progress), material
    # The linear algebra of many small fits becomes slower when it spreads over threads.
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        with step(f"evaluating {kind}s"):
            if kind == "frame":
                table = units(m.training, m.parses, m.gold, kind="frame")
                detector: Any = FrameDetector(m.codebook, random_state=m.seed)
            else:
                table = units(m.training, m.parses, m.gold, kind="stance", codebook=m.codebook)
                detector = StanceDetector(codebook=m.codebook, random_state=m.seed)
            # copies of a wire story are judged together: nobody is there to name them, and parted they would be refused
            evaluation = evaluate(detector, table, "duplicates", folds=m.folds, random_state=m.seed)
        with step(f"detecting {kind}s"):
            detector.fit(table)
            detections = _detect(detector, evaluation, m)
    return Judgement(kind, detector, evaluation, detections, _distinct(caught))


def _detect(detector: Any, evaluation: Evaluation, material: Material) -> pd.DataFrame:
    """Detect in the judged articles, or, where none was set aside, in each with the detector that never saw it."""
    if material.judged:
        found: pd.DataFrame = detector.detect(material.corpus.filter(partial(_is_in, material.judged)), material.parses)
        return found
    everything = frozenset(evaluation.predictions["article"])
    parts = [
        of_fold.detect(
            material.corpus.filter(partial(_is_in, everything - set(of_fold.training_articles_))), material.parses
        )
        for of_fold in evaluation.detectors
    ]
    return join_detections(parts)


def join_detections(parts: Collection[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several tables of detections as one table."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else next(iter(parts))


def _distinct(caught: list[warnings.WarningMessage]) -> list[Warning]:
    """Return each warning once; every fold may have given it."""
    found = {(w.category, str(w.message)): w.message for w in caught if not issubclass(w.category, DeprecationWarning)}
    return [message if isinstance(message, Warning) else UserWarning(message) for message in found.values()]


def _is_in(names: frozenset[str], article: Article) -> bool:
    return article.id in names


class Steps:
    """Tells each step of a job and its seconds on stderr."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time the step that the ``with`` statement holds."""
        began = time.monotonic()
        if self.shown:
            print(f"{name} …", file=sys.stderr, flush=True)
        yield
        if self.shown:
            print(f"{name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
