"""What the accelerated layers work on: sentences as lists of strings, and the columns that the layers fill.

No object is built for a word. A layer that must step aside gets a real ``Document``, made here from the same columns,
and what Stanza found is read back into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Sentences", "find_distinct", "read_document", "to_document"]

Integers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Sentences:
    """Some sentences, one after the other.

    Attributes
    ----------
    tokens : list of list of str
        By sentence, the tokens as Stanza's tokenizer writes them.
    words : list of list of tuple of str
        By sentence and token, the words that the token stands for: itself, or the parts of a multi-word token.
    columns : dict
        By name, one value a word (``ner``: one value a token) over all sentences: ``upos, xpos, feats, lemma, head,
        deprel, ner``. A missing value is the empty string.
    """

    tokens: Sequence[Sequence[str]]
    words: Sequence[Sequence[tuple[str, ...]]]
    columns: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def forms(self) -> list[str]:
        """All words in order."""
        return [form for sentence in self.words for token in sentence for form in token]

    @property
    def lengths(self) -> Integers:
        """Words of each sentence."""
        return np.array([sum(map(len, sentence)) for sentence in self.words], dtype=np.int64)

    @property
    def token_lengths(self) -> Integers:
        """Tokens of each sentence."""
        return np.array([len(sentence) for sentence in self.tokens], dtype=np.int64)

    def select(self, which: Sequence[int]) -> Sentences:
        """Return some of the sentences (repeats are allowed), with their columns."""
        chosen = Sentences([self.tokens[number] for number in which], [self.words[number] for number in which])
        for name, values in self.columns.items():
            lengths = self.token_lengths if name == "ner" else self.lengths
            stops = lengths.cumsum().tolist()
            starts = [0, *stops]
            chosen.columns[name] = list(chain.from_iterable(values[starts[n] : stops[n]] for n in which))
        return chosen


def find_distinct(sentences: Sentences) -> tuple[list[int], list[int]]:
    """Return one number for each distinct sentence, and for every sentence the place of its like among these.

    Layers see the strings of one sentence and nothing else, so that two sentences of the same tokens and words get the
    same analysis.

    >>> find_distinct(Sentences([["a", "b"], ["a"], ["a", "b"]], [[("a",), ("b",)], [("a",)], [("a",), ("b",)]]))
    ([0, 1], [0, 1, 0])
    """
    seen: dict[Any, int] = {}
    first: list[int] = []
    places = []
    for number, (tokens, words) in enumerate(zip(sentences.tokens, sentences.words, strict=True)):
        key = (tuple(tokens), tuple(words))
        if key not in seen:
            seen[key] = len(first)
            first.append(number)
        places.append(seen[key])
    return first, places


def to_document(sentences: Sentences) -> Any:
    """Build Stanza's ``Document`` of the sentences, with all columns that there are."""
    from stanza.models.common.doc import Document

    text = "\n".join(" ".join(tokens) for tokens in sentences.tokens)
    return Document(list(_entries(sentences)), text)


def read_document(document: Any, sentences: Sentences, names: Sequence[str]) -> None:
    """Read columns back from a document that `to_document` made."""
    for name in names:
        if name == "ner":
            found = [token.ner for sentence in document.sentences for token in sentence.tokens]
        else:
            found = [getattr(word, name) for sentence in document.sentences for word in sentence.words]
        sentences.columns[name] = found if name == "head" else [value or "" for value in found]


def _entries(sentences: Sentences) -> Iterator[list[dict[str, Any]]]:
    """Each sentence as the entries that ``Document`` takes; the values of words in the order of the columns."""
    names = [name for name in sentences.columns if name != "ner"]
    values = zip(*(sentences.columns[name] for name in names), strict=True) if names else None
    tags = iter(sentences.columns["ner"]) if "ner" in sentences.columns else None
    position = 0
    for tokens, words in zip(sentences.tokens, sentences.words, strict=True):
        entries: list[dict[str, Any]] = []
        number = 1
        for token, parts in zip(tokens, words, strict=True):
            place = {"start_char": position, "end_char": position + len(token)}
            position += len(token) + 1
            rows = [dict(zip(names, next(values), strict=True)) if values else {} for _ in parts]
            rows = [{name: value for name, value in row.items() if value != ""} for row in rows]
            tag = {} if tags is None else {"ner": next(tags)}
            if len(parts) == 1:
                entries.append({"id": (number,), "text": parts[0], **rows[0], **tag, **place})
            else:
                entries.append({"id": (number, number + len(parts) - 1), "text": token, **tag, **place})
                pairs = enumerate(zip(parts, rows, strict=True))
                entries += [{"id": (number + offset,), "text": part, **row} for offset, (part, row) in pairs]
            number += len(parts)
        yield entries
