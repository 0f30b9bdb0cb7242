"""Offsets are verified before they are believed: the unit is detected, and what fits neither is refused."""

from __future__ import annotations

import json

import pytest

from corpus_tools.annotation.interchange import import_annotations
from corpus_tools.annotation.interchange.offsets import Offsets, Text
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

#       0         1    (code points; UTF-16 counts each emoji twice)
TEXT = "😀😀 ECOWAS opened talks"
CORPUS = Corpus.of([Article("niger", TEXT), Article("plain", "ECOWAS opened talks")])


def csv_of(start, end, quote):
    return f"article,label,start,end,quote\r\nniger,dialogue,{start},{end},{quote}\r\n"


def doccano_of(start, end, quote):
    return json.dumps({"text": TEXT, "label": [[start, end, "dialogue"]]})


def label_studio_of(start, end, quote):
    value = {"start": start, "end": end, "labels": ["dialogue"], **({"text": quote} if quote else {})}
    region = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    return json.dumps([{"data": {"text": TEXT}, "annotations": [{"result": [region]}]}])


def prodigy_of(start, end, quote):
    span = {"start": start, "end": end, "label": "dialogue"}
    tokens = [{"text": quote, "start": start, "end": end, "id": 0, "ws": True}] if quote else []
    span |= {"token_start": 0, "token_end": 0} if quote else {}
    return json.dumps({"text": TEXT, "tokens": tokens, "spans": [span]})


def web_annotation_of(start, end, quote):
    selector = [{"type": "TextPositionSelector", "start": start, "end": end}]
    selector += [{"type": "TextQuoteSelector", "exact": quote}] if quote else []
    return json.dumps({"body": "dialogue", "target": {"source": "https://example.org/niger.txt", "selector": selector}})


def datasets_of(start, end, quote):
    annotation = {"type": "frame", "label": "dialogue", "spans": [{"start": start, "end": end, "text": quote}]}
    return json.dumps({"id": "niger", "annotations": [annotation]})


def spacy_of(start, end, quote):
    return json.dumps({"text": TEXT, "spans": {"sc": [{"start": start, "end": end, "label": "dialogue"}]}})


def conllu_of(start, end, quote):
    misc = f"start_char={start}|end_char={end}|Frame=B-dialogue"
    return "# newdoc id = niger\n" + "\t".join(["1", quote or "_", *"_" * 7, misc]) + "\n\n"


QUOTED = {
    "csv": csv_of, "label-studio": label_studio_of, "prodigy": prodigy_of, "web-annotation": web_annotation_of,
    "datasets-jsonl": datasets_of, "conllu": conllu_of,
}  # fmt: skip
BARE = {"doccano": doccano_of, "spacy": spacy_of, "label-studio": label_studio_of, "prodigy": prodigy_of}
CODEPOINTS, UTF16 = (3, 9), (5, 11)


def read(tmp_path, name, content, **options):
    path = tmp_path / "in"
    path.write_text(content, "utf-8", newline="")
    return import_annotations(path, CORPUS, format=name, coder="ana", **options)


@pytest.mark.parametrize("name", QUOTED)
@pytest.mark.parametrize("places", [CODEPOINTS, UTF16])
def test_a_quote_decides_what_offsets_count(name, places, tmp_path):
    imported = read(tmp_path, name, QUOTED[name](*places, "ECOWAS"))
    span = imported.records[0].spans[0]
    assert (span.start, span.end, span.quote) == (3, 9, "ECOWAS")
    usual = UTF16 if name == "label-studio" else CODEPOINTS
    assert bool(imported.report.notes) == (places != usual)


@pytest.mark.parametrize("name", BARE)
def test_without_quotes_marks_that_cut_words_raise_a_doubt(name, tmp_path):
    opened = {"codepoint": (10, 16), "utf16": (12, 18)}
    unit, usual = ("codepoint", "utf16") if name == "label-studio" else ("utf16", "codepoint")
    assert read(tmp_path, name, BARE[name](*opened[usual], None)).records[0].spans[0].quote == "opened"
    with pytest.raises(InputError, match=f"1 marks cut words, .*; pass unit='{unit}'"):
        read(tmp_path, name, BARE[name](*opened[unit], None))
    assert read(tmp_path, name, BARE[name](*opened[unit], None), unit=unit).records[0].spans[0].quote == "opened"


@pytest.mark.parametrize("name", QUOTED)
def test_what_fits_neither_unit_is_refused(name, tmp_path):
    with pytest.raises(InputError, match="(quote|tokens).*, nor do its offsets fit as"):
        read(tmp_path, name, QUOTED[name](4, 10, "ECOWAS"))


@pytest.mark.parametrize("name", ["label-studio", "csv", "web-annotation", "datasets-jsonl"])
def test_half_a_surrogate_pair_is_refused(name, tmp_path):
    with pytest.raises(InputError, match="inside a surrogate pair"):
        read(tmp_path, name, QUOTED[name](1, 11, "x"), unit="utf16")


@pytest.mark.parametrize("name", BARE)
@pytest.mark.parametrize(
    ("start", "end"), [(0, 99), (-1, 3), (5, 5), (7, 3), (1.0, 3), ("0", 3), (True, 3), (None, 3), (2**70, 2**71)]
)
def test_offsets_that_are_none_are_refused(name, start, end, tmp_path):
    with pytest.raises(InputError):
        read(tmp_path, name, BARE[name](start, end, None))


def test_one_unit_for_the_whole_file(tmp_path):
    rows = csv_of(*CODEPOINTS, "ECOWAS") + "niger,dialogue,12,18,opened\r\n"
    with pytest.raises(InputError, match=":3: .*'opened'"):
        read(tmp_path, "csv", rows)


def test_only_texts_in_which_the_units_differ_are_read_twice(tmp_path):
    row = "article,label,start,end,quote\r\nplain,dialogue,0,6,ECOWAZ\r\n"
    with pytest.raises(InputError) as caught:
        read(tmp_path, "csv", row)
    assert "nor do its offsets" not in str(caught.value)


def test_the_first_fault_is_named_and_all_are_counted(tmp_path):
    rows = ["article,label,start,end,quote", "plain,dialogue,0,6,ECOWAS"]
    rows += [f"plain,dialogue,0,6,WRONG{n}" for n in range(4)]
    with pytest.raises(InputError, match=r"in:3: .*'WRONG0'.* \(and 3 more faults\); check"):
        read(tmp_path, "csv", "\n".join(rows))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            TEXT.replace("opened", "closed"),
            "differs from the corpus at character 10: 'closed talks', not 'opened talks'",
        ),
        (TEXT + "!", "differs from the corpus at character 22: '!', not ''"),
    ],
)
def test_another_text_is_refused(text, message, tmp_path):
    row = json.dumps({"article": "niger", "text": text, "entities": []})
    with pytest.raises(InputError, match=message):
        read(tmp_path, "doccano", row)


def test_changed_line_ends_are_called_by_name(tmp_path):
    corpus = Corpus.of([Article("niger", "a\r\nb")])
    (tmp_path / "in").write_text(json.dumps({"article": "niger", "text": "a\nb"}))
    with pytest.raises(InputError, match="only the line ends differ"):
        import_annotations(tmp_path / "in", corpus, format="doccano", coder="ana")


def test_an_article_is_found_by_its_text(tmp_path):
    assert read(tmp_path, "doccano", doccano_of(*CODEPOINTS, None)).articles == ("niger",)
    with pytest.raises(InputError, match="this text is not in the corpus"):
        read(tmp_path, "doccano", json.dumps({"text": "unknown", "entities": []}))
    twins = Corpus.of([Article("a", TEXT), Article("b", TEXT)])
    with pytest.raises(InputError, match="this text is not in the corpus"):
        import_annotations(tmp_path / "in", twins, format="doccano", coder="ana")


def test_quotes_may_have_the_line_ends_of_a_spreadsheet():
    text = Text("one\r\ntwo")
    assert Offsets("codepoint").span("a", text, 0, 8, "one\ntwo").end == 8
