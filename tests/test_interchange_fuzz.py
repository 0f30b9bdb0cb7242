"""Damaged exports: whatever a file holds, an importer reads it or refuses it in one line, and never anything else."""

from __future__ import annotations

import random
import shutil
import warnings

import pytest
from interchange_world import annotate

from corpus_tools.annotation.coercion import Implicit, Link, Slot
from corpus_tools.annotation.interchange import FORMATS, export_annotations, import_annotations
from corpus_tools.annotation.records import Frame, Stance
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

CORPUS = Corpus.of([Article("niger", "ECOWAS 😀 opened talks.\nThe junta waits.")])
STANCE = Stance("niger", "oppose", holder=Slot((0, 6), "e"), target=Slot((16, 21)), cue=[(9, 15)], links=[Link("a0")])
ANNOTATIONS = [
    annotate(Frame("niger", "dialogue", [(9, 15), (16, 21)], voice="author", attrs={"a": [1, {"b": None}]}), 0),
    annotate(Frame("niger", "x", salience="primary", comment="c", confidence=0.5), 1),
    annotate(STANCE, 2),
    annotate(Stance("niger", "support", holder=Implicit("author"), target=Slot(entity="t")), 3),
]
PIECES = (
    b"null", b"true", b"-1", b"1e999", b'"', b"{", b"}", b"[", b"]", b",", b":", b"0", b"9" * 20, b"[]", b"{}", b"<",
    b"\\ud800", b"\xff", b"\0", b"\n", b"\t", b"|", b"=", b";", b"T1", b"E1", b"holder", b"target", b"stance:x", b">",
    b"&", b"'", b"part", b"@target", b"NaN", b"1.5", b'"id"', b"#", b"-", b"%", b" ", b"[0,3)", b"niger",
)  # fmt: skip


def damage(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, kind = chance.randrange(len(found) + 1), chance.random()
        if kind < 0.3:
            del found[at : at + chance.randint(1, 6)]
        elif kind < 0.7:
            piece = chance.choice(PIECES)
            found[at : at + chance.randint(0, len(piece))] = piece
        elif found:
            start = chance.randrange(len(found))
            found[at:at] = found[start : start + chance.randint(1, 40)]
    return bytes(found)


def read_damaged(name: str, times: int, folder) -> int:
    if name.startswith("cas"):
        pytest.importorskip("cassis")
    whole, copy, refused = folder / "whole", folder / "copy", 0
    export_annotations(ANNOTATIONS, CORPUS, whole, format=name)
    chance = random.Random(f"{name} {times}")
    for _ in range(times):
        if whole.is_dir():
            shutil.copytree(whole, copy, dirs_exist_ok=True)
        file = chance.choice(sorted(copy.iterdir())) if whole.is_dir() else copy
        file.write_bytes(damage((whole / file.name if whole.is_dir() else whole).read_bytes(), chance))
        try:
            unit = chance.choice(["auto", "codepoint", "utf16"])
            items = import_annotations(copy, CORPUS, format=name, coder="ana", unit=unit).items
            text = CORPUS["niger"].text
            assert all(span.slice(text) == span.quote for item in items for span in getattr(item.record, "spans", ()))
        except InputError as error:
            refused += 1
            assert len(str(error).splitlines()) == 1
    return refused


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_are_read_or_refused(name, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_damaged(name, 20, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_many_damaged_files_are_read_or_refused(name, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_damaged(name, 300, tmp_path)
