"""Old weights in new models.

A model that gets word vectors has more input columns than the one trained before without them. Everything that has
kept its shape is copied; in matrices over the input, the old columns are copied to their new places and the new
columns start small, so that training goes on from the old score instead of from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

Layout = Sequence[tuple[str, int]]
"""The parts of a model's input in order: name and width."""

Block = tuple[int, int, int]
"""First old column, first new column, width."""

NEW_COLUMNS = 0.3  # share of the usual initial size: the new input must not drown the trained one


def read_model(path: Path) -> dict[str, Any]:
    """Read a model file of Stanza; tensors and plain values only, no code is run."""
    content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return content


def match_columns(old: Layout, new: Layout) -> list[Block]:
    """Return where the parts that both layouts have in equal width lie.

    >>> match_columns([("word", 75), ("chars", 125)], [("word", 75), ("vectors", 125), ("chars", 125)])
    [(0, 0, 75), (75, 200, 125)]
    """
    places = dict(_places(old))
    return [(places[part], start, part[1]) for part, start in _places(new) if part in places]


def warm_start(model: nn.Module, weights: Mapping[str, Tensor], blocks: Sequence[Block]) -> int:
    """Copy `weights` into `model` as far as they fit; return the number of tensors that were taken over."""
    state = model.state_dict()
    taken = 0
    with torch.no_grad():
        for name in state.keys() & weights.keys():
            taken += _copy(state[name], weights[name].float(), blocks)
    return taken


def _places(layout: Layout) -> Iterator[tuple[tuple[str, int], int]]:
    start = 0
    for name, width in layout:
        yield (name, width), start
        start += width


def _copy(new: Tensor, old: Tensor, blocks: Sequence[Block]) -> bool:
    if new.shape == old.shape:
        new.copy_(old)
    elif new.dim() == old.dim() == 1 and blocks:
        new.zero_()
        for source, target, width in blocks:
            new[target : target + width] = old[source : source + width]
    elif new.dim() == old.dim() == 2 and new.shape[0] == old.shape[0] and blocks:
        new.mul_(NEW_COLUMNS)
        for source, target, width in blocks:
            new[:, target : target + width] = old[:, source : source + width]
    else:
        return False
    return True
