"""Annotating speed: the gold of the seed article, coded by keyboard, and how many keys each annotation takes."""

from __future__ import annotations

import pytest
from browser.bench import make_keeping
from browser.typist import Typist

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.records import Slot
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.annotator import Annotator
from corpus_tools.text.corpus import Corpus

pytest_plugins = ("browser.fixtures",)
pytestmark = pytest.mark.slow

SEED = "niger-2023-11-15"
MOST = {"frame": 4, "voice": 4, "stance": 10}
"""Keys beyond moving and selecting."""


def said(annotation):
    """What an annotation says but for entities, which the coder may correct afterwards."""

    def place(slot):
        return (
            (slot.span.start, slot.span.end)
            if isinstance(slot, Slot) and slot.span
            else getattr(slot, "implicit", None)
        )

    spans, cue = ([(s.start, s.end) for s in sorted(part)] for part in (annotation.spans, annotation.cue))
    slots = tuple(place(slot) for slot in (annotation.voice, annotation.holder, annotation.target))
    return (
        annotation.type,
        annotation.label,
        *map(tuple, (spans, cue)),
        slots,
        annotation.expression,
        annotation.salience,
    )


def test_the_gold_of_the_seed_is_coded_with_few_keys(bench, root, tmp_path, capsys):
    corpus, book = Corpus.read(root / "seeds"), Codebook.read(root / "annotations" / "codebook.toml")
    gold = AnnotationStore(root / "annotations", corpus, book).annotations("gold", article=SEED)
    store = AnnotationStore(tmp_path, corpus, book)
    widget = make_keeping(lambda: Annotator(corpus, store, book, coder="ana", order=[SEED]))
    bench.show(widget)
    typist = Typist(bench, widget.session)
    for annotation in gold:
        typist.code(annotation)
        if annotation.voice is not None:
            typist.give_voice(annotation)
    bench.settle()
    widget.close()
    assert {said(a) for a in store.annotations("ana")} == {said(a) for a in gold}
    for kind, most in MOST.items():
        counts = [count for name, count in typist.counts if name == kind]
        with capsys.disabled():
            mean = sum(counts) / len(counts)
            print(f"\n{len(counts)} x {kind}: {mean:.1f} keys beyond moving, at most {max(counts)}", end="")
        assert max(counts) <= most
