"""Files as brat and INCEpTION write them, with labels that were made by hand there."""

from __future__ import annotations

import zipfile

import pytest
from interchange_world import BOOK, CORPUS, TEXT, pairs

from corpus_tools.annotation.coercion import Slot
from corpus_tools.annotation.interchange import export_annotations, import_annotations
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span


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
