"""Small data and configurations for the tests of `corpus-tools evaluate`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

FRAMES = {"money_&_power": "Banks paid {} dollars", "peace_talks": "Envoys held {} talks"}
"""Label to what its texts say, too short to be near-duplicates; the label would be a command to LaTeX."""
NUMBERS = ("two", "five", "nine", "eleven", "thirty", "forty")
DETECTOR = '[detector]\nfeatures = "words"\nexclusive = true\nhead = "logistic"\n'

TWO = '[[variant]]\nname = "mild"\nC = 0.1\n[[variant]]\nname = "a|b_<i>&{\\\\}"\nC = 9.0\n'
FULL = '[evaluation]\nfolds = 3\ngroups = "duplicates"\nslices = ["outlet"]\ncurve = [0.5, 1.0]\nconfidence = 0.9\n'


def write_table(folder: Path, count: int = 24) -> Path:
    """A CSV of headlines of two frames, two to a group."""
    path = folder / "coded.csv"
    rows = []
    for i in range(count):
        label = list(FRAMES)[i % 2]
        text = f"{FRAMES[label].format(NUMBERS[i % 6])} <b>{i}</b>"
        rows.append({"headline": text, "frame": label, "day": f"d{i // 2}", "outlet": f"o{i // 2 % 2}"})
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_config(
    folder: Path,
    *,
    top: str = 'kind = "frame"\n',
    data: str = 'table = "coded.csv"\ncolumns = {text = "headline", label = "frame", group = "day"}\n',
    detector: str = DETECTOR,
    evaluation: str = '[evaluation]\nfolds = 3\ngroups = "duplicates"\nallow_leaks = []\n',
    more: str = "",
    name: str = "config.toml",
) -> Path:
    """A configuration of the table; every part can be another."""
    path = folder / name
    path.write_text(f"{top}\n[data]\n{data}\n{detector}\n{evaluation}\n{more}", "utf-8")
    return path


def write_headlines(folder: Path, count: int = 60) -> Path:
    """A file of the shape of GVFC with two themes."""
    with (folder / "GVFC_extension_multimodal.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "headline", "Q3 Theme1"])
        for i in range(count):
            text = list(FRAMES.values())[i % 2 if i % 7 else 0].format(NUMBERS[i % 6])
            writer.writerow([i, f"{text} {i}", 1 + i % 2])
    return folder


def read_json(path: Path):
    return json.loads(path.read_text("utf-8"))
