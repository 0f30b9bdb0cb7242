"""What a record must be to fit its article and its codebook: asked when it is added and when a log is validated."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.layout import RECORD_EVENTS
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import quote_at

if TYPE_CHECKING:
    from corpus_tools.text.corpus import Corpus

__all__ = ["Checker", "Fault"]

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, what to do, and whether it is an ``error`` or only ``unverified``."""

    what: str
    remedy: str
    severity: str = "error"


class Checker:
    """Checks events against a corpus and a codebook, as far as these are known.

    Parameters
    ----------
    corpus
        Where articles are looked up; None leaves texts unchecked.
    codebook
        What labels are looked up in; None leaves labels unchecked.
    """

    def __init__(self, corpus: Corpus | None = None, codebook: Codebook | None = None) -> None:
        self.corpus = corpus
        self.codebook = codebook
        self._known: dict[str, tuple[str, str]] = {}

    def complete(self, fields: Fields) -> Fields:
        """Return the fields with quotes, contexts, fingerprint and codebook version filled in where they can be.

        Raises
        ------
        InputError
            When the record does not fit; the first fault is named.
        """
        if self.corpus is None and self.codebook is None:
            return fields
        fields = dict(fields)
        if fields.get("codebook") is None and self.codebook is not None:
            fields["codebook"] = self.codebook.version
        article = self.find(fields.get("article"))
        if article is not None and "sha256" in fields:
            text, fingerprint = article
            fields["sha256"] = fields["sha256"] or fingerprint
            for keys in _span_keys(fields):
                for key in keys:
                    fields[key] = _fill(fields[key], text)
        for fault in self.faults(fields):
            if fault.severity == "error":
                raise InputError(fault.what, where=fields.get("article"), remedy=fault.remedy)
        return fields

    def faults(self, fields: Fields) -> Iterator[Fault]:
        """List what does not fit; the shape of the fields has been checked before."""
        if fields["event"] == "retract":  # taking back is always allowed
            return
        yield from self._article_faults(fields)
        if fields["event"] in RECORD_EVENTS and self.codebook is not None:
            yield from self._codebook_faults(fields, self.codebook)

    def find(self, article: str | None) -> tuple[str, str] | None:
        """Return an article's text and fingerprint, where the corpus has it."""
        if self.corpus is None or article is None:
            return None
        if article not in self._known and article in self.corpus:
            if len(self._known) >= 256:  # texts of a large corpus are not all kept
                self._known.clear()
            found = self.corpus[article]
            self._known[article] = (found.text, found.fingerprint)
        return self._known.get(article)

    def _article_faults(self, fields: Fields) -> Iterator[Fault]:
        found, name = self.find(fields.get("article")), fields.get("article")
        if found is None:
            if self.corpus is not None and name is not None:
                yield Fault(
                    f"article {name!r} is not in the corpus", "correct the id, or give the corpus that holds it"
                )
            yield from _unverified(fields)
            return
        text, fingerprint = found
        stored = fields.get("sha256")
        if stored is not None and stored != fingerprint:
            what = f"article {name!r} has changed: its text has the sha256 {fingerprint[:12]}..., not {stored[:12]}..."
            yield Fault(what, "restore the text that was coded, or re-anchor the annotations")
            return
        for key, span in _spans_of(fields):
            yield from _span_faults(key, span, text)
        yield from _unverified(fields)

    def _codebook_faults(self, fields: Fields, book: Codebook) -> Iterator[Fault]:
        # What an older or newer version of the codebook held cannot be said from this one.
        version = fields.get("codebook")
        severity = "error" if version in (None, book.version) else "unverified"
        suffix = "" if severity == "error" else f" (the record was made under {version})"
        for what, value, known in _labels_of(fields, book):
            if value not in known:
                yield Fault(
                    f"{what} {value!r} is not in codebook {book.version}{suffix}", _suggest(value, known), severity
                )


def _labels_of(fields: Fields, book: Codebook) -> Iterator[tuple[str, Any, Collection[str]]]:
    """Iterate over (what it is, the value, the values that the codebook knows)."""
    if fields["type"] == "frame":
        yield "frame", fields["label"], book.frames
    else:
        yield "stance", fields["label"], book.stances
        if fields["expression"] is not None:
            yield "expression", fields["expression"], book.expressions
    for name in _span_keys(fields)[1]:
        entity = (fields[name] or {}).get("entity")
        if entity is not None:
            yield f"{name} entity", entity, book.entities
    for name, value in fields["attrs"].items():
        if name not in book.attrs:
            yield "attribute", name, book.attrs
        elif book.attrs[name].values:
            values = value if isinstance(value, list) else [value]
            yield from ((f"{name} =", part, book.attrs[name].values) for part in values)


def _span_keys(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which keys hold lists of spans and which hold slots; other keys of these names are unknown ones."""
    if fields["event"] not in RECORD_EVENTS:
        return (), ()
    return (("spans",), ("voice",)) if fields["type"] == "frame" else (("cue",), ("holder", "target"))


def _spans_of(fields: Fields) -> Iterator[tuple[str, Fields]]:
    lists, slots = _span_keys(fields)
    for key in lists:
        for span in fields[key]:
            yield key, span
    for key in slots:
        span = (fields[key] or {}).get("span")
        if span is not None:
            yield key, span


def _span_faults(key: str, span: Fields, text: str) -> Iterator[Fault]:
    start, end, quote = span["start"], span["end"], span.get("quote")
    place = f"{key} [{start}, {end})"
    if end > len(text):
        yield Fault(
            f"{place} goes past the end of the text, which has {len(text)} characters",
            "count code points of the article's text",
        )
    elif quote is not None and text[start:end] != quote:
        yield Fault(
            f"{place} quotes {_short(quote)}, but the text there is {_short(text[start:end])}",
            "correct the offsets; they count code points",
        )
    elif not (text.endswith(span.get("prefix") or "", 0, start) and text.startswith(span.get("suffix") or "", end)):
        yield Fault(
            f"{place} stands in another context than it says", "correct the offsets, or leave prefix and suffix out"
        )


def _unverified(fields: Fields) -> Iterator[Fault]:
    places = [f"{key} [{span['start']}, {span['end']})" for key, span in _spans_of(fields) if span.get("quote") is None]
    if places:
        what = f"{', '.join(places)} without a quote cannot be compared with the text"
        yield Fault(what, "write with a store that knows the corpus", "unverified")


def _fill(value: Any, text: str) -> Any:
    """Fill the quotes of a list of spans, a slot or nothing; a span past the end is left to the check."""
    if isinstance(value, list):
        return [_fill_span(span, text) for span in value]
    if isinstance(value, dict) and value.get("span"):
        return {**value, "span": _fill_span(value["span"], text)}
    return value


def _fill_span(span: Fields, text: str) -> Fields:
    start, end = span["start"], span["end"]
    if end > len(text):
        return span
    context = zip(("quote", "prefix", "suffix"), quote_at(text, start, end), strict=True)
    return {**span, **{key: here for key, here in context if span.get(key) is None}}


def _suggest(value: Any, known: Collection[str]) -> str:
    close = get_close_matches(str(value), known, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known: {', '.join(known) or 'none'}" if len(known) <= 12 else "look it up in the codebook"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
