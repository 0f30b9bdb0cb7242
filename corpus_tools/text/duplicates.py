"""Near-duplicates: candidate pairs by MinHash, each verified by the exact Jaccard similarity of its shingle sets.

A. Z. Broder, "On the resemblance and containment of documents", 1997.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from corpus_tools.text.corpus import Corpus

__all__ = ["cut_shingles", "find_near_duplicates", "measure_jaccard"]

Shingle = tuple[str, ...]

_WORD = re.compile(r"\w+")
_PERMUTATIONS = 128
_SLACK = 0.2  # candidates are asked for at a lower similarity: a false one costs a comparison, a missed one is lost


def cut_shingles(text: str, size: int = 5) -> frozenset[Shingle]:
    """Return the set of runs of `size` words of a text, without case; a shorter text is one run.

    >>> sorted(cut_shingles("The junta refused. The junta", 2))
    [('junta', 'refused'), ('refused', 'the'), ('the', 'junta')]
    """
    words = _WORD.findall(text.casefold())
    if 0 < len(words) < size:
        return frozenset([tuple(words)])
    return frozenset(zip(*(words[start:] for start in range(size)), strict=False))


def measure_jaccard(a: frozenset[Shingle], b: frozenset[Shingle]) -> float:
    """Return the size of the intersection over that of the union, 0 if both are empty.

    >>> measure_jaccard(frozenset("ab"), frozenset("bc")) == 1 / 3
    True
    """
    union = len(a | b)
    return len(a & b) / union if union else 0.0


def find_near_duplicates(corpus: Corpus, *, threshold: float = 0.8, shingle: int = 5) -> pd.DataFrame:
    """Find pairs of articles that say nearly the same; see `Corpus.near_duplicates`.

    Raises
    ------
    InputError
        If the threshold is not in (0, 1] or the shingle is shorter than a word.
    """
    if not 0 < threshold <= 1:
        raise InputError(f"'threshold' must be a number in (0, 1], got {threshold!r}")
    if not isinstance(shingle, int) or shingle < 1:
        raise InputError(f"'shingle' must be an integer of at least 1, got {shingle!r}")
    import pandas as pd

    candidates = _find_candidates(corpus, threshold, shingle)
    # Read again only what is a candidate: the shingles of a whole corpus would not fit in memory.
    involved = {id for pair in candidates for id in pair}
    shingles = {article.id: cut_shingles(article.text, shingle) for article in corpus.filter(id=involved)}
    rows = [(a, b, measure_jaccard(shingles[a], shingles[b])) for a, b in candidates]
    rows = sorted((row for row in rows if row[2] >= threshold), key=lambda row: -row[2])
    frame = pd.DataFrame(rows, columns=["a", "b", "similarity"])
    return frame.astype({"a": "str", "b": "str", "similarity": "float64"})


def _find_candidates(corpus: Corpus, threshold: float, shingle: int) -> list[tuple[str, str]]:
    """Return the pairs that MinHash takes for similar, ordered as in the corpus."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=max(0.05, threshold - _SLACK), num_perm=_PERMUTATIONS, weights=(0.2, 0.8))
    order: dict[str, int] = {}
    pairs = []
    for article in corpus:
        order[article.id] = len(order)
        shingles = list(_encode(cut_shingles(article.text, shingle)))
        if not shingles:
            continue
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update_batch(shingles)
        pairs += [(earlier, article.id) for earlier in index.query(sketch)]
        index.insert(article.id, sketch)
    return sorted(pairs, key=lambda pair: (order[pair[0]], order[pair[1]]))


def _encode(shingles: frozenset[Shingle]) -> Iterator[bytes]:
    return (" ".join(words).encode("utf-8") for words in shingles)
