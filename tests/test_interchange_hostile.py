"""Files from strangers: zips that would leave their folder or fill the disk, JSON and XML that mean two things."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import zipfile
from xml.etree import ElementTree

import pytest
from interchange_world import annotate

from corpus_tools.annotation.interchange import (
    FORMATS,
    Limits,
    export_annotations,
    find_format,
    import_annotations,
)
from corpus_tools.annotation.interchange.strict_json import parse_json
from corpus_tools.annotation.interchange.tabular import guard, unguard
from corpus_tools.annotation.records import Frame
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

CORPUS = Corpus.of([Article("niger", "ECOWAS opened talks")])
LINE = json.dumps({"text": "ECOWAS opened talks", "label": [[0, 6, "dialogue"]]}).encode()


def read(path, name="doccano", **options):
    return import_annotations(path, CORPUS, format=name, coder="ana", **options)


def make_zip(path, entries, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


# --- zips -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x.jsonl", "/etc/x.jsonl", "a/../../x.jsonl", "C:/x.jsonl", "a\\..\\x.jsonl"])
def test_a_zip_that_names_files_outside_is_refused(name, tmp_path):
    path = make_zip(tmp_path / "in.zip", [("all.jsonl", LINE), (name, LINE)])
    with pytest.raises(InputError, match="outside its folder"):
        read(path)
    assert [file.name for file in tmp_path.iterdir()] == ["in.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path):
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("all.jsonl")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="holds a link"):
        read(path)


def test_two_entries_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = make_zip(tmp_path / "in.zip", [("a.jsonl", LINE), ("a.jsonl", LINE)])
    with pytest.raises(InputError, match="two entries 'a.jsonl'"):
        read(path)


@pytest.mark.parametrize(
    ("entries", "limits", "message"),
    [
        ([("a.jsonl", LINE + b" " * 3000)], Limits(member=1000), "more than 1,000 bytes"),
        ([(f"{n}.jsonl", LINE + b"\n" * 600) for n in range(3)], Limits(total=1500), "more than 1,500 bytes"),
        ([("a.jsonl", LINE + b"\n" * (2 << 20))], Limits(), "more than 200 times its size"),
        ([(f"{n}.txt", b"x") for n in range(5)], Limits(members=4), "5 entries, more than 4"),
    ],
)
def test_a_zip_that_unpacks_to_too_much_is_refused(entries, limits, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(make_zip(tmp_path / "in.zip", entries), limits=limits)


def test_a_zip_in_a_zip_counts_in_the_same_budget(tmp_path):
    inner = make_zip(tmp_path / "inner.zip", [("b.jsonl", LINE + b"\n" * 900)]).read_bytes()
    path = make_zip(tmp_path / "in.zip", [("a.jsonl", LINE + b"\n" * 900), ("c.zip", inner)])
    coders = {"a": "ana", "b": "ben"}  # doccano names its files after the annotators
    imported = import_annotations(path, CORPUS, format="doccano", coder=coders, limits=Limits(total=5000))
    assert [item.coder for item in imported.items] == ["ana", "ben"]
    with pytest.raises(InputError, match="with those before it, to more than 1,500"):
        read(path, limits=Limits(total=1500))


def test_a_zip_in_a_zip_in_a_zip_is_not_opened(tmp_path):
    deep = make_zip(tmp_path / "1.zip", [("a.jsonl", LINE)]).read_bytes()
    deeper = make_zip(tmp_path / "2.zip", [("1.zip", deep)]).read_bytes()
    with pytest.raises(InputError, match="holds no file"):
        read(make_zip(tmp_path / "3.zip", [("2.zip", deeper)]))


def test_stated_sizes_are_not_believed(tmp_path):
    path = make_zip(tmp_path / "in.zip", [("a.jsonl", LINE + b" " * 3000)])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the central directory says: 10 bytes
    path.write_bytes(data)
    with pytest.raises(InputError):
        read(path)


@pytest.mark.parametrize("cut", [8, 40, -30, -5])
def test_a_torn_zip_is_refused(cut, tmp_path):
    path = make_zip(tmp_path / "in.zip", [("a.jsonl", LINE)])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError):
        read(path)


def test_a_damaged_zip_is_refused(tmp_path):
    path = make_zip(tmp_path / "in.zip", [("a.jsonl", LINE)], zipfile.ZIP_STORED)
    data = path.read_bytes().replace(b"ECOWAS", b"ECOWAZ", 1)
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        read(path)


def test_what_a_desktop_adds_to_a_zip_is_passed_over(tmp_path):
    entries = [("all.jsonl", LINE), ("__MACOSX/._all.jsonl", b"\0\1"), (".DS_Store", b"\0"), ("readme.txt", b"hello")]
    assert len(read(make_zip(tmp_path / "in.zip", entries)).items) == 1


def test_links_in_a_folder_are_not_followed(tmp_path):
    (tmp_path / "secret.jsonl").write_bytes(LINE)
    folder = tmp_path / "in"
    folder.mkdir()
    os.symlink(tmp_path / "secret.jsonl", folder / "a.jsonl")
    with pytest.raises(InputError, match="holds no file"):
        read(folder)


# --- contents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"\0", b"\xed\xa0\x80", b"{", b"[[[[[", b"<a>", b"PK\x03\x04", b"\x80abc", b"\n\n"]
)
def test_rubbish_is_refused_by_every_format(name, data, tmp_path):
    if name.startswith("cas"):
        pytest.importorskip("cassis")
    suffix = find_format(name).suffixes[0]
    path = tmp_path / f"in{suffix}"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(path, name)
    assert "\n" not in str(caught.value) and "in" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "'a' occurs twice"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": -Infinity}', "-Infinity is not JSON"),
        ('{"a": 1e999}', "infinite"),
        ('{"a": "\\ud800"}', "cannot be read safely"),
        ('{"a": 123456789012345678901234567890}', "cannot be read safely"),
        ('{"a": ' + "9" * 5000 + "}", "cannot be read safely"),
        ("[" * 101 + "]" * 101, "deeper than 100"),
        ('{"a":' * 200_000, "deeper than 100"),
        ('{"a" 1}', r"not JSON .* at character 6"),
        ('{"a": 1}}', "not JSON"),
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(text, message, tmp_path):
    with pytest.raises(InputError, match=f"^x.json: .*{message}"):
        parse_json(text, where="x.json")


def test_brackets_in_texts_are_no_depth():
    assert parse_json(json.dumps({"a": "[" * 500 + '\\"{' * 500}), where="x")["a"].startswith("[[[")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        ("<a>" * 101 + "</a>" * 101, "deeper than 100"),
        ("<a><b></a>", "not XML"),
    ],
)
def test_xml_that_hides_something_is_refused(xml, message, tmp_path):
    pytest.importorskip("cassis")
    path = tmp_path / "in.xmi"
    path.write_text(f'<?xml version="1.0"?>{xml}')
    with pytest.raises(InputError, match=message):
        read(path, "cas-xmi")


def test_a_type_system_is_distrusted_too(tmp_path):
    pytest.importorskip("cassis")
    export_annotations([], CORPUS, tmp_path / "out", format="cas-xmi")
    types = tmp_path / "out" / "TypeSystem.xml"
    types.write_text(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + types.read_text("utf-8").partition("?>")[2]
    )
    with pytest.raises(InputError, match="document type"):
        read(tmp_path / "out", "cas-xmi")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('niger,dialogue,0,6,"ECOWAS', "malformed"),
        ("niger,dialogue,0,6", "4 cells in this row, 5 in the header"),
        ("mali,dialogue,0,6,ECOWAS", "'mali' is not in the corpus"),
        ("niger,,0,6,ECOWAS", "label"),
        ("niger,dialogue,x,6,ECOWAS", "not a whole number"),
    ],
)
def test_bad_rows_are_named(row, message, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(f"article,label,start,end,quote\n{row}\n")
    with pytest.raises(InputError, match=f"in.csv:2: .*{message}"):
        read(path, "csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "mood"}, "type 'mood' is unknown"),
        ({"label": 5}, "label 5 is not text"),
        ({"label": ""}, "is not a label"),
        ({"spans": [{"start": 0}]}, "not a whole number"),
        ({"spans": {"start": 0}}, "not a JSON array"),
        ({"spans": []}, "needs a salience"),
        ({"voice": []}, "not a JSON object"),
        ({"voice": {"entity": None}}, "neither span nor entity"),
        ({"confidence": 7}, "from 0 to 1"),
        ({"confidence": True}, "not a finite number"),
        ({"links": [{"id": "x y\n", "type": "t"}]}, "links"),
        ({"links": [7]}, "link"),
        ({"origin": "<b>"}, "origin"),
        ({"attrs": "[1]"}, "not a mapping"),
        ({"attrs": "{"}, "not JSON"),
        ({"extra": '{"label": "x"}'}, "extra holds label"),
        ({"extra": '{"crc": "x"}'}, "extra holds crc"),
        ({"id": "a\nb"}, "not an id"),
        ({"id": 5}, "id 5 is not a text"),
        ({"at": "yesterday"}, "not a time"),
        ({"comment": "x" * 1_000_000}, "bytes"),
    ],
)
def test_records_that_no_log_would_take_are_refused(change, message, tmp_path):
    annotation = {"type": "frame", "label": "dialogue", "spans": [{"start": 0, "end": 6, "text": "ECOWAS"}], **change}
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"id": "niger", "annotations": [annotation]}))
    with pytest.raises(InputError, match=f"in.jsonl:1, annotation 1.*{message}"):
        read(path, "datasets-jsonl")


def test_an_id_may_occur_once(tmp_path):
    annotation = {"type": "frame", "label": "dialogue", "id": "a", "spans": [{"start": 0, "end": 6, "text": "ECOWAS"}]}
    (tmp_path / "in").write_text(json.dumps({"id": "niger", "annotations": [annotation, annotation]}))
    with pytest.raises(InputError, match="annotation 2: the id 'a' occurs twice"):
        read(tmp_path / "in", "datasets-jsonl")


# --- what we write is inert -------------------------------------------------------------------------------------------

CELLS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "'", "'x", "x=1", "", " =1", "''''+", "-"]


@pytest.mark.parametrize("cell", CELLS)
def test_no_cell_is_a_formula_and_every_cell_comes_back(cell):
    assert unguard(guard(cell)) == cell
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_hostile_table_has_no_formulas(tmp_path):
    corpus = Corpus.of([Article("-niger", "=1+1 @all\t+x")])
    frame = Frame("-niger", "=HYPERLINK(1)", [(0, 4), (5, 9)], comment="@x", extra={"+": "-"})
    for name in ("csv", "tsv"):
        export_annotations([annotate(frame, 0)], corpus, tmp_path / name, format=name)
        rows = list(
            csv.reader(io.StringIO((tmp_path / name).read_text("utf-8")), delimiter="\t" if name == "tsv" else ",")
        )
        assert len(rows) == 2
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
        again = import_annotations(tmp_path / name, corpus, format=name, coder="ana").records[0]
        assert (again.label, again.comment, again.extra) == ("=HYPERLINK(1)", "@x", {"+": "-"})


def test_hostile_labels_stay_text_in_xml(tmp_path):
    label = '"/><script>&\n\x07'
    frame = annotate(Frame("niger", label, [(0, 6)]), 0)
    export_annotations([frame], CORPUS, tmp_path / "out.json", format="label-studio")
    config = ElementTree.fromstring((tmp_path / "out.json.config.xml").read_text("utf-8"))
    values = [element.get("value") for element in config.iter("Label")]
    assert values[-1] == 'frame:"/><script>&\n\ufffd'


def test_hostile_labels_stay_on_their_line_in_brat_and_conllu(tmp_path):
    frame = annotate(Frame("niger", "x\nT9\tfake 0 6\tECOWAS|Frame=B-y", [(0, 6)], comment="a\n#2\tb"), 0)
    export_annotations([frame], CORPUS, tmp_path / "brat", format="brat")
    lines = (tmp_path / "brat" / "niger.ann").read_text("utf-8").splitlines()
    assert [line.partition("\t")[0] for line in lines] == ["T1", "E1", "#1"]
    export_annotations([frame], CORPUS, tmp_path / "out.conllu", format="conllu")
    words = [line for line in (tmp_path / "out.conllu").read_text("utf-8").splitlines() if line[:1].isdigit()]
    assert [line.count("\t") for line in words] == [9, 9, 9]
    assert words[0].count("Frame=") == 1
