"""Comparisons over repeated cross-validation: whether one detector is better whatever articles taught the two.

A permutation test swaps answers and holds fixed what the two learned from. Folds that are dealt again and again show
how much other training parts change the difference; but they share most of their rows, so that a plain t test over
them finds far too much. Nadeau & Bengio (2003), "Inference for the generalization error", correct its variance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from corpus_tools.evaluation.comparing import check_same
from corpus_tools.evaluation.differences import METRICS, check_metric
from corpus_tools.evaluation.intervals import Statistic, permutation_p
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.evaluation.evaluate import Evaluation

__all__ = ["compare_repeated", "correct_resampled_t"]

Array = np.ndarray[Any, Any]


def compare_repeated(
    a: Sequence[Evaluation],
    b: Sequence[Evaluation],
    *,
    metric: str = "macro_f1",
    names: tuple[str, str] = ("a", "b"),
    random_state: int = 0,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """Compare two detectors by two tests over cross-validation that was repeated with other folds.

    Parameters
    ----------
    a, b
        Evaluations of the two, as many of each, over the same units:
        ``[evaluate(detector, units, random_state=seed) for seed in range(10)]``. The first of `a` and the first of `b`
        have the same folds, and so on.
    metric, names
        As in `compare`.
    random_state
        Of the permutations.
    confidence
        Of the interval.

    Returns
    -------
    dict
        `a`, `b`, `metric`, `difference` (of a from b, the mean over the folds, with the interval of the corrected t
        test), `p_corrected_t`, `degrees` of freedom, `folds` (those of all repeats that have a difference), and
        `p_permutation`, which swaps the two group by group in all repeats at once.

    Raises
    ------
    InputError
        When there are fewer than two repeats, or the evaluations are not of the same units, gold and folds. One
        cross-validation has too few folds for a t test: five leave four degrees of freedom.

    Notes
    -----
    The metric of a fold is that of its test part alone, where rare labels are few or missing; the mean over folds is
    therefore not the difference of the pooled figures that `compare` reports.
    """
    _check(a, b, metric)
    statistic = METRICS[metric]
    pairs = [(x.counts["detector"], y.counts["detector"], x.fold_of) for x, y in zip(a, b, strict=True)]
    found = np.array([part for pair in pairs for part in _differ_by_fold(*pair, statistic)])
    differences, shares = found[~np.isnan(found[:, 0])].T
    result = correct_resampled_t(differences, float(shares.mean()), confidence=confidence)
    first, second = (np.stack([pair[k] for pair in pairs], axis=1) for k in (0, 1))
    swapped = permutation_p(first, second, lambda counts: statistic(counts).mean(axis=-1), seed=random_state)
    return {"a": names[0], "b": names[1], "metric": metric, **result, "p_permutation": swapped}


def _differ_by_fold(a: Array, b: Array, fold_of: Array, statistic: Statistic) -> Iterator[tuple[float, float]]:
    """Yield for each fold the difference in its test part, and the size of that as a share of its training part."""
    for fold in range(int(fold_of.max()) + 1):
        tested = fold_of == fold
        first, second = (float(statistic(counts[tested].sum(axis=0)[None])[0]) for counts in (a, b))
        yield first - second, float(tested.sum() / (~tested).sum())


def correct_resampled_t(differences: Array, share: float, *, confidence: float = 0.95) -> dict[str, Any]:
    """Return the corrected resampled t test of Nadeau & Bengio (2003) for differences over test parts.

    Parameters
    ----------
    differences
        One of each test part, shape (parts,), two at least.
    share
        Size of a test part as a share of its training part: 1/4 with five folds.

    Notes
    -----
    t = mean / sqrt((1 / J + share) * variance) with J - 1 degrees of freedom, J the number of parts. The plain test has
    no `share`.

    Examples
    --------
    >>> found = correct_resampled_t(np.array([0.02, 0.04, 0.03, 0.05, 0.01]), 0.25)
    >>> round(found["difference"]["value"], 3), round(found["p_corrected_t"], 3), found["degrees"]
    (0.03, 0.047, 4)
    """
    count, mean = len(differences), float(np.mean(differences))
    spread = float(np.sqrt((1 / count + share) * np.var(differences, ddof=1)))
    half = float(stats.t.ppf(0.5 + confidence / 2, count - 1)) * spread
    p = 2 * float(stats.t.sf(abs(mean) / spread, count - 1)) if spread else float(mean == 0)
    return {
        "difference": {"value": mean, "low": mean - half, "high": mean + half},
        "p_corrected_t": p,
        "degrees": count - 1,
        "folds": count,
    }


def _check(a: Sequence[Evaluation], b: Sequence[Evaluation], metric: str) -> None:
    check_metric(metric)
    if len(a) != len(b) or len(a) < 2:
        raise InputError(
            f"{len(a)} and {len(b)} evaluations cannot be compared over repeats",
            remedy="evaluate both with the same random states, two or more; for one evaluation of each use compare()",
        )
    for number, (x, y) in enumerate(zip(a, b, strict=True)):
        check_same(a[0], x, f"repeat {number + 1} of the first")
        check_same(x, y, f"repeat {number + 1} of the second")
        if not np.array_equal(x.fold_of, y.fold_of):
            raise InputError(f"repeat {number + 1} has other folds", remedy="use the same random state for both")
