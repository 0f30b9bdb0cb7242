"""Learning from articles that carry a label somewhere: multiple instances.

All that is known of a bag is that at least one of its rows is positive. Expectation and maximisation take turns: a
model says how probable each row is by itself, out of fold, since a model believes its own training rows; the bag then
raises the rows together until one of them must be positive (a noisy "or"); and the model learns from what came out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from corpus_tools.learning.calibrated import CalibratedLinear
from corpus_tools.learning.supervision import Lesson

Array = np.ndarray[Any, Any]
Fit = Callable[[Array, Array], CalibratedLinear]
"""Takes decisions and shares of a lesson's rows and returns a fitted model."""

ROUNDS = 4


def learn_from_bags(fit: Fit, lesson: Lesson, *, rounds: int = ROUNDS) -> tuple[CalibratedLinear, Array]:
    """Return the model of the last round and the shares that it learned from."""
    inside = lesson.bags >= 0
    shares = np.where(inside, spread_evenly(lesson.bags), lesson.shares)
    model = fit(harden(shares, lesson), shares)
    for _ in range(rounds):
        shares = np.where(inside, raise_together(model.inner_probabilities_, lesson.bags), lesson.shares)
        model = fit(harden(shares, lesson), shares)
    return model, shares


def spread_evenly(bags: Array) -> Array:
    """Return what is known before anything was learned: one row of each bag is positive, and any may be it."""
    return np.asarray(1.0 / np.bincount(bags + 1)[bags + 1])


def raise_together(probabilities: Array, bags: Array) -> Array:
    """Return the probability of each row given that a row of its bag is positive: p / (1 - product of all (1 - p)).

    Examples
    --------
    >>> raise_together(np.array([0.5, 0.5, 0.1]), np.array([0, 0, 1])).round(3).tolist()
    [0.667, 0.667, 1.0]
    """
    inside = bags >= 0
    none = np.bincount(bags[inside], weights=np.log1p(-np.clip(probabilities[inside], 0, 1 - 1e-9)))
    found = np.zeros(len(bags))
    found[inside] = probabilities[inside] / np.maximum(-np.expm1(none[bags[inside]]), 1e-9)
    return np.minimum(found, 1.0)


def harden(shares: Array, lesson: Lesson) -> Array:
    """Return decisions: what was decided, and in each bag the rows that are likely, the likeliest at least."""
    chosen = lesson.decided.copy()
    inside = lesson.bags >= 0
    best = np.zeros(int(lesson.bags.max(initial=-1)) + 1)
    np.maximum.at(best, lesson.bags[inside], shares[inside])
    chosen[inside] = (shares[inside] >= np.minimum(best[lesson.bags[inside]], 0.5)).astype(int)
    return chosen
