"""What a detector remembers of its training, so that a few new units can be added without counting the others again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from corpus_tools.learning.heads import Views


@dataclass(frozen=True)
class Memory:
    """Units of a training and their views, row by row.

    Attributes
    ----------
    units : DataFrame
    views : dict of str to matrix of shape (units, features)
    """

    units: pd.DataFrame
    views: Views

    def join(self, units: pd.DataFrame, views: Views) -> Memory:
        """Return a memory with more units; a unit that is known already takes the place of what was known of it.

        The same name with another text is another unit: plain texts are numbered anew by every call that makes units.
        """
        again = set(zip(units["unit"], units["text"], strict=True))
        known = zip(self.units["unit"], self.units["text"], strict=True)
        kept = np.flatnonzero([pair not in again for pair in known])
        joined = {name: _stack(matrix[kept], views[name]) for name, matrix in self.views.items()}
        return Memory(pd.concat([self.units.iloc[kept], units], ignore_index=True), joined)


def _stack(above: Any, below: Any) -> Any:
    if sparse.issparse(above):
        joined = sparse.csr_matrix(sparse.vstack([above, below]))
        joined.sort_indices()  # once, else every label's solver sorts its own copy
        return joined
    return np.vstack([above, below])
