"""Gun Violence Frame Corpus: one of nine frames for each news headline.

Scored by 10-fold cross-validation on the first theme, accuracy and macro-F1 over all headlines, as in the papers on
this corpus (Liu et al. 2019; Akyürek et al. 2020); here with three seeds of the folds, whose mean is reported.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from corpus_tools.evaluation.benchmarks.dataset import Benchmark, Dataset, Part
from corpus_tools.evaluation.benchmarks.files import DataFile, read_text
from corpus_tools.evaluation.benchmarks.scores import accuracy, mean_f1
from corpus_tools.text.errors import InputError

FILE = DataFile(
    "GVFC_extension_multimodal.csv",
    "6ba8cd9bde1328d34db8af58fb93138ee55268f6ed75deb18af26e05bf5eb56c",
    "https://derrywijaya.github.io/GVFC.html",
)
FRAMES = {
    "1": "gun_rights",
    "2": "gun_control",
    "3": "politics",
    "4": "mental_health",
    "5": "school_or_public_space_safety",
    "6": "race_ethnicity",
    "7": "public_opinion",
    "8": "society_culture",
    "9": "economic_consequences",
}
DUPLICATES = (("172", "176"), ("483", "522"), ("590", "645"))
"""Headlines that occur twice: they share a group, so that no fold parts them."""


def load(folder: str | Path) -> Dataset:
    """Read the headlines; ids are those of the file, groups the folded headline."""
    path, text = read_text(folder, FILE, "gvfc")
    part = Part()
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = {"id", "headline", "Q3 Theme1"} - set(reader.fieldnames or ())
    if missing:
        raise InputError(f"lacks the columns {', '.join(sorted(missing))}", where=str(path), remedy=_AGAIN)
    for row in reader:
        theme, headline = (row["Q3 Theme1"] or "").strip(), row["headline"] or ""
        if theme not in FRAMES or not headline.strip():
            raise InputError(
                f"row {row['id']!r} has theme {theme!r}, which is none of 1 to 9, or no headline",
                where=f"{path}:{reader.line_num}",
                remedy=_AGAIN,
            )
        part.ids.append(row["id"])
        part.texts.append(headline)
        part.labels.append(FRAMES[theme])
        part.groups.append(" ".join(headline.lower().split()))
    return Dataset(part, duplicates=DUPLICATES)


_AGAIN = "get the file again, it may be torn"

BENCHMARK = Benchmark(
    name="gvfc",
    title="Gun Violence Frame Corpus: frames of headlines",
    paper="Liu et al. (2019), Detecting Frames in News Headlines, CoNLL",
    files=(FILE,),
    kind="frame",
    metrics={"accuracy": accuracy, "macro_f1": mean_f1},
    published={"fine-tuned BERT, accuracy (about)": 84.0},
    load=load,
    folds=10,
    seeds=(0, 1, 2),
)
