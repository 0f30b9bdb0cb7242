"""Articles and annotations that are hard on an interchange format, and the comparison that its loss report must pass.

The texts have emoji, combining marks, CRLF, right-to-left script and line separators; annotations overlap, are
discontinuous, are about whole articles, and have implicit holders.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.coercion import Implicit, Link, Slot
from corpus_tools.annotation.interchange import Item, LossReport, import_annotations
from corpus_tools.annotation.records import Annotation, Frame, Record, Stance
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

PIECES = (
    "ECOWAS", "talks", "junta", " ", "  ", "\n", "\r\n", "\t", ".", "'s", "😀", "🇳🇪", "👩🏽‍🚀", "é", "e\u0301", "Zoë",
    "السلام", "שלום", "中国", "\u2028", "\x85", "\u00a0", "=1+1", "<b>", "&amp;", '"', "|", "\ufeff", "\x0b",
)  # fmt: skip
LABELS = ("dialogue", "a=b|c", "=1+1", "x:y", "über frame", "x@target", "<b>&", "'", '""', "stance:x", "a\tb\nc")
NAMES = st.sampled_from(["france", "russian_influence", "x y", "=cmd", "'", "ünï", "a:b", ""])
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
ANNOTATION_FIELDS = [field.name for field in fields(Annotation) if field.name not in ("event_id", "type", "article")]

texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join).filter(str.strip)


@st.composite
def span_of(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, len(text) - 1))
    return Span.of(text, start, draw(st.integers(start + 1, len(text))))


@st.composite
def slot_of(draw: st.DrawFn, text: str) -> Slot:
    span = draw(st.none() | span_of(text))
    entity = draw(NAMES if span else NAMES.filter(bool)) if span is None or draw(st.booleans()) else None
    return Slot(span, entity)


@st.composite
def record_of(draw: st.DrawFn, article: Article) -> Record:
    text = article.text
    common = {
        "attrs": draw(st.dictionaries(WORDS, st.integers(-5, 5) | WORDS | st.lists(st.booleans()), max_size=1)),
        "links": draw(st.sampled_from([(), (Link("a0"),), (Link("other", "answers"),)])),
        "decides": draw(st.lists(st.sampled_from(["b0", "b1"]), max_size=1)),
        "origin": draw(st.sampled_from(["manual", "suggestion"])),
        "confidence": draw(st.sampled_from([None, 0.0, 0.25, 1.0, 0.1])),
        "comment": draw(st.none() | WORDS),
        "extra": draw(st.sampled_from([{}, {"colour": "red"}])),
        "sha256": article.fingerprint,
    }
    label = draw(st.sampled_from(LABELS))
    if draw(st.booleans()):
        spans = draw(st.lists(span_of(text), max_size=3))
        salience = draw(st.sampled_from([None, "primary", "present"] if spans else ["primary", "present"]))
        voice = draw(st.none() | st.just("author") | slot_of(text))
        return Frame(article.id, label, spans, voice=voice, salience=salience, **common)
    holder = draw(st.sampled_from([Implicit("author"), Implicit("unspecified")]) | slot_of(text))
    cue = draw(st.lists(span_of(text), max_size=2))
    expression = draw(st.sampled_from([None, "concern", "", "=x"]))
    target = draw(slot_of(text))
    return Stance(article.id, label, holder=holder, target=target, cue=cue, expression=expression, **common)


@st.composite
def worlds(draw: st.DrawFn, coders: tuple[str, ...] = ("ana",)) -> tuple[Corpus, list[Annotation]]:
    """One or two articles with up to five annotations."""
    found = draw(st.lists(texts, min_size=1, max_size=2, unique=True))
    articles = [Article(f"art {number}", text) for number, text in enumerate(found)]
    annotations = []
    for number in range(draw(st.integers(0, 5))):
        record = draw(record_of(draw(st.sampled_from(articles))))
        annotations.append(annotate(record, number, coder=draw(st.sampled_from(coders))))
    return Corpus.of(articles), annotations


def annotate(record: Record, number: int, *, coder: str = "ana") -> Annotation:
    """Give a record an id, a coder, a codebook version and a time."""
    slots = {field.name: getattr(record, field.name) for field in fields(record)}
    at = f"2026-11-23T20:00:{number:02d}.000Z"
    return Annotation(id=f"a{number}", coder=coder, codebook="1.0", at=at, event_id="e", type=record.type, **slots)


# --- the comparison ---------------------------------------------------------------------------------------------------


def parts_of(value: Annotation | Item) -> dict[str, Any]:
    """Everything that may go lost, by the names of the loss report; made here from the records alone."""
    record = value.record
    parts: dict[str, Any] = {"type": record.type, "article": record.article, "label": record.label}
    parts |= {name: getattr(value, name) for name in ("id", "coder", "codebook", "at")}
    for field in fields(record):
        here = getattr(record, field.name)
        if field.name in ("voice", "holder", "target"):
            parts[f"{field.name}_entity"] = here.entity if isinstance(here, Slot) else None
            parts[field.name] = here.implicit if isinstance(here, Implicit) else here.span if here else None
        elif field.name != "sha256":
            parts[field.name] = here
    return parts


def check_report(annotations: list[Annotation], items: tuple[Item, ...], report: LossReport) -> None:
    """Assert that what differs after a round trip is exactly what the report names."""
    lost = set(report.ids("annotation"))
    kept = [annotation for annotation in annotations if annotation.id not in lost]
    assert report.carried == len(kept)
    wanted = [(parts_of(annotation), report.fields_of(annotation.id)) for annotation in kept]
    if "id" in {loss.what for loss in report.losses} or not kept:
        _match(wanted, [parts_of(item) for item in items])
        return
    found = {item.id: parts_of(item) for item in items}
    assert list(found) == [parts["id"] for parts, _ in wanted] or set(found) == {parts["id"] for parts, _ in wanted}
    for parts, named in wanted:
        differing = {name for name, value in parts.items() if found[parts["id"]][name] != value}
        assert differing == named, f"{parts['id']}: differs in {differing}, the report names {named}"


def _match(wanted: list[tuple[dict[str, Any], set[str]]], found: list[dict[str, Any]]) -> None:
    """Without ids: every kept annotation has an item that differs from it in what the report names and nothing else.

    One whose spans were lost may have become several items; else the two sides match one to one.
    """
    graph = [[i for i, there in enumerate(found) if _differing(here, there) <= named] for here, named in wanted]
    if any(len(here.get("spans", ())) > 1 and "spans" in named for here, named in wanted):
        assert all(graph) and set().union(*map(set, graph)) == set(range(len(found)))
        return
    assert len(wanted) == len(found)
    owner: dict[int, int] = {}
    assert all(_augment(number, graph, owner, set()) for number in range(len(wanted))), "no one-to-one match"


def _differing(here: dict[str, Any], there: dict[str, Any]) -> set[str]:
    return {name for name in here.keys() | there.keys() if here.get(name) != there.get(name)}


def _augment(number: int, graph: list[list[int]], owner: dict[int, int], seen: set[int]) -> bool:
    for item in graph[number]:
        if item not in seen:
            seen.add(item)
            if item not in owner or _augment(owner[item], graph, owner, seen):
                owner[item] = number
                return True
    return False


#       0      7      14    20  24    30
TEXT = "ECOWAS opened talks.\nThe junta waits."
CORPUS = Corpus.of([Article("niger", TEXT)])
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.0"},
        "frame": [{"id": "dialogue", "name": "Dialogue"}, {"id": "sovereignty", "name": "Sovereignty"}],
        "stance": [{"id": "support"}, {"id": "oppose"}],
        "entity": [{"id": "ecowas", "name": "ECOWAS"}],
    }
)


def read(tmp_path, name, content, **options):
    """Import a file with this content, as another tool might have written it."""
    path = tmp_path / "niger.in"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8", newline="")
    return import_annotations(path, CORPUS, format=name, coder="ana", codebook=BOOK, **options)


def pairs(spans):
    return [(span.start, span.end) for span in spans]
