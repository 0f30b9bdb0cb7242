"""What a training was asked to do, kept on disk so that a second call goes on with the same and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from corpus_tools.language.training.treebank import Treebank
from corpus_tools.text.errors import InputError

STEPS = {"tokenize": 4000, "mwt": 8, "pos": 9000, "lemma": 4000, "depparse": 6000, "ner": 9000}
"""Updates for each model; for ``mwt`` passes over the data. 0 takes the model from ``start_from`` as it is."""

WORK = "training"


@dataclass(frozen=True)
class Plan:
    """Everything a training depends on; kept as ``training/plan.json``."""

    treebank: str
    ner: str | None
    out: str
    language: str
    language_name: str
    name: str
    vectors: str | None
    encoder: str | None
    start_from: str | None
    steps: dict[str, int]
    seed: int
    also_dev: bool = False
    data: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    progress: bool = field(default=True, compare=False)

    @property
    def work(self) -> Path:
        """The folder of checkpoints, inside the output folder."""
        return Path(self.out) / WORK

    def open_treebank(self) -> Treebank:
        """Find the treebank's files, the training file with the development sentences where that was asked for."""
        found = Treebank.find(Path(self.treebank))
        return found.with_dev(self.work) if self.also_dev else found


def check_plan(plan: Plan) -> None:
    """Refuse to mix two trainings in one folder; the number of threads and the like may differ."""
    path = plan.work / "plan.json"
    mine = {key: value for key, value in asdict(plan).items() if key not in {"progress", "out", "data", "commands"}}
    if path.exists():
        theirs = json.loads(path.read_text("utf-8"))
        changed = sorted(key for key in mine if theirs.get(key) != mine[key])
        if changed:
            raise InputError(
                f"a training with another {changed[0]} was begun here", where=str(path.parent),
                remedy="give the same arguments, another output folder, or delete this one",
            )  # fmt: skip
    path.write_text(json.dumps(mine, indent=1), "utf-8")


@contextmanager
def only_writer(folder: Path) -> Iterator[int]:
    """Hold the lock of a training folder, yield its descriptor; refuse when another process holds it."""
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise InputError(
                f"process {lock.read().strip() or '?'} is training here", where=str(folder),
                remedy="wait for it, or give another output folder",
            ) from error  # fmt: skip
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()
