"""Gamma: agreement on units and their labels at once, after the best alignment of both (extra `gamma`).

Source: Mathet, Widlöcher & Métivier 2015, "The unified and holistic method gamma", computed by pygamma-agreement.
Chance is sampled, so the value varies in the second decimal with the seed; it is no part of the agreement table.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from corpus_tools.agreement.resampling import Coefficient
from corpus_tools.agreement.spans import check_span
from corpus_tools.text.errors import InputError

__all__ = ["gamma"]


def gamma(
    units: Iterable[tuple[Hashable, int, int, Hashable]],
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    delta_empty: float = 1.0,
    samples: int = 30,
    seed: int = 0,
) -> Coefficient:
    """Return gamma of the units that coders marked on one continuum.

    Parameters
    ----------
    units
        What the coders marked, as (coder, start, end, label); unlike those of `alpha_u` they may overlap.
    alpha, beta
        Weights of positions and of labels.
    delta_empty
        What a unit without a partner costs.
    samples
        Random continua for the chance disorder.
    seed
        Of the samples.

    Returns
    -------
    Coefficient
        `observed` is the disorder of the best alignment, which is exact, and `expected` the mean of the samples'.

    Raises
    ------
    InputError
        When a unit is not such a tuple, or pygamma-agreement is not installed.
    """
    listed = [check_span(unit, "(coder, start, end, label)") for unit in units]
    if len({unit[0] for unit in listed}) < 2:
        return Coefficient(None, "fewer than two coders marked units", n=len(listed))
    with _contained():
        package, core = _import("pygamma_agreement"), _import("pyannote.core")
        continuum = package.Continuum()
        for coder, start, end, label in listed:
            continuum.add(str(coder), core.Segment(start, end), str(label))
        dissimilarity = package.CombinedCategoricalDissimilarity(alpha=alpha, beta=beta, delta_empty=delta_empty)
        np.random.seed(seed)
        found = continuum.compute_gamma(dissimilarity, n_samples=samples)
    return Coefficient(
        float(found.gamma),
        n=len(listed),
        observed=float(found.best_alignment.disorder),
        expected=float(found.expected_disorder),
    )


def _import(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        remedy = 'install it with: pip install "corpus-tools[gamma]"'
        raise InputError("gamma needs pygamma-agreement", remedy=remedy) from error


@contextmanager
def _contained() -> Iterator[None]:
    """Put back what the package and its imports change: the global generators and the root logger."""
    state, plain, handlers = np.random.get_state(), random.getstate(), list(logging.root.handlers)
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(level)
        logging.root.handlers[:] = handlers
        np.random.set_state(state)
        random.setstate(plain)
