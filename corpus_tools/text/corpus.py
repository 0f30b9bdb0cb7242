"""`Corpus`: an ordered, lazy, re-iterable collection of articles.

>>> corpus = Corpus.of([Article("a", "The junta refused."), Article("b", "ECOWAS waited.", language="en")])
>>> len(corpus), corpus.ids, corpus["b"].text
(2, ['a', 'b'], 'ECOWAS waited.')
>>> corpus.filter(language="en").ids
['b']
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus_tools.text.article import Article
from corpus_tools.text.decoding import check_encoding
from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import FIELDS, check_columns
from corpus_tools.text.filtering import Criteria
from corpus_tools.text.reading import Index, OnError, Skipped, build_index, open_sources, read_slots
from corpus_tools.text.sources import Listed, Options

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Corpus"]


class Corpus:
    """Articles in a fixed order, each with its own id, read when they are iterated and not held.

    Make one with `Corpus.read` or `Corpus.of`.

    Attributes
    ----------
    notes : list of str
        What the reader assumed: columns that were taken by guess, files that were not read.
    skipped : list of (file, reason)
        What was left out under ``on_error="skip"``.
    """

    def __init__(self, index: Index, *, notes: Iterable[str] = (), skipped: Iterable[Skipped] = ()) -> None:
        self.notes = list(notes)
        self.skipped = list(skipped)
        # With criteria, the index holds candidates; the first full pass replaces it by those that match.
        self._index = index
        self._criteria: tuple[Criteria, ...] = ()

    @classmethod
    def read(
        cls,
        path: str | Path,
        *,
        format: str | None = None,
        encoding: str = "utf-8",
        columns: Mapping[str, str | None] | None = None,
        language: str | None = None,
        on_error: OnError = "raise",
    ) -> Corpus:
        """Read articles from a folder or a file.

        Parameters
        ----------
        path : str or Path
            A folder (its .txt, .jsonl, .csv, .tsv, .parquet and .html files in the order of their names, not those of
            its subfolders) or one such file. The id of a .txt or .html file is the stem of its name.
        format : str, optional
            ``txt``, ``jsonl``, ``csv``, ``tsv``, ``parquet`` or ``html``: how to read a file whatever its suffix, or
            which files of a folder to read.
        encoding : str
            The encoding of text files. A byte order mark is dropped; everything else is left as it is.
        columns : mapping, optional
            Field to column (or front matter key), such as ``{"text": "body"}``; None leaves a field empty, for the id
            it numbers the rows. Fields that are not named are taken from columns of their own or a usual name.
        language : str, optional
            The language of articles that do not say theirs.
        on_error : {"raise", "skip"}
            Whether a faulty article stops the reading, or is left out and listed in `skipped`. To know the faults
            beforehand, "skip" reads every article once here.

        Returns
        -------
        Corpus
            What was assumed is in its `notes` and, in one line, on standard error.

        Raises
        ------
        InputError
            Naming file, line and remedy. With "raise", faults inside the text of a file (such as its encoding)
            show when that article is read.
        """
        options = Options(check_encoding(encoding), check_columns(columns), language)
        sources, notes = open_sources(path, format, options)
        index, skipped = build_index(sources, on_error)
        notes += [note for source in sources for note in source.notes]
        if skipped:
            notes.append(f"{len(skipped)} left out, the first {skipped[0].file}: {skipped[0].reason}")
        if not index:
            remedy = "read it with on_error='raise' to see the first fault"
            raise InputError(f"all {len(skipped)} articles are faulty", where=str(path), remedy=remedy)
        if notes:
            print(f"corpus_tools: {'; '.join(notes)}", file=sys.stderr)
        return cls(index, notes=notes, skipped=skipped)

    @classmethod
    def of(cls, articles: Iterable[Article]) -> Corpus:
        """Make a corpus of articles that are in memory.

        Raises
        ------
        InputError
            If two have one id.
        """
        index, _ = build_index([Listed(tuple(articles))], "raise")
        return cls(index)

    def __iter__(self) -> Iterator[Article]:
        if not self._criteria:
            yield from read_slots(self._index.values())
            return
        index, criteria, kept = self._index, self._criteria, {}
        for article in read_slots(index.values()):
            if all(test.matches(article) for test in criteria):
                kept[article.id] = index[article.id]
                yield article
        if index:
            for test in criteria:
                test.check_used()
        self._index, self._criteria = kept, ()

    def __len__(self) -> int:
        return len(self._settle())

    def __getitem__(self, id: str) -> Article:
        slot = self._index.get(id)
        if slot is not None:
            article = next(iter(read_slots([slot])))
            if all(test.matches(article) for test in self._criteria):
                return article
        near = difflib.get_close_matches(str(id), self._index, n=1)
        raise KeyError(f"no article {id!r} in this corpus" + (f"; did you mean {near[0]!r}?" if near else ""))

    def __contains__(self, id: object) -> bool:
        return id in self._settle()

    @property
    def ids(self) -> list[str]:
        """The ids in order."""
        return list(self._settle())

    def __repr__(self) -> str:
        if self._criteria:
            return f"<Corpus: a filter over {len(self._index):,} articles, not yet read>"
        return f"<Corpus of {len(self._index):,} articles>"

    def filter(self, predicate: Callable[[Article], bool] | None = None, **metadata: Any) -> Corpus:
        """Return the articles that meet all conditions, as a corpus that is as lazy as this one.

        Parameters
        ----------
        predicate : callable, optional
            Article to bool.
        **metadata
            A field or a key of `Article.extra`, and the value it must have or a list, tuple or set of such values.
            For ``published`` a tuple is a range (from, to), both included, each a date, an ISO string or None.

        Returns
        -------
        Corpus
            Filtering by ``id`` reads nothing; other conditions are tested in the first pass over the result.

        Raises
        ------
        InputError
            If a day is no date; in the first pass, if no article has such a key.
        """
        index = self._index
        if "id" in metadata:
            wanted = metadata.pop("id")
            wanted = {wanted} if isinstance(wanted, str) else set(wanted)
            index = {id: slot for id, slot in index.items() if id in wanted}
        kept = Corpus(index, notes=self.notes, skipped=self.skipped)
        kept._criteria = self._criteria
        if predicate is not None or metadata:
            kept._criteria += (Criteria(predicate, metadata),)
        return kept

    def to_frame(self) -> pd.DataFrame:
        """Return the articles as a table.

        Returns
        -------
        DataFrame
            One row an article: id, text, title, published (datetime64), source, language, url, then the keys of
            `extra` in the order of their first appearance. An extra key that has a field's name gets ``extra.``
            before it.
        """
        import pandas as pd

        rows, extras = [], {}
        for article in self:
            extra = {f"extra.{key}" if key in FIELDS else key: value for key, value in article.extra.items()}
            extras.update(dict.fromkeys(extra))
            rows.append({name: getattr(article, name) for name in FIELDS} | extra)
        frame = pd.DataFrame(rows, columns=[*FIELDS, *extras])
        kinds = {name: "datetime64[s]" if name == "published" else "str" for name in FIELDS}
        return frame.assign(**{name: pd.Series(frame[name], dtype=kind) for name, kind in kinds.items()})

    def near_duplicates(self, *, threshold: float = 0.8, shingle: int = 5) -> pd.DataFrame:
        """Find pairs of articles that say nearly the same.

        Parameters
        ----------
        threshold : float
            The least Jaccard similarity of the two sets of word shingles, in (0, 1].
        shingle : int
            Words in a shingle.

        Returns
        -------
        DataFrame
            Columns a, b (ids, a before b in the corpus) and similarity (exact), the most similar pair first.
        """
        from corpus_tools.text.duplicates import find_near_duplicates

        return find_near_duplicates(self, threshold=threshold, shingle=shingle)

    def _settle(self) -> Index:
        if self._criteria:
            for _ in self:
                pass
        return self._index
