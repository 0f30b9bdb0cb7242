"""How many labels active learning saves against random order, simulated on coded data.

    python benchmarks/active_learning.py gvfc --data ../shared/data/gvfc --seeds 0 20 --out curves/
    python benchmarks/active_learning.py demo --seeds 0 10 --out curves/
    python benchmarks/active_learning.py report --out curves/

A seed parts the data into a test part and a pool, and draws the first labels from the pool; every strategy has the same
parts and the same first labels, so that differences are paired. After each batch the detector is trained anew and
scored on the test part. GVFC is coded headline by headline, the demo corpus article by article. Runs of several seeds
may be spread over time: each adds its curves to `--out`, and `report` reads them all.

The report says, for each strategy, the mean over the curve of its lead over random order in macro-F1 and in average
precision (which no threshold touches), and the labels needed to reach shares of what the whole pool gives, where
the mean curve over seeds first crosses it. One seed's curve zigzags by more than a batch gives: where it happens to
cross says little, and with few seeds nothing. Articles that come first may be longer, so that the lead after equal
numbers of sentences is told too. All intervals draw seeds anew, 2,000 times (95%). Curves are drawn where altair is
installed.
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
from sklearn.metrics import average_precision_score

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
TARGETS = (0.8, 0.9, 0.95)
DRAWS = 2000


@dataclass
class Task:
    """What is simulated: units, what is coded (`unit` or `article`), after how many a detector learns, which one."""

    units: pd.DataFrame
    by: str
    test: float
    sizes: list[int]
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

    return Task(made, "unit", 0.3, [*range(30, 300, 30), *range(300, 661, 60)], detector, others)


def sentences(cache: Path) -> Task:
    corpus, book = Corpus.read(ROOT / "seeds"), Codebook.read(ROOT / "annotations" / "codebook.toml")
    gold = AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book).gold()
    made = units(corpus, parse(corpus, cache=cache, progress=False), gold, kind="frame")
    lexicon = FrameLexicon(book).fit(made)
    detector = FrameDetector(book, features="linguistic")
    return Task(made, "article", 1 / 3, list(range(6, 39, 4)), detector, lambda coded, seed: [lexicon], lexicon)


def simulate(task: Task, seed: int, strategies: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the points of every strategy's curve, and what the whole pool gives."""
    names = np.array(task.units[task.by].drop_duplicates())
    np.random.default_rng(seed).shuffle(names)
    test, pool = names[: int(task.test * len(names))], names[int(task.test * len(names)) :]
    test_units = task.units[task.units[task.by].isin(test)]
    yield {"seed": seed, "strategy": "whole pool", **score(task, pool, test_units)[0]}
    for strategy in (*RANDOM, *strategies):
        coded = list(pool[: task.sizes[0]])
        if strategy.startswith("lexicon"):
            left = task.units[task.units[task.by].isin(pool)]
            coded = rank(task.lexicon, left, "diverse", level=task.by)[task.by].tolist()[: task.sizes[0]]
        for size in [*task.sizes[1:], None]:
            point, detector = score(task, coded, test_units)
            yield {"seed": seed, "strategy": strategy, **point}
            if size is not None:
                left_over = [name for name in pool if name not in set(coded)]
                coded += choose(task, strategy, detector, left_over, coded, seed)[: size - len(coded)]


def score(task: Task, names: Any, test: pd.DataFrame) -> tuple[dict[str, Any], Any]:
    """Train on the units of some names; return sizes and figures over the units of the test part, and the detector."""
    detector = task.detector.__class__(**task.detector.get_params(deep=False))
    learned = task.units[task.units[task.by].isin(set(names))]
    detector.fit(learned)
    labels = sorted({label for found in test["labels"] for label in found})
    truth = to_indicators(list(test["labels"]), labels)
    scores = detector.predict_proba(test)
    decided = detector.decide(scores).reindex(columns=labels, fill_value=0).to_numpy(dtype=bool)
    ranked = scores.reindex(columns=labels, fill_value=0.0).to_numpy(dtype=float)
    figures = {
        "coded": len(names),
        "units": len(learned),
        "macro_f1": float(macro_f1(truth, decided)),
        "precision": float(average_precision_score(truth, ranked)),
    }
    return figures, detector


def choose(task: Task, strategy: str, detector: Any, left: list[str], coded: list[str], seed: int) -> list[str]:
    """Return the names in the order in which they should be coded next."""
    if strategy in RANDOM:
        order = list(left)
        np.random.default_rng([seed, len(coded), RANDOM.index(strategy)]).shuffle(order)
        return order
    known = task.units[task.units[task.by].isin(set(coded))]
    ranked = rank(
        detector,
        task.units[task.units[task.by].isin(set(left))],
        strategy.split(", ")[-1],
        level=task.by,
        committee=task.others(known, seed) if strategy == "disagreement" else (),
    )
    return ranked[task.by].tolist()


def report(folder: Path) -> None:
    for path in sorted(folder.glob("*.jsonl")):
        table = pd.DataFrame([json.loads(line) for line in path.read_text("utf-8").splitlines()])
        if table.empty:  # the first seed is not done
            continue
        table = table.drop_duplicates(["seed", "strategy", "coded"], keep="last")
        whole = table[table["strategy"] == "whole pool"]
        figures = ", ".join(f"{name} {whole[name].mean() * 100:.1f}" for name in ("macro_f1", "precision"))
        print(f"{path.stem}: {len(whole)} seeds; the whole pool of {whole['coded'].iloc[0]} gives {figures}")
        for strategy in [s for s in table["strategy"].unique() if s not in (*RANDOM, "whole pool")]:
            print(f"  {strategy}")
            for line in describe(table, strategy):
                print(f"    {line}")
        draw(table, folder / f"{path.stem}.html")


def describe(table: pd.DataFrame, strategy: str) -> Iterator[str]:
    """Yield the lines of a strategy: its leads, and the labels that it needs and saves."""
    for metric in ("macro_f1", "precision"):
        own, usual, whole = read_curves(table, strategy, metric)
        leads = (own - usual).iloc[:, 1:].mean(axis=1).to_numpy()
        weights = draw_seeds(len(leads))
        yield f"lead in {metric}: {show(leads.mean() * 100, weights @ leads * 100)} points"
        for share in TARGETS:
            found = saving(own, usual, whole, share, np.full((1, len(leads)), 1 / len(leads)))[0]
            spread = saving(own, usual, whole, share, weights)[:, 2]
            yield (
                f"{share:.0%} of the whole pool's {metric}: {found[0]:.0f} instead of {found[1]:.0f}, "
                f"saved {show(found[2], spread)}%"
            )
    if (table["units"] != table["coded"]).any():
        leads = lead_by_units(table, strategy)
        found = show(leads.mean() * 100, draw_seeds(len(leads)) @ leads * 100)
        yield f"lead in macro_f1 after equal numbers of units instead: {found} points"


def lead_by_units(table: pd.DataFrame, strategy: str) -> Any:
    """Return each seed's mean lead over random order after equally many units."""
    leads = []
    for _, curves in table.groupby("seed"):
        own, *usual = (curves[curves["strategy"] == name] for name in (strategy, *RANDOM))
        first, last = own["units"].iloc[1], min(curve["units"].max() for curve in (own, *usual))
        grid = np.linspace(first, last, 20)
        found, *others = (np.interp(grid, curve["units"], curve["macro_f1"]) for curve in (own, *usual))
        leads.append((found - np.mean(others, axis=0)).mean())
    return np.array(leads)


def read_curves(table: pd.DataFrame, strategy: str, metric: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return a strategy's curves, those of random order (seeds in rows, sizes in columns), and what the pool gives."""
    wide = table.pivot(index="seed", columns=["strategy", "coded"], values=metric)
    whole = wide["whole pool"].bfill(axis=1).iloc[:, 0]
    own = wide[strategy].dropna()
    usual = sum(wide[name] for name in RANDOM) / len(RANDOM)
    return own, usual.loc[own.index], whole.loc[own.index]


def saving(own: pd.DataFrame, usual: pd.DataFrame, whole: pd.Series, share: float, weights: Any) -> Any:
    """Return for each row of weights over seeds the labels needed by both, and the percentage saved: (draws, 3)."""
    goals = share * (weights @ whole.to_numpy())
    first, second = (
        np.array(
            [cross(curve.columns.to_numpy(), *pair) for pair in zip(weights @ curve.to_numpy(), goals, strict=True)]
        )
        for curve in (own, usual)
    )
    return np.column_stack([first, second, 100 * (1 - first / second)])


def cross(sizes: Any, curve: Any, goal: float) -> float:
    """Return the size at which the running best of a curve first reaches a goal, its last size if it never does."""
    best = np.maximum.accumulate(curve)
    at = int(np.argmax(best >= goal))
    if best[at] < goal:
        return float(sizes[-1])
    if at == 0:
        return float(sizes[0])
    return float(np.interp(goal, [best[at - 1], best[at]], [sizes[at - 1], sizes[at]]))


def draw_seeds(count: int) -> Any:
    """Return weights of seeds drawn with replacement, shape (draws, seeds)."""
    return np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=DRAWS) / count


def show(value: float, drawn: Any) -> str:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"


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
    parser.add_argument("--seeds", type=int, nargs=2, default=[0, 1], metavar=("FIRST", "BEFORE"))
    parser.add_argument("--strategies", nargs="+", default=["uncertainty", "diverse"])
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.task == "report":
        report(arguments.out)
        return
    warnings.simplefilter("ignore")  # few labels are the point here, and every training would say so
    task = headlines(arguments.data) if arguments.task == "gvfc" else sentences(arguments.cache)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for seed in range(*arguments.seeds):
        begun = time.perf_counter()
        with (arguments.out / f"{arguments.task}.jsonl").open("a", encoding="utf-8") as out:
            for point in simulate(task, seed, arguments.strategies):
                out.write(json.dumps(point) + "\n")
        print(f"seed {seed}: {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
