"""Trees from arc scores: where every word's best head makes a tree already, there is nothing to search."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["are_trees", "search_tree"]

Heads = npt.NDArray[np.int64]


def are_trees(heads: Heads, lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell which rows of heads are trees with one root.

    Parameters
    ----------
    heads : array of int, shape (sentences, positions)
        Position 0 is the root itself and has head 0, as have the positions behind a sentence.
    lengths : array of int
        Positions of each sentence, the root included.

    Notes
    -----
    The search maximises the sum of the scores over trees with one word under the root. The best head of each word
    maximises it over all choices of heads; if these form such a tree, the search can find no better one.

    >>> are_trees(np.array([[0, 2, 0, 2], [0, 2, 1, 0], [0, 0, 0, 2]]), np.array([4, 4, 4]))
    array([ True, False, False])
    """
    positions = np.arange(heads.shape[1])[None, :]
    inside = (positions > 0) & (positions < lengths[:, None])
    one_root = ((heads == 0) & inside).sum(1) == 1
    ancestors = heads
    for _ in range(max(1, int(heads.shape[1]).bit_length())):
        ancestors = np.take_along_axis(ancestors, ancestors, axis=1)
    trees: npt.NDArray[np.bool_] = one_root & (np.where(inside, ancestors, 0) == 0).all(1)
    return trees


def search_tree(scores: Any) -> Heads:
    """Search the best tree of one sentence that has one word under the root (Chu-Liu and Edmonds).

    Parameters
    ----------
    scores : array of float32, shape (positions, positions)
        Logarithms of the probability that the column is the head of the row.

    Notes
    -----
    Stanza takes so much from the scores of the root's arcs that no tree with two of them can win (Stanojević and Cohen
    2021), so that nearly every word becomes part of some cycle, and each cycle costs a step. Here the root's arcs lose
    nothing at first, then little, then more. All trees with one such arc lose the same: whatever was taken, if the best
    tree of all has one, none of these is better.

    >>> search_tree(np.log(np.array([[1, 1, 1], [0.1, 0.1, 0.8], [0.3, 0.6, 0.1]], dtype=np.float32)))
    array([0, 2, 0])
    """
    scores = scores.astype(np.float64)
    enough = -scores[np.isfinite(scores)].min() * len(scores)
    loss = 0.0
    while True:
        tree = _search(scores, loss)
        if loss == enough or np.count_nonzero(tree[1:] == 0) == 1:
            return tree
        loss = min(max(1.0, 4 * loss), enough)


def _search(scores: Any, loss: float) -> Heads:
    """Search the best tree with any number of words under the root, whose arcs lose so much each.

    The steps are Stanza's, except that a cycle is found by following heads instead of by a search of the whole graph,
    which takes ten times as long as all the rest.
    """
    from stanza.models.common.chuliu_edmonds import expand_contracted_tree, prepare_scores, process_cycle

    scores = scores.copy()
    scores[:, 0] -= loss
    contracted = []
    while True:
        prepare_scores(scores)
        tree: Heads = scores.argmax(1)
        cycle = _find_cycle(tree.tolist())
        if cycle is None:
            break
        scores, *places = process_cycle(tree, cycle, scores)
        contracted.append((tree, places))
    for outer, places in reversed(contracted):
        tree = expand_contracted_tree(outer, tree, *places)
    return tree


def _find_cycle(tree: list[int]) -> npt.NDArray[np.bool_] | None:
    """Follow the heads from every word; mark the words of the first cycle that is met."""
    walks = [0] * len(tree)  # the number of the walk that came by
    walks[0] = -1
    for start in range(1, len(tree)):
        place = start
        while not walks[place]:
            walks[place] = start
            place = tree[place]
        if walks[place] == start:
            cycle = np.zeros(len(tree), dtype=bool)
            while not cycle[place]:
                cycle[place] = True
                place = tree[place]
            return cycle
    return None
