"""From sentences to rows: the offset law at its source."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_tools.language.acceleration.sentences import Sentences
from corpus_tools.language.tokens import COLUMNS, SCHEMA, fold_quotes, join_pieces, tabulate, to_frame


def table(*tokens: tuple[str, int, int], source: str, words: dict[int, tuple[str, ...]] | None = None) -> Any:
    """One sentence as a table, from (text, start, end); `words` expands tokens by position."""
    forms = [text for text, _, _ in tokens]
    parts = [(words or {}).get(position, (form,)) for position, form in enumerate(forms)]
    return tabulate(Sentences([forms], [parts]), [start for _, start, _ in tokens], [end for *_, end in tokens], source)


@given(st.text(alphabet=st.sampled_from("a'\"\u2018\u2019\u201c\u201d\u201a\u00ab\u0301😀\n")))
def test_folding_quotes_changes_nothing_but_four_characters(text: str) -> None:
    folded = fold_quotes(text)
    assert len(folded) == len(text)
    for before, after in zip(text, folded, strict=True):
        assert after == {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}.get(before, before)


def test_columns_types_and_values_without_analysis() -> None:
    found = table(("can't", 0, 5), ("go", 6, 8), words={0: ("ca", "n't")}, source="can\u2019t go")
    assert found.schema == SCHEMA
    frame = to_frame(found)
    assert tuple(frame.columns) == COLUMNS
    assert not frame.isna().any().any()
    integers = ["sentence", "token", "word", "start", "end", "head"]
    assert {str(frame[name].dtype) for name in integers} == {"int64"}
    assert frame[[*integers, "text", "form"]].values.tolist() == [
        [0, 0, 1, 0, 5, -1, "can\u2019t", "ca"],
        [0, 0, 2, 0, 5, -1, "can\u2019t", "n't"],
        [0, 1, 3, 6, 8, -1, "go", "go"],
    ]
    assert set(frame[["lemma", "upos", "xpos", "feats", "deprel", "ner"]].to_numpy().ravel()) == {""}


@pytest.mark.parametrize(
    ("token", "source"),
    [
        (("10 000", 0, 7), "10 \n000"),  # Stanza folds white space inside a token
        (("a\x85b".replace("\x85", " "), 0, 3), "a\x85b"),
        (("don't", 0, 5), "don\u2019t"),
        (("<UNK>", 0, 1200), "x" * 1200),
    ],
)
def test_token_text_that_differs_lawfully_is_sliced_from_the_source(token: tuple[str, int, int], source: str) -> None:
    row = to_frame(table(token, source=source)).iloc[0]
    assert row["text"] == source[row["start"] : row["end"]] == source
    assert row["form"] == token[0]


@pytest.mark.parametrize(
    "tokens",
    [
        [("ab", 0, 2), ("cd", 1, 3)],  # overlap
        [("ab", 0, 2), ("ab", 0, 2)],  # twice the same place
        [("ab", 0, 0)],  # empty
        [("ab", 3, 5)],  # another text at that place
        [("cd e", 3, 9)],  # past the end
    ],
)
def test_doubtful_offsets_never_leave(tokens: list[tuple[str, int, int]]) -> None:
    with pytest.raises(ValueError, match="token"):
        table(*tokens, source="ab cd e")


def test_token_without_place_is_refused() -> None:
    with pytest.raises(ValueError, match="has no place"):
        tabulate(Sentences([["ab"]], [[("ab",)]]), [None], [None], "ab")  # type: ignore[list-item]


def test_pieces_are_moved_and_numbered_on() -> None:
    first = table(("a", 0, 1), ("b", 2, 3), source="a b\n\n")
    second = table(("can't", 1, 6), words={0: ("ca", "n't")}, source=" can't")
    empty = SCHEMA.empty_table()
    frame = to_frame(join_pieces([(0, first), (5, second), (11, empty), (20, first)]))
    assert frame[["sentence", "token", "word", "start", "end"]].values.tolist() == [
        [0, 0, 1, 0, 1],
        [0, 1, 2, 2, 3],
        [1, 2, 1, 6, 11],
        [1, 2, 2, 6, 11],
        [2, 3, 1, 20, 21],
        [2, 4, 2, 22, 23],
    ]
