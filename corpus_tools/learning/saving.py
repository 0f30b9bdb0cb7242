"""Saved detectors: a skops file of numbers and scikit-learn objects, and a manifest that says what made it.

A detector is a folder: `model.skops` (fitted vectorizers and weights), `codebook.json` (where there was one) and
`manifest.json` (format, versions, parameters, training articles, checksum). Nothing is unpickled: skops
builds only the types of `TRUSTED`, and a file that asks for another is refused by its name.

Format version: the integer `FORMAT`. To change it: raise it, write the new layout in `save_detector`, and either read
the old one in `load_detector` or let it say that the detector must be trained again. The new
formats 2 to 4 (4: views of likeness) do the latter: no detector of an earlier one left the project.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import platform
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus_tools._version import __version__
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.text.errors import InputError

FORMAT = 4
TRUSTED = (
    "corpus_tools.learning.calibrated.CalibratedLogistic",
    "corpus_tools.learning.dense.DenseView",
    "corpus_tools.learning.detect_then_value.DetectThenValue",
    "corpus_tools.learning.heads.LinearHead",
    "corpus_tools.learning.kernel.KernelMap",
    "corpus_tools.learning.label_heads.LabelHeads",
    "corpus_tools.learning.one_label.OneLabelHead",
    "corpus_tools.learning.terms.as_terms",
    "corpus_tools.learning.topic_head.TopicHead",
)
"""Types beyond skops' own list that a detector holds."""

_FEATURES = ("blocks", "target", "features", "embeddings", "package", "language", "crowded_", "vectorizers_", "dense_")
"""What is kept of a detector's features."""

_PLAIN = (str, int, float, bool, type(None))
Detector = TypeVar("Detector", bound=Any)


def save_detector(detector: Any, path: str | Path) -> Path:
    """Write a fitted detector to the folder `path`, which is made.

    Returns
    -------
    Path
        The folder.
    """
    from sklearn.utils.validation import check_is_fitted
    from skops import io

    check_is_fitted(detector)
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made ({error.strerror})", where=str(folder), remedy="give a new folder") from error
    (folder / "codebook.json").unlink(missing_ok=True)  # of a detector that was saved here before
    io.dump(_fitted_parts(detector), folder / "model.skops")
    parameters = {k: v for k, v in detector.get_params(deep=False).items() if isinstance(v, _PLAIN)}
    if detector.codebook is not None:
        text = json.dumps(_codebook_data(detector.codebook), ensure_ascii=False, indent=1)
        (folder / "codebook.json").write_text(text, "utf-8")
    manifest = {
        "format": FORMAT,
        "type": type(detector).__name__,
        "parameters": parameters,
        "versions": versions(),
        "codebook": detector.codebook.version if detector.codebook is not None else None,
        "training_articles": detector.training_articles_,
        "checksum": _checksum(detector),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    return folder


def load_detector(path: str | Path, kind: type[Detector]) -> Detector:
    """Read a detector of class `kind`.

    Raises
    ------
    InputError
        When the folder holds no detector, one of another kind or a newer format, or a file that would have to be
        trusted.
    """
    from skops import io

    folder = Path(path)
    manifest = _read_manifest(folder)
    if manifest["type"] != kind.__name__:
        raise InputError(
            f"holds a {manifest['type']}, not a {kind.__name__}", where=str(folder), remedy="load it with its own class"
        )
    file = folder / "model.skops"
    try:
        unknown = sorted(set(io.get_untrusted_types(file=file)) - set(TRUSTED))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"cannot be read ({error})", where=str(file), remedy="restore the folder from its source"
        ) from error
    if unknown:
        raise InputError(
            f"asks for the type {unknown[0]}, which no detector of ours holds",
            where=str(file),
            remedy="do not load it; retrain the detector or get the file from whom you trust",
        )
    parts = io.load(file, trusted=list(TRUSTED))
    book = folder / "codebook.json"
    parameters = dict(manifest["parameters"])
    parameters["codebook"] = _read_codebook(book) if book.exists() else None
    detector: Detector = kind(**parameters)
    _restore(detector, parts)
    detector.training_articles_ = manifest["training_articles"]
    detector._memory = None  # no training text is saved
    if not np.isclose(_checksum(detector), manifest["checksum"]):
        raise InputError(
            "the weights differ from those that were saved",
            where=str(file),
            remedy="restore the folder from its source",
        )
    return detector


def saved_type(path: str | Path) -> str:
    """Return the class name of the detector that a folder holds."""
    return str(_read_manifest(Path(path))["type"])


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    packages = ("stanza", "torch", "scikit-learn", "numpy", "pandas", "skops")
    return {"python": platform.python_version(), "corpus_tools": __version__, **{p: version(p) for p in packages}}


def _fitted_parts(detector: Any) -> dict[str, Any]:
    parts = {k: v for k, v in vars(detector).items() if k.endswith("_") and not k.startswith("_") and k != "features_"}
    parts.pop("training_articles_")
    for name in ("model_", "head_"):
        if name in parts:
            parts[name] = _slim(parts[name])
    features = detector.features_
    parts["features"] = {name: value for name, value in vars(features).items() if name in _FEATURES}
    return parts


def _slim(model: Any) -> Any:
    """Copy a model without its out-of-fold scores, which only the thresholds needed."""
    slim = copy.copy(model)
    for name in ("inner_probabilities_", "inner_scores_"):
        slim.__dict__.pop(name, None)
    if hasattr(slim, "shared_"):
        slim.shared_ = _slim(slim.shared_)
        slim.own_ = {topic: _slim(own) for topic, own in slim.own_.items()}
    if hasattr(slim, "models_"):
        slim.models_ = {label: _slim(own) for label, own in slim.models_.items()}
    if hasattr(slim, "linear_"):
        slim.linear_ = _slim(slim.linear_)
    return slim


def _restore(detector: Any, parts: Mapping[str, Any]) -> None:
    from corpus_tools.learning.features import UnitFeatures
    from corpus_tools.learning.targets import TargetFeatures

    rest = dict(parts)
    kept = rest.pop("features", {})
    features: Any = TargetFeatures() if "target" in kept else UnitFeatures()
    for name, value in kept.items():
        setattr(features, name, tuple(value) if name == "blocks" else value)
    features.codebook = detector.codebook
    detector.features_ = features
    for name, value in rest.items():
        setattr(detector, name, value)


def _read_manifest(folder: Path) -> dict[str, Any]:
    file = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"is not a saved detector ({error})", where=str(folder), remedy="give a folder that save() wrote"
        ) from error
    missing = {"format", "type", "parameters", "training_articles", "checksum"}.difference(
        manifest if isinstance(manifest, dict) else ()
    )
    if missing:
        raise InputError(
            f"lacks {', '.join(sorted(missing))}", where=str(file), remedy="restore the folder from its source"
        )
    number = manifest.get("format")
    if not isinstance(number, int) or number != FORMAT:
        older = isinstance(number, int) and number < FORMAT
        raise InputError(
            f"has format {number}, and this version reads {FORMAT}",
            where=str(file),
            remedy="train the detector again" if older else "update corpus_tools",
        )
    return manifest


def _read_codebook(file: Path) -> Codebook:
    return Codebook.of(json.loads(file.read_text("utf-8")), where=str(file))


def _codebook_data(book: Codebook) -> dict[str, Any]:
    """The codebook in the layout of its TOML file."""
    head = {key: getattr(book, key) for key in ("version", "name", "language", "description", "unit", "stance_rule")}
    tables: dict[str, Mapping[str, Any]] = {
        "frame": book.frames,
        "stance": book.stances,
        "expression": book.expressions,
        "entity": book.entities,
        "attr": book.attrs,
    }
    rows = {name: [_set_fields(label) for label in table.values()] for name, table in tables.items()}
    return {"codebook": head, **rows}


def _set_fields(label: Any) -> dict[str, Any]:
    return {key: value for key, value in dataclasses.asdict(label).items() if value is not None}


def _checksum(detector: Any) -> float:
    """Sum of the absolute weights: a cheap proof that what was loaded is what was saved."""
    return _total(detector.head_ if hasattr(detector, "head_") else detector.model_)


def _total(model: Any) -> float:
    """Sum of the absolute weights of a head."""
    if hasattr(model, "models_"):
        return float(sum(np.abs(own.coef_).sum() for own in model.models_.values()))
    if hasattr(model, "linear_"):
        return _total(model.linear_)
    if hasattr(model, "shared_"):
        return _total(model.shared_) + sum(_total(own) for own in model.own_.values())
    if hasattr(model, "coef_"):
        return float(sum(np.abs(coefficients).sum() for coefficients in model.coef_.values()))
    return float(sum(np.abs(model.weights(label)).sum() for label in model.classes_))
