"""Heads of several labels: chosen and tuned inside the training data, chained by hints that nobody learned by heart."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from corpus_tools.learning import label_heads
from corpus_tools.learning.calibrated import CalibratedLinear, best_f1, best_threshold
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.heads import LinearHead
from corpus_tools.learning.label_heads import LABEL_HEADS, LabelHeads
from corpus_tools.learning.one_label import OneLabelHead
from corpus_tools.learning.supervision import read_lesson
from corpus_tools.learning.units import units_from_texts
from corpus_tools.text.errors import InputError, InputWarning

TOPICS = {"river": "water", "ballot": "vote", "shells": "war"}
HEADS = ("logistic", "svm", "few_shot", "chain", "best")


@parametrize_with_checks([CalibratedLinear(model="svm"), CalibratedLinear(model="few_shot")])
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some checks give numbers on which the solver does not converge
        check(estimator)


def texts(count=60, seed=0, noise=0.0):
    """Texts with none to three of three words, each word a label; `noise` is the share of labels that are wrong."""
    random = np.random.default_rng(seed)
    made, labels = [], []
    for _ in range(count):
        there = [word for word in TOPICS if random.random() < 0.4]
        made.append(" ".join(random.permutation([*there, *random.choice(list("bcdfghjklm"), 4)])))
        labels.append({TOPICS[w] for w in TOPICS if (w in there) != (random.random() < noise)})
    return units_from_texts(made, labels=labels)


@pytest.mark.parametrize("head", HEADS)
def test_every_head_finds_the_words(head):
    model = FrameDetector(features="words", head=head).fit(texts())
    fresh = texts(seed=1)
    truth = pd.DataFrame({label: [label in labels for labels in fresh["labels"]] for label in model.labels_})
    assert (model.predict(fresh).astype(bool) == truth).to_numpy().mean() > 0.93
    assert set(HEADS) == set(LABEL_HEADS)


@pytest.mark.parametrize("head", HEADS)
def test_contributions_add_up_to_the_score_of_every_head(head):
    made = texts()
    model = FrameDetector(features="words", head=head).fit(made)
    table = model.explain(made)
    sums = table.groupby(["unit", "label"])["weight"].sum()
    matrix, hints = model.features_.transform(made), np.zeros((len(made), 0))
    for label, own in model.models_.items():
        seen = sparse.csr_matrix(sparse.hstack([matrix, hints])) if head == "chain" else matrix
        expected = own.raw_scores(seen) - own.intercept_[0]
        found = sums.reindex(pd.MultiIndex.from_product([made["unit"], [label]])).fillna(0.0).to_numpy()
        assert found == pytest.approx(expected, abs=1e-9), label
        hints = np.column_stack([hints, own.predict_proba(seen)[:, 1]])
    check_places(table, made)
    assert table["feature"].str.startswith("label:").any() == (head == "chain")


@pytest.mark.parametrize("head", ["auto", "logistic", "svm", "few_shot"])
def test_contributions_of_one_label_add_up_but_for_a_constant(head):
    made = texts()
    made["labels"] = [frozenset([min(labels, default="none")]) for labels in made["labels"]]
    model = FrameDetector(features="words", exclusive=True, head=head).fit(made)
    table = model.explain(made)
    sums = table.groupby(["unit", "label"])["weight"].sum().unstack("label").loc[made["unit"]]
    scores = model.head_.linear_.scores(model.features_.views(made))
    centred = pd.DataFrame(scores - scores.mean(axis=1, keepdims=True), sums.index, model.head_.linear_.classes_)
    assert (np.ptp(centred[sums.columns] - sums, axis=0) < 1e-9).all()
    check_places(table, made)


def check_places(table, made):
    text_of = made.set_index("unit")["text"]
    placed = table[table["start"] >= 0]
    assert set(TOPICS) <= set(placed["quote"])
    assert all(row.quote == text_of[row.unit][row.start : row.end] for row in placed.itertuples())
    loose = table[table["start"] < 0]
    assert set(loose["quote"]) <= {""} and set(loose["end"]) <= {-1}


# --- inside the training data -----------------------------------------------------------------------------------------


def by_group(groups=24, size=4):
    """Rows whose features tell nothing but their group: out of fold nothing can be known."""
    random = np.random.default_rng(0)
    matrix = np.repeat(np.eye(groups), size, axis=0) * random.uniform(0.5, 2, size=(groups * size, 1))
    made = units_from_texts([f"t{i}" for i in range(groups * size)], labels=[set()] * groups * size)
    made["group"] = made["article"] = [f"g{i // size}" for i in range(groups * size)]
    there = np.repeat(np.arange(groups) % 2 == 0, size)
    made["labels"] = [frozenset("ab") if one else frozenset() for one in there]
    return {"terms": sparse.csr_matrix(matrix)}, made, there


@pytest.mark.parametrize("head", ["logistic", "svm", "best", "chain"])
def test_tuning_sees_only_scores_of_rows_that_were_left_out(head):
    views, made, there = by_group()
    model = LabelHeads(head).fit(views, made, ["a", "b"])
    for label in ("a", "b"):
        inner = model.models_[label].inner_probabilities_
        assert len(np.unique(inner.round(9))) <= 5, "a fold's rows look alike to a model that never saw their groups"
        fitted = model.predict_proba(views)[:, model.labels_.index(label)]
        assert fitted[there].min() > fitted[~there].max(), "and all is known to one that did"


def test_the_head_of_one_label_is_chosen_on_rows_that_were_left_out():
    views, made, there = by_group(groups=12)
    model = LinearHead("auto").fit(views, there.astype(str), made["group"].tolist())
    assert len(np.unique(model.inner_scores_.round(6), axis=0)) <= 3
    assert (model.predict(views) == there.astype(str)).all()


def test_a_chain_hands_on_hints_that_are_out_of_fold(monkeypatch):
    seen = []
    fit = CalibratedLinear.fit

    def listen(self, X, *rest, **more):
        seen.append(X)
        return fit(self, X, *rest, **more)

    monkeypatch.setattr(CalibratedLinear, "fit", listen)
    made = texts(noise=0.1)
    model = FrameDetector(features="words", head="chain").fit(made)
    first, second, third = model.models_
    widths = [X.shape[1] for X in seen]
    assert widths == [widths[0], widths[0] + 1, widths[0] + 2]
    for X, before in ((seen[1], first), (seen[2], second)):
        handed = X[:, X.shape[1] - 1].toarray().ravel()
        assert handed == pytest.approx(model.models_[before].inner_probabilities_)
        assert abs(handed - model.predict_proba(made)[before]).max() > 0.05, "those of the fitted rows are others"


def test_a_chain_goes_from_the_most_frequent_label_to_the_rarest():
    made = texts(count=80)
    made["labels"] = [labels - {"water"} if i % 2 else labels for i, labels in enumerate(made["labels"])]
    model = FrameDetector(features="words", head="chain").fit(made)
    counts = {label: sum(label in labels for labels in made["labels"]) for label in model.labels_}
    assert list(model.models_) == sorted(counts, key=lambda label: -counts[label])


def test_a_chain_helps_where_one_label_says_the_other():
    """`echo` has no word of its own but never comes without `water`."""
    made = texts(count=120)
    made["labels"] = [labels | {"echo"} if "water" in labels else labels for labels in made["labels"]]
    model = FrameDetector(features="words", head="chain").fit(made)
    before, after = sorted(("echo", "water"), key=list(model.models_).index)
    table = model.explain(made[made["labels"].map(lambda labels: "water" in labels)])
    carried = table[(table["label"] == after) & (table["feature"] == f"label:{before}")]
    assert (carried["weight"] > 0).all() and len(carried)


@pytest.mark.parametrize("lead", [0.0, 2.0])
def test_best_takes_another_kind_only_with_a_lead(monkeypatch, lead):
    monkeypatch.setattr(label_heads, "_LEAD", lead)
    made = texts(count=60, noise=0.15)
    best = FrameDetector(features="words", head="best").fit(made)
    kinds = {label: model.model for label, model in best.models_.items()}
    each = {kind: FrameDetector(features="words", head=kind).fit(made) for kind in ("logistic", "svm", "few_shot")}
    for label, kind in kinds.items():
        truth = read_lesson(made, label).decided
        reached = {k: best_f1(m.models_[label].inner_probabilities_, truth) for k, m in each.items()}
        assert kind == "logistic" if lead else reached[kind] == max(reached.values())
        assert best.models_[label].coef_ == pytest.approx(each[kind].models_[label].coef_)


# --- thresholds and too little ----------------------------------------------------------------------------------------


def test_every_label_has_its_own_threshold_of_left_out_scores():
    made = texts(count=120, noise=0.2)
    made["labels"] = [labels - {"war"} if i % 3 else labels for i, labels in enumerate(made["labels"])]
    model = FrameDetector(features="words").fit(made)
    assert len(set(model.thresholds_.values())) == 3
    for label, own in model.models_.items():
        truth = read_lesson(made, label).decided
        assert model.thresholds_[label] == best_threshold(own.inner_probabilities_, truth)
    scores = model.predict_proba(made)
    between = scores.mask(scores >= 0, sorted(model.thresholds_.values())[1])
    decided = model.decide(between).iloc[0]
    assert decided.sum() == 2, "one and the same probability is enough for two labels and not for the third"


@pytest.mark.parametrize(("articles", "learned"), [(2, False), (3, True)])
def test_three_articles_are_the_least(articles, learned):
    made = texts()
    rare = range(0, 2 * articles, 2)
    made["labels"] = [labels | {"rare"} if i in rare else labels for i, labels in enumerate(made["labels"])]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = FrameDetector(features="words").fit(made)
    said = [str(w.message) for w in told if issubclass(w.category, InputWarning)]
    assert said == ([] if learned else [f"label 'rare' is not learned: {articles} articles carry it, 3 are needed"])
    assert ("rare" in model.models_) == learned


@pytest.mark.parametrize("exclusive", [False, True])
def test_nothing_to_learn_names_the_labels_and_their_numbers(exclusive):
    made = units_from_texts([f"t {i}" for i in range(4)], labels=[{"a"}, {"a"}, {"b"}, {"c"}])
    with warnings.catch_warnings(), pytest.raises(InputError, match=r"'a' in 2, 'b' in 1, 'c' in 1.*code more"):
        warnings.simplefilter("ignore", InputWarning)
        FrameDetector(features="words", exclusive=exclusive).fit(made)


@pytest.mark.parametrize(
    "head", [LabelHeads("chain", C=2.0, random_state=3), OneLabelHead("svm", 5), LinearHead("svm", 2)]
)
def test_heads_are_cloned_and_set_like_any_estimator(head):
    copy = clone(head)
    assert copy.get_params() == head.get_params() and copy is not head
    assert copy.set_params(random_state=9).random_state == 9 and head.random_state != 9
    with pytest.raises(ValueError, match="Invalid parameter"):
        copy.set_params(colour="blue")
