"""What a configuration names, read: units with gold, detectors, and what stands beside the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.evaluation.benchmarks.running import BENCHMARKS, clean_train, make_detector, units_of
from corpus_tools.language.parses import parse
from corpus_tools.learning.units import units
from corpus_tools.reporting.evaluations.config import DETECTORS, Config
from corpus_tools.reporting.evaluations.table_file import read_table, units_of_table
from corpus_tools.reporting.run import measure_agreement_or_none, read_gold
from corpus_tools.text.corpus import Corpus

__all__ = ["Material", "read_material"]

Maker = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Material:
    """Units to judge out of fold, and who judges them.

    Attributes
    ----------
    units : DataFrame
    make : callable
        Parameters -> detector.
    corpus : Corpus or None
        The articles, for their metadata.
    agreement : DataFrame or None
        What `measure_agreement` returns.
    facts : dict
        What else a reader should know of the data: `codebook`, `synthetic` (articles).
    """

    units: pd.DataFrame
    make: Maker
    corpus: Corpus | None = None
    agreement: pd.DataFrame | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def read_material(config: Config, *, cache: Path | None = None, progress: bool = True) -> Material:
    """Read what a configuration names, for judging out of fold.

    Raises
    ------
    InputError
        When something in it is bad; the error names its file.
    """
    readers = {"articles": _read_articles, "benchmark": _read_benchmark, "table": _read_table}
    return readers[config.source](config, cache, progress)


def _read_articles(config: Config, cache: Path | None, progress: bool) -> Material:
    folder = config.path("annotations")
    corpus = Corpus.read(config.path("articles"))
    book = Codebook.read(folder / "codebook.toml")
    store = AnnotationStore(folder, corpus=corpus, codebook=book)
    gold = read_gold(store, corpus, book)
    finished = frozenset(gold.articles)
    coded = Corpus.of(article for article in corpus if article.id in finished)
    parses = parse(
        coded, language=config.data["language"], package=config.data["package"], cache=cache, progress=progress
    )
    table = units(coded, parses, gold, kind=config.kind, level=config.data["level"], codebook=book)
    facts = {
        "codebook": {"name": book.name, "version": book.version},
        "synthetic": sum(bool(article.extra.get("synthetic")) for article in coded),
    }
    return Material(table, _maker(config, book), coded, measure_agreement_or_none(store, book, parses), facts)


def _read_benchmark(config: Config, cache: Path | None, progress: bool) -> Material:
    benchmark = BENCHMARKS[config.data["benchmark"]]
    data = benchmark.load(config.path("data"))

    def make(parameters: Mapping[str, Any]) -> Any:
        return make_detector(benchmark, {**parameters, "random_state": config.seed})

    return Material(units_of(clean_train(data), benchmark.kind, cache), make)


def _read_table(config: Config, cache: Path | None, progress: bool) -> Material:
    path = config.path("table")
    table = units_of_table(
        read_table(path),
        config.kind,
        config.data["columns"],
        where=str(path),
        separator=config.data.get("separator"),
        language=config.data["language"],
        cache=cache,
    )
    return Material(table, _maker(config, None))


def _maker(config: Config, book: Codebook | None) -> Maker:
    def make(parameters: Mapping[str, Any]) -> Any:
        return DETECTORS[config.kind](codebook=book, random_state=config.seed, **parameters)

    return make
