"""The stages of a training: a model each, in the order in which they need each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_tools.language.training.plan import Plan
from corpus_tools.text.errors import InputError

if TYPE_CHECKING:
    from corpus_tools.language.training.loop import Learner, Recipe
    from corpus_tools.language.training.treebank import Treebank

RATES = {"tokenize": 2e-3, "pos": 1e-3, "lemma": 2e-3, "depparse": 8e-4, "ner": 1.5e-3}


def train_models(plan: Plan) -> Iterator[tuple[str, Path]]:
    """Yield processor and model file, training what is not there yet."""
    treebank = plan.open_treebank()
    vectors = _provide_vectors(plan, treebank)
    if vectors:
        yield "pretrain", vectors
    yield "tokenize", _train(plan, "tokenize", _learn_tokens)
    if treebank.has_multiword_tokens:
        yield "mwt", _train_mwt(plan, treebank)
    yield "lemma", _train(plan, "lemma", _learn_lemmas)
    yield "pos", _train(plan, "pos", _learn_tags)
    yield "depparse", _train(plan, "depparse", _learn_trees)
    if plan.ner:
        yield "ner", _train(plan, "ner", _learn_entities)


def _train(plan: Plan, stage: str, build: Callable[[Plan], Learner]) -> Path:
    """Run one stage, or return its result where it is done."""
    from corpus_tools.language.acceleration.biaffine import matrix_biaffine
    from corpus_tools.language.training.loop import fit
    from corpus_tools.language.training.state import seed_everything

    done, model = plan.work / f"{stage}.done", plan.work / f"{stage}.pt"
    if done.exists() and model.exists():
        return model
    if plan.steps[stage] == 0:
        return _take_over(plan, stage)
    seed_everything(plan.seed)
    with matrix_biaffine():
        fit(build(plan), _recipe(plan, stage), folder=plan.work, name=stage, progress=plan.progress)
    done.touch()
    return model


def _recipe(plan: Plan, stage: str) -> Recipe:
    from corpus_tools.language.training.loop import Recipe, Schedule

    steps = plan.steps[stage]
    schedule = Schedule(steps=steps, peak=RATES[stage], warmup=min(200, max(1, steps // 10)))
    every = min(400, steps)
    clip = 5.0 if stage in {"ner", "lemma"} else 1.0
    return Recipe(schedule, beta2=0.99 if stage == "ner" else 0.98, clip=clip, evaluate_every=every, seed=plan.seed)


def _train_mwt(plan: Plan, treebank: Treebank) -> Path:
    from corpus_tools.language.training.tokenizer import train_expander

    model = plan.work / "mwt.pt"
    if model.exists():
        return model
    if plan.steps["mwt"] == 0:
        return _take_over(plan, "mwt")
    train_expander(treebank, plan.work / "mwt", language=plan.language, epochs=plan.steps["mwt"])
    return (plan.work / "mwt" / "mwt.pt").replace(model)


def _learn_tokens(plan: Plan) -> Learner:
    from corpus_tools.language.training.tokenizer import TokenLearner

    treebank = plan.open_treebank()
    return TokenLearner(treebank, plan.work / "text", language=plan.language, start_from=_old(plan, "tokenize"))


def _learn_lemmas(plan: Plan) -> Learner:
    from corpus_tools.language.training.lemmatizer import LemmaLearner

    return LemmaLearner(plan.open_treebank(), language=plan.language)


def _learn_tags(plan: Plan) -> Learner:
    from corpus_tools.language.training.tagger import TagLearner

    treebank = plan.open_treebank()
    return TagLearner(treebank, language=plan.language, vectors=_vectors(plan), start_from=_old(plan, "pos"))


def _learn_trees(plan: Plan) -> Learner:
    from corpus_tools.language.training.parser import ParseLearner
    from corpus_tools.language.training.state import seed_everything
    from corpus_tools.language.training.tagger import write_taggings

    treebank, vectors = plan.open_treebank(), _vectors(plan)
    tagged = write_taggings(plan.work / "pos.pt", vectors, treebank, plan.work)
    seed_everything(plan.seed)  # whether the taggings were there already must make no difference
    return ParseLearner(treebank, tagged, language=plan.language, vectors=vectors, start_from=_old(plan, "depparse"))


def _learn_entities(plan: Plan) -> Learner:
    from corpus_tools.language.training.entities import load_parts
    from corpus_tools.language.training.entity_tagger import EntityLearner

    assert plan.ner is not None
    return EntityLearner(load_parts(Path(plan.ner)), language=plan.language, vectors=_vectors(plan))


def _provide_vectors(plan: Plan, treebank: Treebank) -> Path | None:
    """Copy the given vectors or distil them, over the training parts only; None without either."""
    from corpus_tools.language.training.vectors import distil_vectors, read_texts

    target = plan.work / "pretrain.pt"
    if target.exists():
        return target
    if plan.vectors:
        shutil.copyfile(plan.vectors, target.with_suffix(".tmp"))
        return target.with_suffix(".tmp").replace(target)
    if not plan.encoder:
        return None
    sentences = read_texts(treebank, Path(plan.ner) if plan.ner else None)
    return distil_vectors(sentences, Path(plan.encoder), target, language=plan.language, progress=plan.progress)


def _vectors(plan: Plan) -> Path | None:
    path = plan.work / "pretrain.pt"
    return path if path.exists() else None


def _old(plan: Plan, stage: str) -> Path | None:
    if plan.start_from is None:
        return None
    found = sorted((Path(plan.start_from) / plan.language / stage).glob("*.pt"))
    return found[0] if found else None


def _take_over(plan: Plan, stage: str) -> Path:
    old = _old(plan, stage)
    if old is None:
        raise InputError(
            f"0 steps for {stage}, and no such model to start from", remedy="give start_from, or a number of steps"
        )
    return Path(shutil.copyfile(old, plan.work / f"{stage}.pt"))
