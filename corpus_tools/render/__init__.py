"""An article with its frames, stances and parses as safe HTML: the one renderer for notebook and report."""

from corpus_tools.render.article import make_prefix, render_article, render_legend
from corpus_tools.render.charts import (
    Estimate,
    as_number,
    render_axis,
    render_bar,
    render_calibration,
    render_strip,
    render_whisker,
)
from corpus_tools.render.dependencies import render_dependencies
from corpus_tools.render.escape import check_url, escape_name, escape_text
from corpus_tools.render.lanes import split_text
from corpus_tools.render.marks import Evidence, Highlight, SlotMark, StanceMark
from corpus_tools.render.palette import LabelStyle, Palette
from corpus_tools.render.pieces import layer_slots, render_pieces
from corpus_tools.render.scale import render_stance_value, sign_of
from corpus_tools.render.styles import read_styles
from corpus_tools.render.tips import render_evidence, render_probability

__all__ = [
    "Estimate",
    "Evidence",
    "Highlight",
    "LabelStyle",
    "Palette",
    "SlotMark",
    "StanceMark",
    "as_number",
    "check_url",
    "escape_name",
    "escape_text",
    "layer_slots",
    "make_prefix",
    "read_styles",
    "render_article",
    "render_axis",
    "render_bar",
    "render_calibration",
    "render_dependencies",
    "render_evidence",
    "render_legend",
    "render_pieces",
    "render_probability",
    "render_stance_value",
    "render_strip",
    "render_whisker",
    "sign_of",
    "split_text",
]
