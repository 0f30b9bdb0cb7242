"""The lemmatizer: Stanza's sequence-to-sequence model beside a dictionary, trained as the two are used.

The dictionary answers for what was seen, so the model answers for rare and new words only. It therefore learns from
each distinct (form, tag, lemma) once, instead of from ten thousand copies of "the", which is also eight times faster.
The dictionary knows more than Stanza's: misspelt forms with the tag they were seen with, and, for a capitalised form
that was seen as a name only (or as anything but a name), what it is as the other, see :func:`capital_entries`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from corpus_tools.language.training.treebank import Treebank

Triple = tuple[str, str, str]
"""Form, universal tag, lemma."""

NAME = "PROPN"
_COMMON = ("NOUN", "ADJ", "VERB", "ADV")
_ANY_TAG = "*"


class LemmaLearner:
    """Stanza's lemmatizer as a learner for :func:`corpus_tools.language.training.loop.fit`."""

    def __init__(self, treebank: Treebank, *, language: str, batch_size: int = 100) -> None:
        from stanza.models import lemmatizer
        from stanza.models.lemma.data import DataLoader
        from stanza.models.lemma.trainer import Trainer
        from stanza.utils.conll import CoNLL

        args = lemmatizer.parse_args(["--shorthand", f"{language}_ud", "--hidden_dim", "100", "--cpu"])
        args |= {"charlm": False, "batch_size": batch_size, "caseless": False}
        # Training files without lemmas get the form itself, so that the package still has this column.
        args["skip_blank_lemmas"] = treebank.has_lemmas
        document = CoNLL.conll2doc(input_file=str(treebank.train))
        self._loader = _distinct(DataLoader)(document, batch_size, args, evaluation=False)
        vocabulary = self._loader.vocab
        args |= {"vocab_size": vocabulary["char"].size, "pos_vocab_size": vocabulary["pos"].size}
        self.trainer = Trainer(args=args, vocab=vocabulary, device="cpu")
        self.trainer.pos_dict = build_dictionary(_read_triples(document, DataLoader, treebank.has_lemmas))
        self.model = self.trainer.model
        development = CoNLL.conll2doc(input_file=str(treebank.dev))
        self._development = DataLoader(development, 500, args, vocab=vocabulary, evaluation=True)
        self._items = [item for batch in self._loader.data for item in batch]

    def batches(self, epoch: int) -> Iterator[Any]:
        """Yield one pass over the distinct triples, in the random order that the loop has seeded."""
        items = random.sample(self._items, len(self._items))
        size = self._loader.batch_size
        self._loader.data = [items[i : i + size] for i in range(0, len(items), size)]
        return iter(self._loader)

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of spelling the lemma plus that of classifying the edit."""
        source, mask, given, wanted, tags, edits, _, text = batch
        log_probabilities, edit_scores = self.model(source, mask, given, tags, raw=text)
        size = self.trainer.vocab["char"].size
        loss: Tensor = self.trainer.crit(log_probabilities.view(-1, size), wanted.view(-1), edit_scores, edits)
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Score model and dictionary together on the development part, with its gold tags."""
        document = self._development.doc
        gold = [lemma or "_" for lemma in document.get(["lemma"])]
        right = sum(a == b for a, b in zip(self._predict(), gold, strict=True))
        return {"lemmas": 100 * right / max(1, len(gold))}

    def save(self, path: Path) -> None:
        """Write the model in Stanza's own form."""
        self.trainer.save(str(path))

    def _predict(self) -> list[str]:
        from torch import inference_mode

        document, spelled, edits = self._development.doc, [], []
        with inference_mode():
            for batch in self._development:
                words, kinds = self.trainer.predict(batch)
                spelled += words
                edits += kinds
        spelled = self.trainer.postprocess(document.get(["text"]), spelled, edits=edits)
        lemmas: list[str] = self.trainer.ensemble(document.get(["text", "upos"]), spelled)
        return lemmas


def build_dictionary(triples: Iterable[Triple]) -> dict[str, dict[str, str]]:
    """Build Stanza's dictionary, tag to form to lemma, with ``"*"`` for whatever the tag.

    The commonest lemma of a form and tag wins; ties go to the earlier one.

    >>> book = build_dictionary([("left", "VERB", "leave"), ("left", "ADJ", "left"), ("left", "VERB", "leave")])
    >>> book["*"]["left"], book["ADJ"]["left"]
    ('leave', 'left')
    """
    counts = Counter(triples)
    chosen: dict[tuple[str, str], str] = {}
    book: dict[str, dict[str, str]] = {_ANY_TAG: {}}
    for (form, tag, lemma), _ in counts.most_common():
        book[_ANY_TAG].setdefault(form, lemma)
        chosen.setdefault((form, tag), lemma)
    for (form, tag), lemma in [*capital_entries(chosen).items(), *chosen.items()]:
        if book[_ANY_TAG].get(form) != lemma:
            book.setdefault(tag, {})[form] = lemma
        else:
            book.get(tag, {}).pop(form, None)
    return book


def capital_entries(chosen: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Infer what a capitalised form is with tags that it was not seen with.

    Without these, ``"*"`` answers: "Electric" in a company's name would be "electric" because of a headline, and
    "Space" at the start of a sentence "Space" because of a name.

    >>> seen = {("Electric", "ADJ"): "electric", ("Space", "PROPN"): "Space", ("space", "NOUN"): "space"}
    >>> capital_entries(seen)
    {('Electric', 'PROPN'): 'Electric', ('Space', 'NOUN'): 'space'}
    """
    added: dict[tuple[str, str], str] = {}
    for form in dict.fromkeys(form for form, _ in chosen if form[:1].isupper()):
        if (form, NAME) not in chosen:
            added[form, NAME] = form
        for tag in _COMMON:
            if (form, tag) not in chosen and (lemma := chosen.get((form.lower(), tag))) is not None:
                added[form, tag] = lemma
    return added


def _read_triples(document: Any, loader: Any, has_lemmas: bool) -> Iterator[Triple]:
    """Corrected forms as Stanza reads them, then misspelt forms as they stand."""
    for form, tag, lemma in loader.load_doc(document, False, has_lemmas, False):
        yield form, tag, lemma if has_lemmas else form
    for sentence in document.sentences:
        for word in sentence.words:
            if word.misc and "CorrectForm=" in word.misc and word.lemma and word.deprel != "goeswith":
                yield word.text, word.upos, word.lemma


def _distinct(loader: Any) -> Any:
    class DistinctLoader(loader):  # type: ignore[misc]
        """Stanza's loader over distinct triples."""

        def raw_data(self) -> list[list[str]]:
            rows = super().raw_data()
            filled = (row if row[2] != "_" else [row[0], row[1], row[0]] for row in rows)
            return [list(triple) for triple in dict.fromkeys(map(tuple, filled))]

    return DistinctLoader
