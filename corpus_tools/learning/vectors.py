"""Mean word vectors of a sentence, from the vectors that a Stanza package carries.

A small coded corpus never shows most of the words that a frame can be told in. Word vectors place the unseen ones
next to the seen ones; here without any further package, since the parser's own vectors serve.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from corpus_tools.language.models import package_path
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.tensor_file import read_tensors
from corpus_tools.learning.terms import CONTENT

Vectors = tuple[dict[str, int], "np.ndarray[Any, np.dtype[np.float32]]"]


@lru_cache(maxsize=4)
def load_vectors(package: str = "lite", language: str = "en") -> Vectors | None:
    """Load a package's word vectors: vocabulary and array of shape (words, dimensions); None without any."""
    folder = Path(package_path(package, language)) / language / "pretrain"
    files = sorted(folder.glob("*.pt")) if folder.is_dir() else []
    if not files:
        return None
    stored = read_tensors(files[0])
    return dict(stored["vocab"]["_unit2id"]), np.asarray(stored["emb"], dtype=np.float32)


def mean_vector(sentences: Iterable[Sentence], vectors: Vectors) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the mean vector of the content words, scaled to length 1; zeros where no word is known."""
    vocabulary, array = vectors
    rows = [
        index
        for sentence in sentences
        for word, tag in zip(sentence.text, sentence.upos, strict=True)
        if tag in CONTENT and (index := vocabulary.get(word.lower())) is not None
    ]
    if not rows:
        return np.zeros(array.shape[1])
    mean = array[rows].mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean)
