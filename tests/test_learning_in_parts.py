"""Detection part by part: the detections of one call, in this process and on a cluster."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from corpus_tools.evaluation.evaluate import evaluate
from corpus_tools.learning.frames import FrameDetector
from corpus_tools.learning.in_parts import detect_in_parts
from corpus_tools.text.corpus import Corpus

pytest_plugins = ("small_world_fixture",)


@pytest.fixture(scope="module")
def fitted(world):
    return FrameDetector(world.book, random_state=1).fit(world.frame_units())


def test_parts_find_what_one_call_finds(world, fitted):
    whole = fitted.detect(world.corpus, world.parses)
    assert len(whole) > 5
    for size in (1, 3, 500):
        pd.testing.assert_frame_equal(detect_in_parts(fitted, world.corpus, world.parses, size=size), whole)
    nothing = detect_in_parts(fitted, Corpus.of([]), world.parses)
    assert len(nothing) == 0 and list(nothing.columns) == list(whole.columns)


def test_some_parses_travel_without_the_rest(world):
    some = world.parses.take(["a03", "a01", "nowhere"])
    assert some.ids == ["a01", "a03"], "in the order of the corpus"
    pd.testing.assert_frame_equal(some["a03"].tokens, world.parses["a03"].tokens)
    again = pickle.loads(pickle.dumps(some))
    pd.testing.assert_frame_equal(again["a01"].tokens, world.parses["a01"].tokens)
    assert len(pickle.dumps(some)) < 30_000


@pytest.mark.slow
def test_a_cluster_detects_and_evaluates_the_same(world, fitted):
    pytest.importorskip("distributed")
    from joblib import Parallel, delayed, parallel_config

    from corpus_tools.language.connecting import connect

    units, options = world.frame_units(), {"folds": 2, "baselines": ["majority"]}
    with connect("local", 2) as client, client.as_current(), parallel_config("dask"):
        found = detect_in_parts(fitted, world.corpus, world.parses, size=5)
        [result] = Parallel()(delayed(evaluate)(detector, units, **options) for detector in [FrameDetector(world.book)])
        assert client.run(len, [0]), "the workers are there"
    pd.testing.assert_frame_equal(found, fitted.detect(world.corpus, world.parses))
    assert result.summary == evaluate(FrameDetector(world.book), units, **options).summary
