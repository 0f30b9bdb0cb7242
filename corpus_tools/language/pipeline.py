"""Run Stanza over texts, in batches, so that one bad text never costs the others their analysis.

One pipeline per process: Stanza is not safe for threads, so a lock guards it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from corpus_tools.language.downloads import stanza_version
from corpus_tools.language.models import Package, verify_package
from corpus_tools.language.tokens import SCHEMA_VERSION, fold_quotes, join_pieces, tabulate

__all__ = ["OPTIONS", "Outcome", "analyse", "describe_configuration", "load_pipeline"]

LONGEST_SENTENCE = 600
"""Words. The parser scores every relation for every pair of words: 1,000 words were measured to take 2 GB."""

LONGEST_PARAGRAPH = 200_000
"""Code points without a blank line. The tokenizer copies the rest of a paragraph after every thousand characters."""

BATCH_CHARACTERS = 32_000
"""Code points that go through the pipeline together: enough to fill Stanza's batches, a few hundred MB of objects."""

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


def describe_configuration(package: Package) -> dict[str, Any]:
    """Collect everything that decides what a parse looks like; its hash names the cache folder and enters every key."""
    return {
        "schema": SCHEMA_VERSION,
        "stanza": stanza_version(),
        "language": package.language,
        "package": package.name,
        "processors": list(package.processors),
        "models": dict(sorted(package.checksums().items())),
        "options": dict(OPTIONS),
    }


def analyse(texts: Sequence[str], package: Package) -> list[Outcome]:
    """Analyse texts with the package's pipeline, which is loaded (and its files verified) at the first call.

    Parameters
    ----------
    texts : sequence of str
        As they were read; quotes are folded here.
    package : Package
        What :func:`corpus_tools.language.models.find_package` found.

    Returns
    -------
    list of Outcome
        One for each text, in order.

    Notes
    -----
    A text is cut at blank lines, where Stanza's tokenizer ends a sentence anyway, into pieces of at most
    `BATCH_CHARACTERS`; pieces of several texts go through the pipeline together. Where that fails the batch is
    halved until the text that fails stands alone.
    """
    with _lock:
        pipeline = load_pipeline(package)
        outcomes: list[list[tuple[int, Outcome]]] = [[] for _ in texts]
        pieces = []
        for number, text in enumerate(texts):
            try:
                pieces += [piece for piece in _cut(number, text) if _INK.search(piece.source)]
            except _TooLong as error:
                outcomes[number] = [(0, Outcome(reason=str(error), lasting=True))]
        for batch in _batches(pieces):
            for piece, outcome in zip(batch, _try(pipeline, batch), strict=True):
                outcomes[piece.text].append((piece.offset, outcome))
    return [_join(found) for found in outcomes]


@lru_cache(maxsize=1)
def load_pipeline(package: Package) -> Any:
    """Load the ``stanza.Pipeline`` of a package, on the CPU, once per process, after its files were verified."""
    verify_package(package)
    import stanza

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
    """Cut a text at blank lines into pieces of at most BATCH_CHARACTERS, where paragraphs allow it."""
    start = 0
    end = 0  # of the last paragraph that fits
    for stop in [*(match.end() for match in _PARAGRAPH_END.finditer(text)), len(text)]:
        if stop - end > LONGEST_PARAGRAPH:
            what = f"a paragraph of {stop - end} characters without a blank line, at character {end}"
            raise _TooLong(f"{what} (the limit is {LONGEST_PARAGRAPH})")
        if stop - start > BATCH_CHARACTERS and end > start:
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


def _try(pipeline: Any, batch: Sequence[_Piece]) -> list[Outcome]:
    try:
        return _run(pipeline, batch)
    except Exception as error:  # whatever Stanza or torch raise on one text must not cost the other texts
        if len(batch) == 1:
            first_line = str(error).partition("\n")[0][:200]
            return [Outcome(reason=f"{type(error).__name__}: {first_line}")]
    half = len(batch) // 2
    return _try(pipeline, batch[:half]) + _try(pipeline, batch[half:])


def _run(pipeline: Any, batch: Sequence[_Piece]) -> list[Outcome]:
    from stanza.models.common.doc import Document

    documents = [Document([], text=fold_quotes(piece.source)) for piece in batch]
    documents = pipeline.bulk_process(documents, processors="tokenize,mwt")
    faults = [_find_long_sentence(document) for document in documents]
    short = [document for document, fault in zip(documents, faults, strict=True) if not fault and document.sentences]
    rest = [name for name in pipeline.processors if name not in ("tokenize", "mwt")]
    if short and rest:
        pipeline.process(short, processors=rest)
    return [
        Outcome(tabulate(document, piece.source)) if fault is None else Outcome(reason=fault, lasting=True)
        for document, piece, fault in zip(documents, batch, faults, strict=True)
    ]


def _find_long_sentence(document: Any) -> str | None:
    for sentence in document.sentences:
        if len(sentence.words) > LONGEST_SENTENCE:
            what = f"a sentence of {len(sentence.words)} words, beginning with {sentence.text[:40]!r}"
            return f"{what} (the limit is {LONGEST_SENTENCE})"
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
