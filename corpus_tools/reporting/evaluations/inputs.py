"""Hashes of everything that an evaluation reads, so that a rerun knows whether it reads the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from corpus_tools.evaluation.benchmarks.files import find_file
from corpus_tools.evaluation.benchmarks.running import BENCHMARKS
from corpus_tools.language.models import find_package
from corpus_tools.learning.encoder import find_model, is_configured
from corpus_tools.learning.saving import versions
from corpus_tools.reporting.evaluations.config import Config
from corpus_tools.reporting.manifest import hash_file

__all__ = ["describe_versions", "hash_inputs", "hash_table"]

PACKAGE = Path(__file__).parents[2]
"""Where our code lies."""


def hash_inputs(config: Config) -> dict[str, str]:
    """Return the sha256 of each file that the evaluation reads, by `what/name`.

    Names begin with `articles/`, `annotations/`, `data/` or `table/` and go on as they lie there; `package/` are the
    weights of the linguistic analysis, `embeddings/` those of the model of sentence embeddings, where they serve.
    """
    found = {name: hash_file(path) for name, path in _list_files(config)}
    # articles are parsed for their sentences, whatever the features
    if config.source == "articles" or any(p.get("features") != "words" for p in config.detectors.values()):
        package = find_package(config.data.get("package", "lite"), config.data["language"])
        found |= {f"package/{package.name}/{file}": sha256 for file, sha256 in package.checksums().items()}
    return found


def describe_versions() -> dict[str, str]:
    """Return the versions that results depend on, with a hash of our own code and word lists, which change between."""
    digest = hashlib.sha256()
    for file in sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".toml")):
        digest.update(f"{file.relative_to(PACKAGE).as_posix()}\n".encode() + file.read_bytes())
    return {**versions(), "code of corpus_tools": digest.hexdigest()[:16]}


def hash_table(table: pd.DataFrame) -> str:
    """Return the sha256 of a table's columns and cells, the numbers to their last bit."""
    digest = hashlib.sha256()
    for name in table.columns:
        digest.update(repr((str(name), [_plain(value) for value in table[name].tolist()])).encode())
    return digest.hexdigest()


def _plain(value: object) -> object:
    """Give one form to what a file gives back in another: flags as numbers, what is missing as None."""
    if isinstance(value, bool):
        return int(value)
    return None if value is None or value != value else value


def _list_files(config: Config) -> Iterator[tuple[str, Path]]:
    if config.source == "articles":
        yield from _walk("articles", config.path("articles"))
        folder = config.path("annotations")
        for file in sorted([*folder.glob("*.jsonl"), *folder.glob("*.toml")]):
            yield f"annotations/{file.name}", file
    elif config.source == "benchmark":
        benchmark = BENCHMARKS[config.data["benchmark"]]
        for data_file in benchmark.files:
            yield f"data/{data_file.name}", find_file(config.path("data"), data_file, benchmark.name)
    else:
        yield from _walk("table", config.path("table"))
    models = {_model(parameters) for parameters in config.detectors.values()}
    for model in sorted(path for path in models if path is not None):
        yield from _walk(f"embeddings/{model.name}", model)


def _walk(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield a file, or the files under a folder, the hidden ones left out."""
    if path.is_file():
        yield f"{name}/{path.name}", path
        return
    for file in sorted(path.rglob("*")):
        inner = file.relative_to(path)
        if file.is_file() and not any(part.startswith((".", "__")) for part in inner.parts):
            yield f"{name}/{inner.as_posix()}", file


def _model(parameters: dict[str, object]) -> Path | None:
    """Return the folder of the embeddings that a detector uses, or None."""
    features, named = parameters.get("features", "auto"), parameters.get("embeddings")
    folder = None if named is None else str(named)
    used = features == "embeddings" or (features == "auto" and is_configured(folder))
    return find_model(folder) if used else None
