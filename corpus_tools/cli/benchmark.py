"""`benchmark`: the public classes on public data, beside the published figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpus_tools.cli.options import PLAIN_FORMAT
from corpus_tools.cli.output import print_object, print_table


@click.command()
@click.argument("name", type=click.Choice(["newsmtsc", "semeval2016", "gvfc"]))
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder with the original files.")
@click.option(
    "--features",
    type=click.Choice(["auto", "words", "linguistic", "embeddings"]),
    default="auto",
    show_default=True,
    help="Set of features; auto takes embeddings where a model is configured.",
)
@click.option(
    "--embeddings", type=click.Path(path_type=Path), help="Folder of the model of embeddings; default: the installed."
)
@click.option(
    "--head",
    type=click.Choice(["auto", "logistic", "svm", "few_shot", "one_vs_rest"]),
    default="auto",
    show_default=True,
    help="Kind of the classifier; auto chooses inside the training data.",
)
@click.option("--cache", type=click.Path(path_type=Path), help="Folder of parses and embeddings.")
@click.option("--seed", default=0, show_default=True, help="Seed of the inner folds.")
@click.option("--download", is_flag=True, help="Say where the data is published and verify the files at hand.")
@PLAIN_FORMAT
def benchmark(
    name: str,
    data: Path,
    features: str,
    embeddings: Path | None,
    head: str,
    cache: Path | None,
    seed: int,
    download: bool,
    form: str,
) -> None:
    """Run a public benchmark by its official protocol and metric."""
    from corpus_tools.evaluation.benchmarks.running import BENCHMARKS, run_benchmark

    if download:
        _verify(BENCHMARKS[name], data, form)
        return
    model = str(embeddings) if embeddings is not None else None
    result = run_benchmark(name, data, features=features, embeddings=model, cache=cache, head=head, seed=seed)
    if form == "json":
        print_object(result)
    else:
        click.echo(_table(result))


def _verify(chosen: Any, data: Path, form: str) -> None:
    from corpus_tools.evaluation.benchmarks.files import check_files
    from corpus_tools.text.errors import InputError

    table = check_files(data, chosen.files, chosen.name)
    print_table(table, form)
    wrong = table[table["state"] != "ok"]
    if len(wrong):
        raise InputError(
            f"{len(wrong)} of {len(table)} files are not the published ones",
            where=str(data),
            remedy=f"get them from {wrong['published'].iloc[0]} and put them there",
        )


def _table(result: dict[str, Any]) -> str:
    rows = [(f"corpus_tools ({result['features']}), {key}", value) for key, value in result["metrics"].items()]
    rows += list(result["published"].items())
    width = max(len(name) for name, _ in rows)
    lines = [result["title"], *(f"  {name:<{width}}  {value:6.2f}" for name, value in rows)]
    lines.append(f"{result['seconds']:.0f} s; published figures: {result['paper']} and later papers")
    if result["left_out"]:
        lines.append(f"left out of training, since a test part has the same text: {', '.join(result['left_out'])}")
    return "\n".join(lines)


COMMANDS = (benchmark,)
