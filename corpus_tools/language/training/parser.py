"""The dependency parser, trained on gold tags and on the tagger's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from corpus_tools.language.training.treebank import Treebank
from corpus_tools.language.training.weights import Layout, match_columns, read_model, warm_start

SIZES = {
    "hidden_dim": 200, "char_hidden_dim": 50, "char_emb_dim": 32, "deep_biaff_hidden_dim": 200, "word_emb_dim": 75,
    "tag_emb_dim": 50, "transformed_dim": 125, "num_layers": 2, "word_cutoff": 3,
}  # fmt: skip

NO_FINAL_POINT = 0.1  # share of sentences shown without their final punctuation


class ParseLearner:
    """Stanza's graph parser as a learner for :func:`corpus_tools.language.training.loop.fit`.

    Parameters
    ----------
    treebank : Treebank
        Gold trees.
    tagged : tuple of Path
        The training and development files with a tagger's tags
        (:func:`corpus_tools.language.training.tagger.write_taggings`).
    language : str
        Language code.
    vectors, start_from : Path, optional
        Word vectors; a parser of the same treebank whose weights and vocabulary are taken over.
    batch_size : int
        Words in a batch.
    """

    def __init__(
        self, treebank: Treebank, tagged: tuple[Path, Path], *, language: str, vectors: Path | None,
        start_from: Path | None = None, batch_size: int = 900,
    ) -> None:  # fmt: skip
        from stanza.models import parser
        from stanza.models.depparse.data import DataLoader
        from stanza.models.depparse.trainer import GraphTrainer
        from stanza.models.pos.vocab import MultiVocab

        old = read_model(start_from) if start_from else None
        args = _arguments(treebank, language, vectors, batch_size, old["config"] if old else {})
        pretrain = parser.load_pretrain(args)
        vocab = MultiVocab.load_state_dict(old["vocab"]) if old else None
        sentences = _read([treebank.train, tagged[0]])
        self._loader = DataLoader(sentences, batch_size, args, pretrain, vocab=vocab, evaluation=False)
        vocab = self._loader.vocab
        self.trainer = GraphTrainer(args=args, vocab=vocab, pretrain=pretrain, device="cpu")
        self.model = self.trainer.model
        if old:
            warm_start(self.model, old["model"], match_columns(input_layout(old["config"]), input_layout(args)))
        development = _read([tagged[1]])
        self._development = DataLoader(
            development, 3000, args, pretrain, vocab=vocab, evaluation=True, sort_during_eval=True
        )
        self._gold = _read([treebank.dev]).get(["head", "deprel"])

    def batches(self, epoch: int) -> Iterator[Any]:
        """Yield one pass over the sentences, in the random order that the loop has seeded."""
        self._loader.reshuffle()
        return (self._loader[i] for i in range(len(self._loader)))

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of heads, relations, direction and distance."""
        from stanza.models.depparse.trainer import unpack_batch

        inputs, _, word_order, lengths, word_lengths, text = unpack_batch(batch, "cpu")
        loss: Tensor = self.model.loss(*inputs, word_order, lengths, word_lengths, text)[0]
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Score the development part with gold words and a tagger's tags: LAS first, then UAS; with subtypes."""
        from stanza.models.depparse.utils import predict_dataset

        found = [word for sentence in predict_dataset(self.trainer, self._development) for word in sentence]
        pairs = [(int(f[0]) == int(g[0]), f[1] == g[1]) for f, g in zip(found, self._gold, strict=True)]
        total = max(1, len(pairs))
        return {"las": 100 * sum(h and d for h, d in pairs) / total, "uas": 100 * sum(h for h, _ in pairs) / total}

    def save(self, path: Path) -> None:
        """Write the model in Stanza's own form."""
        self.trainer.save(str(path))


def input_layout(config: Mapping[str, Any]) -> Layout:
    """Return the parts of the parser's input, in the order in which Stanza joins them."""
    word, tag, transformed = config["word_emb_dim"], config["tag_emb_dim"], config["transformed_dim"]
    vectors = [("vectors", transformed)] if config["pretrain"] else []
    return [*vectors, ("word", word), ("lemma", word), ("tag", tag), ("features", tag), ("chars", transformed)]


def _arguments(
    treebank: Treebank, language: str, vectors: Path | None, batch_size: int, old: Mapping[str, Any]
) -> dict[str, Any]:
    from stanza.models import parser

    words = ["--wordvec_pretrain_file", str(vectors)] if vectors else ["--no_pretrain"]
    args: dict[str, Any] = parser.parse_args(
        ["--train_file", str(treebank.train), "--eval_file", str(treebank.dev), "--shorthand", f"{language}_ud"]
        + ["--lang", language, "--dropout", "0.33", "--word_dropout", "0.2", "--cpu", *words]
    )
    args |= {key: old.get(key, size) for key, size in SIZES.items()}
    return args | {"charlm": False, "bert_model": None, "augment_nopunct": NO_FINAL_POINT, "batch_size": batch_size}


def _read(paths: list[Path]) -> Any:
    from stanza.models.common.doc import Document
    from stanza.utils.conll import CoNLL

    return Document([sentence for path in paths for sentence in CoNLL.conll2dict(input_file=str(path))[0]])
