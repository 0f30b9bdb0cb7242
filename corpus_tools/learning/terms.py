"""Terms: the countable pieces that a sentence gives to a detector, each with the words that made it.

An extractor takes one sentence and yields `(name, positions)`. The positions are what makes an explanation possible:
the weight of a term goes back to the words, and with them to code points of the article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.sentences import Sentence

Document = tuple[str, ...]
"""The names of the terms of a unit: what a vectorizer counts."""
Term = tuple[str, tuple[int, ...]]
Extractor = Callable[[Sentence], Iterator[Term]]

CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "ADV"})
_ARGUMENTS = frozenset(
    {
        "nsubj",
        "nsubj:pass",
        "obj",
        "iobj",
        "obl",
        "obl:agent",
        "nmod",
        "amod",
        "compound",
        "xcomp",
        "ccomp",
        "acl",
        "advcl",
        "conj",
    }
)


def as_terms(document: Document) -> Document:
    """Return the terms as they are: the analyzer of a vectorizer whose documents are terms already."""
    return document


def word_ngrams(sentence: Sentence) -> Iterator[Term]:
    """Lower-cased words and pairs of neighbouring words."""
    low = [word.lower() for word in sentence.text]
    for i, word in enumerate(low):
        if sentence.upos[i] != "PUNCT":
            yield word, (i,)
            if i + 1 < len(low) and sentence.upos[i + 1] != "PUNCT":
                yield f"{word} {low[i + 1]}", (i, i + 1)


def content_lemmas(sentence: Sentence) -> Iterator[Term]:
    """Lemmas of content words with their part of speech, and pairs of content lemmas that follow each other."""
    content = [i for i, tag in enumerate(sentence.upos) if tag in CONTENT]
    for i in content:
        yield f"{sentence.lemma[i].lower()}/{sentence.upos[i]}", (i,)
    for i, j in zip(content, content[1:], strict=False):
        if j - i <= 3:
            yield f"{sentence.lemma[i].lower()}+{sentence.lemma[j].lower()}", (i, j)


def dependency_tuples(name_of: Callable[[Sentence, int], str]) -> Extractor:
    """Head-relation-dependent tuples, and subject-verb-object triples, with canonical actors for names.

    Parameters
    ----------
    name_of
        Gives a word's name in a tuple: the entity of the codebook when the word heads a mention of it, else the lemma.
    """

    def extract(sentence: Sentence) -> Iterator[Term]:
        for i, head in enumerate(sentence.head):
            relation = sentence.deprel[i].split(":")[0]
            if head > 0 and sentence.deprel[i] in _ARGUMENTS and sentence.upos[i] in CONTENT:
                yield f"{name_of(sentence, head - 1)}>{relation}>{name_of(sentence, i)}", (head - 1, i)
        for verb, tag in enumerate(sentence.upos):
            if tag == "VERB":
                yield from _triples(sentence, verb, name_of)

    return extract


def _triples(sentence: Sentence, verb: int, name_of: Callable[[Sentence, int], str]) -> Iterator[Term]:
    below = sentence.children[verb]
    subjects = [i for i in below if sentence.deprel[i] in ("nsubj", "obl:agent")]
    objects = [i for i in below if sentence.deprel[i] in ("obj", "nsubj:pass")]
    negated = "not-" if any(sentence.lemma[i].lower() in ("not", "never", "no") for i in below) else ""
    for subject in subjects:
        for target in objects:
            name = f"{name_of(sentence, subject)}|{negated}{sentence.lemma[verb].lower()}|{name_of(sentence, target)}"
            yield name, (subject, verb, target)


def cue_terms(codebook: Codebook | None) -> Extractor:
    """For each frame the words of the codebook's cue expressions that occur (lower case, whole words)."""
    cues = [
        (frame.id, tuple(cue.lower().split()))
        for frame in (codebook.frames.values() if codebook is not None else ())
        for cue in frame.cues
    ]

    def extract(sentence: Sentence) -> Iterator[Term]:
        low = [word.lower() for word in sentence.text]
        for frame, words in cues:
            for i in range(len(low) - len(words) + 1):
                if tuple(low[i : i + len(words)]) == words:
                    yield f"cue={frame}", tuple(range(i, i + len(words)))

    return extract
