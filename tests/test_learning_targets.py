"""Features around a target: places that quote the text, names that are found, long texts, crowded sentences."""

from __future__ import annotations

import re

import pytest

from corpus_tools.learning import words
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.targets import TargetFeatures
from corpus_tools.learning.units import units_from_texts

TEXT = "The mayor praised Anna Diop, but Lena called her rival a fraud."


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (TEXT, "anna diop", (18, 27)),
        (TEXT, "anna_diop", (18, 27)),
        ("Anna\nDiop", "Anna Diop", (0, 9)),
        (TEXT, "Ann", None),
        (TEXT, "", None),
        (TEXT, "a.b(", None),
    ],
)
def test_names_are_found_as_whole_words(text, name, expected):
    assert words.find_name(text, name) == expected


def test_spans_become_their_names():
    spans = [("targetx", (18, 27)), ("holderx", (33, 37))]
    masked = [word for word, _, _ in words.mask(words.find_words(TEXT), spans)]
    assert masked == "the mayor praised targetx , but holderx called her rival a fraud .".split()
    assert words.mask_text("ab cd", [("X", (0, 2)), ("Y", (3, 5))]).split() == ["X", "Y"]


def test_the_window_knows_its_sides():
    found = {term for term, _ in words.window_terms(TEXT, "targetx", (18, 27))}
    assert {"targetx:praised", "targetx:left:praised", "targetx:right:but", "targetx:at:praised targetx"} <= found
    assert not any("fraud" in term for term in found), "it is further away than the window reaches"


def test_the_clause_ends_at_punctuation():
    found = {term for term, _ in words.clause_terms(TEXT, "targetx", (18, 27))}
    assert "targetx|praised targetx" in found and not any("lena" in term for term in found)


@pytest.mark.parametrize(("first", "second", "order"), [((18, 27), (33, 37), ">"), ((33, 37), (18, 27), "<")])
def test_between_knows_the_order(first, second, order):
    found = [term for term, _ in words.between_terms(TEXT, first, second)]
    assert f"{order}, but" in found and f"{order}distance 0" in found


def test_a_long_text_is_read_around_the_target():
    text = "filler words " * 200 + "Anna lied. " + "more filler " * 200
    at = text.index("Anna")
    start, end = words.cut_around(text, (at, at + 4))
    assert start < at < end and end - start <= words.LONGEST and text[start - 1] == " "
    assert words.cut_around(text, None) == (0, len(text)) and words.cut_around("short", (0, 5)) == (0, 5)


@pytest.mark.parametrize("target", ["span", "topic", "entity"])
def test_places_quote_the_text(target):
    made = units_from_texts(
        [TEXT, "Lena thanked Anna Diop."], labels=["good", "bad"], targets=[(18, 27), "Anna Diop"], holders=["Lena"] * 2
    )
    maker = TargetFeatures(target).fit(made)
    names = set(maker.get_feature_names_out())
    for unit in made.to_dict("records"):
        places = maker.locate(unit)
        assert places and set(places) <= names
        for term, spans in places.items():
            for start, end in spans:
                quote = unit["text"][start:end].lower()
                last = re.split(r"[:|<>=\s]+", term)[-1]
                assert 0 <= start < end <= len(unit["text"]) and (last in quote or "x" in last), (term, quote)


@pytest.mark.parametrize("names", [True, False])
def test_the_target_itself_is_learned_from_where_that_is_wanted(names):
    texts = [f"{name} gave speech {number // 2}." for number, name in enumerate(("Anna", "Lena") * 6)]
    made = units_from_texts(texts, labels=["bad", "good"] * 6, targets=[(0, 4)] * 12)
    maker = TargetFeatures("span", names=names).fit(made)
    rows = maker.views(made)["terms"]
    assert (abs(rows[0] - rows[1]).sum() > 0.1) == names
    assert ("names:targetx=anna" in maker.get_feature_names_out()) == names
    said = StanceDetector(target="span", features="words", names=names).fit(made).predict(made)
    assert (list(said) == list(made["labels"])) == names


def test_candidates_of_one_sentence_are_not_told_apart_by_its_words():
    made = units_from_texts([TEXT] * 8, labels=["good", "bad"] * 4, targets=[(18, 27), (33, 37)] * 4)
    maker = TargetFeatures("entity").fit(made)
    assert maker.crowded_ and set(maker.vectorizers_) == {"words", "characters"}
    few = TargetFeatures("span").fit(made.iloc[:2])
    assert not few.crowded_ and {"window", "clause"} <= set(few.vectorizers_)


STANCES = {"praised": "good", "blamed": "bad", "met": "neutral"}


def roles(count=36, *, filler=""):
    """Who is praised and who is blamed, in texts that name both."""
    texts, targets, holders, labels = [], [], [], []
    for i in range(count):
        verb = list(STANCES)[i % 3]
        text = f"{filler}Item {i}: Lena {verb} Anna, and Omar {list(STANCES)[(i + 1) % 3]} Iris. {filler}"
        at = text.index("Anna")
        texts.append(text)
        targets.append((at, at + 4))
        holders.append("Lena")
        labels.append(STANCES[verb])
    return units_from_texts(texts, labels=labels, targets=targets, holders=holders)


@pytest.mark.parametrize("target", ["span", "entity"])
@pytest.mark.parametrize("filler", ["", "The town slept through a long and uneventful night. " * 30])
def test_the_word_beside_the_target_decides_also_in_long_texts(target, filler):
    made = roles(filler=filler)
    model = StanceDetector(target=target, features="words").fit(made.iloc[:24])
    assert (model.predict(made.iloc[24:]) == made["labels"].iloc[24:]).mean() >= 0.9
    table = model.explain(made.iloc[24:27])
    for row in table.to_dict("records"):
        text = made.set_index("unit").loc[row["unit"], "text"]
        assert text[row["start"] : row["end"]] == row["quote"]
    strongest = table.sort_values("weight", ascending=False).drop_duplicates("unit")
    assert all(any(verb in quote for verb in STANCES) for quote in strongest["quote"])


def test_units_without_a_target_or_a_parse_are_judged_too():
    made = roles()
    model = StanceDetector(target="span", features="words").fit(made)
    bare = units_from_texts(["", "Nothing here.", "Anna"], kind="stance", targets=[None, "Nobody", (0, 4)])
    assert len(model.predict(bare)) == 3 and model.predict_proba(bare).notna().all(axis=None)
