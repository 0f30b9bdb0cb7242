"""``MANIFEST.json``: sha256 and size of every file of a model package, and the check against it."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from corpus_tools.text.errors import InputError

__all__ = ["MANIFEST", "hash_file", "read_entry", "read_manifest", "write_json", "write_manifest"]

MANIFEST = "MANIFEST.json"


def write_manifest(folder: str | os.PathLike[str], *, package: str | None = None) -> Path:
    """Write ``MANIFEST.json``: sha256 and size of every model file, and of resources.json.

    Parameters
    ----------
    folder : path
        A package folder.
    package : str, optional
        The package's name; by default the one in the present manifest, else the folder's name.

    Returns
    -------
    Path
        The manifest.
    """
    top = Path(folder)
    if package is None:
        package = str((read_manifest(top) or {}).get("package", top.resolve().name))
    files = sorted([*top.glob("*/*/*.pt"), top / "resources.json"])
    listed = {
        file.relative_to(top).as_posix(): {"sha256": hash_file(file), "bytes": file.stat().st_size} for file in files
    }
    return write_json(top / MANIFEST, {"manifest": 1, "package": package, "files": listed})


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a package folder; None where there is none (Stanza's own downloads).

    Raises
    ------
    InputError
        There is one, and it cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["manifest"] != 1:
            raise ValueError(f"version {manifest['manifest']!r} instead of 1")
        files = {name: (entry["sha256"], entry["bytes"]) for name, entry in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"unreadable manifest ({error})"
        raise InputError(what, where=str(path), remedy="install the package again") from error
    return {**manifest, "sha256": {name: sha256 for name, (sha256, _) in files.items()}}


def read_entry(manifest: dict[str, Any], file: str, folder: Path) -> str:
    """Look up the sha256 that a manifest (from `read_manifest`) gives for a file; InputError where it gives none."""
    if file not in manifest["sha256"]:
        raise InputError(f"{MANIFEST} does not name {file}", where=str(folder), remedy="install the package again")
    return str(manifest["sha256"][file])


def hash_file(path: Path, algorithm: str = "sha256") -> str:
    """Hash a file; it is read once per process as long as its size, time and inode stay the same."""
    status = path.stat()
    return _hash_once(path, algorithm, status.st_size, status.st_mtime_ns, status.st_ino)


def write_json(path: Path, value: Any) -> Path:
    """Write JSON for people to read, under its name only when it is complete."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, path)
    return path


@cache
def _hash_once(path: Path, algorithm: str, size: int, modified: int, inode: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
