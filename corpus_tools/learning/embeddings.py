"""Embeddings of units, remembered by the hash of their text: each text goes through the model once.

Vectors are kept in half precision, in memory for the life of the process and, where a cache folder is known, on disk.
A file is a row of records of one size, a key and its vectors, only ever appended to; what is torn at its end is
dropped. The name of the file is a hash of the model and of how the vectors are made.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from corpus_tools.learning.encoder import Array, Encoder, Request, find_model, load_encoder

VERSION = 1
"""Of the recipe in `corpus_tools.learning.encoder`; raise it with every change of what the vectors are."""
_KEY = 32


class Embeddings:
    """The vectors of one model, remembered.

    Parameters
    ----------
    folder
        The model.
    cache
        Folder for the file of vectors; None keeps them in memory only.
    """

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.folder = folder
        self.file: Path | None = None
        self._known: dict[bytes, Array] = {}
        if cache is not None:
            self.file = cache / "embeddings" / f"{_identity(folder)}.bin"
            self._known = self._read()

    def vectors(self, requests: Sequence[Request], *, keep: bool = True) -> Array:
        """Return the vectors of the requests, shape (requests, 3, layers, size); see `Encoder.encode`.

        Without `keep` what had to be computed is not remembered.
        """
        keys = [_key(request) for request in requests]
        wanted = {key: request for key, request in zip(keys, requests, strict=True) if key not in self._known}
        fresh = self._encode(wanted)
        known = {**self._known, **fresh} if not keep else self._known
        if keep:
            self._remember(fresh)
        if not keys:
            return np.zeros((0, *self.shape), dtype=np.float32)
        return np.stack([known[key] for key in keys]).astype(np.float32)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of the vectors of one request."""
        return 3, len(self._encoder.layers), self._encoder.size

    @property
    def _encoder(self) -> Encoder:
        return load_encoder(self.folder)

    def _encode(self, wanted: Mapping[bytes, Request]) -> dict[bytes, Array]:
        names = list(wanted)
        found = self._encoder.encode([wanted[name] for name in names]) if names else ()
        return {names[number]: vectors.astype(np.float16) for number, vectors in found}

    def _remember(self, fresh: Mapping[bytes, Array]) -> None:
        self._known |= fresh
        if self.file is not None and fresh:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("ab") as out:
                out.write(b"".join(key + vectors.tobytes() for key, vectors in fresh.items()))

    def _read(self) -> dict[bytes, Array]:
        if self.file is None or not self.file.exists():
            return {}
        content = self.file.read_bytes()
        size = int(np.prod(self.shape)) * 2
        last = len(content) - len(content) % (_KEY + size)
        if last < len(content):  # a writer was stopped in the middle of a record
            os.truncate(self.file, last)
        return {
            content[at : at + _KEY]: np.frombuffer(content, np.float16, size // 2, at + _KEY).reshape(self.shape)
            for at in range(0, last, _KEY + size)
        }


def open_embeddings(
    model: str | os.PathLike[str] | None = None, cache: str | os.PathLike[str] | None = None
) -> Embeddings:
    """Return the embeddings of a model (see `find_model`); one object a model and cache, for the whole process."""
    return _open(find_model(model).resolve(), Path(cache).resolve() if cache is not None else None)


@lru_cache(maxsize=8)
def _open(folder: Path, cache: Path | None) -> Embeddings:
    return Embeddings(folder, cache)


@lru_cache(maxsize=8)
def _identity(folder: Path) -> str:
    """Hash of the model's small files, of the sizes of the large ones, and of the recipe."""
    made = hashlib.sha256(f"recipe {VERSION}".encode())
    for file in sorted(f for f in folder.iterdir() if f.is_file()):
        size = file.stat().st_size
        made.update(f"{file.name} {size} ".encode())
        with file.open("rb") as content:
            if size > 1 << 20:
                content.seek(size - (1 << 20))
            made.update(content.read(1 << 20))
    return made.hexdigest()[:24]


def _key(request: Request) -> bytes:
    return hashlib.sha256(f"{request.span}\0{request.text}".encode("utf-8", "surrogatepass")).digest()
