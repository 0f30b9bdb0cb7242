"""Batches for recurrent networks: sentences of like length together, time step by time step, without padding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["PAIRS", "Bucket", "Letters", "fill_buckets", "find_units", "read_characters"]

Integers = npt.NDArray[np.int64]

BUCKET = 4_096
"""Words that go through a network together: wide enough for the matrix products, a few tens of MB of intermediate."""

PAIRS = 262_144
"""Pairs of words whose arcs are scored together: no bound to sentences of usual length, which fill a bucket before, but
one long sentence would else lend its square to all the others of its bucket."""

CHARACTER_CELLS = 65_536
"""Cells (words times characters of the longest) that go through a character network together."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Sentences by falling length, laid out as a ``PackedSequence``: all first words, all second words, and so on.

    Attributes
    ----------
    sentences : array
        Which sentences.
    lengths : array
        Their lengths, falling.
    rows : array
        Which row of the flat columns stands at each packed place.
    sizes : array
        How many sentences reach each time step.
    """

    sentences: Integers
    lengths: Integers
    rows: Integers
    sizes: Integers

    def places(self) -> Integers:
        """Packed place of each word by sentence and position; 0 where a sentence has no such word."""
        offsets = np.concatenate([[0], self.sizes.cumsum()[:-1]])
        places = offsets[None, :] + np.arange(len(self.lengths))[:, None]
        return np.where(self.mask(), places, 0)

    def mask(self) -> npt.NDArray[np.bool_]:
        """Tell by sentence and position whether there is a word."""
        present: npt.NDArray[np.bool_] = np.arange(int(self.lengths[0]))[None, :] < self.lengths[:, None]
        return present


def fill_buckets(lengths: Integers, *, size: int | None = None, pairs: int | None = None) -> Iterator[Bucket]:
    """Cut sentences, given as lengths in the order of the flat columns, into buckets of at most `size` words.

    Who compares all words of a sentence with each other sets a bound to the `pairs` of words, each sentence counting
    as the longest of its bucket. A sentence that is longer stands alone. Sentences without words are left out.
    """
    size = BUCKET if size is None else size
    starts = lengths.cumsum() - lengths
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    first = 0
    while first < len(order):
        total = lengths[order[first:]].cumsum()
        fitting = int(np.searchsorted(total, size, side="right"))
        if pairs is not None:
            fitting = min(fitting, pairs // int(lengths[order[first]]) ** 2)
        stop = first + max(1, fitting)
        yield _make_bucket(order[first:stop], starts, lengths)
        first = stop


def find_units(keys: Sequence[Any]) -> tuple[list[Any], Integers]:
    """Return the distinct keys in order of appearance, and the number of each key among them."""
    numbers: dict[Any, int] = {}
    places = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64, len(keys))
    return list(numbers), places


class Letters(dict[str, int]):
    """The numbers of characters in a vocabulary of Stanza's, each asked for once.

    Parameters
    ----------
    vocab : stanza.models.common.vocab.BaseVocab
    lower : bool, default False
        Take each character as a small one.
    """

    def __init__(self, vocab: Any, *, lower: bool = False) -> None:
        super().__init__()
        self._vocab = vocab
        self._lower = lower

    def __missing__(self, letter: str) -> int:
        number: int = self._vocab.unit2id(letter.lower() if self._lower else letter)
        self[letter] = number
        return number

    def spell(self, words: Iterable[str]) -> list[list[int]]:
        """Return the numbers of the characters of each word."""
        return [[self[letter] for letter in word] for word in words]


def read_characters(model: Any, words: Sequence[Sequence[int]]) -> Any:
    """Run Stanza's ``CharacterModel`` once over each of some distinct words.

    Parameters
    ----------
    model : stanza.models.common.char_model.CharacterModel
    words : sequence of sequence of int
        Character numbers of each word.

    Returns
    -------
    torch.Tensor
        One row a word, in the order given.
    """
    import torch

    lengths = np.array([len(word) for word in words], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    found = None
    first = 0
    while first < len(order):
        stop = first + max(1, CHARACTER_CELLS // int(lengths[order[first]]))
        chosen = order[first:stop]
        padded = np.zeros((len(chosen), int(lengths[chosen[0]])), dtype=np.int64)
        for row, number in enumerate(chosen):
            padded[row, : lengths[number]] = words[number]
        same = list(range(len(chosen)))
        rows = model(torch.from_numpy(padded), None, same, [len(chosen)], lengths[chosen].tolist()).data
        found = rows.new_empty(len(words), rows.shape[1]) if found is None else found
        found[torch.from_numpy(chosen)] = rows
        first = stop
    return found


def _make_bucket(chosen: Integers, starts: Integers, lengths: Integers) -> Bucket:
    chosen_lengths = lengths[chosen]
    steps = np.arange(int(chosen_lengths[0]))
    present = steps[:, None] < chosen_lengths[None, :]
    rows = (starts[chosen][None, :] + steps[:, None])[present]
    return Bucket(chosen, chosen_lengths, rows, present.sum(1))
