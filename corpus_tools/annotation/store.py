"""`AnnotationStore`: the append-only logs of a folder, one a coder, and what they add up to."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.codec import Event
from corpus_tools.annotation.coders import Coder, read_coders
from corpus_tools.annotation.folding import Conflict, State, fold
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.layout import RECORD_TYPES
from corpus_tools.annotation.reading import LogContent, check_log_name, list_logs, read_log
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
        self._logs: dict[str, _Log] = {}
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
            When the coder's id cannot name a file, or the log is damaged.
        """
        return LogWriter(self.path, coder, Checker(self.corpus, self.codebook))

    @property
    def coders(self) -> dict[str, Coder]:
        """The coders by id: those of ``coders.toml`` in its order, then those who only have a log."""
        coders = read_coders(self.path / "coders.toml")
        for name in self._log_names():
            coders.setdefault(name, Coder(name))
        return coders

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
        return [Annotation.of(fields) for fields in self._live(coder, article, type)]

    def events(self, coder: str) -> list[Event]:
        """Return every event of a coder's log in file order."""
        return self._log(self._check_coder(coder)).content.events()

    def statuses(self, coder: str) -> dict[str, str]:
        """Return the last status of each article that the coder gave one, in the order of the log."""
        return {
            article: fields["status"] for article, fields in self._log(self._check_coder(coder)).state.statuses.items()
        }

    def rejections(self, coder: str | Collection[str] | None = None, article: str | None = None) -> list[Annotation]:
        """Return the suggestions that were rejected."""
        logs = (self._log(name) for name in self._chosen(coder))
        rejected = (fields for log in logs for fields in log.state.rejected)
        return [Annotation.of(fields) for fields in rejected if article in (None, fields["article"])]

    def conflicts(self) -> list[Conflict]:
        """Return what merges left undecided: nothing of it is lost, and `revise` or `retract` decides it."""
        return [conflict for name in self._chosen(None) for conflict in self._log(name).state.conflicts]

    def history(self, id: str) -> list[Event]:
        """Return all events of an annotation in order of their sequence; none when there is no such id."""
        found = (event for name in self._chosen(None) for event in self.events(name) if event.id == id)
        return sorted(found, key=lambda event: (event.coder, event.seq, event.event_id))

    def gold(self, policy: str = "adjudicated") -> Gold:
        """Return what was decided.

        Parameters
        ----------
        policy
            ``"adjudicated"``: the log of the one coder whose role is adjudicator; or a coder's id: that coder's log.

        Raises
        ------
        InputError
            When there is no such coder, or more than one adjudicator.
        """
        coder = self._adjudicator() if policy == "adjudicated" else self._check_coder(policy)
        done = tuple(article for article, status in self.statuses(coder).items() if status == "done")
        return Gold(coder, tuple(self.annotations(coder)), done)

    def to_frame(self, coder: str | Collection[str] | None = None) -> pd.DataFrame:
        """Return the annotations as a table, one row each; see `corpus_tools.annotation.tables` for the columns."""
        from corpus_tools.annotation.tables import tabulate

        return tabulate(self._live(coder, None, None))

    def _live(
        self, coder: str | Collection[str] | None, article: str | None, type: str | None
    ) -> Iterator[dict[str, Any]]:
        if type not in (None, *RECORD_TYPES):
            raise InputError(f"type {type!r} is unknown", remedy=f"use {' or '.join(RECORD_TYPES)}")
        for name in self._chosen(coder):
            for fields in self._log(name).state.live():
                if article in (None, fields["article"]) and type in (None, fields["type"]):
                    yield fields

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
            log = self._logs[coder] = _Log(path, signature)
        return log


class _Log:
    """A coder's log as it was read; `signature` tells whether the file has changed since."""

    def __init__(self, path: Path, signature: tuple[int, ...] | None) -> None:
        self.signature = signature
        self.content: LogContent = read_log(path)
        self.content.refuse_damage()
        self.state: State = fold(self.content.lines.values())
        if self.content.torn is not None:
            what = f"{path}: the last line is unfinished and was left out; the next writer moves it to {path.name}.torn"
            warnings.warn(what, InputWarning, stacklevel=4)
        if self.state.conflicts:
            what = f"{path}: {len(self.state.conflicts)} conflicts are undecided; see store.conflicts()"
            warnings.warn(what, InputWarning, stacklevel=4)


def _signature(path: Path) -> tuple[int, ...] | None:
    try:
        now = path.stat()
    except FileNotFoundError:
        return None
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns
