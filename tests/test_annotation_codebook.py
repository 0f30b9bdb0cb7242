"""The codebook: what is read, what is refused and with which words, and which entity a text names."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.text.errors import InputError, InputWarning

HEAD = '[codebook]\nversion = "1.0"\n'


def read(folder: Path, text: str | bytes) -> Codebook:
    path = folder / "codebook.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Codebook.read(path)


def test_the_demo_codebook_is_read_in_order(root: Path) -> None:
    book = Codebook.read(root / "annotations" / "codebook.toml")
    assert list(book.frames)[:2] == ["russian_influence", "democratic_restoration"]
    assert [(value.id, value.order) for value in book.stances.values()] == [
        ("oppose", 1),
        ("mixed", 2),
        ("support", 3),
        ("neutral", None),
    ]
    assert list(book.expressions) == ["evaluation", "concern", "demand", "threat", "commitment"]
    assert book.entities["wagner"].aliases[0] == "Wagner"
    assert book.attrs["certainty"].values == ("sure", "unsure")
    assert "wagner" in book.frames["russian_influence"].cues


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no [codebook] table"),
        ("[codebook]\nversion = 1.0", 'version = "1.0"'),
        ('[codebook]\nversion = " "', "version is missing"),
        ("[codebook\n", "line 1"),
        (b"\xff\xfe[codebook]", "not UTF-8 at byte 0"),
        (HEAD + '[[frame]]\nname = "x"', "[[frame]] 1: id None"),
        (HEAD + '[[frame]]\nid = "a b"', "without spaces"),
        (HEAD + '[[frame]]\nid = "a"\n[[frame]]\nid = "a"', "[[frame]] 2: id 'a' occurs twice"),
        (HEAD + '[[frame]]\nid = "a"\ncues = "one"', "cues: is not a list of texts"),
        (HEAD + '[[frame]]\nid = "a"\ndefinition = 3', "(a) definition: 3 is not text"),
        (HEAD + '[[stance]]\nid = "a"\norder = "1"', "order '1' is not a whole number"),
        (HEAD + '[[entity]]\nid = "a"\nkind = "person"', "use one of actor, collective, issue, event"),
        (HEAD + '[frame]\nid = "a"', "[[frame]] with two brackets"),
    ],
)
def test_bad_codebooks_are_refused_in_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert str(tmp_path / "codebook.toml") in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Codebook.read(tmp_path / "none.toml")


def test_unknown_keys_are_named_and_ignored(tmp_path: Path) -> None:
    with pytest.warns(InputWarning, match="unknown key cue is ignored"):
        book = read(tmp_path, HEAD + '[[frame]]\nid = "a"\ncue = ["x"]')
    assert book.frames["a"].cues == ()


BOOK = Codebook.of(
    {
        "codebook": {"version": "1"},
        "entity": [
            {"id": "russia", "name": "Russia", "aliases": ["Russian", "the Kremlin"]},
            {"id": "usa", "name": "United States", "aliases": ["the US", "U.S."]},
            {"id": "influence", "name": "Influence", "kind": "issue", "aliases": ["Russian influence"]},
            {"id": "talks", "name": "Talks", "kind": "issue", "aliases": ["talks", "peace"]},
            {"id": "goita", "name": "Goita", "aliases": []},
            {"id": "niger_junta", "name": "Niger's junta", "aliases": []},
            {"id": "second", "name": "Second", "aliases": ["Russian"]},
        ],
    }
)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Russia", "russia"),
        ("RUSSIA", "russia"),
        ("the us", "usa"),  # an alias as a whole, whatever its case
        ("they told the us team", None),  # inside a text the capitals count
        ("The US said", "usa"),
        ("a U.S. envoy", "usa"),
        ("growing Russian influence there", "influence"),  # the longest
        ("Russian talks", "russia"),  # the longer alias, and the first entity that has it
        ("Talks and peace", "talks"),
        ("stalks", None),  # whole words only
        ("Russian\n influence", "influence"),
        ("President Goïta", "goita"),
        ("Niger’s junta", "niger_junta"),
        ("", None),
        ("nobody", None),
    ],
)
def test_entity_of(text: str, entity: str | None) -> None:
    assert BOOK.entity_of(text) == entity


def test_no_entities_name_nothing() -> None:
    assert Codebook.of({"codebook": {"version": "1"}}).entity_of("Russia") is None


def test_a_codebook_travels_to_other_processes() -> None:
    BOOK.entity_of("Russia")
    copy = pickle.loads(pickle.dumps(BOOK))
    assert copy == BOOK and hash(copy) == hash(BOOK) and copy.entity_of("the Kremlin") == "russia"
