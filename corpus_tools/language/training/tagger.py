"""The tagger (universal tags, treebank tags, features), and its taggings of the training text for the parser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, inference_mode

from corpus_tools.language.training.state import write_atomically
from corpus_tools.language.training.treebank import Treebank
from corpus_tools.language.training.weights import Layout, match_columns, read_model, warm_start

SIZES = {
    "hidden_dim": 200, "char_hidden_dim": 100, "char_emb_dim": 50, "deep_biaff_hidden_dim": 200,
    "composite_deep_biaff_hidden_dim": 100, "word_emb_dim": 75, "tag_emb_dim": 50, "transformed_dim": 125,
    "num_layers": 2, "word_cutoff": 3,
}  # fmt: skip

FIELDS = ["upos", "xpos", "feats"]

# Dropout that makes the tagger err on its own training text about as often as on new text.
RETAG_DROPOUT, RETAG_WORD_DROPOUT = 0.18, 0.06


class TagLearner:
    """Stanza's tagger as a learner for :func:`corpus_tools.language.training.loop.fit`."""

    def __init__(
        self, treebank: Treebank, *, language: str, vectors: Path | None, start_from: Path | None = None,
        batch_size: int = 40,
    ) -> None:  # fmt: skip
        from stanza.models import tagger
        from stanza.models.pos.data import Dataset, ShuffledDataset
        from stanza.models.pos.trainer import Trainer
        from stanza.models.pos.vocab import MultiVocab

        old = read_model(start_from) if start_from else None
        args = _arguments(treebank, language, vectors, batch_size, old["config"] if old else {})
        pretrain = tagger.load_pretrain(args)
        document = _read(treebank.train)
        vocab = MultiVocab.load_state_dict(old["vocab"]) if old else Dataset.init_vocab([document], args)
        self._batches = ShuffledDataset([Dataset(document, args, pretrain, vocab=vocab)], batch_size)
        self.trainer = Trainer(args=args, vocab=vocab, pretrain=pretrain, device="cpu")
        self.model = self.trainer.model
        if old:
            blocks = match_columns(input_layout(old["config"]), input_layout(args))
            warm_start(self.model, old["model"], blocks)
        self._development = _read(treebank.dev)
        self._gold = [[value or "_" for value in row] for row in self._development.get(FIELDS)]
        self._pretrain = pretrain

    def batches(self, epoch: int) -> Iterator[Any]:
        """Yield one pass over the training sentences, in the random order that the loop has seeded."""
        return iter(self._batches)

    def loss(self, batch: Any) -> Tensor:
        """Return the summed loss of the three taggings."""
        from stanza.models.pos.trainer import unpack_batch

        inputs, _, word_order, lengths, word_lengths, text = unpack_batch(batch, "cpu")
        loss: Tensor = self.model(*inputs, word_order, lengths, word_lengths, text)[0]
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Score the development part with gold words: tags and features, first their mean."""
        predicted = predict_tags(self.trainer, self._development, self._pretrain)
        total = max(1, len(self._gold))
        scores = {
            name: 100 * sum(p[i] == g[i] for p, g in zip(predicted, self._gold, strict=True)) / total
            for i, name in enumerate(FIELDS)
        }
        return {"mean": sum(scores.values()) / 3, **scores}

    def save(self, path: Path) -> None:
        """Write the model in Stanza's own form."""
        self.trainer.save(str(path))


def input_layout(config: Mapping[str, Any]) -> Layout:
    """Return the parts of the tagger's input, in the order in which Stanza joins them."""
    transformed = config["transformed_dim"]
    vectors = [("vectors", transformed)] if config["pretrain"] else []
    return [("word", config["word_emb_dim"]), *vectors, ("chars", transformed)]


def predict_tags(trainer: Any, document: Any, pretrain: Any) -> list[list[str]]:
    """Return ``[upos, xpos, feats]`` of each word of a document with the trainer's model as it stands."""
    from stanza.models.common import utils
    from stanza.models.pos.data import Dataset

    data = Dataset(document, trainer.args, pretrain, vocab=trainer.vocab, evaluation=True, sort_during_eval=True)
    found: list[Any] = []
    order: list[int] = []
    with inference_mode():
        for batch in data.to_loader(batch_size=150):
            found += trainer.predict(batch)
            order.extend(batch.idx)
    return [word for sentence in utils.unsort(found, order) for word in sentence]


def write_taggings(model: Path, vectors: Path | None, treebank: Treebank, folder: Path) -> tuple[Path, Path]:
    """Tag the training text under dropout and the development text plainly.

    A parser that only ever saw gold tags trusts them; the copy of its training text with the errors that the tagger
    makes teaches it not to. Its weights are selected on the development text as the tagger tags it.

    Returns
    -------
    tuple of Path
        The training and the development file, in `folder`.
    """
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.pos.trainer import Trainer

    pretrain = Pretrain(str(vectors)) if vectors else None
    trainer = Trainer(model_file=str(model), pretrain=pretrain, device="cpu")
    development = _write_tagged(trainer, pretrain, treebank.dev, folder)
    _keep_dropout(trainer.model)
    return _write_tagged(trainer, pretrain, treebank.train, folder), development


def _write_tagged(trainer: Any, pretrain: Any, path: Path, folder: Path) -> Path:
    from stanza.utils.conll import CoNLL

    target = folder / f"{path.stem}.tagged.conllu"
    if not target.exists():
        document = CoNLL.conll2doc(input_file=str(path))
        document.set(FIELDS, predict_tags(trainer, document, pretrain))
        write_atomically(target, lambda part: CoNLL.write_doc2conll(document, str(part)))
    return target


def _keep_dropout(model: Any) -> None:
    """Let the model's input dropout run in evaluation too, at the rates for retagging."""
    model.drop.p, model.worddrop.dropprob = RETAG_DROPOUT, RETAG_WORD_DROPOUT

    def evaluate_with_dropout() -> Any:
        type(model).eval(model)
        model.drop.train()
        model.worddrop.train()
        return model

    model.eval = evaluate_with_dropout


def _arguments(
    treebank: Treebank, language: str, vectors: Path | None, batch_size: int, old: Mapping[str, Any]
) -> dict[str, Any]:
    from stanza.models import tagger

    words = ["--wordvec_pretrain_file", str(vectors)] if vectors else ["--no_pretrain"]
    args: dict[str, Any] = tagger.parse_args(
        ["--train_file", str(treebank.train), "--eval_file", str(treebank.dev), "--shorthand", f"{language}_ud"]
        + ["--lang", language, "--dropout", "0.33", "--word_dropout", "0.2", "--cpu", *words]
    )
    args |= {key: old.get(key, size) for key, size in SIZES.items()}
    return args | {"charlm": False, "charlm_shorthand": None, "bert_model": None, "batch_size": batch_size}


def _read(path: Path) -> Any:
    from stanza.models.common.doc import Document
    from stanza.utils.conll import CoNLL

    return Document(CoNLL.conll2dict(input_file=str(path))[0])
