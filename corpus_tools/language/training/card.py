"""MODEL_CARD.md: what a package was trained on, under which licences, how well it does, and how to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

EWT = (
    "UD English EWT (Universal Dependencies, official split). CC BY-SA 4.0. Silveira et al. 2014, "
    "*A Gold Standard Dependency Corpus for English*, LREC."
)


@dataclass(frozen=True)
class CardFacts:
    """What the card cannot measure: names, origins and licences of the data.

    Attributes
    ----------
    title : str
    data : sequence of str
        One Markdown sentence for each source, with its licence.
    commands : sequence of str
        What was typed.
    notes : sequence of str
        Anything a user should know.
    """

    title: str
    data: Sequence[str] = ()
    commands: Sequence[str] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def write_card(folder: Path, facts: CardFacts, *, scores: Mapping[str, pd.DataFrame]) -> Path:
    """Write ``MODEL_CARD.md`` into a package folder.

    Parameters
    ----------
    folder : Path
        The package.
    facts : CardFacts
        Names, origins, licences.
    scores : mapping of str to DataFrame
        Heading to table, as :mod:`corpus_tools.language.scoring` measured it.

    Returns
    -------
    Path
        The card.
    """
    path = folder / "MODEL_CARD.md"
    path.write_text(
        _CARD.substitute(
            title=facts.title,
            data=_bullets(facts.data or ["not stated"]),
            scores="\n\n".join(f"### {heading}\n\n{_table(table)}" for heading, table in scores.items()),
            files=_table(_list_files(folder)),
            commands="\n".join(facts.commands or ["(called from Python)"]),
            notes=_bullets([*facts.notes, *_LIMITS]),
        ),
        "utf-8",
    )
    return path


_CARD = Template("""\
# $title

A package for [Stanza](https://stanfordnlp.github.io/stanza/), small enough to travel inside a Python wheel.

## Data and licences

$data

## Scores

Precision, recall and F1 in percent, measured on the files as they lie here.

$scores

## Files

$files

## How to make it again

```
$commands
```

## Limits

$notes
""")

_LIMITS = ("Scores hold for text like the training data; other domains, dialects and older texts score lower.",)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(table: pd.DataFrame) -> str:
    header = [str(column) for column in table.columns]
    rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.2f}"
    return str(value).replace("|", "\\|")


def _list_files(folder: Path) -> pd.DataFrame:
    files = sorted(folder.rglob("*.pt"))
    rows = [(file.relative_to(folder).as_posix(), f"{file.stat().st_size / 1e6:.2f}") for file in files]
    total = sum(file.stat().st_size for file in files) / 1e6
    return pd.DataFrame([*rows, ("all", f"{total:.2f}")], columns=["file", "MB"])
