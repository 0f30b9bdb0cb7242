"""The manifest: everything that one needs to repeat a run, and to know whether it is the same run."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.parses import Parses
from corpus_tools.learning.saving import versions
from corpus_tools.text.corpus import Corpus


def describe_run(
    *,
    corpus: Corpus,
    codebook: Codebook,
    annotations: Path,
    parses: Parses,
    judged: Sequence[str],
    training: Sequence[str],
    detectors: Sequence[Any],
    settings: Mapping[str, Any],
    started: float,
) -> dict[str, Any]:
    """Return the manifest as plain data: versions, hashes, settings, thresholds, who was judged and who trained."""
    return {
        "manifest": 1,
        "versions": versions(),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 1),
        "settings": dict(settings),
        "codebook": {"name": codebook.name, "version": codebook.version},
        "parse": dict(parses.configuration),
        "articles": {article.id: article.fingerprint for article in corpus},
        "left_out": [{"file": Path(fault.file).name, "reason": fault.reason} for fault in corpus.skipped],
        "annotations": {file.name: hash_file(file) for file in sorted(annotations.glob("*.jsonl"))}
        | {file.name: hash_file(file) for file in sorted(annotations.glob("*.toml"))},
        "judged": list(judged),
        "training": list(training),
        "detectors": {type(d).__name__: _describe_detector(d) for d in detectors},
    }


def hash_file(file: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _describe_detector(detector: Any) -> dict[str, Any]:
    parameters = {k: v for k, v in detector.get_params(deep=False).items() if isinstance(v, (str, int, float, bool))}
    fitted = {
        name: getattr(detector, name)
        for name in ("labels_", "thresholds_", "article_thresholds_", "threshold_")
        if hasattr(detector, name)
    }
    return {"parameters": parameters, **{name.rstrip("_"): value for name, value in fitted.items()}}
