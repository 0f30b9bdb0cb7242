"""The evaluation of a configuration from files to figures, predictions and manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from corpus_tools.reporting.evaluations.config import Config
from corpus_tools.reporting.evaluations.inputs import describe_versions, hash_inputs, hash_table
from corpus_tools.reporting.evaluations.material import read_material
from corpus_tools.reporting.evaluations.official import judge_officially
from corpus_tools.reporting.evaluations.variants import judge_variants
from corpus_tools.reporting.judging import Steps
from corpus_tools.reporting.plain import without_nan
from corpus_tools.text.errors import InputError

__all__ = ["Outcome", "run_evaluation"]

THREADS = 1
"""Of the linear algebra: the order of a sum, and so its last bits, depends on their number."""


@dataclass(frozen=True)
class Outcome:
    """What an evaluation came to.

    Attributes
    ----------
    config : Config
    document : dict
        The content of `evaluation.json`.
    predictions : DataFrame
        One row a judged unit (and variant, and seed).
    manifest : dict
        What repeats it; see `describe_evaluation`.
    """

    config: Config
    document: dict[str, Any]
    predictions: pd.DataFrame
    manifest: dict[str, Any]


def run_evaluation(config: Config, *, cache: Path | None = None, progress: bool = True) -> Outcome:
    """Evaluate what a configuration says.

    Parameters
    ----------
    config
        A checked configuration.
    cache
        Folder of parses and embeddings; it makes the second run quicker and changes nothing else.
    progress
        Whether to tell the steps on stderr.

    Raises
    ------
    InputError
        When an input is bad, the split leaks, or too little is coded; without a place of its own it names the
        configuration.
    """
    from threadpoolctl import threadpool_limits

    step = Steps(progress)
    try:
        with step("hashing the inputs"):
            inputs = hash_inputs(config)
        with threadpool_limits(limits=THREADS):
            document, predictions = _judge(config, cache, step, progress)
    except InputError as error:
        if error.where is not None:
            raise
        raise InputError(error.what, where=config.where, remedy=error.remedy) from error
    shared = {"name": config.name, "question": config.question, "kind": config.kind, "seed": config.seed}
    plain = to_plain({**shared, "confidence": config.evaluation["confidence"], **document})
    return Outcome(config, plain, predictions, describe_evaluation(config, plain, predictions, inputs))


def describe_evaluation(
    config: Config, document: dict[str, Any], predictions: pd.DataFrame, inputs: dict[str, str]
) -> dict[str, Any]:
    """Return the manifest as plain data.

    It holds the configuration with all defaults, the versions, the hash of every input, the threads, the figures
    (without the texts of mistakes and leaks), and the number and hash of the predictions.
    """
    return {
        "manifest": 1,
        "of": "evaluation",
        "config": config.to_dict(),
        "config_file": Path(config.where).name,
        "versions": describe_versions(),
        "threads": THREADS,
        "inputs": inputs,
        "metrics": {key: value for key, value in document.items() if key not in ("errors", "leaks")},
        "predictions": {"rows": len(predictions), "sha256": hash_table(predictions)},
    }


def to_plain(value: Any) -> Any:
    """Return figures as JSON has them: numbers of Python, None for nan."""
    return without_nan(json.loads(json.dumps(value, default=_to_python)))


def _judge(config: Config, cache: Path | None, step: Steps, progress: bool) -> tuple[dict[str, Any], pd.DataFrame]:
    if config.official:
        with step(f"running {config.data['benchmark']}"):
            return judge_officially(config, cache=cache)
    with step("reading"):
        material = read_material(config, cache=cache, progress=progress)
    return judge_variants(config, material, step)


def _to_python(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else float(value)
