"""Worked examples of papers and of other projects' test suites, each to the tolerance of its source."""

from __future__ import annotations

import json

import numpy as np
import pytest
from agreement_cases import compute, to_ratings

from corpus_tools.agreement import gwet_ac1, gwet_ac2, krippendorff_alpha

NOT_OURS = {
    "cohen_kappa_max": "an upper limit, not an agreement",
    "gamma": "sampled; another package's",
    "gamma_cat": "sampled; another package's",
    "gamma_best_alignment_disorder": "another package's",
    "gamma_pair_dissimilarities": "another package's",
    "gamma_positional_dissimilarity": "another package's",
    "hughes_analytical_alpha": "another coefficient",
    "masi_distance_nltk_067_033": "rounded: we have the exact one",
    "masi_distance_dkpro": "another measure of that name",
}


@pytest.fixture(scope="module")
def cases(shared):
    listed = json.loads((shared / "data" / "agreement_cases.json").read_text("utf-8"))["cases"]
    return {case["id"]: case for case in listed}


def test_published_cases(cases):
    passed, wrong, left_out = [], [], set()
    for case in cases.values():
        for expected in (e for e in case["expected"] if "measure" in e):
            if expected["measure"] in NOT_OURS:
                left_out.add(expected["measure"])
                continue
            found = compute(case, expected, cases)
            if found is not None and np.allclose(found, expected["value"], rtol=0, atol=expected["tol"]):
                passed.append(case["id"])
            else:
                wrong.append((case["id"], expected["measure"], expected["value"], found))
    assert not wrong
    assert left_out == set(NOT_OURS)
    assert (len(passed), len(set(passed))) == (107, 31), "values, and cases that have one"


@pytest.mark.parametrize("case", ["irrcac_R_paradox_2x2", "irrcac_R_likert_4x4"])
def test_the_parts_of_gwets_coefficients(cases, case):
    """The source prints what was observed and what chance gives."""
    ac1, ac2 = cases[case]["expected"]
    ratings = to_ratings(cases[case])
    for found, expected in ((gwet_ac1(ratings), ac1), (gwet_ac2(ratings, weights="quadratic"), ac2)):
        assert (found.observed, found.expected) == (pytest.approx(expected["pa"]), pytest.approx(expected["pe"]))


def test_a_unit_with_one_rating_changes_nothing(cases):
    ratings = to_ratings(cases["krippendorff_2011_4x12"])
    assert krippendorff_alpha([row[:-1] for row in ratings]).value == krippendorff_alpha(ratings).value
