"""Annotations to and from other tools, with a report of what each format could not carry.

>>> import tempfile
>>> from corpus_tools.annotation.records import Annotation, Frame
>>> from corpus_tools.text.article import Article
>>> from corpus_tools.text.corpus import Corpus
>>> from corpus_tools.text.span import Span
>>> corpus = Corpus.of([Article("niger", "ECOWAS opened talks.")])
>>> frame = Annotation(id="a1", coder="ana", codebook="1.0", at="2026-11-23T20:00:00.000Z", event_id="e1",
...     type="frame", article="niger", label="dialogue", spans=(Span(7, 19),), salience="primary")
>>> path = tempfile.mkdtemp() + "/marks.jsonl"
>>> report = export_annotations([frame], corpus, path, format="doccano")
>>> report.fields_of("a1") == {"id", "coder", "codebook", "at", "salience"}
True
>>> imported = import_annotations(path, corpus, format="doccano", coder="ana")
>>> imported.records[0].label, imported.records[0].spans[0].quote
('dialogue', 'opened talks')
"""

from corpus_tools.annotation.interchange.exporting import export_annotations
from corpus_tools.annotation.interchange.format import Format
from corpus_tools.annotation.interchange.importing import Imported, import_annotations
from corpus_tools.annotation.interchange.items import Item
from corpus_tools.annotation.interchange.loss import Loss, LossReport
from corpus_tools.annotation.interchange.registry import FORMATS, find_format
from corpus_tools.annotation.interchange.sources import Limits

__all__ = [
    "FORMATS",
    "Format",
    "Imported",
    "Item",
    "Limits",
    "Loss",
    "LossReport",
    "export_annotations",
    "find_format",
    "import_annotations",
]
