"""Tables made by hand, CoNLL-U of a parser, web annotations and spaCy's files of other programs."""

from __future__ import annotations

import pytest
from interchange_world import TEXT, pairs, read

from corpus_tools.text.errors import InputError


def test_a_table_made_by_hand(tmp_path):
    rows = [
        "label;start;end;article;quote;note",
        "dialogue;7;19;niger;opened talks;mine",
        "",
        "sovereignty;25;30;niger;;",
    ]
    imported = read(tmp_path, "csv", "\ufeff" + "\r\n".join(rows))
    assert [(r.label, pairs(r.spans)) for r in imported.records] == [
        ("dialogue", [(7, 19)]),
        ("sovereignty", [(25, 30)]),
    ]
    assert [loss.ids for loss in imported.report.losses] == [("note",)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("stance,niger,support,,,", "needs a holder and a target"),
        ("stance,niger,support,author,talks,", "implicit holder 'talks'"),
        ('stance,niger,support,"[0,6) [7,13)","[14,19)",', "more than one span"),
        ("frame,niger,dialogue,,,7-19", "not a list of spans"),
        ('mood,niger,dialogue,,,"[7,19)"', "type 'mood'"),
    ],
)
def test_bad_cells(row, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(tmp_path, "csv", f"type,article,label,holder,target,spans\n{row}\n")


def test_conllu_of_a_parser(tmp_path):
    lines = [
        "# sent_id = 1",
        "1\tECOWAS\tECOWAS\tPROPN\t_\t_\t2\tnsubj\t_\tstart_char=0|end_char=6|Frame=B-dialogue",
        "2-3\topened\t_\t_\t_\t_\t_\t_\t_\tstart_char=7|end_char=13|Frame=I-dialogue",
        "2\topen\topen\tVERB\t_\t_\t0\troot\t_\t_",
        "3\ted\ted\tX\t_\t_\t2\tdep\t_\t_",
        "4\ttalks\ttalk\tNOUN\t_\t_\t2\tobj\t_\tstart_char=14|end_char=19|Frame=I-dialogue",
        "5\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\tstart_char=19|end_char=20",
        "", "# sent_id = 2",
        "1\tThe\tthe\tDET\t_\t_\t2\tdet\t_\tstart_char=21|end_char=24|Frame=B-dialogue",
        "",
    ]  # fmt: skip
    records = read(tmp_path, "conllu", "\n".join(lines)).records  # the file's name is the article's
    assert [pairs(r.spans) for r in records] == [[(0, 19)], [(21, 24)]]


@pytest.mark.parametrize(
    ("misc", "message"),
    [
        ("start_char=0|end_char=6|Frame=I-dialogue", "continues nothing"),
        ("Frame=B-dialogue", "without start_char"),
        ("start_char=7|end_char=13|Frame=B-dialogue", "quote 'ECOWAS'"),
        ("start_char=0|end_char=6|Frame=B-support", "is no frame"),
        ("start_char=x|end_char=6", "not a whole number"),
    ],
)
def test_bad_misc(misc, message, tmp_path):
    with pytest.raises(InputError, match=f"niger.in:1: .*{message}"):
        read(tmp_path, "conllu", "\t".join(["1", "ECOWAS", *"_" * 7, misc]) + "\n\n")


def test_a_web_annotation_by_its_quote(tmp_path):
    annotation = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "http://example.org/anno1",
        "type": "Annotation",
        "creator": {"type": "Person", "name": "Ana"},
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "value": "dialogue"},
            {"type": "TextualBody", "purpose": "commenting", "value": "clear"},
        ],
        "target": {
            "source": {"id": "https://example.org/news/niger.html"},
            "selector": {"type": "TextQuoteSelector", "exact": "opened talks"},
        },
    }
    item = read(tmp_path, "web-annotation", annotation).items[0]
    assert (pairs(item.record.spans), item.record.comment) == ([(7, 19)], "clear")
    annotation["target"]["selector"]["exact"] = "e"
    with pytest.raises(InputError, match="not in 'niger', or more than once; add a TextPositionSelector"):
        read(tmp_path, "web-annotation", annotation)


def test_spacy_entities_and_other_groups_are_reported(tmp_path):
    span = {"start": 7, "end": 19, "label": "dialogue", "kb_id": ""}
    row = {"text": TEXT, "tokens": [], "ents": [{"start": 0, "end": 6, "label": "ORG"}]}
    row |= {"spans": {"sc": [span], "quotes": [span]}, "cats": {"primary:sovereignty": 1.0, "present:dialogue": 0.0}}
    imported = read(tmp_path, "spacy", row)
    assert [(r.label, r.salience) for r in imported.records] == [("dialogue", None), ("sovereignty", "primary")]
    assert [loss.what for loss in imported.report.losses] == ["span", "entity"]
