"""The tagger of named entities: distinct words once, no loss, and the best path of many sentences step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.buckets import Bucket, Letters, fill_buckets, find_units, read_characters
from corpus_tools.language.acceleration.guard import check_sources, require
from corpus_tools.language.acceleration.products import for_distinct
from corpus_tools.language.acceleration.recurrent import LSTM
from corpus_tools.language.acceleration.sentences import Sentences

__all__ = ["Entities", "find_paths"]

SOURCES = {
    "stanza.pipeline.ner_processor:NERProcessor.process": "941ee9a62e88",
    "stanza.models.ner.data:DataLoader": "2132b67e594b",
    "stanza.models.ner.model:NERTagger": "5e02361be2d0",
    "stanza.models.ner.trainer:Trainer.predict": "01257cd06a68",
    "stanza.models.common.crf:viterbi_decode": "171e0a216a3c",
    "stanza.models.common.char_model:CharacterModel": "10e09cfbab2a",
    "stanza.models.common.packed_lstm:PackedLSTM": "729ba88cb5cf",
}

Integers = npt.NDArray[np.int64]


class Entities:
    """Stands for ``NERProcessor``: fills `ner`, one tag a token.

    Raises
    ------
    StepsAside
        A model uses a language model or several layers of tags, or is not the one that this was written for.
    """

    columns = ("ner",)

    def __init__(self, processor: Any, precision: str) -> None:
        check_sources(SOURCES)
        self._models = [_Model(trainer, precision) for trainer in processor.trainers]

    def run(self, sentences: Sentences) -> None:
        """Tag all tokens."""
        from stanza.models.ner.utils import merge_tags

        found = [model.tag(sentences) for model in self._models]
        merged = [merge_tags(*tags) for tags in zip(*found, strict=True)]
        sentences.columns["ner"] = [tag for tags in merged for tag in tags]


class _Model:
    """One of the processor's models."""

    def __init__(self, trainer: Any, precision: str) -> None:
        from stanza.models.ner.model import NERTagger

        model = trainer.model
        require(type(model) is NERTagger, "the tagger of entities is of another class")
        require(not model.args.get("charlm"), "the tagger of entities uses a character language model")
        require(model.bert_model is None, "the tagger of entities uses a transformer")
        require(model.num_output_layers == 1, "the tagger of entities has several layers of tags")
        require(model.args["word_emb_dim"] > 0, "the tagger of entities knows no words")
        self._model, self._vocab = model.eval(), trainer.vocab
        self._letters = Letters(trainer.vocab["char"], lower=model.args.get("char_lowercase", False))
        start = (model.taggerlstm_h_init, model.taggerlstm_c_init)
        self._lstm = LSTM(model.taggerlstm.lstm, for_distinct(precision), start)
        self._transitions = model.crits[0]._transitions.detach().numpy()
        self._names = self._name_tags(model.tag_clfs[0].out_features, trainer.args["predict_tagset"])

    def tag(self, sentences: Sentences) -> list[list[str]]:
        """Return the tags of each sentence."""
        forms, units = find_units([token for tokens in sentences.tokens for token in tokens])
        prepared: Any = self._lstm.prepare(self._embed(forms)) if forms else None
        found: list[list[str]] = [[] for _ in sentences.tokens]
        for bucket in fill_buckets(sentences.token_lengths):
            hidden = self._lstm.run(prepared, units[bucket.rows], bucket.sizes)
            scores = self._model.tag_clfs[0](hidden).numpy()
            for number, path in zip(bucket.sentences, find_paths(scores, self._transitions, bucket), strict=True):
                found[number] = self._name(path)
        return found

    def _embed(self, forms: list[str]) -> Any:
        import torch

        model, inputs = self._model, []
        inputs.append(self._embed_words(forms))
        if model.args["char"] and model.args["char_emb_dim"] > 0:
            inputs.append(read_characters(model.charmodel, self._letters.spell(forms)))
        joined = torch.cat(inputs, 1)
        return model.input_transform(joined) if model.input_transform else joined

    def _embed_words(self, forms: list[str]) -> Any:
        """Look the words up in the fixed vectors and in those that were learned beside them."""
        import torch
        from stanza.models.common.vocab import PAD_ID, UNK_ID

        model, vocab = self._model, self._vocab
        cased = [form.lower() if model.args.get("lowercase", True) else form for form in forms]
        fixed = torch.tensor(vocab["word"].map(cased)) if "word" in vocab else None
        if "delta" not in vocab or model.delta_emb is None:
            return model.word_emb(fixed)
        learned = torch.tensor(vocab["delta"].map(cased))
        if fixed is None:
            return model.delta_emb(learned)
        learned[(learned == UNK_ID) & (fixed != UNK_ID)] = PAD_ID
        return model.word_emb(fixed) + model.delta_emb(learned)

    def _name_tags(self, count: int, column: int) -> list[str]:
        """Spell out the tags; those that only fill up a batch count as the first real one, as in Stanza."""
        from stanza.models.common.vocab import VOCAB_PREFIX_SIZE

        tags = self._vocab["tag"].unmap([(max(number, VOCAB_PREFIX_SIZE),) for number in range(count)])
        return [tag[column] if isinstance(tag, list) else tag for tag in tags]

    def _name(self, path: Integers) -> list[str]:
        from stanza.models.ner.trainer import fix_singleton_tags

        names = [self._names[number] for number in path.tolist()]
        fixed: list[str] = names if set(names) == {"O"} else fix_singleton_tags(names)
        return fixed


def find_paths(scores: Any, transitions: Any, bucket: Bucket) -> list[Integers]:
    """Find the best sequence of tags of each sentence of a bucket (Viterbi), in the arithmetic of Stanza's search.

    Parameters
    ----------
    scores : array of float32, shape (words, tags)
        In packed order.
    transitions : array of float32, shape (tags, tags)
    bucket : Bucket

    Returns
    -------
    list of array
        One for each sentence of the bucket.
    """
    offsets = np.concatenate([[0], bucket.sizes.cumsum()])
    back = np.zeros(scores.shape, dtype=np.int64)
    best = scores[: offsets[1]].copy()
    for step in range(1, len(bucket.sizes)):
        count = bucket.sizes[step]
        paths = best[:count, :, None] + transitions[None]
        back[offsets[step] : offsets[step + 1]] = paths.argmax(1)
        best[:count] = scores[offsets[step] : offsets[step + 1]] + paths.max(1)
    places = bucket.places()
    tag = best.argmax(1)
    found = np.zeros(places.shape, dtype=np.int64)
    for step in range(places.shape[1] - 1, -1, -1):
        inside = bucket.lengths > step
        found[inside, step] = tag[inside]
        if step:
            tag = np.where(inside, back[places[:, step], tag], tag)
    return [found[row, :length] for row, length in enumerate(bucket.lengths.tolist())]
