"""The lemmatizer: each distinct pair of word and tag once, and the network only for those not in the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus_tools.language.acceleration.buckets import find_units
from corpus_tools.language.acceleration.guard import check_sources, require
from corpus_tools.language.acceleration.sentences import Sentences

__all__ = ["Lemmas"]

SOURCES = {
    "stanza.pipeline.lemma_processor:LemmaProcessor.process": "12186ee0d43d",
    "stanza.models.lemma.data:DataLoader": "f70991db8b3c",
    "stanza.models.lemma.trainer:Trainer.predict": "10d880be2f02",
    "stanza.models.lemma.trainer:Trainer.postprocess": "84188d8ee554",
    "stanza.models.lemma.trainer:Trainer.skip_seq2seq": "66a843ea0b38",
    "stanza.models.lemma.trainer:Trainer.ensemble": "2c2476966c95",
    "stanza.models.common.seq2seq_model:Seq2SeqModel": "a106e5acaa58",
    "stanza.models.lemma.trainer:Trainer.predict_dict": "d085475c585a",
}

Pair = tuple[str, str | None]


class Lemmas:
    """Stands for ``LemmaProcessor``: fills `lemma`.

    The pairs are remembered for one call only: what a word's lemma is must not depend on what was read before it.

    Raises
    ------
    StepsAside
        The lemmatizer looks at the sentence, keeps its results, or is not the one that this was written for.
    """

    columns = ("lemma",)

    def __init__(self, processor: Any, precision: str) -> None:
        check_sources(SOURCES)
        from stanza.models.common.seq2seq_model import Seq2SeqModel
        from stanza.models.lemma.trainer import Trainer

        self._processor = processor
        self._quick = False
        if processor.use_identity:
            return
        require(type(processor.trainer) is Trainer, "the lemmatizer is of another class")
        require(not processor.trainer.has_contextual_lemmatizers(), "the lemmatizer looks at the sentence")
        require(not processor.store_results, "the lemmatizer keeps its results")
        model = processor.trainer.model
        self._quick = type(model) is Seq2SeqModel and model.edit and model.contextual_embedding is None

    def run(self, sentences: Sentences) -> None:
        """Find the lemma of all words."""
        forms = sentences.forms
        tags = [tag or None for tag in sentences.columns.get("upos", [""] * len(forms))]
        pairs, places = find_units(list(zip(forms, tags, strict=True)))
        # Stanza writes "_" for a lemma that would be empty, and takes "_" for no lemma unless the word is "_".
        found = [lemma or "_" for lemma in self._look_up(pairs)] if pairs else []
        lemmas = ["" if lemma == "_" != pair[0] else lemma for lemma, pair in zip(found, pairs, strict=True)]
        sentences.columns["lemma"] = [lemmas[place] for place in places.tolist()]

    def _look_up(self, pairs: Sequence[Pair]) -> list[str]:
        trainer, config = self._processor.trainer, self._processor.config
        if self._processor.use_identity:
            return [form for form, _ in pairs]
        if config.get("dict_only", False):
            found: list[str] = trainer.predict_dict(pairs)
            return found
        if not config.get("ensemble_dict", False):
            return self._predict(pairs)
        known = trainer.skip_seq2seq(pairs)
        guesses = iter(self._predict([pair for pair, skip in zip(pairs, known, strict=True) if not skip]))
        found = trainer.ensemble(pairs, ["" if skip else next(guesses) for skip in known])
        return found

    def _predict(self, pairs: Sequence[Pair]) -> list[str]:
        from stanza.models.lemma.data import DataLoader

        if not pairs:
            return []
        processor = self._processor
        ordered = sorted(pairs, key=lambda pair: (len(pair[0]), pair[0], pair[1] or ""))
        batches = DataLoader(
            _Pairs(ordered), processor.config["batch_size"], processor.config,
            vocab=processor.vocab, evaluation=True, expand_unk_vocab=True,
        )  # fmt: skip
        lemmas: list[str] = []
        edits: list[int] = []
        for batch in batches:
            found, edited = self._decode(batch, batches.vocab)
            lemmas += found
            edits += edited or []
        lemmas = processor.trainer.postprocess([form for form, _ in ordered], lemmas, edits=edits or None)
        by_pair = dict(zip(ordered, lemmas, strict=True))
        return [by_pair[pair] for pair in pairs]

    def _decode(self, batch: Any, vocab: Any) -> tuple[list[str], list[int] | None]:
        """Predict a batch; where the network says that the word is its own lemma, none is spelt out."""
        from stanza.models.common.utils import prune_decoded_seqs, unsort

        trainer, beam = self._processor.trainer, self._processor.config["beam_size"]
        model = trainer.model
        if not (self._quick and beam == 1):
            found: tuple[list[str], list[int] | None] = trainer.predict(batch, beam, vocab)
            return found
        model.eval()
        source, mask, _, _, tags, _, order, _ = batch
        embedded, _, lengths, _ = model.embed(source, mask, tags, None)
        edits = model.edit_clf(model.encode(embedded, lengths)[1][0]).argmax(1)
        rows = (edits == 0).nonzero()[:, 0]
        spelt = [""] * len(edits)
        if len(rows):
            longest = int((~mask[rows]).sum(1).max())
            letters, blanks = source[rows, :longest], mask[rows, :longest]
            guesses, _ = model.predict_greedy(letters, blanks, pos=None if tags is None else tags[rows])
            words = prune_decoded_seqs([vocab["char"].unmap(numbers) for numbers in guesses])
            for row, word in zip(rows.tolist(), words, strict=True):
                spelt[row] = "".join(word)
        return unsort(spelt, order), unsort(edits.tolist(), order)


class _Pairs:
    """As much of a ``Document`` as Stanza's loader asks for: words and tags, without lemmas."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._pairs = pairs

    def get(self, fields: list[str]) -> list[list[str | None]]:
        return [[form, tag, None] for form, tag in self._pairs]
