"""The queue and its orders, tokens of any script, and the mailbox under loss and repetition."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from corpus_tools.annotation.records import Frame
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.mailbox import Mailbox
from corpus_tools.notebook.orders import choose_order, order_at_random
from corpus_tools.notebook.queue import Queue
from corpus_tools.notebook.suggestions import Suggester
from corpus_tools.notebook.tokens import find_sentences, find_tokens, segment
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)

CORPUS = Corpus.of(
    [Article(name, text) for name, text in zip("abcd", ("Rain.", "A coup.", "Coups, coups.", "Sun."), strict=True)]
)


@pytest.mark.parametrize(
    ("statuses", "start", "following", "done"),
    [
        ({}, "a", "b", 0),
        ({}, "d", "a", 0),
        ({"b": "done", "c": "skipped"}, "a", "d", 2),
        ({"b": "in_progress"}, "a", "b", 0),
        ({"a": "done", "b": "done", "c": "done"}, "a", "d", 3),
        ({"a": "done", "b": "done", "c": "done", "d": "skipped"}, "a", None, 4),
    ],
)
def test_what_comes_next(statuses, start, following, done):
    queue = Queue(list("abcd"), statuses)
    assert (queue.after(start), queue.done) == (following, done)


def test_another_order_keeps_numbers_and_what_is_finished():
    statuses = {"b": "done"}
    queue = Queue(list("abcd"), statuses)
    queue.reorder(["d", "x", "b", "a"])
    assert queue.ids == ["b", "d", "a", "c"]
    assert [queue.named(number) for number in range(4)] == list("abcd")
    with pytest.raises(InputError, match="number"):
        queue.named(4)


def test_an_empty_queue_is_refused():
    with pytest.raises(InputError, match="no article is left"):
        Queue([], {})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"order": "given"}, ["a", "b", "c", "d"]),
        ({"order": ["c", "a", "c"]}, ["c", "a"]),
        ({"order": "query", "query": "COUPS?"}, ["c", "b"]),
        ({"order": "random", "seed": 3}, order_at_random(CORPUS, seed=3)),
    ],
)
def test_orders(tmp_path, options, expected):
    assert choose_order(corpus=CORPUS, store=AnnotationStore(tmp_path), **options) == expected


def test_random_orders_differ_by_seed_and_leave_the_global_state_alone():
    state = random.getstate()
    orders = {tuple(order_at_random(CORPUS, seed=seed)) for seed in range(20)}
    assert len(orders) > 5 and all(sorted(order) == list("abcd") for order in orders)
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": "alphabet"}, "unknown"),
        ({"order": ["z"]}, "'z'"),
        ({"order": "query"}, "needs query"),
        ({"order": "query", "query": "("}, "regular expression"),
        ({"order": "uncertainty"}, "needs parses"),
    ],
)
def test_orders_that_cannot_be(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        choose_order(corpus=CORPUS, store=AnnotationStore(tmp_path), **options)


def test_disagreement_comes_first(tmp_path):
    store = AnnotationStore(tmp_path, CORPUS)
    same, one, other = [(0, 3)], [(0, 2)], [(2, 4)]
    for coder, spans in (("ana", {"a": same, "b": one, "c": same}), ("ben", {"a": same, "b": other})):
        with store.writer(coder) as log:
            for article, span in spans.items():
                log.add(Frame(article, "x", span))
    assert choose_order("disagreement", CORPUS, store) == ["b", "a", "c", "d"]


class Unsure:
    """A detector that knows everything but what it says about sentences with a word."""

    def __init__(self, word):
        self.word = word

    def predict_proba(self, units):
        scores = [[0.5, 0.1] if self.word in text else [0.01, 0.99] for text in units["text"]]
        return pd.DataFrame(scores, index=units.index, columns=["influence", "ballot"])


def test_uncertainty_comes_first_and_the_same_story_not_twice(world):
    articles = [*world.corpus][:6]
    copies = Corpus.of(articles)
    ids = choose_order("uncertainty", copies, world.store, detector=Unsure("Russian"), parses=world.parses)
    assert sorted(ids) == copies.ids
    assert [("Russian" in copies[id].text) for id in ids] == [True] * 3 + [False] * 3


# --- tokens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Niger’s junta-led vote, 3.5%", ["Niger’s", "junta-led", "vote", ",", "3", ".", "5", "%"]),
        ("e\u0301te\u0301 na\u0308iv", ["e\u0301te\u0301", "na\u0308iv"]),
        ("我不同意。", ["我", "不", "同", "意", "。"]),
        ("👨‍👩‍👧 👍🏽 🇳🇪🇫🇷 1️⃣", ["👨‍👩‍👧", "👍🏽", "🇳🇪", "🇫🇷", "1️⃣"]),
        ("قال، نعم", ["قال", "،", "نعم"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("a\r\nb\u2028c\u00a0d", ["a", "b", "c", "d"]),
        ("snake_case don't", ["snake_case", "don't"]),
        ("", []),
        (" \n", []),
    ],
)
def test_tokens_of_any_script(text, words):
    assert [text[start:end] for start, end in find_tokens(text)] == words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two!  Three", ["One.", "Two!", "Three"]),
        ("No stop\n\nNext one", ["No stop", "Next one"]),
        ("No stop\r\n\r\nNext one\r\nsame", ["No stop", "Next one\r\nsame"]),
        ("他走了。她留下了！", ["他走了。", "她留下了！"]),
        ("He said “No.” Then left.", ["He said “No.”", "Then left."]),
        ("It cost 3.5 francs", ["It cost 3.5 francs"]),
    ],
)
def test_sentences(text, sentences):
    assert [text[start:end] for start, end in find_sentences(text)] == sentences


def test_the_parse_decides_where_there_is_one(world):
    article = next(iter(world.corpus))
    tokens, sentences = segment(article, world.parses)
    parse = world.parses[article.id]
    assert sentences == [(view.start, view.end) for view in parse.sentences]
    assert tokens == list(dict.fromkeys(zip(parse.tokens["start"], parse.tokens["end"], strict=True)))
    assert segment(Article("new", "Not parsed."), world.parses) == ([(0, 3), (4, 10), (10, 11)], [(0, 11)])


# --- the mailbox -----------------------------------------------------------------------------------------------------


class Sender:
    """A view that keeps what is not acknowledged, over a line that loses, doubles and reorders."""

    def __init__(self, box, chance):
        self.box, self.chance, self.pending, self.seq = box, chance, {}, 0

    def post(self, op):
        self.seq += 1
        self.pending[self.seq] = {"client": "v", "seq": self.seq, "base_rev": 0, "op": op}
        self.pass_on([self.pending[self.seq]])

    def pass_on(self, messages):
        for message in messages:
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                answer = self.box.receive(message)
                if answer["kind"] == "ack" and self.chance.random() < 0.7:
                    self.pending.pop(answer["seq"], None)

    def finish(self):
        while self.pending:
            messages = list(self.pending.values())
            self.chance.shuffle(messages)
            self.pass_on(messages)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_the_line_does_commands_are_done_once_and_in_order(seed):
    done = []
    sender = Sender(Mailbox(lambda op, base_rev, view: done.append(op)), random.Random(seed))
    for number in range(100):
        sender.post(number)
    sender.finish()
    assert done == list(range(100))


def test_answers_say_what_went_wrong_and_whether_to_keep_the_command():
    errors = iter([InputError("no such label"), OSError(28, "No space left"), None, KeyError("bug")])

    def act(op, base_rev, view):
        error = next(errors)
        if error:
            raise error
        return "well"

    box = Mailbox(act)
    answers = [box.receive({"client": "v", "seq": seq, "base_rev": 0, "op": {}}) for seq in (1, 2, 2, 3)]
    assert [answer["ok"] for answer in answers] == [False, False, True, False]
    assert [bool(answer.get("retry")) for answer in answers] == [False, True, False, False]
    assert "no such label" in answers[0]["error"] and "No space" in answers[1]["error"]
    assert answers[2]["note"] == "well" and "KeyError" in answers[3]["error"]


def test_two_views_count_for_themselves():
    done = []
    box = Mailbox(lambda op, base_rev, view: done.append((view, op)))
    for client in ("v1", "v2"):
        box.receive({"client": client, "seq": 1, "base_rev": 0, "op": "a"})
    assert done == [("v1", "a"), ("v2", "a")]


# --- suggestions ---------------------------------------------------------------------------------------------------


def test_attributions_are_suggested_as_stances_with_their_cue(world):
    from corpus_tools.language.attribution import attribute

    suggester = Suggester(attribute(world.parses, anything=True), world.corpus)
    text = world.corpus["a00"].text
    (record,) = [item.record for item in suggester.of_article("a00") if item.record.label == "oppose"]
    assert suggester.fault is None and "Russian influence" in record.target.span.slice(text)
    assert (record.holder.span.slice(text), record.cue[0].slice(text)) == ("France", "condemned")
