"""The recurrent layers and the large products of the acceleration against torch's own, on random numbers."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from corpus_tools.language.acceleration import recurrent
from corpus_tools.language.acceleration.guard import StepsAside
from corpus_tools.language.acceleration.loading import imported_when_used
from corpus_tools.language.acceleration.products import Product, choose_precision, join_layers
from corpus_tools.language.acceleration.recurrent import LSTM

torch = pytest.importorskip("torch")

LENGTHS = {
    "one alone": [7],
    "of like length": [5, 5, 4, 4, 4],
    "falling": [9, 6, 6, 2, 1],
    "of one word": [1, 1, 1],
    "wider than a stretch": [3] * 40,
}


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def make_case(lengths: list[int], **options: Any) -> tuple[Any, Any, Any, Any, Any]:
    """A network, its input in packed order, how many sequences reach each step, initial states, torch's result."""
    network = torch.nn.LSTM(11, 8, **options).requires_grad_(False)
    sizes = np.array([sum(length > step for length in lengths) for step in range(max(lengths))])
    inputs = torch.randn(int(sizes.sum()), 11)
    shape = (network.num_layers * (2 if network.bidirectional else 1), 1, 8)
    initial = (torch.randn(shape), torch.randn(shape))
    packed = torch.nn.utils.rnn.PackedSequence(inputs, torch.from_numpy(sizes))
    states = tuple(part.repeat(1, len(lengths), 1) for part in initial)
    return network, inputs, sizes, initial, network(packed, states)[0].data


@pytest.mark.parametrize("ahead", [1, 16, 1024])
@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"bidirectional": True, "num_layers": 3}])
@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_states_are_those_of_torch_however_far_it_looks_ahead(
    lengths: list[int], options: dict[str, Any], ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recurrent, "AHEAD", ahead)
    network, inputs, sizes, initial, expected = make_case(lengths, **options)
    ours = LSTM(network, "float32", initial)
    for _ in range(2):  # what is read leaves no trace in the weights
        torch.testing.assert_close(ours.run_once(inputs, sizes), expected, atol=2e-6, rtol=0)


def test_rows_that_repeat_are_multiplied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network, _, sizes, _, _ = make_case([6, 5, 3], bidirectional=True)
    distinct, rows = torch.randn(4, 11), np.random.default_rng(0).integers(0, 4, int(sizes.sum()))
    ours = LSTM(network, "float32")
    expected = ours.run_once(distinct[rows], sizes)
    prepared = ours.prepare(distinct)
    monkeypatch.setattr(Product, "__call__", lambda *_: pytest.fail("multiplied again"))
    torch.testing.assert_close(ours.run(prepared, rows, sizes), expected)


@pytest.mark.parametrize(
    "network", [torch.nn.GRU(3, 2), torch.nn.LSTM(3, 4, proj_size=2), torch.nn.LSTM(3, 2, bias=False)]
)
def test_other_cells_are_stepped_aside_from(network: Any) -> None:
    with pytest.raises(StepsAside, match="cells of its own"):
        LSTM(network, "float32")


@pytest.mark.parametrize(("precision", "error"), [("float32", 1e-5), ("bfloat16", 0.02), ("int8", 0.02)])
def test_products_are_those_of_the_layers_up_to_rounding(precision: str, error: float) -> None:
    layers = [torch.nn.Linear(64, 20).requires_grad_(False), torch.nn.Linear(64, 12).requires_grad_(False)]
    inputs = torch.randn(50, 64) * torch.logspace(-3, 3, 50)[:, None]
    inputs[7] = 0
    expected = torch.cat([layer(inputs) for layer in layers], 1)
    product = join_layers(layers, precision)
    size = expected.abs().amax(1, keepdim=True)
    for found in (product(inputs), product(inputs, out=torch.empty(50, 32))):
        assert found.dtype == torch.float32
        assert float(((found - expected).abs() / size).max()) < error
    assert len(product(inputs[:0])) == 0


def test_fast_is_bfloat16_or_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    for has, expected in ((True, "bfloat16"), (False, "int8")):
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda has=has: has)
        assert choose_precision("fast") == expected
        assert choose_precision("exact") == "float32"


def test_an_import_waits_for_its_use_and_whoever_asks_where_it_is_from_does_not_hurry_it() -> None:
    sys.modules.pop("colorsys", None)
    with imported_when_used("colorsys", "no_such_module"):
        import colorsys

        assert colorsys.__file__.endswith("colorsys.py") and colorsys.__spec__.name == "colorsys"
        with pytest.raises(ImportError):
            __import__("no_such_module")
    assert "colorsys" not in sys.modules
    assert colorsys.hls_to_rgb(0.0, 1.0, 0.0) == (1.0, 1.0, 1.0)
    assert sys.modules["colorsys"] is not colorsys
    with imported_when_used("colorsys"):
        import colorsys as again
    assert again is sys.modules["colorsys"]
