"""`parse`: the offset law on hostile and on real texts, equality with Stanza's own loop, bounds, views."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_tools.language import pipeline
from corpus_tools.language.models import find_package
from corpus_tools.language.parses import Parse, Parses, parse
from corpus_tools.language.tokens import COLUMNS, fold_quotes
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

QUOTE = "“We don’t want them,” Aisha Diallo said in Niamey on 30 July 2023. ‘Never,’ she added."

HOSTILE = {
    "quotes": QUOTE,
    "emoji": "😀 The junta 👩\u200d👩\u200d👧\u200d👦 can't win… 🇳🇪 Really?! It won’t.",
    "crlf": "First line.\r\n\r\nSecond line\r\nof text.\r\n\r\n\r\nThird, can't wait.\r\n",
    "arabic": "قال الرئيس إن الجيش لن يتدخل في النيجر. وأضاف: لا.",
    "chinese": "尼日尔军政府拒绝了最后通牒。西非国家经济共同体召开会议。",
    "zero_width": "The\u200bjunta\u200d refused\ufeff to \u2060leave\u00ad. It can\u200c't.",
    "long_token": "Before " + "x" * 2000 + " after. Then it can't go on.",
    "leading_space": " \t\n\n  The junta refused.   \n\n ECOWAS  waited. \n ",
    "controls": "The\x85junta\x97 refused\x1c to\u2028leave.\x0bIt\x00 can't.",
    "combining": "Le pre\u0301sident Issoufou\u0301 didn\u2019t speak. Zu\u0308rich.",
    "tabs": "Name\tAge\tPlace\nAisha\t34\tNiamey\nDon't\t10 000\tU.S.",
    "one_character": ".",
    "url": "See https://example.org/" + "a/" * 700 + "end and write to a.b@example.org, don't you?",
    "number": "It cost 10 000 000 CFA francs (about 15,300 euros) — or did it?",
    "right_to_left_mixed": "He said \u202bلا\u202c and “left” town's gate.",
}  # fmt: skip


def check_offset_law(tokens: pd.DataFrame, text: str) -> None:
    """Every law of the table that can be seen without Stanza."""
    assert tuple(tokens.columns) == COLUMNS
    assert not tokens.isna().any().any()
    start, end = tokens["start"].to_numpy(), tokens["end"].to_numpy()
    assert (start >= 0).all() and (start < end).all() and (end <= len(text)).all()
    assert tokens["text"].tolist() == [text[a:b] for a, b in zip(start, end, strict=True)]
    once = tokens.drop_duplicates("token")
    assert (once["start"].to_numpy()[1:] >= once["end"].to_numpy()[:-1]).all(), "tokens in order, without overlap"
    assert once["token"].tolist() == list(range(len(once)))
    same = np.diff(tokens["token"].to_numpy()) == 0
    for column in ("start", "end", "sentence"):
        assert not np.diff(tokens[column].to_numpy())[same].any(), "the words of a token share its span"
    sentence = tokens["sentence"].to_numpy()
    assert sentence[0] == 0 and set(np.diff(sentence).tolist()) <= {0, 1}
    first = np.searchsorted(sentence, sentence, side="left")
    size = np.searchsorted(sentence, sentence, side="right") - first
    assert (tokens["word"].to_numpy() == np.arange(len(tokens)) - first + 1).all()
    assert tokens["head"].between(-1, size).all()
    assert not any(text[a:b] != text[a:b].strip() for a, b in zip(start, end, strict=True)), "no white space at borders"


def covers_everything(tokens: pd.DataFrame, text: str) -> bool:
    """Whether every character that is not white space (as Stanza sees it) belongs to a token."""
    covered = np.zeros(len(text), dtype=bool)
    for start, end in tokens[["start", "end"]].itertuples(index=False):
        covered[start:end] = True
    return all(covered[place] or not pipeline._INK.match(mark) for place, mark in enumerate(text))


def parse_texts(texts: dict[str, str], **options: Any) -> Parses:
    return parse([Article(name, text) for name, text in texts.items()], progress=False, workers=1, **options)


@pytest.fixture(scope="module")
def hostile() -> Parses:
    return parse_texts(HOSTILE)


@pytest.mark.parametrize("name", HOSTILE)
def test_offset_law_on_hostile_texts(hostile: Parses, name: str) -> None:
    check_offset_law(hostile[name].tokens, HOSTILE[name])
    assert covers_everything(hostile[name].tokens, HOSTILE[name])
    assert (hostile[name].tokens["head"] >= 0).all()
    assert (hostile[name].tokens.groupby("sentence")["head"].apply(lambda heads: (heads == 0).sum()) == 1).all()


def test_typographic_quotes_are_folded_for_stanza_and_kept_in_text(hostile: Parses) -> None:
    tokens = hostile["quotes"].tokens
    words = tokens[tokens["text"] == "don’t"]
    assert words[["form", "lemma"]].values.tolist() == [["do", "do"], ["n't", "not"]]
    assert words[["start", "end"]].drop_duplicates().values.tolist() == [[4, 9]]
    assert words["word"].tolist() == [3, 4]
    assert tokens.loc[0, ["text", "form"]].tolist() == ["“", '"']


def test_token_beyond_a_thousand_characters_is_sliced(hostile: Parses) -> None:
    row = hostile["long_token"].tokens.query("form == '<UNK>'").iloc[0]
    assert row["text"] == "x" * 2000


def test_entities_and_sentences_are_views_of_the_source(hostile: Parses) -> None:
    found = hostile["quotes"]
    assert [view.index for view in found.sentences] == list(range(len(found.sentences)))
    for view in found.sentences:
        assert view.text == QUOTE[view.start : view.end]
        assert view.tokens.index.tolist() == found.tokens.index[found.tokens["sentence"] == view.index].tolist()
    entities = found.entities
    assert list(entities.columns) == ["start", "end", "text", "type", "sentence"]
    assert entities["text"].tolist() == [QUOTE[row.start : row.end] for row in entities.itertuples()]
    assert {"Aisha Diallo", "Niamey"} <= set(entities["text"])
    assert hostile["one_character"].entities.dtypes["start"] == np.dtype("int64")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O S-A O", [(1, 2, "A")]),
        ("B-A I-A E-A", [(0, 3, "A")]),
        ("B-A E-A S-A", [(0, 2, "A"), (2, 3, "A")]),
        ("B-A O E-B", [(0, 1, "A"), (2, 3, "B")]),  # broken sequences end where they break
        ("I-A I-A B-A", [(0, 2, "A"), (2, 3, "A")]),
        ("B-A | E-A", [(0, 1, "A"), (1, 2, "A")]),  # nothing runs across a sentence border
        ("O O", []),
    ],
)
def test_bioes_is_read_without_losing_or_joining(tags: str, expected: list[tuple[int, int, str]]) -> None:
    from corpus_tools.language.parses import _entities

    rows = []
    sentence = 0
    for tag in tags.split():
        if tag == "|":
            sentence += 1
        else:
            place = len(rows)
            rows.append({"token": place, "start": place, "end": place + 1, "ner": tag, "sentence": sentence})
    assert [found[:3] for found in _entities(pd.DataFrame(rows))] == expected


LETTERS = st.sampled_from("ab .'\u2019\u201c,\n\r\t\u200b\u00a0\u0301é中ق😀\x85\u2028-–(0")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(LETTERS, min_size=1, max_size=60), min_size=1, max_size=6, unique=True))
def test_offset_law_on_any_text_alone_or_together(texts: list[str]) -> None:
    named = {f"a{number}": text for number, text in enumerate(texts)}
    parses = parse_texts(named, processors=["tokenize", "mwt"])
    assert len(parses) + len(parses.skipped) == len(named)
    assert set(parses.skipped["reason"]) <= {"no words in the text"}
    for name, text in named.items():
        assert (name in parses) == bool(pipeline._INK.search(text))
        if name in parses:
            check_offset_law(parses[name].tokens, text)
            assert covers_everything(parses[name].tokens, text)


def test_parses_are_reiterable_in_corpus_order_and_know_what_was_skipped() -> None:
    parses = parse_texts({"b": "One.", "empty": " \n", "a": "Two.", "controls": "\x85\x80"}, processors=["tokenize"])
    assert [found.article.id for found in parses] == [found.article.id for found in parses] == parses.ids == ["b", "a"]
    assert len(parses) == 2 and "a" in parses and "empty" not in parses and "nothing" not in parses
    assert parses.skipped.values.tolist() == [
        ["empty", "no words in the text"],
        ["controls", "no words in the text"],
    ]
    with pytest.raises(KeyError, match="was skipped: no words"):
        parses["empty"]
    with pytest.raises(KeyError, match="not in the parsed corpus"):
        parses["nothing"]
    frame = parses.to_frame()
    assert frame.columns[0] == "article" and frame["article"].tolist() == ["b", "b", "a", "a"]
    assert parse_texts({}).to_frame().columns.tolist() == ["article", *COLUMNS]
    assert parse_texts({}).skipped.columns.tolist() == ["article", "reason"]


def test_processors_that_did_not_run_leave_empty_columns() -> None:
    tokens = parse_texts({"a": "She can't."}, processors=["tokenize", "mwt"])["a"].tokens
    assert tokens["form"].tolist() == ["She", "ca", "n't", "."]
    assert set(tokens["head"]) == {-1}
    assert set(tokens[["lemma", "upos", "xpos", "feats", "deprel", "ner"]].to_numpy().ravel()) == {""}


def test_a_parse_survives_pickling(hostile: Parses) -> None:
    found = pickle.loads(pickle.dumps(hostile["emoji"]))
    pd.testing.assert_frame_equal(found.tokens, hostile["emoji"].tokens)
    assert found.article == hostile["emoji"].article


@pytest.mark.parametrize("workers", [0, -1, 1.5, "many", True])
def test_workers_are_a_number_or_auto(workers: Any) -> None:
    with pytest.raises(InputError, match="workers must be"):
        parse([Article("a", "One.")], workers=workers, progress=False)


def test_precision_is_exact_or_fast() -> None:
    with pytest.raises(InputError, match="precision must be one of 'exact', 'fast', got 'half'"):
        parse([Article("a", "One.")], precision="half", progress=False)
    assert {parse_texts({"a": "One."}, precision=name).configuration["precision"] for name in ("exact", "fast")} == {
        "exact",
        "fast",
    }


# ---------------------------------------------------------------------------------------------------- bounds, failures


def test_long_article_is_parsed_in_pieces_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\r\n\r\n".join([HOSTILE["quotes"], HOSTILE["emoji"], " \n \n ", HOSTILE["crlf"], HOSTILE["tabs"]] * 2)
    whole = parse_texts({"a": text})["a"].tokens
    monkeypatch.setattr(pipeline, "PIECE_CHARACTERS", 200)
    monkeypatch.setattr(pipeline, "BATCH_WORDS", 30)
    in_pieces = parse_texts({"a": text})["a"].tokens
    check_offset_law(in_pieces, text)
    pd.testing.assert_frame_equal(in_pieces, whole)


def test_what_is_too_long_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LONGEST_PARAGRAPH", 300)
    monkeypatch.setattr(pipeline, "LONGEST_SENTENCE", 20)
    parses = parse_texts(
        {
            "good": "She spoke. " * 20,
            "paragraph": "Short.\n\n" + "She spoke. " * 40,
            "sentence": "It was " + "very " * 30 + "hot.",
        }
    )
    assert parses.ids == ["good"]
    reasons = dict(parses.skipped.values.tolist())
    assert "paragraph of 440 characters without a blank line, at character 8 (the limit is 300)" in reasons["paragraph"]
    assert "sentence of 34 words, beginning with 'It was very" in reasons["sentence"]


@pytest.mark.slow
def test_monstrous_texts_are_parsed_or_skipped_with_a_reason(shared: Path) -> None:
    files = sorted((shared / "data" / "en_worldwide_newswire" / "articles").glob("*.txt"))
    words = [word for path in files[:300] for word in path.read_text("utf-8", "replace").split()]
    bare = [word.strip('.,;:?!"').lower() or "x" for word in words]
    texts = {
        "sentence": " ".join(bare[:20_000]),
        "unpunctuated": " ".join(bare * 3)[:1_000_000],
        "enumeration": "\n\n".join(bare[:5_000]),
        "good": "She can't wait.",
    }
    parses = parse_texts(texts)
    assert parses.ids == ["enumeration", "good"]
    assert len(parses["enumeration"].sentences) >= 5_000
    reasons = dict(parses.skipped.values.tolist())
    assert re.match(r"a sentence of \d+ words, beginning with .* \(the limit is 600\)", reasons["sentence"])
    assert reasons["unpunctuated"].startswith("a paragraph of 1000000 characters without a blank line")


def test_a_text_that_fails_costs_no_other_text(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pipeline._run

    def fail_on_poison(loaded: Any, batch: Any) -> Any:
        if any("poison" in piece.source for piece in batch):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory\nmore")
        return real(loaded, batch)

    monkeypatch.setattr(pipeline, "_run", fail_on_poison)
    texts = {f"a{number}": f"Number {number} is fine." for number in range(7)} | {"bad": "poison here."}
    parses = parse_texts(texts, processors=["tokenize"])
    assert parses.ids == list(texts)[:7]
    assert parses.skipped.values.tolist() == [["bad", "RuntimeError: DefaultCPUAllocator: can't allocate memory"]]


# ------------------------------------------------------------------------------------------------------- real articles


@pytest.fixture(scope="module")
def newswire(shared: Path) -> Callable[[int | None], dict[str, str]]:
    files = sorted((shared / "data" / "en_worldwide_newswire" / "articles").glob("*.txt"))

    def read(count: int | None) -> dict[str, str]:
        chosen = files if count is None else files[:: len(files) // count][:count]
        # newline="" keeps CRLF: the offset law must hold on the text as published.
        return {path.stem: path.open(encoding="utf-8", errors="replace", newline="").read() for path in chosen}

    return read


def loop_rows(text: str, package: str = "lite") -> list[tuple[Any, ...]]:
    """What the loop that everybody writes gives for one text: tokens and words of ``nlp(text)``."""
    document = pipeline.load_pipeline(find_package(package))(fold_quotes(text))
    return [
        (index, word.id, token.start_char, token.end_char, word.text, word.lemma, word.upos, word.xpos,
         word.feats or "", word.head, word.deprel, token.ner)
        for index, sentence in enumerate(document.sentences) for token in sentence.tokens for word in token.words
    ]  # fmt: skip


@pytest.mark.slow
def test_batches_equal_the_loop_on_twenty_articles(newswire: Callable[[int | None], dict[str, str]]) -> None:
    texts = newswire(20)
    parses = parse_texts(texts)
    columns = ["sentence", "word", "start", "end", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "ner"]
    for name, text in texts.items():
        ours = [tuple(row) for row in parses[name].tokens[columns].itertuples(index=False)]
        assert ours == loop_rows(text), name


@pytest.mark.slow
def test_offset_law_on_every_newswire_article(newswire: Callable[[int | None], dict[str, str]]) -> None:
    texts = newswire(None)
    parses = parse_texts(texts, processors=["tokenize", "mwt"])
    assert parses.skipped.empty
    for found in parses:
        check_offset_law(found.tokens, texts[found.article.id])
        assert covers_everything(found.tokens, texts[found.article.id]), found.article.id


@pytest.mark.slow
def test_full_parse_of_forty_newswire_articles(
    newswire: Callable[[int | None], dict[str, str]], tmp_path: Path
) -> None:
    texts = newswire(40)
    articles = Corpus.of([Article(name, text) for name, text in texts.items()])
    here = parse(articles, cache=tmp_path / "one", workers=1, progress=False)
    there = parse(articles, cache=tmp_path / "two", workers=2, progress=False)
    assert here.ids == there.ids == list(texts)
    for mine, theirs in zip(here, there, strict=True):
        check_offset_law(mine.tokens, texts[mine.article.id])
        pd.testing.assert_frame_equal(mine.tokens, theirs.tokens)
        assert isinstance(mine, Parse)
    shards = [sorted(path.name for path in (tmp_path / name).rglob("*.parquet")) for name in ("one", "two")]
    assert shards[0] == shards[1], "the same bytes, whoever parses"
