"""Three articles, and commands of a coder on them, for tests of a session without any screen."""

from __future__ import annotations

from corpus_tools.notebook.commands import run_command

TEXTS = {
    "one": "Rain fell. 🌧️ France rejected Russian influence in Niamey.",
    "two": "Germany demanded free elections.",
    "three": "Nobody spoke.",
}
ID = "id-00000001"


def span_of(article, words):
    start = TEXTS[article].index(words)
    return [start, start + len(words)]


def command(session, base_rev=10**6, view="v1", **op):
    return run_command(session, op, base_rev=base_rev, view=view)


def add_frame(session, words="France", label="influence", id=ID, **fields):
    record = {"type": "frame", "label": label, "spans": [span_of("one", words)], **fields}
    return command(session, op="add", id=id, article=0, record=record)
