"""Merging: what the coders' annotations add up to before and after adjudication, as INCEpTION's curation shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from corpus_tools.annotation.cases import Case, gather_cases, is_same_decision
from corpus_tools.annotation.records import Annotation
from corpus_tools.annotation.store import AnnotationStore

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "merge_states"]

COLUMNS = (
    "article", "type", "state", "labels", "start", "end", "coders", "missing", "ids", "differs",
    "decision", "gold", "gold_label",
)  # fmt: skip
_FEATURES = ("spans", "voice", "salience", "holder", "target", "cue", "expression", "attrs")


def merge_states(
    store: AnnotationStore,
    *,
    coders: Collection[str] | None = None,
    article: str | None = None,
    gold: str | None = "adjudicated",
) -> pd.DataFrame:
    """Return every thing that a coder marked, with how far the coders agree on it and what adjudication made of it.

    Parameters
    ----------
    store
        The coders' logs.
    coders
        Whom to compare; None for all with the role of coder. Who did not finish an article has no say about it.
    article
        Only this article.
    gold
        Whose decisions are shown: the adjudicator's where there is one, or a coder's by id; None for nobody's.

    Returns
    -------
    DataFrame
        One row a case, see `corpus_tools.annotation.cases`, by article and place:

        - `state`: `agreement` (all say the same), `incomplete` (who has it says the same, but somebody who finished the
          article has it not, or only one finished it), `conflict` (the labels differ);
        - `labels`, `coders` (who has it), `missing` (who finished the article without it), `ids`;
        - `start`, `end`: from the first to the last character in code points; missing for whole articles;
        - `differs`: what else is not the same, such as `spans` or `voice`;
        - `decision`: `accepted` (gold has it with a label that a coder gave), `rejected` (gold has it not, as one of
          the coders), `both wrong` (gold says what no coder said: another label, or nothing where all had something),
          or missing: not yet decided. Gold has not what it finished the article without, or rejected by name;
        - `gold`, `gold_label`: the decisions' ids and labels.

    Raises
    ------
    InputError
        When a coder is unknown, a log is damaged, or there are two adjudicators.
    """
    import pandas as pd

    decided = _Decisions(store, gold)
    rows = []
    for name, found in store.judgements(coders).items():
        if article in (None, name):
            rows += [_row(name, case, decided) for case in gather_cases(found)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"start": "Int64", "end": "Int64"})


class _Decisions:
    """What adjudication says: its annotations and rejections by article, and which articles it finished."""

    def __init__(self, store: AnnotationStore, policy: str | None) -> None:
        self.finished: frozenset[str] = frozenset()
        self.items: dict[str, list[Annotation]] = {}
        self.rejected: set[str] = set()
        adjudicated = any(coder.role == "adjudicator" for coder in store.coders.values())
        if policy is not None and (adjudicated or policy != "adjudicated"):
            gold = store.gold(policy)
            self.finished = frozenset(gold.articles)
            for item in gold.items:
                self.items.setdefault(item.article, []).append(item)
            self.rejected = {id for note in store.rejections(gold.coder) for id in note.decides}

    def of(self, article: str, case: Case) -> list[Annotation]:
        """Return the decisions about a case: those that name it, else those that say the same as one of its coders."""
        items = self.items.get(article, [])
        ids = {item.id for item in case.by_coder.values()}
        named = [item for item in items if ids.intersection(item.decides)]
        return named or [
            item
            for item in items
            if not item.decides and any(is_same_decision(item, other) for other in case.by_coder.values())
        ]


def _row(article: str, case: Case, decisions: _Decisions) -> dict[str, Any]:
    items = list(case.by_coder.values())
    spans = [span for item in items for span in item.spans or item.all_spans]
    decided = decisions.of(article, case)
    return {
        "article": article,
        "type": items[0].type,
        "state": case.state,
        "labels": case.labels,
        "start": min((span.start for span in spans), default=None),
        "end": max((span.end for span in spans), default=None),
        "coders": tuple(case.by_coder),
        "missing": case.missing,
        "ids": tuple(item.id for item in items),
        "differs": tuple(name for name in _FEATURES if any(_differ(name, items[0], item) for item in items)),
        "decision": _judge(article, case, decided, decisions),
        "gold": tuple(item.id for item in decided),
        "gold_label": tuple(dict.fromkeys(item.label for item in decided)),
    }


def _differ(name: str, one: Annotation, other: Annotation) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _judge(article: str, case: Case, decided: Iterable[Annotation], decisions: _Decisions) -> str | None:
    labels = {item.label for item in decided}
    if labels:
        return "accepted" if labels & set(case.labels) else "both wrong"
    if article in decisions.finished or any(item.id in decisions.rejected for item in case.by_coder.values()):
        return "rejected" if case.missing else "both wrong"
    return None
