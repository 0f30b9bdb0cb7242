"""The main job: articles, codebook and annotations in; detections, evaluation and one page out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
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
from corpus_tools.evaluation.evaluate import Evaluation, evaluate
from corpus_tools.language.parses import Parses, parse
from corpus_tools.learning.detections import to_detections
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.units import units
from corpus_tools.reporting.files import write_files
from corpus_tools.reporting.manifest import describe_run
from corpus_tools.reporting.summary import summarise_agreement, summarise_warnings
from corpus_tools.text.article import Article
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

    Returns
    -------
    Report

    Raises
    ------
    InputError
        When an input is bad, an article to be judged is unknown, or too little is coded to train.
    """
    started = time.time()
    step = _Steps(progress)
    with step("reading"):
        corpus = Corpus.read(articles)
        book = Codebook.read(Path(annotations) / "codebook.toml")
        store = AnnotationStore(annotations, corpus=corpus, codebook=book)
        gold = read_gold(store, corpus, book)
        chosen = _choose_judged(corpus, gold, judge)
    with step("parsing"):
        parses = parse(corpus, language=language, package=package, cache=cache, progress=progress)
    training = corpus.filter(lambda a: a.id in set(gold.articles) and a.id not in chosen)
    with step("evaluating frames"), _one_thread():
        frame_units = units(training, parses, gold, kind="frame")
        frames = FrameDetector(book, random_state=seed)
        frame_result = evaluate(frames, frame_units, folds=folds, random_state=seed)
    with step("evaluating stances"), _one_thread():
        stance_units = units(training, parses, gold, kind="stance", codebook=book)
        stances = StanceDetector(codebook=book, random_state=seed)
        stance_result = evaluate(stances, stance_units, folds=folds, random_state=seed)
    with step("measuring agreement"):
        agreement = measure_agreement_or_none(store, book, parses)
    with step("detecting"), _one_thread():
        detections = _detect(
            corpus, parses, chosen, (frames, frame_units, frame_result), (stances, stance_units, stance_result)
        )
    evaluation = _evaluation(frame_result, stance_result, agreement)
    evaluation["warnings"] = summarise_warnings(evaluation, corpus, book, parses)
    manifest = describe_run(
        corpus=corpus,
        codebook=book,
        annotations=Path(annotations),
        parses=parses,
        judged=sorted(chosen) or gold.articles,
        training=list(training.ids),
        detectors=(frames, stances),
        settings={"folds": folds, "seed": seed, "package": package},
        started=started,
    )
    with step("writing"):
        judged = [a for a in corpus if a.id in chosen] if chosen else [a for a in corpus if a.id in set(gold.articles)]
        files = write_files(Path(out), judged, detections, evaluation, manifest, book, frame_result)
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


def measure_agreement_or_none(store: AnnotationStore, book: Codebook, parses: Parses) -> pd.DataFrame | None:
    """Return the agreement over sentences and articles, or None where fewer than two people coded."""
    if sum(coder.role == "coder" for coder in store.coders.values()) < 2:
        return None
    by_sentence = measure_agreement(store, book, parses=parses, level="sentence")
    by_article = measure_agreement(store, book, level="article")
    return pd.concat([by_sentence, by_article], ignore_index=True)


def _choose_judged(corpus: Corpus, gold: Gold, judge: Collection[str]) -> set[str]:
    """The articles that are judged and never trained on; empty means out of fold for all."""
    unknown = [name for name in judge if name not in corpus]
    if unknown:
        raise InputError(
            f"there is no article {unknown[0]!r} to judge",
            remedy=f"use one of the {len(corpus)} ids, such as {corpus.ids[0]!r}",
        )
    return set(judge) or {name for name in corpus.ids if name not in set(gold.articles)}


def _detect(
    corpus: Corpus,
    parses: Parses,
    chosen: set[str],
    frames: tuple[FrameDetector, pd.DataFrame, Evaluation],
    stances: tuple[StanceDetector, pd.DataFrame, Evaluation],
) -> pd.DataFrame:
    """Detect with detectors fitted to all training articles, or, where all are judged, with the fold's own detector."""
    frames[0].fit(frames[1])
    stances[0].fit(stances[1])
    if chosen:
        judged = corpus.filter(lambda a: a.id in chosen)
        parts = [frames[0].detect(judged, parses), stances[0].detect(judged, parses)]
    else:
        parts = [part for result in (frames[2], stances[2]) for part in _detect_out_of_fold(result, corpus, parses)]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else to_detections([])


def _detect_out_of_fold(result: Evaluation, corpus: Corpus, parses: Parses) -> Iterator[pd.DataFrame]:
    everything = set(result.predictions["article"])
    for detector in result.detectors:
        unseen = everything - set(detector.training_articles_)
        yield detector.detect(corpus.filter(partial(_is_in, unseen)), parses)


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
    plain: dict[str, Any] = _without_nan(json.loads(json.dumps(evaluation, default=float)))
    return plain


def _without_nan(value: Any) -> Any:
    """Replace nan by None, since JSON knows no nan."""
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and value != value else value


def _plain(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _is_in(names: set[str], article: Article) -> bool:
    return article.id in names


def _one_thread() -> AbstractContextManager[Any]:
    """Keep the linear algebra of many small fits from spreading over threads, which only makes it slower."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)  # type: ignore[no-any-return]


class _Steps:
    """Tell each step of the job and its seconds on stderr."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        if self.shown:
            print(f"{name} …", file=sys.stderr, flush=True)
        yield
        if self.shown:
            print(f"{name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
