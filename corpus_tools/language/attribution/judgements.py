"""Judgements: what somebody calls a thing ("called the suspension painful") tells the side taken toward it."""

from __future__ import annotations

from collections.abc import Iterator

from corpus_tools.language.attribution.arguments import fill, is_passive
from corpus_tools.language.attribution.holders import Holders, find_holders
from corpus_tools.language.attribution.phrases import list_words
from corpus_tools.language.attribution.predicates import Predicate, is_negated, read_factuality
from corpus_tools.language.attribution.speakers import own_subject
from corpus_tools.language.cues import Cue, Lexicon, Role
from corpus_tools.language.sentences import Sentence

_COMPLEMENTS = (Role("xcomp"), Role("obl", frozenset({"as"})), Role("advcl", frozenset({"as"})))
_ASSERTED = frozenset({"advcl", "acl:relcl"})
_BEFORE_NOUN = frozenset({"advmod", "det"})
_SUBJECT = (Role("nsubj"), Role("obl:agent"))


def find_judgements(sentence: Sentence, lexicon: Lexicon) -> Iterator[tuple[Predicate, Holders, int, str]]:
    """Yield predicate, holders, target head and value of every object that is called something."""
    for verb, lemma in enumerate(sentence.lemma):
        if sentence.upos[verb] != "VERB" or lemma.lower() not in lexicon.sets["judging"]:
            continue
        objects = fill(sentence, verb, Role("nsubj:pass" if is_passive(sentence, verb) else "obj"))
        called = [i for role in _COMPLEMENTS for i in fill(sentence, verb, role)] + objects[1:]
        words = [j for i in called if not _is_verb(sentence, i) for j in list_words(sentence, i)]
        tone = read_tone(sentence, words, lexicon)
        if not objects or tone is None:
            continue
        value, carriers = tone
        cue = Cue(lemma.lower(), "VERB", {"oppose": -1, "support": 1}.get(value, 0), "evaluation", _SUBJECT, ())
        negated = is_negated(sentence, verb, lexicon)
        factuality = read_factuality(sentence, verb, negated, lexicon)
        predicate = Predicate(verb, tuple(sorted((verb, *carriers))), cue, negated, factuality)
        turned = {"oppose": "support", "support": "oppose"}.get(value, value) if negated else value
        yield predicate, find_holders(sentence, predicate, lexicon), objects[0], turned


def find_receptions(sentence: Sentence, lexicon: Lexicon) -> Iterator[tuple[Predicate, Holders, int, str]]:
    """Yield the same of what is received in some manner: "greeted coolly"."""
    for verb, lemma in enumerate(sentence.lemma):
        if sentence.upos[verb] != "VERB" or lemma.lower() not in lexicon.sets["receiving"]:
            continue
        objects = fill(sentence, verb, Role("nsubj:pass" if is_passive(sentence, verb) else "obj"))
        for manner in fill(sentence, verb, Role("advmod")):
            word = sentence.text[manner].lower()
            side = (word in lexicon.sets["warmly"]) - (word in lexicon.sets["coldly"])
            if objects and side:
                words = tuple(sorted((verb, manner)))
                cue = Cue(lemma.lower(), "VERB", side, "evaluation", _SUBJECT, ())
                predicate, value = Predicate(verb, words, cue, False, "fact"), "support" if side > 0 else "oppose"
                yield predicate, find_holders(sentence, predicate, lexicon), objects[0], value


def find_duties(sentence: Sentence, lexicon: Lexicon) -> Iterator[Predicate]:
    """Yield what must, should or has to be: a demand of whoever says so."""
    for i, lemma in enumerate(sentence.lemma):
        verb = sentence.head[i] - 1
        if verb < 0 or sentence.deprel[i] != "aux" or lemma.lower() not in lexicon.sets["obligations"]:
            continue
        negated = is_negated(sentence, verb, lexicon)
        if read_factuality(sentence, verb, negated, lexicon) != "possible" or sentence.deprel[verb] not in _ASSERTED:
            cue = Cue(lemma.lower(), "AUX", 1, "demand", (Role("speaker"),), ())
            yield Predicate(verb, (i,), cue, negated, "negated" if negated else "fact")


def find_exclusions(sentence: Sentence, lexicon: Lexicon) -> Iterator[tuple[Predicate, int]]:
    """Yield what speakers say is the only way ("only a vote can end it") or no way ("there can be no talks")."""
    low = {word.lower() for word in sentence.text}
    for verb in range(len(sentence)) if "only" in low or "expl" in sentence.deprel else ():
        below = sentence.children[verb]
        modal = next((i for i in below if sentence.deprel[i] == "aux" and _is_modal(sentence, i, lexicon)), None)
        subject = own_subject(sentence, verb)
        if modal is None or subject is None:
            continue
        words = {sentence.text[i].lower() for i in sentence.children[subject] if sentence.deprel[i] in _BEFORE_NOUN}
        side = 1 if "only" in words else 0
        if any(sentence.deprel[i] == "expl" for i in below) and words & lexicon.sets["negations"]:
            side = -1
        if side:
            cue = Cue(sentence.lemma[modal].lower(), "AUX", side, "evaluation", (Role("speaker"),), ())
            yield Predicate(verb, (modal,), cue, False, "fact"), subject


def _is_modal(sentence: Sentence, i: int, lexicon: Lexicon) -> bool:
    known = lexicon.sets["modals"] | lexicon.sets["coming"] | lexicon.sets["obligations"]
    return sentence.lemma[i].lower() in known or sentence.text[i].lower() in known


def find_conditions(sentence: Sentence, predicate: Predicate, lexicon: Lexicon) -> Iterator[Predicate]:
    """Yield what has to happen before an act against somebody ends: "suspended Mali until it votes"."""
    if predicate.cue.upos != "VERB" or (predicate.cue.polarity >= 0 and not predicate.negated):
        return
    for verb in fill(sentence, predicate.head, Role("advcl", lexicon.sets["until"])):
        mark = next(i for i in sentence.children[verb] if sentence.text[i].lower() in lexicon.sets["until"])
        cue = Cue(sentence.text[mark].lower(), "VERB", 1, "demand", predicate.cue.holders, ())
        yield Predicate(verb, (mark,), cue, False, "fact")


def read_tone(sentence: Sentence, words: list[int], lexicon: Lexicon) -> tuple[str, list[int]] | None:
    """Return the value that the judging words among `words` express, and their positions."""
    found = {}
    for i in words:
        cue = lexicon.words.get((sentence.lemma[i].lower(), sentence.upos[i]))
        if cue is not None and cue.holders[0].relation == "speaker" and cue.polarity:
            found[i] = -cue.polarity if is_negated(sentence, i, lexicon) else cue.polarity
    if not found:
        return None
    sides = set(found.values())
    return ("mixed" if len(sides) == 2 else "support" if 1 in sides else "oppose"), sorted(found)


def _is_verb(sentence: Sentence, i: int) -> bool:
    return sentence.upos[i] == "VERB" and any(sentence.deprel[j] == "mark" for j in sentence.children[i])
