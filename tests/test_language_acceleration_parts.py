"""The parts of the acceleration against Stanza's own functions, on random numbers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_tools.language.acceleration import guard
from corpus_tools.language.acceleration.biaffine import RelationScorer, linear_by_tag, score_by_tag
from corpus_tools.language.acceleration.buckets import Letters, fill_buckets, find_units
from corpus_tools.language.acceleration.entities import find_paths
from corpus_tools.language.acceleration.sentences import Sentences, read_document, to_document
from corpus_tools.language.acceleration.trees import are_trees, search_tree

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def randomise(module: Any) -> Any:
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    return module.requires_grad_(False)


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 100), st.none() | st.integers(1, 5000))
def test_buckets_hold_every_word_once_and_no_more_than_they_may(
    lengths: list[int], size: int, pairs: int | None
) -> None:
    numbers = np.array(lengths, dtype=np.int64)
    starts = numbers.cumsum() - numbers
    rows, sentences = [], []
    for bucket in fill_buckets(numbers, size=size, pairs=pairs):
        count = len(bucket.sentences)
        assert len(bucket.rows) == bucket.lengths.sum() == bucket.sizes.sum()
        assert len(bucket.rows) <= size or count == 1
        assert pairs is None or count * int(bucket.lengths[0]) ** 2 <= pairs or count == 1
        assert (np.diff(bucket.lengths) <= 0).all()
        places, mask = bucket.places(), bucket.mask()
        for sentence, found, present in zip(bucket.sentences, places, mask, strict=True):
            words = starts[sentence] + np.arange(lengths[sentence])
            assert bucket.rows[found[present]].tolist() == words.tolist()
        rows += bucket.rows.tolist()
        sentences += bucket.sentences.tolist()
    assert sorted(rows) == list(range(sum(lengths)))
    assert sorted(sentences) == [number for number, length in enumerate(lengths) if length]


def test_packing_is_that_of_torch() -> None:
    lengths = np.array([3, 5, 1, 5])
    [bucket] = fill_buckets(lengths)
    flat = torch.arange(14)
    by_sentence = list(torch.split(flat, lengths.tolist()))
    packed = torch.nn.utils.rnn.pack_sequence([by_sentence[number] for number in bucket.sentences])
    assert flat[torch.from_numpy(bucket.rows)].tolist() == packed.data.tolist()
    assert bucket.sizes.tolist() == packed.batch_sizes.tolist()


def test_units_are_numbered_by_appearance() -> None:
    units, places = find_units(["b", "a", "b"])
    assert (units, places.tolist()) == (["b", "a"], [0, 1, 0])


def test_tag_scorers_as_linear_maps() -> None:
    from stanza.models.common.biaffine import BiaffineScorer

    scorer = randomise(BiaffineScorer(7, 4, 5))
    embedding = torch.randn(6, 4)
    hidden, tags = torch.randn(50, 7), torch.randint(0, 6, (50,))
    found = score_by_tag(hidden, tags.numpy(), *linear_by_tag(scorer, embedding))
    assert torch.allclose(found, scorer(hidden, embedding[tags]), atol=1e-4)


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_relations_of_chosen_pairs(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from stanza.models.common.biaffine import PairwiseBiaffineScorer

    from corpus_tools.language.acceleration import biaffine

    monkeypatch.setattr(biaffine, "HEADS", at_once)
    scorer = randomise(PairwiseBiaffineScorer(7, 6, 5))
    dependents, heads = torch.randn(1, 40, 7), torch.randn(1, 40, 6)
    chosen = np.random.default_rng(0).integers(0, 12, 40)
    ours = RelationScorer(scorer, "float32")
    expected = scorer(dependents, heads)[0]
    found = ours.score(dependents[0], heads[0], chosen)
    assert torch.allclose(found, expected[torch.arange(40), torch.from_numpy(chosen)], atol=1e-4)
    assert torch.allclose(ours.score_all(dependents[0], heads[0]), expected, atol=1e-4)


def test_paths_are_those_of_stanza() -> None:
    from stanza.models.common.crf import viterbi_decode

    lengths = np.array([4, 9, 1, 6, 9])
    flat = np.random.default_rng(0).normal(size=(lengths.sum(), 6)).astype(np.float32)
    transitions = np.random.default_rng(1).normal(size=(6, 6)).astype(np.float32)
    starts = lengths.cumsum() - lengths
    for bucket in fill_buckets(lengths, size=15):
        paths = find_paths(flat[bucket.rows], transitions, bucket)
        for sentence, path in zip(bucket.sentences, paths, strict=True):
            scores = flat[starts[sentence] : starts[sentence] + lengths[sentence]]
            assert path.tolist() == viterbi_decode(scores, transitions)[0]


def log_probabilities(words: int, number: int, spread: float) -> Any:
    scores = torch.from_numpy(np.random.default_rng(number).normal(0, spread, (words + 1, words + 1)))
    return scores.masked_fill(torch.eye(words + 1, dtype=torch.bool), -float("inf")).float().log_softmax(1).numpy()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 25), st.integers(0, 10_000), st.sampled_from([0.5, 3.0]))
def test_trees_are_those_of_stanza(words: int, number: int, spread: float) -> None:
    from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

    scores = log_probabilities(words, number, spread)
    expected = chuliu_edmonds_one_root(scores.copy())
    assert search_tree(scores.copy()).tolist() == expected.tolist()
    best = scores.argmax(1)
    best[0] = 0
    if are_trees(best[None], np.array([words + 1]))[0]:
        assert best.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ([0, 0], True),
        ([0, 1], False),  # its own head
        ([0, 2, 0, 2], True),
        ([0, 0, 0, 2], False),  # two roots
        ([0, 2, 1, 0], False),  # a cycle beside the tree
        ([0, 2, 3, 1], False),  # no root
        ([0, *range(30)], True),  # a chain
        ([0, *range(29), 30], False),
    ],
)
def test_trees_are_recognised_whatever_stands_beside(heads: list[int], expected: bool) -> None:
    rows = np.zeros((2, 40), dtype=np.int64)
    rows[0, : len(heads)] = heads
    rows[1, 2:] = 1
    assert are_trees(rows, np.array([len(heads), 40])).tolist() == [expected, True]


def test_greedy_trees_and_others_both_occur_in_the_comparison() -> None:
    kinds = {
        bool(are_trees(best[None], np.array([4]))[0])
        for number in range(40)
        if (best := np.array([0, *log_probabilities(3, number, 3.0).argmax(1)[1:]])) is not None
    }
    assert kinds == {True, False}


def test_two_words_that_both_want_the_root_get_one_root() -> None:
    likely = np.array([[1, 1, 1, 1], [0.9, 0.02, 0.07, 0.01], [0.9, 0.08, 0.01, 0.01], [0.3, 0.2, 0.4, 0.1]])
    # The product is 0.9 * 0.08 * 0.4 with word 1 under the root, and 0.07 * 0.9 * 0.4 with word 2.
    assert search_tree(np.log(likely).astype(np.float32)).tolist() == [0, 0, 1, 2]


def test_letters_are_those_of_the_vocabulary() -> None:
    from stanza.models.common.vocab import CharVocab

    vocab = CharVocab(data=[[("Niamey", "x")]], idx=0)
    words = ["Niamey", "", "naïve İ", "\N{GRINNING FACE}"]
    for _ in range(2):  # the second time from memory
        assert Letters(vocab).spell(words) == [vocab.map(list(word)) for word in words]
    small = Letters(vocab, lower=True)
    assert small.spell(["NAME", "İ"]) == [vocab.map(["n", "a", "m", "e"]), [vocab.unit2id("İ".lower())]]


@pytest.mark.slow
def test_loading_leaves_torch_and_its_compiler_alone() -> None:
    code = """
import sys, torch
from corpus_tools.language.models import find_package
from corpus_tools.language.pipeline import load_pipeline
before = torch.optim.Optimizer.add_param_group
load_pipeline(find_package("lite"))
assert torch.optim.Optimizer.add_param_group is before
assert not sys.modules.keys() & {"torch._dynamo", "transformers", "networkx", "pandas"}
parameter = torch.nn.Parameter(torch.ones(1))
torch.optim.SGD([parameter], lr=0.1).add_param_group({"params": [torch.nn.Parameter(torch.ones(1))]})
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_document_and_back() -> None:
    columns = {
        "upos": ["PRON", "AUX", "PART", ""], "xpos": ["PRP", "MD", "RB", "."], "feats": ["", "A=B|C=D", "", ""],
        "lemma": ["she", "can", "not", "."], "head": [2, 0, 2, 2], "deprel": ["nsubj", "root", "advmod", "punct"],
        "ner": ["S-PER", "O", "O"],
    }  # fmt: skip
    sentences = Sentences([["She", "can't", "."]], [[("She",), ("ca", "n't"), (".",)]], dict(columns))
    document = to_document(sentences)
    assert [word.text for word in document.sentences[0].words] == ["She", "ca", "n't", "."]
    assert [token.text for token in document.sentences[0].tokens] == ["She", "can't", "."]
    read_document(document, sentences, list(columns))
    assert sentences.columns == columns


def test_selected_sentences_keep_their_values() -> None:
    words = [[("a",), ("b", "c")], [("d",)]]
    sentences = Sentences([["a", "bc"], ["d"]], words, {"lemma": ["A", "B", "C", "D"], "ner": ["O", "S-X", "S-Y"]})
    found = sentences.select([1, 0, 1])
    assert found.tokens == [["d"], ["a", "bc"], ["d"]]
    assert found.columns == {"lemma": ["D", "A", "B", "C", "D"], "ner": ["S-Y", "O", "S-X", "S-Y"]}
    assert found.lengths.tolist() == [1, 3, 1] and found.token_lengths.tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("stanza.models.common.crf:viterbi_decode", "is not the code"),
        ("stanza.models.common.crf:nothing", "cannot be inspected"),
        ("stanza.models.nothing:nothing", "cannot be inspected"),
        ("numpy:sin", "cannot be inspected"),
    ],
)
def test_unknown_code_is_stepped_aside_from(name: str, reason: str) -> None:
    with pytest.raises(guard.StepsAside, match=reason):
        guard.check_sources({name: "0" * 12})
