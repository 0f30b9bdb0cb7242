"""The token table: its columns, and how sentences become rows that obey the offset law.

One row a word. Columns, in this order:

========== ======= ==================================================================================================
column     type    meaning
========== ======= ==================================================================================================
sentence   int64   number of the sentence in the article, from 0
token      int64   number of the token in the article, from 0; the words of a multi-word token share it
word       int64   number of the word in the sentence, from 1
start, end int64   half-open span of the token in code points of the article's text; never missing
text       string  the source slice ``[start:end)``
form       string  what Stanza saw (ASCII quotes; ``<UNK>`` for a token of more than 1,000 characters)
lemma      string
upos       string
xpos       string
feats      string  ``Key=Value|Key=Value``; the empty string where there are none
head       int64   number of the governing word in the sentence, 0 for the root, -1 where no parser ran
deprel     string
ner        string  BIOES tag of the token, ``O`` outside of entities
========== ======= ==================================================================================================

No value is ever missing: a string column whose processor did not run holds empty strings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus_tools.language.acceleration.sentences import Sentences

if TYPE_CHECKING:  # a worker does without it
    import pandas as pd

__all__ = ["COLUMNS", "SCHEMA", "SCHEMA_VERSION", "fold_quotes", "join_pieces", "tabulate", "to_frame"]

SCHEMA_VERSION = 1
"""Raise it when a column changes its name, type or meaning: parses made before are then made again."""

_INTEGERS = ("sentence", "token", "word", "start", "end", "head")

COLUMNS = (
    "sentence", "token", "word", "start", "end", "text", "form",
    "lemma", "upos", "xpos", "feats", "head", "deprel", "ner",
)  # fmt: skip

SCHEMA = pa.schema(
    [pa.field(name, pa.int64() if name in _INTEGERS else pa.string(), nullable=False) for name in COLUMNS]
)

_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")

# What Stanza's tokenizer takes for white space: \s and the C1 controls.
_BLANK = re.compile(r"[\s\u0080-\u009f]+")

_UNKNOWN = "<UNK>"


def fold_quotes(text: str) -> str:
    """Map the four typographic quotes to ASCII, one to one, so that every offset stays.

    Inside words they break Stanza's lemmas; nothing else in the text is touched.

    Examples
    --------
    >>> print(fold_quotes("“We don’t,” she said… «No»"))
    "We don't," she said… «No»
    """
    return text.translate(_QUOTES)


def tabulate(sentences: Sentences, starts: Sequence[int], ends: Sequence[int], source: str) -> pa.Table:
    """Rows for the sentences of one text.

    Parameters
    ----------
    sentences : Sentences
        The analysis of ``fold_quotes(source)``; columns that are not there stay empty.
    starts, ends : sequence of int
        The span of each token.
    source : str
        The text as it was read; ``text`` is sliced from it.

    Returns
    -------
    pyarrow.Table
        With :data:`SCHEMA`, one row a word.

    Raises
    ------
    ValueError
        A token has no place in the source, or stands at another place than its text says. Nothing with a doubtful
        offset leaves this function.
    """
    _check_spans([token for tokens in sentences.tokens for token in tokens], starts, ends, source)
    words = np.fromiter((len(parts) for tokens in sentences.words for parts in tokens), np.int64)
    lengths = sentences.lengths
    token = np.repeat(np.arange(len(words)), words)
    before = np.repeat(lengths.cumsum() - lengths, lengths)
    slices = [source[start:end] for start, end in zip(starts, ends, strict=True)]
    columns: dict[str, Any] = {
        "sentence": np.repeat(np.arange(len(lengths)), lengths),
        "token": token,
        "word": np.arange(len(token)) - before + 1,
        "start": np.asarray(starts, dtype=np.int64)[token],
        "end": np.asarray(ends, dtype=np.int64)[token],
        "text": _spread(slices, token),
        "form": pa.array(sentences.forms, pa.string()),
        "head": pa.array(sentences.columns.get("head", [-1] * len(token)), pa.int64()),
        "ner": _spread(sentences.columns.get("ner", [""] * len(words)), token),
    }
    for name in ("lemma", "upos", "xpos", "feats", "deprel"):
        columns[name] = pa.array(sentences.columns.get(name, [""] * len(token)), pa.string())
    return pa.table([columns[name] for name in COLUMNS], schema=SCHEMA)


def join_pieces(pieces: Sequence[tuple[int, pa.Table]]) -> pa.Table:
    """Join the tables of one article's pieces, given as (offset of the piece in the text, table)."""
    if len(pieces) == 1 and pieces[0][0] == 0:
        return pieces[0][1]
    sentences = tokens = 0
    moved = []
    for offset, table in pieces:
        moved.append(_move(table, {"start": offset, "end": offset, "sentence": sentences, "token": tokens}))
        sentences += _count(table, "sentence")
        tokens += _count(table, "token")
    return pa.concat_tables(moved).combine_chunks()


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Turn the token table into a DataFrame: int64, and pandas' string type (``str``; ``object`` before pandas 3)."""
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _spread(values: Sequence[str], token: npt.NDArray[np.int64]) -> pa.Array:
    """Repeat the value of each token for each of its words."""
    return pa.array(values, pa.string()).take(pa.array(token))


def _check_spans(tokens: Sequence[str], starts: Sequence[int], ends: Sequence[int], source: str) -> None:
    """Raise ValueError where the source does not say the same at a token's span."""
    folded = fold_quotes(source)
    position = 0
    for token, start, end in zip(tokens, starts, ends, strict=True):
        if start is None or end is None or not position <= start < end <= len(source):
            raise ValueError(f"token {token[:40]!r} has no place in the text (span {start}-{end} after {position})")
        if token != folded[start:end] and token != _UNKNOWN:
            # Stanza folds white space inside a token: compare what remains.
            if _BLANK.sub("", token) != _BLANK.sub("", folded[start:end]):
                raise ValueError(f"token {token[:40]!r} is not what the text has at {start}-{end}")
        position = end


def _move(table: pa.Table, by: dict[str, int]) -> pa.Table:
    columns = [pc.add(table[name], by[name]) if by.get(name) else table[name] for name in COLUMNS]
    return pa.table(columns, schema=SCHEMA)


def _count(table: pa.Table, column: str) -> int:
    return int(pc.max(table[column]).as_py()) + 1 if table.num_rows else 0
