"""The second process of the main job."""

import os
import time

import joblib
import pytest

from corpus_tools.reporting.companion import companion


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(joblib, "cpu_count", lambda: 2)


@pytest.fixture(scope="class")
def ask():
    """One companion for the tests that leave it as it was: it takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joblib, "cpu_count", lambda: 2)
        with companion() as ask:
            yield ask


class TestOneAtHand:
    def test_it_works_beside_this_process_and_is_one(self, ask):
        coming = [ask(os.getpid), ask(os.getpid), ask(divmod, 7, 2)]
        first, second, quotient = (get() for get in coming)
        assert first == second != os.getpid()
        assert quotient == (3, 1)

    def test_who_asks_within_gets_the_one_at_hand(self, ask):
        mine = ask(os.getpid)()
        with companion() as inner:
            assert inner(os.getpid)() == mine
        assert ask(os.getpid)() == mine

    def test_its_errors_are_raised_here(self, ask):
        with pytest.raises(ZeroDivisionError):
            ask(divmod, 7, 0)()


def test_it_is_gone_afterwards_even_where_its_work_is_not_done(two_cores):
    began = time.monotonic()
    with pytest.raises(KeyError), companion() as ask:
        process = ask(os.getpid)()
        coming = ask(time.sleep, 600)
        while not coming.__self__.running():
            time.sleep(0.01)
        raise KeyError("bad input")
    assert time.monotonic() - began < 300
    for _ in range(100):
        if not _is_alive(process):
            break
        time.sleep(0.1)
    assert not _is_alive(process)


def test_on_one_core_this_process_does_it_when_asked(monkeypatch):
    monkeypatch.setattr(joblib, "cpu_count", lambda: 1)
    with companion() as ask:
        assert ask(os.getpid)() == os.getpid()


def _is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "Z"
