"""Baselines, always beside the score: majority, always, prior, cues, and plain TF-IDF with logistic regression.

Each learns from the training part alone, like the detector, and is judged in the same splits.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from corpus_tools.evaluation.judging import Answer, Judging
from corpus_tools.evaluation.systems import DetectorSystem, System
from corpus_tools.learning.lexicon import CueDetector, CueStanceDetector
from corpus_tools.text.errors import InputError

__all__ = ["BASELINES", "choose_baselines"]

Array = np.ndarray[Any, Any]
BASELINES = ("majority", "always", "prior", "cues", "tfidf")
_WORD = re.compile(r"\w+")
_SAMPLED = 4
"""Candidates without a stance that plain TF-IDF learns from, for each that has one."""


def choose_baselines(names: Collection[str] | None, detector: Any, judging: Judging, seed: int) -> dict[str, System]:
    """Return the baselines by name: those asked for, or all that fit.

    Cues need a codebook or candidate stances, and a label can always be given only where a unit may have several.

    Raises
    ------
    InputError
        When a name is unknown, or one is asked for that does not fit.
    """
    unknown = sorted(set(names or ()) - set(BASELINES))
    if unknown:
        raise InputError(f"there is no baseline {unknown[0]!r}", remedy=f"use some of {list(BASELINES)}")
    found: dict[str, System] = {"majority": Majority()}
    if judging.form == "several":
        found["always"] = Always()
    found["prior"] = Prior()
    book = getattr(detector, "codebook", None)
    if set(judging.units["kind"]) == {"frame"}:
        if book is not None:
            found["cues"] = DetectorSystem(CueDetector(book))
    elif book is not None or judging.form == "candidates":
        found["cues"] = DetectorSystem(CueStanceDetector(book))
    found["tfidf"] = PlainTfidf(seed)
    if names is None:
        return found
    if "cues" in names and "cues" not in found:
        raise InputError("there is no codebook whose cues could be counted", remedy="give the detector a codebook")
    if "always" in names and "always" not in found:
        raise InputError("'always' gives every label, and a unit has one at most here", remedy="use 'majority'")
    return {name: system for name, system in found.items() if name in names}


class Prior:
    """Throw dice that fall as often as the labels occur in training; the answer is the expectation of the throws."""

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Return the shares of the labels in training, for every unit and article alike."""
        units = _repeat(_shares(train), len(test.units))
        if not test.by_article:
            return Answer(units, units)
        articles = _repeat(train.article_truth.mean(axis=0), len(test.articles))
        return Answer(units, units, articles, articles)


class Majority:
    """Say what most of training says; of candidates for a stance, the commonest value of all."""

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Return the majority's decision, for every unit and article alike."""
        shares = _shares(train)
        if not test.by_article:
            return Answer(_repeat(np.arange(len(shares)) == shares.argmax(), len(test.units)))
        articles = train.article_truth.mean(axis=0)
        return Answer(
            _repeat(shares > 0.5, len(test.units)), article_decided=_repeat(articles > 0.5, len(test.articles))
        )


class Always:
    """Say yes to every label: of labels that most units lack, the majority finds none and its F1 is 0."""

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Return yes throughout, and as its probabilities what `Prior` says."""
        shares = Prior().answer(train, test)
        assert shares.article_score is not None
        return Answer(
            np.ones_like(shares.decided),
            shares.score,
            np.ones_like(shares.article_score),
            shares.article_score,
        )


class PlainTfidf:
    """One logistic regression a label over TF-IDF of words and word pairs, classes balanced, nothing tuned.

    An article has a label when a unit of it has. Of stances the names of target and holder are words of their own. Of
    candidates without a stance a sample is learned from: there are too many to be quick.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def answer(self, train: Judging, test: Judging) -> Answer:
        """Fit to the training part; a label is given where its probability is the highest, or half or more."""
        rows = self._learned_from(train)
        scores = self._scores(_texts(train, rows), train.truth[rows], _texts(test, np.arange(len(test.units))), train)
        labels = len(test.labels)
        if not test.by_article:
            best = np.arange(scores.shape[1]) == scores.argmax(axis=1)[:, None]
            return Answer(best[:, :labels].astype(float), scores[:, :labels])
        highest = np.zeros((len(test.articles), labels))
        np.maximum.at(highest, test.article_of, scores)
        return Answer((scores >= 0.5).astype(float), scores, (highest >= 0.5).astype(float), highest)

    def _learned_from(self, train: Judging) -> Array:
        """Return the rows to learn from: all that have gold, but of those without any stance a seeded sample."""
        rows = np.flatnonzero(train.reachable)
        if train.form != "candidates":
            return rows
        some = train.truth[rows].any(axis=1)
        none = np.random.default_rng(self.seed).permutation(rows[~some])[: max(500, _SAMPLED * int(some.sum()))]
        return np.sort(np.concatenate([rows[some], none]))

    def _scores(self, learned: Any, truth: Array, asked: Any, train: Judging) -> Array:
        """Return probabilities of the labels, of candidates also of having none, shape (rows, labels)."""
        if train.form == "candidates":
            truth = np.column_stack([truth, ~truth.any(axis=1)])
        known, new = _vectorise(learned, asked)
        columns = [_fit_one(known, truth[:, i], new, self.seed) for i in range(truth.shape[1])]
        return np.column_stack(columns)


def _fit_one(known: Any, truth: Array, new: Any, seed: int) -> Array:
    if truth.all() or not truth.any() or not new.shape[1]:
        return np.full(new.shape[0], float(truth.mean()))
    model = LogisticRegression(class_weight="balanced", solver="liblinear", dual=True, tol=1e-2, random_state=seed)
    return np.asarray(model.fit(known, truth).predict_proba(new)[:, 1])


def _vectorise(learned: tuple[list[str], Any], asked: tuple[list[str], Any]) -> tuple[Any, Any]:
    """Return TF-IDF of both sides, weights and vocabulary from the first; names of targets have a matrix of their own.

    Each different text is read once: many candidates share a sentence.
    """
    sides: list[list[Any]] = [[], []]
    for train, test in zip(learned, asked, strict=True):
        if train is None or not any(map(_WORD.search, train)):
            continue
        model = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD.pattern)
        for side, texts, read in ((0, train, model.fit_transform), (1, test, model.transform)):
            different = {text: i for i, text in enumerate(dict.fromkeys(texts))}
            sides[side].append(read(list(different))[[different[text] for text in texts]])
    empty = [sparse.csr_matrix((len(side[0]), 0)) for side in (learned, asked)]
    return tuple(sparse.csr_matrix(sparse.hstack([first, *parts])) for first, parts in zip(empty, sides, strict=True))


def _texts(judging: Judging, rows: Array) -> tuple[list[str], list[str] | None]:
    """Return the texts of units, and of stances who stands toward what."""
    units = judging.units.iloc[rows]
    texts = units["text"].to_list()
    if set(units["kind"]) != {"stance"}:
        return texts, None
    names = [
        " ".join(f"{slot}_{word}" for slot, mention in pair for word in str(getattr(mention, "name", "?")).split())
        for pair in zip(*([(slot, m) for m in units[slot]] for slot in ("target", "holder")), strict=True)
    ]
    return texts, names


def _shares(train: Judging) -> Array:
    return np.asarray(train.truth[train.reachable].mean(axis=0))


def _repeat(row: Array, count: int) -> Array:
    return np.tile(np.asarray(row, dtype=float), (count, 1))
