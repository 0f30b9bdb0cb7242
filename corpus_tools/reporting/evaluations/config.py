"""The configuration of an evaluation: what is judged, by which detector, how, and what is written.

See docs/evaluation.md for every key. Nothing is guessed: an unknown key, a wrong type, or a key that means nothing
beside the others is refused with its line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus_tools.evaluation.checks import MAX_SEED
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.reporting.evaluations.checking import Source, check_keys, types_of_parameters
from corpus_tools.text.toml import read_toml

__all__ = ["OUTPUTS", "Config", "read_config", "resolve_config"]

OUTPUTS = ("json", "latex", "html", "card", "parquet", "csv")
"""What can be written beside the manifest, which always is."""
DETECTORS: dict[str, type] = {"frame": FrameDetector, "stance": StanceDetector}
SOURCES = {"articles": "articles with annotations", "benchmark": "a public benchmark", "table": "a table of texts"}
"""The key of [data] that says what is judged, of which there is one."""
PROTOCOLS = ("official", "folds")

_TOP = {
    "name": "a text", "question": "a text", "kind": "a text", "seed": "a whole number", "outputs": "a list of texts",
    "data": "a table", "detector": "a table", "evaluation": "a table", "variant": "tables",
}  # fmt: skip
_DATA = {
    "articles": {"articles": "a text", "annotations": "a text", "level": "a text", "package": "a text"},
    "benchmark": {"benchmark": "a text", "data": "a text", "protocol": "a text"},
    "table": {"table": "a text", "columns": "a table", "separator": "a text"},
}
_COMMON = {"licence": "a text", "language": "a text"}
_EVALUATION = {
    "groups": "a text", "scheme": "a text", "folds": "a whole number", "confidence": "a number",
    "baselines": "a list of texts", "slices": "a list of texts", "curve": "a list of numbers",
    "allow_leaks": "a list of texts or pairs of texts", "search": "a table of lists",
}  # fmt: skip
_COLUMNS = ("text", "label", "group", "target", "target_start", "target_end", "holder")
_PATHS = ("articles", "annotations", "data", "table")
_FIXED = ("codebook", "random_state")
"""Parameters that [detector] does not take: the data has the codebook, and `seed` is the seed."""
_FIXED_BY_BENCHMARK = ("exclusive", "target")


@dataclass(frozen=True)
class Config:
    """A checked configuration; every default is filled in.

    Attributes
    ----------
    name, question : str
        What the evaluation is called, and what it answers.
    kind : str
        `"frame"` or `"stance"`.
    data, evaluation : dict
        The sections, with defaults; paths as they were written.
    variants : dict of str to dict
        Parameters of each detector that is judged, the first being what the others are compared to.
    seed : int
    outputs : tuple of str
    base : Path
        The folder that paths are relative to.
    where : str
        The file, for errors.
    """

    name: str
    question: str
    kind: str
    data: dict[str, Any]
    evaluation: dict[str, Any]
    variants: dict[str, dict[str, Any]]
    seed: int = 0
    outputs: tuple[str, ...] = OUTPUTS[:-1]
    base: Path = field(default_factory=Path)
    where: str = ""

    @property
    def source(self) -> str:
        """What is judged: a key of `SOURCES`."""
        return next(key for key in SOURCES if key in self.data)

    @property
    def official(self) -> bool:
        """Whether a benchmark is judged by its own split and metric."""
        return self.data.get("protocol") == "official"

    @property
    def detectors(self) -> dict[str, dict[str, Any]]:
        """The variants, with the folder of embeddings found from the configuration's folder."""
        return {
            name: {**own, "embeddings": str(self.base / own["embeddings"])} if own.get("embeddings") else dict(own)
            for name, own in self.variants.items()
        }

    def path(self, key: str) -> Path:
        """Return a path of [data], found from the configuration's folder."""
        return (self.base / str(self.data[key])).resolve()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data from which `resolve_config` makes the same configuration."""
        variants = [{"name": name, **parameters} for name, parameters in self.variants.items()]
        return {
            "name": self.name, "question": self.question, "kind": self.kind, "seed": self.seed,
            "outputs": list(self.outputs), "data": dict(self.data), "evaluation": dict(self.evaluation),
            "variant": variants,
        }  # fmt: skip


def read_config(path: str | Path, *, data: str | Path | None = None) -> Config:
    """Read and check a configuration.

    Parameters
    ----------
    path
        A TOML file.
    data
        Folder or file to read instead of the one that [data] names (not for articles with annotations).

    Raises
    ------
    InputError
        In one line: the file, the line as far as it is known, what is wrong and what would be right.
    """
    path = Path(path)
    values, text = read_toml(path, remedy="give the path of a TOML file, such as evaluations/demo_frames.toml")
    return resolve_config(values, Source(str(path), text), path.parent, data=data)


def resolve_config(values: Mapping[str, Any], source: Source, base: Path, *, data: str | Path | None = None) -> Config:
    """Check a configuration as plain data and fill in the defaults.

    Raises
    ------
    InputError
        As in `read_config`.
    """
    check_keys(values, _TOP, source, "")
    kind = values.get("kind")
    if kind not in DETECTORS:
        source.refuse(f"'kind' must be 'frame' or 'stance', not {kind!r}", 'write kind = "frame"', key="kind")
    outputs = tuple(values.get("outputs", OUTPUTS[:-1]))
    unknown = [name for name in outputs if name not in OUTPUTS]
    if unknown:
        source.refuse(f"there is no output {unknown[0]!r}", f"use some of {', '.join(OUTPUTS)}", key="outputs")
    if not 0 <= values.get("seed", 0) <= MAX_SEED:
        source.refuse(f"'seed' must lie between 0 and {MAX_SEED}", "write seed = 0", key="seed")
    instead = None if data is None else os.path.relpath(data, base)
    found = _resolve_data(dict(values.get("data", {})), source, instead)
    fixed = _FIXED + (_FIXED_BY_BENCHMARK if "benchmark" in found else ())
    variants = _resolve_variants(values, types_of_parameters(DETECTORS[kind], without=fixed), source)
    config = Config(
        name=values.get("name") or Path(source.name).stem,
        question=values.get("question", ""),
        kind=kind,
        data=found,
        evaluation=_resolve_evaluation(dict(values.get("evaluation", {})), found, source),
        variants=variants,
        seed=values.get("seed", 0),
        outputs=outputs,
        base=base,
        where=source.name,
    )
    _check_together(config, source)
    return config


def _resolve_data(data: dict[str, Any], source: Source, instead: str | None) -> dict[str, Any]:
    named = [key for key in SOURCES if key in data]
    if len(named) != 1:
        said = "names " + " and ".join(named) if named else "does not say what is judged"
        what = ", ".join(f"{key} ({meaning})" for key, meaning in SOURCES.items())
        source.refuse(f"[data] {said}", f"give one of {what}", section="data")
    check_keys(data, {**_DATA[named[0]], **_COMMON}, source, "data")
    if instead is not None:
        if named[0] == "articles":
            source.refuse("reads articles and annotations, which --data cannot replace", "change the paths in [data]")
        data["data" if named[0] == "benchmark" else "table"] = instead
    resolve = {"articles": _resolve_articles, "benchmark": _resolve_benchmark, "table": _resolve_table}
    return {"language": "en", **resolve[named[0]](data, source)}


def _resolve_articles(data: dict[str, Any], source: Source) -> dict[str, Any]:
    if "annotations" not in data:
        source.refuse("[data] names articles but no annotations", 'add annotations = "…"', section="data")
    if data.get("level", "sentence") not in ("sentence", "paragraph", "article"):
        remedy = "use sentence, paragraph or article"
        source.refuse(f"there is no level {data['level']!r}", remedy, section="data", key="level")
    return {"level": "sentence", "package": "lite", **data}


def _resolve_benchmark(data: dict[str, Any], source: Source) -> dict[str, Any]:
    from corpus_tools.evaluation.benchmarks.running import BENCHMARKS

    for key, allowed in (("benchmark", tuple(BENCHMARKS)), ("protocol", PROTOCOLS)):
        if data.get(key, allowed[0]) not in allowed:
            what = f"there is no {key} {data[key]!r}"
            source.refuse(what, f"use one of {', '.join(allowed)}", section="data", key=key)
    if "data" not in data:
        remedy = 'add data = "…", or give --data DIR'
        source.refuse("[data] does not say where the benchmark's files lie", remedy, section="data", key="benchmark")
    return {"protocol": PROTOCOLS[0], **data}


def _resolve_table(data: dict[str, Any], source: Source) -> dict[str, Any]:
    columns = {"text": "text", "label": "label", **data.get("columns", {})}
    check_keys(columns, dict.fromkeys(_COLUMNS, "a text"), source, "data.columns")
    if ("target_start" in columns) != ("target_end" in columns):
        remedy = "name both columns, target_start and target_end"
        source.refuse("[data.columns] has half of a span", remedy, section="data.columns")
    return {**data, "columns": columns}


def _resolve_evaluation(given: dict[str, Any], data: Mapping[str, Any], source: Source) -> dict[str, Any]:
    check_keys(given, _EVALUATION, source, "evaluation")
    if not 0 < given.get("confidence", 0.95) < 1:
        source.refuse("'confidence' must lie between 0 and 1", "write confidence = 0.95", section="evaluation")
    if data.get("protocol") == "official":
        for key in given:
            if key != "confidence":
                remedy = 'leave it out, or write protocol = "folds" in [data] to judge the training part out of fold'
                source.refuse(
                    f"the official protocol leaves no choice of {key!r}", remedy, section="evaluation", key=key
                )
        return {"confidence": 0.95, **given}
    grouped = "articles" not in data and (data.get("columns", {}).get("group") or "benchmark" in data)
    defaults: dict[str, Any] = {"groups": "group" if grouped else "article", "scheme": "folds"}
    return {**defaults, "folds": 5, "confidence": 0.95, **given}


def _resolve_variants(values: Mapping[str, Any], types: Mapping[str, str], source: Source) -> dict[str, dict[str, Any]]:
    """Return the parameters of each detector: those of [detector], and of each [[variant]] its own over them."""
    shared = dict(values.get("detector", {}))
    check_keys(shared, types, source, "detector")
    variants: dict[str, dict[str, Any]] = {}
    for number, variant in enumerate(values.get("variant", [])):
        check_keys(variant, {"name": "a text", **types}, source, "variant", number)
        name = variant.get("name")
        if not name or name in variants:
            what = f"two variants are called {name!r}" if name else "a variant has no name"
            source.refuse(what, 'add name = "…", another for each', section="variant", number=number)
        variants[name] = {**shared, **{key: value for key, value in variant.items() if key != "name"}}
    return variants or {"detector": shared}


def _check_together(config: Config, source: Source) -> None:
    """Refuse what is right by itself and wrong together, and what is not there."""
    if config.official:
        from corpus_tools.evaluation.benchmarks.running import BENCHMARKS

        benchmark = BENCHMARKS[config.data["benchmark"]]
        if config.kind != benchmark.kind:
            remedy = f'write kind = "{benchmark.kind}"'
            source.refuse(f"{benchmark.name} is of kind {benchmark.kind!r}", remedy, key="kind")
        if len(config.variants) > 1 and not benchmark.folds:
            remedy = 'compare them out of fold on the training part with protocol = "folds" in [data]'
            source.refuse("variants would be compared on the test part", remedy, section="variant")
    for key in _PATHS:
        if key in config.data and not config.path(key).exists():
            remedy = "correct the path, which is relative to the configuration" + (
                ", or give --data" if key != "articles" and key != "annotations" else ""
            )
            what = f"there is no {config.path(key)} ({key!r} in [data])"
            source.refuse(what, remedy, section="data", key=key)
