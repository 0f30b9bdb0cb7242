"""The training loop: one for every model, resumable to the bit.

A *learner* knows its model, its data and its score; this room knows the rest: the learning rate, the average of the
weights (what is scored and kept), checkpoints, progress. A killed run continues where its last checkpoint stands, with
the same batches in the same order, and ends with the weights that an unbroken run has.

>>> rates = Schedule(steps=1000, peak=0.001)
>>> [round(rates.rate(step), 6) for step in (0, 199, 300, 650, 1000)]
[5e-06, 0.001, 0.001, 0.00051, 2e-05]
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from corpus_tools.language.training.state import (
    Averager,
    load_weights,
    noise_state,
    restore_noise,
    seed_everything,
    trained_weights,
    write_atomically,
)
from corpus_tools.text.errors import InputError


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rate: linear warm-up, a plateau, then half a cosine down to a small rest.

    Parameters
    ----------
    steps : int
        Number of updates.
    peak : float
        Highest rate.
    warmup : int
        Updates until the peak.
    hold : float
        Share of the steps before the decay begins.
    floor : float
        Rate at the end, as a share of the peak.
    """

    steps: int
    peak: float
    warmup: int = 200
    hold: float = 0.3
    floor: float = 0.02

    def rate(self, step: int) -> float:
        """Return the rate of update number `step` (from 0)."""
        rising = min(1.0, (step + 1) / self.warmup)
        done = step / self.steps
        if done < self.hold:
            return self.peak * rising
        falling = 0.5 * (1 + math.cos(math.pi * (done - self.hold) / (1 - self.hold)))
        return self.peak * rising * (falling * (1 - self.floor) + self.floor)


class Learner(Protocol):
    """What :func:`fit` needs to know of a model that is to be trained."""

    model: nn.Module

    def batches(self, epoch: int) -> Iterable[Any]:
        """Return one pass over the data; its order may depend on the global seeds and `epoch` only."""

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of a batch, ready for ``backward()``."""

    def evaluate(self) -> Mapping[str, float]:
        """Return scores in percent; the first is the one to raise."""

    def save(self, path: Path) -> None:
        """Write the model in Stanza's own form."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: everything that two runs must share to continue each other."""

    schedule: Schedule
    beta2: float = 0.98
    weight_decay: float = 1e-4
    clip: float = 1.0
    averaging: float = 0.998
    evaluate_every: int = 400
    checkpoint_every: int = 100
    seed: int = 1234


def fit(learner: Learner, recipe: Recipe, *, folder: Path, name: str, progress: bool = True) -> Path:
    """Train, or continue to train, and return the file of the best weights.

    Parameters
    ----------
    learner : Learner
        Model, data and score.
    recipe : Recipe
        Schedule and constants.
    folder : Path
        Where ``<name>.pt`` (best averaged weights), ``<name>.checkpoint`` and ``<name>.history.jsonl`` are kept.
    name : str
        Name of the model among those trained in `folder`.
    progress : bool
        Whether to show a bar on stderr.

    Raises
    ------
    InputError
        The checkpoint in `folder` belongs to another recipe.
    FloatingPointError
        The loss is not finite.
    """
    run = _Run(learner, recipe, folder, name)
    run.resume()
    steps = recipe.schedule.steps
    with tqdm(total=steps, initial=run.step, desc=name, unit="step", disable=not progress) as bar:
        while run.step < steps:
            run.update()
            bar.update()
            if run.step % recipe.evaluate_every == 0 or run.step == steps:
                bar.set_postfix(run.evaluate())
            if run.step % recipe.checkpoint_every == 0 or run.step == steps:
                run.checkpoint()
    return run.best_file


class _Run:
    """The state of a training: weights, optimiser, average, place in the data, best score."""

    def __init__(self, learner: Learner, recipe: Recipe, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.learner, self.recipe = learner, recipe
        self.best_file = folder / f"{name}.pt"
        self.checkpoint_file = folder / f"{name}.checkpoint"
        self.history_file = folder / f"{name}.history.jsonl"
        self.parameters = [p for p in learner.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=0.0, betas=(0.9, recipe.beta2), weight_decay=recipe.weight_decay
        )
        seed_everything(recipe.seed)
        self.average = Averager(learner.model, recipe.averaging)
        self.step = self.epoch = self.place = 0
        self.best = -math.inf
        self.losses: list[float] = []
        self.stream: Iterator[Any] = iter(())

    def update(self) -> None:
        batch = self._next_batch()
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.schedule.rate(self.step)
        self.learner.model.train()
        self.optimizer.zero_grad()
        loss = self.learner.loss(batch)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss of step {self.step + 1} is {loss.item()}; lower the learning rate")
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, self.recipe.clip)
        self.optimizer.step()
        self.average.update(self.learner.model)
        self.losses.append(loss.item())
        self.step += 1

    def evaluate(self) -> dict[str, float]:
        """Score the averaged weights and keep them when they are the best so far."""
        noise = noise_state()  # scoring must not move the random numbers of the training
        self.average.swap(self.learner.model)
        self.learner.model.eval()
        with torch.no_grad():
            scores = {key: round(float(value), 3) for key, value in self.learner.evaluate().items()}
        if (criterion := next(iter(scores.values()))) > self.best:
            self.best = criterion
            write_atomically(self.best_file, self.learner.save)
        self.average.swap(self.learner.model)
        restore_noise(noise)
        self._remember(scores)
        return scores

    def checkpoint(self) -> None:
        state = {
            "recipe": repr(self.recipe), "step": self.step, "epoch": self.epoch, "place": self.place,
            "best": self.best, "losses": self.losses, "model": dict(trained_weights(self.learner.model)),
            "optimizer": self.optimizer.state_dict(), "average": self.average.weights,
            "updates": self.average.updates, "noise": noise_state(),
        }  # fmt: skip
        write_atomically(self.checkpoint_file, lambda path: torch.save(state, path))

    def resume(self) -> None:
        """Continue from the checkpoint, if there is one: same weights, same place in the data, same noise."""
        if not self.checkpoint_file.exists():
            return
        state = torch.load(self.checkpoint_file, weights_only=True)
        if state["recipe"] != repr(self.recipe):
            raise InputError(
                "this training was begun with another recipe",
                where=str(self.checkpoint_file),
                remedy="give the same arguments, another --out, or delete this file",
            )
        load_weights(self.learner.model, state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.weights, self.average.updates = state["average"], state["updates"]
        self.step, self.best, self.losses = state["step"], state["best"], state["losses"]
        if self.step < self.recipe.schedule.steps:
            self._fast_forward(state["epoch"], state["place"])
        restore_noise(state["noise"])

    def _next_batch(self) -> Any:
        for _ in range(2):
            batch = next(self.stream, None)
            if batch is not None:
                self.place += 1
                return batch
            self._open_epoch(self.epoch + 1)
        raise InputError("no batch to train on", where=self.best_file.stem, remedy="give more training data")

    def _open_epoch(self, epoch: int) -> None:
        seed_everything(self.recipe.seed + epoch)
        self.epoch, self.place = epoch, 0
        self.stream = iter(self.learner.batches(epoch))

    def _fast_forward(self, epoch: int, place: int) -> None:
        if epoch:
            self._open_epoch(epoch)
        for _ in range(place):
            self._next_batch()

    def _remember(self, scores: Mapping[str, float]) -> None:
        mean = sum(self.losses) / max(1, len(self.losses))
        self.losses = []
        with self.history_file.open("a", encoding="utf-8") as history:
            history.write(json.dumps({"step": self.step, "loss": round(mean, 4), **scores}) + "\n")
