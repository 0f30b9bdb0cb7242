"""The main job: articles, codebook and annotations in; detections, evaluation and one page out."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from corpus_tools.agreement.table import measure_agreement
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.annotation.validation import validate
from corpus_tools.evaluation.evaluate import Evaluation
from corpus_tools.language.parses import Parses, parse
from corpus_tools.reporting.files import write_files
from corpus_tools.reporting.judging import Material, Steps, join_detections, judge_side_by_side
from corpus_tools.reporting.manifest import describe_run
from corpus_tools.reporting.plain import without_nan
from corpus_tools.reporting.summary import summarise_agreement, summarise_warnings
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError


@dataclass
class Report:
    """What the main job made: tables in memory and the files it wrote."""

    folder: Path
    detections: pd.DataFrame
    evaluation: dict[str, Any]
    manifest: dict[str, Any]
    judged: list[str]
    files: list[Path] = field(default_factory=list)


def run(
    articles: str | Path,
    *,
    annotations: str | Path,
    out: str | Path,
    judge: Collection[str] = (),
    package: str = "lite",
    language: str = "en",
    cache: str | Path | None = ".corpus_tools",
    folds: int = 5,
    seed: int = 0,
    progress: bool = True,
    reading: Mapping[str, Any] | None = None,
) -> Report:
    """Run the main job.

    Parameters
    ----------
    articles
        What `Corpus.read` takes.
    annotations
        The folder with `codebook.toml`, the coders' logs and the adjudicated gold.
    out
        The folder of the report; it is made.
    judge
        Ids of the articles to be judged; none of them is used in training. Empty: the articles without gold, else all
        articles out of fold.
    package, language, cache
        As in `corpus_tools.parse`.
    folds, seed
        Of the cross-validation.
    progress
        Whether to tell the steps on stderr.
    reading
        Further arguments for `Corpus.read`, such as `{"on_error": "skip"}`.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        When an input is bad, an article to be judged is unknown, or too little is coded to train.
    """
    started = time.time()
    step = Steps(progress)
    with step("reading"):
        corpus = Corpus.read(articles, **(reading or {}))
        book = Codebook.read(Path(annotations) / "codebook.toml")
        store = AnnotationStore(annotations, corpus=corpus, codebook=book)
        gold = read_gold(store, corpus, book)
        chosen = _choose_judged(corpus, gold, judge)
    with step("parsing"):
        parses = parse(corpus, language=language, package=package, cache=cache, progress=progress)
    material = Material(corpus, parses, gold, book, chosen, folds, seed)
    agree = partial(measure_agreement_or_none, store, book, parses, progress=progress)
    found, agreement = judge_side_by_side(material, agree, progress=progress)
    detections = join_detections([judgement.detections for judgement in found.values()])
    evaluation = _evaluation(found["frame"].evaluation, found["stance"].evaluation, agreement)
    evaluation["warnings"] = summarise_warnings(evaluation, corpus, book, parses)
    manifest = describe_run(
        corpus=corpus,
        codebook=book,
        annotations=Path(annotations),
        parses=parses,
        judged=sorted(chosen) or gold.articles,
        training=list(material.training.ids),
        detectors=[judgement.detector for judgement in found.values()],
        settings={"folds": folds, "seed": seed, "package": package},
        started=started,
    )
    with step("writing"):
        named = chosen or set(gold.articles)
        judged = [article for article in corpus if article.id in named]
        files = write_files(Path(out), judged, detections, evaluation, manifest, book, found["frame"].evaluation)
    return Report(Path(out), detections, evaluation, manifest, [a.id for a in judged], files)


def read_gold(store: AnnotationStore, corpus: Corpus, book: Codebook) -> Gold:
    """Return the decided annotations after checking every record against the articles and the codebook.

    Raises
    ------
    InputError
        At the first fault, with file and line, or when no article is finished.
    """
    for problem in validate(store.path, corpus, book):
        if problem.severity == "error" and problem.kind != "gap":  # what is missing trains nothing wrong
            where = f"{problem.file}:{problem.line}" if problem.line else problem.file
            raise InputError(problem.what, where=where, remedy=problem.remedy)
    gold = store.gold()
    if not any(name in corpus for name in gold.articles):
        raise InputError(
            "no article of the corpus has finished gold",
            where=str(store.path / f"{gold.coder}.jsonl"),
            remedy="adjudicate some articles and give them the status done",
        )
    return gold


def measure_agreement_or_none(
    store: AnnotationStore, book: Codebook, parses: Parses, *, progress: bool = False
) -> pd.DataFrame | None:
    """Return the agreement over sentences and articles, or None where fewer than two people coded."""
    if sum(coder.role == "coder" for coder in store.coders.values()) < 2:
        return None
    with Steps(progress)("measuring agreement"):
        by_sentence = measure_agreement(store, book, parses=parses, level="sentence")
        by_article = measure_agreement(store, book, level="article")
    return pd.concat([by_sentence, by_article], ignore_index=True)


def _choose_judged(corpus: Corpus, gold: Gold, judge: Collection[str]) -> frozenset[str]:
    """The articles that are judged and never trained on; empty means out of fold for all."""
    unknown = [name for name in judge if name not in corpus]
    if unknown:
        raise InputError(
            f"there is no article {unknown[0]!r} to judge",
            remedy=f"use one of the {len(corpus)} ids, such as {corpus.ids[0]!r}",
        )
    return frozenset(judge) or frozenset(corpus.ids) - frozenset(gold.articles)


def _evaluation(frames: Evaluation, stances: Evaluation, agreement: pd.DataFrame | None) -> dict[str, Any]:
    """Join the figures in the form of `evaluation.json`."""
    evaluation: dict[str, Any] = {"frames": dict(frames.summary), "stance": dict(stances.summary)}
    if agreement is not None:
        evaluation["frames"]["coder_agreement"], evaluation["stance"]["coder_agreement"] = summarise_agreement(
            agreement
        )
        by_label = agreement[
            (agreement["kind"] == "frame") & (agreement["level"] == "article") & (agreement["version"] == "all")
        ]
        for row in evaluation["frames"]["per_label"]:
            own = by_label[by_label["label"] == row["label"]].set_index("measure")
            alpha = _plain(own.at["alpha", "value"])
            row["agreement"] = {
                "alpha": alpha,
                "raw": _plain(own.at["raw", "value"]),
                "reason": own.at["alpha", "reason"] if alpha is None else None,
            }
    plain: dict[str, Any] = without_nan(json.loads(json.dumps(evaluation, default=float)))
    return plain


def _plain(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
