"""How good a model package is: tokens to trees against a treebank, entities against held-out articles.

Everything starts from raw text and runs the package as a user does, through ``stanza.Pipeline`` or ``parse``.
:func:`score_package` counts with the official scorer of the CoNLL shared tasks (``udtools.udeval``, which comes with
stanza); :func:`score_entities` counts entities with exact span and type, micro-averaged.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from corpus_tools.language.models import Package, find_package, verify_package
from corpus_tools.language.parses import parse
from corpus_tools.language.training.entities import (
    HELD_OUT,
    Sentence,
    entity_files,
    entity_folders,
    entity_spans,
    part_of,
    read_entities,
    stem_of,
)
from corpus_tools.language.training.treebank import raw_text
from corpus_tools.text.article import Article
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from stanza.models.common.doc import Document

Span = tuple[int, int, str]
"""Start, end (half-open) and type of an entity."""

METRICS = {
    "tokenize": ["Tokens", "Sentences", "Words"],
    "pos": ["UPOS", "XPOS", "UFeats", "AllTags"],
    "lemma": ["Lemmas"],
    "depparse": ["UAS", "LAS", "CLAS", "MLAS", "BLEX"],
}
UNKNOWN = "<UNK>"


def score_package(
    package_dir: Path, treebank_file: Path, *, language: str = "en", glued: bool = False, precision: str | None = None
) -> pd.DataFrame:
    """Score a package on a treebank file, from raw text, with the official scorer.

    Parameters
    ----------
    package_dir : Path
        Folder that ``stanza.Pipeline(dir=…)`` takes; checked against its manifest before it is loaded.
    treebank_file : Path
        CoNLL-U with gold tokens and trees; its text is rebuilt from the tokens.
    language : str
        Language code of the package.
    glued : bool
        Whether sentences that follow each other without a space in the treebank do so in the text; see
        :func:`corpus_tools.language.training.treebank.raw_text`.
    precision : {"exact", "fast"}, optional
        Score what :func:`corpus_tools.parse` makes of the package in this precision, instead of Stanza's own pipeline.

    Returns
    -------
    DataFrame
        ``metric, precision, recall, f1, aligned`` in percent; ``aligned`` is the accuracy on aligned words. One row
        for each metric that the package's processors decide.

    Raises
    ------
    InputError
        There is no such package or file, or the file is not sound CoNLL-U.
    """
    from udtools import udeval

    if not treebank_file.is_file():
        raise InputError("no such treebank file", where=str(treebank_file), remedy="give a .conllu file")
    try:
        gold = udeval.load_conllu_file(str(treebank_file))
    except (udeval.UDError, UnicodeDecodeError) as error:
        what = f"is not sound CoNLL-U ({error})"
        raise InputError(what, where=str(treebank_file), remedy="give a file of a treebank") from error
    package = _find(package_dir, language)
    processors = [name for name in package.processors if name != "ner"]
    text = raw_text(treebank_file, glued=glued)
    if precision is None:
        found = _run_stanza(package, processors, text)
    else:
        found = _run_parse(package, processors, text, precision)
    scores = udeval.evaluate(gold, found)
    wanted = [metric for name, metrics in METRICS.items() if name in processors for metric in metrics]
    return pd.DataFrame([_metric_row(metric, scores[metric]) for metric in wanted])


def score_entities(package_dir: Path, ner_dir: Path, *, language: str = "en") -> pd.DataFrame:
    """Score a package's entities on the held-out fifth of an entity corpus.

    Parameters
    ----------
    package_dir : Path
        As in :func:`score_package`.
    ner_dir : Path
        Folder of BIO files, or its parent with ``entities/`` and ``articles/``. With articles there are two figures.
    language : str
        Language code of the package.

    Returns
    -------
    DataFrame
        ``tokens, type, precision, recall, f1, gold, found, correct``. ``tokens`` is ``"raw"`` (the articles as
        published; the package finds tokens and sentences itself, which is the figure to quote) or ``"gold"`` (tokens
        given). ``type`` is ``"all"`` or an entity type.

    Raises
    ------
    InputError
        The package has no ner model, or no article of the folder is held out.
    """
    package = _find(package_dir, language)
    if "ner" not in package.processors:
        raise InputError("the package has no ner model", where=str(package_dir), remedy="train one with --ner DIR")
    files = [path for path in entity_files(ner_dir) if part_of(stem_of(path)) == HELD_OUT]
    if not files:
        raise InputError("no held-out article here", where=str(ner_dir), remedy="give more articles")
    tables = [_score_given_tokens(package, files)]
    articles = entity_folders(ner_dir)[1]
    if articles is not None:
        tables.insert(0, _score_raw_articles(package, files, articles))
    return pd.concat(tables, ignore_index=True)


def align_tokens(tokens: Iterable[str], text: str, *, reach: int = 60) -> list[tuple[int, int] | None]:
    """Find tokens in a text in order, ignoring white space; None where one is not found within `reach` characters.

    >>> align_tokens(["27", "January-", "x", "David"], "27 January - David")
    [(0, 2), (3, 12), None, (13, 18)]
    """
    kept = [(place, character) for place, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(character for _, character in kept)
    found: list[tuple[int, int] | None] = []
    position = 0
    for token in tokens:
        bare = "".join(token.split())
        start = squeezed.find(bare, position, position + reach + len(bare)) if bare else -1
        if start < 0:
            found.append(None)
            continue
        position = start + len(bare)
        found.append((kept[start][0], kept[position - 1][0] + 1))
    return found


def _find(package_dir: Path, language: str) -> Package:
    package = find_package(Path(package_dir), language)
    verify_package(package)
    return package


def _load(package: Package, processors: Sequence[str], **options: Any) -> Any:
    import stanza

    return stanza.Pipeline(
        package.language, dir=str(package.folder), package=package.stanza_name, processors=",".join(processors),
        download_method=None, use_gpu=False, verbose=False, **options,
    )  # fmt: skip


def _run_stanza(package: Package, processors: Sequence[str], text: str) -> Any:
    document = _load(package, processors)(text)
    _restore_source(document)
    if "depparse" not in processors:
        _chain_heads(document)
    return _reload(partial(_write_document, document))


def _run_parse(package: Package, processors: Sequence[str], text: str, precision: str) -> Any:
    if "depparse" not in processors:
        what = "the package has no parser, and the scorer reads trees"
        raise InputError(what, where=str(package.folder), remedy="score it without precision=")
    whole = [Article("treebank", text)]
    options: dict[str, Any] = {"processors": processors, "precision": precision, "workers": 1, "progress": False}
    parses = parse(whole, package.language, package.folder, **options)
    for reason in parses.skipped["reason"]:
        where = str(package.folder)
        raise InputError(f"the text was not parsed: {reason}", where=where, remedy="score it without precision=")
    return _reload(parses.to_conllu)


def _restore_source(document: Document) -> None:
    """Put the source back where Stanza wrote ``<UNK>`` for a very long token: the scorer compares characters."""
    for sentence in document.sentences:
        for token in sentence.tokens:
            if UNKNOWN in token.text:
                source = " ".join(document.text[token.start_char : token.end_char].split())
                token.text = source
                if len(token.words) == 1:
                    token.words[0].text = source


def _chain_heads(document: Document) -> None:
    """Give every word some head: the scorer reads trees even where only tags are to be scored."""
    for sentence in document.sentences:
        for place, word in enumerate(sentence.words):
            word.head, word.deprel = place, "dep" if place else "root"


def _write_document(document: Document, path: Path) -> None:
    from stanza.utils.conll import CoNLL

    CoNLL.write_doc2conll(document, str(path))


def _reload(write: Callable[[Path], Any]) -> Any:
    """Load for the scorer what writes itself to a CoNLL-U file."""
    from udtools import udeval

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "system.conllu"
        write(path)
        return udeval.load_conllu_file(str(path))


def _metric_row(metric: str, score: Any) -> dict[str, Any]:
    aligned = float("nan") if score.aligned_accuracy is None else 100 * score.aligned_accuracy
    values = {"precision": 100 * score.precision, "recall": 100 * score.recall, "f1": 100 * score.f1}
    return {"metric": metric, **values, "aligned": aligned}


def _score_given_tokens(package: Package, files: Sequence[Path]) -> pd.DataFrame:
    sentences = [sentence for path in files for sentence in read_entities(path)]
    pipeline = _load(package, ["tokenize", "ner"], tokenize_pretokenized=True)
    document = pipeline([[token.text for token in sentence] for sentence in sentences])
    counts: dict[str, Counter[str]] = {}
    for sentence, found in zip(sentences, document.sentences, strict=True):
        gold = entity_spans([token.label for token in sentence])
        _count(counts, gold, entity_spans([token.ner for token in found.tokens]))
    return _entity_table("gold", counts)


def _score_raw_articles(package: Package, files: Sequence[Path], articles: Path) -> pd.DataFrame:
    processors = [name for name in package.processors if name in {"tokenize", "mwt", "ner"}]
    pipeline = _load(package, processors)
    counts: dict[str, Counter[str]] = {}
    for path in files:
        text = _read_article(articles, path)
        document = pipeline(text)
        found = [(entity.start_char, entity.end_char, entity.type) for entity in document.entities]
        _count(counts, _gold_spans(read_entities(path), text), found)
    return _entity_table("raw", counts)


def _read_article(articles: Path, entity_file: Path) -> str:
    """Read the article without its first line where that is a URL, as in the entity file."""
    path = articles / f"{stem_of(entity_file)}.txt"
    if not path.is_file():
        raise InputError(f"no article for {entity_file.name}", where=str(path), remedy="give all articles")
    text = path.read_bytes().decode("utf-8", errors="replace")
    first, _, rest = text.partition("\n")
    return rest if "://" in first else text


def _gold_spans(sentences: Sequence[Sentence], text: str) -> list[Span]:
    """Entities as character spans; one whose tokens are not in the text keeps an impossible span, and so is missed."""
    places = align_tokens([token.text for sentence in sentences for token in sentence], text)
    spans: list[Span] = []
    offset = 0
    for sentence in sentences:
        for start, end, kind in entity_spans([token.label for token in sentence]):
            first, last = places[offset + start], places[offset + end - 1]
            spans.append((first[0], last[1], kind) if first and last else (-1 - offset - start, -1, kind))
        offset += len(sentence)
    return spans


def _count(counts: dict[str, Counter[str]], gold: Iterable[Span], found: Iterable[Span]) -> None:
    wanted, given = set(gold), set(found)
    for name, spans in (("gold", wanted), ("found", given), ("correct", wanted & given)):
        for _, _, kind in spans:
            for row in ("all", kind):
                counts.setdefault(row, Counter())[name] += 1


def _entity_table(tokens: str, counts: dict[str, Counter[str]]) -> pd.DataFrame:
    rows = []
    for kind in sorted(counts, key=lambda kind: (kind != "all", kind)):
        gold, found, correct = (counts[kind][name] for name in ("gold", "found", "correct"))
        rows.append(
            {
                "tokens": tokens, "type": kind, "precision": 100 * correct / found if found else float("nan"),
                "recall": 100 * correct / gold if gold else float("nan"),
                "f1": 200 * correct / (gold + found) if gold + found else float("nan"),
                "gold": gold, "found": found, "correct": correct,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
