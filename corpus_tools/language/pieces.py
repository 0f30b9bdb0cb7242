"""Pieces of words, with vectors: what a word that a package has no vector for is made of.

A table of pieces lies under `pieces/` for an embedded package (`PACKAGE-LANGUAGE.npz`), and in a package of one's own
as `LANGUAGE/pieces.npz`. Its vectors stand in the space of the package's word vectors, whose words it does not repeat:
a word is cut by both together. Pieces inside a word begin with `##`, as BERT's WordPiece writes them (Wu et al. 2016,
*Google's Neural Machine Translation System*). `corpus_tools.language.training.pieces` makes such tables.
"""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Container, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from corpus_tools.language.models import EMBEDDED
from corpus_tools.text.errors import InputError

__all__ = ["INSIDE", "Pieces", "cut_word", "load_pieces", "read_pieces", "split_parts", "write_pieces"]

INSIDE = "##"
"""The mark of a piece that does not begin a word."""

_LONGEST = 100  # characters of a word that is cut: what is longer, an address or a slip, means nothing
_STEPS = 127  # of int8, on either side of 0
_NO_WORD = re.compile(r"[\W_]+")


class Pieces(NamedTuple):
    """Names of pieces, and their vectors: an array of shape (pieces, dimensions)."""

    names: tuple[str, ...]
    table: np.ndarray[Any, np.dtype[np.float32]]


def cut_word(word: str, known: Container[str]) -> list[str]:
    """Cut a word into known pieces, each the longest that there is; no pieces where a stretch is in none.

    Parameters
    ----------
    word
        In lower case.
    known
        Names of pieces; those inside a word with `INSIDE` before them.

    Examples
    --------
    >>> cut_word("unborn", {"un", "unb", "born", "##born", "##or", "##orn"})
    ['unb', '##orn']
    >>> cut_word("unborn", {"un", "born"})
    []
    """
    pieces: list[str] = []
    start = 0 if len(word) <= _LONGEST else len(word)
    while start < len(word):
        mark = INSIDE if start else ""
        ends = (end for end in range(len(word), start, -1) if mark + word[start:end] in known)
        end = next(ends, None)
        if end is None:
            return []
        pieces.append(mark + word[start:end])
        start = end
    return pieces


def split_parts(word: str) -> list[str]:
    """Split a word at what is neither letter nor digit, and take its accents off, as BERT does.

    Examples
    --------
    >>> split_parts("don’t"), split_parts("#pro_life"), split_parts("élysée"), split_parts("…")
    (['don', 't'], ['pro', 'life'], ['elysee'], [])
    """
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")
    return [part for part in _NO_WORD.split(word) if part]


@lru_cache(maxsize=4)
def load_pieces(folder: Path, language: str = "en") -> Pieces | None:
    """Load the pieces that belong to a package folder's word vectors; None where there are none."""
    own = folder / language / "pieces.npz"
    embedded = Path(__file__).with_name("pieces") / f"{folder.name}-{language}.npz"
    files = [own, *([embedded] if folder.resolve().parent == EMBEDDED.resolve() else [])]
    return next((read_pieces(file) for file in files if file.is_file()), None)


def read_pieces(file: Path) -> Pieces:
    """Read a table of pieces.

    Raises
    ------
    InputError
        The file is none.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            names = tuple(stored["names"].tobytes().decode("ascii").split("\n"))
            table = stored["values"].astype(np.float32) * stored["scales"].astype(np.float32)
        if table.ndim != 2 or len(names) != len(table):
            raise ValueError(f"{len(names)} names and an array of shape {table.shape}")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        remedy = "make it again with `corpus-tools models pieces`, or install corpus_tools again"
        raise InputError(f"is no table of pieces ({error})", where=str(file), remedy=remedy) from error
    return Pieces(names, table)


def write_pieces(names: Sequence[str], table: np.ndarray[Any, Any], out: Path) -> Path:
    """Write a table of pieces in 8-bit integers, one scale a dimension; the same table gives the same bytes."""
    scales = np.maximum(np.abs(table).max(axis=0), np.finfo(np.float32).tiny) / _STEPS
    temporary = out.with_name(out.name + ".tmp")
    with temporary.open("wb") as stream:  # given a name, numpy would add an ending to it
        np.savez_compressed(
            stream,
            names=np.frombuffer("\n".join(names).encode("ascii"), dtype=np.uint8),
            values=np.rint(table / scales).astype(np.int8),
            scales=scales.astype(np.float32),
        )
    os.replace(temporary, out)
    return out
