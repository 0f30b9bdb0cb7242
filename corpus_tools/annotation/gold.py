"""`Gold`: what was decided, ready for training and evaluation, with what every coder had said.

Gold comes from adjudication, which is a coder's log like any other; or it is counted from the coders' own logs by a
rule. `corpus_tools.annotation.cases` says when two coders say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.cases import Case, gather_cases, is_same_thing, measure_overlap
from corpus_tools.annotation.records import Annotation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RULES", "Gold", "count_gold"]

Judgements = Mapping[str, Mapping[str, tuple[Annotation, ...]]]

RULES = ("unanimous", "majority")
"""What `count_gold` can count."""


@dataclass(frozen=True)
class Gold:
    """The decided annotations and the articles that are completely decided.

    Attributes
    ----------
    coder : str
        Whose log it is, or the rule by which it was counted.
    items : tuple of Annotation
        All annotations; each names in `decides` what it decided between.
    articles : tuple of str
        The articles with status done, in the order of the log. Only they can give negative examples.
    raw : dict of str to dict of str to tuple of Annotation
        What the coders said, by article and coder. Only a coder who finished the article is there: that somebody marked
        nothing means something only then.
    """

    coder: str
    items: tuple[Annotation, ...]
    articles: tuple[str, ...]
    raw: Judgements = field(default_factory=dict, repr=False)

    def annotations(self, article: str | None = None, type: str | None = None) -> list[Annotation]:
        """Return the annotations of an article, of a type ("frame" or "stance"), or all."""
        return [item for item in self.items if article in (None, item.article) and type in (None, item.type)]

    def by_coder(self, article: str, type: str | None = None) -> dict[str, list[Annotation]]:
        """Return what each coder who finished an article said of it, possibly nothing: the ground for soft labels."""
        found = self.raw.get(article, {})
        return {coder: [item for item in items if type in (None, item.type)] for coder, items in found.items()}

    @property
    def codebook_versions(self) -> tuple[str, ...]:
        """The versions of the codebook under which the decisions were made, sorted."""
        return tuple(sorted({item.codebook for item in self.items if item.codebook is not None}))

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each decision, with the label that each coder had given.

        Returns
        -------
        DataFrame
            `id, article, type, label, start, end, quote, decides` of the decision, where `start` and `end` reach from
            its first to its last character and are missing for a whole article; `coders`, a tuple of those who finished
            the article; and for each coder a column ``label_<coder>``: the label given to the same thing, missing where
            the coder gave none or did not finish the article (which `coders` tells apart).
        """
        import pandas as pd

        coders = list(dict.fromkeys(coder for found in self.raw.values() for coder in found))
        rows = [_row(item, self.raw.get(item.article, {}), coders) for item in self.items]
        names = ["id", "article", "type", "label", "start", "end", "quote", "decides", "coders"]
        table = pd.DataFrame(rows, columns=[*names, *(f"label_{coder}" for coder in coders)])
        return table.astype({"start": "Int64", "end": "Int64"})


def count_gold(rule: str, judgements: Judgements) -> Gold:
    """Count gold from what the coders said.

    Parameters
    ----------
    rule
        ``"unanimous"``: all who finished the article say the same; ``"majority"``: more than half of them do.
    judgements
        By article and coder, as `Gold.raw` has them. Articles that fewer than two coders finished are left out.

    Returns
    -------
    Gold
        Each annotation is that of the coder who shares most with the others of one mind; `decides` names all of the
        case, the outvoted included.
    """
    double = {article: found for article, found in judgements.items() if len(found) > 1}
    items = (item for found in double.values() for case in gather_cases(found) for item in _winners(rule, case))
    return Gold(rule, tuple(items), tuple(double), judgements)


def _winners(rule: str, case: Case) -> Iterator[Annotation]:
    labels = [item.label for item in case.by_coder.values()]
    for label in case.labels:
        votes, voters = labels.count(label), len(case.coders)
        if votes == voters or (rule == "majority" and 2 * votes > voters):
            decides = tuple(item.id for item in case.by_coder.values())
            yield replace(case.most_central(label), coder=rule, decides=decides)


def _row(item: Annotation, raw: Mapping[str, tuple[Annotation, ...]], coders: list[str]) -> dict[str, Any]:
    spans = item.spans or item.all_spans
    row: dict[str, Any] = {name: getattr(item, name) for name in ("id", "article", "type", "label", "decides")}
    row["start"] = min((span.start for span in spans), default=None)
    row["end"] = max((span.end for span in spans), default=None)
    quotes = [span.quote for span in spans]
    row["quote"] = " ... ".join(quote for quote in quotes if quote) if quotes and None not in quotes else None
    row["coders"] = tuple(raw)
    return row | {f"label_{coder}": _label_of(item, raw.get(coder, ())) for coder in coders}


def _label_of(item: Annotation, said: tuple[Annotation, ...]) -> str | None:
    """Return the label that a coder gave to what a decision is about: as `decides` names it, else as it overlaps."""
    named = [other for other in said if other.id in item.decides]
    close = named or [other for other in said if is_same_thing(item, other)]
    best = max(close, key=lambda other: (other.label == item.label, measure_overlap(item, other)), default=None)
    return best.label if best else None
