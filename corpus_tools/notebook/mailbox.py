"""The border to a view: commands arrive in order and once, whatever the network does, and each gets an answer.

A view numbers its commands from 1 and keeps each until it is acknowledged. What comes twice is answered again but not
done again; after a gap the view is told from where to send anew. Every later command finds the same gap: the answer
repeats the `round` of the command, so that a view which has sent anew since then need not do it again, and a slow
network is not flooded. An answer says in words what went wrong.

>>> done = []
>>> box = Mailbox(lambda op, base_rev, view: done.append(op))
>>> box.receive({"client": "v1", "seq": 2, "round": 0, "base_rev": 0, "op": "b"})
{'kind': 'resend', 'client': 'v1', 'seq': 1, 'round': 0}
>>> for seq, op in [(1, "a"), (2, "b"), (2, "b")]:
...     answer = box.receive({"client": "v1", "seq": seq, "base_rev": 0, "op": op})
>>> answer, done
({'kind': 'ack', 'client': 'v1', 'seq': 2, 'ok': True, 'note': None}, ['a', 'b'])
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from corpus_tools.annotation.locking import LockedError
from corpus_tools.text.errors import InputError

__all__ = ["Mailbox"]

Answer = dict[str, Any]
Act = Callable[[Any, int, str], str | None]

REMEMBERED = 500  # answers kept for each view; a view sends far fewer before it waits
_logger = logging.getLogger(__name__)


class Mailbox:
    """Passes the commands of any number of views on to `act(op, base_rev, view)`, which returns a note or None."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._answers: dict[str, dict[int, Answer]] = {}

    def receive(self, message: Mapping[str, Any]) -> Answer:
        """Take one command and return the answer for its view: `ack` or `resend`."""
        client, seq = str(message.get("client")), message.get("seq")
        if not isinstance(seq, int):
            return {"kind": "ack", "client": client, "seq": seq, "ok": False, "error": "a command has no number"}
        answers = self._answers.setdefault(client, {})
        expected = max(answers, default=0) + 1
        if seq < expected:
            return answers.get(seq) or _acknowledge(client, seq, None)
        if seq > expected:
            return {"kind": "resend", "client": client, "seq": expected, "round": message.get("round")}
        answer = self._try(client, seq, message)
        if not answer.get("retry"):
            answers[seq] = answer
            answers.pop(seq - REMEMBERED, None)
        return answer

    def knows(self, message: Mapping[str, Any]) -> bool:
        """Whether a command was answered before: its view did not get the answer, nor what it should show since."""
        return message.get("seq") in self._answers.get(str(message.get("client")), {})

    def _try(self, client: str, seq: int, message: Mapping[str, Any]) -> Answer:
        rev = message.get("base_rev")
        try:
            note = self._act(message.get("op"), rev if isinstance(rev, int) else 0, client)
        except (OSError, LockedError) as error:
            # The view keeps the command: the coder's work must outlive a full disk.
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return _refuse(client, seq, said) | {"retry": True}
        except InputError as error:
            return _refuse(client, seq, str(error))
        except Exception as error:  # widget frameworks swallow these: the coder must see that something went wrong
            _logger.exception("a command failed")
            return _refuse(client, seq, f"{type(error).__name__}: {error}")
        return _acknowledge(client, seq, note)


def _acknowledge(client: str, seq: int, note: str | None) -> Answer:
    return {"kind": "ack", "client": client, "seq": seq, "ok": True, "note": note}


def _refuse(client: str, seq: int, error: str) -> Answer:
    return {"kind": "ack", "client": client, "seq": seq, "ok": False, "error": error}
