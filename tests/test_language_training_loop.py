"""The training loop on a model of four weights: schedule, averaging, and a killed run that ends as an unbroken one."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from corpus_tools.language.acceleration.biaffine import matrix_biaffine  # noqa: E402  torch may be absent
from corpus_tools.language.training.loop import Recipe, Schedule, fit  # noqa: E402
from corpus_tools.language.training.state import Averager, seed_everything  # noqa: E402
from corpus_tools.language.training.weights import match_columns, warm_start  # noqa: E402
from corpus_tools.text.errors import InputError  # noqa: E402

RECIPE = Recipe(Schedule(steps=50, peak=0.05, warmup=5), evaluate_every=10, checkpoint_every=5)


class Line:
    """A line to be fitted, with everything random that Stanza's learners have: order, noise, dropout."""

    def __init__(self, *, fatal_step: int | None = None) -> None:
        seed_everything(3)
        self.model = torch.nn.Sequential(torch.nn.Dropout(0.2), torch.nn.Linear(3, 1))
        self.items = [torch.randn(3) for _ in range(12)]
        self.fatal_step = fatal_step
        self.steps = 0

    def batches(self, epoch: int) -> Iterator[torch.Tensor]:
        items = random.sample(self.items, len(self.items))
        return (torch.stack(items[i : i + 4]) + random.random() for i in range(0, 12, 4))

    def loss(self, batch: torch.Tensor) -> torch.Tensor:
        self.steps += 1
        if self.steps == self.fatal_step:
            signal.raise_signal(signal.SIGKILL)
        return ((self.model(batch).squeeze(1) - batch.sum(1)) ** 2).mean()

    def evaluate(self) -> Mapping[str, float]:
        random.random(), torch.rand(5)  # scoring draws random numbers, which must not disturb the training
        batch = torch.stack(self.items)
        return {"fit": -float(((self.model(batch).squeeze(1) - batch.sum(1)) ** 2).mean())}

    def save(self, path: Path) -> None:
        torch.save(self.model.state_dict(), path)


@pytest.mark.parametrize(
    ("step", "expected"),
    [(0, 0.0001), (9, 0.001), (299, 0.001), (300, 0.001), (650, 0.00051), (1000, 0.00002)],
)
def test_rates(step: int, expected: float) -> None:
    assert Schedule(steps=1000, peak=0.001, warmup=10).rate(step) == pytest.approx(expected)


def test_the_average_follows_the_weights() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 0.0)
    average = Averager(model, decay=0.5)
    torch.nn.init.constant_(model.weight, 1.0)
    average.update(model)  # (1 + 1) / (10 + 1) of the old value is kept
    assert average.weights["weight"].item() == pytest.approx(1 - 2 / 11)
    for _ in range(20):
        average.update(model)
    assert average.weights["weight"].item() == pytest.approx(1.0, abs=1e-4)
    average.swap(model)
    assert average.weights["weight"].item() == 1.0
    average.swap(model)
    assert model.weight.item() == 1.0


def test_frozen_weights_are_not_averaged() -> None:
    model = torch.nn.Linear(2, 2)
    model.bias.requires_grad_(False)
    assert list(Averager(model).weights) == ["weight"]


def test_the_loop_learns(tmp_path: Path) -> None:
    learner = Line()
    with torch.no_grad():
        before = learner.evaluate()["fit"]
    best = fit(learner, RECIPE, folder=tmp_path, name="line", progress=False)
    history = [json.loads(line) for line in (tmp_path / "line.history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in history] == [10, 20, 30, 40, 50]
    assert history[-1]["fit"] > before / 2
    learner.model.load_state_dict(torch.load(best, weights_only=True))
    learner.model.eval()
    with torch.no_grad():
        score = learner.evaluate()["fit"]
    assert score == pytest.approx(max(row["fit"] for row in history), abs=1e-3)


@pytest.mark.parametrize("fatal_step", [1, 6, 23, 50])
@pytest.mark.slow
def test_a_killed_run_ends_as_an_unbroken_one(tmp_path: Path, fatal_step: int) -> None:
    unbroken = Line()
    fit(unbroken, RECIPE, folder=tmp_path / "unbroken", name="line", progress=False)
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_language_training_loop import RECIPE, Line, fit
fit(Line(fatal_step={fatal_step}), RECIPE, folder=Path({str(tmp_path / "killed")!r}), name="line", progress=False)
"""
    assert subprocess.run([sys.executable, "-c", script]).returncode == -signal.SIGKILL
    resumed = Line()
    fit(resumed, RECIPE, folder=tmp_path / "killed", name="line", progress=False)
    assert resumed.steps <= 50 - 5 * ((fatal_step - 1) // 5)
    for name, weight in unbroken.model.state_dict().items():
        assert torch.equal(weight, resumed.model.state_dict()[name])
    best = [torch.load(tmp_path / kind / "line.pt", weights_only=True) for kind in ("unbroken", "killed")]
    assert all(torch.equal(best[0][name], best[1][name]) for name in best[0])


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    fit(Line(), RECIPE, folder=tmp_path, name="line", progress=False)
    again = Line()
    fit(again, RECIPE, folder=tmp_path, name="line", progress=False)
    assert again.steps == 0


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    fit(Line(), RECIPE, folder=tmp_path, name="line", progress=False)
    longer = Recipe(Schedule(steps=60, peak=0.05, warmup=5))
    with pytest.raises(InputError, match="begun with another recipe"):
        fit(Line(), longer, folder=tmp_path, name="line", progress=False)


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path: Path) -> None:
    learner = Line()
    learner.items[0][0] = float("nan")
    with pytest.raises(FloatingPointError, match="the loss of step"):
        fit(learner, RECIPE, folder=tmp_path, name="line", progress=False)


def test_old_columns_go_to_their_new_places() -> None:
    blocks = match_columns([("word", 2), ("chars", 1)], [("vectors", 1), ("word", 2), ("chars", 1)])
    assert blocks == [(0, 1, 2), (2, 3, 1)]
    old, new = torch.nn.Linear(3, 2), torch.nn.Linear(4, 2)
    first = new.weight.detach().clone()
    assert warm_start(new, old.state_dict(), blocks) == 2
    assert torch.equal(new.weight[:, 1:], old.weight)
    assert torch.allclose(new.weight[:, 0], 0.3 * first[:, 0])
    assert torch.equal(new.bias, old.bias)


def test_the_biaffine_product_is_the_same() -> None:
    from stanza.models.common.biaffine import BiaffineScorer

    seed_everything(0)
    scorer = BiaffineScorer(5, 4, 3)
    torch.nn.init.normal_(scorer.W_bilin.weight)
    torch.nn.init.normal_(scorer.W_bilin.bias)
    inputs = torch.randn(2, 6, 5), torch.randn(2, 6, 4)
    expected = scorer(*inputs)
    original = BiaffineScorer.forward
    with matrix_biaffine():
        assert BiaffineScorer.forward is not original
        assert torch.allclose(scorer(*inputs), expected, atol=1e-5)
    assert BiaffineScorer.forward is original
