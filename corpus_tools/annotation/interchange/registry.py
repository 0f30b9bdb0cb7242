"""The formats by name; each is loaded when it is first asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from corpus_tools.annotation.interchange.format import Format
from corpus_tools.text.errors import InputError

__all__ = ["FORMATS", "find_format"]

_HOMES = {
    "csv": "tabular:Csv",
    "tsv": "tabular:Tsv",
    "cas-xmi": "cas:CasXmi",
    "cas-json": "cas:CasJson",
    "label-studio": "label_studio:LabelStudio",
    "doccano": "doccano:Doccano",
    "prodigy": "prodigy:Prodigy",
    "brat": "brat:Brat",
    "conllu": "conllu:Conllu",
    "web-annotation": "web_annotation:WebAnnotation",
    "datasets-jsonl": "datasets:DatasetsJsonl",
    "datasets-parquet": "datasets:DatasetsParquet",
    "spacy": "spacy:Spacy",
}

FORMATS = tuple(_HOMES)
"""The names that `export_annotations` and `import_annotations` take."""


def find_format(name: str) -> Format:
    """Return a format by its name.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in _HOMES:
        near = get_close_matches(str(name), FORMATS, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"use one of {', '.join(FORMATS)}"
        raise InputError(f"unknown format {name!r}", remedy=remedy)
    home, _, kind = _HOMES[name].partition(":")
    found: type[Format] = getattr(import_module(f"{__package__}.{home}"), kind)
    return found()
