"""The accelerated layers give what Stanza gives, each alone and all together; what is not known steps aside."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from corpus_tools.language.acceleration import LAYERS, Accelerated, _StanzaLayer, accelerate
from corpus_tools.language.acceleration.sentences import Sentences, find_distinct
from corpus_tools.language.models import find_package
from corpus_tools.language.pipeline import load_pipeline
from corpus_tools.language.tokens import fold_quotes

LONG = (
    "The junta said on Monday that it can't and won't leave before the talks, which ECOWAS had asked for, begin in "
    "Niamey and end with a plan that both sides accept "
)

TEXTS = {
    "plain": "\u201cWe don\u2019t want them,\u201d Aisha Diallo said in Niamey on 30 July 2023. "
    "\u2018Never,\u2019 she added. Really?! Yes!!",
    "blank_lines": "First line.\r\n\r\nSecond line\r\nof text.\r\n \t\r\n\r\nThird, can't wait.\r\n",
    "long_paragraphs": "\n\n".join([LONG * 9 + ".", "Short one.", "She left. " * 180, LONG * 15, "He came."]),
    "many_paragraphs": "\n\n".join(f"Paragraph {n} can't wait for {'very ' * (n % 7)}long." for n in range(70)),
    "doubles": "He she they left him her it. The junta the army the people refused the plan the money. The president, "
    "he, the man, they arrested him them.",
    "addresses": "Write to a.b@example.org or see https://example.org/a,b(c)?d and www.example.com/x-y, or example.co.",
    "controls": "The\x85junta\x97 refused\x1c to\u2028leave.\x0bIt\x00 can't.\n\x80\n\x97\n\nYes.",
    "scripts": "قال الرئيس إن الجيش لن يتدخل. 尼日尔军政府拒绝了最后通牒。 Le pre\u0301sident 😀 didn't.",
    "long_token": "Before " + "x" * 1500 + " after. " + "y" * 400 + " goes on.",
    "underscore": "_ is a word, and __ too . _ _",
    "blank": " \n\x97\n ",
    "one": ".",
}  # fmt: skip


@pytest.fixture(scope="module")
def stanza_pipeline() -> Any:
    return load_pipeline(find_package("lite"))


@pytest.fixture(scope="module")
def fast(stanza_pipeline: Any) -> Accelerated:
    return accelerate(stanza_pipeline)


@pytest.fixture(scope="module")
def alone(stanza_pipeline: Any) -> list[Any]:
    """Stanza's own document of each text."""
    return [stanza_pipeline.process(fold_quotes(text), processors="tokenize,mwt") for text in TEXTS.values()]


@pytest.fixture(scope="module")
def annotated(fast: Accelerated) -> Sentences:
    """Sentences of most texts with all columns, from Stanza's own processors."""
    chosen = [text for name, text in TEXTS.items() if name not in ("long_paragraphs", "many_paragraphs")]
    texts = fast.segment([fold_quotes(text) for text in chosen])
    tokens = [sentence for text in texts for sentence in text.sentences.tokens]
    words = [sentence for text in texts for sentence in text.sentences.words]
    found = Sentences(tokens, words)
    for name, layer in LAYERS.items():
        _StanzaLayer(fast.pipeline.processors[name], layer.columns).run(found)
    return found


def test_no_layer_steps_aside_for_the_embedded_package(fast: Accelerated) -> None:
    assert fast.aside == {}


@pytest.mark.parametrize("together", [False, True])
def test_tokens_sentences_and_words_are_those_of_stanza_for_each_text_alone(
    fast: Accelerated, alone: list[Any], together: bool
) -> None:
    texts = [fold_quotes(text) for text in TEXTS.values()]
    found = fast.segment(texts) if together else [fast.segment([text])[0] for text in texts]
    for name, document, ours in zip(TEXTS, alone, found, strict=True):
        tokens = [[token.text for token in sentence.tokens] for sentence in document.sentences]
        words = [[tuple(word.text for word in t.words) for t in sentence.tokens] for sentence in document.sentences]
        spans = [(t.start_char, t.end_char) for sentence in document.sentences for t in sentence.tokens]
        assert ours.sentences.tokens == tokens, name
        assert ours.sentences.words == words, name
        assert list(zip(ours.starts, ours.ends, strict=True)) == spans, name


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_fills_its_columns_as_stanza_does(fast: Accelerated, annotated: Sentences, name: str) -> None:
    layer = LAYERS[name](fast.pipeline.processors[name], "float32")
    before = list(LAYERS)[: list(LAYERS).index(name)]
    known = [column for other in before for column in LAYERS[other].columns]
    ours = Sentences(annotated.tokens, annotated.words, {column: annotated.columns[column] for column in known})
    with no_gradient():
        layer.run(ours)
    for column in layer.columns:
        assert ours.columns[column] == annotated.columns[column], column
    assert len(set(ours.columns[layer.columns[0]])) > 5, "the texts exercise the layer"


def test_all_layers_together(fast: Accelerated, annotated: Sentences) -> None:
    ours = Sentences(annotated.tokens, annotated.words)
    fast.annotate(ours)
    assert ours.columns == annotated.columns


def test_doubled_subjects_and_objects_are_repaired_as_stanza_does(fast: Accelerated, annotated: Sentences) -> None:
    processor = fast.pipeline.processors["depparse"]
    known = {column: annotated.columns[column] for column in ("upos", "xpos", "feats", "lemma")}
    results: dict[tuple[bool, str], Sentences] = {}
    was = processor.config["resolve_head_constraints"]
    try:
        for repair in (False, True):
            processor.config["resolve_head_constraints"] = repair
            layers = {
                "stanza": _StanzaLayer(processor, ("head", "deprel")),
                "ours": LAYERS["depparse"](processor, "float32"),
            }
            for who, layer in layers.items():
                results[repair, who] = Sentences(annotated.tokens, annotated.words, dict(known))
                with no_gradient():
                    layer.run(results[repair, who])
    finally:
        processor.config["resolve_head_constraints"] = was
    assert results[True, "ours"].columns == results[True, "stanza"].columns
    assert results[True, "ours"].columns != results[False, "ours"].columns, "there was something to repair"


def test_a_sentence_that_comes_again_is_analysed_once(fast: Accelerated, monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = fast.segment(["All rights reserved.\n\nShe can't wait.\n\nAll rights reserved."])
    once = Sentences(text.sentences.tokens[:2], text.sentences.words[:2])
    seen = []
    for layer in fast._layers:
        real = layer.run
        monkeypatch.setattr(layer, "run", lambda found, real=real: (seen.append(len(found.tokens)), real(found)))
    fast.annotate(once)
    fast.annotate(text.sentences)
    assert set(seen) == {2}
    assert find_distinct(text.sentences) == ([0, 1], [0, 1, 0])
    lemmas, again = once.columns["lemma"], text.sentences.columns["lemma"]
    assert again == lemmas + lemmas[:4]


def test_nothing_gives_nothing(fast: Accelerated) -> None:
    assert fast.segment([]) == []
    empty = Sentences([], [])
    fast.annotate(empty)
    assert {name: values for name, values in empty.columns.items() if values} == {}


# ------------------------------------------------------------------------------------------------------- stepping aside


ROOMS = {"tokenize": "tokenizing", "mwt": "expanding", "pos": "tagging", "lemma": "lemmas", "depparse": "parsing",
         "ner": "entities"}  # fmt: skip


CHOSEN = [fold_quotes(TEXTS[text]) for text in ("plain", "blank_lines", "long_token", "underscore", "blank")]


@pytest.fixture(scope="module")
def undisturbed(fast: Accelerated) -> list[Any]:
    """The chosen texts when no layer steps aside."""
    texts = fast.segment(CHOSEN)
    for text in texts:
        fast.annotate(text.sentences)
    return texts


@pytest.mark.parametrize("name", ROOMS)
def test_code_that_changed_makes_its_layer_step_aside_with_the_same_result(
    fast: Accelerated, undisturbed: list[Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    room = import_module(f"corpus_tools.language.acceleration.{ROOMS[name]}")
    function = list(room.SOURCES)[-1]
    monkeypatch.setitem(room.SOURCES, function, "0" * 12)
    with pytest.warns(RuntimeWarning, match=f"processor '{name}' runs as Stanza has it, slower: {function} is not the"):
        other = accelerate(fast.pipeline)
    assert list(other.aside) == [name]
    for ours, theirs in zip(undisturbed, other.segment(CHOSEN), strict=True):
        assert (ours.starts, ours.ends) == (theirs.starts, theirs.ends)
        other.annotate(theirs.sentences)
        assert ours.sentences == theirs.sentences


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"),
    [
        ("tokenize", "trainer.model.charmodel", object(), "character language model"),
        ("tokenize", "_postprocessor", print, "options"),
        ("pos", "trainer.model.args.charlm", True, "character language model"),
        ("pos", "trainer.model.bert_model", object(), "transformer"),
        ("pos", "trainer.model.share_hid", True, "depend on each other"),
        ("lemma", "store_results", True, "keeps its results"),
        ("lemma", "trainer.contextual_lemmatizers", [object()], "looks at the sentence"),
        ("depparse", "trainer.model.bert_model", object(), "transformer"),
        ("depparse", "trainer.model.args.use_arc_embedding", True, "another make"),
        ("depparse", "trainer.model.args.reversed", True, "another make"),
        ("ner", "trainers.0.model.args.charlm", True, "character language model"),
        ("ner", "trainers.0.model.num_output_layers", 2, "several layers"),
    ],
)
def test_a_model_of_another_make_makes_its_layer_step_aside(
    stanza_pipeline: Any, name: str, path: str, value: Any, reason: str
) -> None:
    with changed(stanza_pipeline.processors[name], path, value):
        with pytest.warns(RuntimeWarning, match=reason):
            assert list(accelerate(stanza_pipeline).aside) == [name]


def test_processors_that_are_not_there_are_not_missed() -> None:
    pipeline = load_pipeline(find_package("lite", processors=["tokenize", "pos"]))
    fast = accelerate(pipeline)
    [text] = fast.segment(["She can't wait."])
    fast.annotate(text.sentences)
    assert text.sentences.columns.keys() == {"upos", "xpos", "feats"}
    assert len(text.sentences.columns["upos"]) == len(pipeline("She can't wait.").sentences[0].words)


# ------------------------------------------------------------------------------------------------------- fast, newswire


@pytest.mark.parametrize("bfloat16", [pytest.param(True, marks=pytest.mark.slow), False])
def test_fast_has_the_same_tokens_and_nearly_the_same_columns(
    fast: Accelerated, annotated: Sentences, bfloat16: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: bfloat16)
    faster = accelerate(fast.pipeline, precision="fast")
    texts = [fold_quotes(text) for text in TEXTS.values()]
    assert [text.sentences for text in faster.segment(texts)] == [text.sentences for text in fast.segment(texts)]
    ours = Sentences(annotated.tokens, annotated.words)
    faster.annotate(ours)
    for name, expected in annotated.columns.items():
        assert share_of_equal(ours.columns[name], expected) >= 0.97, name


def test_fast_is_exact_where_the_processor_has_neither(fast: Accelerated, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    monkeypatch.setattr("corpus_tools.language.acceleration.products.has_integers", lambda: False)
    with pytest.warns(RuntimeWarning, match="neither bfloat16"):
        slower = accelerate(fast.pipeline, precision="fast")
    [text] = fast.segment(["She can't wait."])
    other = Sentences(text.sentences.tokens, text.sentences.words)
    fast.annotate(text.sentences)
    slower.annotate(other)
    assert other == text.sentences


@pytest.mark.slow
def test_twelve_newswire_articles(fast: Accelerated, shared: Path) -> None:
    files = sorted((shared / "data" / "en_worldwide_newswire" / "articles").glob("*.txt"))
    # newline="" keeps CRLF, as published
    texts = [path.open(encoding="utf-8", errors="replace", newline="").read() for path in files[5::97]]
    equal: dict[str, list[bool]] = {}
    found = fast.segment([fold_quotes(text) for text in texts])
    for text, ours in zip(texts, found, strict=True):
        fast.annotate(ours.sentences)
        document = fast.pipeline(fold_quotes(text))
        assert ours.sentences.tokens == [[token.text for token in s.tokens] for s in document.sentences]
        for name, values in ours.sentences.columns.items():
            units = document.iter_tokens() if name == "ner" else document.iter_words()
            theirs = [getattr(unit, name) if name == "head" else getattr(unit, name) or "" for unit in units]
            equal.setdefault(name, []).extend(a == b for a, b in zip(values, theirs, strict=True))
    assert len(equal["head"]) > 5_000
    assert {name: sum(same) / len(same) >= 0.999 for name, same in equal.items()} == dict.fromkeys(equal, True)


# ---------------------------------------------------------------------------------------------------------------- tools


def share_of_equal(ours: list[Any], theirs: list[Any]) -> float:
    return sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(theirs)


def no_gradient() -> Any:
    import torch

    return torch.no_grad()


class changed:
    """Change one attribute, item or key, named by a dotted path, for a while."""

    def __init__(self, start: Any, path: str, value: Any) -> None:
        *way, self._last = path.split(".")
        for part in way:
            start = (
                start[int(part)]
                if part.isdecimal()
                else start[part]
                if isinstance(start, dict)
                else getattr(start, part)
            )
        self._holder, self._value = start, value

    def _places(self) -> Any:
        if isinstance(self._holder, dict):
            return self._holder
        # Around torch's own __setattr__, which takes nothing but modules for the name of a module.
        modules = self._holder.__dict__.get("_modules", {})
        return modules if self._last in modules else self._holder.__dict__

    def __enter__(self) -> None:
        self._missing = self._last not in self._places()
        self._before = self._places().get(self._last)
        self._places()[self._last] = self._value

    def __exit__(self, *_: object) -> None:
        if self._missing:
            del self._places()[self._last]
        else:
            self._places()[self._last] = self._before
