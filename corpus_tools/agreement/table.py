"""`measure_agreement`: how far coders agree, on frames, spans and stances, with intervals over articles."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_tools.agreement.coded import Coding, line_up
from corpus_tools.agreement.frame_rows import frame_rows
from corpus_tools.agreement.resampling import check_interval
from corpus_tools.agreement.rows import COLUMNS, Row
from corpus_tools.agreement.span_rows import span_rows
from corpus_tools.agreement.stance_rows import stance_rows
from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.language.parses import Parses, parse
from corpus_tools.text.corpus import Corpus

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "measure_agreement", "tabulate"]


def measure_agreement(
    store: AnnotationStore,
    codebook: Codebook,
    *,
    corpus: Corpus | None = None,
    parses: Parses | None = None,
    level: str = "sentence",
    coders: Collection[str] | None = None,
    interval: float | None = 0.95,
    cache: str | Path | None = None,
) -> pd.DataFrame:
    """Measure agreement on the articles that at least two coders finished.

    Parameters
    ----------
    store, codebook
        The logs and the label scheme; labels that nobody used are listed too.
    corpus, parses
        The articles and where their sentences are. A corpus without parses is parsed where sentences are compared.
        `level="article"` needs neither, but spans are compared only with one of them, and stances only with parses.
    level
        Unit of comparison for frames: `"sentence"` or `"article"`. Stances are always compared by sentence.
    coders
        Whom to compare; None for everybody whose role is coder (gold and models are left out).
    interval
        Confidence of the percentile bootstrap intervals over articles (1,000 resamples); None for none. Where coders
        agree in every article nothing can vary, and such an interval has no width: it says nothing of other articles.
    cache
        Folder of parses, for a corpus that is parsed here.

    Returns
    -------
    DataFrame
        One row a figure, with the columns

        - `kind`: `frame`, `frame_set` (the set of frames of a unit), `span`, `stance`;
        - `level`: the unit that is compared;
        - `version`: the codebook's version, or `"all"` for all together;
        - `coders`: who is compared, joined by `+`. With more than two coders figures of all of them come first, and
          those that only pairs have (Cohen's kappa, F1 of spans) stand for each pair;
        - `label`: a frame or stance value, or `"all"`: for frames the mean over frames, for sets the whole sets;
        - `measure`: `raw`, `alpha` (nominal), `ac1`, `fleiss_kappa`, `cohen_kappa`; of sets also `alpha_masi` (exact)
          and `alpha_jaccard`; of spans `f1_exact`, `f1_overlap`, `alpha_u` (2004); of stances `detection_f1`, and on
          the pairs that both coders found `value_raw`, `value_alpha`, `value_alpha_ordinal` (without the values outside
          the order), `holder_raw`, `holder_alpha` (of entities), `holder_overlap` (of words), and so for `target`;
        - `value`, `low`, `high`, and `reason`: why a value or an interval is missing;
        - `n`: units, spans or stances that the figure rests on;
        - `prevalence`: share of the ratings that are positive (frames, one stance value), not empty (sets) or of the
          commonest category (values, holders, targets); share of the text in spans; stances a sentence (detection);
          share of the pairs that are compared (overlaps).

    Raises
    ------
    InputError
        With fewer than two coders, or without articles where sentences are needed.
    """
    check_interval(interval)
    if parses is None and corpus is not None and level == "sentence":
        parses = parse(corpus, cache=cache, progress=False)
    coding = line_up(store, corpus=corpus, parses=parses, level=level, coders=coders)
    return tabulate(coding, codebook, texts=corpus is not None or parses is not None, interval=interval)


def tabulate(coding: Coding, codebook: Codebook, *, texts: bool = True, interval: float | None = 0.95) -> pd.DataFrame:
    """Return the table of `measure_agreement` for what was lined up; `texts` tells whether articles are at hand."""
    import pandas as pd

    rows = [row for version in coding.versions for row in _rows_of(coding, codebook, version, texts, interval)]
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)  # reasons stay None where there is none
    return table.astype({"value": float, "low": float, "high": float, "n": "int64", "prevalence": float})


def _rows_of(coding: Coding, codebook: Codebook, version: str, texts: bool, interval: float | None) -> Iterator[Row]:
    part, frames = coding.of_version(version), list(codebook.frames)
    yield from frame_rows(part, frames, version, interval)
    if texts:
        yield from span_rows(part, frames, version, interval)
    if any(article.sentences is not None for article in coding.articles):
        yield from stance_rows(part, codebook.stances, version, interval)
