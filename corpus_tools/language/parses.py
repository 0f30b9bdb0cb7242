"""`parse` a corpus, and look at what came out: `Parses`, `Parse`, `SentenceView`.

>>> from corpus_tools.text.article import Article
>>> parses = parse([Article("a", "\u201cWe don\u2019t want them,\u201d Aisha said in Niamey.")], progress=False)
>>> parses["a"].tokens[["sentence", "token", "word", "start", "end", "text", "form", "lemma"]].head(4)
   sentence  token  word  start  end   text form lemma
0         0      0     1      0    1      \u201c    "     "
1         0      1     2      1    3     We   We    we
2         0      2     3      4    9  don\u2019t   do    do
3         0      2     4      4    9  don\u2019t  n't   not
>>> parses["a"].sentences[0].text == parses["a"].article.text
True
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from corpus_tools.language.cache import MemoryStore, Store, open_store
from corpus_tools.language.models import find_package
from corpus_tools.language.pipeline import NO_WORDS, PRECISIONS, describe_configuration
from corpus_tools.language.running import fill_store
from corpus_tools.language.shards import Job, encode, hash_configuration, key_of
from corpus_tools.language.tokens import COLUMNS, SCHEMA, to_frame
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

__all__ = ["Parse", "Parses", "SentenceView", "parse"]


def parse(
    corpus: Corpus | Iterable[Article],
    language: str = "en",
    package: str | os.PathLike[str] = "lite",
    cache: str | os.PathLike[str] | None = None,
    *,
    workers: int | str = "auto",
    cluster: Any = None,
    processors: Sequence[str] | None = None,
    precision: str = "exact",
    progress: bool = True,
) -> Parses:
    """Analyse every article with Stanza; what the cache has is not analysed again.

    Parameters
    ----------
    corpus : Corpus or iterable of Article
        The articles; each distinct text is analysed once.
    language : str, default "en"
        Stanza's language code.
    package : str or path, default "lite"
        ``"lite"`` (embedded, English), ``"default"`` (Stanza's own, downloaded before), or a package folder.
    cache : path, optional
        Folder to keep parses in, or an address that fsspec opens, such as ``s3://bucket/parses``. Without it they are
        held in memory, compressed, about 20 bytes a word.
    workers : int or "auto", default "auto"
        Processes that analyse. 1 stays in this process and uses torch's threads as they are set. More than 1 starts
        that many processes of our own (never a copy of the caller's ``__main__``), which share the cores between
        them. ``"auto"`` is one a core where there is enough text to pay for starting them. The result is the same.
    cluster : str, distributed.Client or a cluster of Dask, optional
        Parse on many machines (extra ``[dask]``): ``"local"``, ``"slurm"``, the address of a scheduler, or a client or
        cluster that runs already. `workers` is then the number to start, where they are started here. The result is
        the same, byte for byte; `docs/scale.md` has the recipes.
    processors : sequence of str, optional
        Run only these of tokenize, mwt, pos, lemma, depparse, ner; the columns of the others stay empty.
    precision : "exact" or "fast", default "exact"
        ``"exact"`` gives what Stanza gives. ``"fast"`` computes the large matrix products in bfloat16 or, on processors
        without it, in integers of 8 bits; a few words in a thousand may come out otherwise. The cache keeps the two
        apart.
    progress : bool, default True
        Show a bar on stderr (nothing is shown when nothing is to be done).

    Returns
    -------
    Parses

    Raises
    ------
    InputError
        The package, language or a processor is not there, a model file is not the right one, the cache is a file, Dask
        is not installed or no cluster answers.

    Notes
    -----
    Before analysis only U+2018, U+2019, U+201C and U+201D are mapped, one to one, to ASCII quotes; offsets and `text`
    refer to the source. Articles without words, beyond the bounds of :mod:`corpus_tools.language.pipeline`, or on which
    Stanza fails are not in the result but in `Parses.skipped`, with the reason.
    """
    articles = corpus if isinstance(corpus, Corpus) else Corpus.of(corpus)
    if precision not in PRECISIONS:
        raise InputError(f"precision must be one of {', '.join(map(repr, PRECISIONS))}, got {precision!r}")
    found = find_package(package, language, processors)
    configuration = describe_configuration(found, precision)
    store = open_store(cache, configuration)
    address = hash_configuration(configuration)
    failures = fill_store(store, _Jobs(articles, address), found, workers=workers, cluster=cluster, progress=progress)
    return Parses(articles, store, failures)


class Parses:
    """The parses of a corpus by article id: re-iterable and lazy, in the order of the corpus.

    Iteration yields `Parse` objects, and nothing of an article that was passed is kept.

    Attributes
    ----------
    corpus : Corpus
        All articles, the skipped ones included.
    configuration : dict
        What decides the result: schema version, Stanza's version, language, package, processors, sha256 of each model
        file, options.
    skipped : DataFrame
        Columns ``article``, ``reason``.
    """

    def __init__(self, corpus: Corpus, store: Store, failures: dict[str, str]) -> None:
        self.corpus = corpus
        self.configuration = store.configuration
        self._store = store
        self._hash = hash_configuration(store.configuration)
        self._keys: dict[str, str] = {}
        self._reasons: dict[str, str] = {}
        for job in _Jobs(corpus, self._hash):
            reason = _reason(job, store, failures)
            if reason is None:
                self._keys[job.article] = job.key
            else:
                self._reasons[job.article] = reason

    @property
    def ids(self) -> list[str]:
        """Ids of the articles that have a parse."""
        return list(self._keys)

    @property
    def skipped(self) -> pd.DataFrame:
        """The articles that have no parse, and why."""
        return pd.DataFrame({"article": list(self._reasons), "reason": list(self._reasons.values())}, dtype="str")

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._keys

    def __iter__(self) -> Iterator[Parse]:
        return (self._parse_of(article) for article in self.corpus if article.id in self._keys)

    def __getitem__(self, article_id: str) -> Parse:
        if article_id in self._reasons:
            raise KeyError(f"article {article_id!r} was skipped: {self._reasons[article_id]}")
        if article_id not in self._keys:
            raise KeyError(f"article {article_id!r} is not in the parsed corpus")
        return self._parse_of(self.corpus[article_id])

    def __repr__(self) -> str:
        return f"<Parses of {len(self)} articles ({len(self._reasons)} skipped), {self.configuration['package']}>"

    def take(self, ids: Iterable[str]) -> Parses:
        """Return the parses of some articles, held in memory: they go to another process without the rest."""
        corpus = Corpus.of(self.corpus.filter(id=set(ids)))
        jobs = {job.key: job for job in _Jobs(corpus, self._hash) if job.article in self}
        store = MemoryStore(self.configuration)
        store.add(encode([(job, self._store.load(key)) for key, job in jobs.items()], [], self.configuration))
        return Parses(corpus, store, {})

    def to_frame(self) -> pd.DataFrame:
        """All token tables in one, with a first column ``article``; needs memory for the whole corpus."""
        frames = [parse.tokens.assign(article=parse.article.id) for parse in self]
        nothing = to_frame(SCHEMA.empty_table()).assign(article=pd.Series(dtype="str"))
        return pd.concat(frames or [nothing], ignore_index=True)[["article", *COLUMNS]]

    def to_conllu(self, path: str | os.PathLike[str]) -> Path:
        """Write all parses as CoNLL-U; see :func:`corpus_tools.language.conllu.write_conllu`."""
        from corpus_tools.language.conllu import write_conllu

        return write_conllu(self, path)

    def _parse_of(self, article: Article) -> Parse:
        key = key_of(article.fingerprint, self._hash)
        if key != self._keys[article.id]:
            what = "the text changed after it was parsed"
            raise InputError(what, where=f"article {article.id!r}", remedy="parse again")
        return Parse(article, key, self._store)


class Parse:
    """One article's analysis; the table is read when it is first asked for. Pickles with the article and its store.

    Attributes
    ----------
    article : Article
    tokens : DataFrame
        One row a word; the columns are described in :mod:`corpus_tools.language.tokens`.
    """

    def __init__(self, article: Article, key: str, store: Store) -> None:
        self.article = article
        self._key = key
        self._store = store

    @cached_property
    def tokens(self) -> pd.DataFrame:
        """One row a word."""
        return to_frame(self._store.load(self._key))

    @cached_property
    def sentences(self) -> list[SentenceView]:
        """The sentences in order."""
        tokens, text = self.tokens, self.article.text
        numbers = tokens["sentence"].to_numpy()
        borders = [0, *((numbers[1:] != numbers[:-1]).nonzero()[0] + 1).tolist(), len(tokens)]
        starts, ends = tokens["start"].to_numpy(), tokens["end"].to_numpy()
        views = []
        for first, stop in zip(borders[:-1], borders[1:], strict=True):
            start, end = int(starts[first]), int(ends[stop - 1])
            views.append(SentenceView(int(numbers[first]), start, end, text[start:end], tokens.iloc[first:stop]))
        return views

    @cached_property
    def entities(self) -> pd.DataFrame:
        """The named entities: columns ``start, end`` (int64), ``text, type``, ``sentence`` (int64)."""
        text = self.article.text
        found = [(start, end, text[start:end], kind, number) for start, end, kind, number in _entities(self.tokens)]
        frame = pd.DataFrame(found, columns=["start", "end", "text", "type", "sentence"])
        return frame.astype({"start": "int64", "end": "int64", "text": "str", "type": "str", "sentence": "int64"})

    def __repr__(self) -> str:
        return f"<Parse of {self.article.id!r}>"

    def __getstate__(self) -> dict[str, Any]:
        return {"article": self.article, "_key": self._key, "_store": self._store}

    def to_conllu(self, path: str | os.PathLike[str]) -> Path:
        """Write this parse as CoNLL-U; see :func:`corpus_tools.language.conllu.write_conllu`."""
        from corpus_tools.language.conllu import write_conllu

        return write_conllu([self], path)


@dataclass(frozen=True, slots=True, eq=False)
class SentenceView:
    """One sentence: its number, span, source slice, and its rows (with their labels in `Parse.tokens`)."""

    index: int
    start: int
    end: int
    text: str
    tokens: pd.DataFrame


class _Jobs:
    """The corpus as jobs; re-iterable, like the corpus, and as lazy."""

    def __init__(self, corpus: Corpus, configuration_hash: str) -> None:
        self._corpus = corpus
        self._hash = configuration_hash

    def __iter__(self) -> Iterator[Job]:
        for article in self._corpus:
            yield Job(article.id, key_of(article.fingerprint, self._hash), article.text)


def _reason(job: Job, store: Store, failures: dict[str, str]) -> str | None:
    if not job.text.strip():
        return NO_WORDS
    return failures.get(job.key) or store.reason(job.key)


def _entities(tokens: pd.DataFrame) -> Iterator[tuple[int, int, str, int]]:
    """Read BIOES tags into (start, end, type, sentence); a broken sequence ends where it breaks."""
    rows = tokens.drop_duplicates("token")[["start", "end", "ner", "sentence"]]
    current: tuple[int, int, str, int] | None = None
    for start, end, tag, sentence in rows.itertuples(index=False, name=None):
        place, _, kind = tag.partition("-")
        if current is not None and place in ("I", "E") and current[2:] == (kind, sentence):
            current = (current[0], end, kind, sentence)
        else:
            if current is not None:
                yield current
            current = (start, end, kind, sentence) if kind else None
        if current is not None and place in ("S", "E"):
            yield current
            current = None
    if current is not None:
        yield current
