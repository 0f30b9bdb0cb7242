"""Whether a set of features is better than words on the demo corpus, by cross-validation over and over.

    python benchmarks/repeated.py [--repeats 10] [--features linguistic embeddings] [--cache .corpus_tools]

Five folds that keep near-duplicates together, dealt anew in each repeat; macro-F1 over articles. Prints the mean over
repeats of the pooled figure, and the difference to words with the corrected resampled t test and the permutation test
(`corpus_tools.evaluation.repeating`).
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.evaluation.evaluate import Evaluation, evaluate
from corpus_tools.evaluation.repeating import compare_repeated
from corpus_tools.language.parses import parse
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units
from corpus_tools.text.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--features", nargs="+", default=["linguistic"])
    parser.add_argument("--cache", type=Path, default=ROOT / ".corpus_tools")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # labels of few articles would be named in every fold
    corpus, book = Corpus.read(ROOT / "seeds"), Codebook.read(ROOT / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book).gold()
    made = units(corpus, parse(corpus, cache=arguments.cache, progress=False), gold, kind="frame")

    def judge(features: str) -> list[Evaluation]:
        detector = FrameDetector(book, features=features)
        options = {"corpus": corpus, "baselines": []}
        return [evaluate(detector, made, "duplicates", random_state=s, **options) for s in range(arguments.repeats)]

    words = judge("words")
    print(f"words        {mean_of(words):.3f}", flush=True)
    for features in arguments.features:
        own = judge(features)
        found = compare_repeated(own, words, names=(features, "words"))
        lead = " ".join(f"{found['difference'][key]:+.3f}" for key in ("value", "low", "high"))
        tests = f"corrected t p {found['p_corrected_t']:.3f}, permutation p {found['p_permutation']:.4f}"
        print(f"{features:<12} {mean_of(own):.3f}; by folds {lead}; {tests}", flush=True)


def mean_of(evaluations: list[Evaluation]) -> float:
    return float(np.mean([found.summary["macro_f1"]["value"] for found in evaluations]))


if __name__ == "__main__":
    main()
