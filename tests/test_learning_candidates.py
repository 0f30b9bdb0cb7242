"""Candidate pairs: who may hold, what may be a target, and what cues and voices the features see."""

from __future__ import annotations

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.attribution import attribute_sentence
from corpus_tools.language.naming import EntityNames
from corpus_tools.language.parses import parse
from corpus_tools.language.sentences import read_sentences
from corpus_tools.learning.candidates import find_candidates
from corpus_tools.learning.stance_terms import find_cue_predicates, stance_terms
from corpus_tools.text.article import Article

RULED_OUT = "Algeria ruled out an intervention on Friday."
SAID = "The sanctions are unjust, a bishop said."
THING = "The report on the harvest condemned the sanctions."


@pytest.fixture(scope="module")
def book(root):
    return Codebook.read(root / "annotations" / "codebook.toml")


@pytest.fixture(scope="module")
def sentences():
    articles = [Article(f"c{number}", text) for number, text in enumerate((RULED_OUT, SAID, THING))]
    parses = parse(articles, workers=1, progress=False)
    return {article.text: read_sentences(parses[article.id])[0] for article in articles}


def pairs(sentences, text, book):
    read = attribute_sentence(sentences[text], text, book, anything=True)
    found = find_candidates(sentences[text], EntityNames(book), text, book, read)
    return [(holder.quote or holder.implicit, target.quote) for holder, target in found]


def test_who_may_hold_and_what_may_be_a_target(sentences, book):
    found = pairs(sentences, RULED_OUT, book)
    assert ("Algeria", "an intervention") in found and ("author", "an intervention") in found
    assert not {holder for holder, _ in found} & {"an intervention", "Friday"}
    assert "Friday" not in {target for _, target in found}


def test_a_thing_is_no_holder(sentences, book):
    assert not {holder for holder, _ in pairs(sentences, THING, book)} & {"The report", "the harvest"}


def test_features_see_the_cues_of_attribution_phrases_included(sentences):
    cues = find_cue_predicates(sentences[RULED_OUT])
    assert [(cue.lemma, cue.companion, polarity) for cue, polarity in cues.values()] == [("rule", "out", -1)]


@pytest.mark.parametrize(("holder", "voice"), [("a bishop", "speaks"), ("author", "author-somebody-speaks")])
def test_features_tell_whether_the_holder_speaks(sentences, book, holder, voice):
    sentence = sentences[SAID]
    found = find_candidates(sentence, EntityNames(book), SAID, book)
    pair = next(p for p in found if (p[0].quote or p[0].implicit) == holder and p[1].entity == "sanctions")
    assert f"V:{voice}" in {term for term, _ in stance_terms(sentence, *pair, book)}
