"""What each head and each kind of supervision is worth: macro-F1 over the demo corpus' sentences, out of fold.

    python benchmarks/supervision.py [--only logistic chain soft articles …] [--features words|linguistic]

Five folds of whole articles, the same for all. Every system but `articles` learns from the decided sentences; `soft`
from the coders' shares beside them; `articles` knows of a training article only which frames it has, and nothing of
its sentences; `all alike` gives every sentence of such an article its frames; `lexicon` and `cues` know the codebook
and no coding. All are judged on the decided sentences. Beside each figure stand a 95% interval and that of the
difference to the first system asked for, by resampling articles.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.evaluation.metrics import to_indicators
from corpus_tools.language.parses import parse
from corpus_tools.learning.folds import deal_groups, split_folds
from corpus_tools.learning.frame_lexicon import FrameLexicon
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.lexicon import CueDetector
from corpus_tools.learning.units import units
from corpus_tools.text.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent
DRAWS = 2000
Prepare = Callable[[pd.DataFrame], pd.DataFrame]
Make = Callable[[Codebook, str], Any]


def decide(made: pd.DataFrame) -> pd.DataFrame:
    return made.drop(columns="shares")


def forget_sentences(made: pd.DataFrame) -> pd.DataFrame:
    """Keep of a coded article only which frames it has."""
    return decide(made).assign(labels=[frozenset()] * len(made), unknown=made["article_labels"])


def call_all_alike(made: pd.DataFrame) -> pd.DataFrame:
    return decide(made).assign(labels=made["article_labels"], unknown=[frozenset()] * len(made))


def with_head(head: str) -> Make:
    return lambda book, features: FrameDetector(book, features=features, head=head)


SYSTEMS: dict[str, tuple[Make, Prepare]] = {
    **{head: (with_head(head), decide) for head in ("logistic", "svm", "few_shot", "chain", "best")},
    "soft": (with_head("logistic"), lambda made: made),
    "all alike": (with_head("logistic"), call_all_alike),
    "articles": (with_head("logistic"), forget_sentences),
    "lexicon": (lambda book, features: FrameLexicon(book), decide),
    "cues": (lambda book, features: CueDetector(book), decide),
}


def predict(made: pd.DataFrame, book: Codebook, features: str, name: str, labels: list[str]) -> np.ndarray:
    """Return out-of-fold decisions, shape (units, labels)."""
    make, prepare = SYSTEMS[name]
    marks = [tuple(found) for found in made["labels"]]
    found = np.zeros((len(made), len(labels)), dtype=bool)
    for train, test in split_folds(deal_groups(marks, list(made["group"]), folds=5)):
        model = make(book, features).fit(prepare(made.iloc[train]))
        found[test] = model.predict(made.iloc[test]).reindex(columns=labels, fill_value=0).to_numpy(dtype=bool)
    return found


def count(truth: np.ndarray, found: np.ndarray, articles: np.ndarray) -> np.ndarray:
    """Return hits, and what was said or true, of each article and label: shape (articles, labels, 2)."""
    parts = np.stack([truth & found, truth.astype(int) + found], axis=-1).astype(float)
    return np.stack([parts[articles == name].sum(axis=0) for name in pd.unique(articles)])


def measure(counts: np.ndarray) -> np.ndarray:
    """Return macro-F1 of sums of counts."""
    return (2 * counts[..., 0] / np.maximum(counts[..., 1], 1)).mean(axis=-1)


def show(values: np.ndarray) -> str:
    low, high = np.quantile(values, [0.025, 0.975]) * 100
    return f"[{low:.1f}, {high:.1f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=ROOT / ".corpus_tools")
    parser.add_argument("--features", default="linguistic")
    parser.add_argument("--only", nargs="+", default=list(SYSTEMS))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    corpus, book = Corpus.read(ROOT / "seeds"), Codebook.read(ROOT / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book).gold()
    made = units(corpus, parse(corpus, cache=arguments.cache, progress=False), gold, labels="soft")
    labels = [name for name in book.frames if any(name in found for found in made["labels"])]
    truth = np.asarray(to_indicators(list(made["labels"]), labels), dtype=bool)
    articles = made["article"].to_numpy()
    drawn = np.random.default_rng(0).integers(len(pd.unique(articles)), size=(DRAWS, len(pd.unique(articles))))
    base = None
    for name in arguments.only:
        counts = count(truth, predict(made, book, arguments.features, name, labels), articles)
        spread = measure(counts[drawn].sum(axis=1))
        base = spread if base is None else base
        value = 100 * float(measure(counts.sum(axis=0)))
        print(f"{name:<10} {value:.1f} {show(spread)}, less the first {show(spread - base)}", flush=True)


if __name__ == "__main__":
    main()
