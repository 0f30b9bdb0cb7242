"""Every format: what goes out comes back, up to exactly what the loss report names."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from interchange_world import check_report, worlds

from corpus_tools.annotation.interchange import FORMATS, export_annotations, find_format, import_annotations
from corpus_tools.annotation.records import Annotation
from corpus_tools.text.corpus import Corpus

NAMES = {"cas-xmi": "out.zip", "cas-json": "out.zip", "brat": "out"}


def round_trip(name: str, corpus: Corpus, annotations: list[Annotation], coder):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES.get(name, "out")
        report = export_annotations(annotations, corpus, path, format=name)
        # The unit is named: words that random spans cut would make the reader doubt formats without quotes.
        return report, import_annotations(path, corpus, format=name, coder=coder, unit=find_format(name).unit)


def check_many(name: str, examples: int) -> None:
    several = find_format(name).coders

    @given(worlds(coders=("ana", "ben") if several else ("ana",)))
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def check(world):
        corpus, annotations = world
        assume(any(find_format(name).refuse(article) is None for article in corpus))
        coders = {annotation.coder: annotation.coder for annotation in annotations}
        report, imported = round_trip(name, corpus, annotations, coders if several else "somebody")
        check_report(annotations, imported.items, report)

    check()


@pytest.fixture(params=FORMATS)
def name(request) -> str:
    if request.param.startswith("cas"):
        pytest.importorskip("cassis")
    return request.param


def test_what_differs_is_what_the_report_names(name):
    check_many(name, 8)


@pytest.mark.slow
def test_what_differs_is_what_the_report_names_in_many_worlds(name):
    check_many(name, 100)
