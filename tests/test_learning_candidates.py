"""Candidate pairs: who may hold, what may be a target, and what cues and voices the features see."""

from __future__ import annotations

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.attribution import attribute_scene, set_scenes
from corpus_tools.language.parses import parse
from corpus_tools.language.sentences import read_sentences
from corpus_tools.learning.candidates import find_candidates
from corpus_tools.learning.stance_terms import find_cue_predicates, stance_terms
from corpus_tools.text.article import Article

RULED_OUT = "Algeria ruled out an intervention on Friday."
SAID = "The sanctions are unjust, a bishop said."
THING = "The report on the harvest condemned the sanctions."
NAMED = "A schoolteacher in Gao welcomed the ballot, and the officers did not."
GENERIC = "The junta condemned the sanctions."


@pytest.fixture(scope="module")
def book(root):
    return Codebook.read(root / "annotations" / "codebook.toml")


@pytest.fixture(scope="module")
def sentences():
    articles = [Article(f"c{number}", text) for number, text in enumerate((RULED_OUT, SAID, THING, NAMED, GENERIC))]
    parses = parse(articles, workers=1, progress=False)
    return {article.text: read_sentences(parses[article.id])[0] for article in articles}


def pairs(sentences, text, book):
    (scene,) = set_scenes([sentences[text]], text, book)
    found = find_candidates(scene, attribute_scene(scene, anything=True))
    return [(holder.quote or holder.implicit, target.quote) for holder, target in found]


def test_who_may_hold_and_what_may_be_a_target(sentences, book):
    found = pairs(sentences, RULED_OUT, book)
    assert ("Algeria", "an intervention") in found and ("author", "an intervention") in found
    assert not {holder for holder, _ in found} & {"an intervention", "Friday"}
    assert "Friday" not in {target for _, target in found}


def test_a_thing_is_no_holder(sentences, book):
    assert not {holder for holder, _ in pairs(sentences, THING, book)} & {"The report", "the harvest"}


def test_slots_are_named_as_attribution_names_them(sentences, book):
    (scene,) = set_scenes([sentences[NAMED]], NAMED, book, title="Mali")
    found = {(holder.quote, holder.entity, target.quote, target.entity) for holder, target in find_candidates(scene)}
    assert ("A schoolteacher", "citizens", "the ballot", "constitutional_order") in found
    assert ("the officers", "mali_junta") in {pair[:2] for pair in found}


def test_a_generic_alias_is_who_the_article_is_about(sentences, book):
    (scene,) = set_scenes([sentences[GENERIC]], GENERIC, book, title="Niamey")
    assert {holder.entity for holder, _ in find_candidates(scene) if holder.start == 0} == {"niger_junta"}


def test_features_see_the_cues_of_attribution_phrases_included(sentences):
    cues = find_cue_predicates(sentences[RULED_OUT])
    assert [(cue.lemma, cue.companion, polarity) for cue, polarity in cues.values()] == [("rule", "out", -1)]


@pytest.mark.parametrize(("holder", "voice"), [("a bishop", "speaks"), ("author", "author-somebody-speaks")])
def test_features_tell_whether_the_holder_speaks(sentences, book, holder, voice):
    sentence = sentences[SAID]
    found = find_candidates(*set_scenes([sentence], SAID, book))
    pair = next(p for p in found if (p[0].quote or p[0].implicit) == holder and p[1].entity == "sanctions")
    assert f"V:{voice}" in {term for term, _ in stance_terms(sentence, *pair, book)}
