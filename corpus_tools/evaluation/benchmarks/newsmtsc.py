"""NewsMTSC: the stance (sentiment) of a political news sentence toward a target span in it.

Two test sets: `rw` has the sentences as they come, `mt` only those with several targets. Official metric: macro-F1
over the three polarities, each on its test set (Hamborg & Donnay 2021).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus_tools.evaluation.benchmarks.dataset import Benchmark, Dataset, Part
from corpus_tools.evaluation.benchmarks.files import DataFile, read_text
from corpus_tools.evaluation.benchmarks.scores import mean_f1
from corpus_tools.text.errors import InputError

POLARITIES = {2: "negative", 4: "neutral", 6: "positive"}
_URL = "https://github.com/fhamborg/NewsMTSC (NewsSentiment/controller_data/datasets/NewsMTSC-dataset)"
TRAIN = DataFile("train.jsonl", "fb80ff05993dd59016c36abefaa7bd00d77cb0cb38a781c1f9edd9ad7c61471e", _URL)
TESTS = {
    "rw": DataFile("devtest_rw.jsonl", "c915d6461625cc610a43fd0bac7a25dddfc1252e1331a4bfb7cc30e75b35982a", _URL),
    "mt": DataFile("devtest_mt.jsonl", "f7657900083bc12f41f1dcd7f19ae5b3eec87844da5eeb22d07ee916fe83a865", _URL),
}
DUPLICATES: tuple[tuple[str, str], ...] = (
    ("allsides_2466_1002_7_Rubio_31_42:0", "allsides_2466_1002_7_Marco Rubio_31_42:0"),
    ("polusa_v1_52951964_-1_1_NPR's Steve Inskeep_0_21:0", "polusa_v1_52951964_-1_1_John Paul Stevens_143_160:0"),
    ("allsides_3234_1328_48_Hillary Rodham Clinton_94_101:0", "allsides_3234_1328_48_Mrs. Clinton_89_101:0"),
    (
        "polusa_v1_115912256_-1_4_— Donald J. Trump (@realDonaldTrump)_22_27:0",
        "polusa_v1_115862502_-1_3_Donald Trump_16_28:0",
    ),
    (
        "allsides_283_114_8_Management and Budget Director Mick Mulvaney_59_103:0",
        "allsides_283_114_8_President Trump_0_5:0",
    ),
    (
        "allsides_283_114_8_Management and Budget Director Mick Mulvaney_59_103:0",
        "allsides_283_114_8_President Trump_0_5:1",
    ),
    (
        "allsides_283_114_8_Management and Budget Director Mick Mulvaney_59_103:0",
        "allsides_283_114_8_President Trump_0_5:2",
    ),
    (
        "polusa_v1_113884012_-1_10_Prince Harry and American actress Meghan Markle_13_60:0",
        "polusa_v1_113884012_-1_10_American actress Meghan Markle_30_60:0",
    ),
    (
        "polusa_v1_113884012_-1_10_Prince Harry and American actress Meghan Markle_13_60:0",
        "polusa_v1_113884012_-1_10_American actress Meghan Markle_30_60:1",
    ),
)
"""Sentences of the same words in train and test: 4 of `rw`, 2 of `mt` (with five targets)."""


def load(folder: str | Path) -> Dataset:
    """Read the three files; ids are the file's `primary_gid`, a colon and the number of the target."""
    return Dataset(
        _read(folder, TRAIN), {name: _read(folder, file) for name, file in TESTS.items()}, duplicates=DUPLICATES
    )


def _read(folder: str | Path, file: DataFile) -> Part:
    path, text = read_text(folder, file, "newsmtsc")
    part = Part(targets=[])
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            for name, sentence, span, label in _rows(line, f"{path}:{number}"):
                part.ids.append(name)
                part.texts.append(sentence)
                part.labels.append(label)
                part.groups.append(sentence)
                if part.targets is not None:
                    part.targets.append(span)
    return part


def _rows(line: str, where: str) -> Iterator[tuple[str, str, tuple[int, int], str]]:
    try:
        record: dict[str, Any] = json.loads(line)
        sentence, gid = record["sentence_normalized"], record["primary_gid"]
        for number, target in enumerate(record["targets"]):
            span = (int(target["from"]), int(target["to"]))
            if not 0 <= span[0] < span[1] <= len(sentence):
                raise ValueError(f"the target {span} lies outside a sentence of {len(sentence)} characters")
            yield f"{gid}:{number}", sentence, span, POLARITIES[int(target["polarity"])]
    except (ValueError, KeyError, TypeError) as error:
        reason = f"key {error} is missing or has an unknown value" if isinstance(error, KeyError) else str(error)
        raise InputError(
            f"is not a record of NewsMTSC ({reason})", where=where, remedy="get the file again, it may be torn"
        ) from error


BENCHMARK = Benchmark(
    name="newsmtsc",
    title="NewsMTSC: stance toward a target span in political news",
    paper="Hamborg & Donnay (2021), NewsMTSC, EACL",
    files=(TRAIN, *TESTS.values()),
    kind="stance",
    target="span",
    metrics={"macro_f1": mean_f1},
    published={
        "BERT-SPC, rw_macro_f1": 80.1,
        "BERT-SPC, mt_macro_f1": 73.7,
        "RoBERTa GRU-TSC, rw_macro_f1": 83.1,
        "RoBERTa GRU-TSC, mt_macro_f1": 82.5,
    },
    load=load,
)
