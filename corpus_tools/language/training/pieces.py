"""Vectors of the pieces of words, made so that a word's pieces have its vector as their mean.

A package has vectors of some thousand words. The words of the training texts and of the encoder's vocabulary that are
not among them are read alone by the encoder and mapped into the same space, as when the vectors were distilled (see
`corpus_tools.language.training.vectors`). Then every word, those of the package too, is cut as if the package lacked
it; where its first piece is a word of the package, that word's vector stands fast, and the vectors of the other pieces
are the least squares solution of "the mean over a word's pieces is its vector", with a ridge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corpus_tools.language.pieces import INSIDE, cut_word, write_pieces
from corpus_tools.language.training.treebank import Treebank
from corpus_tools.language.training.vectors import (
    LEAST_COMMON,
    LONGEST_WORD,
    MOST_COMMON,
    Reader,
    Vector,
    Vectors,
    map_words,
    read_texts,
)
from corpus_tools.text.errors import InputError

WEIGHT = 3.0  # of a word whose vector was distilled from texts, where one that was mapped weighs 1
RIDGE = 0.3


class _Equation(NamedTuple):
    """A word's pieces, the vector that they shall have as their mean, and how much that counts."""

    pieces: Sequence[str]
    vector: Vector
    weight: float


def train_pieces(
    *, treebank: Path, vectors: Path, encoder: Path, out: Path, ner: Path | None = None, progress: bool = True
) -> Path:
    """Write the pieces that go with a package's word vectors; nothing that is held out of training is read.

    Parameters
    ----------
    treebank, ner : Path
        Folders of a treebank and of articles with named entities, as for `train_package`: their training texts say
        which words there are.
    vectors : Path
        The package's word vectors, a Stanza pretrain file.
    encoder : Path
        Folder of the transformer that they were distilled from, one that cuts words as BERT does.
    out : Path
        The file to write, as `corpus_tools.language.pieces` reads it.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        A folder or file is not what it should be, or holds too little to learn from.
    """
    if not out.parent.is_dir():
        raise InputError("the folder of the output file does not exist", where=str(out.parent), remedy="make it")
    if out.is_dir():
        raise InputError("is a folder", where=str(out), remedy="give the name of a file, such as out='pieces.npz'")
    words = _load_words(vectors)
    counts = Counter(word.lower() for sentence in read_texts(Treebank.find(treebank), ner) for word in sentence)
    frequent = _choose_frequent(counts, words, vectors)
    reader = Reader(encoder)
    vocabulary = _vocabulary(reader, encoder)
    lacking = sorted(word for word in {*counts, *reader.whole_words()} - words.keys() if _is_plain(word))
    others = map_words(reader, lacking, {word: words[word] for word in frequent}, progress=progress)
    names, table = make_pieces(words, others, vocabulary)
    return write_pieces(names, table, out)


def make_pieces(words: Vectors, others: Vectors, vocabulary: Collection[str]) -> tuple[list[str], Vector]:
    """Return names and vectors of the pieces of `vocabulary` that occur in the words and are none of `words`.

    Parameters
    ----------
    words : mapping of str to array of shape (dimensions,)
        The words that have vectors.
    others : mapping of str to array of shape (dimensions,)
        Further words to learn from, which have none of their own.
    vocabulary : collection of str
        Pieces, those inside a word with `##` before them.

    Returns
    -------
    list of str, array of shape (pieces, dimensions)
        The names in alphabetical order.
    """
    equations = list(_equations(words, others, frozenset(vocabulary).union(words)))
    names = sorted({piece for equation in equations for piece in equation.pieces} - words.keys())
    if not names:
        raise InputError("no word is made of pieces", remedy="give more text, or an encoder with more pieces")
    return names, _solve(equations, names, words)


def _equations(words: Vectors, others: Vectors, known: frozenset[str]) -> Iterator[_Equation]:
    for word, vector in words.items():
        if _is_plain(word):
            yield _Equation(cut_word(word, _Without(known, word)), vector, WEIGHT)
    for word, vector in others.items():
        yield _Equation(cut_word(word, known), vector, 1.0)


class _Without(Container[str]):
    """Known pieces, but for one word."""

    def __init__(self, known: frozenset[str], word: str) -> None:
        self._known, self._word = known, word

    def __contains__(self, piece: object) -> bool:
        return piece != self._word and piece in self._known


def _solve(equations: Sequence[_Equation], names: Sequence[str], words: Vectors) -> Vector:
    """Return the vectors of the named pieces that fit the equations best; those of `words` are given."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    columns = {name: column for column, name in enumerate(names)}
    cells: list[tuple[int, int, float]] = []
    wanted: list[Vector] = []
    for pieces, vector, weight in equations:
        share = weight / max(1, len(pieces))
        free = [columns[piece] for piece in pieces if piece in columns]
        if free:
            cells += [(len(wanted), column, share) for column in free]
            wanted.append(weight * vector - share * sum(words[piece] for piece in pieces if piece in words))
    rows, places, shares = zip(*cells, strict=True)
    system = sparse.csr_matrix((shares, (rows, places)), shape=(len(wanted), len(names)))
    normal = (system.T @ system + RIDGE * sparse.eye(len(names))).tocsc()
    return np.asarray(splu(normal).solve(np.asarray(system.T @ np.stack(wanted))))


def _load_words(file: Path) -> Vectors:
    """Read a pretrain file, without the places that stand for no word."""
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.common.vocab import VOCAB_PREFIX

    if not file.is_file():
        raise InputError("there is no file of word vectors", where=str(file), remedy="give a package's pretrain file")
    try:
        pretrain = Pretrain(str(file), save_to_file=False)
        rows, table = pretrain.vocab._unit2id, np.asarray(pretrain.emb, dtype=float)
    except Exception as error:  # torch and Stanza refuse a foreign file in many ways
        remedy = "give a package's file pretrain/NAME.pt"
        raise InputError(f"are no word vectors in Stanza's form ({error})", where=str(file), remedy=remedy) from error
    return {word: table[row] for word, row in rows.items() if row >= len(VOCAB_PREFIX)}


def _choose_frequent(counts: Counter[str], words: Vectors, where: Path) -> list[str]:
    """Return the most frequent words of the texts that have a vector."""
    frequent = [word for word, _ in counts.most_common() if word.isalpha() and word in words][:MOST_COMMON]
    if len(frequent) < LEAST_COMMON:
        raise InputError(
            f"only {len(frequent)} words of the texts have a vector, which is too few to learn from",
            where=str(where),
            remedy="give more texts, or vectors of the same language",
        )
    return frequent


def _vocabulary(reader: Reader, encoder: Path) -> list[str]:
    """Return the pieces of the encoder: letters and digits of English, without signs for anything else."""
    names = [name for name in reader.tokenizer.get_vocab() if _is_plain(name.removeprefix(INSIDE))]
    if not any(name.startswith(INSIDE) for name in names):
        remedy = "give an encoder of BERT's kind"
        raise InputError("cuts words otherwise than WordPiece", where=str(encoder), remedy=remedy)
    return names


def _is_plain(word: str) -> bool:
    """Whether a word can be cut, and is no slip; other scripts' letters are single pieces that say nothing."""
    return word.isascii() and word.isalnum() and len(word) <= LONGEST_WORD
