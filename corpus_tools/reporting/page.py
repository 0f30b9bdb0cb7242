"""The page of the report: one HTML file that needs nothing else, no network and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.render import (
    Palette,
    as_number,
    render_axis,
    render_bar,
    render_probability,
)
from corpus_tools.reporting.found import Findings
from corpus_tools.reporting.limits import list_limits
from corpus_tools.reporting.templating import fill_page
from corpus_tools.reporting.trust import Trust
from corpus_tools.text.article import Article
from corpus_tools.text.writing import write_whole

if TYPE_CHECKING:
    from pandas import DataFrame

OPEN_ARTICLES = 3  # up to so many judged articles stand open on the page
MANY_STANCES = 30  # beyond it, the table is summed up by holder and target first


def write_page(
    out: Path,
    *,
    articles: Sequence[Article],
    detections: DataFrame,
    evaluation: Mapping[str, Any],
    manifest: Mapping[str, Any],
    codebook: Codebook,
    title: str,
) -> Path:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    out
        The report's folder (the page becomes ``index.html``), or the path of the page if it ends in ``.html``.
    articles
        The judged articles, in the order in which they shall appear.
    detections
        What was found in them; may be empty.
    evaluation, manifest
        The contents of ``evaluation.json`` and ``manifest.json``; parts may be missing.
    codebook
        Names and order of the frames, names of the entities.
    title
        Heading of the page.

    Returns
    -------
    Path
        The page that was written.
    """
    page = out if out.suffix == ".html" else out / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    html = render_page(
        articles=articles,
        detections=detections,
        evaluation=evaluation,
        manifest=manifest,
        codebook=codebook,
        title=title,
    )
    return write_whole(page, html.encode("utf-8", errors="replace"))


def render_page(
    *,
    articles: Sequence[Article],
    detections: DataFrame,
    evaluation: Mapping[str, Any],
    manifest: Mapping[str, Any],
    codebook: Codebook,
    title: str,
) -> str:
    """Return the page as text; the parameters are those of `write_page`."""
    palette = Palette({frame.id: frame.name for frame in codebook.frames.values()})
    thresholds = find_thresholds(manifest)
    found = Findings(articles, detections, codebook=codebook, palette=palette, thresholds=thresholds)
    trust = Trust(evaluation, palette=palette)
    return fill_page(
        "page.html",
        title=title,
        found=found,
        trust=trust,
        limits=list_limits(trust),
        shares=_compare_shares(found, trust, palette),
        codebook=codebook,
        manifest=manifest,
        facts=_list_facts(manifest, articles),
        say_probability=lambda score: Markup(render_probability(score)),
        axis=Markup(render_axis()),
        difference_axis=Markup(render_axis((-0.5, 0.5), steps=4)),
        thresholds=thresholds,
        open_articles=len(articles) <= OPEN_ARTICLES,
        many_stances=len(found.stances) > MANY_STANCES,
    )


def find_thresholds(manifest: Mapping[str, Any]) -> dict[str, float]:
    """Return the thresholds of the frames, wherever the manifest keeps them.

    Examples
    --------
    >>> find_thresholds({"settings": {"frames": {"thresholds": {"dialogue": 0.4}}}})
    {'dialogue': 0.4}
    """
    own = manifest.get("thresholds")
    if isinstance(own, Mapping):
        flat = own.get("frames", own)
        numbers = {str(label): as_number(value) for label, value in flat.items()} if isinstance(flat, Mapping) else {}
        return {label: number for label, number in numbers.items() if number is not None}
    for part in manifest.values():
        if isinstance(part, Mapping) and (inner := find_thresholds(part)):
            return inner
    return {}


def _compare_shares(found: Findings, trust: Trust, palette: Palette) -> list[dict[str, Any]]:
    """Share of each frame over the judged articles and over the coded ones."""
    judged = len(found.articles)
    support = {line.name: as_number(line.support) for line in trust.labels}
    rows = []
    for style in palette:
        here, coded = found.count_articles(style.label), support.get(style.name)
        passages = sum(line.count for view in found.articles for line in view.lines if line.style.label == style.label)
        row = {"style": style, "swatch": Markup(style.swatch), "judged": here, "of": judged, "passages": passages}
        text = found.articles[0].shares.get(style.label, 0.0) if judged == 1 else None
        row["text"] = text
        row["judged_bar"] = _share_bar(here if text is None else text, judged, style.colour)
        row["coded"] = None if coded is None else int(coded)
        row["coded_bar"] = _share_bar(coded or 0, trust.articles or 0, style.colour)
        rows.append(row)
    return rows


def _share_bar(part: float, whole: int, colour: int) -> Markup:
    share = part / whole if whole else 0.0
    return Markup(render_bar(share, colour=colour, describe=f"{100 * share:.0f} percent"))


def _list_facts(manifest: Mapping[str, Any], articles: Sequence[Article]) -> list[str]:
    """Say in a few words what was judged and by what."""
    judged = "1 article judged" if len(articles) == 1 else f"{len(articles)} articles judged"
    training = manifest.get("training_articles", manifest.get("training"))
    count = len(training) if isinstance(training, (list, tuple, Mapping)) else as_number(training)
    learned = [] if not count else [f"learned from {int(count)} coded articles"]
    started = [] if not manifest.get("started") else [f"made {str(manifest['started'])[:16].replace('T', ' ')}"]
    return [judged, *learned, *started]
