"""`AnnotationStore`: the append-only logs of a folder, one a coder, and what they add up to."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.codec import Event
from corpus_tools.annotation.coders import Coder, read_coders
from corpus_tools.annotation.entries import Entry, paused_collector, rank
from corpus_tools.annotation.folding import Conflict, entries_until, fold
from corpus_tools.annotation.gold import RULES, Gold, count_gold
from corpus_tools.annotation.identifiers import to_time
from corpus_tools.annotation.layout import RECORD_TYPES
from corpus_tools.annotation.reading import check_log_name, list_logs, read_log
from corpus_tools.annotation.records import Annotation
from corpus_tools.annotation.writer import LogWriter
from corpus_tools.text.errors import InputError, InputWarning

if TYPE_CHECKING:
    import pandas as pd

    from corpus_tools.text.corpus import Corpus

__all__ = ["AnnotationStore"]


class AnnotationStore:
    """The annotations of a folder: ``<coder>.jsonl`` for each coder, and ``coders.toml`` for their roles.

    Reading never writes and never waits. What is read is what stood in the files at that moment.

    Parameters
    ----------
    path
        The folder; the first writer makes it.
    corpus
        The articles. With them the store fills in quotes and fingerprints, and refuses what does not fit.
    codebook
        The label scheme. With it the store fills in the version, and refuses labels that it does not have.

    Attributes
    ----------
    moment : str or None
        The time as of which the store shows its folder, see `at`; None for now.

    Examples
    --------
    >>> import tempfile
    >>> from corpus_tools.annotation.records import Frame
    >>> store = AnnotationStore(tempfile.mkdtemp())
    >>> with store.writer("ana") as log:
    ...     id = log.add(Frame("niger", "dialogue", [(0, 12)]))
    ...     log.status("niger", "done", seconds=212)
    >>> [annotation.label for annotation in store.annotations("ana")], store.statuses("ana")
    (['dialogue'], {'niger': 'done'})
    """

    def __init__(self, path: str | Path, corpus: Corpus | None = None, codebook: Codebook | None = None) -> None:
        self.path = Path(path)
        self.corpus = corpus
        self.codebook = codebook
        self.moment: str | None = None
        self._logs: dict[str, _Log] = {}
        for name, given in (("corpus", corpus), ("codebook", codebook)):
            if isinstance(given, str | Path):
                remedy = f"give {name.capitalize()}.read({str(given)!r})"
                raise InputError(f"{name} {str(given)!r} is a path, not a {name}", remedy=remedy)
        if self.path.exists() and not self.path.is_dir():
            raise InputError(
                "is not a folder", where=str(path), remedy="give the folder that holds the <coder>.jsonl files"
            )

    def writer(self, coder: str) -> LogWriter:
        """Open a coder's log for writing; use it in a ``with`` statement, or close it.

        Raises
        ------
        LockedError
            When another writer has it open; the error names the process.
        InputError
            When the coder's id cannot name a file, the log is damaged, or this is a state of the past.
        """
        if self.moment is not None:
            raise InputError(
                f"the state of {self.moment} is past", where=str(self.path), remedy="write with the store itself"
            )
        return LogWriter(self.path, coder, Checker(self.corpus, self.codebook))

    def at(self, time: datetime | str) -> AnnotationStore:
        """Return the state as of a moment: a store of the same folder for reading, in which nothing came later.

        Parameters
        ----------
        time
            A datetime with a time zone, or its ISO 8601 text such as the `at` of an event. Events written in that very
            millisecond count. Roles and codebooks are those of today.

        Raises
        ------
        InputError
            When the time is none, or leaves open in which time zone it is meant.

        Examples
        --------
        >>> store = AnnotationStore("annotations").at("2026-11-23T20:00:00.000Z")
        """
        past = AnnotationStore(self.path, self.corpus, self.codebook)
        past.moment = to_time(time)
        return past

    @property
    def coders(self) -> dict[str, Coder]:
        """The coders by id: those of ``coders.toml`` in its order, then those who only have a log."""
        coders = read_coders(self.path / "coders.toml")
        for name in self._log_names():
            coders.setdefault(name, Coder(name))
        return coders

    @paused_collector()
    def annotations(
        self, coder: str | Collection[str] | None = None, article: str | None = None, type: str | None = None
    ) -> list[Annotation]:
        """Return the annotations as they stand, by coder, in the order in which they were first made.

        Parameters
        ----------
        coder
            One coder or several; None for all, adjudicators and models included.
        article
            Of this article only.
        type
            ``"frame"`` or ``"stance"`` only.

        Raises
        ------
        InputError
            When a coder is unknown, or a log is damaged.
        """
        return [Annotation.of(entry.fields) for entry in self._live(coder, article, type)]

    def events(self, coder: str) -> list[Event]:
        """Return every event of a coder's log in file order."""
        return [Event(entry.fields, entry.number) for entry in self._log(self._check_coder(coder)).entries]

    def statuses(self, coder: str) -> dict[str, str]:
        """Return the last status of each article that the coder gave one, in the order of the log."""
        found = self._log(self._check_coder(coder)).state.statuses
        return {article: entry.fields["status"] for article, entry in found.items()}

    def rejections(self, coder: str | Collection[str] | None = None, article: str | None = None) -> list[Annotation]:
        """Return the suggestions that were rejected."""
        logs = (self._log(name) for name in self._chosen(coder))
        rejected = (entry for log in logs for entry in log.state.rejected)
        return [Annotation.of(entry.fields) for entry in rejected if article in (None, entry.article)]

    def conflicts(self) -> list[Conflict]:
        """Return what merges left undecided: nothing of it is lost, and `revise` or `retract` decides it."""
        return [conflict for name in self._chosen(None) for conflict in self._log(name).state.conflicts]

    def history(self, id: str) -> list[Event]:
        """Return all events of an annotation in order of their sequence; none when there is no such id."""
        found: list[Event] = []
        for name in sorted(self._chosen(None)):
            entries = sorted((entry for entry in self._log(name).entries if entry.id == id is not None), key=rank)
            found += [Event(entry.fields, entry.number) for entry in entries]
        return found

    def gold(self, policy: str = "adjudicated") -> Gold:
        """Return what was decided.

        Parameters
        ----------
        policy
            ``"adjudicated"``: the log of the one coder whose role is adjudicator; ``"unanimous"`` or ``"majority"``:
            counted from the coders who finished an article, if two did, see `corpus_tools.annotation.gold.count_gold`;
            or a coder's id: that coder's log.

        Raises
        ------
        InputError
            When there is no such coder, or more than one adjudicator.
        """
        judgements = self.judgements()
        if policy in RULES:
            return count_gold(policy, judgements)
        coder = self._adjudicator() if policy == "adjudicated" else self._check_coder(policy)
        return Gold(coder, tuple(self.annotations(coder)), self._finished(coder), judgements)

    def judgements(self, coders: Collection[str] | None = None) -> dict[str, dict[str, tuple[Annotation, ...]]]:
        """Return what coders said, by article and coder; only who finished an article has a say about it.

        Parameters
        ----------
        coders
            Whose; None for all with the role of coder.
        """
        names = [name for name, coder in self.coders.items() if coder.role == "coder"] if coders is None else coders
        found: dict[str, dict[str, tuple[Annotation, ...]]] = {}
        for name in names:
            for article in self._finished(self._check_coder(name)):
                found.setdefault(article, {})[name] = tuple(self.annotations(name, article=article))
        return found

    def _finished(self, coder: str) -> tuple[str, ...]:
        return tuple(article for article, status in self.statuses(coder).items() if status == "done")

    def to_frame(self, coder: str | Collection[str] | None = None) -> pd.DataFrame:
        """Return the annotations as a table, one row each; see `corpus_tools.annotation.tables` for the columns."""
        from corpus_tools.annotation.tables import tabulate

        return tabulate(list(self._live(coder, None, None)))

    def _live(self, coder: str | Collection[str] | None, article: str | None, type: str | None) -> Iterator[Entry]:
        if type not in (None, *RECORD_TYPES):
            raise InputError(f"type {type!r} is unknown", remedy=f"use {' or '.join(RECORD_TYPES)}")
        for name in self._chosen(coder):
            log = self._log(name)
            found = log.live if article is None else log.live_by_article.get(article, ())
            yield from (entry for entry in found if type in (None, entry.type))

    def _chosen(self, coder: str | Collection[str] | None) -> list[str]:
        if coder is None:
            return list(self.coders)
        return [self._check_coder(name) for name in ((coder,) if isinstance(coder, str) else coder)]

    def _check_coder(self, coder: str) -> str:
        known = self.coders
        if coder not in known:
            raise InputError(
                f"there is no coder {coder!r}", where=str(self.path), remedy=f"known: {', '.join(known) or 'none'}"
            )
        return coder

    def _adjudicator(self) -> str:
        found = [coder.id for coder in self.coders.values() if coder.role == "adjudicator"]
        if len(found) != 1:
            what = f"{len(found)} adjudicators" if found else "no adjudicator"
            remedy = 'give one [[coder]] the role = "adjudicator", or name a coder as the policy'
            raise InputError(f"{what} in coders.toml", where=str(self.path), remedy=remedy)
        return found[0]

    def _log_names(self) -> list[str]:
        return [check_log_name(file) for file in list_logs(self.path)]

    def _log(self, coder: str) -> _Log:
        path = self.path / f"{coder}.jsonl"
        signature = _signature(path)
        log = self._logs.get(coder)
        if log is None or log.signature != signature:
            log = self._logs[coder] = _Log(path, signature, self.moment)
        return log


class _Log:
    """A coder's log as it was read; `signature` tells whether the file has changed since."""

    def __init__(self, path: Path, signature: tuple[int, ...] | None, moment: str | None) -> None:
        self.signature = signature
        content = read_log(path)
        content.refuse_damage()
        self.entries = content.entries if moment is None else entries_until(content.entries, moment)
        self.state = fold(self.entries)
        if content.torn is not None:
            what = f"{path}: the last line is unfinished and was left out; the next writer moves it to {path.name}.torn"
            warnings.warn(what, InputWarning, stacklevel=4)
        if self.state.conflicts:
            what = f"{path}: {len(self.state.conflicts)} conflicts are undecided; see store.conflicts()"
            warnings.warn(what, InputWarning, stacklevel=4)

    @cached_property
    def live(self) -> list[Entry]:
        return list(self.state.live())

    @cached_property
    def live_by_article(self) -> dict[str | None, list[Entry]]:
        found: dict[str | None, list[Entry]] = {}
        for entry in self.live:
            found.setdefault(entry.article, []).append(entry)
        return found


def _signature(path: Path) -> tuple[int, ...] | None:
    try:
        now = path.stat()
    except FileNotFoundError:
        return None
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns
