"""The state of a training that is not the model: averaged weights, random generators, files that survive a kill."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class Averager:
    """Exponential moving average of a model's trained weights.

    Early on the window is short (``(1 + n) / (10 + n)``), so that the average does not remember the starting weights.
    """

    def __init__(self, model: nn.Module, decay: float = 0.998) -> None:
        self.decay = decay
        self.updates = 0
        self.weights = {name: value.detach().clone() for name, value in trained_weights(model)}

    def update(self, model: nn.Module) -> None:
        """Take the model's present weights into the average."""
        self.updates += 1
        keep = min(self.decay, (1 + self.updates) / (10 + self.updates))
        with torch.no_grad():
            for name, value in trained_weights(model):
                self.weights[name].lerp_(value, 1 - keep)

    def swap(self, model: nn.Module) -> None:
        """Exchange the model's weights and the average; a second call undoes the first."""
        with torch.no_grad():
            for name, value in trained_weights(model):
                held = value.detach().clone()
                value.copy_(self.weights[name])
                self.weights[name] = held


def trained_weights(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield name and value of every weight that is trained; frozen vectors are not."""
    return ((name, value.data) for name, value in model.named_parameters() if value.requires_grad)


def load_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Set the trained weights of a model."""
    with torch.no_grad():
        for name, value in trained_weights(model):
            value.copy_(weights[name])


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` write a file, so that a kill at any moment leaves the old one or the new one, never half of one."""
    temporary = path.with_name(path.name + ".tmp")
    write(temporary)
    os.replace(temporary, path)


def seed_everything(seed: int) -> None:
    """Seed the global generators, which Stanza draws from.

    To be called in a training's own process, before a learner is built.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def noise_state() -> dict[str, Any]:
    """Return the state of the global generators, as values that ``torch.load(weights_only=True)`` reads."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    version, words, gauss_next = random.getstate()
    numbers = torch.tensor(np.asarray(keys, dtype=np.int64))
    return {
        "torch": torch.get_rng_state(),
        "numpy": [str(kind), numbers, int(position), int(has_gauss), float(gauss)],
        "python": [version, list(words), gauss_next],
    }


def restore_noise(state: Mapping[str, Any]) -> None:
    """Set the global generators to a state that :func:`noise_state` returned."""
    kind, keys, position, has_gauss, gauss = state["numpy"]
    version, words, gauss_next = state["python"]
    torch.set_rng_state(state["torch"])
    np.random.set_state((kind, keys.numpy().astype(np.uint32), position, has_gauss, gauss))
    random.setstate((version, tuple(words), gauss_next))
