"""The parser: distinct words once, relations scored at the chosen heads, the tree searched only where it must be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.biaffine import RelationScorer
from corpus_tools.language.acceleration.buckets import PAIRS, Bucket, Letters, fill_buckets, find_units, read_characters
from corpus_tools.language.acceleration.guard import check_sources, require
from corpus_tools.language.acceleration.products import Product, join_layers
from corpus_tools.language.acceleration.recurrent import HighwayNetwork
from corpus_tools.language.acceleration.sentences import Sentences
from corpus_tools.language.acceleration.tagging import simplify
from corpus_tools.language.acceleration.trees import are_trees, search_tree

__all__ = ["Parsing"]

SOURCES = {
    "stanza.pipeline.depparse_processor:DepparseProcessor.process": "c4b141aaf12b",
    "stanza.models.depparse.data:Dataset.preprocess": "682a409cc6d5",
    "stanza.models.depparse.data:Dataset.load_doc": "cc292a68a45e",
    "stanza.models.depparse.data:DataLoader.collate": "26ac4b0a2760",
    "stanza.models.depparse.model:EmbeddingParser": "cd008463530c",
    "stanza.models.depparse.model:GraphParser": "ead885e7b832",
    "stanza.models.depparse.trainer:Trainer.predict": "08dd668d93e4",
    "stanza.models.depparse.head_constraints:find_head_constraint_violations": "2eb452b0b395",
    "stanza.models.depparse.head_constraints:resolve_head_constraint_violations": "62d3c774f2f1",
    "stanza.models.common.biaffine:PairwiseBilinear": "ceed50e58080",
    "stanza.models.common.biaffine:PairwiseBiaffineScorer": "b2c7c66df70a",
    "stanza.models.common.biaffine:DeepBiaffineScorer": "15fd0faca417",
    "stanza.models.common.chuliu_edmonds:chuliu_edmonds_one_root": "afb42649ce50",
    "stanza.models.common.chuliu_edmonds:chuliu_edmonds": "c3defbd14574",
    "stanza.models.common.chuliu_edmonds:expand_contracted_tree": "614f6e52ba5d",
    "stanza.models.common.chuliu_edmonds:prepare_scores": "d65ba778d770",
    "stanza.models.common.chuliu_edmonds:process_cycle": "3f5bb9b64ea5",
    "stanza.models.common.char_model:CharacterModel": "10e09cfbab2a",
    "stanza.models.common.hlstm:HighwayLSTM.forward": "bc80a6982f72",
    "stanza.models.common.packed_lstm:PackedLSTM": "729ba88cb5cf",
    "stanza.models.common.utils:simplify_punct": "9abc3687aa61",
}

ROOT = ("<root>",)

Integers = npt.NDArray[np.int64]


class Parsing:
    """Stands for ``DepparseProcessor``: fills `head` and `deprel`.

    Raises
    ------
    StepsAside
        The parser is no graph parser over words, letters and tags, or not the one that this was written for.
    """

    columns = ("head", "deprel")

    def __init__(self, processor: Any, precision: str) -> None:
        check_sources(SOURCES)
        from stanza.models.depparse.model import GraphParser

        require(not hasattr(processor, "_variant"), "the parser is an external one")
        model = processor.trainer.model
        require(type(model) is GraphParser, "the parser is of another class")
        args = model.args
        require(not args.get("charlm"), "the parser uses a character language model")
        require(model.bert_model is None, "the parser uses a transformer")
        require(not args.get("use_arc_embedding") and not args.get("reversed"), "the parser is of another make")
        has_vectors = bool(args["pretrain"]) and processor.pretrain is not None
        require(has_vectors or not args["pretrain"], "the parser's word vectors are not there")
        self._model, self._vocab = model.eval(), processor.vocab
        self._letters = Letters(processor.vocab["char"])
        self._vectors = processor.pretrain.vocab if has_vectors else None
        self._repair = processor.config.get("resolve_head_constraints", True)
        self._network = HighwayNetwork(model.parserlstm, model.parserlstm_h_init, model.parserlstm_c_init, precision)
        names = ["unlabeled", *(name for name in ("linearization", "distance") if args[name])]
        self._arcs = _ArcScorers([getattr(model, name) for name in names], names, precision)
        self._projections = [join_layers([layer], precision) for layer in (model.deprel.W1, model.deprel.W2)]
        self._relations = RelationScorer(model.deprel.scorer, precision)
        self._labels = self._vocab["deprel"].unmap(range(4, len(self._vocab["deprel"])))
        self._groups = _group_relations(self._labels)

    def run(self, sentences: Sentences) -> None:
        """Parse all sentences."""
        units, places = self._find_units(sentences)
        prepared = self._network.prepare(self._embed(units))
        lengths = sentences.lengths
        # One more row before each sentence, for the root.
        starts = lengths.cumsum() - lengths
        with_root = np.insert(places, starts[lengths > 0], len(units))
        heads = np.zeros(len(with_root), dtype=np.int64)
        labels = np.zeros(len(with_root), dtype=np.int64)
        extended = np.where(lengths > 0, lengths + 1, 0)
        for bucket in fill_buckets(extended, pairs=PAIRS):
            heads[bucket.rows], labels[bucket.rows] = self._parse(prepared, with_root, bucket)
        words = np.ones(len(with_root), dtype=bool)
        words[(extended.cumsum() - extended)[lengths > 0]] = False
        sentences.columns["head"] = heads[words].tolist()
        sentences.columns["deprel"] = [self._labels[label] for label in labels[words].tolist()]

    def _find_units(self, sentences: Sentences) -> tuple[list[Any], Integers]:
        columns = sentences.columns
        parts = [[value or "_" for value in columns[name]] for name in ("lemma", "upos", "xpos")]
        return find_units(list(zip(simplify(sentences.forms), *parts, strict=True)))

    def _embed(self, units: list[Any]) -> Any:
        """Make the input of the recurrent layers for distinct words; the last row is the root's."""
        import torch

        model, vocab = self._model, self._vocab
        forms, lemmas, upos, xpos = zip(*units, strict=True) if units else ((), (), (), ())
        inputs = []
        if self._vectors is not None:
            numbers = _with_root(self._vectors.map([form.lower() for form in forms]))
            inputs.append(model.trans_pretrained(model.pretrained_emb(numbers)))
        if model.args["word_emb_dim"] > 0:
            inputs.append(model.word_emb(_with_root(vocab["word"].map(forms))))
            inputs.append(model.lemma_emb(_with_root(vocab["lemma"].map(lemmas))))
        inputs += self._embed_tags(upos, xpos)
        if model.args["char"] and model.args["char_emb_dim"] > 0:
            distinct, places = find_units(forms)
            letters = [*self._letters.spell(distinct), [3]]
            rows = read_characters(model.charmodel, letters)[torch.from_numpy(np.append(places, len(distinct)))]
            inputs.append(model.trans_char(rows))
        return torch.cat(inputs, 1)

    def _embed_tags(self, upos: Any, xpos: Any) -> list[Any]:
        from stanza.models.common.vocab import CompositeVocab

        model, args, vocab = self._model, self._model.args, self._vocab
        if args["tag_emb_dim"] <= 0:
            return []
        found = model.upos_emb(_with_root(vocab["upos"].map(upos))) if args.get("use_upos", True) else 0
        if args.get("use_xpos", True):
            numbers = vocab["xpos"].map(xpos)
            if isinstance(vocab["xpos"], CompositeVocab):
                rows = _with_root(numbers, [3] * len(vocab["xpos"]))
                for place, embedding in enumerate(model.xpos_emb):
                    found = found + embedding(rows[:, place])
            else:
                found = found + model.xpos_emb(_with_root(numbers))
        used = args.get("use_upos", True) or args.get("use_xpos", True)
        # Stanza 1.15 puts the tags in the place of the features too, in training as in use.
        return [found] * (int(used) + int(args.get("use_ufeats", True)))

    def _parse(self, prepared: Any, units: Integers, bucket: Bucket) -> tuple[Integers, Integers]:
        """Return head and relation of each row of a bucket, the root's rows included."""
        import torch

        hidden = self._network.run(prepared, units[bucket.rows], bucket.sizes)
        places, mask = bucket.places(), bucket.mask()
        scores = self._arcs.score(hidden, torch.from_numpy(places), torch.from_numpy(mask))
        trees = scores.argmax(2).numpy()
        trees[:, 0] = 0
        trees[~mask] = 0
        for number in np.flatnonzero(~are_trees(trees, bucket.lengths)):
            length = bucket.lengths[number]
            trees[number, :length] = search_tree(_normalise(scores[number, :length, :length]))
        chosen = np.zeros(len(bucket.rows), dtype=np.int64)
        chosen[places[mask]] = np.take_along_axis(places, trees, axis=1)[mask]
        dependents, governors = (torch.relu(product(hidden)) for product in self._projections)
        found = self._relations.score(dependents, governors, chosen).argmax(1).numpy()
        heads = np.zeros(len(bucket.rows), dtype=np.int64)
        heads[places[mask]] = trees[mask]
        if self._repair:
            self._repair_doubles(bucket, scores, (dependents, governors), (heads, found, chosen))
        return heads, found

    def _repair_doubles(self, bucket: Bucket, scores: Any, projected: Any, found: Any) -> None:
        """Let Stanza repair the sentences in which a head has two subjects or two objects."""
        import torch
        from stanza.models.depparse.head_constraints import resolve_head_constraint_violations

        heads, labels, chosen = found
        places = bucket.places()
        groups = self._groups[labels]
        groups[places[:, 0]] = 0  # the root has no relation
        counts = np.bincount(chosen[groups > 0] * 4 + groups[groups > 0], minlength=4 * len(labels))
        doubled: npt.NDArray[np.bool_] = np.any(counts.reshape(-1, 4) > 1, axis=1)
        for number in np.flatnonzero((doubled[places] & bucket.mask()).any(1)):
            length = int(bucket.lengths[number])
            rows = places[number, :length]
            inside = [part[torch.from_numpy(rows)] for part in projected]
            relations = torch.log_softmax(self._relations.score_all(*inside), 2).numpy()
            arcs = _normalise(scores[number, :length, :length])
            tree, raw = resolve_head_constraint_violations(arcs, relations, heads[rows], self._vocab["deprel"])
            heads[rows], labels[rows[1:]] = tree, raw


class _ArcScorers:
    """The scorers of a graph parser that judge arcs: attachment, direction, distance."""

    def __init__(self, scorers: list[Any], names: list[str], precision: str) -> None:
        self._names = names
        self._sizes = [scorer.W1.out_features for scorer in scorers]
        self._dependent, self._head = (
            join_layers([getattr(scorer, side) for scorer in scorers], precision) for side in ("W1", "W2")
        )
        weights = [scorer.scorer.W_bilin.weight.detach()[..., 0].t() for scorer in scorers]  # heads x dependents
        self._products = [Product(weight[:, :-1], weight[:, -1], precision) for weight in weights]
        self._biases = [scorer.scorer.W_bilin.bias.detach() for scorer in scorers]

    def score(self, hidden: Any, places: Any, mask: Any) -> Any:
        """Score each word (row) with each head (column) of its sentence; -inf where there is no such arc."""
        import torch

        dependents = torch.split(torch.relu(self._dependent(hidden)), self._sizes, 1)
        heads = torch.split(torch.relu(self._head(hidden)), self._sizes, 1)
        positions = torch.arange(places.shape[1])
        offset = positions[None, :] - positions[:, None]
        total: Any = 0
        for number, name in enumerate(self._names):
            mixed = self._products[number](dependents[number])[places]
            scores = torch.baddbmm(mixed[..., -1:], mixed[..., :-1], heads[number][places].transpose(1, 2))
            total = total + _judge(name, scores + self._biases[number], offset)
        forbidden = ~mask[:, None, :] | torch.eye(places.shape[1], dtype=torch.bool)
        return total.masked_fill_(forbidden, -float("inf"))


def _judge(name: str, scores: Any, offset: Any) -> Any:
    from torch.nn import functional

    if name == "linearization":
        return functional.logsigmoid(scores * offset.sign().float())
    if name == "distance":
        return -((offset.abs().float() - (1 + functional.softplus(scores))) ** 2 / 2 + 1).log()
    return scores


def _normalise(scores: Any) -> Any:
    """Turn scores into logarithms of probabilities; the root's own row, which nobody asks for, stays finite."""
    return scores.log_softmax(1).numpy()


def _with_root(numbers: Any, root: Any = 3) -> Any:
    import torch

    return torch.tensor([*numbers, root])


def _group_relations(labels: list[str]) -> Integers:
    from stanza.models.depparse.head_constraints import DEPREL_TO_GROUP, SINGLETON_DEPREL_GROUPS

    numbers = {name: place + 1 for place, name in enumerate(SINGLETON_DEPREL_GROUPS)}
    return np.array([numbers.get(DEPREL_TO_GROUP.get(label, ""), 0) for label in labels], dtype=np.int64)
