"""Entity data: token-per-line BIO files, one an article, and their split by article.

The split is a function of the file name alone, so that no run, machine or file order can move an article from one
side to the other:

>>> part_of("af_afrol_1"), part_of("af_afrol_2"), part_of("af_afrol_18")
('train', 'dev', 'held-out')

A file holds one token a line, the label in the second tab-separated column. Lines with more columns keep the first
label, lines with none are outside every entity, a first line with a URL is no token.

>>> entity_spans(["B-Person", "I-Person", "O", "B-Date"])
[(0, 2, 'Person'), (3, 4, 'Date')]
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus_tools.text.errors import InputError

TRAIN, DEV, HELD_OUT = "train", "dev", "held-out"

LONGEST_SENTENCE = 120
_LABEL = re.compile(r"[BI]-\S+")
_ENDS = frozenset(".?!")
_CLOSERS = frozenset(['"', "”", "''", ")"])


class LabelledToken(NamedTuple):
    """A token (inner spaces as no-break spaces, the way Stanza keeps them) and its BIO label."""

    text: str
    label: str


Sentence = list[LabelledToken]


def part_of(stem: str) -> str:
    """Return the part an article belongs to: ``"train"``, ``"dev"`` or ``"held-out"``.

    Parameters
    ----------
    stem : str
        The file name up to its first dot.

    Notes
    -----
    Held out is ``int(sha256(stem), 16) % 5 == 0``, a fifth; of the rest a twelfth (``sha256("dev:" + stem)``) selects
    the best weights during training.
    """
    if _bucket(stem, 5) == 0:
        return HELD_OUT
    return DEV if _bucket(f"dev:{stem}", 12) == 0 else TRAIN


def read_entities(path: Path) -> list[Sentence]:
    """Read one article's sentences.

    Raises
    ------
    InputError
        A label is neither ``O`` nor ``B-…`` or ``I-…``, or the file is not UTF-8.
    """
    return _split_sentences(_read_tokens(path))


def load_parts(folder: Path) -> dict[str, list[Sentence]]:
    """Read all articles of a folder into the three parts of :func:`part_of`.

    Raises
    ------
    InputError
        The folder holds no entity file, or no article falls into one of the parts.
    """
    parts: dict[str, list[Sentence]] = {TRAIN: [], DEV: [], HELD_OUT: []}
    for path in entity_files(folder):
        parts[part_of(stem_of(path))] += read_entities(path)
    for part, sentences in parts.items():
        if not sentences:
            raise InputError(f"no article falls into the part {part!r}", where=str(folder), remedy="give more articles")
    return parts


def entity_folders(folder: Path) -> tuple[Path, Path | None]:
    """Return the folder of entity files and, where there is one beside it, the folder of raw articles.

    ``folder`` is either the folder of entity files itself or its parent with ``entities/`` and ``articles/``.
    """
    entities = folder / "entities" if (folder / "entities").is_dir() else folder
    articles = entities.parent / "articles"
    return entities, articles if articles.is_dir() else None


def entity_files(folder: Path) -> list[Path]:
    """List the entity files (``.tsv``, ``.bio``, ``.txt``, ``.conll``) of a folder by name."""
    entities, _ = entity_folders(folder)
    if not entities.is_dir():
        raise InputError("the folder of entity files does not exist", where=str(folder), remedy="check the path")
    files = sorted(p for p in entities.iterdir() if p.suffix in {".tsv", ".bio", ".txt", ".conll"})
    if not files:
        raise InputError("no entity file here", where=str(entities), remedy="give a folder of .tsv files in BIO form")
    return files


def stem_of(path: Path) -> str:
    """Return the article's name: the file name up to its first dot.

    >>> stem_of(Path("entities/af_afrol_1.txt.tsv"))
    'af_afrol_1'
    """
    return path.name.split(".", 1)[0]


def entity_spans(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """Turn BIO or BIOES labels into half-open token spans with their type."""
    spans: list[tuple[int, int, str]] = []
    for i, label in enumerate(labels):
        mark, _, kind = label.partition("-")
        continues = mark in {"I", "E"} and i > 0 and spans and spans[-1][1] == i and spans[-1][2] == kind
        if continues:
            spans[-1] = (spans[-1][0], i + 1, kind)
        elif kind:
            spans.append((i, i + 1, kind))
    return spans


def _bucket(text: str, size: int) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % size


def _read_tokens(path: Path) -> list[LabelledToken | None]:
    """Tokens in order; None stands for an empty line."""
    tokens: list[LabelledToken | None] = []
    for number, columns in enumerate(_read_columns(path)):
        text = columns[0].strip().replace(" ", "\xa0")
        if number == 0 and "://" in text:
            continue
        label = columns[1].strip() if len(columns) > 1 else "O"
        if text and label != "O" and not _LABEL.fullmatch(label):
            raise InputError(f"unknown label {label!r}", where=f"{path}:{number + 1}", remedy="use O, B-TYPE or I-TYPE")
        tokens.append(LabelledToken(text, label) if text else None)
    return tokens


def _read_columns(path: Path) -> list[list[str]]:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", where=str(path), remedy="convert it to UTF-8") from error
    return [line.rstrip("\r").split("\t") for line in text.split("\n")]


def _split_sentences(tokens: Iterable[LabelledToken | None]) -> list[Sentence]:
    """Cut at empty lines, after final punctuation and at 120 tokens: the files mark no sentences."""
    done: list[Sentence] = []
    open_: Sentence = []
    for token in [*tokens, None]:
        if token is not None:
            open_.append(_repair(token, open_))
            if not _is_complete(open_):
                if len(open_) == 1 and token.text in _CLOSERS and done:
                    done[-1] += open_  # a closing quote belongs to the sentence it closes
                    open_ = []
                continue
        if open_:
            done.append(open_)
            open_ = []
    return done


def _is_complete(sentence: Sentence) -> bool:
    return (sentence[-1].text in _ENDS and len(sentence) > 3) or len(sentence) >= LONGEST_SENTENCE


def _repair(token: LabelledToken, before: Sentence) -> LabelledToken:
    """Let an I- that continues nothing begin an entity."""
    previous = before[-1].label if before else "O"
    if token.label.startswith("I-") and previous[2:] != token.label[2:]:
        return LabelledToken(token.text, "B" + token.label[1:])
    return token
