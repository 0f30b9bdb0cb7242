"""SemEval-2016 task 6, subtask A: the stance of a tweet toward one of five topics, named or not.

Official metric: the mean of F1(FAVOR) and F1(AGAINST), pooled over the topics (Mohammad et al. 2016). The trial lines
are training lines, as in the task.
"""

from __future__ import annotations

from pathlib import Path

from corpus_tools.evaluation.benchmarks.dataset import Benchmark, Dataset, Part
from corpus_tools.evaluation.benchmarks.files import DataFile, read_text
from corpus_tools.evaluation.benchmarks.scores import favor_against_f1
from corpus_tools.text.errors import InputError

STANCES = ("AGAINST", "FAVOR", "NONE")
HEADER = ("ID", "Target", "Tweet", "Stance")
_URL = "https://www.saifmohammad.com/WebPages/StanceDataset.htm (all annotations)"
TRAIN = (
    DataFile("trialdata-all-annotations.txt", "1073bd6de5edfa0072a5e595ae5f58582fd461a5a7afcc620a6f9244f25074c1", _URL),
    DataFile(
        "trainingdata-all-annotations.txt", "0d0d15631457b21be65a0bc6902f633a962ba8c1ad030ab9b634bcb4fad3ef16", _URL
    ),
)
TEST = DataFile(
    "testdata-taskA-all-annotations.txt", "4c3dd19b0a4916afabd74061f96eacc6e4da9735e42ee6511959b10d82179121", _URL
)
DUPLICATES = (("1068", "10598"), ("2290", "10744"), ("2479", "11099"))
"""Lines of the same words on the same topic in train and test, user names and retweet marks aside."""


def load(folder: str | Path) -> Dataset:
    """Read the three files; ids are those of the file."""
    trial, training = (_read(folder, file) for file in TRAIN)
    together = Part(
        trial.ids + training.ids,
        trial.texts + training.texts,
        trial.labels + training.labels,
        trial.groups + training.groups,
        targets=(trial.targets or []) + (training.targets or []),
    )
    return Dataset(together, {"": _read(folder, TEST)}, duplicates=DUPLICATES)


def _read(folder: str | Path, file: DataFile) -> Part:
    # the files carry Windows quotes and dashes and are not UTF-8
    path, text = read_text(folder, file, "semeval2016", encoding="cp1252")
    lines = text.split("\n")
    if tuple(lines[0].rstrip("\r").split("\t")[:4]) != HEADER:
        raise InputError(f"does not begin with the columns {', '.join(HEADER)}", where=f"{path}:1", remedy=_AGAIN)
    part = Part(targets=[])
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        fields = line.rstrip("\r").split("\t")
        if len(fields) < 4 or fields[3] not in STANCES:
            raise InputError(
                f"has {len(fields)} fields, or a stance that is none of {', '.join(STANCES)}",
                where=f"{path}:{number}",
                remedy=_AGAIN,
            )
        part.ids.append(fields[0])
        part.groups.append(fields[0])
        part.texts.append(fields[2])
        part.labels.append(fields[3])
        if part.targets is not None:
            part.targets.append(fields[1])
    return part


_AGAIN = "get the file again, it may be torn"

BENCHMARK = Benchmark(
    name="semeval2016",
    title="SemEval-2016 task 6A: stance of tweets toward a topic",
    paper="Mohammad et al. (2016), SemEval-2016 Task 6: Detecting Stance in Tweets",
    files=(*TRAIN, TEST),
    kind="stance",
    target="topic",
    metrics={"favg": favor_against_f1},
    published={
        "majority class": 65.22,
        "best participant (MITRE)": 67.82,
        "organisers' SVM, n-grams": 68.98,
    },
    load=load,
)
