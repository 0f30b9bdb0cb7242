"""Run Stanza over texts, in batches, so that one bad text never costs the others their analysis.

One pipeline per process: Stanza is not safe for threads, so a lock guards it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from corpus_tools.language.acceleration import Accelerated, accelerate
from corpus_tools.language.acceleration.loading import imported_when_used, without_compiler
from corpus_tools.language.acceleration.sentences import Sentences
from corpus_tools.language.downloads import stanza_version
from corpus_tools.language.models import Package, verify_package
from corpus_tools.language.tokens import SCHEMA_VERSION, fold_quotes, join_pieces, tabulate

__all__ = ["OPTIONS", "PRECISIONS", "Outcome", "analyse", "describe_configuration", "load_engine", "load_pipeline"]

LONGEST_SENTENCE = 600
"""Words. The parser compares all words of a sentence with each other: memory grows with the square."""

LONGEST_PARAGRAPH = 200_000
"""Code points without a blank line. They are read in windows of a thousand, one after the other."""

PIECE_CHARACTERS = 250_000
"""Code points of a text that are cut into sentences at once; a longer text is cut at blank lines."""

BATCH_CHARACTERS = 64_000
"""Code points that go through the pipeline together, where pieces are smaller: a few hundred MB of objects."""

BATCH_WORDS = 16_000
"""Words that go through the layers after the tokenizer together."""

PRECISIONS = ("exact", "fast")

OPTIONS = {"quotes": "ascii", "longest_sentence": LONGEST_SENTENCE, "longest_paragraph": LONGEST_PARAGRAPH}

NO_WORDS = "no words in the text"

_PARAGRAPH_END = re.compile(r"\n[\s\u0080-\u009f]*\n")  # as Stanza's tokenizer has it
_INK = re.compile(r"[^\s\u0080-\u009f]")

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text: a token table, or the reason why there is none.

    `lasting` says that the reason lies in the text itself, so that another attempt would end the same way.
    """

    table: pa.Table | None = None
    reason: str | None = None
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    text: int  # which of the texts
    offset: int
    source: str


class _TooLong(ValueError):
    """The text exceeds a bound of this module."""


def describe_configuration(package: Package, precision: str = "exact") -> dict[str, Any]:
    """Collect everything that decides what a parse looks like; its hash names the cache folder and enters every key."""
    return {
        "schema": SCHEMA_VERSION,
        "stanza": stanza_version(),
        "language": package.language,
        "package": package.name,
        "processors": list(package.processors),
        "models": dict(sorted(package.checksums().items())),
        "options": dict(OPTIONS),
        "precision": precision,
    }


def analyse(texts: Sequence[str], package: Package, precision: str = "exact") -> list[Outcome]:
    """Analyse texts with the package's pipeline, which is loaded (and its files verified) at the first call.

    Parameters
    ----------
    texts : sequence of str
        As they were read; quotes are folded here.
    package : Package
        What :func:`corpus_tools.language.models.find_package` found.
    precision : "exact" or "fast", default "exact"
        As in :func:`corpus_tools.language.acceleration.accelerate`.

    Returns
    -------
    list of Outcome
        One for each text, in order.

    Notes
    -----
    A text of more than `PIECE_CHARACTERS` is cut at blank lines, where Stanza's tokenizer ends a sentence anyway;
    pieces of several texts go through the pipeline together. Where that fails the batch is halved until the text that
    fails stands alone.
    """
    with _lock:
        engine = load_engine(package, precision)
        outcomes: list[list[tuple[int, Outcome]]] = [[] for _ in texts]
        pieces = []
        for number, text in enumerate(texts):
            try:
                pieces += [piece for piece in _cut(number, text) if _INK.search(piece.source)]
            except _TooLong as error:
                outcomes[number] = [(0, Outcome(reason=str(error), lasting=True))]
        for batch in _batches(pieces):
            for piece, outcome in zip(batch, _try(engine, batch), strict=True):
                outcomes[piece.text].append((piece.offset, outcome))
    return [_join(found) for found in outcomes]


@lru_cache(maxsize=2)
def load_engine(package: Package, precision: str = "exact") -> Accelerated:
    """Load a package's pipeline and accelerate it, once per process."""
    return accelerate(load_pipeline(package), precision=precision)


@lru_cache(maxsize=1)
def load_pipeline(package: Package) -> Any:
    """Load the ``stanza.Pipeline`` of a package, on the CPU, once per process, after its files were verified."""
    verify_package(package)
    with imported_when_used("transformers", "networkx"):
        import stanza

    with without_compiler():
        return stanza.Pipeline(
            package.language,
            dir=str(package.folder),
            package=package.stanza_name,
            processors=",".join(package.processors),
            download_method=None,
            use_gpu=False,  # the same numbers everywhere, and workers do not fight over one device
            verbose=False,
        )


def _cut(number: int, text: str) -> Iterator[_Piece]:
    """Cut a text at blank lines into pieces of at most PIECE_CHARACTERS, where paragraphs allow it."""
    start = 0
    end = 0  # of the last paragraph that fits
    for stop in [*(match.end() for match in _PARAGRAPH_END.finditer(text)), len(text)]:
        if stop - end > LONGEST_PARAGRAPH:
            what = f"a paragraph of {stop - end} characters without a blank line, at character {end}"
            raise _TooLong(f"{what} (the limit is {LONGEST_PARAGRAPH})")
        if stop - start > PIECE_CHARACTERS and end > start:
            yield _Piece(number, start, text[start:end])
            start = end
        end = stop
    yield _Piece(number, start, text[start:])


def _batches(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    batch: list[_Piece] = []
    size = 0
    for piece in pieces:
        if batch and size + len(piece.source) > BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(piece)
        size += len(piece.source)
    if batch:
        yield batch


def _try(engine: Accelerated, batch: Sequence[_Piece]) -> list[Outcome]:
    try:
        return _run(engine, batch)
    except Exception as error:  # whatever Stanza or torch raise on one text must not cost the other texts
        if len(batch) == 1:
            first_line = str(error).partition("\n")[0][:200]
            return [Outcome(reason=f"{type(error).__name__}: {first_line}")]
    half = len(batch) // 2
    return _try(engine, batch[:half]) + _try(engine, batch[half:])


def _run(engine: Accelerated, batch: Sequence[_Piece]) -> list[Outcome]:
    texts = engine.segment([fold_quotes(piece.source) for piece in batch])
    faults = [_find_long_sentence(text.sentences) for text in texts]
    _annotate(engine, [text.sentences for text, fault in zip(texts, faults, strict=True) if fault is None])
    return [
        Outcome(tabulate(text.sentences, text.starts, text.ends, piece.source))
        if fault is None
        else Outcome(reason=fault, lasting=True)
        for text, piece, fault in zip(texts, batch, faults, strict=True)
    ]


def _annotate(engine: Accelerated, texts: Sequence[Sentences]) -> None:
    """Fill the columns of all texts, so many sentences at a time as memory bears."""
    lengths = [int(length) for text in texts for length in text.lengths]
    tokens = [sentence for text in texts for sentence in text.tokens]
    words = [sentence for text in texts for sentence in text.words]
    parts = []
    for first, stop in _cut_by_words(lengths):
        parts.append(Sentences(tokens[first:stop], words[first:stop]))
        engine.annotate(parts[-1])
    for name in parts[0].columns if parts else ():
        values = chain.from_iterable(part.columns[name] for part in parts)
        for text in texts:
            count = int((text.token_lengths if name == "ner" else text.lengths).sum())
            text.columns[name] = list(islice(values, count))


def _cut_by_words(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = size = 0
    for number, length in enumerate(lengths):
        if number > first and size + length > BATCH_WORDS:
            yield first, number
            first, size = number, 0
        size += length
    if first < len(lengths):
        yield first, len(lengths)


def _find_long_sentence(sentences: Sentences) -> str | None:
    for number, length in enumerate(sentences.lengths.tolist()):
        if length > LONGEST_SENTENCE:
            start = " ".join(sentences.tokens[number][:40])[:40]
            return f"a sentence of {length} words, beginning with {start!r} (the limit is {LONGEST_SENTENCE})"
    return None


def _join(found: Sequence[tuple[int, Outcome]]) -> Outcome:
    for _, outcome in found:
        if outcome.reason is not None:
            return outcome
    tables = [(offset, outcome.table) for offset, outcome in found]
    pieces = [(offset, table) for offset, table in tables if table is not None and table.num_rows]
    if not pieces:
        return Outcome(reason=NO_WORDS, lasting=True)
    return Outcome(join_pieces(pieces))
