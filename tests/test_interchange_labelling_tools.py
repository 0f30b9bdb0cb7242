"""Files as doccano, Label Studio and Prodigy write them, with labels that were made by hand there."""

from __future__ import annotations

import json

import pytest
from interchange_world import BOOK, CORPUS, TEXT, pairs, read

from corpus_tools.annotation.coercion import Implicit
from corpus_tools.annotation.interchange import import_annotations
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span


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
