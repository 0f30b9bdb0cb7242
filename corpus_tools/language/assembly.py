"""From trained ``.pt`` files to a complete model package: weights halved, resources.json and MANIFEST.json written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus_tools.language.manifest import hash_file, write_json, write_manifest
from corpus_tools.text.errors import InputError

__all__ = ["PRETRAIN", "PROCESSORS", "assemble"]

PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse", "ner")
"""The processors whose results fill the token table, in the order in which they run."""

PRETRAIN = "pretrain"
"""The key of the word-vector file in `source_files`; it is a dependency, not a processor."""


def assemble(
    source_files: Mapping[str, str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    *,
    half: bool = True,
    language: str = "en",
    language_name: str = "English",
    name: str = "lite",
) -> Path:
    """Lay out a complete package from trained model files.

    Parameters
    ----------
    source_files : mapping of str to path
        Processor (``tokenize``, ``mwt``, ``pos``, ``lemma``, ``depparse``, ``ner``) to the ``.pt`` file that Stanza's
        trainer saved; ``pretrain`` to the word vectors, if a model was trained with them.
    folder : path
        Where the package goes; files of the same name are replaced, others stay.
    half : bool, default True
        Store floating-point weights in half precision. Stanza copies them into float32 parameters when it loads.
        Word vectors stay float32: Stanza uses that tensor as it lies on disk.
    language, language_name, name : str
        Stanza's language code, the language's English name, and the name of the package.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        A file is missing, is no Stanza model, or needs word vectors that were not given.

    Notes
    -----
    A model that was trained with word vectors gets, in resources.json,
    ``{"dependencies": [{"model": "pretrain", "package": NAME}]}``, which Stanza turns into
    ``<processor>_pretrain_path = FOLDER/<language>/pretrain/NAME.pt``.
    """
    target = Path(folder)
    sources = _check_sources(source_files)
    entries: dict[str, dict[str, Any]] = {}
    for kind, source in sources.items():
        path = target / language / kind / f"{name}.pt"
        path.parent.mkdir(parents=True, exist_ok=True)
        needs_vectors = _store_vectors(source, path) if kind == PRETRAIN else _store_model(source, path, half=half)
        if needs_vectors and PRETRAIN not in sources:
            what = f"the {kind} model was trained with word vectors"
            raise InputError(what, where=str(source), remedy=f"add the {PRETRAIN!r} file to source_files")
        entries[kind] = {"md5": hash_file(path, "md5")}
        if needs_vectors:
            entries[kind]["dependencies"] = [{"model": PRETRAIN, "package": name}]
    write_json(target / "resources.json", {language: _describe(language_name, name, entries)})
    write_manifest(target, package=name)
    return target


def _check_sources(source_files: Mapping[str, str | os.PathLike[str]]) -> dict[str, Path]:
    allowed = (*PROCESSORS, PRETRAIN)
    for kind, source in source_files.items():
        if kind not in allowed:
            raise InputError(f"unknown processor {kind!r}", remedy=f"use one of {', '.join(allowed)}")
        if not Path(source).is_file():
            raise InputError(f"no file for {kind!r}", where=str(source), remedy="train it first, or correct the path")
    if "tokenize" not in source_files:
        raise InputError("a package needs a tokenizer", remedy="add 'tokenize' to source_files")
    return {kind: Path(source_files[kind]) for kind in allowed if kind in source_files}


def _store_model(source: Path, path: Path, *, half: bool) -> bool:
    """Copy a model, halved if asked; returns whether it was trained with word vectors."""
    import torch

    checkpoint = torch.load(source, map_location="cpu", weights_only=True)
    if not isinstance(checkpoint, dict) or not {"model", "config"} <= checkpoint.keys():
        raise InputError("not a model that Stanza saved", where=str(source), remedy="give the trainer's .pt file")
    if half:
        checkpoint["model"] = {name: _halve(value) for name, value in checkpoint["model"].items()}
    checkpoint["config"] = {key: _forget_folder(value) for key, value in checkpoint["config"].items()}
    _save(checkpoint, path)
    return bool(checkpoint["config"].get("wordvec_pretrain_file"))


def _store_vectors(source: Path, path: Path) -> bool:
    shutil.copyfile(source, path)
    return False


def _halve(value: Any) -> Any:
    import torch

    return value.half() if isinstance(value, torch.Tensor) and value.dtype == torch.float32 else value


def _forget_folder(value: Any) -> Any:
    # Trainers save their arguments; a published model should not tell in which folder it was trained.
    return Path(value).name if isinstance(value, str) and "/" in value else value


def _save(checkpoint: dict[str, Any], path: Path) -> None:
    import torch

    temporary = path.with_name(f".{path.name}.tmp")
    # Stanza's own format: readable by every torch that this stanza accepts.
    torch.save(checkpoint, temporary, _use_new_zipfile_serialization=False)
    os.replace(temporary, path)


def _describe(language_name: str, name: str, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    chosen = {kind: name for kind in PROCESSORS if kind in entries}
    described: dict[str, Any] = {"lang_name": language_name}
    described.update({kind: {name: dict(entry)} for kind, entry in entries.items()})
    described["packages"] = {name: chosen, "default": chosen} if name != "default" else {"default": chosen}
    return described
