"""Saved detectors: a skops file of numbers and scikit-learn objects, and a manifest that says what made it.

A detector is a folder: `model.skops` (fitted vectorizers and weights), `codebook.json` (where there was one) and
`manifest.json` (format, versions, parameters, training articles with their sha256, metrics, the files' sha256, and the
predictions of probes, see `corpus_tools.learning.probes`). Nothing is unpickled: skops builds only the types of
`TRUSTED`, and a file that asks for another is refused by its name. No text is kept, but the vocabulary is, with a view
of likeness (`learning.kernel`) a projection of each training unit's embeddings, and with one of pairs
(`learning.pairs`) the principal components of the mentions' embeddings.

Format version: the integer `FORMAT`. To change it: raise it, write the new layout in `save_detector`, and either read
the old one in `load_detector` or let it say that the detector must be trained again. Format 2 (heads over views),
format 3 (probes, hashes, heads for several labels), format 4 (views of likeness), format 5 (word vectors beside plain
words), format 6 (topics one against the rest), format 7 (a type renamed) and format 8 (pieces of words have vectors, a
text's vectors weigh 0.4 in stances, pairs have a view) do the latter: no detector of an earlier one left the project.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.learning.probes import compare_probes, list_changes, score_probes, versions
from corpus_tools.text.errors import InputError

__all__ = ["FORMAT", "TRUSTED", "load_detector", "save_detector", "saved_type", "versions"]

FORMAT = 8
TRUSTED = (
    "corpus_tools.learning.calibrated.CalibratedLinear",
    "corpus_tools.learning.dense.DenseView",
    "corpus_tools.learning.detect_then_value.DetectThenValue",
    "corpus_tools.learning.heads.LinearHead",
    "corpus_tools.learning.kernel.KernelMap",
    "corpus_tools.learning.label_heads.LabelHeads",
    "corpus_tools.learning.one_label.OneLabelHead",
    "corpus_tools.learning.pairs.PairView",
    "corpus_tools.learning.terms.as_terms",
    "corpus_tools.learning.topic_head.TopicHead",
)
"""Types beyond skops' own list that a detector holds."""

_FEATURES = ("blocks", "target", "features", "embeddings", "package", "language", "crowded_", "vectorizers_", "dense_")
"""What is kept of a detector's features."""

_PLAIN = (str, int, float, bool, type(None))
_MODEL, _CODEBOOK, _MANIFEST = "model.skops", "codebook.json", "manifest.json"
_KEYS = {
    "type": str, "parameters": dict, "versions": dict, "training_articles": dict, "sha256": dict, "probes": list,
}  # fmt: skip
_PRIVACY = "No training text is kept; the vocabulary of the training texts (words, pairs and pieces of words) is."
_PRIVACY_CURVED = (
    " Beside it stands a projection of every training unit's embeddings, which can be matched to texts one has, and "
    "parts of a text may be recovered from it."
)
_PRIVACY_PAIRS = (
    " Beside it stand the principal components of the embeddings of holders and targets; where these were few, parts "
    "of a text may be recovered from them."
)
Detector = TypeVar("Detector", bound=Any)


def save_detector(detector: Any, path: str | Path, *, metrics: Mapping[str, Any] | None = None) -> Path:
    """Write a fitted detector to the folder `path`, which is made.

    Parameters
    ----------
    detector, path
        What is saved, and where.
    metrics
        What is known of its quality, fit for JSON; kept in the manifest.

    Returns
    -------
    Path
        The folder.
    """
    from sklearn.utils.validation import check_is_fitted
    from skops import io

    check_is_fitted(detector)
    folder = _make_folder(Path(path))
    io.dump(_fitted_parts(detector), folder / _MODEL)
    if detector.codebook is not None:
        text = json.dumps(_codebook_data(detector.codebook), ensure_ascii=False, indent=1)
        (folder / _CODEBOOK).write_text(text, "utf-8")
    manifest = {
        "format": FORMAT,
        "type": type(detector).__name__,
        "parameters": {k: v for k, v in detector.get_params(deep=False).items() if isinstance(v, _PLAIN)},
        "versions": versions(),
        "codebook": detector.codebook.version if detector.codebook is not None else None,
        "features": list(getattr(detector.features_, "blocks", ())) or list(detector.features_.vectorizers_),
        "training_articles": detector.training_hashes_,
        "metrics": dict(metrics or {}),
        "privacy": _describe_privacy(detector),
        "sha256": {name: _hash(folder / name) for name in (_MODEL, _CODEBOOK) if (folder / name).exists()},
        "probes": score_probes(detector),
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    return folder


def load_detector(path: str | Path, kind: type[Detector]) -> Detector:
    """Read a detector of class `kind`.

    Raises
    ------
    InputError
        When the folder holds no detector, one of another kind or format, or a file that would have to be trusted; when
        a file is not the one that was saved; or when the probes have other probabilities than at the time of saving,
        with the versions that changed since.
    """
    folder = Path(path)
    manifest = _read_manifest(folder)
    if manifest["type"] != kind.__name__:
        raise InputError(
            f"holds a {manifest['type']}, not a {kind.__name__}", where=str(folder), remedy="load it with its own class"
        )
    parts = _read_parts(folder / _MODEL, manifest["sha256"].get(_MODEL))
    parameters = dict(manifest["parameters"])
    book = folder / _CODEBOOK
    _check_hash(book, manifest["sha256"].get(_CODEBOOK))
    parameters["codebook"] = _read_codebook(book) if book.exists() else None
    try:
        detector: Detector = kind(**parameters)
    except TypeError as error:
        raise InputError(
            f"has a parameter that there is not ({error})",
            where=str(folder / _MANIFEST),
            remedy="restore the folder from its source",
        ) from error
    _restore(detector, parts)
    detector.training_hashes_ = manifest["training_articles"]
    detector.training_articles_ = list(detector.training_hashes_)
    detector._memory = None  # no training text is saved
    _check_probes(detector, manifest, folder)
    return detector


def saved_type(path: str | Path) -> str:
    """Return the class name of the detector that a folder holds."""
    return str(_read_manifest(Path(path))["type"])


def _make_folder(folder: Path) -> Path:
    """Make the folder, and take out what a detector that was saved here before may have left."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made ({error.strerror})", where=str(folder), remedy="give a new folder") from error
    for name in (_MANIFEST, _CODEBOOK):
        (folder / name).unlink(missing_ok=True)
    return folder


def _read_parts(file: Path, expected: str | None) -> dict[str, Any]:
    """Read what skops may build; a type that no detector of ours holds is refused before anything is built."""
    from skops import io

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
    _check_hash(file, expected)
    parts: dict[str, Any] = io.load(file, trusted=list(TRUSTED))
    return parts


def _check_hash(file: Path, expected: str | None) -> None:
    if (_hash(file) if file.exists() else None) != expected:
        raise InputError(
            "is not the file that was saved (its sha256 differs from the manifest's)",
            where=str(file),
            remedy="restore the folder from its source",
        )


def _check_probes(detector: Any, manifest: Mapping[str, Any], folder: Path) -> None:
    off = compare_probes(detector, manifest["probes"])
    if off:
        changes = ", ".join(list_changes(manifest["versions"])) or "no version: embeddings or word vectors are others"
        raise InputError(
            f"predicts otherwise than when it was saved (a probe's probability by {off:.2g}); what changed: {changes}",
            where=str(folder),
            remedy="train it again, or use the versions of its manifest",
        )


def _describe_privacy(detector: Any) -> str:
    """Return in words what is kept of the training texts (see `corpus_tools.learning.kernel` and `.pairs`)."""
    view = getattr(detector.features_, "dense_", None)
    return _PRIVACY + (_PRIVACY_CURVED if getattr(view, "curved", False) else _PRIVACY_PAIRS * hasattr(view, "axes_"))


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _fitted_parts(detector: Any) -> dict[str, Any]:
    parts = {k: v for k, v in vars(detector).items() if k.endswith("_") and not k.startswith("_") and k != "features_"}
    for name in ("training_articles_", "training_hashes_"):
        parts.pop(name)
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
    file = folder / _MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"is not a saved detector ({error})", where=str(folder), remedy="give a folder that save() wrote"
        ) from error
    number = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(number, int) or number != FORMAT:
        older = isinstance(number, int) and number < FORMAT
        raise InputError(
            f"has format {number}, and this version reads {FORMAT}",
            where=str(file),
            remedy="train the detector again" if older else "update corpus_tools",
        )
    missing = [name for name, type in _KEYS.items() if not isinstance(manifest.get(name), type)]
    if missing:
        raise InputError(
            f"lacks {', '.join(sorted(missing))}", where=str(file), remedy="restore the folder from its source"
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
