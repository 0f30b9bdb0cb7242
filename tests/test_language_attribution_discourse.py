"""Attribution beyond one clause: demands and their remedy, conditions, exclusions, ellipsis, trees that are misread.

Invented sentences, with the demo corpus' codebook; each gives exactly the stances beside it.
"""

from __future__ import annotations

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.attribution import attribute_article
from corpus_tools.language.parses import parse
from corpus_tools.language.sentences import read_sentences
from corpus_tools.text.article import Article

CASES = {
    # acts that last until something is done, or are not done unless it is: that is demanded
    "The African Union has suspended Sudan until civilians are back at their desks.": [
        "african_union oppose sudan_army",
        "african_union support constitutional_order",
    ],
    "ECOWAS will not lift the sanctions until elections are held.": [
        "ecowas support constitutional_order",
        "ecowas support sanctions",
    ],
    # what is demanded or regretted in the passive
    "The nurses' union demanded that the blockade be lifted at once.": ["civil_society oppose sanctions"],
    "The bishops' conference regretted that the ballot had been put off again.": [
        "civil_society support constitutional_order"
    ],
    # only X can, there can be no X
    "Only the ballot box can settle the matter, a lawyer said.": ["civil_society support constitutional_order"],
    "Algeria insists that there can be no intervention.": ["algeria oppose intervention"],
    # doing likewise, and answering what was said before
    "Bamako has thrown the French out, so has Ouagadougou, and Niamey followed.": [
        "burkina_junta oppose france",
        "mali_junta oppose france",
        "niger_junta oppose france",
    ],
    "The RSF welcomed the offer of talks; Algeria refused.": [
        "algeria oppose dialogue_process",
        "rsf support dialogue_process",
    ],
    # whose view it is
    "For Paris, the coup was an affront.": ["france oppose coup"],
    "Few in Bamako miss the French.": ["citizens oppose france"],
    "Half of the residents oppose the sanctions.": ["citizens oppose sanctions"],
    "The deal with Moscow has alarmed neighbours.": ["african_governments oppose russia_ties"],
    # deeds, gestures and prepositions
    "Imams in Zinder preached against the war.": ["civil_society oppose armed_violence"],
    "Washington has frozen 200 million dollars in assistance to Niger.": ["united_states oppose niger_junta"],
    "Niamey gave the French ambassador 48 hours to leave.": ["niger_junta oppose france"],
    "The mediators of ECOWAS pinned their hopes on a ceasefire.": ["ecowas support dialogue_process"],
    "A baker in Niamey said the sanctions had doubled the price of flour.": ["citizens oppose sanctions"],
    "Abuja declared that the coup had no place in the region.": ["nigeria oppose coup"],
    "Algiers wants no intervention.": ["algeria oppose intervention"],
    "The Rapid Support Forces denied shelling the hospital.": [],
    "Asked about the vote, the minister of Algeria would not say whether elections were near.": [],
    # a pronoun of nobody does not stand for the subject above
    "Traders focused on the coup and whether he would condemn the junta.": [],
    # trees that are misread
    "An analyst said that the talks were empty and urged both sides to negotiate.": [
        "analysts oppose dialogue_process",
        "analysts support dialogue_process",
    ],
    "The lawyers, a team of several nationalities, reject the sanctions.": ["civil_society oppose sanctions"],
    "The State Court in Niamey, a body created by the military government, condemned the coup.": [
        "niger_junta oppose coup"
    ],
    "Burkina Faso and Mali warned against an attack on Niger.": [
        "burkina_junta oppose intervention",
        "mali_junta oppose intervention",
    ],
}
ELLIPTIC = "Elections were the talk of the day. Algeria urged both sides to settle on a shorter course."


@pytest.fixture(scope="module")
def book(root):
    return Codebook.read(root / "annotations" / "codebook.toml")


@pytest.fixture(scope="module")
def parsed():
    articles = [Article(f"t{number:03d}", text) for number, text in enumerate([*CASES, ELLIPTIC])]
    parses = parse(articles, workers=1, progress=False)
    return {article.text: read_sentences(parses[article.id]) for article in articles}


def read(sentences, text, book):
    found = attribute_article(sentences, text, book)
    return sorted(f"{a.holder.entity or a.holder.implicit} {a.value} {a.target.entity}" for a in found)


@pytest.mark.parametrize("text", CASES)
def test_a_sentence_gives_its_stances(parsed, book, text):
    assert read(parsed[text], text, book) == CASES[text]


def test_a_demand_that_names_no_issue_is_for_the_remedy_that_the_article_speaks_of_most(parsed, book):
    assert read(parsed[ELLIPTIC], ELLIPTIC, book) == ["algeria support constitutional_order"]
    last = parsed[ELLIPTIC][-1:]
    assert read(last, ELLIPTIC, book) == ["algeria support None"]
