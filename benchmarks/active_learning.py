"""How many labels active learning saves against random order, simulated on coded data.

    python benchmarks/active_learning.py gvfc --data ../shared/data/gvfc --seeds 0 1 2 --out curves/
    python benchmarks/active_learning.py demo --seeds 0 1 2 --out curves/
    python benchmarks/active_learning.py report --out curves/

A seed parts the data into a test part and a pool, and draws the first labels from the pool; every strategy has the same
parts and the same first labels, so that differences are paired. After each batch the detector is trained anew and
scored on the test part. GVFC is coded headline by headline, the demo corpus article by article. Runs of several seeds
may be spread over time: each adds its curves to `--out`, and `report` reads them all.

The report says, for each strategy, the mean over the curve of its lead over random order, and the labels needed to
reach 90% and 95% of what the whole pool gives (straight lines between the points of the running best), with 95%
t intervals over seeds, and draws the curves where altair is installed.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.evaluation.benchmarks.gvfc import load
from corpus_tools.evaluation.metrics import macro_f1, to_indicators
from corpus_tools.language.parses import parse
from corpus_tools.learning.active import rank, train_committee
from corpus_tools.learning.frame_lexicon import FrameLexicon
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.text.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent
RANDOM = ("random", "random again")
TARGETS = (0.9, 0.95)


@dataclass
class Task:
    """What is simulated: units, what is coded at a time (`unit` or `article`), how much, and by which detector."""

    units: pd.DataFrame
    by: str
    test: float
    first: int
    batch: int
    last: int
    detector: Any
    others: Callable[[pd.DataFrame, int], list[Any]]
    lexicon: Any = None


def headlines(folder: Path) -> Task:
    part = load(folder).train
    made = units_from_texts(part.texts, kind="frame", labels=part.labels, groups=part.groups)
    # "auto" would choose its head anew at every point, which takes several times as long
    detector = FrameDetector(features="words", exclusive=True, head="svm")

    def others(coded: pd.DataFrame, seed: int) -> list[Any]:
        return train_committee(detector, coded, size=3, seed=seed)

    return Task(made, "unit", 0.3, 60, 60, 600, detector, others)


def sentences(cache: Path) -> Task:
    corpus, book = Corpus.read(ROOT / "seeds"), Codebook.read(ROOT / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book).gold()
    made = units(corpus, parse(corpus, cache=cache, progress=False), gold, kind="frame")
    lexicon = FrameLexicon(book).fit(made)
    detector = FrameDetector(book, features="linguistic")
    return Task(made, "article", 1 / 3, 6, 4, 42, detector, lambda coded, seed: [lexicon], lexicon)


def simulate(task: Task, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the points of every strategy's curve, and what the whole pool gives."""
    names = np.array(task.units[task.by].drop_duplicates())
    np.random.default_rng(seed).shuffle(names)
    test, pool = names[: int(task.test * len(names))], names[int(task.test * len(names)) :]
    test_units = task.units[task.units[task.by].isin(test)]
    yield {"seed": seed, "strategy": "whole pool", **score(task, pool, test_units)}
    for strategy in (
        *RANDOM,
        "uncertainty",
        "diverse",
        "disagreement",
        *(["lexicon, diverse"] if task.lexicon else []),
    ):
        coded = list(pool[: task.first])
        if strategy.startswith("lexicon"):
            left = task.units[task.units[task.by].isin(pool)]
            coded = rank(task.lexicon, left, "diverse", level=task.by)[task.by].tolist()[: task.first]
        while True:
            point = score(task, coded, test_units)
            detector = point.pop("detector")
            yield {"seed": seed, "strategy": strategy, **point}
            if len(coded) >= min(task.last, len(pool)):
                break
            coded += choose(task, strategy, detector, [n for n in pool if n not in set(coded)], coded, seed)


def score(task: Task, names: Any, test: pd.DataFrame) -> dict[str, Any]:
    """Train on the units of some names; return the size and macro-F1 over the units of the test part."""
    detector = task.detector.__class__(**task.detector.get_params(deep=False))
    detector.fit(task.units[task.units[task.by].isin(set(names))])
    labels = sorted({label for found in task.units["labels"] for label in found})
    truth = to_indicators(list(test["labels"]), labels)
    decided = detector.predict(test).reindex(columns=labels, fill_value=0).to_numpy(dtype=bool)
    return {"coded": len(names), "macro_f1": macro_f1(truth, decided), "detector": detector}


def choose(task: Task, strategy: str, detector: Any, left: list[str], coded: list[str], seed: int) -> list[str]:
    """Return the names to be coded next."""
    if strategy in RANDOM:
        order = list(left)
        np.random.default_rng([seed, len(coded), RANDOM.index(strategy)]).shuffle(order)
        return order[: task.batch]
    known = task.units[task.units[task.by].isin(set(coded))]
    ranked = rank(
        detector,
        task.units[task.units[task.by].isin(set(left))],
        strategy.split(", ")[-1],
        level=task.by,
        committee=task.others(known, seed) if strategy == "disagreement" else (),
        coded=known,
    )
    return ranked[task.by].tolist()[: task.batch]


def report(folder: Path) -> None:
    for path in sorted(folder.glob("*.jsonl")):
        table = pd.DataFrame([json.loads(line) for line in path.read_text("utf-8").splitlines()])
        if table.empty:  # the first seed is not done
            continue
        table = table.drop_duplicates(["seed", "strategy", "coded"], keep="last")
        print(f"{path.stem}: {table['seed'].nunique()} seeds, macro-F1; whole pool {mean_of(table, 'whole pool')}")
        for strategy in [s for s in table["strategy"].unique() if s not in (*RANDOM, "whole pool")]:
            print(f"  {strategy:<18} {describe(table, strategy)}")
        draw(table, folder / f"{path.stem}.html")


def describe(table: pd.DataFrame, strategy: str) -> str:
    by_seed = dict(iter(table.groupby("seed")))
    leads = [lead(curves, strategy) for curves in by_seed.values()]
    told = [f"lead {interval(leads, 100)} points"]
    for share in TARGETS:
        usual = [np.mean([needed(curves, name, share) for name in RANDOM]) for curves in by_seed.values()]
        own = [needed(curves, strategy, share) for curves in by_seed.values()]
        saved = [1 - a / b for a, b in zip(own, usual, strict=True)]
        told.append(f"{share:.0%}: {np.mean(own):.0f} instead of {np.mean(usual):.0f}, saved {interval(saved, 100)}%")
    return "; ".join(told)


def lead(curves: pd.DataFrame, strategy: str) -> float:
    """Mean over the points after the first of macro-F1 less that of random order."""
    wide = curves.pivot(index="coded", columns="strategy", values="macro_f1").drop(columns="whole pool").dropna()
    return float((wide[strategy] - wide[list(RANDOM)].mean(axis=1)).iloc[1:].mean())


def needed(curves: pd.DataFrame, strategy: str, share: float) -> float:
    """Labels at which the running best first reaches a share of the whole pool's figure; the whole pool if never."""
    whole = curves[curves["strategy"] == "whole pool"].iloc[0]
    own = curves[curves["strategy"] == strategy].sort_values("coded")
    sizes = [*own["coded"], whole["coded"]]
    best = np.maximum.accumulate([*own["macro_f1"], max(own["macro_f1"].max(), whole["macro_f1"])])
    goal = share * whole["macro_f1"]
    at = int(np.argmax(best >= goal))
    if at == 0:
        return float(sizes[0])
    return float(np.interp(goal, [best[at - 1], best[at]], [sizes[at - 1], sizes[at]]))


def interval(values: list[float], factor: float = 1.0) -> str:
    array = np.asarray(values) * factor
    half = stats.t.ppf(0.975, len(array) - 1) * array.std(ddof=1) / np.sqrt(len(array)) if len(array) > 1 else np.nan
    return f"{array.mean():+.1f} [{array.mean() - half:+.1f}, {array.mean() + half:+.1f}]"


def mean_of(table: pd.DataFrame, strategy: str) -> str:
    return f"{table[table['strategy'] == strategy]['macro_f1'].mean() * 100:.1f}"


def draw(table: pd.DataFrame, path: Path) -> None:
    try:
        import altair
    except ImportError:
        print(f"  no {path.name}: altair is not installed")
        return
    curves = table[table["strategy"] != "whole pool"].replace({"strategy": {RANDOM[1]: RANDOM[0]}})
    base = altair.Chart(curves).encode(x="coded:Q", color="strategy:N")
    lines = base.mark_line().encode(y=altair.Y("mean(macro_f1):Q", scale=altair.Scale(zero=False)))
    bands = base.mark_errorband(extent="ci", opacity=0.15).encode(y="macro_f1:Q")
    (bands + lines).properties(width=520, height=340, title=path.stem).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["gvfc", "demo", "report"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "gvfc")
    parser.add_argument("--cache", type=Path, default=ROOT / ".corpus_tools")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.task == "report":
        report(arguments.out)
        return
    warnings.simplefilter("ignore")  # few labels are the point here, and every training would say so
    task = headlines(arguments.data) if arguments.task == "gvfc" else sentences(arguments.cache)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for seed in arguments.seeds:
        begun = time.perf_counter()
        with (arguments.out / f"{arguments.task}.jsonl").open("a", encoding="utf-8") as out:
            for point in simulate(task, seed):
                point.pop("detector", None)
                out.write(
                    json.dumps({k: v.item() if isinstance(v, np.generic) else v for k, v in point.items()}) + "\n"
                )
        print(f"seed {seed}: {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
