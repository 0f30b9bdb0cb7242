"""How long learning from one more article takes, beside a fit of everything, and how near its answers are.

    python benchmarks/retraining.py [--units 2000] [--rounds 5] [--heads logistic svm few_shot chain]

The demo corpus has about a thousand coded sentences; copies of them with other names fill up to `--units`. A detector
is fitted to all but the last articles, which then come one at a time, as in the annotator, by `partial_fit`; after the
last of them a `fit` to everything is the measure. Printed are seconds of processor time (the median of the articles,
and the fit), their ratio, and, over the sentences of articles that neither saw, how far the probabilities and decisions
of the two differ in the end.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import parse
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units
from corpus_tools.text.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = 12
"""Articles on which the two are compared."""


def load(cache: Path, size: int) -> tuple[Codebook, pd.DataFrame, pd.DataFrame]:
    """Return the codebook, about `size` units to learn from, and those of the articles that are left out."""
    corpus, book = Corpus.read(ROOT / "seeds"), Codebook.read(ROOT / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book).gold()
    made = units(corpus, parse(corpus, cache=cache, progress=False), gold, kind="frame")
    names = made["article"].drop_duplicates().tolist()
    np.random.default_rng(0).shuffle(names)
    test, pool = (made[made["article"].isin(part)] for part in (names[:LEFT_OUT], names[LEFT_OUT:]))
    copies = [
        pool.assign(**{column: pool[column] + f"~{k}" for column in ("unit", "article", "group")})
        for k in range(-(-size // len(pool)))
    ]
    return book, pd.concat(copies, ignore_index=True).iloc[:size], test


def measure(detector: FrameDetector, known: pd.DataFrame, test: pd.DataFrame, rounds: int) -> dict[str, float]:
    """Return seconds of both ways, and how their answers differ in the end."""
    names = known["article"].drop_duplicates().tolist()
    going_on, whole = (FrameDetector(**detector.get_params(deep=False)) for _ in range(2))
    going_on.fit(known[~known["article"].isin(names[-rounds:])])
    times = [take_time(going_on.partial_fit, known[known["article"] == name]) for name in names[-rounds:]]
    fit_s = take_time(whole.fit, known)
    apart = (going_on.predict_proba(test) - whole.predict_proba(test)).abs().to_numpy().mean()
    same = (going_on.predict(test) == whole.predict(test)).to_numpy().mean()
    return {"partial_s": float(np.median(times)), "fit_s": fit_s, "apart": float(apart), "same": float(same)}


def take_time(call: Callable[[pd.DataFrame], Any], units: pd.DataFrame) -> float:
    """Return the processor time of a call, in seconds."""
    begun = time.process_time()
    call(units)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=ROOT / ".corpus_tools")
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--heads", nargs="+", default=["logistic", "svm", "few_shot", "chain"])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    book, known, test = load(arguments.cache, arguments.units)
    print(f"{len(known)} units of {known['article'].nunique()} articles, compared on {len(test)} others")
    for features in ("words", "linguistic"):
        for head in arguments.heads:
            found = measure(FrameDetector(book, features=features, head=head), known, test, arguments.rounds)
            print(
                f"{features:<10} {head:<8} partial_fit {found['partial_s']:.2f} s, fit {found['fit_s']:.2f} s, "
                f"ratio {found['fit_s'] / found['partial_s']:.1f}; probabilities apart {found['apart']:.4f}, "
                f"same decisions {found['same']:.2%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
