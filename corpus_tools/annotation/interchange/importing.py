"""From a file of another tool to records, and from these into a store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.identifiers import check_coder_id
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Item, Unit
from corpus_tools.annotation.interchange.loss import Losses, LossReport
from corpus_tools.annotation.interchange.offsets import UNITS
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.registry import find_format
from corpus_tools.annotation.interchange.sources import Limits, Source
from corpus_tools.annotation.interchange.storing import store_items
from corpus_tools.annotation.records import Record
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.annotation.store import AnnotationStore
    from corpus_tools.text.corpus import Corpus

__all__ = ["Imported", "import_annotations"]

_NAMES = {"codepoint": "code points", "utf16": "UTF-16 units"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held.

    Attributes
    ----------
    items : tuple of Item
        The annotations in the order of the file; each has a record, and id, coder, codebook and time where the file
        says them.
    articles : tuple of str
        Every article that the file names, with or without annotations.
    report : LossReport
        What of the file is no annotation, and in which unit its offsets were counted.
    """

    items: tuple[Item, ...]
    articles: tuple[str, ...]
    report: LossReport

    @property
    def records(self) -> tuple[Record, ...]:
        """The records, each a `Frame` or a `Stance`."""
        return tuple(item.record for item in self.items)

    def write(self, store: AnnotationStore, *, status: str | None = None) -> list[str]:
        """Write the annotations into a store, and return their ids in order.

        Everything is checked before the first line is written. An annotation whose id is in the coder's log already
        and says the same is not written again, so a second call after a crash completes the first; one without an id
        gets one from its content. An id that another coder's log has is replaced, in links too.

        Parameters
        ----------
        store
            The store; its corpus and codebook are what the records are held to, and its codebook's version is what
            they are written under.
        status
            Say this of every article of the file, such as ``"done"``: only such articles give negative examples.

        Raises
        ------
        InputError
            When something does not fit; nothing was written then.
        LogWriteError
            When the disk does not take it.
        """
        return store_items(self.items, store, status=status, articles=self.articles)


def import_annotations(
    path: str | os.PathLike[str],
    corpus: Corpus,
    *,
    format: str,
    coder: str | Mapping[str, str],
    codebook: Codebook | None = None,
    unit: Literal["auto", "codepoint", "utf16"] = "auto",
    limits: Limits | None = None,
) -> Imported:
    """Read annotations that another tool wrote; all of them or none.

    Parameters
    ----------
    path
        The file, the folder, or a zip of it.
    corpus
        The articles; every offset is verified against their texts.
    format
        One of `FORMATS`.
    coder
        Whose annotations they are. Where a file has several coders, a mapping from their names in it to the ids that
        they shall have; the others are left out, and reported.
    codebook
        With it, labels must be its own, and labels without ``frame:`` or ``stance:`` are looked up in it.
    unit
        What offsets count. ``auto`` takes what the format documents if it fits, else the other unit if that fits.
    limits
        Bounds of what a zip may unpack to.

    Raises
    ------
    InputError
        Naming file, line or item, and remedy of the first fault, and how many there are.
    """
    form = find_format(format)
    if unit not in ("auto", *UNITS):
        raise InputError(f"unknown unit {unit!r}", remedy=f"use one of auto, {', '.join(UNITS)}")
    for name in (coder,) if isinstance(coder, str) else coder.values():
        check_coder_id(name)
    source = Source(path, limits)
    reading = _read_in_a_unit(form, source, corpus, codebook, unit)
    items = _assign(reading, coder, str(path))
    return Imported(tuple(items), tuple(reading.articles), reading.losses.report(len(items)))


def _read_in_a_unit(form: Format, source: Source, corpus: Corpus, codebook: Codebook | None, unit: str) -> Reading:
    def read(chosen: Unit) -> Reading:
        reading = Reading(corpus, codebook, chosen, Losses(form.name, "import"))
        form.read(source, reading)
        return reading

    if unit != "auto":
        only = read("utf16" if unit == "utf16" else "codepoint")
        _refuse_faults(only)
        return only
    first = read(form.unit)
    if not first.offsets.asked:  # the units do not differ in these texts
        _refuse_faults(first)
    if not first.faults and not first.offsets.cut:
        return first
    second = read("codepoint" if form.unit == "utf16" else "utf16")
    fits = not second.faults and not second.offsets.cut
    if first.faults and not fits:
        _refuse_faults(first, f", nor do its offsets fit as {_NAMES[second.offsets.unit]}")
    if not fits:
        return first
    if not first.faults:
        _refuse_doubt(first, second)
    second.losses.notes.append(f"offsets count {_NAMES[second.offsets.unit]}, not {_NAMES[form.unit]}")
    return second


def _refuse_faults(reading: Reading, more: str = "") -> None:
    if not reading.faults:
        return
    first, others = reading.faults[0], len(reading.faults) - 1
    count = f" (and {others} more {'fault' if others == 1 else 'faults'})" if others else ""
    raise InputError(f"{first.what}{more}{count}", where=first.where, remedy=first.remedy)


def _refuse_doubt(first: Reading, second: Reading) -> None:
    article, start, end = min(first.offsets.cut)
    here, there = _NAMES[first.offsets.unit], _NAMES[second.offsets.unit]
    what = f"counted in {here}, {len(first.offsets.cut)} marks cut words, the first [{start}, {end}); in {there} none"
    remedy = f"pass unit='{second.offsets.unit}', or unit='{first.offsets.unit}' if the marks are right as they are"
    raise InputError(what, where=article, remedy=remedy)


def _assign(reading: Reading, coder: str | Mapping[str, str], where: str) -> list[Item]:
    if isinstance(coder, str):
        names = list(dict.fromkeys(item.coder for item in reading.items if item.coder is not None))
        if len(names) > 1:
            what = f"the file has annotations by {', '.join(map(repr, names))}"
            remedy = f"say which to take and whose they are, such as coder={{{names[0]!r}: {coder!r}}}"
            raise InputError(what, where=where, remedy=remedy)
        return [replace(item, coder=coder) for item in reading.items]
    unknown = sorted(set(coder) - {item.coder for item in reading.items})
    if unknown:
        what = f"the file has no annotations by {', '.join(map(repr, unknown))}"
        raise InputError(what, where=where, remedy="name coders as the file names them")
    kept = []
    for item in reading.items:
        name = item.coder
        if name is not None and name in coder:
            kept.append(replace(item, coder=coder[name]))
        else:
            reading.losses.add("annotation", f"by {name!r}, who was not asked for", item.id or item.record.article)
    return kept
