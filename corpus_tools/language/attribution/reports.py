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
from corpus_tools.language.attribution.speakers import inherited_subject, is_speech, own_subject, resolve
from corpus_tools.language.cues import Lexicon
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
        if not is_speech(sentence, verb, scene.lexicon) or not _asserts(scene, verb):
            continue
        subject = inherited_subject(sentence, verb)
        speaker = resolve(sentence, subject, scene.lexicon) if subject is not None else None
        if speaker is None or speaker in taken or not _is_known(scene, speaker):
            continue
        said = _list_said(sentence, verb, speaker)
        topic = _find_topic(scene, said)
        if topic is not None:
            head, side = topic
            yield verb, Holders(tuple(list_coordinated(sentence, speaker))), head, side


def _asserts(scene: Scene, verb: int) -> bool:
    """Whether a verb of speech tells what its subject says: not "asked what" and not "would not say"."""
    asked = scene.sentence.lemma[verb].lower() in scene.lexicon.sets["asking"]
    return not asked and not is_negated(scene.sentence, verb, scene.lexicon)


def _is_known(scene: Scene, speaker: int) -> bool:
    """Whether a speaker is an entity of the codebook; without one, whoever takes sides."""
    if not scene.names.entities:
        return scene.names.can_hold(scene.sentence, speaker)
    return scene.names.find_people(scene.sentence, speaker, scene.around) is not None


def _is_open(sentence: Sentence, said: list[int], scene: Scene) -> bool:
    """Whether a clause tells of what may or will come, and no fact: "forty were killed" takes no side."""
    open_words = scene.lexicon.sets["modals"] | scene.lexicon.sets["coming"]
    return any(sentence.upos[i] == "AUX" and sentence.lemma[i].lower() in open_words for i in said)


def find_joiners(sentence: Sentence, cue: int, lexicon: Lexicon) -> list[int]:
    """Return who is said to do as was said before: "condemned it, as did Berlin", "so has Accra", "Rome followed"."""
    found: list[int] = []
    for i in range(cue + 1, len(sentence)):
        subject = _likewise(sentence, i) if i < len(sentence) - 2 else None
        if subject is None and sentence.lemma[i].lower() in lexicon.sets["following"]:
            alone = not any(sentence.deprel[j] in ("obj", "ccomp", "xcomp") for j in sentence.children[i])
            subject = own_subject(sentence, i) if alone and sentence.deprel[i] != "acl:relcl" else None
        if subject is not None and sentence.upos[subject] in ("NOUN", "PROPN"):
            found += list_coordinated(sentence, subject)
    return found


def _likewise(sentence: Sentence, i: int) -> int | None:
    """The subject of a verb that stands for another: "as did Berlin"."""
    verb = i + 1
    if sentence.text[i].lower() not in _LIKEWISE or sentence.lemma[verb].lower() not in _STAND_INS:
        return None
    subject = next((j for j in sentence.children[verb] if j > verb and sentence.deprel[j] in _ARGUMENTS), None)
    if subject is None and sentence.head[i] - 1 > verb:  # the stand-in hangs below its own subject
        subject = sentence.head[i] - 1
    return subject


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
            if side > 0 or (side and _is_open(sentence, said, scene)):
                return i, side
    return _find_judged(scene, said)


def _find_judged(scene: Scene, said: list[int]) -> tuple[int, int] | None:
    """The actor that is the subject of what is said, where the words around it are all good or all bad."""
    sentence, lexicon = scene.sentence, scene.lexicon
    sides = {
        -cue.polarity if is_negated(sentence, i, lexicon) else cue.polarity
        for i in said
        for cue in (lexicon.words.get((sentence.lemma[i].lower(), sentence.upos[i])),)
        if cue is not None and cue.polarity and cue.holder == ("speaker",)
    }
    if len(sides) != 1:
        return None
    for i in said:
        if sentence.deprel[i] in ("nsubj", "nsubj:pass") and sentence.upos[i] in ("NOUN", "PROPN"):
            if scene.names.find_people(sentence, i, scene.around) is not None:
                return i, sides.pop()
    return None
