"""Probes: made-up units whose probabilities are kept with a saved detector and computed again when it is loaded.

A probe has terms of the detector's own vocabulary and word vectors of its package, so that no training text is kept
and nothing need be parsed. What is compared went through everything that a prediction goes through but the parser:
vectorizers, vectors, embeddings, weights, calibration. Another version of scikit-learn that counts otherwise, another
model of embeddings, or other word vectors show themselves here, and not in somebody's results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

import numpy as np
from scipy import sparse

from corpus_tools._version import __version__
from corpus_tools.learning.heads import Views

__all__ = ["compare_probes", "list_changes", "score_probes", "versions"]

Array = np.ndarray[Any, Any]
PROBES = 8
_TERMS = 12
_TEXT = "The minister welcomed the vote, and her party warned of the cost."
_TARGET, _HOLDER = (13, 30), (4, 12)
_EXACT, _CLOSE = 1e-6, 2e-3
"""Greatest difference of probabilities: without, and with embeddings, which are kept in half precision."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    packages = ("stanza", "torch", "scikit-learn", "numpy", "pandas", "skops")
    return {"python": python_version(), "corpus_tools": __version__, **{name: _version_of(name) for name in packages}}


def score_probes(detector: Any) -> list[list[float]]:
    """Return the probabilities of the probes, one row a probe and one column a label."""
    views = _make_views(detector.features_)
    if hasattr(detector, "head_"):
        scores = detector.head_.predict_proba(views)
    else:
        topics = sorted(getattr(detector.model_, "own_", {})) or ["?"]
        scores = detector.score_views(views, [topics[k % len(topics)] for k in range(PROBES)])
    return [[float(value) for value in row] for row in np.asarray(scores)]


def compare_probes(detector: Any, saved: Sequence[Sequence[float]]) -> float:
    """Return the greatest difference of probabilities that is more than rounding, 0 where there is none."""
    now, before = np.asarray(score_probes(detector)), np.asarray(saved, dtype=float)
    if now.shape != before.shape:
        return 1.0
    off = float(np.nan_to_num(np.abs(now - before), nan=1.0).max(initial=0.0))
    return off if off > (_EXACT if detector.features_.dense_ is None else _CLOSE) else 0.0


def list_changes(saved: Mapping[str, str]) -> list[str]:
    """Return in words which versions are others than those of the time of saving."""
    now = versions()
    return [f"{name} from {old} to {now.get(name, 'none')}" for name, old in saved.items() if now.get(name) != old]


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _make_views(features: Any) -> Views:
    parts = [vectorizer.transform(_make_documents(vectorizer)) for vectorizer in features.vectorizers_.values()]
    vectors = features.word_vectors()
    if vectors is not None:
        rows = vectors.sample(PROBES).astype(float)
        parts.append(sparse.csr_matrix(np.tile(rows, features.count_vector_columns() // rows.shape[1])))
    terms = sparse.csr_matrix(sparse.hstack(parts)) if parts else sparse.csr_matrix((PROBES, 1))
    if features.dense_ is None:
        return {"terms": terms}
    dense = features.dense_
    spans = (_TARGET if dense.spans else None, _HOLDER if dense.holders else None)
    one = dense.scale(dense.vectors([(_TEXT, *spans)], keep=False))
    return {"terms": terms, dense.name: one * np.linspace(-1, 1, PROBES)[:, None]}


def _make_documents(vectorizer: Any) -> list[Any]:
    """Return a document a probe: terms from all over the vocabulary, each probe others."""
    names = vectorizer.get_feature_names_out()
    step = max(1, len(names) // _TERMS)
    chosen = [tuple(names[k % step :: step][:_TERMS]) for k in range(PROBES)]
    return chosen if callable(vectorizer.analyzer) else [" ".join(name.strip() for name in found) for found in chosen]
