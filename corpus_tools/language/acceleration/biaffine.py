"""Biaffine scores as matrix products, which ``torch.bilinear`` and the pairwise scorers do several times slower.

A biaffine scorer gives ``[x, 1] W_o [y, 1]`` for each output ``o``. Where `y` takes few values (embeddings of tags),
each value turns the scorer into a plain linear map of `x`. Where only some pairs are wanted (each word with its head),
``W [y, 1]`` is made once for each distinct `y`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.products import Product

__all__ = ["RelationScorer", "linear_by_tag", "matrix_biaffine", "score_by_tag"]

HEADS = 128
"""Distinct heads whose maps are held at once: 5 MB for 50 relations, which a processor's cache can hold."""


@contextmanager
def matrix_biaffine() -> Iterator[None]:
    """Replace Stanza's ``torch.bilinear`` in its tag scorers by the same product as matrix products, for a while.

    The scores are the same up to rounding, a training step of the tagger takes two thirds of the time.
    """
    from stanza.models.common.biaffine import BiaffineScorer

    original = BiaffineScorer.forward
    BiaffineScorer.forward = _score
    try:
        yield
    finally:
        BiaffineScorer.forward = original


def linear_by_tag(scorer: Any, tags: Any) -> tuple[Any, Any]:
    """Turn a ``BiaffineScorer`` into one linear map for each value of its second input.

    Parameters
    ----------
    scorer : stanza.models.common.biaffine.BiaffineScorer
    tags : torch.Tensor
        The values, one a row.

    Returns
    -------
    weight, bias : torch.Tensor
        Of shape (tags, first input, outputs) and (tags, outputs).
    """
    import torch

    weight = scorer.W_bilin.weight  # outputs x (first + 1) x (second + 1)
    one = torch.cat([tags, tags.new_ones(len(tags), 1)], 1)
    maps = torch.einsum("oij,tj->tio", weight, one)
    return maps[:, :-1].contiguous(), maps[:, -1] + scorer.W_bilin.bias


def score_by_tag(hidden: Any, tags: npt.NDArray[np.int64], weight: Any, bias: Any) -> Any:
    """Score each row of `hidden` with the linear map of its tag."""
    import torch

    order = np.argsort(tags, kind="stable")
    values, starts = np.unique(tags[order], return_index=True)
    stops = [*starts[1:].tolist(), len(tags)]
    scores = hidden.new_empty(len(tags), weight.shape[2])
    for value, start, stop in zip(values.tolist(), starts.tolist(), stops, strict=True):
        rows = torch.from_numpy(order[start:stop])
        scores[rows] = torch.addmm(bias[value], hidden[rows], weight[value])
    return scores


class RelationScorer:
    """The relation scorer of a graph parser, for chosen pairs of dependent and head only.

    Parameters
    ----------
    scorer : stanza.models.common.biaffine.PairwiseBiaffineScorer
    precision : str
        Of the products, as `Product` has it.
    """

    def __init__(self, scorer: Any, precision: str) -> None:
        weight = scorer.W_bilin.weight.detach()  # dependent x head x relations
        self._shape = (weight.shape[0], weight.shape[2])
        maps = weight.permute(0, 2, 1).reshape(-1, weight.shape[1])
        self._product = Product(maps[:, :-1], maps[:, -1], precision)
        self._bias = scorer.W_bilin.bias.detach()

    def score(self, dependents: Any, heads: Any, chosen: npt.NDArray[np.int64]) -> Any:
        """Score all relations between each dependent and the head that it chose.

        Parameters
        ----------
        dependents, heads : torch.Tensor
            The two inputs of the scorer, one row a word.
        chosen : array
            For each row of `dependents`, the row of its head in `heads`.

        Returns
        -------
        torch.Tensor
            One row a dependent, one column a relation, in float32.
        """
        distinct, counts = np.unique(chosen, return_counts=True)
        by_count = np.argsort(counts, kind="stable")  # heads with as many dependents stand together
        rank = np.empty(len(distinct), dtype=np.int64)
        rank[by_count] = np.arange(len(distinct))
        order = np.argsort(rank[np.searchsorted(distinct, chosen)], kind="stable")
        scores = dependents.new_empty(len(chosen), self._shape[1])
        self._fill(scores, dependents, heads, distinct[by_count], counts[by_count], order)
        return scores + self._bias

    def score_all(self, dependents: Any, heads: Any) -> Any:
        """Score all relations between each dependent and each head, of shape (dependents, heads, relations)."""
        maps = self._map(heads)
        scores = (dependents[None] @ maps[:, :-1] + maps[:, -1:]).transpose(0, 1)
        return scores + self._bias

    def _fill(self, scores: Any, dependents: Any, heads: Any, distinct: Any, counts: Any, order: Any) -> None:
        import torch

        borders = np.flatnonzero(np.diff(counts, prepend=-1))
        done = 0
        for start, stop in zip(borders.tolist(), [*borders[1:].tolist(), len(counts)], strict=True):
            count = int(counts[start])
            for first in range(start, stop, HEADS):
                last = min(first + HEADS, stop)
                rows = torch.from_numpy(order[done : done + count * (last - first)])
                done += len(rows)
                maps = self._map(heads[torch.from_numpy(distinct[first:last])])
                block = dependents[rows].view(last - first, count, -1)
                scores[rows] = torch.baddbmm(maps[:, -1:], block, maps[:, :-1]).flatten(0, 1)

    def _map(self, heads: Any) -> Any:
        return self._product(heads).view(len(heads), *self._shape)


def _score(self: Any, first: Any, second: Any) -> Any:
    import torch

    one = torch.cat([first, first.new_ones(*first.shape[:-1], 1)], -1)
    two = torch.cat([second, second.new_ones(*second.shape[:-1], 1)], -1)
    weight = self.W_bilin.weight  # outputs x first x second
    outputs, rows, columns = weight.shape
    mixed = two @ weight.permute(2, 0, 1).reshape(columns, outputs * rows)
    mixed = mixed.view(*two.shape[:-1], outputs, rows)
    return (mixed @ one.unsqueeze(-1)).squeeze(-1) + self.W_bilin.bias
