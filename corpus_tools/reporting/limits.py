"""What to distrust whatever the numbers are; what follows from the numbers stands in the evaluation's warnings."""

from __future__ import annotations

from corpus_tools.reporting.trust import Trust

FEW_ARTICLES = 200

STANDING_LIMITS = (
    "A frame is marked where the article uses it, also where it quotes someone who does: "
    "a quoted frame is not the outlet's frame.",
    "Only the frames of the codebook can be found. What the codebook does not name, the page does not show.",
    "Evidence words are those that moved the score most. They are a trace of the model, "
    "not the reason why a passage has its meaning.",
    "A probability is calibrated on articles like the coded ones; on another event, outlet or period it may be off.",
)


def list_limits(trust: Trust) -> list[str]:
    """Return the limits that every reader should know, in plain sentences."""
    if trust.articles is None or trust.articles >= FEW_ARTICLES:
        return list(STANDING_LIMITS)
    small = f"All numbers rest on {trust.articles} coded articles: read the intervals as the result, not the points."
    return [small, *STANDING_LIMITS]
