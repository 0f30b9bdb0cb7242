"""FrameDetector and its baselines: labels never read to predict, explanations that add up, the offset law."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from small_world import UNFINISHED, WHOLE

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.learning.detections import COLUMNS, MOST_EVIDENCE, to_detections
from corpus_tools.learning.features import UnitFeatures
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.lexicon import CueDetector, MajorityDetector
from corpus_tools.learning.units import units, units_from_texts
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError, InputWarning

pytest_plugins = ("small_world_fixture",)

THEMES = {
    "rain": "Rain and floods hit the valley",
    "vote": "Voters queued at the ballot",
    "war": "Shells fell on the front line",
}
THEMED = [
    (f"{text} {word}.", label)
    for label, text in THEMES.items()
    for word in ("today", "again", "at dawn", "this week", "in June")
]


@pytest.fixture(scope="module")
def fitted(world):
    return FrameDetector(world.book, random_state=1).fit(world.frame_units())


def themed(**more):
    return units_from_texts([text for text, _ in THEMED], labels=[{label} for _, label in THEMED], **more)


def test_the_planted_words_are_learned(world, fitted):
    made = world.frame_units()
    assert fitted.labels_ == ["influence", "ballot"], "the order of the codebook"
    predicted = fitted.predict(made)
    assert list(predicted.columns) == fitted.labels_ and set(np.unique(predicted)) == {0, 1}
    for label, word in (("influence", "Russian influence"), ("ballot", "elections")):
        assert (predicted[label] == made["text"].str.contains(word).astype(int)).all(), label


def test_probabilities_have_one_row_a_unit_and_one_column_a_label(world, fitted):
    made = world.frame_units().sample(frac=1, random_state=0)
    scores = fitted.predict_proba(made)
    assert scores.index.equals(made.index) and list(scores.columns) == fitted.labels_
    assert ((scores >= 0) & (scores <= 1)).all(axis=None)
    expected = scores.ge(pd.Series(fitted.thresholds_)).astype("int64")
    pd.testing.assert_frame_equal(fitted.predict(made), expected)


def test_an_article_is_judged_by_its_highest_unit(world, fitted):
    made = world.frame_units()
    scores = fitted.score_articles(made)
    assert scores.index.tolist() == world.corpus.ids
    highest = fitted.predict_proba(made).groupby(made["article"]).max()
    pd.testing.assert_frame_equal(scores, highest.loc[scores.index], check_names=False)
    decided = fitted.predict_articles(made)
    pd.testing.assert_frame_equal(decided, scores.ge(pd.Series(fitted.article_thresholds_)).astype("int64"))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_articles", "score_articles", "explain"])
def test_labels_are_never_read_to_predict(world, fitted, method):
    made = world.frame_units()
    mixed = made.copy()
    order = np.random.default_rng(0).permutation(len(made))
    for column in ("labels", "article_labels", "unknown"):
        mixed[column] = made[column].to_numpy()[order]
    without = made.assign(labels=None, article_labels=None, unknown=None)
    expected = getattr(fitted, method)(made)
    for changed in (mixed, without):
        pd.testing.assert_frame_equal(getattr(fitted, method)(changed), expected)


def test_fit_reads_labels(world, fitted):
    made = world.frame_units()
    swap = {"influence": "ballot", "ballot": "influence"}
    for column in ("labels", "article_labels", "unknown"):
        made[column] = [frozenset(swap.get(label, label) for label in labels) for labels in made[column]]
    swapped = FrameDetector(world.book, random_state=1).fit(made)
    assert swapped.predict_proba(made)["ballot"].to_numpy() == pytest.approx(
        fitted.predict_proba(made)["influence"].to_numpy()
    )


def test_sentences_of_a_whole_article_code_do_not_train_that_frame(world):
    """The frame's own sentence in that article has no label; as a negative it would contradict all the others."""
    made = world.frame_units()
    fewer = made[made["article"] != WHOLE]
    with_it, without_it = (FrameDetector(world.book, features="words").fit(u) for u in (made, fewer))
    assert with_it.models_["influence"].coef_.shape[1] >= without_it.models_["influence"].coef_.shape[1]
    probe = made[(made["article"] == WHOLE) & made["text"].str.contains("Russian influence")]
    assert with_it.predict(probe)["influence"].tolist() == [1]


# --- explanations and detections --------------------------------------------------------------------------------------


@pytest.mark.parametrize("features", ["words", "linguistic"])
def test_explanations_add_up_to_the_score_less_the_intercept(world, features):
    made = world.frame_units()
    model = FrameDetector(world.book, features=features).fit(made)
    table = model.explain(made)
    sums = table.groupby(["unit", "label"])["weight"].sum()
    matrix = model.features_.transform(made)
    for label, own in model.models_.items():
        expected = own.raw_scores(matrix) - own.intercept_[0]
        found = sums.reindex(pd.MultiIndex.from_product([made["unit"], [label]])).fillna(0.0).to_numpy()
        assert found == pytest.approx(expected, abs=1e-6)


def test_explanations_quote_the_article(world, fitted):
    made = world.frame_units()
    table = fitted.explain(made).merge(made[["unit", "article", "start", "end"]], on="unit", suffixes=("", "_unit"))
    placed = table[table["start"] >= 0]
    assert (
        len(placed) and (placed["start"] >= placed["start_unit"]).all() and (placed["end"] <= placed["end_unit"]).all()
    )
    for row in placed.to_dict("records"):
        assert row["quote"] == world.corpus[row["article"]].text[row["start"] : row["end"]] != ""
    loose = table[table["start"] < 0]
    assert set(loose["feature"]) <= {"characters", "context", "vectors"} and set(loose["quote"]) <= {""}


def test_detections_keep_the_offset_law(world, fitted):
    found = fitted.detect(world.corpus, world.parses)
    assert tuple(found.columns) == COLUMNS and found[["start", "end"]].dtypes.eq("int64").all()
    assert len(found) == sum("Russian influence" in a.text for a in world.corpus) + sum(
        "elections" in a.text for a in world.corpus
    )
    assert set(found["type"]) == {"frame"} and found["holder"].isna().all() and found["target"].isna().all()
    for row in found.to_dict("records"):
        text = world.corpus[row["article"]].text
        assert row["quote"] == text[row["start"] : row["end"]]
        assert fitted.thresholds_[row["label"]] <= row["score"] <= 1
        check_evidence(row, text)
        assert row["evidence"], "a planted word carried it"


def check_evidence(row, text):
    assert len(row["evidence"]) <= MOST_EVIDENCE
    weights = [piece["weight"] for piece in row["evidence"]]
    assert weights == sorted(weights, reverse=True) and all(weight > 0 for weight in weights)
    for piece in row["evidence"]:
        assert set(piece) == {"start", "end", "quote", "feature", "weight"}
        assert row["start"] <= piece["start"] < piece["end"] <= row["end"]
        assert piece["quote"] == text[piece["start"] : piece["end"]]


def test_the_evidence_is_the_planted_word(world, fitted):
    found = fitted.detect(world.corpus, world.parses)
    for label, word in (("influence", "Russian influence"), ("ballot", "free elections")):
        for evidence in found[found["label"] == label]["evidence"]:
            assert any(piece["quote"] in word for piece in evidence[:3])


def test_detecting_in_nothing_gives_the_columns(world, fitted):
    found = fitted.detect(Corpus.of([]), world.parses)
    assert len(found) == 0 and tuple(found.columns) == COLUMNS
    pd.testing.assert_frame_equal(found, to_detections([]))


def test_detections_do_not_depend_on_the_other_articles(world, fitted):
    whole = fitted.detect(world.corpus, world.parses)
    alone = fitted.detect(world.corpus.filter(id="a04"), world.parses)
    pd.testing.assert_frame_equal(alone, whole[whole["article"] == "a04"].reset_index(drop=True))


# --- plain texts, parameters, refusals --------------------------------------------------------------------------------


def test_plain_texts_need_no_codebook_and_no_parse_for_characters_only():
    made = themed()
    model = UnitFeatures(blocks=("characters",)).fit(made)
    assert model.transform(made).shape[0] == len(made) and made["parse"][0].source.parses is None


def test_exclusive_gives_exactly_one_label(world):
    texts = [world.corpus[name].text for name in ("a01", "a02", "a03", "a05", "a06", "a07", "a09", "a10", "a11")]
    labels = [{name} for name in ("rain", "power", "vote") * 3]
    made = units_from_texts(texts, labels=labels, cache=world.cache)
    model = FrameDetector(features="words", exclusive=True).fit(made)
    predicted = model.predict(made)
    assert model.labels_ == ["power", "rain", "vote"] and (predicted.sum(axis=1) == 1).all()
    best = model.predict_proba(made).idxmax(axis=1)
    assert (predicted.idxmax(axis=1) == best).all()


def test_a_label_in_too_few_articles_is_said_and_never_predicted(world):
    made = world.frame_units()
    rare = made["article"].isin(["a01", "a05"])
    made["labels"] = [labels | {"rare"} if here else labels for labels, here in zip(made["labels"], rare, strict=True)]
    with pytest.warns(InputWarning, match="'rare' is not learned: 2 articles"):
        model = FrameDetector(world.book, features="words").fit(made)
    assert model.labels_ == ["influence", "ballot", "rare"] and "rare" not in model.models_
    assert (model.predict(made)["rare"] == 0).all()
    assert 0 < model.predict_proba(made)["rare"].iloc[0] < 0.2


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({"features": "magic"}, r"'features' parameter.*'magic'"), ({"features": "Words"}, "'features' parameter")],
)
def test_wrong_parameters_are_named(world, parameters, message):
    with pytest.raises(InputError, match=message):
        FrameDetector(world.book, **parameters).fit(world.frame_units())


def test_no_label_in_three_articles_is_refused(world):
    made = world.frame_units()
    with warnings.catch_warnings(), pytest.raises(InputError, match="no label occurs in 3 articles"):
        warnings.simplefilter("ignore", InputWarning)
        FrameDetector(features="words").fit(made[made["article"].isin(["a00", "a01", "a02"])])


def test_parameters_and_clone(world):
    model = FrameDetector(world.book, features="words", exclusive=True, C=2.0, random_state=7)
    assert model.get_params(deep=False) == {
        "codebook": world.book, "features": "words", "exclusive": True, "head": "auto", "embeddings": None, "C": 2.0,
        "random_state": 7,
    }  # fmt: skip
    copy = clone(model).set_params(C=3.0)
    assert (copy.C, model.C, copy.codebook) == (3.0, 2.0, world.book)
    assert not hasattr(clone(model.set_params(exclusive=False).fit(world.frame_units())), "labels_")


def test_two_fits_are_the_same(world, fitted):
    made = world.frame_units()
    again = clone(fitted).fit(made)
    pd.testing.assert_frame_equal(again.predict_proba(made), fitted.predict_proba(made))
    assert again.thresholds_ == fitted.thresholds_ and again.article_thresholds_ == fitted.article_thresholds_


def test_predicting_before_fitting_is_refused(world):
    with pytest.raises(ValueError, match="not fitted"):
        FrameDetector().predict(world.frame_units())


def test_an_earlier_codebook_leaves_no_trace_in_the_units(world):
    """Detectors share units; the terms kept with a sentence must not be those of another codebook's cues."""
    book = Codebook.of({"codebook": {"version": "1"}, "frame": [{"id": "influence", "cues": ["condemned"]}]})
    used, fresh = (units(world.corpus, world.parses, world.gold) for _ in range(2))
    UnitFeatures(("cues", "words"), None).fit(used).transform(used)
    names = [UnitFeatures(("cues", "words"), book).fit(made).get_feature_names_out().tolist() for made in (used, fresh)]
    assert "cues:cue=influence" in names[1]
    assert names[0] == names[1]


def test_features_are_named_column_by_column(world):
    made = world.frame_units()
    maker = UnitFeatures(codebook=world.book).fit(made)
    matrix, names = maker.transform(made), maker.get_feature_names_out()
    assert matrix.shape == (len(made), len(names)) and len(set(names)) == len(names)
    assert {name.split(":")[0] for name in names} >= {
        "words",
        "characters",
        "lemmas",
        "dependencies",
        "entities",
        "cues",
        "context",
    }
    column = list(names).index("cues:cue=influence")
    assert ((matrix[:, column].toarray().ravel() > 0) == made["text"].str.contains("Russian influence")).all()


# --- baselines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUSSIAN INFLUENCE grows.", (1, 0)), ("Free elections?", (0, 1)), ("Preelections and electionss", (0, 0)),
        ("Russian  influence", (0, 0)), ("", (0, 0)), ("Elections, not Russian influence.", (1, 1)),
    ],
)  # fmt: skip
def test_cues_are_whole_words_in_any_case(world, text, expected):
    found = CueDetector(world.book).fit(pd.DataFrame()).predict(pd.DataFrame({"text": [text]}))
    assert list(found.columns) == ["influence", "ballot"] and tuple(found.iloc[0]) == expected


def test_cue_scores_rise_with_the_number_of_cues(world):
    scores = CueDetector(world.book).predict_proba(pd.DataFrame({"text": ["x", "elections", "elections, elections"]}))
    assert scores["ballot"].tolist() == [0, 1 / 2, 2 / 3]


def test_majority_says_what_most_say():
    made = units_from_texts(["a"] * 5, labels=[{"x", "y"}, {"x"}, {"x"}, {"y"}, set()], kind="frame")
    model = MajorityDetector().fit(made)
    assert model.predict(made).to_dict("list") == {"x": [1] * 5, "y": [0] * 5}
    assert model.decide_articles(model.predict_proba(made)).to_dict("list") == {"x": [1] * 5, "y": [0] * 5}


def test_the_unfinished_article_is_judged_like_any_other(world, fitted):
    alone = world.corpus.filter(id=UNFINISHED)
    assert fitted.detect(alone, world.parses)["label"].tolist() == ["influence"]
