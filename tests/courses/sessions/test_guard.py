"""A limit on what the curve may cost."""

from __future__ import annotations

from threading import Event

import pytest

from courses.sessions.guard import TookTooLong, within


def test_answer_in_time_is_given():
    assert within(lambda: 42, seconds=5) == 42


def test_answer_of_nothing_is_an_answer():
    assert within(lambda: None, seconds=5) is None


def test_failure_is_carried_over():
    with pytest.raises(ZeroDivisionError):
        within(lambda: 1 / 0, seconds=5)


def test_no_answer_is_given_up():
    release = Event()
    with pytest.raises(TookTooLong):
        within(lambda: release.wait(30), seconds=0.01)
    release.set()
