"""Spans, anchoring by quote, and the UTF-16 codec: tables of cases, and properties over hostile texts."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpus_tools.text import CodePoints, InputError, Span, locate

# What has broken the offsets of other tools: emoji and flags, joined families, combining marks, CRLF, right-to-left
# letters with their marks, zero-width characters, a BOM inside, line separators, and plain repeated words.
PIECES = ["a", " ", "Niamey", "🇳🇪", "👩‍👩‍👧", "𐍈", "e\u0301", "\u0308", "\r\n", "\n", "العَرَبِيَّة", "עִבְרִית"]
PIECES += ["\u200f", "\u200b", "\ufeff", "\u2028", "中文", "ﬁ", "İ"]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=40).map("".join)


@st.composite
def texts_with_range(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(TEXTS.filter(bool))
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@given(texts_with_range())
def test_a_span_says_what_the_text_says(case: tuple[str, int, int]) -> None:
    text, start, end = case
    span = Span.of(text, start, end)
    assert span.quote == text[start:end] == span.slice(text)
    assert len(span) == end - start
    assert text[:start].endswith(span.prefix or "") and len(span.prefix or "") == min(32, start)
    assert text[end:].startswith(span.suffix or "") and len(span.suffix or "") == min(32, len(text) - end)


@given(texts_with_range())
def test_locate_finds_the_span_again_or_nothing_but_never_another(case: tuple[str, int, int]) -> None:
    text, start, end = case
    span = Span.of(text, start, end)
    assert span.quote is not None
    found = locate(text, span.quote, prefix=span.prefix, suffix=span.suffix)
    assert found in (span, None)
    if text.find(span.quote) == start and text.find(span.quote, start + 1) < 0:
        assert found == span


@given(texts_with_range(), TEXTS, TEXTS)
def test_locate_follows_a_quote_when_the_text_around_it_grows(
    case: tuple[str, int, int], before: str, after: str
) -> None:
    text, start, end = case
    grown = before + text + after
    quote = text[start:end]
    assume(grown.find(quote) == len(before) + start and grown.find(quote, len(before) + start + 1) < 0)
    assert locate(grown, quote) == Span(len(before) + start, len(before) + end)


@given(TEXTS)
def test_utf16_offsets_agree_with_the_codec_of_python(text: str) -> None:
    points = CodePoints(text)
    for offset in range(len(text) + 1):
        units = len(text[:offset].encode("utf-16-le")) // 2
        assert points.to_utf16(offset) == units
        assert points.from_utf16(units) == offset


@given(TEXTS)
def test_exactly_the_insides_of_surrogate_pairs_are_refused(text: str) -> None:
    points = CodePoints(text)
    length = len(text.encode("utf-16-le")) // 2
    refused = 0
    for units in range(length + 1):
        try:
            points.from_utf16(units)
        except InputError:
            refused += 1
    assert refused == sum(ord(character) > 0xFFFF for character in text)


@pytest.mark.parametrize(
    ("text", "quote", "prefix", "suffix", "expected"),
    [
        ("one two", "two", None, None, Span(4, 7)),
        ("one two", "two", "no longer ", " there", Span(4, 7)),  # unique: the context is not asked
        ("one two", "three", None, None, None),
        ("one two", "", None, None, None),
        ("a b a", "a", None, None, None),
        ("a b a", "a", "b ", "", Span(4, 5)),
        ("a b a", "a", None, " b", Span(0, 1)),
        ("a b a", "a", "c ", None, None),
        ("a b a b a", "a", "b ", None, None),  # the context does not decide: no guess
        ("aaa", "aa", None, "a", Span(0, 2)),  # occurrences may overlap
        ("🇳🇪 x 🇳🇪 y", "🇳🇪", None, " y", Span(5, 7)),
    ],
)
def test_locate(text: str, quote: str, prefix: str | None, suffix: str | None, expected: Span | None) -> None:
    assert locate(text, quote, prefix=prefix, suffix=suffix) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [((0, 2), (1, 3), True), ((0, 2), (2, 3), False), ((0, 9), (3, 4), True), ((5, 6), (0, 1), False)],
)
def test_overlaps(a: tuple[int, int], b: tuple[int, int], expected: bool) -> None:
    assert Span(*a).overlaps(Span(*b)) is expected
    assert Span(*b).overlaps(Span(*a)) is expected


def test_spans_compare_and_sort_by_place_alone() -> None:
    assert Span(1, 2, "a") == Span(1, 2, "b", "x", "y")
    assert len({Span(1, 2, "a"), Span(1, 2)}) == 1
    assert sorted([Span(3, 4), Span(1, 9), Span(1, 2)]) == [Span(1, 2), Span(1, 9), Span(3, 4)]


def test_a_span_takes_the_integers_of_numpy_and_survives_pickling() -> None:
    span = Span(np.int64(1), np.int32(3), "ab")  # type: ignore[arg-type]
    assert (type(span.start), type(span.end)) == (int, int)
    copy = pickle.loads(pickle.dumps(span))
    assert (copy, copy.quote) == (span, "ab")


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (-1, 2, "'start' must be an integer of at least 0, got -1"),
        (2, 2, "start < end, got [2, 2)"),
        (3, 2, "start < end, got [3, 2)"),
        (0.0, 2, "'start' must be an integer of at least 0, got 0.0"),
        (0, True, "'end' must be an integer of at least 0, got True"),
        (0, None, "'end' must be an integer of at least 0, got None"),
        (1, 5, "[1, 5) goes past the end of a text of 4 characters"),
    ],
)
def test_a_wrong_range_is_refused(start: int, end: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Span.of("four", start, end)
    assert message in str(caught.value)


@pytest.mark.parametrize("offset", [-1, 3, 1.5])
def test_an_offset_outside_the_text_is_refused(offset: int) -> None:
    points = CodePoints("ab")
    with pytest.raises(InputError):
        points.to_utf16(offset)
    with pytest.raises(InputError):
        points.from_utf16(offset)
