"""Attribution over constructions: invented sentences, with the demo corpus' codebook and without any.

The first table gives entities, the second the words of holder and target: news of other subjects, which no codebook
helps to read. `None` stands for words without an entity, names in brackets for the implicit voices.
"""

from __future__ import annotations

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.attribution import attribute_article
from corpus_tools.language.parses import parse
from corpus_tools.language.sentences import read_sentences
from corpus_tools.text.article import Article

DEMO = {
    # active, passive, participles, relative clauses
    "Washington deplored the seizure of power.": ["united_states oppose coup"],
    "The sanctions were denounced by residents.": ["citizens oppose sanctions"],
    "The putsch was widely condemned.": ["<unspecified> oppose coup"],
    "The intervention, which Algeria rejects, has been postponed.": ["algeria oppose intervention"],
    "Sanctions imposed by ECOWAS were criticised by bishops.": ["civil_society oppose sanctions"],
    "Paris, which distrusts the junta, demanded elections.": [
        "france oppose junta",
        "france support constitutional_order",
    ],
    "A takeover condemned by Abuja has divided analysts.": ["nigeria oppose coup"],
    # nominal style
    "Calls for dialogue came from bishops.": ["civil_society support dialogue_process"],
    "Opposition to the sanctions is growing among traders.": ["citizens oppose sanctions"],
    "Support for the coup among young residents is strong.": ["citizens support coup"],
    "Algeria's rejection of military intervention surprised nobody.": ["algeria oppose intervention"],
    "The takeover has been met with anger in Paris.": ["france oppose coup"],
    "The announcement of elections drew praise from Washington.": ["united_states support constitutional_order"],
    "Fears of Russian influence persist in Western capitals.": [
        "western_governments oppose russian_influence_in_west_africa"
    ],
    "Supporters of the junta gathered in Niamey.": ["citizens support niger_junta"],
    "Critics of the sanctions gathered in Abuja.": ["civil_society oppose sanctions"],
    "ECOWAS issued an ultimatum to the junta.": ["ecowas oppose junta"],
    # negation, verbs that turn, modality
    "Paris does not recognise the junta.": ["france oppose junta"],
    "Nobody in Niamey supports the sanctions.": ["citizens oppose sanctions"],
    "Moscow refused to condemn the coup.": ["russia neutral coup"],
    "Bamako would welcome Russian instructors.": ["mali_junta support russia_ties"],
    "The African Union never accepted the takeover.": ["african_union oppose coup"],
    "France stopped supporting the mission.": ["france oppose partnership"],
    # demands, promises, threats; who is urged is no target
    "ECOWAS urged the junta to restore civilian rule.": ["ecowas support constitutional_order"],
    "Residents are calling for the withdrawal of French troops.": ["citizens oppose foreign_troops"],
    "Activists demanded an end to the sanctions.": ["civil_society oppose sanctions"],
    "The generals promised elections.": ["junta support constitutional_order"],
    "Brussels pledged to resume security cooperation.": ["european_union support partnership"],
    "Abuja threatened the junta with sanctions.": ["nigeria oppose junta"],
    "The United Nations called on both sides to resume talks.": ["united_nations support dialogue_process"],
    "Bishops warned that an invasion would be a disaster.": ["civil_society oppose intervention"],
    "Protesters want French troops to leave.": ["citizens oppose foreign_troops"],
    # the end of a thing
    "Traders welcomed the lifting of the sanctions.": ["citizens oppose sanctions"],
    "Washington regretted the end of security cooperation.": ["united_states support partnership"],
    "Lawyers criticised the delay of elections.": ["civil_society support constitutional_order"],
    # coordination, ellipsis, likewise
    "Mali and Burkina Faso welcomed the coup.": ["burkina_junta support coup", "mali_junta support coup"],
    "Residents oppose sanctions and intervention.": ["citizens oppose intervention", "citizens oppose sanctions"],
    "France condemned the coup, as did Algeria.": ["algeria oppose coup", "france oppose coup"],
    "Niamey thanked Moscow and expelled the French envoy.": ["niger_junta oppose france", "niger_junta support russia"],
    # reported and quoted speech
    "The coup was a mistake, an American diplomat said.": ["united_states oppose coup"],
    "Moscow said it supported dialogue.": ["russia support dialogue_process"],
    "According to bishops, the sanctions are unjust.": ["civil_society oppose sanctions"],
    '"We want elections," a resident said.': ["citizens support constitutional_order"],
    "An official in Paris described the coup as a disaster.": ["france oppose coup"],
    "In the view of analysts, the ultimatum was reckless.": ["analysts oppose intervention"],
    "The minister of Algeria said that only dialogue could end the crisis.": ["algeria support dialogue_process"],
    "A jurist in Abuja said the elections would be held in May.": ["civil_society support constitutional_order"],
    # the author's voice, nobody's voice
    "The sanctions are cruel.": ["<author> oppose sanctions"],
    "The junta must release Bazoum.": ["<author> support reinstatement"],
    "The coup has raised concern.": ["<unspecified> oppose coup"],
    "The visit was received coolly in Bamako.": ["<unspecified> oppose dialogue_process"],
    # prefixes, "in support of", appositions, purposes
    "Anti-coup protesters filled the streets of Khartoum.": ["citizens oppose coup"],
    "A pro-Russian crowd gathered in Niamey.": ["citizens support russia"],
    "Traders marched in support of the junta.": ["citizens support junta"],
    "Traders took to the streets to denounce the embargo.": ["citizens oppose sanctions"],
    "Tinubu, a critic of the junta, spoke in Abuja.": ["nigeria oppose junta"],
    "Moscow has remained silent on the coup.": ["russia neutral coup"],
    "Washington took no side in the war.": ["united_states neutral armed_violence"],
    "Pretoria declined to comment on the coup.": ["african_governments neutral coup"],
    "No one in the queue sees any need for sanctions.": ["citizens oppose sanctions"],
    "Residents of Khartoum no longer believe in ceasefires.": ["citizens oppose dialogue_process"],
    # who is meant, what has failed, what is too much
    "Gabon's opposition leader congratulated the French.": ["civil_society support france"],
    "A US defence official praised the partnership.": ["united_states support partnership"],
    "The bloc of West African states suspended Mali.": ["ecowas oppose mali_junta"],
    "N'Djamena expelled the German ambassador.": ["chad_government oppose western_governments"],
    "European officials concede that the sanctions have failed.": ["western_governments oppose sanctions"],
    "Civil society groups said the timetable was too long.": ["civil_society oppose constitutional_order"],
    "ECOWAS refused to lift the sanctions.": ["ecowas support sanctions"],
    "Students cheered the departure of the last French jets.": ["citizens oppose foreign_troops"],
    "The Security Council called for an immediate halt to the fighting.": ["united_nations oppose armed_violence"],
    # set phrases, and nouns behind a preposition
    "The bishops would have none of the sanctions.": ["civil_society oppose sanctions"],
    "Algeria is no friend of the junta.": ["algeria oppose junta"],
    "Paris is at odds with the junta.": ["france oppose junta"],
    "Abuja has no truck with the junta.": ["nigeria oppose junta"],
    "Bamako is in favour of dialogue.": ["mali_junta support dialogue_process"],
    "Traders are up in arms over the sanctions.": ["citizens oppose sanctions"],
    "Residents shed no tears for the French troops.": ["citizens oppose foreign_troops"],
    "Washington put pressure on the junta.": ["united_states oppose junta"],
    "Moscow sang the praises of the junta.": ["russia support junta"],
    "The bishops stressed the need for dialogue.": ["civil_society support dialogue_process"],
    "Students launched a campaign against French troops.": ["citizens oppose foreign_troops"],
    "Students launched a campaign for dialogue.": ["citizens support dialogue_process"],
    "The junta brought unity, a bishop said.": ["civil_society support junta"],
    "The junta has destroyed the unity of the country, a bishop said.": ["civil_society oppose junta"],
    "Paris poured cold water on the talks.": ["france oppose dialogue_process"],
    "Residents wearied of the war.": ["citizens oppose armed_violence"],
    "Residents railed at the sanctions.": ["citizens oppose sanctions"],
    "The rebels greeted the ceasefire sullenly.": ["armed_groups oppose dialogue_process"],
    "The intervention would be calamitous, a bishop said.": ["civil_society oppose intervention"],
    "Berlin is amenable to the compromise.": ["western_governments support dialogue_process"],
    # nothing
    "The junta met reporters on Friday.": [],
    "Bakers baked bread in Niamey.": [],
    "The talks were held in Abuja.": [],
}

PLAIN = {
    "The teachers' union rejected the pay offer.": ["The teachers' union oppose the pay offer"],
    "Environmental groups criticised the pipeline.": ["Environmental groups oppose the pipeline"],
    "The mayor praised the volunteers.": ["The mayor support the volunteers"],
    "Senator Collins voiced support for the bill.": ["Senator Collins support the bill"],
    "The reform was welcomed by employers.": ["employers support The reform"],
    "Berlin warned against a trade war.": ["Berlin oppose a trade war"],
    "Parents are worried about the closure.": ["Parents oppose the closure"],
    "Voters are tired of the scandal.": ["Voters oppose the scandal"],
    "Concern about inflation has grown among economists.": ["economists oppose inflation"],
    "The company did not support the merger.": ["The company oppose the merger"],
    "The Labour leader accused the minister of lying.": ["The Labour leader oppose the minister"],
    "The court ruling was hailed by campaigners.": ["campaigners support The court ruling"],
    "Doctors called for a ban on advertising.": ["Doctors support a ban on advertising"],
    "Scientists urged the government to cut emissions.": ["Scientists support cut emissions"],
    "The tax is a disgrace, the chairman said.": ["the chairman oppose The tax"],
    "Investors who backed the plan were pleased.": ["Investors support the plan"],
    "Opponents of the dam marched through Lima.": ["Opponents oppose the dam"],
    "The decision sparked outrage.": ["<unspecified> oppose The decision"],
    "Residents complained about the noise.": ["Residents oppose the noise"],
    "Tokyo remained neutral on the dispute.": ["Tokyo neutral the dispute"],
    "The board rebuffed the bidder.": ["The board oppose the bidder"],
    "Columnists lampooned the chancellor.": ["Columnists oppose the chancellor"],
    "The agency shielded the whistleblower.": ["The agency support the whistleblower"],
    "Fans were appalled by the transfer.": ["Fans oppose the transfer"],
    "Anti-tax campaigners marched in Rome.": ["campaigners oppose tax"],
    "Labour, a supporter of the strike, met in Leeds.": ["Labour support the strike"],
    "Senator Warren called for Johnson's resignation.": ["Senator Warren oppose Johnson"],
    "Campaigners against the dam gathered in Lima.": ["Campaigners oppose the dam"],
    "Activists for clean water met the mayor.": ["Activists support clean water"],
    "The ruling delighted the miners.": ["the miners support The ruling"],
    "Teachers were heartened by the pledge.": ["Teachers support the pledge"],
    "The senator inveighed against the tariff.": ["The senator oppose the tariff"],
    "Farmers chafed under the quota.": ["Farmers oppose the quota"],
    "The bank balked at the merger.": ["The bank oppose the merger"],
    "The union took umbrage at the proposal.": ["The union oppose the proposal"],
    "The mayor vouched for the architect.": ["The mayor support the architect"],
    "The chairman bore a grudge against the auditor.": ["The chairman oppose the auditor"],
    "Nurses voiced misgivings about the rota.": ["Nurses oppose the rota"],
    "The rector aired his qualms about the curriculum.": ["The rector oppose the curriculum"],
    "The minister is leery of the merger.": ["The minister oppose the merger"],
    "The governor was irate about the leak.": ["The governor oppose the leak"],
    "The pact is a fiasco, the senator said.": ["the senator oppose The pact"],
    "The plan is laudable, according to the auditor.": ["the auditor support The plan"],
    "The curator said the merger had ravaged the museum.": ["The curator oppose the merger"],
    "The academy conferred a medal on the poet.": ["The academy support the poet"],
    "Pensioners wept for the exiles.": ["Pensioners support the exiles"],
    "The critics panned the film as a travesty.": ["The critics oppose the film"],
    "Disciples of the guru met in Pune.": ["Disciples support the guru"],
    "The council pulled the plug on the festival.": ["The council oppose the festival"],
    "The judge put an end to the boycott.": ["The judge oppose the boycott"],
    "Voters swore off the party.": ["Voters oppose the party"],
    "The ambassador raised a glass to the alliance.": ["The ambassador support the alliance"],
    "Writers rose in defence of the publisher.": ["Writers support the publisher"],
    "The dog slept in the garden.": [],
    "Trains leave at noon.": [],
}


@pytest.fixture(scope="module")
def book(root):
    return Codebook.read(root / "annotations" / "codebook.toml")


@pytest.fixture(scope="module")
def parsed():
    articles = [Article(f"t{number:03d}", text) for number, text in enumerate([*DEMO, *PLAIN])]
    parses = parse(articles, workers=1, progress=False)
    return {article.text: read_sentences(parses[article.id]) for article in articles}


def name(slot, of):
    return f"<{slot.implicit}>" if slot.implicit else str(getattr(slot, of))


def read(sentences, text, book, of):
    found = attribute_article(sentences, text, book, anything=book is None)
    return sorted(f"{name(a.holder, of)} {a.value} {name(a.target, of)}" for a in found)


@pytest.mark.parametrize("text", DEMO)
@pytest.mark.slow
def test_entities_and_sides(parsed, book, text):
    assert read(parsed[text], text, book, "entity") == DEMO[text]


@pytest.mark.parametrize("text", PLAIN)
def test_without_a_codebook(parsed, text):
    assert read(parsed[text], text, None, "quote") == PLAIN[text]
