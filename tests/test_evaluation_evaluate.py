"""Evaluation: a perfect detector gets 1, a random one does not, articles stay whole, and a missing label is loud."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import f1_score

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.evaluation.calibration import reliability
from corpus_tools.evaluation.evaluate import evaluate
from corpus_tools.learning.detect_then_value import NONE
from corpus_tools.learning.folds import split_folds
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.lexicon import CueDetector
from corpus_tools.learning.stances import StanceDetector
from corpus_tools.learning.unit_table import to_units
from corpus_tools.text.errors import InputError, InputWarning

pytest_plugins = ("small_world_fixture",)

LABELS = ("x", "y")
BOOK = Codebook.of({"codebook": {"version": "1"}, "frame": [{"id": "x", "cues": ["x"]}, {"id": "y", "cues": ["q"]}]})


def frame_table(articles=30, sentences=4, seed=0):
    """Units whose text says their labels: `x`, `y`, both or neither."""
    random = np.random.default_rng(seed)
    rows = []
    for a in range(articles):
        found = [frozenset(label for label in LABELS if random.random() < 0.3) for _ in range(sentences)]
        whole = frozenset().union(*found)
        rows.extend(
            {
                "unit": f"a{a}#{s}",
                "article": f"a{a}",
                "group": f"a{a}",
                "kind": "frame",
                "level": "sentence",
                "start": s,
                "end": s + 1,
                "text": " ".join(["-", *sorted(labels)]),
                "labels": labels,
                "parse": None,
                "article_labels": whole,
                "unknown": frozenset(),
            }
            for s, labels in enumerate(found)
        )
    return to_units(rows)


class Reader(BaseEstimator):
    """Reads the planted words, and keeps in `seen` what every fit and every prediction was given."""

    seen: list[tuple[str, frozenset[str]]] = []

    def __init__(self, codebook=None):
        self.codebook = codebook

    def fit(self, units, y=None):
        self.labels_ = list(LABELS)
        self.seen.append(("fit", frozenset(units["article"])))
        return self

    def predict_proba(self, units):
        self.seen.append(("predict", frozenset(units["article"])))
        return pd.DataFrame({label: self.score(units, label) for label in LABELS}, index=units.index)

    def score(self, units, label):
        return units["text"].str.split().map(lambda words: float(label in words))

    def decide(self, scores):
        return scores.gt(0.5).astype("int64")

    def decide_articles(self, scores):
        return self.decide(scores)


class Dice(Reader):
    """Says anything."""

    def score(self, units, label):
        return (np.random.default_rng(len(units)).random(len(units)) > 0.75).astype(float)


class Parrot(Reader):
    """Repeats the label that it saw with an article, so it is right only on articles that it was fitted to."""

    def fit(self, units, y=None):
        self.known_ = dict(zip(units["article"], units["article_labels"], strict=True))
        return super().fit(units)

    def score(self, units, label):
        return units["article"].map(lambda a: float(label in self.known_.get(a, ())))


@pytest.fixture(autouse=True)
def _fresh():
    Reader.seen = []


def test_a_perfect_detector_gets_1_everywhere():
    summary = evaluate(Reader(), frame_table()).summary
    for figure in (summary["macro_f1"], summary["micro_f1"], summary["sentence"]["macro_f1"]):
        assert (figure["value"], figure["high"]) == (1.0, 1.0)
        assert 0.8 < figure["low"] < 0.9, "Wilson's interval: thirty articles do not prove that it is always right"
    assert [row["label"] for row in summary["per_label"]] == list(LABELS)
    for row in summary["per_label"]:
        assert row["precision"] == row["recall"] == row["f1"]["value"] == 1.0
    assert summary["errors"] == [] and (summary["level"], summary["folds"], summary["articles"]) == ("article", 5, 30)


def test_a_random_detector_does_not():
    summary = evaluate(Dice(), frame_table(articles=40, sentences=3)).summary
    assert summary["macro_f1"]["high"] < 0.95 and summary["sentence"]["macro_f1"]["high"] < 0.6
    assert summary["errors"]


def test_what_was_learned_by_heart_is_worth_nothing():
    summary = evaluate(Parrot(), frame_table()).summary
    assert summary["macro_f1"]["value"] == 0.0


@pytest.mark.parametrize("groups", ["article", "group"])
def test_no_group_is_in_training_and_test(groups):
    table = frame_table()
    if groups == "group":
        table["group"] = [f"outlet {int(name[1:]) % 12}" for name in table["article"]]
    evaluate(Reader(), table, groups, folds=4)
    outlets = {"article": lambda name: name, "group": lambda name: int(name[1:]) % 12}[groups]
    trained: frozenset[str] = frozenset()
    judged: list[str] = []
    for step, articles in Reader.seen:
        if step == "fit":
            trained = articles
        else:
            assert not {outlets(a) for a in trained} & {outlets(a) for a in articles}
            judged.extend(articles - set(judged))
    assert sorted(judged) == sorted(set(table["article"])), "every article is judged"
    assert sum(step == "fit" for step, _ in Reader.seen) == 4


def test_the_detector_itself_is_never_fitted():
    detector = Reader()
    evaluate(detector, frame_table())
    assert not hasattr(detector, "labels_")


def test_figures_equal_scikit_learn_on_the_out_of_fold_table():
    result = evaluate(Dice(), frame_table(articles=40, sentences=3))
    gold, predicted = (
        result.articles[[f"{side}:{label}" for label in LABELS]].to_numpy(int) for side in ("gold", "predicted")
    )
    assert result.summary["macro_f1"]["value"] == pytest.approx(f1_score(gold, predicted, average="macro"))
    assert result.summary["micro_f1"]["value"] == pytest.approx(f1_score(gold, predicted, average="micro"))
    units = result.predictions
    pair = (units[[f"{side}:{label}" for label in LABELS]].to_numpy(int) for side in ("gold", "predicted"))
    assert result.summary["sentence"]["macro_f1"]["value"] == pytest.approx(f1_score(*pair, average="macro"))
    for row, i in zip(result.summary["per_label"], range(2), strict=True):
        assert (
            row["f1"]["value"] == pytest.approx(f1_score(gold[:, i], predicted[:, i]))
            and row["support"] == gold[:, i].sum()
        )


def test_an_evaluation_repeats_and_is_plain_json():
    first, second = (evaluate(Dice(BOOK), frame_table(), random_state=3).summary for _ in range(2))
    assert first == second
    json.dumps(first, allow_nan=False, default=float)
    for figure in (
        first["macro_f1"],
        first["baselines"]["majority"],
        first["baselines"]["cues"],
        first["difference_to_cues"],
    ):
        assert 0 <= figure["high"] - figure["low"] and figure["low"] <= figure["value"] <= figure["high"]


def test_baselines_are_judged_in_the_same_folds():
    summary = evaluate(Reader(BOOK), frame_table()).summary
    assert list(summary["baselines"]) == ["majority", "always", "prior", "cues", "tfidf"]
    assert summary["baselines"]["cues"]["value"] == 0.5, "the cue of x is its word, that of y never occurs"
    difference = summary["difference_to_cues"]
    assert difference["value"] == pytest.approx(0.5) and difference["low"] > 0 and 0 < difference["p"] < 0.01


def test_the_same_decisions_have_the_same_interval_as_a_baseline():
    """A label that is missing from a resample must count alike on both sides of a comparison."""
    labels = "abcdefgh"
    rows = [
        {
            "unit": f"a{a}",
            "article": f"a{a}",
            "group": f"a{a}",
            "kind": "frame",
            "level": "sentence",
            "start": 0,
            "end": 1,
            "text": labels[a] if a < 8 else labels[a - 8] if a < 16 else "-",
            "labels": frozenset(labels[a % 8]) if a < 16 else frozenset(),
            "parse": None,
            "article_labels": frozenset(labels[a % 8]) if a < 16 else frozenset(),
            "unknown": frozenset(),
        }
        for a in range(40)
    ]
    book = Codebook.of({"codebook": {"version": "1"}, "frame": [{"id": label, "cues": [label]} for label in labels]})
    summary = evaluate(CueDetector(book), to_units(rows), folds=2).summary
    assert summary["macro_f1"]["value"] == summary["baselines"]["cues"]["value"] == 1.0
    assert summary["baselines"]["cues"] == summary["macro_f1"]
    assert summary["difference_to_cues"]["value"] == 0.0 and summary["difference_to_cues"]["p"] == 1.0


def test_a_label_in_too_few_articles_is_named():
    table = frame_table()
    rare = table["article"].isin(["a1", "a2"])
    for column in ("labels", "article_labels"):
        table[column] = [labels | {"z"} if here else labels for labels, here in zip(table[column], rare, strict=True)]
    with pytest.raises(InputError, match=r"fold \d has no z in its test part"):
        evaluate(Reader(), table)
    assert not Reader.seen, "nothing is fitted before the folds are known to be sound"


def test_a_stance_in_too_few_articles_is_named():
    table = stance_table()
    table.loc[table["article"] == "a1", "labels"] = "mixed"
    with pytest.warns(InputWarning, match=r"stance 'mixed' stands in 1 groups"):
        evaluate(StanceReader(), table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(kind=["frame", "stance"] * (len(t) // 2)), r"units of kind \['frame', 'stance'\]"),
        (lambda t: t[t["article"].isin(["a1", "a2", "a3"])], "3 groups cannot fill 5 folds"),
        (
            lambda t: t.assign(labels=[frozenset()] * len(t), article_labels=[frozenset()] * len(t)),
            "no article carries a label",
        ),
        (lambda t: t.assign(unknown=[frozenset("*")] * len(t)), "no article carries a label|0 groups"),
        (lambda t: t.iloc[:0], "there are no units"),
    ],
    ids=["two kinds", "few articles", "no labels", "nothing finished", "no units"],
)
def test_what_cannot_be_evaluated_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        evaluate(Reader(), change(frame_table()))


def test_an_unknown_group_column_is_refused():
    with pytest.raises(InputError, match="no column 'outlet'"):
        evaluate(Reader(), frame_table(), "outlet")


def test_unfinished_articles_are_not_judged():
    table = frame_table()
    table["unknown"] = [frozenset("*") if name in ("a0", "a1") else frozenset() for name in table["article"]]
    result = evaluate(Reader(), table)
    assert result.summary["articles"] == 28 and not {"a0", "a1"} & set(result.predictions["article"])


def test_reliability_bins_hold_everything():
    random = np.random.default_rng(0)
    scores = random.random((500, 2))
    truth = random.random((500, 2)) < scores
    bins = reliability(scores, truth)
    assert sum(b["n"] for b in bins) == 1000
    assert [b["mean_score"] for b in bins] == sorted(b["mean_score"] for b in bins)
    assert all(abs(b["mean_score"] - b["share_positive"]) < 0.1 for b in bins), "these scores are calibrated"


# --- stances ----------------------------------------------------------------------------------------------------------


def stance_table(articles=30):
    """Per article one `support`, one `oppose`, two `none`; in every fifth a triple that no candidate covers."""
    rows = []
    for a in range(articles):
        labels = [("support", "sentence"), ("oppose", "sentence"), (NONE, "sentence"), (NONE, "sentence")]
        labels += [("support", "missed")] * (a % 5 == 0)
        rows.extend(
            {
                "unit": f"a{a}#{s}",
                "article": f"a{a}",
                "group": f"a{a}",
                "kind": "stance",
                "level": level,
                "start": s,
                "end": s + 1,
                "text": label,
                "labels": label,
                "parse": None,
                "article_labels": frozenset(),
                "unknown": frozenset(),
            }
            for s, (label, level) in enumerate(labels)
        )
    return to_units(rows)


class StanceReader(BaseEstimator):
    """Reads the planted label."""

    def fit(self, units, y=None):
        self.classes_ = np.unique(units["labels"].to_numpy(str))
        return self

    def predict(self, units):
        return units["text"].to_numpy(object)


def test_a_perfect_stance_detector_only_lacks_what_no_candidate_covers():
    summary = evaluate(StanceReader(), stance_table()).summary
    assert summary["triples"] == 66 and summary["reachable"] == pytest.approx(60 / 66)
    recall = {row["label"]: (row["precision"], row["recall"]) for row in summary["per_label"]}
    assert recall == {"oppose": (1.0, 1.0), "support": (1.0, pytest.approx(30 / 36))}
    assert summary["macro_f1"]["value"] == pytest.approx((1 + 2 * 30 / 66) / 2)
    assert summary["detection_f1"]["value"] == pytest.approx(2 * 60 / 126)
    assert summary["baselines"]["majority"]["value"] < summary["macro_f1"]["low"]


def test_without_missed_triples_it_gets_1():
    table = stance_table()
    summary = evaluate(StanceReader(), table[table["level"] != "missed"]).summary
    assert summary["macro_f1"]["value"] == summary["detection_f1"]["value"] == 1.0 and summary["reachable"] == 1.0


def test_units_without_any_stance_are_refused():
    table = stance_table()
    with pytest.raises(InputError, match="stance"):
        evaluate(StanceReader(), table.assign(labels=NONE))


# --- the real detectors -----------------------------------------------------------------------------------------------


def test_the_frame_detector_on_the_small_world(world):
    made = world.frame_units()
    detector = FrameDetector(world.book, features="words")
    result = evaluate(detector, made, folds=3)
    assert result.summary["macro_f1"]["value"] > 0.7
    assert result.summary["baselines"]["cues"]["value"] == 1.0, "the cues of the small world are the planted words"
    assert len(result.detectors) == 3 and all(
        set(d.training_articles_) < set(made["article"]) for d in result.detectors
    )
    scores = [column for column in result.predictions if column.startswith("score:")]
    assert result.predictions[scores].notna().all(axis=None)


def test_labels_of_a_fold_do_not_leak_into_its_scores(world):
    """Change the labels of one fold's test articles: the scores of those articles must not move."""
    made = world.frame_units()
    detector = FrameDetector(world.book, features="words")
    result = evaluate(detector, made, folds=3)
    first = result.detectors[0]
    unseen = made[~made["article"].isin(first.training_articles_) & ~made["unknown"].map(lambda u: "*" in u)]
    own = result.predictions[result.predictions["article"].isin(unseen["article"])].set_index("unit")
    again = clone(detector).fit(made[made["article"].isin(first.training_articles_)]).predict_proba(unseen)
    assert own.loc[unseen["unit"], "score:influence"].to_numpy() == pytest.approx(again["influence"].to_numpy())


def test_the_stance_detector_on_the_small_world(world):
    result = evaluate(StanceDetector(codebook=world.book, features="words"), world.stance_units(), folds=3)
    assert {row["label"] for row in result.summary["per_label"]} == {"oppose", "support"}
    assert 0 < result.summary["reachable"] <= 1
    assert len(split_folds(np.array([0, 1, 2]))) == len(result.detectors) == 3
