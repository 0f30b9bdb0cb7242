"""The tagger: distinct words once, tag scorers as one linear map for each part of speech, features by look-up."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus_tools.language.acceleration.biaffine import linear_by_tag, score_by_tag
from corpus_tools.language.acceleration.buckets import Bucket, Letters, fill_buckets, find_units, read_characters
from corpus_tools.language.acceleration.guard import check_sources, require
from corpus_tools.language.acceleration.products import join_layers
from corpus_tools.language.acceleration.recurrent import HighwayNetwork
from corpus_tools.language.acceleration.sentences import Sentences

__all__ = ["Tagging", "simplify"]

SOURCES = {
    "stanza.pipeline.pos_processor:POSProcessor.process": "af8f805b6c3c",
    "stanza.models.pos.data:Dataset.load_doc": "77f5b7bab8ae",
    "stanza.models.pos.data:Dataset.preprocess": "85bd8d869272",
    "stanza.models.pos.data:Dataset.collate_fn": "33ad2cd9bfae",
    "stanza.models.pos.model:Tagger": "0e5c021bd4f8",
    "stanza.models.pos.trainer:Trainer.predict": "0c8d6899f188",
    "stanza.models.common.biaffine:BiaffineScorer": "7009ddc6b1e5",
    "stanza.models.common.char_model:CharacterModel": "10e09cfbab2a",
    "stanza.models.common.hlstm:HighwayLSTM.forward": "bc80a6982f72",
    "stanza.models.common.packed_lstm:PackedLSTM": "729ba88cb5cf",
    "stanza.models.common.utils:simplify_punct": "9abc3687aa61",
    "stanza.models.common.vocab:CompositeVocab.id2unit": "782ecf45c883",
}

DECODED = 50_000
"""Combinations of features that are remembered; beyond, remembering starts anew."""


def simplify(forms: list[str]) -> list[str]:
    """Shorten runs of ? and !, as Stanza's tagger and parser do before they look at a word."""
    from stanza.models.common.utils import simplify_punct

    distinct, places = find_units(forms)
    simple = [entry[0] for entry in simplify_punct([[[form] for form in distinct]])[0]]
    return [simple[place] for place in places.tolist()]


class Tagging:
    """Stands for ``POSProcessor``: fills `upos`, `xpos` and `feats`.

    Raises
    ------
    StepsAside
        The tagger looks at more than the word's own letters and vector, or is not the one that this was written for.
    """

    columns = ("upos", "xpos", "feats")

    def __init__(self, processor: Any, precision: str) -> None:
        check_sources(SOURCES)
        from stanza.models.pos.model import Tagger
        from stanza.models.pos.tag_columns import TAG_LINK_EMB

        model = processor.trainer.model
        require(type(model) is Tagger, "the tagger is of another class")
        require(not model.args.get("charlm"), "the tagger uses a character language model")
        require(model.bert_model is None, "the tagger uses a transformer")
        require(model.tag_names == list(self.columns), "the tagger has other columns")
        require(all(column.output for column in model.tag_columns), "the tagger has other columns")
        parents = [model.column_parents[name] for name in model.eval_order]
        simple = model.link_mode == TAG_LINK_EMB and set(parents) <= {("upos",)} and not model.share_hid
        require(simple, "the tagger's columns depend on each other")
        self._model = model.eval()
        self._vocab = processor.vocab
        self._letters = Letters(processor.vocab["char"])
        self._vectors = processor.pretrain.vocab if model.args["pretrain"] and processor.pretrain is not None else None
        require(not model.args["pretrain"] or self._vectors is not None, "the tagger's word vectors are not there")
        start = (model.taggerlstm_h_init, model.taggerlstm_c_init)
        self._network = HighwayNetwork(model.taggerlstm, *start, precision)
        hidden = [model.upos_hid, *(model.tag_hid[name] for name in self.columns[1:])]
        self._hidden = join_layers(hidden, precision)
        self._sizes = [part.out_features for part in hidden]
        self._maps = {name: self._make_maps(name) for name in self.columns[1:]}
        self._decoded: dict[str, dict[bytes, str]] = {name: {} for name in self.columns}

    def run(self, sentences: Sentences) -> None:
        """Tag all words."""
        forms, units = find_units(simplify(sentences.forms))
        prepared = self._network.prepare(self._embed(forms)) if forms else None
        numbers: dict[str, Any] = {}
        for bucket in fill_buckets(sentences.lengths):
            for name, found in self._tag(prepared, units, bucket).items():
                if name not in numbers:
                    numbers[name] = np.zeros((len(units), found.shape[1]), dtype=np.int16)
                numbers[name][bucket.rows] = found
        for name in self.columns:
            sentences.columns[name] = self._decode(name, numbers[name]) if numbers else []

    def _make_maps(self, name: str) -> tuple[list[int], Any, Any]:
        """For each part of speech the linear map to the scores of a column, and where its parts end."""
        import torch

        scorers = self._model.tag_clf[name]
        scorers = list(scorers) if isinstance(scorers, torch.nn.ModuleList) else [scorers]
        maps = [linear_by_tag(scorer, self._model.upos_emb.weight) for scorer in scorers]
        sizes = [weight.shape[2] for weight, _ in maps]
        return sizes, torch.cat([weight for weight, _ in maps], 2), torch.cat([bias for _, bias in maps], 1)

    def _embed(self, forms: list[str]) -> Any:
        """Make the input of the recurrent layers for distinct words."""
        import torch

        model, inputs = self._model, []
        if model.args["word_emb_dim"] > 0:
            inputs.append(model.word_emb(torch.tensor(self._vocab["word"].map(forms))))
        if self._vectors is not None:
            numbers = self._vectors.map([form.lower() for form in forms])
            inputs.append(model.trans_pretrained(model.pretrained_emb(torch.tensor(numbers))))
        if model.args["char"] and model.args["char_emb_dim"] > 0:
            inputs.append(model.trans_char(read_characters(model.charmodel, self._letters.spell(forms))))
        return torch.cat(inputs, 1)

    def _tag(self, prepared: Any, units: Any, bucket: Bucket) -> dict[str, Any]:
        """Number the tags of a bucket: for each column one row a word, one number a part of the tag."""
        import torch

        state = self._network.run(prepared, units[bucket.rows], bucket.sizes)
        first, *others = torch.split(torch.relu(self._hidden(state)), self._sizes, 1)
        upos = self._model.upos_clf(first).argmax(1).numpy()
        found = {"upos": upos[:, None]}
        for hidden, (name, (sizes, weight, bias)) in zip(others, self._maps.items(), strict=True):
            scores = score_by_tag(hidden, upos, weight, bias)
            found[name] = np.stack([part.argmax(1).numpy() for part in scores.split(sizes, 1)], axis=1)
        return found

    def _decode(self, name: str, numbers: Any) -> list[str]:
        from stanza.models.common.vocab import CompositeVocab

        vocab, known = self._vocab[name], self._decoded[name]
        if len(known) > DECODED:
            known.clear()
        composite = isinstance(vocab, CompositeVocab)
        decoded = []
        for row in numbers:
            key = row.tobytes()
            if key not in known:
                unit = vocab.id2unit(row.tolist() if composite else int(row[0]))
                known[key] = "" if unit == "_" else unit
            decoded.append(known[key])
        return decoded
