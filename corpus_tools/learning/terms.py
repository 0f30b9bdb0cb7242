"""Terms: the countable pieces that a sentence gives to a detector, each with the words that made it.

An extractor takes one sentence and yields `(name, positions)`. The positions are what makes an explanation possible:
the weight of a term goes back to the words, and with them to code points of the article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.learning.references import Sentence

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


class EntityNames:
    """Canonical names of the words of a sentence: entities of the codebook, entity types, lemmas.

    Parameters
    ----------
    codebook
        Its entities' aliases give the names; None leaves entity types and lemmas.
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self._aliases: dict[tuple[str, ...], str] = {}
        for entity in codebook.entities.values() if codebook is not None else ():
            for alias in (entity.name, *entity.aliases):
                words = tuple(alias.lower().replace("’", "'").split())
                if words and words[0] == "the" and len(words) > 1:
                    words = words[1:]
                self._aliases.setdefault(words, entity.id)
        self._longest = max((len(words) for words in self._aliases), default=0)
        self.key = hash(frozenset(self._aliases.items()))

    def find(self, sentence: Sentence) -> list[Term]:
        """Return the longest matches of aliases, left to right, without overlap."""
        return sentence.remember(("entities", self.key), lambda: self._find(sentence))

    def _find(self, sentence: Sentence) -> list[Term]:
        low = [word.lower().replace("’", "'") for word in sentence.text]
        lemmas = [lemma.lower() for lemma in sentence.lemma]
        found, i = [], 0
        while i < len(low):
            size = next((n for n in range(min(self._longest, len(low) - i), 0, -1) if self._at(low, lemmas, i, n)), 0)
            if size:
                found.append((self._at(low, lemmas, i, size), tuple(range(i, i + size))))
            i += size or 1
        return found

    def _at(self, low: list[str], lemmas: list[str], i: int, size: int) -> str:
        plain = self._aliases.get(tuple(low[i : i + size]))
        return plain or self._aliases.get((*low[i : i + size - 1], lemmas[i + size - 1]), "")

    def name(self, sentence: Sentence, position: int) -> str:
        """Return the entity that the word belongs to as `@id`, else its entity type for other names, else its lemma."""
        for entity, positions in self.find(sentence):
            if position in positions:
                return f"@{entity}"
        if sentence.upos[position] == "PROPN" and sentence.ner[position] != "O":
            return sentence.ner[position].split("-")[-1].upper()
        return sentence.lemma[position].lower()

    def terms(self, sentence: Sentence) -> Iterator[Term]:
        """Each codebook entity that is mentioned and each pair of them; other named entities by type."""
        found = self.find(sentence)
        for entity, positions in found:
            yield f"@{entity}", positions
        for i, (first, a) in enumerate(found):
            for second, b in found[i + 1 :]:
                if first != second:
                    yield "@" + "&@".join(sorted((first, second))), (*a, *b)
        for i, tag in enumerate(sentence.ner):
            if tag[:2] in ("B-", "S-"):
                yield f"ner={tag[2:]}", (i,)


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
