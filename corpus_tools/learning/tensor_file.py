"""Arrays from a file that `torch.save` wrote, without torch: importing it takes longer than all else that is read.

The file is a row of pickles, and after them the numbers of each array. An unpickler that knows six harmless names and
refuses every other reads them, as `torch.load(weights_only=True)` does; the newer form, a zip file, is left to torch.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from corpus_tools.text.errors import InputError

__all__ = ["read_tensors"]

Array = np.ndarray[Any, Any]
_MAGIC = 0x1950A86A20F9469CFC6C
_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "LongStorage": "<i8", "IntStorage": "<i4"}


def read_tensors(path: Path) -> Any:
    """Return what was saved, arrays of numpy in the place of tensors.

    Raises
    ------
    InputError
        When the file names anything that is no plain data.
    """
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            import torch

            return torch.load(path, map_location="cpu", weights_only=True)
        stream.seek(0)
        try:
            return _read_legacy(stream)
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError) as error:
            remedy = "take the file from the package again"
            raise InputError(f"is no file of arrays ({error})", where=str(path), remedy=remedy) from error


def _read_legacy(stream: BinaryIO) -> Any:
    magic, _, _ = (_Reader(stream).load() for _ in range(3))
    if magic != _MAGIC:
        raise pickle.UnpicklingError("it does not begin as torch's files do")
    reader = _Reader(stream)
    saved = reader.load()
    for key in _Reader(stream).load():
        storage = reader.storages[str(key)]
        count = int.from_bytes(stream.read(8), "little")
        storage[:] = np.frombuffer(stream.read(count * storage.itemsize), dtype=storage.dtype)
    return saved


class _Reader(pickle.Unpickler):
    """Reads plain data and arrays; the arrays are views of storages that are filled afterwards."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, Array] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _view,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any) -> Array:
        _, kind, key, _, count, *_ = pid
        return self.storages.setdefault(str(key), np.zeros(int(count), dtype=kind))


def _view(storage: Array, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> Array:
    steps = [step * storage.itemsize for step in stride]
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if min((offset, *stride), default=0) < 0 or (0 not in size and last >= len(storage)):
        raise pickle.UnpicklingError("an array reaches beyond its numbers")
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps)
