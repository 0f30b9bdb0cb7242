"""Arrays are read without torch as torch reads them, and a file that names anything else is refused unread."""

from __future__ import annotations

import io
import os
import pickle

import numpy as np
import pytest

from corpus_tools.language.models import package_path
from corpus_tools.learning.tensor_file import read_tensors
from corpus_tools.text.errors import InputError

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("make", [lambda t: t, lambda t: t.t(), lambda t: t[1:, ::2], lambda t: t[:0]], ids=range(4))
def test_what_torch_saved_is_read_as_it_was(tmp_path, make, zipped):
    tensors = [make(torch.arange(12).reshape(3, 4).to(kind)) for kind in (torch.float32, torch.float64, torch.int64)]
    path = tmp_path / "saved.pt"
    saved = {"tensors": tensors, "again": tensors[0], "words": {"_unit2id": {"a": 0}}}
    torch.save(saved, path, _use_new_zipfile_serialization=zipped)
    found = read_tensors(path)
    assert found["words"] == saved["words"]
    for ours, theirs in zip([*found["tensors"], found["again"]], [*tensors, tensors[0]], strict=True):
        np.testing.assert_array_equal(np.asarray(ours), theirs.numpy())


def test_the_word_vectors_of_the_package_are_those_that_torch_reads():
    file = next((package_path("lite") / "en" / "pretrain").glob("*.pt"))
    ours, theirs = read_tensors(file), torch.load(file, map_location="cpu", weights_only=True)
    np.testing.assert_array_equal(ours["emb"], np.asarray(theirs["emb"]))
    assert ours["vocab"] == theirs["vocab"]


class Hostile:
    def __reduce__(self):
        return os.system, ("touch hacked",)


@pytest.mark.parametrize("place", [0, 3])
def test_a_file_that_would_run_code_is_refused_by_name(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    torch.save({"emb": torch.zeros(2)}, tmp_path / "good.pt", _use_new_zipfile_serialization=False)
    stream = io.BytesIO((tmp_path / "good.pt").read_bytes())
    parts = []
    for _ in range(place):
        start = stream.tell()
        pickle.load(stream)
        parts.append(stream.getvalue()[start : stream.tell()])
    (tmp_path / "bad.pt").write_bytes(b"".join([*parts, pickle.dumps(Hostile(), protocol=2)]))
    with pytest.raises(InputError, match=r"bad\.pt: is no file of arrays \(it names posix\.system\)"):
        read_tensors(tmp_path / "bad.pt")
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x02K\x01.", bytes(range(256))], ids=range(4))
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "bad.pt").write_bytes(content)
    with pytest.raises(InputError, match="is no file of arrays"):
        read_tensors(tmp_path / "bad.pt")


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "cut.pt"
    torch.save({"emb": torch.zeros(200)}, path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="is no file of arrays"):
        read_tensors(path)
