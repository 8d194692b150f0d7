"""A time limit on the curve."""

from __future__ import annotations

from threading import Event

import pytest

from courses.outlook import time_limit
from courses.outlook.time_limit import TookTooLong, answer, within


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


def test_page_works_without_the_answer(monkeypatch):
    assert answer(lambda: 42) == 42
    assert answer(lambda: 1 / 0) is None
    release = Event()
    monkeypatch.setattr(time_limit, "SECONDS", 0.01)
    assert answer(lambda: release.wait(30)) is None
    release.set()
