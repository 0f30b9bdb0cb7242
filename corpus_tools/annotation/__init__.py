"""Annotations: codebook, records, the append-only store, anchoring, gold, validation. Imports only the text floor."""

from corpus_tools.annotation.anchoring import anchor, reanchor
from corpus_tools.annotation.checks import Checker
from corpus_tools.annotation.codebook import Attribute, Codebook, Entity, Expression, FrameLabel, StanceValue
from corpus_tools.annotation.coders import Coder
from corpus_tools.annotation.folding import Conflict
from corpus_tools.annotation.gold import Gold
from corpus_tools.annotation.locking import LockedError
from corpus_tools.annotation.logfile import LogWriteError
from corpus_tools.annotation.merging import merge_states
from corpus_tools.annotation.records import Annotation, Event, Frame, Implicit, Link, Slot, Stance, decode, encode
from corpus_tools.annotation.repair import repair
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.annotation.validation import Problem, validate
from corpus_tools.annotation.writer import LogWriter

__all__ = [
    "Annotation",
    "AnnotationStore",
    "Attribute",
    "Checker",
    "Codebook",
    "Coder",
    "Conflict",
    "Entity",
    "Event",
    "Expression",
    "Frame",
    "FrameLabel",
    "Gold",
    "Implicit",
    "Link",
    "LockedError",
    "LogWriteError",
    "LogWriter",
    "Problem",
    "Slot",
    "Stance",
    "StanceValue",
    "anchor",
    "decode",
    "encode",
    "merge_states",
    "reanchor",
    "repair",
    "validate",
]
