"""`run`, `train`, `detect`: from coded articles to detections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus_tools.cli.options import ANNOTATIONS, CACHE, PACKAGE, ReadOptions, reads_articles
from corpus_tools.cli.output import format_option, print_table

if TYPE_CHECKING:
    import pandas as pd

    from corpus_tools.text.corpus import Corpus

FOLDS = click.option(
    "--folds", type=click.IntRange(min=2), default=5, show_default=True, help="Folds of the cross-validation."
)
KIND = click.option(
    "--kind", type=click.Choice(["frame", "stance"]), default="frame", show_default=True, help="What to detect."
)


@click.command()
@click.argument("articles", type=click.Path(path_type=Path))
@ANNOTATIONS
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the report.")
@click.option("--judge", multiple=True, metavar="ID", help="Article to be judged, never trained on; may be repeated.")
@CACHE
@PACKAGE
@FOLDS
@click.option("--seed", default=0, show_default=True, help="Seed of folds and resamples.")
@reads_articles
def run(
    articles: Path,
    annotations: Path,
    out: Path,
    judge: tuple[str, ...],
    cache: Path,
    package: str,
    folds: int,
    seed: int,
    reading: ReadOptions,
) -> None:
    """Parse, train, evaluate, detect, and write the report."""
    from corpus_tools.reporting.companion import companion

    with companion():  # it imports what it needs while this process does the same
        from corpus_tools.reporting.run import run as run_job

        report = run_job(
            articles,
            annotations=annotations,
            out=out,
            judge=judge,
            cache=cache,
            package=package,
            folds=folds,
            seed=seed,
            reading=reading,
        )
    click.echo(_summary(report.detections, report.evaluation))
    click.echo(f"\nreport: {report.files[0]}")


@click.command()
@click.argument("articles", type=click.Path(path_type=Path))
@ANNOTATIONS
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the saved detector.")
@KIND
@CACHE
@PACKAGE
@reads_articles
def train(
    articles: Path, annotations: Path, out: Path, kind: str, cache: Path, package: str, reading: ReadOptions
) -> None:
    """Train a detector on gold and save it."""
    from corpus_tools.text.corpus import Corpus

    units, detector = _prepare(Corpus.read(articles, **reading), annotations, kind, cache, package)
    click.echo(f"saved: {detector.fit(units).save(out)}")


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("articles", type=click.Path(path_type=Path))
@CACHE
@PACKAGE
@reads_articles
@format_option
def detect(model: Path, articles: Path, cache: Path, package: str, reading: ReadOptions, form: str) -> None:
    """Detect with a saved detector."""
    from corpus_tools.language.parses import parse
    from corpus_tools.learning.frames import FrameDetector
    from corpus_tools.learning.saving import saved_type
    from corpus_tools.learning.stances import StanceDetector
    from corpus_tools.text.corpus import Corpus

    kind: Any = StanceDetector if saved_type(model) == "StanceDetector" else FrameDetector
    detector = kind.load(model)
    corpus = Corpus.read(articles, **reading)
    print_table(detector.detect(corpus, parse(corpus, package=package, cache=cache)), form)


def _prepare(corpus: Corpus, annotations: Path, kind: str, cache: Path, package: str) -> tuple[pd.DataFrame, Any]:
    from corpus_tools.annotation.codebook import Codebook
    from corpus_tools.annotation.store import AnnotationStore
    from corpus_tools.language.parses import parse
    from corpus_tools.learning.frames import FrameDetector
    from corpus_tools.learning.stances import StanceDetector
    from corpus_tools.learning.units import units
    from corpus_tools.reporting.run import read_gold

    book = Codebook.read(annotations / "codebook.toml")
    gold = read_gold(AnnotationStore(annotations, corpus=corpus, codebook=book), corpus, book)
    coded = corpus.filter(lambda a: a.id in set(gold.articles))
    parses = parse(coded, package=package, cache=cache)
    detector = FrameDetector(book) if kind == "frame" else StanceDetector(codebook=book)
    return units(coded, parses, gold, kind=kind, codebook=book), detector


def _summary(detections: pd.DataFrame, evaluation: dict[str, Any]) -> str:
    """The table that ends the main job: what was found, and how far to trust it."""
    lines = ["frames found"]
    frames = detections[detections["type"] == "frame"]
    for (article, label), rows in frames.groupby(["article", "label"], sort=False):
        lines.append(
            f"  {article}  {label:<24} {len(rows):>2} sentences, highest probability {rows['score'].max():.2f}"
        )
    lines.append("stances found")
    for row in detections[detections["type"] == "stance"].to_dict("records"):
        holder, target = row["holder"], row["target"]
        who = holder["quote"] or holder["implicit"]
        lines.append(f"  {row['article']}  {who} | {row['label']} | {target['quote']}  ({row['score']:.2f})")
    figures = evaluation["frames"]
    lines.append("out-of-fold evaluation over articles (95% interval)")
    named = [("frames, macro-F1", figures["macro_f1"])]
    named += [(f"  baseline: {name}", value) for name, value in figures["baselines"].items()]
    if "difference_to_cues" in figures:
        named.append(("  difference to cues", figures["difference_to_cues"]))
    named.append(("stances, macro-F1", evaluation["stance"]["macro_f1"]))
    lines += [f"  {name:<22} {_interval(value)}" for name, value in named]
    return "\n".join(lines)


def _interval(figure: dict[str, Any]) -> str:
    if figure.get("value") is None:
        return f"undefined ({figure.get('reason')})"
    return f"{figure['value']:.3f}  [{figure['low']:.3f}, {figure['high']:.3f}]"


COMMANDS = (run, train, detect)
