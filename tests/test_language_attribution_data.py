"""The cue lexicon as data, and what common nouns stand for in a codebook."""

from __future__ import annotations

import pytest

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.actors import ActorNames
from corpus_tools.language.cues import Role, load_lexicon, load_words
from corpus_tools.language.naming import EntityNames, plain_words
from corpus_tools.language.sentences import Sentence
from corpus_tools.text.errors import InputError

RELATIONS = {
    *("csubj", "compound"),
    *("nsubj", "nsubj:pass", "obl:agent", "obj", "iobj", "obl", "ccomp", "xcomp", "advcl", "acl", "nmod", "nmod:poss"),
    *("speaker", "sayer", "light", "self", "head", "bearer", "rest"),
}
EXPRESSIONS = {"evaluation", "concern", "demand", "threat", "commitment"}


def make_sentence(*words, heads=None, deprels=None, upos=None, lemmas=None, spans=None):
    """A sentence of words with one blank between them, all below the first, unless told otherwise."""
    starts = [sum(len(w) + 1 for w in words[:i]) for i in range(len(words))]
    spans = spans or [(s, s + len(w)) for s, w in zip(starts, words, strict=True)]
    size = len(words)
    return Sentence(
        index=0,
        start=0,
        end=spans[-1][1],
        text=list(words),
        lemma=lemmas or [w.lower() for w in words],
        upos=upos or ["NOUN"] * size,
        head=heads or [0, *([1] * (size - 1))],
        deprel=deprels or ["root", *(["dep"] * (size - 1))],
        feats=[""] * size,
        ner=["O"] * size,
        starts=[s for s, _ in spans],
        ends=[e for _, e in spans],
    )


def all_cues():
    lexicon = load_lexicon("en")
    return [*lexicon.words.values(), *(cue for cues in lexicon.phrases.values() for cue in cues)]


def test_every_cue_is_well_formed():
    assert len(all_cues()) > 4000
    for cue in all_cues():
        assert cue.polarity in (-1, 0, 1) and cue.strength in (1, 2, 3) and cue.expression in EXPRESSIONS
        assert cue.holders and cue.targets
        assert {role.relation for role in (*cue.holders, *cue.targets)} <= RELATIONS, cue.lemma
        assert cue.lemma == cue.lemma.lower() and cue.upos in ("VERB", "NOUN", "ADJ", "ADP", "PREFIX")


def test_no_word_stands_twice():
    told = set()
    for name in ("en_acts", "en"):
        for group in load_words(name)["cue"]:
            for words in (group["lemmas"], group.get("object", [])):
                assert len(words) == len(set(words)), words[0]
            target = tuple(group["target"]) if "object" in group else ()  # of phrases the one with a target is read
            own = {
                (group["upos"], lemma, obj, target) for lemma in group["lemmas"] for obj in group.get("object", [""])
            }
            assert not told & own, "the second would never be read"
            told |= own


def test_a_role_is_a_relation_with_markers():
    assert Role.of("obj") == ("obj", frozenset())
    assert Role.of("obl(for, to)") == ("obl", frozenset({"for", "to"}))
    assert load_lexicon("en").words["warn", "VERB"].target == ("obl", "ccomp", "xcomp", "obj")


def test_a_language_without_a_lexicon_is_an_input_error():
    with pytest.raises(InputError, match="no stance cues for language 'xx'.*xx"):
        load_lexicon("xx")


def test_the_files_around_the_cues_hold_sets_of_words():
    assert {"speech", "judging", "negations", "turning", "modals"} <= set(load_lexicon("en").sets)
    ids = [group["id"] for group in load_words("en_names")["class"]]
    assert len(ids) == len(set(ids))


BOOK = Codebook.of(
    {
        "codebook": {"version": "1"},
        "entity": [
            {"id": "us", "name": "United States", "aliases": ["the US"]},
            {"id": "west", "name": "Western governments", "kind": "collective", "aliases": ["the West"]},
            {"id": "niger", "name": "Niger's junta", "aliases": ["Niamey"]},
            {"id": "people", "name": "Residents", "kind": "collective", "aliases": ["residents"]},
            {"id": "vote", "name": "Elections", "kind": "issue", "aliases": ["elections"]},
            {"id": "sway", "name": "Russian influence", "kind": "issue", "aliases": ["Russian influence"]},
            {"id": "moscow", "name": "Russia"},
            {"id": "blocs", "name": "West African bloc", "aliases": ["the regional bloc"]},
            {"id": "centre", "name": "Central Africa's regional bloc"},
            {"id": "rank", "name": "Civil society", "kind": "collective", "aliases": ["activists"]},
            {"id": "learned", "name": "Analysts", "kind": "collective", "aliases": ["scholars"]},
        ],
    }
)


@pytest.mark.parametrize(
    ("words", "entity"),
    [
        (["Niamey"], "niger"),
        (["Nigerien", "officials"], "niger"),
        (["Lisbon"], "west"),
        (["Farmers"], "people"),
        (["jihadists"], None),  # no entity of this codebook is of their sort
        (["schoolteacher"], "people"),  # by the noun that it ends with
        (["tea-seller"], "people"),
        (["colleague"], None),  # no league
        (["confederation"], None),  # no federation
        (["carpenters", "guild"], "rank"),  # the noun says more than what stands before it
        (["rating", "agency"], "learned"),  # two nouns say more than one
        (["central", "African", "bloc"], "centre"),
        (["West", "African", "bloc"], "blocs"),
        (["the", "West"], "west"),
        (["West", "African", "traders"], "people"),
        (["river"], None),
    ],
)
def test_who_a_phrase_speaks_for(words, entity):
    size = len(words)
    sentence = make_sentence(
        *words,
        heads=[size] * (size - 1) + [0],
        deprels=["amod" if word != "the" else "det" for word in words[:-1]] + ["root"],
        lemmas=[word.lower().removesuffix("s") if word[-1] == "s" else word.lower() for word in words],
        upos=["ADJ"] * (size - 1) + ["PROPN" if words[-1][0].isupper() and size < 3 else "NOUN"],
    )
    assert ActorNames(BOOK).find_people(sentence, size - 1) == entity


@pytest.mark.parametrize(
    ("words", "entity"),
    [
        (["ballot"], "vote"),
        (["timetable", "election"], "vote"),
        (["term", "of", "office"], "vote"),
        (["bread"], None),
    ],
)
def test_what_a_phrase_is_about(words, entity):
    sentence = make_sentence(*words)
    assert ActorNames(BOOK).find_topic(sentence, list(range(len(words)))) == (entity, 1)


def test_an_issue_may_be_spread_over_a_clause():
    sentence = make_sentence("gains", "Moscow", "more", "influence", upos=["VERB", "PROPN", "ADJ", "NOUN"])
    assert ActorNames(BOOK).find_topic(sentence, [0, 1, 2, 3]) == ("sway", 1)


def test_names_keep_their_capitals_and_find_possessives_and_accents():
    names = EntityNames(BOOK)
    assert names.find(make_sentence("told", "us")) == []
    assert names.find(make_sentence("the", "US")) == [("us", (1,))]
    split = make_sentence(
        "Niger\u2019s", "Niger\u2019s", "junta", lemmas=["Niger", "'s", "junta"], spans=[(0, 7), (0, 7), (8, 13)]
    )
    assert plain_words(split) == ["niger", "'s", "junta"]
    assert names.find(split) == [("niger", (0, 1, 2))]
    accented = Codebook.of({"codebook": {"version": "1"}, "entity": [{"id": "g", "name": "Goita"}]})
    assert EntityNames(accented).find(make_sentence("Go\u00efta")) == [("g", (0,))]


def test_a_broken_tree_with_a_cycle_is_read_without_end():
    from corpus_tools.language.attribution import attribute_sentence

    sentence = make_sentence(
        "France",
        "condemned",
        "coup",
        heads=[2, 3, 2],
        deprels=["nsubj", "conj", "obj"],
        upos=["PROPN", "VERB", "NOUN"],
        lemmas=["France", "condemn", "coup"],
    )
    found = attribute_sentence(sentence, "France condemned coup")
    assert [(a.holder.quote, a.value) for a in found] == [("France", "oppose")]
