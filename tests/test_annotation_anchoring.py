"""Anchoring: what stands, what moves, what is an orphan; and nothing moves silently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from corpus_tools.annotation import (
    AnnotationStore,
    Codebook,
    Frame,
    Implicit,
    LockedError,
    Slot,
    Stance,
    anchor,
    reanchor,
    validate,
)
from corpus_tools.annotation.places import NormalText, Orphan, find_again, normalize
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError
from corpus_tools.text.span import Span

TEXT = (
    "The junta 🇳🇪 refused to talk on Monday. The bloc warned the junta of Niger’s “last chance” in a letter.\n"
    "France said it would close its embassy; Germany will keep its troops in Niamey until the summer of next year.\n"
    "العَرَبِيَّة is spoken in the north, and cafe\u0301s in the capital stayed open."
    " Nobody from the junta was there to comment."
)
BOOK = Codebook.of(
    {
        "codebook": {"version": "1.1"},
        "frame": [{"id": "dialogue"}],
        "stance": [{"id": "oppose", "order": 1}],
        "entity": [{"id": "junta", "name": "Junta"}, {"id": "france", "name": "France"}],
    }
)


def corpus_of(text: str, name: str = "niger") -> Corpus:
    return Corpus.of([Article(name, text)])


def span_of(words: str, text: str = TEXT, occurrence: int = 0) -> Span:
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(words, start + 1)
    return Span.of(text, start, start + len(words))


def coded(folder: Path, *records: Frame | Stance, text: str = TEXT) -> AnnotationStore:
    store = AnnotationStore(folder / "annotations", corpus_of(text), BOOK)
    with store.writer("ana") as log:
        for record in records:
            log.add(record)
    return store


def frame(words: str, occurrence: int = 0) -> Frame:
    return Frame("niger", "dialogue", [span_of(words, occurrence=occurrence)])


# --- one span ---------------------------------------------------------------------------------------------------------

LETTER = "The bloc warned the junta of Niger’s “last chance” in a letter."


@pytest.mark.parametrize(
    ("words", "occurrence", "change", "expected"),
    [
        # (the words, which occurrence, what is done to the text, what is found: the words there, or why there are none)
        ("last chance", 0, lambda t: t, "last chance"),
        ("last chance", 0, lambda t: "NIAMEY (wire): " + t, "last chance"),
        ("last chance", 0, lambda t: t.replace("The junta 🇳🇪 refused to talk on Monday. ", ""), "last chance"),
        ("last chance", 0, lambda t: t.replace("“", '"').replace("”", '"').replace("’", "'"), "last chance"),
        ("“last chance” in", 0, lambda t: t.replace("“last chance”", '"last chance"'), '"last chance" in'),
        ("warned the junta of", 0, lambda t: t.replace("warned the", "warned\r\n   the"), "warned\r\n   the junta of"),
        ("🇳🇪", 0, lambda t: "𐍈 " + t, "🇳🇪"),
        ("العَرَبِيَّة", 0, lambda t: t.replace("France", "Frankreich"), "العَرَبِيَّة"),
        ("cafe\u0301s", 0, lambda t: "x " + t, "cafe\u0301s"),
        ("last chance", 0, lambda t: t.replace("last chance", "final chance"), "no longer in the text"),
        ("last chance", 0, lambda t: t.replace(LETTER, ""), "no longer in the text"),
        ("junta", 2, lambda t: t.replace(" Nobody from the junta was there to comment.", ""), "does not tell which"),
        ("Niamey", 0, lambda t: t.replace("in Niamey until", "under Niameyan rule until"), "no longer in the text"),
        ("cafe", 0, lambda t: t.replace("cafe\u0301s", "cafe\u0301"), "in another context"),
        ("cafe\u0301s", 0, lambda t: t.replace("cafe\u0301s", "cafes"), "no longer in the text"),
        ("France said", 0, lambda t: t.replace("France", "Paris waits. France"), "France said"),
        ("close its embassy", 0, lambda t: t.replace("embassy;", "embassy soon;"), "close its embassy"),
        ("close its embassy", 0, lambda t: t.replace("; Germany", ". Germany"), "in another context"),
        ("France said it would close its embassy", 0, lambda t: t.replace("y; Ger", "y: Ger"), TEXT[104:142]),
        ("Niamey", 0, lambda t: "Niamey is far. " + t.replace("in Niamey until", "there until"), "in another context"),
        ("Germany", 0, lambda t: t + " " + t, "does not tell which"),
        ("France", 0, lambda t: t.replace("\nFrance said", " And France then said"), "in another context"),
        ("The junta", 0, lambda t: t.replace("The junta 🇳🇪", "The junta"), "in another context"),
    ],
)  # fmt: skip
def test_a_span_is_found_again_or_not(words: str, occurrence: int, change: Any, expected: str) -> None:
    span, text = span_of(words, occurrence=occurrence), change(TEXT)
    try:
        start, end = find_again(NormalText(text), span)
    except Orphan as orphan:
        assert expected in str(orphan)
    else:
        assert text[start:end] == expected


def test_a_word_does_not_become_part_of_another() -> None:
    text = "They left Niger in June, after months of talks about the price of uranium."
    span = span_of("Niger", text)
    with pytest.raises(Orphan, match="no longer in the text"):
        find_again(NormalText(text.replace("Niger", "Nigeria")), span)
    with pytest.raises(Orphan, match="no longer in the text"):
        find_again(NormalText(text.replace("Niger ", "Niger\u0301 ")), span)
    assert find_again(NormalText("x" + text), span_of("uranium", text)) == (67, 74)


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(0, 3), "no quote was stored"),
        (Span(0, 2, " \n"), "white space only"),
        (Span(0, 6, "France"), "in another context"),
    ],
)
def test_without_quote_or_context_nothing_is_certain(span: Span, reason: str) -> None:
    with pytest.raises(Orphan, match=reason):
        find_again(NormalText(TEXT), span)


@given(st.text(st.sampled_from(" \n\r\t\u00a0\u2028a“”‘’\"'e\u0301🇳🇪𐍈ع")))
def test_the_normal_form_knows_where_it_came_from(text: str) -> None:
    normal = NormalText(text)
    assert normalize(normal.text) == normal.text
    for start in range(len(normal.text)):
        for end in range(start + 1, len(normal.text) + 1):
            one, other = normal.to_original(start, end)
            assert normalize(text[one:other]) == normal.text[start:end]


# --- any edit ---------------------------------------------------------------------------------------------------------

WORDS = ["junta", "the junta", "Niger", "🇳🇪", "cafe\u0301", "عَرَب", "𐍈", "‘bloc’", "“talks”", "in", "was", "a"]


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, Span, str, int | None]:
    """A text of numbered sentences, a span of it, the text after edits, and where the span's words went."""
    count = draw(st.integers(2, 7))
    middles = [draw(st.lists(st.sampled_from(WORDS), min_size=4, max_size=9)) for _ in range(count)]
    sentences = [
        f"No. {number} said {' '.join(middle)}, in {1900 + 7 * number}." for number, middle in enumerate(middles)
    ]
    gaps = [draw(st.sampled_from([" ", "\n", "\r\n\r\n"])) for _ in sentences]
    chosen = draw(st.integers(0, count - 1))
    at = sum(len(sentence) + len(gap) for sentence, gap in zip(sentences[:chosen], gaps, strict=False))
    own = sentences[chosen]
    first = own.index(" said ") + 6
    word = draw(st.sampled_from(middles[chosen]))
    start = own.index(word, first) if draw(st.booleans()) else first
    end = draw(st.sampled_from([start + len(word) if own[start:].startswith(word) else len(own), len(own)]))
    text = "".join(sentence + gap for sentence, gap in zip(sentences, gaps, strict=True))
    span = Span.of(text, at + start, at + end)

    new, place = "", None
    for number, (sentence, gap) in enumerate(zip(sentences, gaps, strict=True)):
        edit = draw(st.sampled_from(["keep", "keep", "insert", "delete", "wrap", "quotes", "append"]))
        if edit == "insert":
            new += f"Insertion {number}: {draw(st.sampled_from(WORDS))} is new. "
        if edit == "delete":
            continue
        changed = sentence
        if edit == "quotes":
            changed = changed.translate(str.maketrans("‘’“”", "''\"\""))
        if number == chosen:
            place = len(new) + start
        new += changed + ("\n\n " if edit == "wrap" else gap) + ("Addition. " if edit == "append" else "")
    return text, span, new, place


@given(edited())
@hypothesis_settings(max_examples=120, deadline=None)
def test_a_span_never_moves_to_another_place(case: tuple[str, Span, str, int | None]) -> None:
    _, span, new, place = case
    try:
        start, end = find_again(NormalText(new), span)
    except Orphan:
        return
    assert normalize(new[start:end]) == normalize(span.quote or "")
    assert start == place


@given(edited())
@hypothesis_settings(max_examples=60, deadline=None)
def test_in_an_unchanged_text_behind_a_new_head_a_sentence_is_found(case: tuple[str, Span, str, int | None]) -> None:
    """Most annotations must survive a harmless change, or nobody would dare to correct a text."""
    text, span, _, _ = case
    if text.count(span.quote or "") == 1:
        assert find_again(NormalText("By our own correspondent. " + text), span) == (span.start + 26, span.end + 26)


# --- the store --------------------------------------------------------------------------------------------------------


def test_the_table_of_an_unchanged_corpus(tmp_path: Path) -> None:
    store = coded(
        tmp_path,
        Frame("niger", "dialogue", [span_of("talk"), span_of("letter")], voice=Slot(span_of("The bloc"))),
        Frame("niger", "dialogue", salience="primary"),
        Stance("niger", "oppose", holder=Slot(span_of("France"), "france"), target="junta", cue=[span_of("close")]),
        Stance("niger", "oppose", holder=Implicit("author"), target=Slot(span_of("Niamey"))),
    )
    table = anchor(store, corpus_of(TEXT))
    assert table[["slot", "part"]].values.tolist() == [
        ["spans", 0], ["spans", 1], ["voice", 0], ["article", 0], ["cue", 0], ["holder", 0], ["target", 0],
    ]  # fmt: skip
    assert set(table.status) == {"exact"} and set(table.coder) == {"ana"}
    assert table.new_start.equals(table.start.rename("new_start")) and table.start.isna().tolist().index(True) == 3
    assert reanchor(store, corpus_of(TEXT)).empty and len(store.events("ana")) == 4


def test_looking_changes_nothing_and_moving_says_why(tmp_path: Path) -> None:
    text = "By our correspondent. " + TEXT.replace("“", '"').replace("”", '"')
    commented = Frame("niger", "dialogue", [span_of("“last chance”")], comment="unsure")
    store = coded(tmp_path, frame("talk"), commented, frame("junta", 1))
    one, two, three = (item.id for item in store.annotations())
    log = store.path / "ana.jsonl"
    before = log.read_bytes()

    table = anchor(store, corpus_of(text))
    assert log.read_bytes() == before
    assert table.status.tolist() == ["re-anchored"] * 3
    assert (table.new_start - table.start).tolist() == [22, 22, 22]
    assert table.reason.tolist() == [
        "its words moved",
        "its words are wrapped or quoted in another way",
        "its words moved",
    ]

    moved = reanchor(store, corpus_of(text))
    assert log.read_bytes().startswith(before)  # no line is ever rewritten
    assert moved.equals(table)
    event = store.history(two)[-1]
    assert (event.event, event.fields["origin"], event.fields["codebook"]) == ("revise", "reanchor", "1.1")
    assert event.fields["comment"].startswith("unsure | re-anchored: the text changed from sha256 ")
    assert "spans [77, 90) to [99, 112)" in event.fields["comment"]
    assert [item.spans[0].quote for item in store.annotations()] == ["talk", '"last chance"', "junta"]
    assert {item.sha256 for item in store.annotations()} == {Article("niger", text).fingerprint}
    assert [problem for problem in validate(store.path, corpus_of(text), BOOK) if problem.severity == "error"] == []
    assert set(anchor(store, corpus_of(text)).status) == {"exact"}
    assert reanchor(store, corpus_of(text)).empty
    assert [event.event for event in store.history(one)] == ["add", "revise"] == [e.event for e in store.history(three)]

    reanchor(store, corpus_of("x " + text))  # once more: the coder's own words stay, the tool's are replaced
    comment = store.history(two)[-1].fields["comment"]
    assert comment.startswith("unsure | re-anchored: ") and comment.count("re-anchored") == 1


def test_an_annotation_moves_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    both = Frame("niger", "dialogue", [span_of("talk"), span_of("letter")])
    store = coded(tmp_path, both, frame("Niamey"))
    text = "x " + TEXT.replace("letter", "message")
    table = anchor(store, corpus_of(text))
    assert table.status.tolist() == ["re-anchored", "orphan", "re-anchored"]
    assert table.new_start.isna().tolist() == [False, True, False]
    moved = reanchor(store, corpus_of(text))
    assert moved.start.tolist() == [TEXT.index("Niamey")]
    assert [item.spans for item in store.annotations()][0] == both.spans
    assert anchor(store, corpus_of(text)).status.tolist() == ["re-anchored", "orphan", "exact"]


def test_words_that_stay_where_they_were_get_the_new_fingerprint(tmp_path: Path) -> None:
    store = coded(tmp_path, frame("talk"))
    text = TEXT + " Added later."
    (row,) = anchor(store, corpus_of(text)).to_dict("records")
    assert (row["status"], row["start"], row["reason"]) == ("exact", row["new_start"], "the text changed elsewhere")
    assert len(reanchor(store, corpus_of(text))) == 1
    assert store.events("ana")[-1].fields["comment"].endswith("no words moved")


@pytest.mark.parametrize(
    ("record", "text", "reason"),
    [
        (Frame("niger", "dialogue", salience="primary"), TEXT + "x", "must be made again"),
        (Stance("niger", "oppose", holder="author", target="junta"), TEXT + "x", "must be made again"),
        (Frame("niger", "dialogue", [(0, 3)]), None, "is not in the corpus"),
    ],
)
def test_what_cannot_be_compared_is_an_orphan(tmp_path: Path, record: Any, text: str | None, reason: str) -> None:
    store = coded(tmp_path, record)
    corpus = corpus_of("Something else.", "mali") if text is None else corpus_of(text)
    table = anchor(store, corpus)
    assert table.status.tolist() == ["orphan"] and reason in table.reason[0]
    assert reanchor(store, corpus).empty


def test_records_of_a_store_without_corpus(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with store.writer("ana") as log:
        log.add(Frame("niger", "dialogue", [(0, 3)]))
        log.add(Frame("niger", "dialogue", [Span(0, 9, "The junta")]))
        log.add(Frame("niger", "dialogue", [Span(1, 10, "The junta")]))
        log.add(Frame("niger", "dialogue", [Span(9, 18, "The junta", "", TEXT[9:41])]))
        log.add(Frame("niger", "dialogue", salience="present"))
    table = anchor(store, corpus_of(TEXT))
    assert table.status.tolist() == ["orphan", "exact", "orphan", "re-anchored", "exact"]
    reanchor(store, corpus_of(TEXT))
    assert [event.event for event in store.events("ana")] == ["add"] * 5 + ["revise"]


def test_a_record_that_quotes_what_is_not_there_is_found_too(tmp_path: Path) -> None:
    """Offsets that were wrong from the start, of an unchanged text."""
    store = AnnotationStore(tmp_path)
    span = span_of("Germany")
    wrong = Span(span.start + 1, span.end + 1, span.quote, span.prefix, span.suffix)
    with store.writer("ana") as log:
        log.add(Frame("niger", "dialogue", [wrong], sha256=Article("niger", TEXT).fingerprint))
    assert anchor(store, corpus_of(TEXT)).new_start.tolist() == [span.start]


def test_each_coders_log_is_its_own(tmp_path: Path) -> None:
    store = coded(tmp_path, frame("talk"))
    with store.writer("ben") as log:
        log.add(frame("letter"))
    text = corpus_of("x " + TEXT)
    assert set(anchor(store, text).coder) == {"ana", "ben"} and set(anchor(store, text, coder="ben").coder) == {"ben"}
    with store.writer("ben"), pytest.raises(LockedError):
        reanchor(store, text, coder="ben")
    assert set(reanchor(store, text, coder=["ana"]).coder) == {"ana"}
    assert len(store.events("ben")) == 1
    with pytest.raises(InputError, match="past"):
        reanchor(store.at("2030-01-01T00:00Z"), text)


@given(edited())
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_moved_has_an_event_and_keeps_its_words(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, Span, str, int | None]
) -> None:
    text, span, new, _ = case
    if not new.strip():
        return
    store = coded(tmp_path_factory.mktemp("any"), Frame("niger", "dialogue", [span]), text=text)
    (before,) = store.annotations()
    table = anchor(store, corpus_of(new))
    assert isinstance(table, pd.DataFrame) and store.annotations() == [before]
    reanchor(store, corpus_of(new))
    (after,) = store.annotations()
    moved = after.spans != before.spans
    assert (len(store.history(before.id)) == 2) == (after != before) >= moved
    assert normalize(after.spans[0].quote or "") == normalize(span.quote or "")
    if table.status[0] == "orphan":
        assert after == before
