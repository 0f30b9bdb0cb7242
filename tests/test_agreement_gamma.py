"""Gamma, where pygamma-agreement is installed: disorders exactly, what is sampled loosely."""

from __future__ import annotations

import importlib.util
import json
import logging
import random
import sys

import numpy as np
import pytest

from corpus_tools.agreement import gamma
from corpus_tools.text.errors import InputError

UNITS = [("ana", 0, 10, "war"), ("ben", 2, 10, "war"), ("ana", 30, 35, "aid"), ("ben", 30, 35, "war")]
needs_package = pytest.mark.skipif(
    importlib.util.find_spec("pygamma_agreement") is None, reason="pygamma-agreement (extra gamma) is not installed"
)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(InputError, match=r"corpus-tools\[gamma\]"):
        gamma(UNITS)


def test_what_has_no_gamma():
    assert gamma([]).value is None and gamma([]).reason
    assert gamma(UNITS[:1]).value is None
    with pytest.raises(InputError, match="0 <= start < end"):
        gamma([("ana", 3, 2, "war")])


@needs_package
@pytest.mark.slow
def test_published_continua(shared):
    cases = json.loads((shared / "data" / "agreement_cases.json").read_text("utf-8"))["cases"]
    checked = 0
    for case in cases:
        if case["kind"] != "continuum" or case["data"]["categorical"] != "nominal":
            continue
        units = [(u["annotator"], u["start"], u["end"], u["category"]) for u in case["data"]["units"]]
        options = case["data"]["params"]
        found = gamma(units, alpha=options["alpha"], beta=options["beta"], delta_empty=options["deltaEmpty"])
        for expected in case["expected"]:
            if expected["measure"] == "gamma_best_alignment_disorder":
                assert found.observed == pytest.approx(expected["value"], abs=expected["tol"])
            elif expected["measure"] == "gamma" and "value" in expected:
                assert found.value == pytest.approx(expected["value"], abs=expected["tol"])
                assert found.expected == pytest.approx(expected["expected_disorder"], rel=0.2)
            else:
                continue
            checked += 1
    assert checked == 13


@needs_package
@pytest.mark.slow
def test_nothing_is_left_changed():
    np.random.seed(7)
    before, root = np.random.get_state()[1].tolist(), list(logging.root.handlers)
    plain = random.getstate()
    first, second = gamma(UNITS, seed=3), gamma(UNITS, seed=3)
    assert first == second and first.value < 1
    assert np.random.get_state()[1].tolist() == before and logging.root.handlers == root
    assert random.getstate() == plain and logging.root.manager.disable == 0
