"""What a loader returns, and what a benchmark is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus_tools.evaluation.benchmarks.files import DataFile

Scorer = Callable[[Sequence[str], Sequence[str]], float]


@dataclass(frozen=True)
class Part:
    """Rows of a data set: parallel lists.

    `groups` are what must not be split in cross-validation (the sentence of several targets, say); `targets` are
    `(start, end)` pairs or topics, or None where the task has none.
    """

    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    targets: list[Any] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int]) -> Part:
        """Return the part with these rows, in this order."""
        ids, texts, labels, groups = (
            [column[i] for i in rows] for column in (self.ids, self.texts, self.labels, self.groups)
        )
        return Part(ids, texts, labels, groups, [self.targets[i] for i in rows] if self.targets is not None else None)

    def without(self, ids: Sequence[str]) -> Part:
        """Return the part without these ids."""
        left_out = set(ids)
        return self.take([i for i, name in enumerate(self.ids) if name not in left_out])


@dataclass(frozen=True)
class Dataset:
    """A training part and its tests by name; no tests where the task is scored by cross-validation.

    `duplicates` are the pairs (id in train, id in test) of the same text that the split is known to have.
    """

    train: Part
    tests: Mapping[str, Part] = field(default_factory=dict)
    duplicates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Benchmark:
    """One public data set with its official protocol.

    Attributes
    ----------
    name, title, paper : str
        The name on the command line, what it is, and what to cite.
    files : tuple of DataFile
    kind : str
        `"frame"` (one frame a text) or `"stance"`.
    target : str or None
        The `target` of a `StanceDetector`.
    metrics : dict of str to callable
        Name -> scorer(gold, predicted), in percent.
    published : dict of str to float
        System -> figure, as published.
    load : callable
        Folder -> Dataset.
    folds, seeds : int, tuple of int
        Of the cross-validation where there is no test part.
    """

    name: str
    title: str
    paper: str
    files: tuple[DataFile, ...]
    kind: str
    metrics: Mapping[str, Scorer]
    published: Mapping[str, float]
    load: Callable[[str | Path], Dataset]
    target: str | None = None
    folds: int = 0
    seeds: tuple[int, ...] = (0,)
