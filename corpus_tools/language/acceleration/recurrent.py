"""Stanza's highway network, where the words of a bucket repeat: what depends on the word alone is computed once."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.buckets import Bucket
from corpus_tools.language.acceleration.guard import require

__all__ = ["HighwayNetwork", "run_lstm"]


def run_lstm(network: Any, inputs: Any, bucket: Bucket, initial: tuple[Any, Any]) -> Any:
    """Run an ``nn.LSTM`` over the rows of a bucket.

    Parameters
    ----------
    network : torch.nn.LSTM
    inputs : torch.Tensor
        Rows in packed order.
    bucket : Bucket
    initial : pair of torch.Tensor
        Initial hidden and cell state of one sentence.

    Returns
    -------
    torch.Tensor
        Rows in packed order.
    """
    import torch
    from torch.nn.utils.rnn import PackedSequence

    count = len(bucket.sentences)
    state = tuple(part.expand(part.shape[0], count, part.shape[2]).contiguous() for part in initial)
    return network(PackedSequence(inputs, torch.from_numpy(bucket.sizes)), state)[0].data


class HighwayNetwork:
    """Stands for ``HighwayLSTM`` in use (nothing is dropped out).

    Parameters
    ----------
    network : stanza.models.common.hlstm.HighwayLSTM
    hidden, cell : torch.Tensor
        Initial states of all layers and directions.
    dtype : torch.dtype
        Of all products.

    Raises
    ------
    StepsAside
        The recurrent layers are not torch's own.
    """

    def __init__(self, network: Any, hidden: Any, cell: Any, dtype: Any) -> None:
        import torch

        require(all(type(layer.lstm) is torch.nn.LSTM for layer in network.lstm), "the network has cells of its own")
        directions = network.num_directions
        self._dtype = dtype
        self._layers = [copy.deepcopy(layer.lstm).to(dtype) for layer in network.lstm]
        self._initial = [
            tuple(part[start : start + directions].detach().to(dtype) for part in (hidden, cell))
            for start in range(0, directions * network.num_layers, directions)
        ]
        self._bypasses = [
            tuple(torch.cat(parts).detach().t().contiguous().to(dtype) if parts[0].dim() == 2 else
                  torch.cat(parts).detach().to(dtype)
                  for parts in ((gate.weight, highway.weight), (gate.bias, highway.bias)))
            for gate, highway in zip(network.gate, network.highway, strict=True)
        ]  # fmt: skip
        self._function = network.highway_func

    def prepare(self, words: Any) -> tuple[Any, Any]:
        """Compute what depends on a distinct word alone.

        Parameters
        ----------
        words : torch.Tensor
            The inputs of distinct words, one a row.
        """
        words = words.to(self._dtype)
        return words, self._bypass(0, words)

    def run(self, prepared: tuple[Any, Any], units: npt.NDArray[np.int64], bucket: Bucket) -> Any:
        """Read a bucket.

        Parameters
        ----------
        prepared : tuple
            From `prepare`.
        units : array of int
            For each row in packed order, which of the distinct words it is.
        bucket : Bucket

        Returns
        -------
        torch.Tensor
            Rows in packed order.
        """
        import torch

        rows = torch.from_numpy(units)
        state, beside = prepared[0][rows], prepared[1][rows]
        for number, layer in enumerate(self._layers):
            if number:
                beside = self._bypass(number, state)
            state = run_lstm(layer, state, bucket, self._initial[number]).add_(beside)
        return state

    def _bypass(self, number: int, inputs: Any) -> Any:
        import torch

        weight, bias = self._bypasses[number]
        gate, highway = torch.addmm(bias, inputs, weight).chunk(2, 1)
        return gate.sigmoid_() * (highway if self._function is None else self._function(highway))
