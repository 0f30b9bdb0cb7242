"""Page, LaTeX and model card of an evaluation: whole, safe whatever the names are, and saying what they must."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from evaluation_configs import FULL, TWO, write_config, write_table

from corpus_tools.reporting.evaluations.card import render_card
from corpus_tools.reporting.evaluations.config import read_config
from corpus_tools.reporting.evaluations.job import run_evaluation
from corpus_tools.reporting.evaluations.latex import escape_latex, render_latex
from corpus_tools.reporting.evaluations.page import render_evaluation
from corpus_tools.reporting.evaluations.terminal import render_text


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    write_table(folder)
    return run_evaluation(read_config(write_config(folder, evaluation=FULL, more=TWO)), progress=False)


class Balanced(HTMLParser):
    """Checks that elements close in order; collects the addresses that a page would fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched = [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [v for k, v in attrs if k == "src" or (k == "href" and not v.startswith("#"))]
        if tag not in ("meta", "br", "path", "circle", "polyline", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "circle", "polyline"):
            assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(outcome):
    html = render_evaluation(outcome.document, outcome.manifest)
    page = Balanced()
    page.feed(html)
    assert page.open == [] and page.fetched == [] and "<script" not in html
    assert "a|b_&lt;i&gt;&amp;{\\}" in html and "<i>" not in html and "<b>1" not in html
    for part in ("result", "labels", "curve", "slices", "split", "provenance"):
        assert f'id="{part}"' in html and f'href="#{part}"' in html


def test_older_documents_lack_parts_and_the_page_says_what_there_is(outcome):
    needed = ("name question kind seed confidence protocol scheme groups folds articles units labels systems").split()
    html = render_evaluation({key: outcome.document[key] for key in needed}, outcome.manifest)
    assert 'id="result"' in html and 'id="curve"' not in html


COMMANDS = (
    r"\\(begin|end|centering|caption|toprule|midrule|bottomrule|footnotesize|mathrm|textbar|textless|textgreater"
    r"|textbackslash)\b"
)


def test_the_latex_has_only_our_commands_and_straight_columns(outcome):
    latex = render_latex(outcome.document)
    assert latex.count("\\begin{table}") == latex.count("\\end{table}") == 2
    body = re.sub(r"^%.*$", "", latex, flags=re.MULTILINE)
    for columns, rows in re.findall(r"\\begin{tabular}{(l r*|lr*)}(.*?)\\end{tabular}", body, flags=re.DOTALL):
        cells = [len(re.split(r"(?<!\\)&", line)) for line in rows.splitlines() if line.rstrip().endswith("\\\\")]
        assert set(cells) == {len(columns)}
    left = re.sub(r"\\[&%$#_{}\\]", "", re.sub(COMMANDS, "", body))
    assert "\\" not in left and "#" not in left and "~" not in left
    assert body.replace("\\{", "").count("{") == body.replace("\\}", "").count("}")
    assert body.replace("\\$", "").count("$") % 2 == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50% of_A&B", r"50\% of\_A\&B"),
        ("\\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("a\nb\r\tc", "a b  c"),
        ("x^2 ~ $y$ #1", r"x\textasciicircum{}2 \textasciitilde{} \$y\$ \#1"),
        ("[0.1, 0.2]", "{[}0.1, 0.2{]}"),
        ("* 2", "{*} 2"),
        ("abc\u202egnp", "abcgnp"),
        ("Übergang – Niamey", "Übergang -- Niamey"),
    ],
)
def test_what_latex_would_read_is_escaped(text, shown):
    assert escape_latex(text) == shown


def test_latex_says_when_a_name_needs_another_engine(outcome):
    assert "lualatex" not in render_latex(outcome.document)
    assert "lualatex" in render_latex({**outcome.document, "name": "Кадры"})


def test_the_model_card_says_what_a_model_gives_away(outcome):
    card = render_card(outcome.document, outcome.manifest)
    for words in (
        "vocabulary of the training texts",
        "Licence",
        "24 training articles",
        "--rerun",
        "features",
        "Limits",
    ):
        assert words in card, words
    assert "a\\|b\\_\\<i\\>" in card and "<i>" not in card.replace("\\<i\\>", "")
    rows = [re.split(r"(?<!\\)\|", line) for line in card.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} == {9}  # a name, three figures, three of the comparison, and the ends


@pytest.mark.parametrize(
    ("kind", "features", "told"),
    [
        ("stance", "embeddings", True),
        ("stance", None, True),
        ("stance", "words", False),
        ("frame", "embeddings", False),
    ],
)
def test_the_model_card_says_where_embeddings_of_training_units_are_kept(outcome, kind, features, told):
    variant = {"name": "one"} if features is None else {"name": "one", "features": features}
    config = {**outcome.manifest["config"], "kind": kind, "variant": [variant]}
    card = render_card(outcome.document, {**outcome.manifest, "config": config})
    assert ("projection of the embeddings of every training unit" in card) == told
    assert "vocabulary of the training texts" in card


def test_the_terminal_shows_how_far_the_coders_agreed(outcome):
    assert "Coders among themselves" not in render_text(outcome.document)
    alpha = {"n": 40, "alpha": {"value": 0.8125, "low": 0.7, "high": 0.9}}
    shown = render_text({**outcome.document, "coder_agreement": {"sentence": alpha, "article": {"n": 3, "raw": None}}})
    lines = shown.splitlines()
    assert lines[lines.index("Coders among themselves (not on the scale of F1)") + 1].split("  ") == [
        "alpha, sentences",
        "0.812 [0.700, 0.900]",
    ]
    assert shown.count(", sentences") == 1 and ", articles" not in shown
