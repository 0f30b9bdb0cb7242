"""corpus_tools: from raw articles to framing and stance results that a reviewer cannot knock down.

The names below are the public face; each is loaded from its floor when it is first used, so that `import
corpus_tools` is quick and brings in neither torch nor scikit-learn.

>>> import corpus_tools as ct
>>> ct.Span(3, 7)
Span(start=3, end=7, quote=None, prefix=None, suffix=None)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corpus_tools._version import __version__

_HOMES = {
    "Article": "text.article",
    "Corpus": "text.corpus",
    "InputError": "text.errors",
    "Span": "text.span",
    "Annotation": "annotation.records",
    "AnnotationStore": "annotation.store",
    "Codebook": "annotation.codebook",
    "Frame": "annotation.records",
    "Gold": "annotation.gold",
    "Implicit": "annotation.records",
    "Slot": "annotation.records",
    "Stance": "annotation.records",
    "anchor": "annotation.anchoring",
    "reanchor": "annotation.anchoring",
    "validate": "annotation.validation",
    "Parse": "language.parses",
    "Parses": "language.parses",
    "parse": "language.parses",
    "attribute": "language.attribution",
    "measure_agreement": "agreement.table",
    "CueDetector": "learning.lexicon",
    "FrameDetector": "learning.frames",
    "FrameLexicon": "learning.frame_lexicon",
    "StanceDetector": "learning.stances",
    "suspect_labels": "learning.suspects",
    "units": "learning.units",
    "units_from_texts": "learning.units",
    "evaluate": "evaluation.evaluate",
    "run": "reporting.run",
    "Adjudicator": "notebook.adjudicator",
    "Annotator": "notebook.annotator",
    "show": "notebook.viewer",
}

__all__ = ["__version__", *_HOMES]

if TYPE_CHECKING:
    from corpus_tools.agreement.table import measure_agreement as measure_agreement
    from corpus_tools.annotation.anchoring import anchor as anchor
    from corpus_tools.annotation.anchoring import reanchor as reanchor
    from corpus_tools.annotation.codebook import Codebook as Codebook
    from corpus_tools.annotation.gold import Gold as Gold
    from corpus_tools.annotation.records import Annotation as Annotation
    from corpus_tools.annotation.records import Frame as Frame
    from corpus_tools.annotation.records import Implicit as Implicit
    from corpus_tools.annotation.records import Slot as Slot
    from corpus_tools.annotation.records import Stance as Stance
    from corpus_tools.annotation.store import AnnotationStore as AnnotationStore
    from corpus_tools.annotation.validation import validate as validate
    from corpus_tools.evaluation.evaluate import evaluate as evaluate
    from corpus_tools.language.attribution import attribute as attribute
    from corpus_tools.language.parses import Parse as Parse
    from corpus_tools.language.parses import Parses as Parses
    from corpus_tools.language.parses import parse as parse
    from corpus_tools.learning.frame_lexicon import FrameLexicon as FrameLexicon
    from corpus_tools.learning.frames import FrameDetector as FrameDetector
    from corpus_tools.learning.lexicon import CueDetector as CueDetector
    from corpus_tools.learning.stances import StanceDetector as StanceDetector
    from corpus_tools.learning.suspects import suspect_labels as suspect_labels
    from corpus_tools.learning.units import units as units
    from corpus_tools.learning.units import units_from_texts as units_from_texts
    from corpus_tools.notebook.adjudicator import Adjudicator as Adjudicator
    from corpus_tools.notebook.annotator import Annotator as Annotator
    from corpus_tools.notebook.viewer import show as show
    from corpus_tools.reporting.run import run as run
    from corpus_tools.text.article import Article as Article
    from corpus_tools.text.corpus import Corpus as Corpus
    from corpus_tools.text.errors import InputError as InputError
    from corpus_tools.text.span import Span as Span


def __getattr__(name: str) -> Any:
    """Load a public name from its floor (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
