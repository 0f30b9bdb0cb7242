"""What to code next: units or articles in the order in which their labels would teach a detector most.

Three strategies. `diverse`, the usual one: where the detector is closest to deciding otherwise, but each of the first
is unlike those before it, so that one event told ten times is not coded ten times. `uncertainty`: the same without
regard to likeness. `disagreement`: where several detectors differ (query by committee, Seung, Opper & Sompolinsky
1992), be they the same detector trained on other draws of articles, one that sees words only, or the codebook's
`FrameLexicon`.

How much it saves on public data, and where it saves nothing, is in `docs/learning.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone
from sklearn.preprocessing import normalize

from corpus_tools.learning.doubts import is_exclusive, measure_doubts, stretch, thresholds_of
from corpus_tools.learning.features import UnitFeatures
from corpus_tools.text.errors import InputError

__all__ = ["COLUMNS", "STRATEGIES", "rank", "train_committee"]

Array = np.ndarray[Any, Any]
STRATEGIES = ("diverse", "uncertainty", "disagreement")
LEVELS = ("unit", "article")
COLUMNS = ("unit", "article", "start", "end", "score", "label", "reason", "text")
MOST_DIVERSE = 200
"""So many are chosen for being unlike each other; nobody codes more before the next training."""


def rank(
    detector: Any,
    units: pd.DataFrame,
    strategy: str = "diverse",
    *,
    level: str = "unit",
    committee: Sequence[Any] = (),
    coded: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Order units, or articles, by how much their labels would teach.

    Parameters
    ----------
    detector
        Fitted: a `FrameDetector`, `StanceDetector`, `FrameLexicon`, or anything with ``predict_proba(units)``.
    units
        The units to choose from; those that are coded already should not be among them.
    strategy
        `"diverse"`, `"uncertainty"` or `"disagreement"`.
    level
        `"unit"`: one row a unit. `"article"`: one row an article, by the sum over its units, since all of them will be
        coded (as a share of the units of the longest article); the row tells of the highest.
    committee
        For `"disagreement"`: the fitted detectors that `detector` is compared with (see `train_committee`).
    coded
        For `"diverse"`: units that were coded before; what is like them comes later. Not needed where `detector` has
        learned from them: it doubts them less already, and in simulations the distance to them gave nothing more.
    scores
        The detector's probabilities of the units, where they are at hand.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`, best first; `score` from 0 to 1, `label` the one in question, `reason` in words. Equal
        scores keep the order of `units`. The same input gives the same order.

    Raises
    ------
    InputError
        When a parameter has an unknown value, or a committee is missing.
    """
    _check(strategy, level, committee)
    if not len(units):
        return pd.DataFrame(columns=list(COLUMNS))
    found = scores if scores is not None else detector.predict_proba(units)
    if strategy == "disagreement":
        worth, labels, reasons = _measure_disagreement([detector, *committee], units, found)
    else:
        worth, labels, reasons = measure_doubts(detector, found)
    table = units[["unit", "article", "start", "end"]].assign(
        score=worth, label=labels, reason=reasons, text=units["text"].to_numpy()
    )
    table = table.reset_index(drop=True)[list(COLUMNS)]
    members = np.arange(len(table))
    if level == "article":
        table, members = _gather_articles(table)
    if strategy == "diverse":
        return _spread(table, *_spaces(detector, units, coded, members))
    return table.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def train_committee(detector: Any, coded: pd.DataFrame, *, size: int = 4, seed: int = 0) -> list[Any]:
    """Return copies of a detector, each trained on as many groups as there are, drawn with replacement.

    Parameters
    ----------
    detector
        Is cloned, never changed.
    coded
        Units with labels.
    size, seed
        Number of copies, and the seed of the draws.

    Notes
    -----
    A group that is drawn twice is two groups of the copy, so that its inner folds see both draws; a label that a draw
    happens to leave out is one that this copy does not know.
    """
    random = np.random.default_rng(seed)
    rows_of = coded.reset_index(drop=True).groupby("group", sort=False).indices
    names = list(rows_of)
    committee = []
    for _ in range(size):
        drawn = [names[i] for i in random.integers(len(names), size=len(names))]
        parts = [coded.iloc[rows_of[name]].assign(group=f"{k}:{name}") for k, name in enumerate(drawn)]
        committee.append(clone(detector).fit(pd.concat(parts, ignore_index=True)))
    return committee


def _check(strategy: str, level: str, committee: Sequence[Any]) -> None:
    for name, value, known in (("strategy", strategy, STRATEGIES), ("level", level, LEVELS)):
        if value not in known:
            raise InputError(f"the '{name}' parameter of rank must be one of {list(known)}. Got {value!r} instead")
    if strategy == "disagreement" and not len(committee):
        raise InputError(
            "'disagreement' needs a committee", remedy="give committee=train_committee(detector, coded) or detectors"
        )


def _measure_disagreement(
    members: list[Any], units: pd.DataFrame, scores: pd.DataFrame
) -> tuple[Array, list[str], list[str]]:
    """Return the Jensen-Shannon divergence of the members' judgements: 0 where all say the same, 1 at most.

    Several labels a unit are as many yes-or-no questions, on the scale on which each member's threshold is one half;
    the most disputed label counts.
    """
    labels = list(scores.columns)
    said = [scores, *(member.predict_proba(units) for member in members[1:])]
    if is_exclusive(members[0]):
        known = [part.reindex(columns=labels, fill_value=0.0).to_numpy(dtype=float) for part in said]
        told = np.stack([part / np.maximum(part.sum(axis=1, keepdims=True), 1e-9) for part in known])
        split = _diverge(told, axis=-1)
        disputed = np.ptp(told, axis=0).argmax(axis=1)
    else:
        told = np.stack([_on_one_scale(m, part, labels) for m, part in zip(members, said, strict=True)])
        each = _diverge(np.stack([told, 1 - told], axis=-1), axis=-1)
        disputed = each.argmax(axis=1)
        split = each.max(axis=1)
    names = [str(labels[i]) for i in disputed]
    raw = told[:, np.arange(len(units)), disputed]
    ranges = zip(names, raw.min(axis=0).tolist(), raw.max(axis=0).tolist(), strict=True)
    many = len(members)
    return split, names, [f"{name}: from {low:.2f} to {high:.2f} by {many} detectors" for name, low, high in ranges]


def _on_one_scale(member: Any, scores: pd.DataFrame, labels: list[str]) -> Array:
    """Return a member's scores with its thresholds at one half; a label that it does not know is a no."""
    known = scores.reindex(columns=labels, fill_value=0.0).to_numpy(dtype=float)
    return stretch(known, thresholds_of(member, labels))


def _diverge(told: Array, axis: int) -> Array:
    """Return entropy of the mean less mean of the entropies over the first axis, as a share of the most possible."""
    most = np.log(min(told.shape[0], told.shape[axis])) if told.shape[axis] > 1 else 1.0
    return np.asarray((_entropy(told.mean(axis=0), axis) - _entropy(told, axis).mean(axis=0)).clip(0) / most)


def _entropy(shares: Array, axis: int) -> Array:
    return np.asarray(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=axis))


def _gather_articles(table: pd.DataFrame) -> tuple[pd.DataFrame, Array]:
    """Return one row an article, and for each unit the row of its article."""
    number, _ = pd.factorize(table["article"])
    sums = np.bincount(number, weights=table["score"]) / np.bincount(number).max()
    ranked = table.assign(number=number).sort_values("score", ascending=False, kind="stable")
    best = ranked.drop_duplicates("number").sort_values("number").drop(columns="number")
    return best.assign(score=sums).reset_index(drop=True), number


def _spaces(detector: Any, units: pd.DataFrame, coded: pd.DataFrame | None, members: Array) -> tuple[Any, Any]:
    """Return the directions of what is ranked and of what was coded: embeddings if the detector has them, or words."""
    dense = getattr(getattr(detector, "features_", None), "dense_", None)
    known = coded if coded is not None and len(coded) else None
    if dense is not None:
        rows = sparse.csr_matrix(normalize(dense.transform(units)))
        before = None if known is None else sparse.csr_matrix(normalize(dense.transform(known)))
    else:
        words = UnitFeatures(("tokens",))
        rows = normalize(words.fit_transform(units))
        before = None if known is None else normalize(words.transform(known))
    belongs = sparse.csr_matrix((np.ones(len(members)), (members, np.arange(len(members)))))
    return normalize(belongs @ rows), before


def _spread(table: pd.DataFrame, rows: Any, before: Any) -> pd.DataFrame:
    """Choose again and again the row with the greatest score times distance to all that were chosen before it."""
    worth = table["score"].to_numpy(dtype=float)
    alike = np.zeros(len(table)) if before is None else np.asarray((rows @ before.T).max(axis=1).toarray()).ravel()
    alike = alike.clip(0, 1)
    chosen: list[int] = []
    gains: list[float] = []
    left = np.ones(len(table), dtype=bool)
    for _ in range(min(MOST_DIVERSE, len(table))):
        gain = np.where(left, worth * (1 - alike), -1.0)
        best = int(gain.argmax())
        chosen.append(best)
        gains.append(float(gain[best]))
        left[best] = False
        alike = np.maximum(alike, np.asarray(rows @ rows[best].toarray().ravel()).clip(0, 1))
    rest = np.flatnonzero(left)
    final = worth * (1 - alike)
    rest = rest[np.argsort(-final[rest], kind="stable")]
    order = [*chosen, *rest.tolist()]
    return table.iloc[order].assign(score=[*gains, *final[rest].tolist()]).reset_index(drop=True)
