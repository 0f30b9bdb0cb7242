"""Reports: what somebody is said to say of an issue, where no cue tells the side taken.

Whoever is quoted on elections, on the dead of a raid or on an attack to come mostly takes the side that is usual on
such a thing (`usual` in the file of names). Such a reading is weaker than that of a cue, and is made only of speakers
of whom no cue says anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_tools.language.attribution.fillers import Scene
from corpus_tools.language.attribution.holders import Holders
from corpus_tools.language.attribution.phrases import clause, is_clause, list_coordinated, list_words
from corpus_tools.language.attribution.predicates import is_negated
from corpus_tools.language.attribution.speakers import inherited_subject, is_speech, resolve
from corpus_tools.language.sentences import Sentence

_CONTENT = frozenset({"ccomp", "parataxis", "xcomp", "obj", "dep", "ccomp:report", "conj"})
_LIKEWISE = frozenset({"as", "so", "neither", "nor"})
_STAND_INS = frozenset({"do", "have", "be"})
_ARGUMENTS = frozenset({"nsubj", "nsubj:pass", "obj"})


def find_reports(scene: Scene, taken: Collection[int]) -> Iterator[tuple[int, Holders, int, int]]:
    """Yield verb of speech, speakers, the head of what is spoken of, and the side: 1 or -1.

    Parameters
    ----------
    scene
        The sentence.
    taken
        Head words of holders of whom a cue says something.
    """
    sentence = scene.sentence
    for verb in range(len(sentence)):
        if not is_speech(sentence, verb, scene.lexicon):
            continue
        subject = inherited_subject(sentence, verb)
        speaker = resolve(sentence, subject, scene.lexicon) if subject is not None else None
        if speaker is None or speaker in taken or not scene.names.can_hold(sentence, speaker):
            continue
        said = _list_said(sentence, verb, speaker)
        topic = _find_topic(scene, said)
        if topic is not None:
            head, side = topic
            yield verb, Holders(tuple(list_coordinated(sentence, speaker))), head, side


def find_joiners(sentence: Sentence, cue: int) -> list[int]:
    """Return who is said to do as was said before: "condemned it, as did Berlin", "so has Accra"; `cue` is the verb."""
    for i in range(cue + 1, len(sentence) - 2):
        verb = i + 1
        if sentence.text[i].lower() in _LIKEWISE and sentence.lemma[verb].lower() in _STAND_INS:
            subject = next((j for j in sentence.children[verb] if j > verb and sentence.deprel[j] in _ARGUMENTS), None)
            if subject is None and sentence.head[i] - 1 > verb:  # the stand-in hangs below its own subject
                subject = sentence.head[i] - 1
            if subject is not None and sentence.upos[subject] in ("NOUN", "PROPN"):
                return list_coordinated(sentence, subject)
    return []


def _list_said(sentence: Sentence, verb: int, speaker: int) -> list[int]:
    """The words of what is said: the clause of the verb, or the sentence into which the verb is put."""
    for i in sentence.children[verb]:
        if sentence.deprel[i] in _CONTENT and i != speaker and is_clause(sentence, i):
            return clause(sentence, i)
    above = sentence.head[verb] - 1
    if sentence.deprel[verb] in ("parataxis", "advcl") and above >= 0:
        own = set(list_words(sentence, verb))
        return [i for i in clause(sentence, above) if i not in own]
    return []


def _find_topic(scene: Scene, said: list[int]) -> tuple[int, int] | None:
    """The phrase nearest to the head of the clause that speaks of something with a usual side."""
    sentence, usual = scene.sentence, scene.names.common.usual
    for i in said:
        if sentence.upos[i] in ("NOUN", "PROPN"):
            issue = scene.names.issue_of(sentence, i, scene.around)
            side = usual.get(issue or scene.names.find_people(sentence, i) or "", 0)
            if side:
                return i, side
    return _find_judged(scene, said)


def _find_judged(scene: Scene, said: list[int]) -> tuple[int, int] | None:
    """The actor that is the subject of what is said, where the words around it are all good or all bad."""
    sentence, lexicon = scene.sentence, scene.lexicon
    sides = {
        -cue.polarity if is_negated(sentence, i, lexicon) else cue.polarity
        for i in said
        for cue in (lexicon.words.get((sentence.lemma[i].lower(), sentence.upos[i])),)
        if cue is not None and cue.polarity and cue.holder in (("speaker",), ("sayer",))
    }
    if len(sides) != 1:
        return None
    for i in said:
        if sentence.deprel[i] in ("nsubj", "nsubj:pass") and sentence.upos[i] in ("NOUN", "PROPN"):
            if scene.names.find_people(sentence, i, scene.around) is not None:
                return i, sides.pop()
    return None
