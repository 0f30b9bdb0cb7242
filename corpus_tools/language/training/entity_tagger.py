"""The entity tagger: Stanza's BiLSTM-CRF over characters and frozen word vectors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, inference_mode

from corpus_tools.language.training.entities import DEV, TRAIN, Sentence

SIZES = {"hidden_dim": 200, "char_hidden_dim": 80, "char_emb_dim": 40}
MOST_WORDS = 1000  # of a batch


class EntityLearner:
    """Stanza's entity tagger as a learner for :func:`corpus_tools.language.training.loop.fit`.

    Without vectors the model has characters only; its vocabulary then has no words at all.
    """

    def __init__(
        self, parts: Mapping[str, Sequence[Sentence]], *, language: str, vectors: Path | None, batch_size: int = 32
    ) -> None:
        from stanza.models import ner_tagger
        from stanza.models.ner.trainer import Trainer

        args = _arguments(language, vectors, batch_size)
        pretrain = ner_tagger.load_pretrain(args) if vectors else None
        loader = _slim_loader()
        self._loader = loader(
            _document(parts[TRAIN]), batch_size, args, pretrain, evaluation=False, max_batch_words=MOST_WORDS
        )
        self._items = [item for batch in self._loader.data for item in batch]
        vocab = self._loader.vocab
        self._development = loader(_document(parts[DEV]), batch_size, args, pretrain, vocab=vocab, evaluation=True)
        self.trainer = Trainer(args=args, vocab=vocab, pretrain=pretrain, device="cpu")
        self.model = self.trainer.model
        self._gold = [[label[0] for label in labels] for labels in self._development.tags]

    def batches(self, epoch: int) -> Iterator[Any]:
        """Yield one pass over the sentences, in the random order that the loop has seeded."""
        self._loader.data = self._loader.chunk_batches(random.sample(self._items, len(self._items)))
        return iter(self._loader)

    def loss(self, batch: Any) -> Tensor:
        """Return the negative log likelihood of the label sequences."""
        from stanza.models.ner.trainer import unpack_batch

        inputs, _, word_order, char_order, lengths, word_lengths, char_lengths, offsets = unpack_batch(batch, "cpu")
        words, word_chars, mask, chars, tags = inputs
        rest = (word_order, lengths, word_lengths, chars, offsets, char_lengths, char_order)
        loss: Tensor = self.model(words, word_chars, mask, tags, *rest)[0]
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Score entities (exact span and type, micro) on the development part with its gold tokens."""
        from stanza.models.ner import scorer

        with inference_mode():
            found = [labels for batch in self._development for labels in self.trainer.predict(batch)]
        precision, recall, f1 = scorer.score_by_entity(found, self._gold)[:3]
        return {"f1": 100 * f1, "precision": 100 * precision, "recall": 100 * recall}

    def save(self, path: Path) -> None:
        """Write the model in Stanza's own form."""
        self.trainer.save(str(path))


def _document(sentences: Sequence[Sentence]) -> Any:
    from stanza.models.common.doc import Document

    return Document([[{"text": token.text, "ner": token.label} for token in sentence] for sentence in sentences])


def _slim_loader() -> Any:
    from stanza.models.ner.data import DataLoader
    from stanza.models.ner.vocab import MultiVocab

    class SlimLoader(DataLoader):  # type: ignore[misc]
        """Leave out the table of tuned vectors: it doubles the file and is not trained here."""

        def init_vocab(self, data: Any) -> Any:
            vocab = super().init_vocab(data)
            return MultiVocab({name: vocab[name] for name in ("char", "tag", "word") if name in vocab})

    return SlimLoader


def _arguments(language: str, vectors: Path | None, batch_size: int) -> dict[str, Any]:
    from stanza.models import ner_tagger

    words = ["--wordvec_pretrain_file", str(vectors)] if vectors else ["--no_pretrain"]
    args: dict[str, Any] = ner_tagger.parse_args(
        ["--shorthand", f"{language}_entities", "--no_emb_finetune", "--dropout", "0.4", "--word_dropout", "0.05"]
        + ["--optim", "adam", "--lr", "1e-3", "--cpu", *words]
    )
    args |= {**SIZES, "word_emb_dim": _width(vectors), "charlm": False, "batch_size": batch_size}
    return args | {"train_classifier_only": False, "bert_model": None}


def _width(vectors: Path | None) -> int:
    if vectors is None:
        return 0
    from stanza.models.common.pretrain import Pretrain

    return int(Pretrain(str(vectors)).emb.shape[1])
