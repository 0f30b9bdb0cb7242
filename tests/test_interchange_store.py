"""Imported annotations in a store: durable, once, under their own ids, and none if one does not fit."""

from __future__ import annotations

import pytest
from interchange_world import annotate

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.coercion import Link, Slot
from corpus_tools.annotation.interchange import export_annotations, import_annotations
from corpus_tools.annotation.records import Frame, Stance
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.annotation.validation import validate
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

CORPUS = Corpus.of([Article("niger", "ECOWAS opened talks."), Article("mali", "The junta waits.")])
ANNOTATIONS = [
    annotate(Frame("niger", "dialogue", [(7, 19)], voice="author"), 0),
    annotate(Stance("mali", "oppose", holder="author", target=Slot((4, 9)), links=[Link("a0")], decides=["a0"]), 1),
]


@pytest.fixture
def imported(tmp_path):
    export_annotations(ANNOTATIONS, CORPUS, tmp_path / "out.jsonl", format="datasets-jsonl")
    return import_annotations(tmp_path / "out.jsonl", CORPUS, format="datasets-jsonl", coder="eva")


@pytest.fixture
def store(tmp_path):
    return AnnotationStore(tmp_path / "annotations", corpus=CORPUS)


def test_what_was_imported_is_in_the_log(imported, store):
    assert imported.write(store, status="done") == ["a0", "a1"]
    there = store.annotations("eva")
    assert [(a.id, a.label, a.record) for a in there] == [
        (item.id, item.record.label, item.record) for item in imported.items
    ]
    assert there[0].spans[0].quote == "opened talks" and there[1].links == (Link("a0"),)
    assert store.statuses("eva") == {"niger": "done", "mali": "done"}
    assert validate(store.path, corpus=CORPUS) == []


def test_writing_twice_adds_nothing(imported, store):
    first = imported.write(store, status="done")
    before = (store.path / "eva.jsonl").read_bytes()
    assert imported.write(store, status="done") == first
    assert (store.path / "eva.jsonl").read_bytes() == before


def test_a_write_that_was_interrupted_is_completed(imported, store):
    with store.writer("eva") as log:
        log.add(imported.records[0], id="a0")
    assert imported.write(store) == ["a0", "a1"]
    assert [event.id for event in store.events("eva")] == ["a0", "a1"]


def test_ids_of_another_coder_are_replaced_in_links_too(imported, store):
    with store.writer("ana") as log:
        for annotation in ANNOTATIONS:
            log.add(annotation.record, id=annotation.id)
    ids = imported.write(store)
    assert set(ids).isdisjoint({"a0", "a1"}) and imported.write(store) == ids
    second = store.annotations("eva")[1]
    assert (second.links, second.decides) == ((Link(ids[0]),), (ids[0],))
    assert validate(store.path, corpus=CORPUS) == []


def test_annotations_without_ids_get_one_from_their_content(tmp_path, store):
    twice = [annotate(Frame("niger", "dialogue", [(7, 19)]), 0), annotate(Frame("niger", "dialogue", [(7, 19)]), 1)]
    export_annotations(twice, CORPUS, tmp_path / "out.jsonl", format="doccano")
    again = import_annotations(tmp_path / "out.jsonl", CORPUS, format="doccano", coder="eva")
    ids = again.write(store)
    assert len(set(ids)) == 2 and again.write(store) == ids and len(store.annotations("eva")) == 2


@pytest.mark.parametrize("change", ["revise", "retract"])
def test_what_was_changed_since_is_not_overwritten(change, imported, store):
    imported.write(store)
    with store.writer("eva") as log:
        if change == "revise":
            log.revise("a0", Frame("niger", "dialogue", [(0, 6)]))
        else:
            log.retract("a0")
    before = (store.path / "eva.jsonl").read_bytes()
    with pytest.raises(InputError, match="a0 is in the log of 'eva' already and (says something else|was retracted)"):
        imported.write(store)
    assert (store.path / "eva.jsonl").read_bytes() == before


def test_nothing_is_written_if_one_does_not_fit_the_codebook(imported, tmp_path):
    book = Codebook.of({"codebook": {"version": "2"}, "frame": [{"id": "dialogue", "name": "D"}]})
    strict = AnnotationStore(tmp_path / "strict", corpus=CORPUS, codebook=book)
    with pytest.raises(InputError, match="mali: stance 'oppose' is not in codebook 2"):
        imported.write(strict)
    assert not (tmp_path / "strict").exists()


def test_an_unknown_status_is_refused_first(imported, store):
    with pytest.raises(InputError, match="status 'finished' is unknown"):
        imported.write(store, status="finished")
    assert not store.path.exists()


def test_each_coder_of_a_file_gets_a_log(tmp_path, store):
    annotations = [annotate(Frame("niger", "dialogue", [(7, 19)]), n, coder=c) for n, c in enumerate(["x y", "b", "c"])]
    export_annotations(annotations, CORPUS, tmp_path / "out.csv", format="csv")
    coders = {"x y": "ana", "b": "ben"}
    imported = import_annotations(tmp_path / "out.csv", CORPUS, format="csv", coder=coders)
    assert imported.report.ids("annotation") == ("a2",)  # c was not asked for
    imported.write(store)
    assert {coder: len(store.annotations(coder)) for coder in store.coders} == {"ana": 1, "ben": 1}


@pytest.mark.parametrize(
    ("coder", "message"),
    [
        ("eva", "annotations by 'ana', 'ben'; say which"),
        ({"ana": "ana", "cy": "cy"}, "no annotations by 'cy'"),
        ("../eva", "cannot name a file"),
        ({"ana": "CON"}, "device name"),
    ],
)
def test_whose_annotations_they_are_must_be_clear(coder, message, tmp_path):
    annotations = [annotate(Frame("niger", "dialogue", [(7, 19)]), n, coder=c) for n, c in enumerate(["ana", "ben"])]
    export_annotations(annotations, CORPUS, tmp_path / "out.csv", format="csv")
    with pytest.raises(InputError, match=message):
        import_annotations(tmp_path / "out.csv", CORPUS, format="csv", coder=coder)


def test_a_store_or_gold_can_be_exported(imported, store, tmp_path):
    imported.write(store, status="done")
    whole = export_annotations(store, CORPUS, tmp_path / "a.csv", format="csv")
    gold = export_annotations(store.gold("eva"), CORPUS, tmp_path / "b.csv", format="csv", coder="eva")
    assert whole.carried == gold.carried == 2
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
