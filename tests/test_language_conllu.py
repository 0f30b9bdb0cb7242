"""CoNLL-U export, read back by the `conllu` package."""

from __future__ import annotations

from pathlib import Path

import conllu
import pytest

from corpus_tools.language.conllu import format_conllu, write_conllu
from corpus_tools.language.parses import Parses, parse
from corpus_tools.text.article import Article

TEXTS = {
    "a": "“We don’t want them,” Aisha said.  ECOWAS\r\nwaited… and\u2028waited\r\n\r\nThe end",
    "b": "It cost 10 000 francs. She can't.\n" + "x" * 1200 + " stop|here = yes",
}


@pytest.fixture(scope="module")
def parses() -> Parses:
    return parse([Article(name, text) for name, text in TEXTS.items()], workers=1, progress=False)


@pytest.fixture(scope="module")
def sentences(parses: Parses, tmp_path_factory: pytest.TempPathFactory) -> list[conllu.TokenList]:
    path = parses.to_conllu(tmp_path_factory.mktemp("conllu") / "all.conllu")
    return list(conllu.parse(path.read_text("utf-8")))


def article_of(sentence: conllu.TokenList) -> str:
    return str(sentence.metadata["sent_id"]).rpartition("-")[0]


def test_documents_and_sentences_are_named(parses: Parses, sentences: list[conllu.TokenList]) -> None:
    assert [s.metadata["sent_id"] for s in sentences] == [
        f"{p.article.id}-{v.index}" for p in parses for v in p.sentences
    ]
    assert [s.metadata["newdoc id"] for s in sentences if "newdoc id" in s.metadata] == ["a", "b"]


def test_every_word_comes_back(parses: Parses, sentences: list[conllu.TokenList]) -> None:
    ours = [
        (row.word, row.lemma, row.upos, row.xpos, row.feats or None, row.head, row.deprel)
        for found in parses
        for row in found.tokens.itertuples()
    ]
    theirs = [
        (word["id"], word["lemma"], word["upos"], word["xpos"], word["feats"], word["head"], word["deprel"])
        for sentence in sentences
        for word in sentence.filter(id=lambda number: isinstance(number, int))
    ]
    joined = [
        (*word[:4], "|".join(f"{key}={value}" for key, value in word[4].items()) if word[4] else None, *word[5:])
        for word in theirs
    ]
    assert [row[:1] + row[2:] for row in joined] == [row[:1] + row[2:] for row in ours]
    assert [row[1] for row in joined] == [row[1] for row in ours]


def surface(sentence: conllu.TokenList) -> list[conllu.Token]:
    """Tokens as they stand in the text: ranges, and words that belong to none."""
    inside = {
        n for token in sentence if isinstance(token["id"], tuple) for n in range(token["id"][0], token["id"][2] + 1)
    }
    return [token for token in sentence if token["id"] not in inside]


def test_offsets_and_forms_give_back_the_source(sentences: list[conllu.TokenList]) -> None:
    for sentence in sentences:
        text = TEXTS[article_of(sentence)]
        for token in surface(sentence):
            start, end = int(token["misc"]["start_char"]), int(token["misc"]["end_char"])
            assert token["form"] == " ".join(text[start:end].split())


def test_text_comment_is_forms_and_spaces(sentences: list[conllu.TokenList]) -> None:
    for sentence in sentences:
        parts = [token["form"] + ("" if "SpaceAfter" in token["misc"] else " ") for token in surface(sentence)]
        assert "".join(parts).rstrip() == sentence.metadata["text"]
    whole = " ".join(sentence.metadata["text"] for sentence in sentences if article_of(sentence) == "a")
    assert whole == " ".join(TEXTS["a"].split())


def test_space_after_is_no_only_where_nothing_stands_between(sentences: list[conllu.TokenList]) -> None:
    for sentence in sentences:
        text = TEXTS[article_of(sentence)]
        for token in surface(sentence):
            end = int(token["misc"]["end_char"])
            assert (token["misc"].get("SpaceAfter") == "No") == (not text[end : end + 1].isspace())


def test_multi_word_tokens_have_a_range_line(sentences: list[conllu.TokenList]) -> None:
    ranges = [token for sentence in sentences for token in sentence if isinstance(token["id"], tuple)]
    assert [token["form"] for token in ranges] == ["don’t", "can't"]
    first = sentences[0]
    assert [token["form"] for token in first if token["id"] in (3, 4)] == ["do", "n't"]
    assert ranges[0]["misc"]["ner"] == "O" and first.filter(id=3)[0]["misc"] is None


def test_entities_stand_in_misc(sentences: list[conllu.TokenList]) -> None:
    tags = {token["form"]: token["misc"]["ner"] for token in surface(sentences[0])}
    assert tags["Aisha"].startswith("S-")


def test_columns_that_did_not_run_are_underscores() -> None:
    found = parse([Article("c", "Yes.")], processors=["tokenize"], workers=1, progress=False)["c"]
    assert format_conllu(found).splitlines()[3].split("\t")[2:9] == ["_"] * 7
    assert conllu.parse(format_conllu(found))[0][0]["head"] is None


def test_one_parse_is_written_too_and_a_failed_write_leaves_the_old_file(parses: Parses, tmp_path: Path) -> None:
    path = write_conllu(parses["b"], tmp_path / "b.conllu")
    before = path.read_bytes()
    assert before.startswith(b"# newdoc id = b\n")

    def broken() -> object:
        yield parses["a"]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_conllu(broken(), path)  # type: ignore[arg-type]
    assert path.read_bytes() == before
