"""Pieces of words: how words are cut, what a table of pieces holds and how it is made, and which files are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus_tools.language import pieces as module
from corpus_tools.language.models import package_path
from corpus_tools.language.pieces import cut_word, load_pieces, read_pieces, split_parts, write_pieces
from corpus_tools.language.training.pieces import make_pieces, train_pieces
from corpus_tools.text.errors import InputError

KNOWN = {"un", "unb", "born", "##born", "##or", "##orn", "a", "##a", "##aa", "2", "##0"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("born", ["born"]),
        ("unborn", ["unb", "##orn"]),  # the longest first, though "un" and "born" are words
        ("unbornaaa", ["unb", "##orn", "##aa", "##a"]),
        ("200", ["2", "##0", "##0"]),
        ("unborns", []),  # a stretch that is in no piece makes the whole word unknown
        ("orn", []),  # no piece begins a word so
        ("für", []),
        ("", []),
        ("a" * 100, ["a", *["##aa"] * 49, "##a"]),
        ("a" * 101, []),
        ("a" * 1_000_000, []),
    ],
)
def test_words_are_cut_into_the_longest_known_pieces(word, expected):
    assert cut_word(word, KNOWN) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("don't", ["don", "t"]),
        ("don’t", ["don", "t"]),
        ("#pro_life", ["pro", "life"]),
        ("well-known", ["well", "known"]),
        ("élysée", ["elysee"]),
        ("e\u0301lyse\u0301e", ["elysee"]),
        ("niño's", ["nino", "s"]),
        ("женщина", ["женщина"]),
        ("__", []),
        ("", []),
    ],
)
def test_words_are_split_into_their_parts(word, expected):
    assert split_parts(word) == expected


def test_a_table_is_read_as_it_was_written(tmp_path):
    table = np.random.default_rng(0).normal(size=(30, 4)) * [1, 10, 0.1, 0]
    names = [f"##p{i}" for i in range(30)]
    first, second = (write_pieces(names, table, tmp_path / name).read_bytes() for name in ("a.npz", "b.npz"))
    found = read_pieces(tmp_path / "a.npz")
    assert first == second and found.names == tuple(names) and found.table.dtype == np.float32
    assert np.all(np.abs(found.table - table).max(axis=0) <= np.abs(table).max(axis=0) / 254 * 1.001)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.npz", "b.npz"]


@pytest.mark.parametrize(
    "changes",
    [
        {"names": np.frombuffer(b"a", dtype=np.uint8)},  # one name, two vectors
        {"names": np.frombuffer(b"\xff\n\xff", dtype=np.uint8)},
        {"names": np.array(["a", "b"], dtype=object)},  # would have to be unpickled
        {"values": np.zeros(2, dtype=np.int8)},
        {"scales": np.ones(5, dtype=np.float32)},
        {"scales": None},
    ],
    ids=["too few names", "no text", "objects", "no table", "other scales", "no scales"],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, changes):
    names = np.frombuffer(b"a\n##b", dtype=np.uint8)
    stored = {"names": names, "values": np.ones((2, 3), dtype=np.int8), "scales": np.ones(3, dtype=np.float32)}
    file = tmp_path / "pieces.npz"
    np.savez(file, **stored)
    assert read_pieces(file).names == ("a", "##b")
    np.savez(file, **{name: value for name, value in (stored | changes).items() if value is not None})
    with pytest.raises(InputError, match=r"is no table of pieces .*corpus-tools models pieces"):
        read_pieces(file)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive", None])
def test_a_damaged_file_is_refused(tmp_path, content):
    file = write_pieces(["a"], np.ones((1, 2)), tmp_path / "pieces.npz")
    file.write_bytes(file.read_bytes()[:-30] if content is None else content)
    with pytest.raises(InputError, match=r"pieces\.npz"):
        read_pieces(file)


def test_the_shipped_table_is_small_and_repeats_no_word():
    from corpus_tools.learning.tensor_file import read_tensors

    folder = package_path("lite")
    found = load_pieces(folder)
    words = read_tensors(folder / "en" / "pretrain" / "lite.pt")["vocab"]["_unit2id"]
    assert found is not None and found.table.shape == (len(found.names), 50) and len(found.names) > 10_000
    assert len(set(found.names)) == len(found.names) and not set(found.names) & set(words)
    assert all(name.removeprefix("##").isalnum() and name.isascii() for name in found.names)
    assert (Path(module.__file__).with_name("pieces") / "lite-en.npz").stat().st_size < 0.8e6


def test_a_package_of_ones_own_has_its_own_pieces_or_none(tmp_path):
    assert load_pieces(package_path("lite"), "de") is None
    lite = tmp_path / "lite"  # the name alone makes no embedded package
    (lite / "en").mkdir(parents=True)
    assert load_pieces(lite, "en") is None
    other = tmp_path / "other"
    (other / "en").mkdir(parents=True)
    write_pieces(["##x"], np.ones((1, 2)), other / "en" / "pieces.npz")
    assert load_pieces(other, "en").names == ("##x",)


def test_pieces_make_up_the_words(monkeypatch):
    """Where pieces add up to words exactly, the solution finds them but for the ridge; known words stand fast."""
    monkeypatch.setattr("corpus_tools.language.training.pieces.RIDGE", 1e-9)
    random = np.random.default_rng(0)
    stems, ends = [f"stem{c}" for c in "abcdefgh"], ["##ing", "##ed", "##er", "##ly"]
    true = {name: random.normal(size=3) for name in [*stems, *ends]}
    words = {stem: true[stem] for stem in stems[:4]}
    others = {stem + end[2:]: (true[stem] + true[end]) / 2 for stem in stems for end in ends}
    names, table = make_pieces(words, others, [*stems, *ends, "##never"])
    assert names == sorted([*stems[4:], *ends])
    found = dict(zip(names, table, strict=True)) | words
    for name in true:
        assert found[name] == pytest.approx(true[name], abs=1e-6), name
    again = make_pieces(words, others, [*ends, "##never", *stems])
    assert again[0] == names and np.array_equal(again[1], table)


def test_words_of_the_package_teach_as_if_they_were_unknown():
    words = {"walk": np.array([2.0]), "walking": np.array([4.0])}
    names, table = make_pieces(words, {}, ["walk", "##ing", "walking", "##zz"])
    assert names == ["##ing"]  # (walk + ing) / 2 = walking, weighing 3: 1.5 * ing = 9, ridge 0.3
    assert table[0, 0] == pytest.approx(1.5 * 9 / (1.5**2 + 0.3))


def test_words_without_pieces_are_refused():
    with pytest.raises(InputError, match="no word is made of pieces"):
        make_pieces({"walk": np.ones(1)}, {}, ["##ing"])


def make_encoder(folder, vocabulary):
    """A transformer of BERT's kind with two dozen numbers and random weights."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    folder.mkdir()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*special, *vocabulary]), "utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 8}
    config = transformers.BertConfig(vocab_size=len(vocabulary) + 5, **sizes)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def write_treebank(folder, words):
    folder.mkdir()
    rows = "".join(f"{i}\t{word}\t_\tX\t_\t_\t0\troot\t_\t_\n" for i, word in enumerate(words, 1)) + "\n"
    for part in ("train", "dev"):
        (folder / f"toy.{part}.conllu").write_text(rows if part == "train" else rows.replace("s\t", "z\t"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """A treebank, word vectors and an encoder, all tiny: 150 words and their plurals, half of which have vectors."""
    from corpus_tools.language.training.vectors import save_pretrain

    top = tmp_path_factory.mktemp("material")
    stems = [a + b + c for a in "bdfgk" for b in "aeiou" for c in "lmnprt"]
    words = [*stems, *[f"{stem}s" for stem in stems[:75]]]
    table = np.random.default_rng(0).normal(size=(len(words), 3))
    return {
        "treebank": write_treebank(top / "treebank", [*stems, *[f"{stem}s" for stem in stems], "Été", "x-y", "q" * 31]),
        "vectors": save_pretrain(words, table, top / "vectors.pt"),
        "encoder": make_encoder(top / "encoder", [*stems, *"bdfgklmnprtaeious", "##s", "##z", "##é", "長", "!"]),
    }


@pytest.mark.slow
def test_a_table_is_made_by_the_command_and_two_runs_make_the_same(call, material, tmp_path):
    options = [part for name, path in material.items() for part in (f"--{name}", path)]
    files = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for file in files:
        status, out, err = call("models", "pieces", *options, "--out", file)
        assert (status, out.strip()) == (0, str(file)), err
    assert files[0].read_bytes() == files[1].read_bytes()
    found = read_pieces(files[0])
    assert found.names == ("##s",), "what is a word of the package, of another script or in no word is left out"
    assert np.abs(found.table).max() > 0


@pytest.mark.slow
def test_material_that_cannot_serve_is_refused(call, material, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "text.pt").write_text("no vectors", "utf-8")
    few = write_treebank(tmp_path / "few", ["bal", "bals"])
    whole = make_encoder(tmp_path / "whole", ["bal", "bals"])
    for change, words in [
        ({"out": tmp_path / "nowhere" / "x.npz"}, "nowhere"),
        ({"out": folder}, "is a folder"),
        ({"vectors": tmp_path / "none.pt"}, "none.pt"),
        ({"vectors": tmp_path / "text.pt"}, "text.pt"),
        ({"treebank": folder}, "folder"),
        ({"treebank": few}, "only 2 words"),
        ({"ner": folder}, "no entity file"),
        ({"encoder": folder}, "no transformer here"),
        ({"encoder": whole}, "otherwise than WordPiece"),
    ]:
        given = {**material, "out": tmp_path / "out.npz", **change}
        status, out, err = call("models", "pieces", *[part for k, v in given.items() for part in (f"--{k}", v)])
        assert (status, out) == (1, "") and words in err and "; " in err and "Traceback" not in err, change
        assert not (tmp_path / "out.npz").exists()
        with pytest.raises(InputError):
            train_pieces(progress=False, **given)
