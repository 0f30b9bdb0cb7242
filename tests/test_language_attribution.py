"""Attribution: each sentence of a table, read with the demo corpus' codebook, gives exactly the stances beside it."""

from __future__ import annotations

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.attribution import COLUMNS, attribute, attribute_article, attribute_sentence, survey_article
from corpus_tools.language.parses import parse
from corpus_tools.language.sentences import read_sentences
from corpus_tools.text.article import Article

CASES = {
    # plain predicates, passives, coordination
    "France condemned the coup.": ["france oppose coup"],
    "The coup was condemned by France and the United States.": ["france oppose coup", "united_states oppose coup"],
    "ECOWAS demanded the reinstatement of President Bazoum.": ["ecowas support reinstatement"],
    "ECOWAS called for the release of Bazoum.": ["ecowas support reinstatement"],
    "Paris warned against Russian influence.": ["france oppose russian_influence_in_west_africa"],
    "Niger's junta thanked Mali for its help.": ["niger_junta support mali_junta"],
    "Algeria is against military intervention.": ["algeria oppose intervention"],
    "Ottawa and Lisbon were alarmed by the coup.": [
        "western_governments oppose coup",
        "western_governments oppose coup",
    ],
    # what a stance reaches through its object, and objects that make one
    "The European Union suspended aid to Niger.": ["european_union oppose niger_junta"],
    "Abuja imposed sanctions on the junta.": ["nigeria oppose junta"],
    "Protesters waved Russian flags.": ["citizens support russia"],
    # nouns of stance
    "The takeover has raised concerns among Western governments about an increase in Russian influence in Africa.": [
        "western_governments oppose russian_influence_in_west_africa"
    ],
    "There are growing fears among Western diplomats of Russian influence.": [
        "western_governments oppose russian_influence_in_west_africa"
    ],
    "It was a move that has been met with indifference from Paris.": ["france neutral None"],
    "The coup has sparked concern.": ["unspecified oppose coup"],
    "Algiers voiced its support for a diplomatic solution.": ["algeria support dialogue_process"],
    "Criticism of the junta by rights groups has grown.": ["aid_organisations oppose junta"],
    "ECOWAS has gained the support of Nigeria.": ["nigeria support ecowas"],
    "The plan has raised worries among Western diplomats, who fear a rise in Russian influence.": [
        "western_governments oppose None",
        "western_governments oppose russian_influence_in_west_africa",
    ],
    "A statement from the African Union condemned the coup.": ["african_union oppose coup"],
    # who threatens war wants it
    "ECOWAS has threatened military intervention.": ["ecowas support intervention"],
    # negation and verbs that turn
    "The United States did not welcome the coup.": ["united_states oppose coup"],
    "The analysts did not oppose the talks.": ["analysts neutral dialogue_process"],
    "The junta refused to recognise the sanctions.": ["junta oppose sanctions"],
    "Moscow denied that it supported the coup.": ["russia oppose coup"],
    # the end of a thing is not the thing
    "Residents welcomed the departure of French troops.": ["citizens oppose foreign_troops"],
    # clauses, control, a cue in a cue
    "Western governments fear that Russia is gaining influence in the region.": [
        "western_governments oppose russian_influence_in_west_africa"
    ],
    "Nigeria threatened to expel the envoys of Niger.": ["nigeria oppose niger_junta"],
    "Mali and Burkina Faso rejected calls for sanctions against Niger.": [
        "burkina_junta oppose sanctions",
        "mali_junta oppose sanctions",
    ],
    "The activists, who oppose the coup, urged the junta to hold elections.": [
        "civil_society oppose coup",
        "civil_society support constitutional_order",
    ],
    # judgements and speakers
    "France called the coup a disgrace.": ["france oppose coup"],
    "A French diplomat told reporters that the junta was a danger.": ["france oppose junta"],
    "According to analysts, the intervention would be a mistake.": ["analysts oppose intervention"],
    '"We reject the sanctions," a spokesman for the junta said.': ["junta oppose sanctions"],
    "The junta must hand power back to an elected president, the African Union said.": [
        "african_union support constitutional_order"
    ],
    "The people of Niger deserve stability.": ["author support citizens"],
    # nothing to be told
    "He praised the junta.": [],
    "The junta met in Niamey on Friday.": [],
    "Farmers sold onions near the river.": [],
    "They asked what had been promised.": [],
}
MORE = ("France may support the intervention.", "Washington praised the officers.", "Bakers praised the bread.")
ARTICLE = "Gabon's army took power in Libreville. Paris condemned the officers. The African Union welcomed the step."


@pytest.fixture(scope="module")
def book(root):
    return Codebook.read(root / "annotations" / "codebook.toml")


@pytest.fixture(scope="module")
def parsed():
    texts = [*CASES, *MORE, ARTICLE]
    articles = [Article(f"t{number:02d}", text) for number, text in enumerate(texts)]
    parses = parse(articles, workers=1, progress=False)
    return {article.text: parses[article.id] for article in articles}


def read(parsed, book, text, **options):
    return attribute_article(read_sentences(parsed[text]), text, book, **options)


@pytest.mark.parametrize("text", CASES)
def test_a_sentence_gives_its_stances(parsed, book, text):
    found = [f"{a.holder.entity or a.holder.implicit} {a.value} {a.target.entity}" for a in read(parsed, book, text)]
    assert sorted(found) == sorted(CASES[text])


@pytest.mark.parametrize("text", CASES)
def test_every_span_is_its_quote(parsed, book, text):
    for a in read(parsed, book, text, anything=True):
        assert text[a.cue_start : a.cue_end] == a.cue_quote
        for slot in (a.holder, a.target):
            if slot.implicit is None:
                assert text[slot.start : slot.end] == slot.quote and slot.quote == slot.quote.strip()


@pytest.mark.parametrize(
    ("text", "holder", "target", "cue"),
    [
        ("Algeria is against military intervention.", "Algeria", "military intervention", "against"),
        ("The European Union suspended aid to Niger.", "The European Union", "Niger", "suspended aid"),
        ("Criticism of the junta by rights groups has grown.", "rights groups", "the junta", "Criticism"),
        (
            "There are growing fears among Western diplomats of Russian influence.",
            "Western diplomats",
            "Russian influence",
            "fears",
        ),
    ],
)
def test_the_words_of_the_slots(parsed, book, text, holder, target, cue):
    (found,) = read(parsed, book, text)
    assert (found.holder.quote, found.target.quote, found.cue_quote) == (holder, target, cue)


@pytest.mark.parametrize(
    ("text", "factuality", "expression", "strength"),
    [
        ("France condemned the coup.", "fact", "evaluation", 3),
        ("France may support the intervention.", "possible", "evaluation", 2),
        ("The United States did not welcome the coup.", "negated", "evaluation", 2),
        ("Nigeria threatened to expel the envoys of Niger.", "fact", "threat", 2),
        ("ECOWAS called for the release of Bazoum.", "fact", "demand", 2),
        ("Ottawa and Lisbon were alarmed by the coup.", "fact", "concern", 2),
    ],
)
def test_how_it_is_said(parsed, book, text, factuality, expression, strength):
    found = read(parsed, book, text)[0]
    assert (found.factuality, found.expression, found.strength) == (factuality, expression, strength)


def test_the_article_tells_who_the_officers_are_and_what_the_step_is(parsed, book):
    found = {a.holder.entity: a.target.entity for a in read(parsed, book, ARTICLE)}
    assert found["france"] == "gabon_junta"
    alone = "Washington praised the officers."
    assert read(parsed, book, alone)[0].target.entity is None
    assert read(parsed, book, alone, title="Chaos in Niger")[0].target.entity == "niger_junta"


def test_sentences_one_by_one_give_what_the_article_gives(parsed, book):
    sentences = read_sentences(parsed[ARTICLE])
    around = survey_article(sentences, book)
    found = [
        a
        for s, about in zip(sentences, around, strict=True)
        for a in attribute_sentence(s, ARTICLE, book, around=about)
    ]
    assert found == read(parsed, book, ARTICLE) != []


def test_what_is_not_on_the_codebooks_subject_is_left_out_unless_asked_for(parsed, book):
    text = "Bakers praised the bread."
    assert [a.target.quote for a in read(parsed, None, text)] == ["the bread"]
    small = Codebook.of({"codebook": {"version": "1"}, "entity": [{"id": "niger", "name": "Niger"}]})
    assert read(parsed, small, text) == []
    assert [a.target.quote for a in read(parsed, small, text, anything=True)] == ["the bread"]


def test_the_table_has_the_promised_columns_and_one_row_an_attribution(parsed, book):
    table = attribute(parsed.values(), book)
    assert tuple(table.columns) == COLUMNS
    assert len(table) == sum(len(read(parsed, book, text)) for text in parsed)
    row = table[table["cue_quote"] == "condemned"].iloc[0]
    assert row["holder"] == {"start": 0, "end": 6, "quote": "France", "entity": "france", "implicit": None}
    assert set(table["label"]) <= {"oppose", "support", "neutral", "mixed"}


def test_an_empty_corpus_gives_an_empty_table(book):
    assert tuple(attribute([], book).columns) == COLUMNS
