"""Speakers: who is quoted or reported, and whom a pronoun means where only one in the sentence can be meant."""

from __future__ import annotations

from corpus_tools.language.attribution.phrases import list_words
from corpus_tools.language.cues import Lexicon
from corpus_tools.language.sentences import Sentence

_SUBJECTS = ("nsubj", "nsubj:pass", "obl:agent")
_REPORTED = frozenset({"ccomp", "parataxis", "xcomp", "obj", "ccomp:report", "advcl", "dep"})
_ANTECEDENTS = frozenset({"nsubj", "nsubj:pass", "obl:agent", "root", "obj", "nmod:poss", "conj"})
_FIRST = frozenset({"i", "we", "us", "me", "our", "my", "ours", "mine"})
_PLURAL = frozenset({"they", "them", "their", "theirs", "themselves"})
_SINGULAR = frozenset({"he", "him", "his", "she", "her", "hers"})
_NEAR = 6  # words into a sentence that may begin with whose view it gives
_THING = frozenset({"it", "its"})


def find_speaker(sentence: Sentence, position: int, lexicon: Lexicon) -> int | None:
    """Return the head of whoever says or thinks what stands at `position`, or None."""
    for i in (position, *sentence.ancestors(position)):
        for j in sentence.children[i]:  # "..., the minister said": the verb of speech hangs below what is said
            if sentence.deprel[j] in ("parataxis", "advcl") and is_speech(sentence, j, lexicon):
                subject = own_subject(sentence, j)
                if subject is not None and position not in list_words(sentence, j):
                    return subject
            if _is_source(sentence, j, lexicon):
                return _source(sentence, j, lexicon)
        governor = sentence.head[i] - 1
        if governor >= 0 and sentence.deprel[i] in _REPORTED and is_speech(sentence, governor, lexicon):
            subject = inherited_subject(sentence, governor)
            if subject is not None and subject != position:
                return subject
    return None


def own_subject(sentence: Sentence, predicate: int) -> int | None:
    """Return the subject that hangs directly below a predicate."""
    return next((i for i in sentence.children[predicate] if sentence.deprel[i] == "nsubj"), None)


def inherited_subject(sentence: Sentence, predicate: int, depth: int = 4) -> int | None:
    """Return the subject of a predicate, its own or the one it shares with the predicate above it."""
    subject = own_subject(sentence, predicate)
    governor = sentence.head[predicate] - 1
    if subject is not None or governor < 0 or not depth:
        return subject
    if any(sentence.deprel[i] == "nsubj:pass" for i in sentence.children[predicate]):
        return None
    relation = sentence.deprel[predicate]
    if relation in ("conj", "xcomp", "advcl", "parataxis"):
        return inherited_subject(sentence, governor, depth - 1)
    if relation == "acl" and "Tense=Past" not in sentence.feats[predicate]:
        return governor
    return None


def higher_subjects(sentence: Sentence, predicate: int) -> list[int]:
    """Return the subjects of the clauses above, the nearest first: "said the chairs were empty and urged them"."""
    found = []
    misread = sentence.deprel[predicate] == "acl"  # "an imam who led prayers urged them": no participle
    for i in sentence.ancestors(predicate):
        subject = own_subject(sentence, i)
        if subject is not None and sentence.deprel[i] != "acl:relcl":
            found.append(subject)
        elif misread and sentence.upos[i] in ("NOUN", "PROPN"):
            found.append(i)
    return found


def noun_before(sentence: Sentence, verb: int) -> int | None:
    """Return the noun that stands before a verb without a subject, no other verb between: a subject misread."""
    for i in range(verb - 1, -1, -1):
        if sentence.upos[i] in ("VERB", "PUNCT", "CCONJ", "PART", "SCONJ"):
            return None
        if sentence.upos[i] in ("NOUN", "PROPN"):
            return i
    return None


def resolve(sentence: Sentence, head: int, lexicon: Lexicon) -> int | None:
    """Return whom a word means: itself for a noun, the antecedent of a pronoun where it is certain, else None."""
    word = sentence.text[head].lower()
    whole = _whole(sentence, head, lexicon)
    if whole is not None:
        return resolve(sentence, whole, lexicon) or head
    if sentence.upos[head] not in ("PRON", "DET"):
        return head
    if "PronType=Rel" in sentence.feats[head] or (
        word in ("who", "which", "that") and antecedent(sentence, head) is not None
    ):
        found = antecedent(sentence, head)
        return None if found is None else resolve(sentence, found, lexicon) if found != head else None
    if word in _FIRST:
        speaker = find_speaker(sentence, head, lexicon)
        return None if speaker is None or sentence.upos[speaker] == "PRON" else speaker
    for words, plural in ((_PLURAL, True), (_SINGULAR, False), (_THING, None)):
        if word in words:
            reporter = _reporter(sentence, head, plural, lexicon)
            return _only_candidate(sentence, head, plural) if reporter is None else reporter
    return (
        head if sentence.upos[head] == "DET" or word not in ("this", "that", "what", "you", "there", "itself") else None
    )


def _whole(sentence: Sentence, part: int, lexicon: Lexicon) -> int | None:
    """Return the pronoun of which a word is a part: "half of us", "one of them"."""
    if sentence.lemma[part].lower() not in lexicon.sets["parts"] and sentence.upos[part] != "NUM":
        return None
    of = (i for i in sentence.children[part] if sentence.deprel[i] == "nmod" and sentence.upos[i] == "PRON")
    return next(of, None)


def antecedent(sentence: Sentence, pronoun: int) -> int | None:
    """Return the noun that a relative pronoun stands for: the one that its relative clause modifies."""
    before = pronoun - 2 if pronoun > 1 and sentence.text[pronoun - 1] == "," else pronoun - 1
    for i in sentence.ancestors(pronoun):
        if sentence.deprel[i] in ("acl:relcl", "acl"):
            noun = sentence.head[i] - 1
            if sentence.upos[noun] in ("NUM", "PRON") and sentence.deprel[noun] == "nmod":
                return sentence.head[noun] - 1  # "an adviser to one of them, who": the adviser
            named = sentence.text[pronoun].lower() == "which" and before >= 0 and sentence.upos[before] == "PROPN"
            return before if named else noun  # "agreements ..., from Paris, which": the name is nearer
    return None


def _reporter(sentence: Sentence, pronoun: int, plural: bool | None, lexicon: Lexicon) -> int | None:
    """Return who says or thinks the clause whose subject the pronoun is: "Moscow said it hoped for calm"."""
    if sentence.deprel[pronoun] not in ("nsubj", "nsubj:pass"):
        return None
    speaker = find_speaker(sentence, sentence.head[pronoun] - 1, lexicon)
    if speaker is None or sentence.upos[speaker] not in ("NOUN", "PROPN") or speaker == pronoun:
        return None
    return speaker if _agrees(sentence, speaker, plural) else None


def _only_candidate(sentence: Sentence, pronoun: int, plural: bool | None) -> int | None:
    """Return the one noun before the pronoun that agrees with it in number and stands where a topic stands."""
    above = set(sentence.ancestors(pronoun))
    own_clause = next((i for i in sentence.ancestors(pronoun)), None)
    fits = [
        i
        for i in range(pronoun)
        if sentence.upos[i] in ("NOUN", "PROPN")
        and sentence.deprel[i] in _ANTECEDENTS
        and i not in above
        and sentence.head[i] - 1 != own_clause
        and _agrees(sentence, i, plural)
    ]
    subjects = [i for i in fits if sentence.deprel[i] in _SUBJECTS]
    best = subjects or fits
    return best[0] if len(best) == 1 else None


def _agrees(sentence: Sentence, noun: int, plural: bool | None) -> bool:
    feats, kind = sentence.feats[noun], sentence.ner[noun]
    if plural is None:  # "it": a name of a place or a body, or a thing
        return "Number=Plur" not in feats and "Person" not in kind
    if plural:
        return "Number=Plur" in feats or any(sentence.deprel[i] == "conj" for i in sentence.children[noun])
    return "Number=Plur" not in feats and "Location" not in kind and "Organization" not in kind


def is_speech(sentence: Sentence, i: int, lexicon: Lexicon) -> bool:
    """Whether a word is a verb of saying or thinking."""
    return sentence.upos[i] == "VERB" and sentence.lemma[i].lower() in lexicon.sets["speech"]


def _is_source(sentence: Sentence, i: int, lexicon: Lexicon) -> bool:
    """Whether the word heads "according to X" or "in the view of X"."""
    if sentence.deprel[i] not in ("obl", "nmod", "advcl", "parataxis"):
        return False
    cases = {sentence.lemma[j].lower() for j in sentence.children[i] if sentence.deprel[j] in ("case", "fixed", "mark")}
    cases |= {sentence.text[j].lower() for j in sentence.children[i] if sentence.deprel[j] == "case"}
    if "for" in cases and sentence.text[0].lower() == "for" and i < _NEAR and "," in sentence.text[i : i + 2]:
        return sentence.ner[i] != "O" or "Number=Plur" in sentence.feats[i]  # "For Paris, ..." and "For traders, ..."
    return bool(cases & (lexicon.sets["according"] | {"accord"})) or (
        "in" in cases and sentence.lemma[i].lower() in lexicon.sets["views"]
    )


def _source(sentence: Sentence, i: int, lexicon: Lexicon) -> int | None:
    if sentence.lemma[i].lower() not in lexicon.sets["views"]:
        return i
    return next((j for j in sentence.children[i] if sentence.deprel[j] in ("nmod", "nmod:poss")), None)
