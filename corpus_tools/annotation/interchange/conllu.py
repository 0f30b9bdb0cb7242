"""CoNLL-U with frames in MISC, as BIO labels: ``Frame=B-dialogue`` on the first token of a span, ``I-`` on the others.

The tokens are plain ones (words and marks), a sentence ends with a line of the text, and columns that need a parser are
``_``. MISC also says ``start_char`` and ``end_char`` in code points. A token carries one label, so of two frames that
overlap the later one is lost; stances have no place at all. Frames of whole articles are comments before the first
sentence. Read are these files and any CoNLL-U whose MISC has the same four keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.items import Document, Fitted, Item, strip
from corpus_tools.annotation.interchange.labels import read_category, write_category, write_frame
from corpus_tools.annotation.interchange.reading import Reading
from corpus_tools.annotation.interchange.sources import Member, Source
from corpus_tools.annotation.interchange.targets import Target
from corpus_tools.annotation.interchange.tokens import Token, cut_tokens, trim
from corpus_tools.annotation.records import Frame
from corpus_tools.text.article import Article
from corpus_tools.text.decoding import decode_utf8
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

__all__ = ["Conllu"]

_NO_PLACE = "MISC has no key for it"
_BLANK = re.compile(r"[\s\0\u0080-\u009f]+")
_ARTICLE_FRAME = "# article_frame = "
_NEW = "# newdoc id = "


class Conllu(Format):
    """CoNLL-U with frames in MISC."""

    name = "conllu"
    quoted = True
    suffixes = (".conllu",)
    coders = False
    lacks = dict.fromkeys(
        ("codebook", "voice", "voice_entity", "attrs", "links", "decides", "origin", "confidence", "comment", "extra"),
        _NO_PLACE,
    ) | {"coder": "CoNLL-U has no annotator", "at": "CoNLL-U has no time"}
    may_lose = {
        "annotation": "when it is a stance, the later of two frames that overlap, or stands on white space alone",
        "spans": "white space at the edges of a span is no token, and spans stand in the order of the text",
        "salience": "carried for whole articles only",
    }

    def refuse(self, article: Article) -> str | None:
        """Refuse a text without tokens."""
        return None if article.text.strip() else "it has no tokens"

    def fit_all(self, article: Article, items: Iterable[Item]) -> Iterator[tuple[Item, Fitted]]:
        """Give each token to the first frame that wants it."""
        taken: set[int] = set()
        for item in items:
            yield item, _fit(strip(item, self.lacks), article, taken)

    def write(self, documents: Iterable[Document], target: Target) -> None:
        """Write the documents one after another."""
        for document in documents:
            target.stream.write("".join(_write_document(document)).encode("utf-8"))

    def read(self, source: Source, reading: Reading) -> None:
        """Read the frames of each document; ``# newdoc id`` names its article, else the file's name does."""
        for member in source.members(self.suffixes):
            for parsed in _parse(member):
                with reading.at(parsed.where):
                    _read_document(parsed, reading)


def _fit(item: Item, article: Article, taken: set[int]) -> Fitted:
    record = item.record
    if not isinstance(record, Frame):
        return "a token carries one label: no room for a stance"
    if not record.spans:
        return (item,)
    trimmed = (trim(article.text, span) for span in record.spans)
    spans = tuple(sorted(span for span in trimmed if span is not None))
    wanted = [at for span in spans for at in range(span.start, span.end)]
    if not spans:
        return "it stands on white space alone"
    if len(set(wanted)) < len(wanted) or not taken.isdisjoint(wanted):
        return "a token carries one label: an earlier frame overlaps it"
    taken.update(wanted)
    return (replace(item, record=replace(record, spans=spans, salience=None)),)


# --- writing --------------------------------------------------------------------------------------------------------


def _write_document(document: Document) -> Iterator[str]:
    article = document.article
    frames = [(item, item.record) for item in document.items if isinstance(item.record, Frame)]
    labels: dict[int, tuple[Span, str, str]] = {}
    for item, frame in frames:
        for span in frame.spans:
            labels[span.start] = span, _plain(write_frame(frame.label)), _plain(item.id or "")
    tokens = cut_tokens(article.text, (span for span, _, _ in labels.values()))
    words = [token for token in tokens if not article.text[token.start].isspace()]
    yield f"{_NEW}{article.id}\n"
    for item, frame in frames:
        if not frame.spans:
            category = write_category(frame.salience or "", _plain(frame.label))
            yield f"{_ARTICLE_FRAME}{category} {_plain(item.id or '')}\n"
    misc = dict(zip(words, _write_misc(words, labels), strict=True))
    for number, sentence in enumerate(_sentences(article.text, words)):
        yield from _write_sentence(article, number, sentence, misc)


def _write_misc(words: Iterable[Token], labels: dict[int, tuple[Span, str, str]]) -> Iterator[list[str]]:
    label, until = "", 0
    for token in words:
        fields = [f"start_char={token.start}", f"end_char={token.end}"]
        if token.start in labels:
            span, label, id = labels[token.start]
            until = span.end
            yield [*fields, f"Frame=B-{label}", *([f"FrameId={id}"] if id else [])]
        elif token.start < until:
            yield [*fields, f"Frame=I-{label}"]
        else:
            yield fields


def _sentences(text: str, words: Iterable[Token]) -> Iterator[list[Token]]:
    sentence: list[Token] = []
    for token in words:
        if sentence and "\n" in text[sentence[-1].end : token.start]:
            yield sentence
            sentence = []
        sentence.append(token)
    if sentence:
        yield sentence


def _write_sentence(
    article: Article, number: int, sentence: list[Token], misc: dict[Token, list[str]]
) -> Iterator[str]:
    yield f"# sent_id = {article.id}-{number}\n"
    yield f"# text = {_flat(article.text[sentence[0].start : sentence[-1].end])}\n"
    for position, token in enumerate(sentence, 1):
        end = sentence[position].start if position < len(sentence) else len(article.text)
        fields = [*misc[token], *(["SpaceAfter=No"] if token.end == end else [])]
        form = _flat(article.text[token.start : token.end])
        yield "\t".join([str(position), form, *"_" * 7, "|".join(fields)]) + "\n"
    yield "\n"


def _flat(text: str) -> str:
    return _BLANK.sub(" ", text)


def _plain(text: str) -> str:
    """Return a text without what MISC and comments cannot hold."""
    return quote(text, safe="")


# --- reading --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Parsed:
    """One document of a file: its tokens (place, form, MISC) and the frames of the whole article."""

    name: str
    where: str
    tokens: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    frames: list[tuple[str, str]] = field(default_factory=list)


def _parse(member: Member) -> Iterator[_Parsed]:
    found = _Parsed(member.stem, member.where)
    for number, line in enumerate(decode_utf8(member.data, where=member.where).split("\n"), 1):
        where, line = f"{member.where}:{number}", line.removesuffix("\r")
        if line.startswith(_NEW):
            if found.tokens or found.frames:
                yield found
            found = _Parsed(line.removeprefix(_NEW).strip(), where)
        elif line.startswith(_ARTICLE_FRAME):
            found.frames.append((where, line.removeprefix(_ARTICLE_FRAME)))
        elif line.strip() and not line.startswith("#"):
            found.tokens.append(_parse_token(line, where))
    if not found.tokens and not found.frames:
        raise InputError("the file has no tokens", where=member.where, remedy="give a CoNLL-U file")
    yield found


def _parse_token(line: str, where: str) -> tuple[str, str, dict[str, str]]:
    columns = line.split("\t")
    if len(columns) != 10:
        what = f"the line has {len(columns)} columns, and CoNLL-U has 10"
        raise InputError(what, where=where, remedy="separate the columns by tabs")
    pairs = [pair.partition("=") for pair in columns[9].split("|")] if columns[9] != "_" else []
    return where, columns[1], {key: value for key, _, value in pairs}


@dataclass(slots=True)
class _Found:
    """A frame whose spans are being read."""

    label: str
    id: str | None
    where: str
    spans: list[Span] = field(default_factory=list)


def _read_document(parsed: _Parsed, reading: Reading) -> None:
    article = reading.article(parsed.name)
    for frame in _read_frames(parsed, article, reading):
        with reading.at(frame.where):
            label = reading.label(frame.label)
            if label.kind != "frame":
                raise InputError(f"{frame.label!r} is no frame", remedy="MISC can hold frames only")
            reading.add(Item(Frame(article.id, label.label, tuple(frame.spans)), frame.id))
    for where, text in parsed.frames:
        with reading.at(where):
            category, _, id = text.partition(" ")
            salience, name = read_category(category)
            reading.add(Item(Frame(article.id, unquote(name), salience=salience), unquote(id) or None))


def _read_frames(parsed: _Parsed, article: Article, reading: Reading) -> Iterable[_Found]:
    frames: dict[str, _Found] = {}
    current: _Found | None = None
    for where, form, misc in parsed.tokens:
        with reading.at(where):
            span = _read_span(article, form, misc, reading)
            mark, _, label = misc.get("Frame", "").partition("-")
            if mark == "B" and span is not None:
                current = _begin(frames, unquote(label), misc, where)
                current.spans.append(span)
            elif mark == "I" and span is not None and current is not None and current.label == unquote(label):
                current.spans[-1] = Span.of(article.text, current.spans[-1].start, span.end)
            elif mark:
                raise InputError(f"Frame={misc['Frame']!r} continues nothing", remedy="begin a span with B-")
            elif misc:  # the words of a multi-word token have none
                current = None
    return frames.values()


def _begin(frames: dict[str, _Found], label: str, misc: dict[str, str], where: str) -> _Found:
    """Return the frame that a B- begins, or continues with a further span."""
    id = unquote(misc["FrameId"]) if misc.get("FrameId") else None
    found = frames.setdefault(where if id is None else f"id {id}", _Found(label, id, where))
    if found.label != label:
        raise InputError(f"the frame {id!r} has two labels", remedy="give every frame its own FrameId")
    return found


def _read_span(article: Article, form: str, misc: dict[str, str], reading: Reading) -> Span | None:
    if "start_char" not in misc:
        if "Frame" in misc:
            raise InputError("a frame on a token without start_char", remedy="give start_char and end_char in MISC")
        return None
    start, end = (_number(misc.get(key, "")) for key in ("start_char", "end_char"))
    span = reading.span(article, start, end, None if " " in form or form == "_" else form)
    if _flat(span.quote or "") != form:
        what = f"the token is {form!r}, but the text at [{span.start}, {span.end}) is {span.quote!r}"
        raise InputError(what, remedy="start_char and end_char count code points of the article's text")
    return span


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
