"""Files as the tools themselves write them, with labels that were made by hand there."""

from __future__ import annotations

import json
import zipfile

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.coercion import Implicit, Slot
from corpus_tools.annotation.interchange import export_annotations, import_annotations
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

#       0      7      14    20  24    30
TEXT = "ECOWAS opened talks.\nThe junta waits."
CORPUS = Corpus.of([Article("niger", TEXT)])
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.0"},
        "frame": [{"id": "dialogue", "name": "Dialogue"}, {"id": "sovereignty", "name": "Sovereignty"}],
        "stance": [{"id": "support"}, {"id": "oppose"}],
        "entity": [{"id": "ecowas", "name": "ECOWAS"}],
    }
)


def read(tmp_path, name, content, **options):
    path = tmp_path / "niger.in"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8", newline="")
    return import_annotations(path, CORPUS, format=name, coder="ana", codebook=BOOK, **options)


def pairs(spans):
    return [(span.start, span.end) for span in spans]


# --- doccano ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [("text", "label"), ("data", "labels"), ("text", "entities")])
def test_doccano_triples(keys, tmp_path):
    row = {"id": 7, keys[0]: TEXT, keys[1]: [[7, 19, "dialogue"], [25, 30, "frame:sovereignty"]], "Comments": []}
    records = read(tmp_path, "doccano", row).records
    assert [(r.label, pairs(r.spans)) for r in records] == [("dialogue", [(7, 19)]), ("sovereignty", [(25, 30)])]


def test_doccano_relations(tmp_path):
    row = {
        "text": TEXT,
        "entities": [
            {"id": 11, "label": "support", "start_offset": 7, "end_offset": 13},
            {"id": 12, "label": "holder", "start_offset": 0, "end_offset": 6},
            {"id": 13, "label": "target", "start_offset": 14, "end_offset": 19},
            {"id": 14, "label": "cue", "start_offset": 31, "end_offset": 36},
        ],
        "relations": [
            {"id": 1, "from_id": 11, "to_id": 12, "type": "holder"},
            {"id": 2, "from_id": 11, "to_id": 13, "type": "target"},
            {"id": 3, "from_id": 12, "to_id": 13, "type": "follows"},
        ],
        "Comments": [{"id": 1, "comment": "hm"}],
    }
    imported = read(tmp_path, "doccano", row)
    stance = imported.records[0]
    assert (stance.label, stance.holder.span, stance.target.span) == ("support", Span(0, 6), Span(14, 19))
    lost = {loss.what: loss.why for loss in imported.report.losses}
    assert lost == {
        "relation": "'follows' is no part of a frame or a stance",
        "mark": "a cue that nothing is linked to",
        "comment": "belongs to the document, not to an annotation",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entities": [{"id": 1, "label": "dialog", "start_offset": 0, "end_offset": 6}]}, "did you mean dialogue?"),
        ({"entities": [{"id": 1, "label": "oppose", "start_offset": 0, "end_offset": 6}]}, "has no target"),
        ({"entities": [{"label": "dialogue", "start_offset": 0}]}, "not a whole number"),
        ({"entities": [[0, 6]]}, "not a JSON object"),
        ({"entities": "all"}, "not a JSON array"),
        ({"relations": [{"from_id": 1, "to_id": 2, "type": "holder"}]}, "names 1, which is no mark"),
        ({"relations": [{"from_id": None, "to_id": 2, "type": "holder"}]}, "not the id"),
        ({"cats": ["dialogue"]}, "no frame of an article; write primary or present"),
        ({"text": None}, "no text"),
        ({"text": 5}, "no text"),
    ],
)
def test_bad_doccano_lines(change, message, tmp_path):
    with pytest.raises(InputError, match=f"niger.in:1.*{message}"):
        read(tmp_path, "doccano", {"text": TEXT, **change})


# --- Label Studio -----------------------------------------------------------------------------------------------------


def region(id, start, end, *labels):
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return {"id": id, "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual", "value": value}


def task(*results, **annotation):
    return [{"id": 1, "data": {"text": TEXT}, "annotations": [{"id": 5, "result": list(results), **annotation}]}]


def test_label_studio_relations_point_both_ways(tmp_path):
    relation = {"type": "relation", "from_id": "t", "to_id": "s", "direction": "left", "labels": ["target"]}
    content = task(
        region("s", 7, 13, "support"), region("t", 14, 19, "target"), relation, completed_by={"email": "a@b"}
    )
    path = tmp_path / "in"
    path.write_text(json.dumps(content))
    imported = import_annotations(path, CORPUS, format="label-studio", coder={"a@b": "ana"}, codebook=BOOK)
    stance = imported.records[0]
    assert (stance.target.span, stance.holder) == (Span(14, 19), Implicit("unspecified"))
    assert imported.items[0].coder == "ana"


def test_label_studio_choices_are_frames_of_the_article(tmp_path):
    choice = {
        "id": "c",
        "from_name": "f",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["primary:dialogue"]},
    }
    record = read(tmp_path, "label-studio", task(choice)).records[0]
    assert (record.label, record.spans, record.salience) == ("dialogue", (), "primary")


def test_what_was_changed_in_label_studio_counts(tmp_path):
    meta = {"records": [{"kind": "frame", "label": "dialogue", "rest": {"id": "a1", "salience": "primary"}}]}
    choice = {"type": "choices", "from_name": "f", "to_name": "text", "meta": meta}
    changed = task({**choice, "value": {"choices": ["present:dialogue"]}})
    item = read(tmp_path, "label-studio", changed).items[0]
    assert (item.id, item.record.salience) == (None, "present")


def test_what_label_studio_has_beyond_annotations_is_reported(tmp_path):
    content = task(region("s", 7, 13, "dialogue"), {"type": "rating", "value": {"rating": 3}})
    content[0]["predictions"] = [{"result": []}]
    content[0]["annotations"].append({"was_cancelled": True, "result": [region("x", 0, 6, "nonsense")]})
    imported = read(tmp_path, "label-studio", content)
    assert len(imported.items) == 1
    assert [loss.what for loss in imported.report.losses] == ["prediction", "result", "annotation"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (task(region("s", 7, 13, "dialogue", "sovereignty")), "2 labels"),
        (task(region(None, 7, 13, "dialogue")), "not the id of a region"),
        (task(region("s", 7, 13, "dialogue"), region("s", 0, 6, "dialogue")), "occurs twice"),
        (task({"type": "relation", "from_id": "a", "to_id": "b", "labels": []}), "0 labels"),
        ([{"data": {"text": TEXT}, "annotations": {}}], "not a JSON array"),
        ([{"annotations": []}], "data is not a JSON object"),
        ([5], "the task is not a JSON object"),
    ],
)
def test_bad_label_studio_tasks(content, message, tmp_path):
    with pytest.raises(InputError, match=f"niger.in, task 1.*{message}"):
        read(tmp_path, "label-studio", content)


# --- Prodigy ----------------------------------------------------------------------------------------------------------


def prodigy_span(start, end, label, first=None, last=None):
    return {"start": start, "end": end, "label": label, "token_start": first, "token_end": last}


TOKENS = [
    {"text": word, "start": start, "end": start + len(word), "id": n, "ws": True}
    for n, (word, start) in enumerate([("ECOWAS", 0), ("opened", 7), ("talks", 14)])
]


def test_prodigy_relations_between_spans(tmp_path):
    spans = [
        prodigy_span(7, 13, "support", 1, 1),
        prodigy_span(0, 6, "holder", 0, 0),
        prodigy_span(14, 19, "target", 2, 2),
    ]
    relations = [
        {"head": 1, "child": 0, "head_span": spans[0], "child_span": spans[1], "label": "holder", "color": "#c5bdf4"},
        {"head": 1, "child": 2, "head_span": spans[0], "child_span": spans[2], "label": "target"},
    ]
    row = {"text": TEXT, "tokens": TOKENS, "spans": spans, "relations": relations, "answer": "accept", "_timestamp": 1}
    stance = read(tmp_path, "prodigy", {**row, "_session_id": "set-ana"}).records[0]
    assert (stance.holder.span, stance.target.span, pairs(stance.cue)) == (Span(0, 6), Span(14, 19), [(7, 13)])


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (prodigy_span(7, 19, "dialogue", 1, 3), "not in the line; token_end is the last token"),
        (
            prodigy_span(0, 13, "dialogue", 0, 2),
            r"do not span \[0, 13\); token_end is the last token, not the one after",
        ),
        (prodigy_span(7, 13, "dialogue", 1, -1), "not in the line"),
        (prodigy_span(7, 13, "dialogue", "1", 1), "not in the line"),
    ],
)
def test_prodigy_tokens_are_checked(span, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(tmp_path, "prodigy", {"text": TEXT, "tokens": TOKENS, "spans": [span]})


def test_prodigy_lines_that_were_not_accepted_are_reported(tmp_path):
    row = {"text": TEXT, "spans": [prodigy_span(7, 19, "dialogue")]}
    lines = "\n".join(json.dumps({**row, "answer": answer}) for answer in ("reject", "accept", "ignore"))
    imported = read(tmp_path, "prodigy", lines)
    assert len(imported.items) == 1
    assert [loss.why for loss in imported.report.losses] == ["its answer is 'reject'", "its answer is 'ignore'"]


def test_prodigy_spans_that_a_relation_cannot_tell_apart_are_refused(tmp_path):
    spans = [prodigy_span(7, 13, "support"), prodigy_span(7, 13, "support"), prodigy_span(14, 19, "target")]
    relation = {"head_span": spans[0], "child_span": spans[2], "label": "target"}
    with pytest.raises(InputError, match="ends in 2 spans"):
        read(tmp_path, "prodigy", {"text": TEXT, "spans": spans, "relations": [relation]})


# --- brat -------------------------------------------------------------------------------------------------------------


def brat(tmp_path, *lines, text=TEXT):
    folder = tmp_path / "collection"
    folder.mkdir()
    (folder / "niger.txt").write_text(text, "utf-8", newline="")
    (folder / "niger.ann").write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="")
    (folder / "annotation.conf").write_text("[entities]\n")
    return import_annotations(folder, CORPUS, format="brat", coder="ana", codebook=BOOK)


def test_brat_marks_and_events(tmp_path):
    imported = brat(
        tmp_path,
        "T1\tdialogue 7 13;14 19\topened talks",
        "T2\tsupport 7 13\topened",
        "T3\tholder 0 6\tECOWAS",
        "T4\ttarget 14 20;21 24\ttalks. The",
        "E1\tsupport:T2 Holder:T3 target1:T4",
        "N1\tReference T3 codebook:ecowas\t\tECOWAS",
        "#1\tAnnotatorNotes E1\tsure of it",
        "A1\tNegation E1",
        "R1\tCoref Arg1:T3 Arg2:T4",
        "*\tEquiv T3 T4",
    )
    stance, frame = imported.records
    assert (frame.label, pairs(frame.spans)) == ("dialogue", [(7, 13), (14, 19)])
    assert stance.holder == Slot(Span(0, 6), "ecowas") and stance.comment == "sure of it"
    assert stance.target.span == Span(14, 24)  # cut at the line break only
    assert [loss.what for loss in imported.report.losses] == ["relation", "attribute", "relation"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["T1\tdialogue 7 13\topend"], "quote 'opend', but the text there is 'opened'"),
        (["T1\tdialogue 7 99\topened"], "past the end"),
        (["T1\tdialogue 13 7\topened"], "start < end"),
        (["T1 dialogue 7 13\topened"], "no line of brat"),
        (["T1\tdialogue x 13\topened"], "is no mark"),
        (["T1\tdialogue 7 13\topened", "T1\tdialogue 0 6\tECOWAS"], "'T1' occurs twice"),
        (["T1\tsupport 7 13\topened", "E1\tsupport:T9"], "no trigger"),
        (["T1\tsupport 7 13\topened", "E1\toppose:T1"], "no trigger of its type"),
        (["T1\tsupport 7 13\topened", "E1\tsupport:T1 target:T9"], "no mark"),
        (["T1\tsupport 7 13\topened", "E1\tsupport"], "is no event"),
        (["T1\tdialogue 7 13\topened", "#1\tAnnotatorNotes E7\tx"], "names nothing that is there"),
        (["T1\tdialogue 7 13\topened", "E1\tdialogue:T1", "#1\tCorpusTools E1\t{"], "not JSON"),
    ],
)
def test_bad_brat_lines(lines, message, tmp_path):
    with pytest.raises(InputError, match=rf"niger.ann:\d.*{message}"):
        brat(tmp_path, *lines)


def test_a_brat_text_that_is_not_the_article_is_refused(tmp_path):
    with pytest.raises(InputError, match="niger.txt: the text of 'niger' differs"):
        brat(tmp_path, text=TEXT + "\n")


def test_a_brat_file_without_its_text_is_refused(tmp_path):
    (tmp_path / "niger.ann").write_text("T1\tdialogue 7 13\topened\n")
    with pytest.raises(InputError, match="no .txt beside it"):
        import_annotations(tmp_path / "niger.ann", CORPUS, format="brat", coder="ana")


# --- the others -------------------------------------------------------------------------------------------------------


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


# --- INCEpTION --------------------------------------------------------------------------------------------------------


def inception_project(tmp_path):
    """Repack one exported XMI as a project export has it: a folder a document, in it a zip a user."""
    from corpus_tools.annotation.records import Frame

    cassis = pytest.importorskip("cassis")
    from interchange_world import annotate

    export_annotations([annotate(Frame("niger", "dialogue", [(7, 19)]), 0)], CORPUS, tmp_path / "out", format="cas-xmi")
    xmi, types = (tmp_path / "out" / "niger.xmi").read_bytes(), (tmp_path / "out" / "TypeSystem.xml").read_bytes()
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as project:
        for user in ("ana", "ben"):
            inner = tmp_path / f"{user}.zip"
            with zipfile.ZipFile(inner, "w") as archive:
                archive.writestr(f"{user}.xmi", xmi)
                archive.writestr("TypeSystem.xml", types)
            project.write(inner, f"annotation/niger.txt/{user}.zip")
        project.writestr("exportedproject.json", "{}")
    return cassis, tmp_path / "project.zip"


def test_an_inception_project_has_a_coder_a_file(tmp_path):
    _, path = inception_project(tmp_path)
    coders = {"ana": "coder_x", "ben": "coder_y"}
    imported = import_annotations(path, CORPUS, format="cas-xmi", coder=coders, codebook=BOOK)
    assert [(item.coder, pairs(item.record.spans)) for item in imported.items] == [
        ("coder_x", [(7, 19)]),
        ("coder_y", [(7, 19)]),
    ]


def test_a_cas_without_its_type_system_is_read_with_ours(tmp_path):
    inception_project(tmp_path)
    imported = import_annotations(tmp_path / "out" / "niger.xmi", CORPUS, format="cas-xmi", coder="ana")
    assert pairs(imported.records[0].spans) == [(7, 19)]


@pytest.mark.parametrize("format", ["cas-xmi", "cas-json"])
def test_an_offset_inside_a_surrogate_pair_of_a_cas_is_refused(format, tmp_path):
    pytest.importorskip("cassis")
    from interchange_world import annotate

    from corpus_tools.annotation.records import Frame

    corpus = Corpus.of([Article("emoji", "\U0001f600 ECOWAS")])
    export_annotations([annotate(Frame("emoji", "dialogue", [(2, 8)]), 0)], corpus, tmp_path / "out", format=format)
    file = next(file for file in (tmp_path / "out").iterdir() if file.stem == "emoji")
    text = file.read_text("utf-8")
    # dkpro-cassis itself only warns of this and takes the number as a code point.
    broken = (
        text.replace('begin="3"', 'begin="1"').replace('"begin" : 3', '"begin" : 1').replace('"begin": 3', '"begin": 1')
    )
    assert broken != text
    file.write_text(broken, "utf-8")
    with pytest.raises(InputError, match="inside a surrogate pair"):
        import_annotations(tmp_path / "out", corpus, format=format, coder="ana", unit="utf16")
    with pytest.raises(InputError):
        import_annotations(tmp_path / "out", corpus, format=format, coder="ana")


def test_without_dkpro_cassis_the_command_that_installs_it_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cassis", None)
    with pytest.raises(InputError, match=r'pip install "corpus-tools\[cas\]"'):
        export_annotations([], CORPUS, tmp_path / "out", format="cas-xmi")
    assert list(tmp_path.iterdir()) == []
