"""What a coder can do and take back: changes, and steps of several changes that belong together."""

from __future__ import annotations

from dataclasses import dataclass

from corpus_tools.annotation.records import Record

__all__ = ["Change", "Judgement", "Rejection", "Status", "Step"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An annotation that came, changed or went: `before` is None when it is new, `after` when it is taken back."""

    id: str
    before: Record | None
    after: Record | None


@dataclass(frozen=True, slots=True)
class Status:
    """How far an article is; `before` is None where nothing was said about it."""

    article: str
    before: str | None
    after: str
    seconds: float | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A suggestion that was rejected; `key` says which."""

    key: str
    record: Record


Change = Judgement | Status | Rejection


@dataclass(frozen=True, slots=True)
class Step:
    """What one command did: undone and redone as a whole. `what` says it in words, `article` is where it happened."""

    what: str
    article: str
    changes: tuple[Change, ...]
