"""Figures in short, and what to distrust, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.parses import Parses
from corpus_tools.text.corpus import Corpus

_FEW = 15
_WEAK_ALPHA = 0.667
_LEAKY = 0.8
_POOR = 0.5


def summarise_agreement(table: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the coder agreement of frames and of stances in the form of `evaluation.json`."""
    means = table[(table["kind"] == "frame") & (table["label"] == "all")]
    frames = {
        level: _pair(means[(means["level"] == level) & (means["version"] == "all")])
        for level in ("article", "sentence")
    }
    versions = [v for v in means["version"].unique() if v != "all"]
    frames["by_version"] = {
        version: {
            level: _pair(means[(means["level"] == level) & (means["version"] == version)])
            for level in ("article", "sentence")
        }
        for version in versions
    }
    # All coders together stand before the pairs of them; the single values are in the table only.
    whole = table[(table["kind"] == "stance") & (table["label"] == "all")].drop_duplicates(["version", "measure"])
    stances = {version: _stance_block(whole[whole["version"] == version]) for version in whole["version"].unique()}
    return frames, {**stances.pop("all", {}), "by_version": stances}


def summarise_warnings(evaluation: dict[str, Any], corpus: Corpus, codebook: Codebook, parses: Parses) -> list[str]:
    """Return what a careful reader should distrust, one plain sentence each."""
    return [
        *_warn_of_frames(evaluation["frames"], codebook),
        *_warn_of_stances(evaluation["stance"]),
        *_warn_of_texts(corpus, parses),
    ]


def _warn_of_frames(frames: dict[str, Any], codebook: Codebook) -> Iterator[str]:
    def names(labels: list[str]) -> str:
        return ", ".join(codebook.frames[label].name if label in codebook.frames else label for label in labels)

    rows = frames["per_label"]
    few = [row["label"] for row in rows if row["support"] < _FEW]
    if few:
        yield f"Fewer than {_FEW} articles carry {names(few)}: one article more or less moves these figures visibly."
    alphas = {row["label"]: row.get("agreement", {}).get("alpha") for row in rows}
    weak = [label for label, alpha in alphas.items() if alpha is not None and alpha < _WEAK_ALPHA]
    if weak:
        yield f"Coders agree less than alpha {_WEAK_ALPHA} on {names(weak)}: no detector can be surer than its gold."
    difference = frames.get("difference_to_cues")
    if difference and difference.get("low") is not None and difference["low"] <= 0 <= difference["high"]:
        yield "The interval of the difference to the word list includes zero: the detector is not shown to be better."
    unseen = [frame for frame in codebook.frames if frame not in alphas]
    if unseen:
        yield f"No article carries {names(unseen)}: these frames can never be detected."


def _warn_of_stances(stance: dict[str, Any]) -> Iterator[str]:
    reachable = stance.get("reachable")
    if reachable is not None and reachable < 1:
        yield f"{1 - reachable:.0%} of the coded stances lie outside all candidate pairs and can never be found."
    value = stance.get("macro_f1", {}).get("value")
    if value is not None and value < _POOR:
        yield f"Stances are found poorly (macro-F1 {value:.2f}): read each one in its sentence before you use it."
    rare = [f"{row['label']} ({row['support']})" for row in stance.get("per_label", []) if row["support"] < _FEW]
    if rare:
        yield f"Too few coded stances to learn from: {', '.join(rare)}."


def _warn_of_texts(corpus: Corpus, parses: Parses) -> Iterator[str]:
    pairs = corpus.near_duplicates(threshold=_LEAKY)
    if len(pairs):
        example = f"{pairs.iloc[0]['a']} and {pairs.iloc[0]['b']}"
        yield f"{len(pairs)} pairs of articles are near-duplicates (such as {example}): scores may have leaked."
    synthetic = sum(bool(article.extra.get("synthetic")) for article in corpus)
    if synthetic:
        yield f"{synthetic} of {len(corpus)} articles are synthetic: the figures say nothing about real news."
    if corpus.skipped:
        yield f"{len(corpus.skipped)} faulty articles were left out (the first: {Path(corpus.skipped[0].file).name})."
    if len(parses.skipped):
        yield f"{len(parses.skipped)} articles could not be parsed and were left out."


def _pair(rows: pd.DataFrame) -> dict[str, Any]:
    figures = {row["measure"]: row for row in rows.to_dict("records")}
    result: dict[str, Any] = {name: _number(figures[name]["value"]) for name in ("raw", "alpha") if name in figures}
    result["n"] = int(rows["n"].max()) if len(rows) else 0
    reasons = [row["reason"] for row in figures.values() if row["reason"] and pd.isna(row["value"])]
    return result | {"reason": reasons[0] if reasons else None}


def _stance_block(rows: pd.DataFrame) -> dict[str, Any]:
    """Every measure; of the value also as the pair of raw agreement and alpha that frames have."""
    figures = {row["measure"]: _figure(row) for row in rows.to_dict("records")}
    alpha = figures["value_alpha"]
    reason = None if alpha["value"] is not None else rows.set_index("measure").at["value_alpha", "reason"]
    return {"raw": figures["value_raw"], "alpha": alpha, "n": alpha["n"], "reason": reason, **figures}


def _figure(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "value": _number(row["value"]),
        "low": _number(row["low"]),
        "high": _number(row["high"]),
        "n": int(row["n"]),
    }


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
