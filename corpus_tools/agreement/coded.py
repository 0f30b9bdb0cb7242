"""What coders said, lined up: units x coders for frames, aligned pairs for stances."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from corpus_tools.annotation.records import Annotation, Implicit, Slot
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import Parses
from corpus_tools.text.errors import InputError


@dataclass(frozen=True, slots=True)
class CodedUnit:
    """A sentence or an article with the set of frames that each coder gave it; `version` is the codebook's."""

    article: str
    number: int
    start: int
    end: int
    frames: dict[str, frozenset[str]]
    version: str


@dataclass(frozen=True, slots=True)
class StancePair:
    """Two coders' stances toward one target in one sentence; None where only one of them saw it."""

    article: str
    first: Annotation | None
    second: Annotation | None
    version: str


def choose_coders(store: AnnotationStore, coders: Collection[str] | None) -> list[str]:
    """Return the coders to compare: those named, else all with the role of coder.

    Raises
    ------
    InputError
        When fewer than two remain.
    """
    chosen = list(coders) if coders is not None else [c.id for c in store.coders.values() if c.role == "coder"]
    if len(chosen) < 2:
        raise InputError(
            f"agreement needs two coders, and there is {', '.join(chosen) or 'none'}",
            remedy="code the articles a second time",
        )
    return chosen


def coded_articles(store: AnnotationStore, coders: Iterable[str]) -> dict[str, str]:
    """Return the articles that every coder finished, with the codebook version of their codes."""
    statuses = [store.statuses(coder) for coder in coders]
    both = [a for a in statuses[0] if all(s.get(a) == "done" for s in statuses)]
    versions: dict[str, set[str]] = {article: set() for article in both}
    for event in (event for coder in coders for event in store.events(coder)):
        article, version = event.fields.get("article"), event.fields.get("codebook")
        if article in versions and version is not None:
            versions[article].add(version)
    return {article: "+".join(sorted(found)) or "unknown" for article, found in versions.items()}


def coded_units(
    store: AnnotationStore, coders: list[str], parses: Parses | None, *, level: str = "sentence"
) -> list[CodedUnit]:
    """Return the sentences (needs parses) or articles that all coders judged, with their frames."""
    units: list[CodedUnit] = []
    by_coder = {coder: store.annotations(coder, type="frame") for coder in coders}
    for article, version in coded_articles(store, coders).items():
        ranges = _ranges(parses, article, level)
        own = {coder: [a for a in found if a.article == article] for coder, found in by_coder.items()}
        for number, (start, end) in enumerate(ranges):
            frames = {
                coder: frozenset(a.label for a in found if level == "article" or _touches(a, start, end))
                for coder, found in own.items()
            }
            units.append(CodedUnit(article, number, start, end, frames, version))
    return units


def align_stances(store: AnnotationStore, first: str, second: str, parses: Parses) -> list[StancePair]:
    """Pair two coders' stances: same sentence, the greatest overlap of target and holder first, each used once."""
    pairs: list[StancePair] = []
    by_coder = {coder: store.annotations(coder, type="stance") for coder in (first, second)}
    for article, version in coded_articles(store, (first, second)).items():
        for start, end in _ranges(parses, article, "sentence"):
            a, b = (
                [
                    s
                    for s in found
                    if s.article == article and s.target and s.target.span and start <= s.target.span.start < end
                ]
                for found in by_coder.values()
            )
            pairs.extend(StancePair(article, x, y, version) for x, y in _best_pairs(a, b))
    return pairs


def _best_pairs(a: list[Annotation], b: list[Annotation]) -> list[tuple[Annotation | None, Annotation | None]]:
    scored = sorted(
        ((_closeness(x, y), -i, -j) for i, x in enumerate(a) for j, y in enumerate(b) if _closeness(x, y) > 0),
        reverse=True,
    )
    used_a: set[int] = set()
    used_b: set[int] = set()
    found: list[tuple[Annotation | None, Annotation | None]] = []
    for _, i, j in scored:
        if -i not in used_a and -j not in used_b:
            used_a.add(-i)
            used_b.add(-j)
            found.append((a[-i], b[-j]))
    found.extend((x, None) for i, x in enumerate(a) if i not in used_a)
    found.extend((None, y) for j, y in enumerate(b) if j not in used_b)
    return found


def _closeness(x: Annotation, y: Annotation) -> float:
    """Share of common characters of the targets, plus a tenth of the same for the holders."""
    target = slot_overlap(x.target, y.target)
    return target + slot_overlap(x.holder, y.holder) / 10 if target > 0 else 0.0


def slot_overlap(x: Slot | Implicit | None, y: Slot | Implicit | None) -> float:
    """Jaccard overlap of two slots' characters; 1 for the same implicit voice."""
    if isinstance(x, Implicit) or isinstance(y, Implicit):
        return float(x == y)
    if x is None or y is None or x.span is None or y.span is None:
        return 0.0
    shared = min(x.span.end, y.span.end) - max(x.span.start, y.span.start)
    whole = max(x.span.end, y.span.end) - min(x.span.start, y.span.start)
    return max(0.0, shared / whole)


def _ranges(parses: Parses | None, article: str, level: str) -> list[tuple[int, int]]:
    if level == "article":
        return [(0, 0)]
    if level != "sentence":
        raise InputError(f"the 'level' parameter must be 'sentence' or 'article'. Got {level!r} instead")
    if parses is None:
        raise InputError("agreement over sentences needs the articles", remedy="give corpus=, or use level='article'")
    if article not in parses:
        return []  # not in this corpus, or it could not be parsed: nothing to compare
    return [(s.start, s.end) for s in parses[article].sentences]


def _touches(annotation: Annotation, start: int, end: int) -> bool:
    return any(span.start < end and span.end > start for span in annotation.spans)


def coder_pairs(coders: list[str]) -> list[tuple[str, str]]:
    """Return all pairs of coders in order."""
    return list(combinations(coders, 2))
