"""How many planted coding errors `suspect_labels` finds, beside plain sorting, chance and, where installed, cleanlab.

    python benchmarks/suspect_labels.py gvfc --data ../shared/data/gvfc [--seeds 5]
    python benchmarks/suspect_labels.py demo [--cache .corpus_tools]

GVFC: 5% of the headlines get another frame, at random. Demo corpus: 5% of the sentences' codes are struck out, and as
many are put where there was none. All orders but `3 deals of folds` come from one and the same cross-validation.
Figures are means over seeds with a 95% t interval; `at k` is the precision among as many as were planted.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.evaluation.benchmarks.gvfc import load
from corpus_tools.language.parses import parse
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.suspects import predict_unseen, suspect_labels
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.text.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent
SHARE = 0.05


def plant_in_headlines(folder: Path, seed: int):
    """Return a detector, units with planted errors, and the set of (unit, label that was planted)."""
    part = load(folder).train
    random = np.random.default_rng(seed)
    labels, names = list(part.labels), sorted(set(part.labels))
    planted = set()
    for i in random.choice(len(labels), int(SHARE * len(labels)), replace=False):
        labels[i] = str(random.choice([name for name in names if name != labels[i]]))
        planted.add((f"text-{i}", labels[i]))
    made = units_from_texts(part.texts, kind="frame", labels=labels, groups=part.groups)
    return FrameDetector(features="words", exclusive=True), made, planted


def plant_in_corpus(cache: Path, seed: int):
    """Return the same for the sentences of the demo corpus, coded with several frames each."""
    corpus, book = Corpus.read(ROOT / "seeds"), Codebook.read(ROOT / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book).gold()
    made = units(corpus, parse(corpus, cache=cache, progress=False), gold, kind="frame")
    random = np.random.default_rng(seed)
    cells = [(i, frame, frame in found) for i, found in enumerate(made["labels"]) for frame in book.frames]
    there, absent = [c for c in cells if c[2]], [c for c in cells if not c[2]]
    count = int(SHARE * len(there))
    chosen = [pile[k] for pile in (there, absent) for k in random.choice(len(pile), count, replace=False)]
    labels = [set(found) for found in made["labels"]]
    planted = set()
    for i, frame, was in chosen:
        labels[i] ^= {frame}
        planted.add((made["unit"].iloc[i], f"no {frame}" if was else frame))
    made["labels"] = [frozenset(found) for found in labels]
    of_article = made.groupby("article")["labels"].apply(lambda found: frozenset().union(*found))
    made["article_labels"] = made["article"].map(of_article)
    return FrameDetector(book, features="linguistic"), made, planted


def score_orders(detector, made, planted) -> dict[str, dict[str, float]]:
    """Return the figures of every order."""
    begun = time.perf_counter()
    seen_once = predict_unseen(detector, made)
    once = time.perf_counter() - begun
    whole = suspect_labels(detector, made, scores=seen_once, everything=True)
    flagged = suspect_labels(detector, made, scores=seen_once)
    orders = {
        "suspect_labels, one deal": whole,
        "plain self-confidence": whole.sort_values("probability", kind="stable"),
        "plain margin": whole.sort_values("margin", ascending=False, kind="stable"),
        "suspect_labels, 3 deals of folds": suspect_labels(detector, made, everything=True),
    }
    figures = {name: precision_at(order, planted) for name, order in orders.items()}
    figures["chance"] = dict.fromkeys(("at 20", "at 50", "at k", "average"), len(planted) / len(whole))
    hits = sum(pair in planted for pair in zip(flagged["unit"], flagged["given"], strict=True))
    figures["flagged"] = {
        "share of labels": len(flagged) / len(whole),
        "precision": hits / max(1, len(flagged)),
        "recall": hits / len(planted),
        "seconds a deal": once,
    }
    if detector.exclusive:
        figures |= ask_cleanlab(seen_once, made, whole, planted)
    return figures


def precision_at(order: pd.DataFrame, planted: set) -> dict[str, float]:
    found = np.array([pair in planted for pair in zip(order["unit"], order["given"], strict=True)])
    running = np.cumsum(found) / np.arange(1, len(found) + 1)
    return {
        "at 20": running[19],
        "at 50": running[49],
        "at k": running[len(planted) - 1],
        "average": float(running[found].mean()),
    }


def ask_cleanlab(scores: pd.DataFrame, made: pd.DataFrame, whole: pd.DataFrame, planted: set) -> dict:
    """Return the figures of cleanlab on the same probabilities, and how far its flags are ours."""
    try:
        from cleanlab.count import compute_confident_joint
        from cleanlab.filter import find_label_issues
    except ImportError:
        return {}
    given = np.array([list(scores.columns).index(next(iter(found))) for found in made["labels"]])
    _, off_diagonal = compute_confident_joint(
        given, scores.to_numpy(), return_indices_of_off_diagonals=True, calibrate=False
    )
    ours = set(suspect_labels(FrameDetector(exclusive=True), made, scores=scores)["unit"])
    theirs = set(made["unit"].iloc[off_diagonal])
    figures = {"cleanlab's off-diagonal": {"same as ours": len(ours & theirs) / len(ours | theirs)}}
    for rank in ("self_confidence", "normalized_margin"):
        issues = find_label_issues(given, scores.to_numpy(), return_indices_ranked_by=rank)
        first = made["unit"].iloc[issues].tolist()
        rest = [unit for unit in whole["unit"] if unit not in set(first)]
        order = whole.set_index("unit").loc[[*first, *rest]].reset_index()
        figures[f"cleanlab, {rank}"] = precision_at(order, planted)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_set", choices=["gvfc", "demo"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "gvfc")
    parser.add_argument("--cache", type=Path, default=ROOT / ".corpus_tools")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # planted errors make labels of few articles, and every fold would say so
    rows = []
    for seed in range(arguments.seeds):
        plant = plant_in_headlines if arguments.data_set == "gvfc" else plant_in_corpus
        folder = arguments.data if arguments.data_set == "gvfc" else arguments.cache
        for name, figures in score_orders(*plant(folder, seed)).items():
            rows += [{"order": name, "figure": key, "value": value} for key, value in figures.items()]
    grouped = pd.DataFrame(rows).groupby(["order", "figure"], sort=False)["value"]
    for (name, figure), values in grouped:
        half = stats.t.ppf(0.975, max(1, len(values) - 1)) * values.std(ddof=1) / np.sqrt(len(values))
        print(f"{name:<34} {figure:<16} {values.mean():6.3f} ± {half:.3f}")


if __name__ == "__main__":
    main()
