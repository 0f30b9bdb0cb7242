"""Detect in a corpus of any size: part by part, here or wherever joblib sends the parts.

>>> from joblib import parallel_config
>>> with parallel_config("loky", n_jobs=2):  # or "dask", with a distributed.Client open
...     found = detect_in_parts(detector, corpus, parses)  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pandas as pd

from corpus_tools.language.parses import Parses
from corpus_tools.learning.detections import to_detections
from corpus_tools.text.corpus import Corpus

__all__ = ["PART", "detect_in_parts"]

PART = 500
"""Articles of a part: some seconds of work, some tens of megabytes of units."""


def detect_in_parts(detector: Any, corpus: Corpus, parses: Parses, *, size: int = PART) -> pd.DataFrame:
    """Detect in the parts of a corpus, and join what was found.

    Memory is that of one part and of what was found. joblib decides who does the work: without more, this process;
    inside ``joblib.parallel_config("loky", n_jobs=4)`` processes on this machine; inside
    ``joblib.parallel_config("dask")`` the workers of the `distributed.Client` that is open. Parts are sent with the
    texts and tables of their articles, so that workers need not see the cache.

    Parameters
    ----------
    detector : FrameDetector or StanceDetector
        Fitted.
    corpus : Corpus
        Where to look.
    parses : Parses
        Of these articles; an article that was skipped is left out.
    size : int, default `PART`
        Articles of a part.

    Returns
    -------
    DataFrame
        Detections in the order of the corpus, those of ``detector.detect(corpus, parses)``.
    """
    from joblib import Parallel, delayed

    parts = (parses.take(names) for names in _cut(corpus, parses, size))
    found = Parallel()(delayed(_detect)(detector, part) for part in parts)
    filled = [table for table in found if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else to_detections([])


def _detect(detector: Any, part: Parses) -> pd.DataFrame:
    table: pd.DataFrame = detector.detect(part.corpus, part)
    return table


def _cut(corpus: Corpus, parses: Parses, size: int) -> Iterator[list[str]]:
    names = (name for name in corpus.ids if name in parses)
    while part := list(islice(names, size)):
        yield part
