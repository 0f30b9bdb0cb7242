"""Suggestions in a session: decided, logged with their origin, opened again."""

from __future__ import annotations

import pytest
from session_world import ID, TEXTS, add_frame, command, span_of

from corpus_tools.notebook.suggestions import Suggester
from corpus_tools.text.errors import InputError

pytest_plugins = ("session_world_fixture",)


@pytest.fixture
def table():
    pd = pytest.importorskip("pandas")
    start, end = span_of("one", "France rejected Russian influence in Niamey.")
    holder, target = span_of("one", "France"), span_of("one", "Russian influence")
    common = {"article": "one", "start": start, "end": end, "quote": TEXTS["one"][start:end]}
    evidence = [{"start": target[0], "end": target[1], "quote": "Russian influence", "feature": "f", "weight": 1.0}]
    slots = {
        "holder": {"start": holder[0], "end": holder[1], "entity": "france", "implicit": None},
        "target": {"start": target[0], "end": target[1], "entity": "russian_influence", "implicit": None},
    }
    nothing = {"holder": None, "target": None}
    return pd.DataFrame(
        [
            {**common, "type": "frame", "label": "influence", "score": 0.9, "evidence": evidence, **nothing},
            {**common, "type": "stance", "label": "oppose", "score": 0.6, "evidence": [], **slots},
            {**common, "type": "frame", "label": "ballot", "score": 0.2, "evidence": [], **nothing, "article": "two"},
        ]
    )


def test_decisions_about_suggestions_are_logged_with_their_origin(begin, stored, corpus, table):
    session = begin(suggester=Suggester(table, corpus))
    frame, stance = session.suggestions
    assert (frame.score, frame.evidence) == (0.9, (tuple(span_of("one", "Russian influence")),))
    command(session, op="accept", choices={frame.key: ID}, changes={"label": "ballot"})
    command(session, op="reject", key=stance.key)
    (accepted,) = stored().annotations("ana")
    (rejected,) = stored().rejections("ana")
    assert (accepted.label, accepted.origin, accepted.confidence) == ("ballot", "suggestion-edited", 0.9)
    assert (rejected.type, rejected.origin, rejected.holder.span.quote) == ("stance", "suggestion", "France")
    assert session.suggestions == [] and begin(suggester=Suggester(table, corpus)).suggestions == []


def test_undo_opens_suggestions_again(begin, corpus, table):
    session = begin(suggester=Suggester(table, corpus))
    keys = [item.key for item in session.suggestions]
    command(session, op="accept", choices={keys[0]: ID, keys[1]: "id-00000002"})
    assert len(session.annotations) == 2 and session.suggestions == []
    command(session, op="undo")
    assert session.annotations == [] and [item.key for item in session.suggestions] == keys
    command(session, op="reject", key=keys[0])
    command(session, op="undo")
    assert [item.key for item in session.suggestions] == keys


def test_what_is_coded_already_is_not_suggested(begin, corpus, table):
    session = begin(suggester=Suggester(table, corpus))
    add_frame(session, words="France rejected Russian influence in Niamey.")
    assert [item.record.type for item in session.suggestions] == ["stance"]


def test_a_table_of_other_columns_is_refused(begin, corpus, table):
    session = begin(suggester=Suggester(table.drop(columns="label"), corpus))
    assert session.suggestions == [] and "lacks 'label'" in session.suggester.fault
    with pytest.raises(InputError, match="neither a table nor a detector"):
        Suggester(["influence"], corpus)
