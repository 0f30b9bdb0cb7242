"""FrameLexicon: suggestions from a codebook alone, better than its word list, and shown by the annotator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from browser.bench import make_keeping
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import corpus_tools as ct
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.learning.detections import COLUMNS
from corpus_tools.learning.frame_lexicon import FrameLexicon
from corpus_tools.learning.lexicon import CueDetector
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.notebook.annotator import Annotator
from corpus_tools.notebook.orders import order_by_uncertainty
from corpus_tools.notebook.suggestions import Suggester
from corpus_tools.text.errors import InputError

pytest_plugins = ("small_world_fixture",)

BOOK = Codebook.of(
    {
        "codebook": {"version": "1"},
        "frame": [
            {
                "id": "security",
                "name": "Security threat",
                "definition": "Armed groups, soldiers and attacks endanger people.",
                "examples": ["Gunmen attacked the barracks at night."],
                "cues": ["attack", "insurgency"],
            },
            {
                "id": "ballot",
                "name": "Ballot as remedy",
                "definition": "Citizens choose a government at the polls.",
                "examples": ["Voters queued at polling stations."],
                "cues": ["vote", "elections"],
            },
        ],
    }
)
PLAIN = [f"The {who} sold {what} {where}." for who in ("trader", "farmer", "baker") for what in ("onions", "bread")
         for where in ("on Monday", "in June", "at dawn", "by the road")]  # fmt: skip
PLANTED = {
    "Gunmen and soldiers clashed near the barracks.": "security",
    "Attacks by armed groups endanger the villages.": "security",
    "Citizens queued at the polling stations.": "ballot",
    "The government was chosen at the polls by voters.": "ballot",
}


@pytest.fixture(scope="module")
def made():
    return units_from_texts([*PLAIN, *PLANTED])


@pytest.fixture(scope="module")
def lexicon(made):
    return FrameLexicon(BOOK, rate=0.06, package="").fit(made)


def test_no_label_is_needed_and_none_is_read(made, lexicon):
    found = lexicon.predict(made)
    assert list(found.columns) == ["security", "ballot"] and found.iloc[: len(PLAIN)].sum().sum() == 0
    assert found.iloc[len(PLAIN) :].idxmax(axis=1).tolist() == list(PLANTED.values())
    assert found.iloc[len(PLAIN) :].to_numpy().sum() == 4
    labelled = made.assign(labels=[frozenset(["ballot"])] * len(made), unknown=[frozenset()] * len(made))
    again = clone(lexicon).fit(labelled)
    pd.testing.assert_frame_equal(again.predict_proba(labelled), lexicon.predict_proba(made))


def test_it_finds_what_has_no_cue(made, lexicon):
    cueless = made.iloc[[len(PLAIN), len(PLAIN) + 2]]
    assert CueDetector(BOOK).fit(cueless).predict(cueless).to_numpy().sum() == 0
    assert lexicon.predict(cueless).to_numpy().tolist() == [[1, 0], [0, 1]]


def test_a_cue_in_a_sentence_of_another_frame_is_no_frame(lexicon):
    noisy = units_from_texts(["Soldiers put the attack on the barracks by armed groups to a vote."])
    assert CueDetector(BOOK).fit(noisy).predict(noisy).iloc[0].tolist() == [1, 1]
    scores = lexicon.predict_proba(noisy).iloc[0]
    assert scores["security"] > 3 * scores["ballot"] and lexicon.predict(noisy).iloc[0].tolist() == [1, 0]


def test_the_rate_sets_how_much_is_suggested_and_not_the_order(made, lexicon):
    bold = FrameLexicon(BOOK, rate=0.3, package="").fit(made)
    for model, rate in ((lexicon, 0.06), (bold, 0.3)):
        scores = model.predict_proba(made)
        assert scores.mean().tolist() == pytest.approx([rate] * 2, abs=1e-6)
        assert model.predict(made).mean().tolist() == pytest.approx([rate] * 2, abs=0.06)
    for label in ("security", "ballot"):
        ranks = [model.predict_proba(made)[label].rank().tolist() for model in (lexicon, bold)]
        assert ranks[0] == ranks[1]


def test_neighbours_lend_their_likeness():
    texts = ["Gunmen attacked soldiers.", "It went on until noon.", "Armed groups endanger people."]
    other = ["The baker sold bread.", "It went on until noon.", "The farmer sold onions."]
    made = units_from_texts([*texts, *other, *PLAIN])
    made["article"] = ["a"] * 3 + ["b"] * 3 + [f"c{i}" for i in range(len(PLAIN))]
    made["start"] = [0, 30, 60] * 2 + [0] * len(PLAIN)
    near = FrameLexicon(BOOK, package="").fit(made).predict_proba(made)["security"]
    alone = FrameLexicon(BOOK, context=0.0, package="").fit(made).predict_proba(made)["security"]
    assert near[1] > 2 * near[4] and alone[1] == pytest.approx(alone[4])


def test_explanations_add_up_and_quote_the_text(made, lexicon):
    asked = made.iloc[len(PLAIN) :]
    table = lexicon.explain(asked)
    sums = table.groupby(["unit", "label"], sort=False)["weight"].sum().to_numpy().reshape(len(asked), 2)
    assert sums == pytest.approx(lexicon._raw_scores(asked))
    text_of = asked.set_index("unit")["text"]
    placed = table[table["start"] >= 0]
    assert all(row.quote == text_of[row.unit][row.start : row.end] for row in placed.itertuples())
    best = placed[placed["label"] == "ballot"].sort_values("weight").groupby("unit")["quote"].last()
    assert set(best.tail(2)) <= {"polling", "stations", "polls", "voters", "Citizens", "queued", "government", "chosen"}
    of_cue = lexicon.explain(units_from_texts(["They vote today."]))
    assert set(of_cue[of_cue["feature"] == "cue"]["quote"]) == {"vote"}


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        ([], {}, "no units to read"),
        (["", "  "], {}, "no units to read"),
        (["a b"], {"rate": 0.0}, "'rate' parameter"),
        (["a b"], {"rate": 1.0}, "'rate' parameter"),
        (["a b"], {"codebook": Codebook.of({"codebook": {"version": "1"}})}, "no frames in the codebook"),
    ],
)
def test_what_cannot_be_read_is_refused(texts, options, message):
    with pytest.raises(InputError, match=message):
        FrameLexicon(**{"codebook": BOOK, "package": "", **options}).fit(units_from_texts(texts))


def test_parameters_and_predicting_before_fitting():
    model = clone(FrameLexicon(BOOK, rate=0.2)).set_params(context=0.1)
    assert (model.rate, model.context, model.package, model.codebook) == (0.2, 0.1, "lite", BOOK)
    with pytest.raises(NotFittedError):
        model.predict(units_from_texts(["a"]))


# --- before any coding: suggestions in the annotator, and the queue ---------------------------------------------------


@pytest.fixture(scope="module")
def started(world):
    """What a user has at minute one: a codebook, articles and their parses, and not one annotation."""
    assert ct.FrameLexicon is FrameLexicon
    return FrameLexicon(world.book, rate=0.15).fit(units(world.corpus, world.parses))


def test_detections_are_like_those_of_any_detector(world, started):
    found = started.detect(world.corpus, world.parses)
    assert tuple(found.columns) == COLUMNS and len(found)
    for row in found.to_dict("records"):
        assert row["quote"] == world.corpus[row["article"]].text[row["start"] : row["end"]]
        assert row["evidence"] and row["score"] >= started.thresholds_[row["label"]]
    planted = found["quote"].str.contains("Russian influence|elections", regex=True)
    assert planted.mean() > 0.8


def test_the_annotator_shows_them(world, started, tmp_path):
    store = AnnotationStore(tmp_path / "logs", world.corpus, world.book)
    options = {"coder": "ana", "parses": world.parses, "suggestions": started}
    widget = make_keeping(lambda: Annotator(world.corpus, store, world.book, **options))
    try:
        assert not widget.status["fault"]
        (shown,) = [item for item in widget.marks["suggestions"] if item["label"] == "influence"]
        text = next(iter(world.corpus)).text
        assert "Russian influence" in text[slice(*shown["spans"][0])]
    finally:
        widget.close()


def test_of_every_article_it_suggests_or_stays_silent_but_never_fails(world, started):
    suggester = Suggester(started, world.corpus, world.parses)
    counts = [len(suggester.of_article(name)) for name in world.corpus.ids]
    assert suggester.fault is None and 10 < sum(counts) < 30 and 0 in counts


def test_the_queue_can_be_ordered_by_it(world, started):
    order = order_by_uncertainty(world.corpus, world.parses, started)
    assert sorted(order) == sorted(world.corpus.ids)
    assert np.mean([order.index(f"a{i:02d}") for i in range(16) if i % 2 == 0]) < 8
