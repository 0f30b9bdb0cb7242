"""The loss report: what each format loses of four annotations, and what the report says in words and tables."""

from __future__ import annotations

import re

import pytest
from interchange_world import annotate

from corpus_tools.annotation.coercion import Implicit, Link, Slot
from corpus_tools.annotation.interchange import FORMATS, Loss, LossReport, export_annotations, find_format
from corpus_tools.annotation.records import Frame, Stance
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

TEXT = "ECOWAS opened talks. 😀 The junta waits."
CORPUS = Corpus.of([Article("niger", TEXT)])
ANNOTATIONS = [
    annotate(Frame("niger", "dialogue", [(7, 19)], voice="author"), 0),
    annotate(Frame("niger", "dialogue", salience="primary"), 1),
    annotate(
        Stance(
            "niger",
            "oppose",
            holder=Slot((0, 6), "ecowas"),
            target=Slot((23, 32), "junta"),
            cue=[(7, 13), (14, 19)],
            expression="concern",
            comment="sure",
            confidence=0.5,
            attrs={"certainty": "sure"},
            links=[Link("a0")],
        ),  # fmt: skip
        2,
    ),
    annotate(Stance("niger", "support", holder=Implicit("author"), target=Slot(entity="coup")), 3),
]
NOTHING: dict[str, set[str]] = {}
MADE = {"id", "coder", "codebook", "at"}
LOST = {
    "csv": NOTHING,
    "tsv": NOTHING,
    "cas-xmi": dict.fromkeys(["a0", "a1", "a2", "a3"], {"coder"}),
    "cas-json": dict.fromkeys(["a0", "a1", "a2", "a3"], {"coder"}),
    "label-studio": NOTHING,
    "doccano": {
        "a0": MADE | {"voice"},
        "a1": MADE,
        "a2": MADE | {"holder_entity", "target_entity", "expression", "comment", "confidence", "attrs", "links"},
        "a3": {"annotation"},
    },
    "prodigy": NOTHING,
    "brat": {"a0": {"coder", "at"}, "a1": {"annotation"}, "a2": {"coder", "at"}, "a3": {"annotation"}},
    "conllu": {
        "a0": {"coder", "codebook", "at", "voice"},
        "a1": {"coder", "codebook", "at"},
        "a2": {"annotation"},
        "a3": {"annotation"},
    },
    "web-annotation": {"a2": {"confidence", "attrs", "links"}},
    "datasets-jsonl": NOTHING,
    "datasets-parquet": NOTHING,
    "spacy": {"a0": MADE | {"voice"}, "a1": MADE, "a2": {"annotation"}, "a3": {"annotation"}},
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_loses_what_it_says(name, tmp_path):
    if name.startswith("cas"):
        pytest.importorskip("cassis")
    report = export_annotations(ANNOTATIONS, CORPUS, tmp_path / "out", format=name)
    assert {id: report.fields_of(id) for id in report.ids()} == LOST[name]
    assert report.lossless == (not LOST[name])
    assert report.carried == 4 - sum(fields == {"annotation"} for fields in LOST[name].values())


def test_the_documentation_names_every_format_its_unit_and_its_losses(root):
    text = (root / "docs" / "formats.md").read_text("utf-8")
    sections = dict(re.findall(r"^## `([a-z-]+)`[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(FORMATS)
    for name, section in sections.items():
        form = find_format(name)
        unit = {"codepoint": "code points", "utf16": "UTF-16 units"}[form.unit]
        assert f"Offsets: {unit}" in section, name
        never = re.findall(r"^\| `(\w+)` \| never \|", section, re.MULTILINE)
        sometimes = re.findall(r"^\| `(\w+)` \| sometimes \|", section, re.MULTILINE)
        assert (set(never), set(sometimes)) == (set(form.lacks), set(form.may_lose)), name


def test_the_report_in_words():
    report = LossReport(
        "doccano", "export", 12,
        (Loss("voice", "no attributes", ("a1", "a2", "a3")), Loss("annotation", "no target", ("b",))),
        ("offsets count UTF-16 units",),
    )  # fmt: skip
    assert str(report).splitlines() == [
        "doccano export: 12 annotations carried; not carried:",
        "  voice       3  no attributes  (a1, a2 and 1 more)",
        "  annotation  1  no target  (b)",
        "  note: offsets count UTF-16 units",
    ]
    assert report.ids() == ("a1", "a2", "a3", "b") and report.ids("voice") == ("a1", "a2", "a3")


def test_the_report_as_a_table():
    frame = LossReport("x", "export", 1, (Loss("voice", "why", ("a1", "a2")),)).to_frame()
    assert frame.to_dict("records") == [{"what": "voice", "count": 2, "why": "why", "ids": ("a1", "a2")}]
    assert list(LossReport("x", "export", 1).to_frame()) == ["what", "count", "why", "ids"]


def test_hostile_ids_do_not_break_the_report_into_lines():
    report = LossReport("x", "import", 0, (Loss("mark", "no owner", ("a\nerror: all is lost",)),))
    assert len(str(report).splitlines()) == 2


# --- what cannot be exported at all -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in FORMATS if not find_format(name).coders])
def test_two_coders_are_refused_where_a_format_cannot_tell_them_apart(name, tmp_path):
    annotations = [ANNOTATIONS[0], annotate(ANNOTATIONS[0].record, 9, coder="ben")]
    with pytest.raises(InputError, match="cannot tell coders apart, .* by ana, ben; .*coder='ana'"):
        export_annotations(annotations, CORPUS, tmp_path / "out", format=name)
    report = export_annotations(annotations, CORPUS, tmp_path / "out2", format=name, coder="ben")
    assert report.carried == 1


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (Frame("mali", "dialogue", salience="primary"), "annotation a7 is on the article 'mali', which is not in the"),
        (Frame("niger", "dialogue", [(7, 99)]), "annotation a7 on niger: .* goes past the end"),
        (Frame("niger", "dialogue", [{"start": 0, "end": 2, "quote": "AU"}]), "annotation a7 on niger: .* quotes 'AU'"),
        (Frame("niger", "dialogue", [(0, 2)], sha256="0" * 64), "annotation a7 on niger: .* has changed"),
    ],
)
def test_an_annotation_that_does_not_fit_its_article_stops_the_export(record, message, tmp_path):
    with pytest.raises(InputError, match=message):
        export_annotations([annotate(record, 7)], CORPUS, tmp_path / "out.csv", format="csv")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_and_an_unknown_coder_are_named(tmp_path):
    with pytest.raises(InputError, match="unknown format 'docano'; did you mean doccano"):
        export_annotations(ANNOTATIONS, CORPUS, tmp_path / "out", format="docano")
    with pytest.raises(InputError, match="no annotations by eva"):
        export_annotations(ANNOTATIONS, CORPUS, tmp_path / "out", format="csv", coder="eva")


def test_a_folder_that_holds_something_is_not_mixed_with_an_export(tmp_path):
    folder = tmp_path / "out"
    export_annotations(ANNOTATIONS, CORPUS, folder, format="brat")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(InputError, match="not empty"):
        export_annotations([], CORPUS, folder, format="brat")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_a_file_is_replaced_only_by_a_complete_one(tmp_path):
    path = tmp_path / "out.csv"
    export_annotations(ANNOTATIONS, CORPUS, path, format="csv")
    before = path.read_bytes()
    with pytest.raises(InputError):
        export_annotations([annotate(Frame("niger", "x", [(7, 99)]), 7)], CORPUS, path, format="csv")
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("cas")])
def test_the_same_annotations_give_the_same_bytes(name, tmp_path):
    suffix = ".zip" if find_format(name).folder else ""
    paths = [tmp_path / f"{number}{suffix}" for number in (1, 2)]
    for path in paths:
        export_annotations(ANNOTATIONS, CORPUS, path, format=name)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_articles_that_are_one_file_on_some_systems_are_refused(tmp_path):
    corpus = Corpus.of([Article("Niger", "a b"), Article("niger", "c d")])
    with pytest.raises(InputError, match="differ only by case"):
        export_annotations([], corpus, tmp_path / "out", format="brat")
    assert list(tmp_path.iterdir()) == []


def test_an_article_that_a_format_cannot_hold_is_reported(tmp_path):
    corpus = Corpus.of([Article("bad", "form\x0bfeed"), Article("good", "some words")])
    annotation = annotate(Frame("bad", "dialogue", [(0, 4)]), 0)
    pytest.importorskip("cassis")
    report = export_annotations([annotation], corpus, tmp_path / "out", format="cas-xmi")
    assert report.fields_of("a0") == {"annotation"} and report.carried == 0
    assert report.notes == ("the article 'bad' was not written: its text holds U+000B, which XML 1.0 does not have",)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["TypeSystem.xml", "good.xmi"]
