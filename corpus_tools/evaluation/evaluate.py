"""Evaluate a detector so that the figures survive a reviewer.

Groups (articles, sources, topics) are never split between training and test; a split that leaks is refused; everything
that is tuned is tuned inside the training part. Baselines learn and are judged in the same splits, every interval draws
groups, and comparisons are paired and corrected for their number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.evaluation.baselines import choose_baselines
from corpus_tools.evaluation.checks import check_request
from corpus_tools.evaluation.columns import find_column
from corpus_tools.evaluation.curve import draw_curve
from corpus_tools.evaluation.judging import Answer, Judging, judge_units
from corpus_tools.evaluation.leaks import check_leaks, find_duplicates, merge_duplicates
from corpus_tools.evaluation.mistakes import list_mistakes
from corpus_tools.evaluation.search import SearchedSystem
from corpus_tools.evaluation.splitting import Split, fold_numbers, split
from corpus_tools.evaluation.summary import DETECTOR, Figures
from corpus_tools.evaluation.systems import answer_out_of_fold
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

__all__ = ["Evaluation", "evaluate"]

Array = np.ndarray[Any, Any]
DUPLICATES = "duplicates"


@dataclass
class Evaluation:
    """What an evaluation found.

    Attributes
    ----------
    kind : str
        `"frame"` or `"stance"`.
    summary : dict
        The figures, each `{"value", "low", "high"}` where it has an interval (the form of `evaluation.json`).
    predictions : DataFrame
        One row a unit: out-of-fold scores and decisions.
    articles : DataFrame
        Where articles are judged one row each: out-of-fold decisions, scores and gold.
    detectors : list
        The detectors of the splits, in order.
    counts : dict of str to ndarray of shape (clusters, 3, labels)
        Of each system hits, predicted and actual positives by cluster: by article, or by the units' own `group`.
    fold_of : ndarray of shape (clusters,)
        The number of the split that tested each cluster.
    """

    kind: str
    summary: dict[str, Any]
    predictions: pd.DataFrame
    articles: pd.DataFrame = field(default_factory=pd.DataFrame)
    detectors: list[Any] = field(default_factory=list)
    counts: dict[str, Array] = field(default_factory=dict, repr=False)
    fold_of: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)

    def table(self) -> pd.DataFrame:
        """Return one row a system: its figures with their intervals, and the detector's lead with its p values."""
        compared = {row["b"]: row for row in self.summary["comparisons"]}
        rows = []
        for name, figures in self.summary["systems"].items():
            row: dict[str, Any] = {"system": name}
            for metric, figure in figures.items():
                row |= {metric: figure["value"], f"{metric}_low": figure["low"], f"{metric}_high": figure["high"]}
            found = compared.get(name)
            row["difference"] = found["difference"]["value"] if found else None
            row |= {key: found[key] if found else None for key in ("p", "p_holm")}
            rows.append(row)
        return pd.DataFrame(rows).set_index("system").astype(float)


def evaluate(
    detector: Any,
    units: pd.DataFrame,
    groups: str = "article",
    *,
    folds: int = 5,
    scheme: str = "folds",
    search: Mapping[str, Sequence[Any]] | None = None,
    baselines: Collection[str] | None = None,
    allow_leaks: Iterable[Any] = (),
    corpus: Corpus | None = None,
    slices: Sequence[str] = (),
    curve: Sequence[float] = (),
    agreement: Any = None,
    random_state: int = 0,
    confidence: float = 0.95,
) -> Evaluation:
    """Evaluate a detector out of fold, beside baselines.

    Parameters
    ----------
    detector
        A `FrameDetector` or `StanceDetector`, or anything with its methods; it is cloned, never changed.
    units
        Units with gold labels.
    groups
        Whose groups are never split between training and test: `"article"`, which is the units' own `group` where
        that holds several articles; another column of `units`; `"topic"` (a stance's target); with `corpus` a field of
        the articles such as `"source"`; `"duplicates"`: as `"article"`, and near-duplicates of one another as one.
    folds
        Outer folds.
    scheme
        `"folds"`, or `"leave-one-out"`: each group is left out in turn.
    search
        Parameters of the detector and the values to choose from, inside each training part.
    baselines
        Some of `"majority"`, `"always"`, `"prior"`, `"cues"`, `"tfidf"`; None for all that fit.
    allow_leaks
        What may stand on both sides of the split: ids of units, articles or groups, or pairs of ids.
    corpus
        The articles, for their metadata.
    slices
        Columns, as for `groups`, by whose values the detector is judged too.
    curve
        Shares of the training part, in (0, 1], for the learning curve.
    agreement
        The coders' agreement, to stand beside the figures: what `measure_agreement` returns, or a mapping.
    random_state
        Seed of folds and resamples.
    confidence
        Of the intervals.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        When what is given cannot be evaluated, there are too few groups, a part would lack a label, or the split leaks.
    """
    options = {"folds": folds, "confidence": confidence, "baselines": baselines, "search": search, "curve": curve}
    check_request(detector, units, **options, random_state=random_state)
    judging = judge_units(detector, units)
    duplicates = find_duplicates(judging.units)
    if groups != "article":
        judging = judging.group_by(_find_groups(judging.units, groups, corpus, duplicates))
    elif len(set(judging.groups)) < len(judging.articles):
        groups = "group"
    splits = split(judging, scheme=scheme, folds=folds, seed=random_state)
    leaks = check_leaks(judging.units, fold_numbers(splits), allow=allow_leaks, duplicates=duplicates)
    by_slice = {name: find_column(judging.units, name, corpus).to_list() for name in slices}
    own = SearchedSystem(detector, search, seed=random_state)
    systems = {DETECTOR: own, **choose_baselines(baselines, detector, judging, random_state)}
    answers = answer_out_of_fold(judging, splits, systems)
    figures = Figures(judging, answers, random_state, confidence)
    summary = _describe(judging, scheme, groups, splits) | figures.summarise()
    summary |= {
        "errors": list_mistakes(judging, answers[DETECTOR]),
        "leaks": leaks,
        "chosen": own.chosen if search else [],
        "slices": [row for name, values in by_slice.items() for row in figures.slice_by(name, values)],
        "learning_curve": draw_curve(
            judging, splits, detector, curve, chosen=own.chosen, full=answers[DETECTOR], **figures.options
        ),
    }
    if agreement is not None:
        summary["coder_agreement"] = read_agreement(agreement, str(judging.units["kind"].iloc[0]))
    found = _gather(judging, answers[DETECTOR], summary, figures, own.fitted)
    found.fold_of = np.zeros(int(judging.clusters.max()) + 1, dtype=np.int64)
    found.fold_of[judging.clusters] = fold_numbers(splits)
    return found


def read_agreement(agreement: Any, kind: str) -> dict[str, Any]:
    """Return the coders' agreement on a kind as plain data: level -> measure -> value with its interval.

    Parameters
    ----------
    agreement
        The table of `measure_agreement`, of which the figures over all labels and versions are taken; or a mapping,
        which is taken as it is.
    kind
        `"frame"` or `"stance"`.
    """
    if isinstance(agreement, Mapping):
        return dict(agreement)
    rows = agreement[(agreement["kind"] == kind) & (agreement["label"] == "all") & (agreement["version"] == "all")]
    found: dict[str, Any] = {}
    for row in rows.drop_duplicates(["level", "measure"]).to_dict("records"):
        level = found.setdefault(row["level"], {"n": int(row["n"])})
        level[row["measure"]] = {name: None if pd.isna(row[name]) else row[name] for name in ("value", "low", "high")}
        if pd.isna(row["value"]):
            level[row["measure"]]["reason"] = row["reason"]
    return found


def _find_groups(units: pd.DataFrame, groups: str, corpus: Corpus | None, duplicates: pd.DataFrame) -> Sequence[Any]:
    if groups == DUPLICATES and DUPLICATES not in units.columns:
        return merge_duplicates(units, found=duplicates).to_list()
    values = find_column(units, groups, corpus)
    missing = list(dict.fromkeys(units["article"][values.isna()]))
    if missing:
        raise InputError(
            f"{len(missing)} articles have no {groups!r} to group by, the first {missing[0]!r}",
            remedy="fill it in, or leave their units out",
        )
    return values.to_list()


def _describe(judging: Judging, scheme: str, groups: str, splits: Sequence[Split]) -> dict[str, Any]:
    """Return what was judged and how it was split."""
    return {
        "scheme": scheme,
        "groups": groups,
        "level": judging.level,
        "folds": len(splits),
        "parts": [part.name for part in splits],
        "articles": len(judging.articles),
        "units": len(judging.units),
        "labels": judging.labels,
    }


def _gather(
    judging: Judging, answer: Answer, summary: dict[str, Any], figures: Figures, detectors: list[Any]
) -> Evaluation:
    kind = str(judging.units["kind"].iloc[0])
    tables = _tabulate_units(judging, answer), _tabulate_articles(judging, answer)
    return Evaluation(kind, summary, *tables, detectors, figures.counts)


def _tabulate_units(judging: Judging, answer: Answer) -> pd.DataFrame:
    """Return one row a unit; where it has one label at most, gold is in `labels` and what was said in `predicted`."""
    table = judging.units[["unit", "article", "start", "end", "text"]].reset_index(drop=True)
    labels, several = judging.labels, judging.form == "several"
    parts = [table]
    if answer.score is not None:
        parts.append(pd.DataFrame(answer.score, columns=labels).add_prefix("score:"))
    if several:
        parts.append(pd.DataFrame(answer.decided.astype(int), columns=labels).add_prefix("predicted:"))
        parts.append(pd.DataFrame(judging.truth, columns=labels).add_prefix("gold:"))
    else:
        names = np.array([*labels, NONE], dtype=object)
        said, gold = (
            names[np.where(found.any(axis=1), found.argmax(axis=1), len(labels))]
            for found in (answer.decided > 0.5, judging.truth)
        )
        parts.append(pd.DataFrame({"labels": gold, "predicted": said}))
    return pd.concat(parts, axis=1)


def _tabulate_articles(judging: Judging, answer: Answer) -> pd.DataFrame:
    if not judging.by_article or answer.article_decided is None or answer.article_score is None:
        return pd.DataFrame()
    table = pd.DataFrame({"article": judging.articles})
    for i, label in enumerate(judging.labels):
        table[f"gold:{label}"] = judging.article_truth[:, i]
        table[f"predicted:{label}"] = answer.article_decided[:, i].astype(int)
        table[f"score:{label}"] = answer.article_score[:, i]
    return table
