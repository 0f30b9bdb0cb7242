"""`Attribution`: one holder, one cue, one target and the side taken, each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corpus_tools.language.mentions import Mention

COLUMNS = (
    "article",
    "sentence",
    "start",
    "end",
    "label",
    "expression",
    "factuality",
    "holder",
    "target",
    "cue_start",
    "cue_end",
    "cue_quote",
    "strength",
)
"""Of the table that `attribute` gives: one row an attribution, in text order."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody's side toward something, as one sentence words it.

    Attributes
    ----------
    sentence : int
        Number of the sentence in its article.
    start, end : int
        The sentence's span, in code points of the article.
    value : str
        `oppose`, `mixed`, `support` or `neutral`, toward the target.
    expression : str
        How it is expressed: evaluation, concern, demand, threat or commitment.
    factuality : str
        `fact`, `possible` (a modal, a condition, a question) or `negated` (the cue stands under a negation, which
        `value` has taken into account).
    holder, target : Mention
        The words with the entity of the codebook; a holder may be implicit: `author` or `unspecified`.
    cue_start, cue_end : int
        The words of the cue, from the first to the last.
    cue_quote : str
    strength : int
        1 mild, 2 plain, 3 strong.
    holder_head, target_head, cue_head : int
        Positions of the head words in the sentence, from 0; -1 for an implicit holder.
    """

    sentence: int
    start: int
    end: int
    value: str
    expression: str
    factuality: str
    holder: Mention
    target: Mention
    cue_start: int
    cue_end: int
    cue_quote: str
    strength: int
    holder_head: int = -1
    target_head: int = -1
    cue_head: int = -1

    def to_row(self, article: str) -> dict[str, Any]:
        """Return the row of the table: holder and target as dictionaries, as in detections."""
        plain = {name: getattr(self, name) for name in COLUMNS[9:]}
        return {
            "article": article,
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "label": self.value,
            "expression": self.expression,
            "factuality": self.factuality,
            "holder": self.holder.to_dict(),
            "target": self.target.to_dict(),
            **plain,
        }
