"""Repeat an evaluation from its manifest: the same inputs, then the same figures and predictions to the last bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus_tools.reporting.evaluations.checking import Source
from corpus_tools.reporting.evaluations.config import resolve_config
from corpus_tools.reporting.evaluations.inputs import hash_inputs
from corpus_tools.reporting.evaluations.job import Outcome, run_evaluation
from corpus_tools.text.errors import InputError

__all__ = ["Rerun", "compare_manifests", "rerun"]

_NEEDED = {"config": dict, "versions": dict, "threads": int, "inputs": dict, "metrics": dict, "predictions": dict}


@dataclass(frozen=True)
class Rerun:
    """What a rerun found.

    Attributes
    ----------
    outcome : Outcome
        The second run.
    differences : list of str
        One line for each figure that differs, and for the predictions; empty: bit-identical.
    versions : list of str
        Which versions differ, the likely reason.
    compared : int
        How many figures were compared.
    """

    outcome: Outcome
    differences: list[str]
    versions: list[str] = field(default_factory=list)
    compared: int = 0


def rerun(
    path: str | Path,
    *,
    data: str | Path | None = None,
    base: str | Path | None = None,
    cache: Path | None = None,
    progress: bool = True,
) -> Rerun:
    """Repeat an evaluation and compare.

    Parameters
    ----------
    path
        A manifest that `corpus-tools evaluate --out` wrote.
    data
        Where the data lie now, if not where they lay.
    base
        The folder of the configuration, if it moved against the manifest.
    cache, progress
        As in `run_evaluation`.

    Raises
    ------
    InputError
        When the manifest is none, or an input is not the one that was read, naming the file.
    """
    path = Path(path)
    manifest = read_evaluation_manifest(path)
    folder = Path(base) if base is not None else path.parent / str(manifest.get("base", "."))
    config = resolve_config(manifest["config"], Source(str(path)), folder, data=data)
    _check_inputs(manifest["inputs"], hash_inputs(config), str(path))
    outcome = run_evaluation(config, cache=cache, progress=progress)
    differences = list(compare_manifests(manifest, outcome.manifest))
    now = outcome.manifest["versions"]
    changed = [
        f"{name} {old} then, {now.get(name, 'none')} now"
        for name, old in manifest["versions"].items()
        if now.get(name) != old
    ]
    return Rerun(outcome, differences, changed, sum(1 for _ in _leaves(manifest["metrics"])))


def read_evaluation_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest of an evaluation.

    Raises
    ------
    InputError
        When it cannot be read or is another kind of manifest.
    """
    remedy = "give the manifest.json that `corpus-tools evaluate CONFIG.toml --out DIR` wrote"
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), remedy=remedy) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON ({error})", where=str(path), remedy=remedy) from error
    if not isinstance(manifest, dict) or manifest.get("of") != "evaluation" or manifest.get("manifest") != 1:
        raise InputError("is not the manifest of an evaluation", where=str(path), remedy=remedy)
    damaged = [key for key, kind in _NEEDED.items() if not isinstance(manifest.get(key), kind)]
    if damaged:
        raise InputError(f"lacks a sound {damaged[0]!r}", where=str(path), remedy=remedy)
    return manifest


def compare_manifests(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each figure that differs, and for the predictions."""
    before, after = dict(_leaves(old["metrics"])), dict(_leaves(new["metrics"]))
    for name in dict.fromkeys((*before, *after)):
        if name not in after or name not in before:
            yield f"{name}: {'only then' if name in before else 'only now'}"
        elif before[name] != after[name]:
            yield f"{name}: {before[name]!r} then, {after[name]!r} now"
    if old["predictions"] != new["predictions"]:
        pair = old["predictions"], new["predictions"]
        said = [f"{one.get('rows')} rows, sha256 {str(one.get('sha256'))[:12]}…" for one in pair]
        yield f"predictions: {said[0]} then, {said[1]} now"


def _check_inputs(old: Mapping[str, str], new: Mapping[str, str], where: str) -> None:
    changed = [f"{name} changed" for name in old if name in new and old[name] != new[name]]
    changed += [f"{name} is missing" for name in old if name not in new]
    changed += [f"{name} is new" for name in new if name not in old]
    if changed:
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        raise InputError(
            f"the inputs are not those of the evaluation: {', '.join(changed[:5])}{more}",
            where=where,
            remedy="bring the files back that were read then (--base and --data say where they lie), or evaluate anew",
        )


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every number and word of nested figures with its path."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from _leaves(part, f"{name}[{position}]")
    else:
        yield name, value
