"""An article, a codebook and records on them, for tests of the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from corpus_tools.annotation import Codebook, Frame, Slot, Stance
from corpus_tools.text.span import Span

TEXT = "The junta 🇳🇪 refused. The bloc warned the junta of Niger."
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.1"},
        "frame": [{"id": "dialogue"}, {"id": "sovereignty"}],
        "stance": [{"id": "oppose", "order": 1}, {"id": "support", "order": 3}],
        "expression": [{"id": "threat"}],
        "entity": [{"id": "junta", "name": "Junta"}, {"id": "ecowas", "name": "ECOWAS"}],
        "attr": [{"id": "certainty", "values": ["sure", "unsure"]}, {"id": "note"}],
    }
)


def frame(**changes: Any) -> Frame:
    return replace(Frame("niger", "dialogue", [Span(4, 9)]), **changes)


def stance(**changes: Any) -> Stance:
    made = Stance(
        "niger", "oppose", holder=Slot(Span(22, 30), "ecowas"), target=Slot(Span(38, 47), "junta"), cue=[(31, 37)]
    )
    return replace(made, **changes)
