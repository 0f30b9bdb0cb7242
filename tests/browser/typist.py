"""Coding by keyboard as a practised coder does it, counting the keys: those that move apart from those that do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from corpus_tools.annotation.records import Annotation, Implicit, Slot
from corpus_tools.notebook.session import Session

Pair = tuple[int, int]


@dataclass
class Typist:
    """Hands on the keyboard of a bench that shows a session."""

    bench: Any
    session: Session
    moving: int = 0
    doing: int = 0
    at: int = 0
    counts: list[tuple[str, int]] = field(default_factory=list)

    def select(self, start: int, end: int) -> None:
        """Move to the words and select them; nudge where they end inside a token."""
        tokens, sentences = self.session.segments
        first = max(n for n, (low, _) in enumerate(tokens) if low <= start)
        last = min(n for n, (_, high) in enumerate(tokens) if high >= end)
        self._jump(first, tokens, sentences)
        self._move("ArrowRight", first - self.at)
        self._move("Shift+ArrowRight", last - first)
        if last == first:
            self._select_one()
        self._move("Alt+ArrowRight", end - tokens[last][1])
        self._move("Alt+Shift+ArrowRight", start - tokens[first][0])
        self.at = last

    def code(self, annotation: Annotation) -> None:
        """Code a frame or a stance as the annotation has it, and note how many keys it took beyond moving."""
        before = self.doing
        if annotation.type == "stance":
            self._code_stance(annotation)
        elif annotation.spans:
            self.select(*_pair(annotation.spans[0]))
            self._do(self._key_of(annotation.label))
        else:
            self._do("d", self._key_of(annotation.label))
        self.counts.append((annotation.type, self.doing - before))

    def give_voice(self, annotation: Annotation) -> None:
        """Say whose voice the frame is that was coded last."""
        before = self.doing
        if isinstance(annotation.voice, Implicit):
            self._do("Shift+v")
        elif annotation.voice is not None and annotation.voice.span is not None:
            self.select(*_pair(annotation.voice.span))
            self._do("v")
        self.counts.append(("voice", self.doing - before))

    def _code_stance(self, stance: Annotation) -> None:
        if isinstance(stance.holder, Slot) and stance.holder.span:
            self.select(*_pair(stance.holder.span))
            self._do("s")
        else:
            self._drop_selection()
            self._do("s", "a" if stance.holder == Implicit("author") else "i")
        self._fill_target(stance)
        self._do(str(list(self.session.book.stances).index(stance.label) + 1))
        for span in stance.cue:
            self.select(*_pair(span))
            self._do("Enter" if span == stance.cue[0] else "c")
        if stance.expression:
            self._do("x", str(list(self.session.book.expressions).index(stance.expression) + 1))
        self._do("Enter")

    def _fill_target(self, stance: Annotation) -> None:
        assert stance.target is not None and stance.target.span is not None
        self.select(*_pair(stance.target.span))
        self._do("Enter")

    def _jump(self, token: int, tokens: list[Pair], sentences: list[Pair]) -> None:
        """Go by sentences to the one of the token, if it is another one."""

        def sentence_of(number: int) -> int:
            return max(n for n, (low, _) in enumerate(sentences) if n == 0 or low <= tokens[number][0])

        here, there = sentence_of(self.at), sentence_of(token)
        start = min(n for n, (low, _) in enumerate(tokens) if low >= sentences[there][0])
        if there > here:
            self._move("ArrowDown", there - here)
        elif there < here or token < self.at:
            self._drop_selection()
            first_here = min(n for n, (low, _) in enumerate(tokens) if low >= sentences[here][0])
            self._move("ArrowUp", here - there + (self.at != first_here))
        else:
            self._drop_selection()
            return
        self.at = start

    def _drop_selection(self) -> None:
        """Moving without Shift drops it: one step there and back."""
        self._press("Home")
        self.moving += 1
        tokens, sentences = self.session.segments
        low = max(s for n, (s, _) in enumerate(sentences) if n == 0 or s <= tokens[self.at][0])
        self.at = min(n for n, (start, _) in enumerate(tokens) if start >= low)

    def _select_one(self) -> None:
        """One token is meant by standing on it; this makes it a selection, as Shift does for more."""
        self._press("Alt+ArrowRight", "Alt+ArrowLeft")
        self.moving += 2

    def _move(self, key: str, times: int) -> None:
        opposite = key.replace("Right", "Left")
        for _ in range(abs(times)):
            self._press(key if times > 0 else opposite)
            self.moving += 1

    def _do(self, *keys: str) -> None:
        self._press(*keys)
        self.doing += len(keys)

    def _press(self, *keys: str) -> None:
        self.bench.press(*keys)

    def _key_of(self, label: str) -> str:
        return str(list(self.session.book.frames).index(label) + 1)


def _pair(span: Any) -> Pair:
    return span.start, span.end
