"""What a cache folder holds, and what of it no run would read any more."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from corpus_tools.language.cache import CONFIGURATION, QUARANTINE
from corpus_tools.language.downloads import stanza_version
from corpus_tools.language.models import find_package
from corpus_tools.language.pipeline import describe_configuration
from corpus_tools.language.shards import decode_header
from corpus_tools.text.errors import InputError

__all__ = ["COLUMNS", "list_configurations", "prune_cache"]

COLUMNS = (
    "configuration", "language", "package", "precision", "processors", "stanza",
    "articles", "skipped", "quarantined", "words", "bytes", "current",
)  # fmt: skip

STALE = 3_600
"""Seconds after which a temporary file belongs to nobody: a run writes one within moments."""


def list_configurations(cache: str | os.PathLike[str]) -> pd.DataFrame:
    """List the configurations under which a cache holds parses.

    Parameters
    ----------
    cache : path
        The folder that `parse` was given.

    Returns
    -------
    DataFrame
        One row a configuration. ``current`` is False where this installation would parse anew: another version of
        Stanza or of the schema, another model of that name, other options. ``quarantined`` counts the texts that
        killed the process that parsed them.

    Raises
    ------
    InputError
        There is no such folder, or it holds no parses.
    """
    rows = [_describe(folder) for folder in _folders(cache)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def prune_cache(
    cache: str | os.PathLike[str], *, everything: bool = False, quarantine: bool = False, dry_run: bool = False
) -> tuple[int, int]:
    """Remove what no run would read.

    Parameters
    ----------
    cache : path
        The folder that `parse` was given.
    everything : bool, default False
        Remove the parses that are current, too.
    quarantine : bool, default False
        Release the texts in quarantine: the next run tries them again.
    dry_run : bool, default False
        Only count.

    Returns
    -------
    files, bytes : int
        What was removed.
    """
    removed = size = 0
    for folder in _folders(cache):
        whole = everything or not _is_current(_read_configuration(folder))
        for path in [*_doomed(folder, whole), *(_notes(folder) if whole or quarantine else ())]:
            removed, size = removed + 1, size + path.stat().st_size
            if not dry_run:
                path.unlink()
        for place in (folder / QUARANTINE, folder):
            if whole and not dry_run and place.is_dir() and not any(place.iterdir()):
                place.rmdir()
    return removed, size


def _folders(cache: str | os.PathLike[str]) -> list[Path]:
    parses = Path(cache) / "parses"
    if not parses.is_dir():
        what = "there are no parses in this folder"
        raise InputError(what, where=str(cache), remedy="give the folder that articles were parsed into")
    return sorted(folder for folder in parses.iterdir() if folder.is_dir())


def _notes(folder: Path) -> list[Path]:
    return sorted((folder / QUARANTINE).glob("*.json"))


def _doomed(folder: Path, whole: bool) -> Iterator[Path]:
    for path in folder.iterdir():
        left_over = path.suffix == ".corrupt" or _is_stale(path)
        # A temporary file that is fresh belongs to a run that is going on.
        if left_over or (whole and path.suffix in (".parquet", ".json")):
            yield path


def _is_stale(path: Path) -> bool:
    return path.suffix == ".tmp" and time.time() - path.stat().st_mtime > STALE


def _describe(folder: Path) -> dict[str, Any]:
    configuration = _read_configuration(folder)
    articles = skipped = words = size = 0
    for path in folder.glob("*.parquet"):
        data = path.read_bytes()
        size += len(data)
        try:
            header = decode_header(data)
        except (ValueError, KeyError, pa.ArrowException):
            continue  # the next run that opens the cache sets it aside, and says so
        articles, skipped = articles + len(header.rows), skipped + len(header.skipped)
        words += header.words
    known = {name: configuration.get(name) for name in ("language", "package", "precision", "stanza")}
    processors = ",".join(configuration.get("processors", []))
    counts = {"articles": articles, "skipped": skipped, "quarantined": len(_notes(folder))}
    rest = {"words": words, "bytes": size, "current": _is_current(configuration)}
    return {"configuration": folder.name[:12], **known, "processors": processors, **counts, **rest}


def _read_configuration(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / CONFIGURATION).read_bytes())
    except (OSError, ValueError):
        return {}  # without its description nobody knows what the folder holds
    return found


def _is_current(configuration: dict[str, Any]) -> bool:
    if configuration.get("stanza") != stanza_version():
        return False
    try:
        package = find_package(configuration["package"], configuration["language"], configuration["processors"])
        return describe_configuration(package, configuration["precision"]) == configuration
    except InputError:
        # A package in a folder of its own: only its name is known here, so that its models cannot be compared.
        return configuration.get("package") not in ("lite", "default")
    except KeyError:
        return False
