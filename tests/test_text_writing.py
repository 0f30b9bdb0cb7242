"""Whole files: what stood under a name stays until the new one is complete, and only files are replaced."""

from __future__ import annotations

import os

import pytest

from corpus_tools.text.errors import InputError
from corpus_tools.text.writing import replacing, write_whole


def test_text_is_written_as_it_is(tmp_path):
    path = write_whole(tmp_path / "a.txt", "one\r\ntwo\u2028é")
    assert path.read_bytes() == "one\r\ntwo\u2028é".encode()
    assert write_whole(path, b"\x00").read_bytes() == b"\x00" and os.listdir(tmp_path) == ["a.txt"]


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    path = write_whole(tmp_path / "a.txt", "old")
    with pytest.raises(KeyError), replacing(path) as stream:
        stream.write(b"new")
        raise KeyError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


def test_only_a_file_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, what in (("folder", "is a folder"), ("pipe", "is not a regular file")):
        with pytest.raises(InputError, match=f"{name}: {what}; give the name of a file"):
            write_whole(tmp_path / name, "x")
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", ["none/a.txt", "file/a.txt", "x" * 300])
def test_a_path_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be written \(.*\); give another path") as caught:
        write_whole(tmp_path / name, "x")
    assert caught.value.where == str(tmp_path / name)
