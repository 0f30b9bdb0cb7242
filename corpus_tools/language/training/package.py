"""Training a whole package: which models in which order, what is done already, what is written at the end.

The work happens in a child process (:mod:`corpus_tools.language.training.environment`) and in a folder ``training``
inside the output folder. Each model is a stage; a stage that is done is not done again, the stage that was killed goes
on where its last checkpoint stands.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus_tools.language.training.environment import run_in_child
from corpus_tools.language.training.plan import STEPS, Plan, check_plan, only_writer
from corpus_tools.language.training.treebank import Treebank
from corpus_tools.text.errors import InputError


def train_package(
    *,
    treebank: Path,
    ner: Path | None = None,
    out: Path,
    language: str = "en",
    language_name: str = "English",
    name: str = "lite",
    vectors: Path | None = None,
    encoder: Path | None = None,
    start_from: Path | None = None,
    steps: Mapping[str, int] | None = None,
    also_dev: bool = False,
    seed: int = 1234,
    threads: int = 1,
    data: tuple[str, ...] = (),
    commands: tuple[str, ...] = (),
    progress: bool = True,
) -> Path:
    """Train a complete Stanza package on a treebank and, if given, an entity corpus; call again to go on after a kill.

    Parameters
    ----------
    treebank : Path
        Folder with ``*train*.conllu``, ``*dev*.conllu`` and, for the scores, ``*test*.conllu``.
    ner : Path, optional
        Folder of BIO files (:mod:`corpus_tools.language.training.entities`); a fifth of the articles is held out.
    out : Path
        The package's folder; checkpoints lie in ``out/training`` and may be deleted at the end.
    language, language_name, name : str
        Language code, English name of the language, name of the package.
    vectors : Path, optional
        Stanza pretrain file to use.
    encoder : Path, optional
        Folder of a transformer from which vectors are distilled over the training texts; instead of `vectors`.
    start_from : Path, optional
        Package trained on the same treebank whose weights and vocabularies are taken over.
    steps : mapping of str to int, optional
        Replaces entries of :data:`STEPS`.
    also_dev : bool
        Train on the development sentences too: a last round from `start_from`, when nothing is left to decide.
    seed : int
        Seed of everything random.
    threads : int
        Threads; the recurrent networks gain little from more than one.
    data, commands : tuple of str
        For the model card: sources with licences, and what was typed.
    progress : bool
        Show bars on stderr.

    Returns
    -------
    Path
        `out`: ``resources.json``, models, ``MANIFEST.json``, ``MODEL_CARD.md``, ``scores/*.csv``.

    Raises
    ------
    InputError
        Files are missing, another training writes to `out`, or `out` was begun with other arguments.
    """
    unknown = set(steps or {}) - set(STEPS)
    if unknown:
        raise InputError(f"unknown model {min(unknown)!r} in steps", remedy=f"use some of {', '.join(STEPS)}")
    if vectors and encoder:
        raise InputError("vectors and encoder are both given", remedy="give one of them")
    Treebank.find(treebank)  # fail here rather than in the child
    plan = Plan(
        treebank=_absolute(treebank), ner=_absolute_or_none(ner), out=_absolute(out), language=language,
        language_name=language_name, name=name, vectors=_absolute_or_none(vectors),
        encoder=_absolute_or_none(encoder), start_from=_absolute_or_none(start_from),
        steps={**STEPS, **(steps or {})}, seed=seed, also_dev=also_dev, data=data, commands=commands, progress=progress,
    )  # fmt: skip
    plan.work.mkdir(parents=True, exist_ok=True)
    with only_writer(plan.work) as lock:
        check_plan(plan)
        run_in_child(f"{__name__}:run_plan", asdict(plan), threads=threads, locks=[lock])
    return Path(out)


def run_plan(job: Mapping[str, Any]) -> str:
    """Do the work of :func:`train_package`, in the child process."""
    plan = Plan(**{**job, "data": tuple(job["data"]), "commands": tuple(job["commands"])})
    logging.getLogger("stanza").setLevel(logging.WARNING)
    from corpus_tools.language.training.stages import train_models

    files = dict(train_models(plan))
    _finish(plan, files)
    return plan.out


def _finish(plan: Plan, files: Mapping[str, Path]) -> None:
    """Assemble, score, write the card."""
    from corpus_tools.language.assembly import assemble
    from corpus_tools.language.scoring import score_entities, score_package
    from corpus_tools.language.training.card import CardFacts, write_card

    out = Path(plan.out)
    assemble(files, out, language=plan.language, language_name=plan.language_name, name=plan.name)
    test = Treebank.find(Path(plan.treebank)).test
    tables = {f"{test.name}, from raw text": score_package(out, test, language=plan.language)}
    if plan.ner:
        tables["Entities, held-out articles"] = score_entities(out, Path(plan.ner), language=plan.language)
    (out / "scores").mkdir(exist_ok=True)
    for name, table in zip(("treebank", "entities"), tables.values(), strict=False):
        table.round(2).to_csv(out / "scores" / f"{name}.csv", index=False)
    facts = CardFacts(
        f"{plan.language_name}, package `{plan.name}`", data=plan.data, commands=plan.commands,
        notes=[_SELECTION[plan.also_dev]],
    )  # fmt: skip
    write_card(out, facts, scores=tables)


_SELECTION = {
    False: "The weights that are kept were selected on development data, never on the test or held-out part.",
    True: "The development sentences were trained on too; nothing was selected on the test or held-out part.",
}


def _absolute(path: Path) -> str:
    return str(Path(path).resolve())


def _absolute_or_none(path: Path | None) -> str | None:
    return None if path is None else _absolute(path)
