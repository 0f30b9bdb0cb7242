"""The original files of a benchmark: where they lie, whether they are the published ones, and what is torn."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from corpus_tools.text.errors import InputError, InputWarning


@dataclass(frozen=True)
class DataFile:
    """One published file: its name, the sha256 of its bytes, and where it is published."""

    name: str
    sha256: str
    url: str


def find_file(folder: str | Path, file: DataFile, benchmark: str) -> Path:
    """Return the path of a file in `folder`, or in the folder of the benchmark's name under it.

    Raises
    ------
    InputError
        When it is in neither; the error says where it is published.
    """
    for place in (Path(folder), Path(folder) / benchmark):
        if (place / file.name).is_file():
            return place / file.name
    raise InputError(
        f"has no file {file.name}",
        where=str(folder),
        remedy=f"get it from {file.url} (`corpus-tools benchmark {benchmark} --data {folder} --download` checks it)",
    )


def read_text(folder: str | Path, file: DataFile, benchmark: str, *, encoding: str = "utf-8") -> tuple[Path, str]:
    """Return the path and the text of a file; warn where its bytes are not the published ones.

    Raises
    ------
    InputError
        When the file is missing or not of its encoding.
    """
    path = find_file(folder, file, benchmark)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        warnings.warn(
            f"{path}: is not the published file (its sha256 differs); the figures compare with nothing published",
            InputWarning,
            stacklevel=4,
        )
    try:
        return path, content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {content[error.start]:#04x} at offset {error.start} is not {encoding}",
            where=str(path),
            remedy=f"get the file again from {file.url}",
        ) from error


def check_files(folder: str | Path, files: Iterable[DataFile], benchmark: str) -> pd.DataFrame:
    """Compare the files at hand with the published ones.

    Returns
    -------
    DataFrame
        Columns `file, state, published`; `state` is `ok`, `missing` or `differs`.
    """
    rows = []
    for file in files:
        try:
            content = find_file(folder, file, benchmark).read_bytes()
        except InputError:
            state = "missing"
        else:
            state = "ok" if hashlib.sha256(content).hexdigest() == file.sha256 else "differs"
        rows.append({"file": file.name, "state": state, "published": file.url})
    return pd.DataFrame(rows, columns=["file", "state", "published"])
