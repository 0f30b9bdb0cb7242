"""Soft labels: for each label the share of the coders who marked a unit, of those who finished its article.

Gold says what was decided; the shares keep how sure the coders were together. A coder who marked a label on the whole
article and on none of its words says nothing of a single sentence and is not counted there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan, nan

from corpus_tools.annotation.records import Annotation

SHARES = "shares"
"""The column of units that soft labels add."""
Said = Mapping[str, Sequence[Annotation]]
"""What each coder who finished an article said of it, as `Gold.by_coder` returns it."""


def count_shares(said: Said, *, covers: Callable[[Annotation], bool], whole: bool = False) -> dict[str, float] | None:
    """Return the shares of one unit.

    Parameters
    ----------
    said
        The frames of each coder who finished the article, possibly none.
    covers
        Whether an annotation marks words of the unit.
    whole
        The unit is the article: whatever marks a part of it marks the unit.

    Returns
    -------
    dict of str to float, or None
        For each label that somebody marked in the article a share from 0 to 1, NaN where all who marked it did so for
        the whole article and the others are none. Any other label has the share 0: nobody marked it. None where no
        coder finished the article.
    """
    if not said:
        return None
    labels = sorted({item.label for items in said.values() for item in items})
    return {label: _mean([_vote(items, label, covers, whole) for items in said.values()]) for label in labels}


def _vote(items: Sequence[Annotation], label: str, covers: Callable[[Annotation], bool], whole: bool) -> float:
    """Return 1 for yes, 0 for no, NaN for a coder who did not say where."""
    own = [item for item in items if item.label == label]
    if whole or not own:
        return float(bool(own))
    if any(covers(item) for item in own):
        return 1.0
    return 0.0 if any(item.spans for item in own) else nan


def _mean(votes: Sequence[float]) -> float:
    said = [vote for vote in votes if not isnan(vote)]
    return sum(said) / len(said) if said else nan
