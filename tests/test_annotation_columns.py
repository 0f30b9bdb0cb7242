"""Reading in batches says of every line what reading it alone says."""

from __future__ import annotations

import random

import hypothesis.strategies as st
import pytest
from annotation_lines import make_fields, make_lines, seal_by_hand, spoilt
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation import Event, encode
from corpus_tools.annotation.entries import Entry, make_entry, read_entries
from corpus_tools.annotation.fields import BadLine
from corpus_tools.annotation.reading import parse_own_line, scan_log
from corpus_tools.text.errors import InputError


def read_singly(lines: list[bytes]) -> list[Entry | str]:
    """Each line's entry, or what is wrong with it."""
    found: list[Entry | str] = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(make_entry(parse_own_line(line, "ana"), line, number))
        except BadLine as fault:
            found.append(fault.what)
    return found


def test_sound_lines_of_every_kind_are_read_at_once() -> None:
    lines = make_lines(40)
    entries = read_entries(lines, 1, "ana")
    assert entries == read_singly(lines)
    assert {entry.event for entry in entries or ()} == {"add", "revise", "retract", "reject", "status"}
    assert read_entries(lines, 1, "ben") is None


@given(st.data())
@hypothesis_settings(max_examples=150, deadline=None)
def test_a_batch_is_read_at_once_only_if_each_of_its_lines_is_sound(data: st.DataObject) -> None:
    fields = make_fields(6)
    number = data.draw(st.integers(0, 5))
    fields[number] = data.draw(spoilt(fields[number]))
    lines = [encode(Event(good))[:-1] for good in fields[:number]]
    lines += [seal_by_hand(fields[number]), *(encode(Event(good))[:-1] for good in fields[number + 1 :])]
    singly = read_singly(lines)
    entries = read_entries(lines, 1, "ana")
    assert entries is None or entries == singly
    content = scan_log(b"".join(line + b"\n" for line in lines), "ana.jsonl")
    assert content.entries == [entry for entry in singly if isinstance(entry, Entry)]
    assert [bad.what for bad in content.damage] == [what for what in singly if isinstance(what, str)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.replace(b'"v":1', b'"v":1,"v":1'),
        lambda line: line.replace(b'"v":1,', b'"v": 1,'),
        lambda line: line.replace(b"null", b"NaN", 1),
        lambda line: line[:-3] + (b"1" if line[-3:-2] == b"0" else b"0") + b'"}',
        lambda line: line.replace(b'"crc"', b'"cRc"'),
        lambda line: b"[]",
        lambda line: b"",
        lambda line: line.replace(b'"seq":3', b'"seq":9007199254740993'),
        lambda line: line.replace(b'"comment":', b'"x":' + b"[" * 200 + b"]" * 200 + b',"comment":'),
    ],
)  # fmt: skip
def test_what_is_not_written_our_way_is_not_read_at_once(spoil: object) -> None:
    lines = make_lines(8)
    lines[2] = spoil(lines[2])  # type: ignore[operator]
    assert read_entries(lines, 1, "ana") is None


def test_a_deeply_nested_value_is_refused_however_it_is_read() -> None:
    nested: object = 1
    for _ in range(120):
        nested = {"x": nested}
    for change in ({"attrs": {"x": nested}}, {"colour": nested}, {"spans": [{"start": 0, "end": 1, "colour": nested}]}):
        lines = make_lines(8)
        lines[1] = seal_by_hand({**make_fields(8)[0], **change})
        assert read_entries(lines, 1, "ana") is None
        assert [bad.line for bad in scan_log(b"\n".join(lines) + b"\n", "ana.jsonl").damage] == [2]


def test_damage_is_named_in_whatever_batch_it_stands() -> None:
    lines, draw = make_lines(300), random.Random(1)
    spoilt_lines = sorted(draw.sample(range(300), 9))
    for number in spoilt_lines:
        lines[number] = lines[number].replace(b'"crc":"', b'"crc":"0')
    data = b"\xef\xbb\xbf" + b"".join(line + b"\n" for line in lines)
    content = scan_log(data, "ana.jsonl")
    assert [bad.line - 1 for bad in content.damage] == spoilt_lines
    assert [bad.byte for bad in content.damage] == [data.index(lines[number]) for number in spoilt_lines]
    assert len(content.entries) == 291 and [e.number for e in content.entries] == sorted(
        {*range(1, 301)} - {n + 1 for n in spoilt_lines}
    )


def test_a_missing_codebook_is_missed() -> None:
    fields = make_fields(1)[0]
    del fields["codebook"]
    with pytest.raises(InputError, match="'codebook' is missing"):
        encode(Event(fields))
