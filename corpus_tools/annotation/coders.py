"""Coders: who coded, in which role. Roles stand in ``coders.toml`` beside the logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_tools.annotation.identifiers import check_coder_id
from corpus_tools.text.errors import InputError
from corpus_tools.text.toml import read_toml

__all__ = ["ROLES", "Coder", "read_coders"]

ROLES = ("coder", "adjudicator", "model")


@dataclass(frozen=True, slots=True)
class Coder:
    """A person or a named model; `role` is coder, adjudicator or model."""

    id: str
    role: str = "coder"
    description: str = ""


def read_coders(path: Path) -> dict[str, Coder]:
    """Read ``coders.toml``; without the file there are no roles.

    Raises
    ------
    InputError
        When the file is not TOML, or a coder in it is not what it must be.
    """
    if not path.exists():
        return {}
    data, _ = read_toml(path, remedy="make it a file of [[coder]] tables")
    rows = data.get("coder", [])
    if not isinstance(rows, list) or set(data) - {"coder"}:
        raise InputError(
            "holds more than [[coder]] tables", where=str(path), remedy="write [[coder]] with id, role and description"
        )
    coders: dict[str, Coder] = {}
    for number, row in enumerate(rows, 1):
        coder = _read_coder(row, f"{path}: [[coder]] {number}")
        if coder.id in coders:
            raise InputError(f"coder {coder.id!r} occurs twice", where=str(path), remedy="keep one of them")
        coders[coder.id] = coder
    return coders


def _read_coder(row: Any, where: str) -> Coder:
    if not isinstance(row, Mapping) or not all(isinstance(value, str) for value in row.values()):
        raise InputError(
            "is not a table of texts", where=where, remedy='write id = "...", role = "coder", description = "..."'
        )
    unknown = set(row) - set(Coder.__slots__)
    if unknown or "id" not in row:
        what = f"unknown key {', '.join(sorted(unknown))}" if unknown else "has no id"
        raise InputError(what, where=where, remedy="write id, role and description")
    coder = Coder(**row)
    try:
        check_coder_id(coder.id)
    except InputError as error:
        raise InputError(error.what, where=where, remedy=error.remedy) from error
    if coder.role not in ROLES:
        raise InputError(f"role {coder.role!r} is unknown", where=where, remedy=f"use one of {', '.join(ROLES)}")
    return coder
