"""A loaded Stanza pipeline, made faster: one file a layer, each of which gives what Stanza gives.

>>> from corpus_tools.language.pipeline import load_pipeline
>>> from corpus_tools.language.models import find_package
>>> fast = accelerate(load_pipeline(find_package("lite")))
>>> fast.aside
{}
>>> [text] = fast.segment(["She can't wait."])
>>> text.sentences.words[0][:2]
[('She',), ('ca', "n't")]
>>> fast.annotate(text.sentences)
>>> text.sentences.columns["lemma"]
['she', 'can', 'not', 'wait', '.']

What is done otherwise than in Stanza, by file:

============== =====================================================================================================
`tokenizing`   paragraphs of many texts read together; characters and labels as arrays; no regular expression a letter
`expanding`    each distinct multi-word token once, the network only for those not in the dictionary
`tagging`      each distinct word embedded once; tag scorers as one linear map a part of speech; features by look-up
`lemmas`       each distinct (word, tag) once; nothing spelt out where the word is its own lemma
`parsing`      relations scored at the chosen heads only; the tree searched only where the best heads are none
`entities`     no loss is computed; the best path of many sentences at once
`sentences`    strings in lists instead of an object a word; each distinct sentence analysed once
`buckets`      sentences of like length together, over all texts, without padding
`loading`      torch's compiler and libraries that no model uses stay out of it
`recurrent`    recurrent layers in steps that fit the cache; what depends on a word alone once for each distinct word
`products`     the large matrix products, in float32 or in less
============== =====================================================================================================

Each file checks the source of what it stands for (`guard`). Where the installed Stanza or the loaded model is another,
that layer steps aside with a warning, and Stanza's own processor does the part.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from corpus_tools.language.acceleration.entities import Entities
from corpus_tools.language.acceleration.expanding import Expanding
from corpus_tools.language.acceleration.guard import StepsAside
from corpus_tools.language.acceleration.lemmas import Lemmas
from corpus_tools.language.acceleration.parsing import Parsing
from corpus_tools.language.acceleration.products import choose_precision
from corpus_tools.language.acceleration.sentences import Sentences, find_distinct, read_document, to_document
from corpus_tools.language.acceleration.tagging import Tagging
from corpus_tools.language.acceleration.tokenizing import Segmented, Tokenizing

__all__ = ["Accelerated", "Text", "accelerate"]

LAYERS: dict[str, Any] = {"pos": Tagging, "lemma": Lemmas, "depparse": Parsing, "ner": Entities}


@dataclass(slots=True)
class Text:
    """A text in sentences: the strings that layers work on, and the span of each token in the text."""

    sentences: Sentences
    starts: list[int]
    ends: list[int]


def accelerate(pipeline: Any, *, precision: str = "exact") -> Accelerated:
    """Make a pipeline faster.

    Parameters
    ----------
    pipeline : stanza.Pipeline
        Loaded, on the CPU; it stays as it is and goes on working.
    precision : "exact" or "fast", default "exact"
        ``"exact"`` computes in float32 as Stanza does. ``"fast"`` computes the large products in bfloat16 or in
        integers of 8 bits, whichever the processor has (see `products`); what runs from word to word stays in
        float32, and so does the tokenizer, whose errors would cost more.

    Returns
    -------
    Accelerated
    """
    return Accelerated(pipeline, precision=precision)


class Accelerated:
    """The same pipeline, faster.

    Attributes
    ----------
    pipeline : stanza.Pipeline
    aside : dict
        By processor, why its layer stepped aside.
    """

    def __init__(self, pipeline: Any, *, precision: str) -> None:
        import torch

        self.pipeline = pipeline
        self.aside: dict[str, str] = {}
        arithmetic = choose_precision(precision)
        self._tokenizing, self._expanding = self._build_segmentation()
        with torch.no_grad():
            self._layers = [
                self._build(name, LAYERS[name], arithmetic) for name in ("pos", "lemma", "depparse", "ner") if name in
                pipeline.processors
            ]  # fmt: skip

    def segment(self, texts: Sequence[str]) -> list[Text]:
        """Cut texts into sentences, tokens and words."""
        import torch

        if self._tokenizing is None:
            return [_read_text(self.pipeline.process(text, processors="tokenize,mwt")) for text in texts]
        with torch.no_grad():
            found = self._tokenizing.run(texts)
            multi = [form for text in found for form, several in zip(text.forms, text.multi, strict=True) if several]
            words = self._expanding.run(multi) if self._expanding else {}
        return [_assemble(text, words) for text in found]

    def annotate(self, sentences: Sentences) -> None:
        """Fill the columns of all other processors; each distinct sentence is analysed once."""
        import torch

        first, places = find_distinct(sentences)
        distinct = sentences.select(first)
        with torch.no_grad():
            for layer in self._layers:
                layer.run(distinct)
        sentences.columns = distinct.select(places).columns

    def _build_segmentation(self) -> tuple[Tokenizing | None, Expanding | None]:
        processors = self.pipeline.processors
        name = "tokenize"
        try:
            tokenizing = Tokenizing(processors[name])
            name = "mwt"
            return tokenizing, Expanding(processors[name]) if name in processors else None
        except StepsAside as reason:
            self._warn(name, reason)
            return None, None

    def _build(self, name: str, layer: Any, arithmetic: str) -> Any:
        try:
            return layer(self.pipeline.processors[name], arithmetic)
        except StepsAside as reason:
            self._warn(name, reason)
            return _StanzaLayer(self.pipeline.processors[name], layer.columns)

    def _warn(self, name: str, reason: StepsAside) -> None:
        self.aside[name] = str(reason)
        warnings.warn(f"the processor {name!r} runs as Stanza has it, slower: {reason}", RuntimeWarning, stacklevel=5)


class _StanzaLayer:
    """Stanza's own processor, in the place of a layer that stepped aside."""

    def __init__(self, processor: Any, columns: Sequence[str]) -> None:
        self._processor = processor
        self._columns = columns

    def run(self, sentences: Sentences) -> None:
        document = self._processor.bulk_process([to_document(sentences)])[0]
        read_document(document, sentences, self._columns)


def _assemble(text: Segmented, words: dict[str, tuple[str, ...]]) -> Text:
    expanded = [
        words.get(form, (form,)) if several else (form,) for form, several in zip(text.forms, text.multi, strict=True)
    ]
    tokens: list[list[str]] = []
    parts: list[list[tuple[str, ...]]] = []
    start = 0
    for size in text.sizes:
        tokens.append(text.forms[start : start + size])
        parts.append(expanded[start : start + size])
        start += size
    return Text(Sentences(tokens, parts), text.starts, text.ends)


def _read_text(document: Any) -> Text:
    tokens = [[token.text for token in sentence.tokens] for sentence in document.sentences]
    words = [[tuple(word.text for word in token.words) for token in sentence.tokens] for sentence in document.sentences]
    every = list(chain.from_iterable(sentence.tokens for sentence in document.sentences))
    starts, ends = [token.start_char for token in every], [token.end_char for token in every]
    return Text(Sentences(tokens, words), starts, ends)
