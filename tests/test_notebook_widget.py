"""The widgets without a browser: what they send, how they are replaced, and the module that they ship."""

from __future__ import annotations

import re

import pytest
from browser.bench import make_keeping
from browser.place import SCHEME

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.identifiers import uuid7
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.notebook.annotator import Annotator
from corpus_tools.notebook.front import read_module, read_sheet
from corpus_tools.text.article import Article
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError

CORPUS = Corpus.of(
    [Article(name, f"Rain fell in {name}.", extra={"topic": name[0]}) for name in ("aa", "ab", "ba", "bb")]
)


@pytest.fixture
def make(tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text(SCHEME, "utf-8")
    made = []

    def start(*, book=path, **options):
        store = AnnotationStore(tmp_path / "logs", CORPUS, Codebook.read(path))
        made.append(make_keeping(lambda: Annotator(CORPUS, store, book, coder="ana", **options)))
        return made[-1]

    yield start
    for widget in made:
        widget.close()


class View:
    """The other end of a widget's comm."""

    def __init__(self, widget):
        self.widget, self.client, self.seq = widget, uuid7(), 0

    def send(self, **op):
        self.seq += 1
        content = {"kind": "command", "client": self.client, "seq": self.seq, "base_rev": 10**6, "op": op}
        self.widget.comm.sent.clear()
        self.widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
        return [(sent["method"], sent.get("content")) for sent in self.widget.comm.sent]

    def done(self):
        return self.send(op="done", article=self.widget.article["number"])


def test_the_state_goes_out_before_the_acknowledgement(make):
    view = View(make())
    record = {"type": "frame", "label": "influence", "spans": [[0, 4]]}
    sent = view.send(op="add", id="id-00000001", article=0, record=record)
    methods = [method for method, _ in sent]
    assert methods == ["update", "custom"] and sent[-1][1]["ok"]
    assert view.widget.marks["annotations"][0]["spans"] == [[0, 4]]


def test_only_what_changed_is_sent(make):
    view = View(make())
    record = {"type": "frame", "label": "influence", "spans": [[0, 4]]}
    view.send(op="add", id="id-00000001", article=0, record=record)
    view.send(op="revise", id="id-00000001", changes={"comment": "why"})
    (update,) = [sent for sent in view.widget.comm.sent if sent["method"] == "update"]
    assert set(update["state"]) == {"marks", "status"}


def test_a_command_that_comes_twice_brings_the_whole_state_again(make):
    view = View(make())
    record = {"type": "frame", "label": "influence", "spans": [[0, 4]]}
    view.send(op="add", id="id-00000001", article=0, record=record)
    view.seq -= 1  # the answer was lost on the way, and the update before it
    sent = view.send(op="add", id="id-00000001", article=0, record=record)
    (update,) = [sent for sent in view.widget.comm.sent if sent["method"] == "update"]
    assert update["state"]["marks"]["annotations"][0]["spans"] == [[0, 4]] and sent[-1][1]["ok"]
    assert len(view.widget.session.annotations) == 1


def test_training_begins_after_the_acknowledgement_and_says_so(make):
    seen = []

    def train(widget):
        acknowledged = [sent["content"]["ok"] for sent in widget.comm.sent if sent["method"] == "custom"]
        seen.append((acknowledged, widget.status["fault"], widget.article["number"]))

    view = View(make(every=(1, train)))
    view.done()
    ((acknowledged, words, number),) = seen
    assert acknowledged == [True] and words.startswith("Retraining") and number == 1
    assert view.widget.status["fault"] is None


@pytest.mark.parametrize("chosen", [{"topic": "b"}, lambda article: article.id.startswith("b")])
def test_a_filter_leaves_articles_out(make, chosen):
    widget = make(filter=chosen)
    assert widget.article["total"] == 2 and "ba" in widget.article["text"]


def test_after_every_n_articles_the_function_is_called(make):
    seen = []
    view = View(make(every=(2, lambda widget: seen.append(widget.session.finished_here))))
    for _ in range(4):
        view.done()
    assert seen == [2, 4]


def test_a_function_that_fails_is_said_and_the_coding_goes_on(make):
    view = View(make(every=(1, lambda widget: 1 / 0)))
    view.done()
    assert "ZeroDivisionError" in view.widget.status["fault"]
    assert view.done()[1][1]["ok"]


class Detector:
    """Suggests one word of each article."""

    def __init__(self, label):
        self.label = label

    def detect(self, corpus, parses):
        pd = pytest.importorskip("pandas")
        row = {"type": "frame", "label": self.label, "start": 0, "end": 4, "score": 0.5, "evidence": []}
        return pd.DataFrame([{**row, "article": id, "holder": None, "target": None} for id in corpus.ids])


def test_a_detector_that_the_function_returns_takes_over(make):
    view = View(make(suggestions=Detector("influence"), every=(1, lambda widget: Detector("ballot"))))
    assert [item["label"] for item in view.widget.marks["suggestions"]] == ["influence"]
    view.done()
    assert [item["label"] for item in view.widget.marks["suggestions"]] == ["ballot"]


def test_a_codebook_without_a_file_cannot_be_read_again(make, tmp_path):
    book = Codebook.read(tmp_path / "codebook.toml")
    widget = make(book=book)
    with pytest.raises(InputError, match="no file"):
        widget.reload()
    widget.reload(book)
    assert "no file" in View(widget).send(op="reload")[-1][1]["error"]


def test_the_cell_can_be_run_again(make):
    former = make()
    View(former).done()
    widget = make()
    assert widget.article["place"] == 1 and "replaced" in former.status["ended"]
    assert "replaced" in View(former).done()[-1][1]["error"]


def test_messages_that_are_none_are_ignored(make):
    widget = make()
    for content in (
        None,
        7,
        [],
        {"kind": "ask"},
        {"kind": "ask", "what": "entity", "span": ["a", None]},
        {"kind": "command"},
    ):
        widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    assert widget.article["number"] == 0


@pytest.mark.parametrize("name", ["annotator", "adjudicator"])
def test_the_module_is_one_that_needs_nothing_else(name):
    module = read_module(name)
    assert len(re.findall(r"^export ", module, re.MULTILINE)) == 1
    assert not re.search(r"^import |import\(|require\(|fetch\(|XMLHttpRequest", module, re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", module)
    assert set(re.findall(r"https?://[^\"\s]+", module)) == {"http://www.w3.org/2000/svg"}
    assert len(module) < 120_000, "the module is kept in each saved notebook"


def test_the_sheet_loads_nothing_from_elsewhere():
    assert not re.search(r"@import|url\(\s*[\"']?http", read_sheet())
