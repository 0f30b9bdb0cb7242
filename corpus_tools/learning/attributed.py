"""Terms of a stance candidate from attribution: the side that rules read for this holder and this target.

The rules of `corpus_tools.language.attribution` are right more often than any single feature, and wrong in ways that
training can learn to distrust; so what they read is not a decision here but a few more terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from corpus_tools.language.attribution.triples import Attribution
from corpus_tools.language.mentions import Mention
from corpus_tools.learning.terms import Term


def attribution_terms(
    attributions: Iterable[Attribution], holder: Mention | None, target: Mention | None
) -> Iterator[Term]:
    """Yield terms for the attributions of a sentence that name the holder, the target, or both."""
    found = False
    for a in attributions:
        fits_holder, fits_target = fits(a.holder, holder), fits(a.target, target)
        if not (fits_holder or fits_target):
            continue
        both = fits_holder and fits_target
        found, positions = found or both, (a.cue_head,)
        weak = "weak-" if a.strength == 1 else ""  # mild cues and reports without one are right less often
        slots = weak + ("both" if both else "H" if fits_holder else "T")
        yield f"A:{slots}-{a.value}", positions
        if both:
            yield f"A:{slots}-{a.value}-{a.expression}", positions
            yield f"A:{slots}-{a.value}-{a.factuality}", positions
            yield f"A:{slots}-strength-{a.strength}", positions
            if same(a.target, target) and same(a.holder, holder):
                yield f"A:{weak}same-{a.value}", positions
    if not found:
        yield "A:neither", ()


def fits(read: Mention, mention: Mention | None) -> bool:
    """Whether two mentions share words, or speak with the same implicit voice."""
    if mention is None:
        return False
    if read.implicit or mention.implicit:
        return read.implicit == mention.implicit
    return read.overlaps(mention)


def same(read: Mention, mention: Mention | None) -> bool:
    """Whether two mentions end at the same word or name the same entity."""
    if mention is None:
        return False
    if read.entity is not None and read.entity == mention.entity:
        return True
    return read.implicit == mention.implicit and read.end == mention.end
