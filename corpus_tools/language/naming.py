"""Names: which entity of a codebook the words of a sentence mention."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.sentences import Sentence

Term = tuple[str, tuple[int, ...]]


class EntityNames:
    """Canonical names of the words of a sentence: entities of the codebook, entity types, lemmas.

    Parameters
    ----------
    codebook
        Its entities' aliases give the names; None leaves entity types and lemmas.
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self._aliases: dict[tuple[str, ...], str] = {}
        self._capitals: set[str] = set()
        for entity in codebook.entities.values() if codebook is not None else ():
            for alias in (entity.name, *entity.aliases):
                words = tuple(part for word in alias.split() for part in _split(fold_word(word)))
                if words and words[0] == "the" and len(words) > 1:
                    words = words[1:]
                self._aliases.setdefault(words, entity.id)
                self._aliases.setdefault(tuple(part for word in words for part in _cut(word)), entity.id)
                if alias.removeprefix("the ").isupper():
                    self._capitals.update(words)
        self._longest = max((len(words) for words in self._aliases), default=0)
        self.key = hash(frozenset(self._aliases.items()))

    def find(self, sentence: Sentence) -> list[Term]:
        """Return the longest matches of aliases, left to right, without overlap."""
        return sentence.remember(("entities", self.key), lambda: self._find(sentence))

    def _find(self, sentence: Sentence) -> list[Term]:
        low = plain_words(sentence)
        lemmas = [fold_word(lemma) for lemma in sentence.lemma]
        found, i = [], 0
        while i < len(low):
            size = next((n for n in range(min(self._longest, len(low) - i), 0, -1) if self._at(low, lemmas, i, n)), 0)
            if size == 1 and low[i] in self._capitals and sentence.text[i].islower():
                size = 0  # "told us" does not speak of the US
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


def plain_words(sentence: Sentence) -> list[str]:
    """Return the words of a sentence for looking up; of "Niger's", whose parts share their text, the lemmas."""
    starts, last = sentence.starts, len(sentence) - 1
    return [
        fold_word(
            sentence.lemma[i]
            if (i < last and starts[i + 1] == starts[i]) or (i > 0 and starts[i - 1] == starts[i])
            else word
        )
        for i, word in enumerate(sentence.text)
    ]


def fold_word(word: str) -> str:
    """Return a word in lower case, without accents and with a straight apostrophe: for looking up only.

    Examples
    --------
    >>> fold_word("Goïta’s")
    "goita's"
    """
    plain = word.lower().replace("\u2019", "'")
    if plain.isascii():
        return plain
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


def _split(word: str) -> tuple[str, ...]:
    """Cut the possessive off, as the tokenizer does."""
    return (word[:-2], "'s") if word.endswith("'s") else (word,)


def _cut(word: str) -> tuple[str, ...]:
    """Cut behind an apostrophe in the middle, where some tokenizers cut: "N'", "Djamena"."""
    before, apostrophe, after = word.partition("'")
    return (before + apostrophe, after) if before and len(after) > 1 else (word,)
