"""Evaluation of frames: out-of-fold decisions over articles, beside a word list and the majority."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from corpus_tools.evaluation.intervals import bootstrap, bootstrap_difference, group_counts, permutation_p
from corpus_tools.evaluation.metrics import (
    count_rows,
    macro_of_counts,
    micro_of_counts,
    reliability,
    to_indicators,
)
from corpus_tools.evaluation.rows import label_row
from corpus_tools.learning.folds import check_folds, deal_groups, split_folds
from corpus_tools.learning.frames import highest_by_article
from corpus_tools.learning.lexicon import CueDetector, MajorityDetector
from corpus_tools.text.errors import InputError

Array = np.ndarray[Any, Any]
Result = tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, list[Any]]


def evaluate_frames(
    detector: Any, units: pd.DataFrame, groups: str, folds: int, seed: int, confidence: float
) -> Result:
    """Return summary, predictions, articles and the folds' detectors (see `Evaluation`)."""
    units = units[units["labels"].notna() & ~units["unknown"].map(lambda u: "*" in u)].reset_index(drop=True)
    judged = units.drop_duplicates("article").reset_index(drop=True)
    labels = _learnable(judged)
    dealt = deal_groups(
        list(judged["article_labels"].map(lambda s: s & set(labels))), list(judged[groups]), folds=folds, seed=seed
    )
    check_folds(list(judged["article_labels"]), dealt, needed=labels)
    fold_of = dict(zip(judged[groups], dealt, strict=True))
    systems = {"detector": detector, "majority": MajorityDetector()}
    if getattr(detector, "codebook", None) is not None:
        systems["cues"] = CueDetector(detector.codebook)
    results, fitted = _out_of_fold(systems, units, units[groups].map(fold_of).to_numpy(), labels)
    truth = to_indicators(list(judged["article_labels"]), labels)
    counts = {
        name: group_counts(
            count_rows(truth, r["article"].loc[judged["article"]].to_numpy(dtype=bool)), list(judged[groups])
        )
        for name, r in results.items()
    }
    summary = _summarise(counts, labels, seed, confidence)
    summary |= {"level": "article", "folds": folds, "articles": len(judged)}
    unit_truth = to_indicators(list(units["labels"]), labels)
    unit_counts = group_counts(
        count_rows(unit_truth, results["detector"]["unit"].to_numpy(dtype=bool)), list(units[groups])
    )
    summary["sentence"] = {
        "macro_f1": bootstrap(unit_counts, macro_of_counts, confidence=confidence, seed=seed).to_dict()
    }
    articles = _article_table(judged, labels, truth, results["detector"])
    summary["calibration"] = reliability(results["detector"]["score"], unit_truth)
    predictions = pd.concat(
        [
            units[["unit", "article", "start", "end", "text"]],
            results["detector"]["score"].add_prefix("score:"),
            results["detector"]["unit"].add_prefix("predicted:"),
            pd.DataFrame(unit_truth, columns=labels).add_prefix("gold:"),
        ],
        axis=1,
    )
    summary["errors"] = worst_errors(predictions, labels)
    return summary, predictions, articles, fitted


def _out_of_fold(
    systems: dict[str, Any], units: pd.DataFrame, dealt: Array, labels: list[str]
) -> tuple[dict[str, dict[str, pd.DataFrame]], list[Any]]:
    """Fit every system in every fold; return for each its article and unit decisions, and scores."""
    names = units["article"].drop_duplicates()
    results = {
        name: {
            "article": pd.DataFrame(0, index=names, columns=labels),
            "unit": pd.DataFrame(0, index=units.index, columns=labels),
            "article_score": pd.DataFrame(0.0, index=names, columns=labels),
            "score": pd.DataFrame(0.0, index=units.index, columns=labels),
        }
        for name in systems
    }
    fitted = []
    for train, test in split_folds(dealt):
        for name, system in systems.items():
            model = clone(system).fit(units.iloc[train])
            part = units.iloc[test]
            known = [label for label in labels if label in model.labels_]
            scores = model.predict_proba(part)
            article_scores = highest_by_article(scores, part)
            results[name]["article"].loc[article_scores.index, known] = model.decide_articles(article_scores)[known]
            results[name]["unit"].loc[part.index, known] = model.decide(scores)[known]
            results[name]["score"].loc[part.index, known] = scores[known]
            results[name]["article_score"].loc[article_scores.index, known] = article_scores[known]
            if name == "detector":
                fitted.append(model)
    return results, fitted


def _summarise(counts: dict[str, Array], labels: list[str], seed: int, confidence: float) -> dict[str, Any]:
    own = counts["detector"]
    per_label = [label_row(counts, labels, i, seed, confidence) for i in range(len(labels))]
    summary: dict[str, Any] = {
        "macro_f1": bootstrap(own, macro_of_counts, confidence=confidence, seed=seed).to_dict(),
        "micro_f1": bootstrap(own, micro_of_counts, confidence=confidence, seed=seed).to_dict(),
        "baselines": {
            name: bootstrap(c, macro_of_counts, confidence=confidence, seed=seed).to_dict()
            for name, c in counts.items()
            if name != "detector"
        },
        "per_label": per_label,
    }
    if "cues" in counts:
        difference = bootstrap_difference(
            own, counts["cues"], macro_of_counts, confidence=confidence, seed=seed
        ).to_dict()
        summary["difference_to_cues"] = difference | {
            "p": permutation_p(own, counts["cues"], macro_of_counts, seed=seed)
        }
    return summary


def worst_errors(predictions: pd.DataFrame, labels: list[str], *, most: int = 10) -> list[dict[str, Any]]:
    """Return the most confident wrong decisions over units, with their text."""
    found = []
    for label in labels:
        wrong = predictions[predictions[f"predicted:{label}"].astype(bool) != predictions[f"gold:{label}"]]
        for row in wrong.to_dict("records"):
            positive = bool(row[f"predicted:{label}"])
            found.append(
                {
                    "article": row["article"],
                    "label": label,
                    "kind": "false positive" if positive else "false negative",
                    "score": float(row[f"score:{label}"]),
                    "text": row["text"],
                }
            )
    return sorted(
        found,
        key=lambda e: (
            -(e["score"] if e["kind"] == "false positive" else 1 - e["score"])
            + (0.2 if e["kind"] == "false negative" else 0)
        ),
    )[:most]


def _article_table(
    judged: pd.DataFrame, labels: list[str], truth: Array, result: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    table = pd.DataFrame({"article": judged["article"]})
    order = judged["article"]
    gold = pd.DataFrame(truth, columns=labels)
    for label in labels:
        table[f"gold:{label}"] = gold[label].to_numpy()
        table[f"predicted:{label}"] = result["article"].loc[order, label].to_numpy()
        table[f"score:{label}"] = result["article_score"].loc[order, label].to_numpy()
    return table


def _learnable(judged: pd.DataFrame) -> list[str]:
    labels = sorted({label for known in judged["article_labels"] for label in known})
    if not labels:
        raise InputError("no article carries a label", remedy="evaluate units that were made with gold")
    return labels
