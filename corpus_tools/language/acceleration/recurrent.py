"""Stanza's recurrent layers, read a few time steps at a time so that the processor's cache holds what they need.

An LSTM has two products: that of its inputs, which knows all rows at once, and that of its state, a time step after
the other. torch makes the first for all rows, then reads it back from memory. Here it is made for a few steps ahead,
and where rows repeat (the words of a batch) once for each distinct one. torch takes four times as long for a
hyperbolic tangent as for a logistic function, so ``tanh x = 2 s(2 x) - 1``: with the factors in the weights, a step is

    i, f, o, g = s(inputs + W h/2)
    2c = f 2c + 4 i (g - 1/2)
    h/2 = o (s(2c) - 1/2)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.guard import require
from corpus_tools.language.acceleration.products import Product, for_distinct, join_layers

__all__ = ["LSTM", "HighwayNetwork"]

AHEAD = 1_024
"""Rows whose inputs are multiplied at once: enough for the product, and they stay in the cache until they are read."""


class LSTM:
    """Stands for ``nn.LSTM`` in use, over rows in packed order.

    Parameters
    ----------
    network : torch.nn.LSTM
    precision : str
        Of the products of inputs, as `Product` has it; states are always in float32.
    initial : pair of torch.Tensor, optional
        Initial hidden and cell states, one for each layer and direction; zeros without it.

    Raises
    ------
    StepsAside
        The network is not torch's own, or not a plain one.
    """

    def __init__(self, network: Any, precision: str, initial: tuple[Any, Any] | None = None) -> None:
        import torch

        plain = type(network) is torch.nn.LSTM and network.bias and not network.proj_size
        require(plain, "the network has cells of its own")
        directions = 2 if network.bidirectional else 1
        shape = (network.num_layers, directions, network.hidden_size)
        hidden, cell = (part.detach().reshape(shape) for part in initial or (torch.zeros(shape), torch.zeros(shape)))
        self._layers = [
            [
                _Direction(network, layer, direction, precision, hidden[layer, direction], cell[layer, direction])
                for direction in range(directions)
            ]
            for layer in range(network.num_layers)
        ]

    def prepare(self, distinct: Any) -> list[Any]:
        """Multiply the inputs of distinct rows, for each direction of the first layer."""
        return [direction.product(distinct) for direction in self._layers[0]]

    def run(self, prepared: Sequence[Any], units: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Any:
        """Read rows that repeat.

        Parameters
        ----------
        prepared : list
            From `prepare`.
        units : array of int
            For each row in packed order, which of the distinct ones it is.
        sizes : array of int
            How many sequences reach each time step.

        Returns
        -------
        torch.Tensor
            Rows in packed order, in float32.
        """
        import torch

        rows = torch.from_numpy(units)
        found = _read(self._layers[0], [_Gathered(products, rows) for products in prepared], sizes)
        return self._run_further(found, sizes)

    def run_once(self, inputs: Any, sizes: npt.NDArray[np.int64]) -> Any:
        """Read rows that do not repeat, given in packed order, as `run` does."""
        found = _read(self._layers[0], [_Made(direction.product, inputs) for direction in self._layers[0]], sizes)
        return self._run_further(found, sizes)

    def _run_further(self, found: Any, sizes: npt.NDArray[np.int64]) -> Any:
        for layer in self._layers[1:]:
            found = _read(layer, [_Made(direction.product, found) for direction in layer], sizes)
        return found


class HighwayNetwork:
    """Stands for ``HighwayLSTM`` in use (nothing is dropped out).

    Parameters
    ----------
    network : stanza.models.common.hlstm.HighwayLSTM
    hidden, cell : torch.Tensor
        Initial states of all layers and directions.
    precision : str
        As in `LSTM`.

    Raises
    ------
    StepsAside
        The recurrent layers are not torch's own.
    """

    def __init__(self, network: Any, hidden: Any, cell: Any, precision: str) -> None:
        count, first = network.num_directions, for_distinct(precision)
        self._layers = [
            LSTM(
                layer.lstm, precision if place else first, (hidden[place : place + count], cell[place : place + count])
            )
            for layer, place in zip(network.lstm, range(0, count * network.num_layers, count), strict=True)
        ]
        self._bypasses = [
            join_layers([gate, highway], precision if place else first)
            for place, (gate, highway) in enumerate(zip(network.gate, network.highway, strict=True))
        ]
        self._function = network.highway_func

    def prepare(self, words: Any) -> tuple[list[Any], Any]:
        """Compute what depends on a distinct word alone.

        Parameters
        ----------
        words : torch.Tensor
            The inputs of distinct words, one a row.
        """
        return self._layers[0].prepare(words), self._bypass(0, words)

    def run(self, prepared: tuple[list[Any], Any], units: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Any:
        """Read words that repeat, as `LSTM.run` does."""
        products, beside = prepared
        state = self._layers[0].run(products, units, sizes).add_(beside[units])
        for number, layer in enumerate(self._layers[1:], 1):
            beside = self._bypass(number, state)
            state = layer.run_once(state, sizes).add_(beside)
        return state

    def _bypass(self, number: int, inputs: Any) -> Any:
        gate, highway = self._bypasses[number](inputs).chunk(2, 1)
        return gate.sigmoid_() * (highway if self._function is None else self._function(highway))


class _Direction:
    """One direction of one layer: its weights with the factors of this file in them, gates in the order i, f, o, g."""

    def __init__(self, network: Any, layer: int, direction: int, precision: str, hidden: Any, cell: Any) -> None:
        import torch

        ending = f"l{layer}" + ("_reverse" if direction else "")
        size = network.hidden_size
        order = torch.cat([torch.arange(2 * size), torch.arange(3 * size, 4 * size), torch.arange(2 * size, 3 * size)])
        factor = torch.ones(4 * size)
        factor[3 * size :] = 2
        weights, biases = (
            [getattr(network, f"{kind}_{side}_{ending}").detach()[order] for side in ("ih", "hh")]
            for kind in ("weight", "bias")
        )
        self.product = Product(weights[0] * factor[:, None], (biases[0] + biases[1]) * factor, precision)
        self.recurrent = (2 * weights[1] * factor[:, None]).t().contiguous()
        self.half_hidden, self.double_cell = hidden / 2, cell * 2
        self.reverse = direction == 1


class _Gathered:
    """Products that were made of distinct rows."""

    def __init__(self, products: Any, rows: Any) -> None:
        self._products, self._rows = products, rows

    def take(self, first: int, stop: int, space: Any) -> Any:
        import torch

        return torch.index_select(self._products, 0, self._rows[first:stop], out=space)


class _Made:
    """Products that are made when they are needed."""

    def __init__(self, product: Product, inputs: Any) -> None:
        self._product, self._inputs = product, inputs

    def take(self, first: int, stop: int, space: Any) -> Any:
        return self._product(self._inputs[first:stop], out=space)


def _read(layer: Sequence[_Direction], sources: Sequence[Any], sizes: npt.NDArray[np.int64]) -> Any:
    """Read all directions of a layer; the two halves of the result stand beside each other."""
    import torch

    steps = sizes.tolist()
    width = layer[0].recurrent.shape[0]
    found = torch.empty(sum(steps), width * len(layer))
    space = torch.empty(max(AHEAD, steps[0]), 4 * width)
    for direction, source, part in zip(layer, sources, torch.split(found, width, 1), strict=True):
        _read_direction(direction, source, steps, part, space)
    return found.mul_(2)


def _read_direction(direction: _Direction, source: Any, steps: list[int], found: Any, space: Any) -> None:
    """Write half the hidden states of one direction to `found`."""
    import torch

    # Rows that no step has reached hold the initial states: backwards, sequences begin one after the other.
    cells = direction.double_cell.repeat(steps[0], 1)
    hidden = direction.half_hidden.repeat(steps[0], 1)
    squashed = torch.empty_like(cells)
    size, state, recurrent = 0, hidden[:0], direction.recurrent
    for first, rows in _plan(steps, reverse=direction.reverse):
        stop = first + sum(rows)
        block = source.take(first, stop, space[: stop - first])
        parts = [torch.split(part, rows) for part in (block, *block.chunk(4, 1), found[first:stop])]
        inside = list(zip(rows, *parts, strict=True))
        for count, gates, entry, forget, output, change, half in reversed(inside) if direction.reverse else inside:
            if count != size:
                hidden[:size] = state
                size = count
                state, cell, activation = hidden[:size], cells[:size], squashed[:size]
            gates.addmm_(state, recurrent).sigmoid_()
            cell.mul_(forget).addcmul_(entry, change.sub_(0.5), value=4)
            torch.sigmoid(cell, out=activation)
            state = torch.mul(output, activation.sub_(0.5), out=half)


def _plan(steps: list[int], *, reverse: bool) -> Iterator[tuple[int, list[int]]]:
    """Cut the time steps into stretches of at most `AHEAD` rows: where each begins, and the rows of its steps."""
    stretches: list[tuple[int, list[int]]] = []
    start = 0
    for size in steps:
        if not stretches or start + size > stretches[-1][0] + AHEAD:
            stretches.append((start, []))
        stretches[-1][1].append(size)
        start += size
    yield from reversed(stretches) if reverse else stretches
